// From page entries and bodies back to slots.
// Invariant: nothing from the file is used before it is checked; every failure names the encoding
// and where the page lies. Spec: spec/encodings.md.

package import ColonnadeArrays
package import ColonnadeBase

/// What section 6 says of a chunk.
package struct ChunkShape: Sendable {
  package var type: DataType
  package var rowCount: Int
  package var slotCount: Int
  package var pageShift: UInt8
  package var dictionaryCount: Int
  package var dictionaryPage: PageEntry?
  /// Offset of the validity bitmap in the file.
  package var validityOffset: UInt64?
  /// Slots of the child's chunk; for lists and maps.
  package var elementSlotCount: Int

  package init(
    type: DataType, rowCount: Int, slotCount: Int, pageShift: UInt8, dictionaryCount: Int = 0,
    dictionaryPage: PageEntry? = nil, validityOffset: UInt64? = nil, elementSlotCount: Int = 0
  ) {
    self.type = type
    self.rowCount = rowCount
    self.slotCount = slotCount
    self.pageShift = pageShift
    self.dictionaryCount = dictionaryCount
    self.dictionaryPage = dictionaryPage
    self.validityOffset = validityOffset
    self.elementSlotCount = elementSlotCount
  }
}

/// Which slots are null.
package struct SlotValidity: Sendable {
  package let count: Int
  package let nullCount: Int
  /// One bit a slot, 1 for valid; nil without nulls.
  package let bits: Buffer?
}

/// Lists decoded: their validity, their offsets and the slots of the child that hold their elements.
package struct ListSlots: Sendable {
  package enum Elements: Sendable {
    case range(Range<Int>)
    /// Ascending slots of the child.
    case selection(SelectionVector)
  }
  package let validity: SlotValidity
  /// `count + 1` Int32 offsets from 0 into the elements below.
  package let offsets: Buffer
  package let elements: Elements
}

/// Decodes one chunk; cheap to make, safe on any thread.
package struct ChunkDecoder: Sendable {
  package let shape: ChunkShape
  let pages: any PageSource
  let data: any DataSource
  let cache: DecompressionCache

  package init(
    shape: ChunkShape, pages: any PageSource, data: any DataSource, cache: DecompressionCache
  ) {
    self.shape = shape
    self.pages = pages
    self.data = data
    self.cache = cache
  }

  /// The values of `slots`, of a leaf.
  package func decode(slots: Range<Int>) throws(ColonnadeError) -> Column {
    throw ColonnadeError(.unsupportedFeature, "no decoding for \(shape.type)")
  }

  /// The values of the slots named, ascending, of a leaf.
  package func decode(selection: SelectionVector) throws(ColonnadeError) -> Column {
    throw ColonnadeError(.unsupportedFeature, "no decoding for \(shape.type)")
  }

  /// Which of `slots` are null; of any type.
  package func decodeValidity(slots: Range<Int>) throws(ColonnadeError) -> SlotValidity {
    throw ColonnadeError(.unsupportedFeature, "no decoding for \(shape.type)")
  }

  /// Which of the slots named, ascending, are null; of any type.
  package func decodeValidity(
    selection: SelectionVector
  ) throws(ColonnadeError) -> SlotValidity {
    throw ColonnadeError(.unsupportedFeature, "no decoding for \(shape.type)")
  }

  /// Lists or maps `slots`; elements are a range of the child's slots.
  package func decodeLists(slots: Range<Int>) throws(ColonnadeError) -> ListSlots {
    throw ColonnadeError(.unsupportedFeature, "no decoding for \(shape.type)")
  }

  /// The lists or maps named, ascending.
  package func decodeLists(selection: SelectionVector) throws(ColonnadeError) -> ListSlots {
    throw ColonnadeError(.unsupportedFeature, "no decoding for \(shape.type)")
  }
}
