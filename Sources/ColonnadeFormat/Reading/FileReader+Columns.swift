// From chunks back to columns, nested ones too.

package import ColonnadeArrays
package import ColonnadeBase

/// Which slots of a chunk are wanted.
enum WantedSlots: Sendable {
  case range(Range<Int>)
  /// Ascending.
  case selection(SelectionVector)

  var count: Int {
    switch self {
    case .range(let range): range.count
    case .selection(let selection): selection.count
    }
  }

  /// Whether these are known to be the same slots, without comparing them one by one.
  func isSame(as other: WantedSlots) -> Bool {
    switch (self, other) {
    case (.range(let range), .range(let otherRange)): range == otherRange
    case (.selection(let selection), .selection(let otherSelection)):
      unsafe selection.count == otherSelection.count
        && selection.unsafeRows.baseAddress == otherSelection.unsafeRows.baseAddress
    default: false
    }
  }

  /// The slots of the elements of fixed-size lists.
  func scaled(by length: Int) throws(ColonnadeError) -> WantedSlots {
    switch self {
    case .range(let range):
      return .range(range.lowerBound * length..<range.upperBound * length)
    case .selection(let selection):
      let (count, overflow) = selection.count.multipliedReportingOverflow(by: length)
      guard !overflow, count < 1 << 28 else {
        throw ColonnadeError(.limitExceeded, "\(selection.count) lists of \(length) elements")
      }
      let rows = MutableBuffer(byteCount: count * 4)
      let target = unsafe rows.pointer.assumingMemoryBound(to: UInt32.self)
      let selected = unsafe selection.unsafeRows
      for index in 0..<selected.count {
        let first = unsafe UInt32(truncatingIfNeeded: Int(selected[index]) * length)
        for element in 0..<length {
          unsafe target[index * length + element] = first &+ UInt32(truncatingIfNeeded: element)
        }
      }
      extendLifetime(selection)
      return .selection(SelectionVector(rows: rows.freeze(), count: count))
    }
  }
}

extension FileReader {
  /// Rows `rows` of a row group, all of them.
  /// - Parameters:
  ///   - path: indices of fields of structs below the column, to read one of them alone, null where
  ///     a struct above it is; empty for the column itself.
  ///   - shared: columns read at the same rows, for those that refer to one another.
  /// - Throws: `.corrupt` and the like, naming file, column and place; `.unsupportedFeature` for an
  ///   encrypted column or an unknown encoding.
  package func read(
    column: Int, path: [Int] = [], rowGroup: Int, rows: Range<Int>,
    sharing shared: DecodedColumns? = nil
  ) throws(ColonnadeError) -> Column {
    let entry = try self.rowGroup(at: rowGroup)
    guard rows.lowerBound >= 0, rows.upperBound <= entry.rowCount else {
      throw ColonnadeError(
        .invalidArgument, "rows \(rows) of a row group of \(entry.rowCount)", file: self.path)
    }
    return try read(column, path, rowGroup, entry.rowCount, .range(rows), shared)
  }

  /// The rows of a row group that `selection` names, ascending.
  package func read(
    column: Int, path: [Int] = [], rowGroup: Int, selection: SelectionVector,
    sharing shared: DecodedColumns? = nil
  ) throws(ColonnadeError) -> Column {
    let entry = try self.rowGroup(at: rowGroup)
    if let last = unsafe selection.unsafeRows.last {
      guard Int(last) < entry.rowCount else {
        throw ColonnadeError(
          .invalidArgument, "row \(last) of a row group of \(entry.rowCount)", file: self.path)
      }
    }
    return try read(column, path, rowGroup, entry.rowCount, .selection(selection), shared)
  }

  private func read(
    _ column: Int, _ children: [Int], _ rowGroup: Int, _ rowCount: Int, _ wanted: WantedSlots,
    _ shared: DecodedColumns?
  ) throws(ColonnadeError) -> Column {
    if children.isEmpty, let known = shared?.column(column, rowGroup: rowGroup, wanted) {
      return known
    }
    var field = try reference(column: column)
    for child in children {
      guard field.field.type.physical == .structure, field.children.indices.contains(child) else {
        throw ColonnadeError(
          .invalidArgument, "'\(field.field.name)' is no struct with \(child + 1) fields",
          file: self.path)
      }
      field = field.children[child]
    }
    do {
      let result = try read(field, rowGroup, rowCount, wanted, from: source, sharing: shared)
      if children.isEmpty { shared?.keep(result, column, rowGroup: rowGroup, wanted) }
      return result
    } catch {
      throw named(error, field, rowGroup)
    }
  }

  private func named(
    _ error: ColonnadeError, _ field: FieldReference, _ rowGroup: Int
  ) -> ColonnadeError {
    ColonnadeError(
      error.kind, "column '\(field.field.name)', row group \(rowGroup): \(error.message)",
      file: error.file ?? path, location: error.location, hint: error.hint, errno: error.errno)
  }

  /// One bit for each of rows `rows` of a row group: 1 where the column's value, an integer of at most
  /// 64 bits or what is stored as one, is not null and lies in `range`.
  /// - Returns: whole words; nil where the column must be read to tell.
  /// - Throws: as `read(column:path:rowGroup:rows:sharing:)`.
  package func select(
    column: Int, rowGroup: Int, rows: Range<Int>, within range: IntegerRange
  ) throws(ColonnadeError) -> Buffer? {
    let field = try reference(column: column)
    guard case .integer = SlotKind(field.field.type) else { return nil }
    let entry = try self.rowGroup(at: rowGroup)
    do {
      let decoder = try decoder(field, rowGroup: rowGroup, rowCount: entry.rowCount, data: source)
      return try decoder.select(slots: rows, within: range)
    } catch {
      throw named(error, field, rowGroup)
    }
  }

  /// Rows `rows` of a row group of a column of text, with offsets; nil where it must be read with
  /// views first, or is no text.
  /// - Throws: as `read(column:path:rowGroup:rows:sharing:)`.
  package func readOffsetText(
    column: Int, rowGroup: Int, rows: Range<Int>
  ) throws(ColonnadeError) -> OffsetText? {
    let field = try reference(column: column)
    guard case .bytes = field.field.type.physical else { return nil }
    let entry = try self.rowGroup(at: rowGroup)
    do {
      let decoder = try decoder(field, rowGroup: rowGroup, rowCount: entry.rowCount, data: source)
      let text = try decoder.decodeOffsetText(slots: rows)
      if text != nil { data.metrics?.countValues(rows.count) }
      return text
    } catch {
      throw named(error, field, rowGroup)
    }
  }

  /// All rows of a field and what is below it, with bytes from `source`.
  func readAll(
    _ field: FieldReference, rowGroup: Int, rowCount: Int, from source: any DataSource
  ) throws(ColonnadeError) -> Column {
    try read(field, rowGroup, rowCount, .range(0..<rowCount), from: source)
  }

  func decoder(
    _ field: FieldReference, rowGroup: Int, rowCount: Int, data: any DataSource,
    sharing shared: DecodedColumns? = nil
  ) throws(ColonnadeError) -> ChunkDecoder {
    if field.isEncrypted {
      throw ColonnadeError(
        .unsupportedFeature, "field '\(field.field.name)' is encrypted",
        hint: "read the other columns, or use a reader that has the key")
    }
    let chunk = try chunk(field: field.index, rowGroup: rowGroup)
    guard chunk.slotCount <= UInt64(UInt32.max) else {
      throw ColonnadeError(.corrupt, "a chunk of \(chunk.slotCount) slots")
    }
    var elementSlotCount = 0
    switch field.field.type {
    case .list, .map:
      let elements = try self.chunk(field: field.children[0].index, rowGroup: rowGroup).slotCount
      guard elements <= UInt64(UInt32.max) else {
        throw ColonnadeError(.corrupt, "a chunk of \(elements) slots")
      }
      elementSlotCount = Int(elements)
    case .structure, .fixedList:
      let length: UInt64 =
        if case .fixedList(_, let count) = field.field.type { UInt64(count) } else { 1 }
      for child in field.children {
        let slots = try self.chunk(field: child.index, rowGroup: rowGroup).slotCount
        guard slots == chunk.slotCount * length else {
          throw ColonnadeError(
            .corrupt, "field '\(child.field.name)' has \(slots) slots below \(chunk.slotCount)")
        }
      }
    default: break
    }
    let pages = ChunkPages(
      section: metadata.pages, first: Int(chunk.firstPage),
      count: chunk.pageCount(rowCount: rowCount), metrics: self.data.metrics)
    var dictionaryPage: PageEntry?
    if chunk.dictionaryCount > 0 {
      dictionaryPage = unsafe PageEntry(
        reading: try metadata.pages.entry(at: Int(chunk.dictionaryPage)).unsafeAddress)
    }
    let shape = ChunkShape(
      type: field.field.type, rowCount: rowCount, slotCount: Int(chunk.slotCount),
      pageShift: chunk.pageShift, dictionaryCount: Int(chunk.dictionaryCount),
      dictionaryPage: dictionaryPage,
      validityOffset: chunk.validityOffset == 0 ? nil : chunk.validityOffset,
      elementSlotCount: elementSlotCount, largeValueOffset: chunk.largeValueOffset)
    var reference: ReferencedColumn?
    if chunk.reference != 0 {
      reference = ReferencedColumn(
        file: self, field: field, distance: Int(chunk.reference), rowGroup: rowGroup,
        rowCount: rowCount, data: data, shared: shared)
    }
    return ChunkDecoder(
      shape: shape, pages: pages, data: data, cache: cache, reference: reference)
  }

  private func read(
    _ field: FieldReference, _ rowGroup: Int, _ rowCount: Int, _ wanted: WantedSlots,
    from source: any DataSource, sharing shared: DecodedColumns? = nil
  ) throws(ColonnadeError) -> Column {
    let decoder = try decoder(
      field, rowGroup: rowGroup, rowCount: rowCount, data: source, sharing: shared)
    switch wanted {
    case .range(let range):
      guard range.upperBound <= decoder.shape.slotCount else {
        throw ColonnadeError(.corrupt, "slots \(range) of \(decoder.shape.slotCount)")
      }
    case .selection(let selection):
      if let last = unsafe selection.unsafeRows.last, Int(last) >= decoder.shape.slotCount {
        throw ColonnadeError(.corrupt, "slot \(last) of \(decoder.shape.slotCount)")
      }
    }
    let type = field.field.type
    switch type {
    case .list, .map:
      let lists =
        switch wanted {
        case .range(let range): try decoder.decodeLists(slots: range)
        case .selection(let selection): try decoder.decodeLists(selection: selection)
        }
      let elements: WantedSlots =
        switch lists.elements {
        case .range(let range): .range(range)
        case .selection(let selection): .selection(selection)
        }
      let child = try read(field.children[0], rowGroup, rowCount, elements, from: source)
      return Column(
        unchecked: type, count: wanted.count, nullCount: lists.validity.nullCount,
        validity: lists.validity.bits, values: lists.offsets, children: [child])
    case .structure, .fixedList:
      let validity =
        switch wanted {
        case .range(let range): try decoder.decodeValidity(slots: range)
        case .selection(let selection): try decoder.decodeValidity(selection: selection)
        }
      var children: [Column] = []
      if case .fixedList(_, let length) = type {
        let child = field.children[0]
        if case .selection(let rows) = wanted, child.children.isEmpty,
          let elements = try self.decoder(
            child, rowGroup: rowGroup, rowCount: rowCount, data: source
          ).decodeElements(ofListsAt: rows, length: length)
        {
          data.metrics?.countValues(elements.count)
          children = [elements]
        } else {
          let elements = try wanted.scaled(by: length)
          children = [try read(child, rowGroup, rowCount, elements, from: source)]
        }
      } else {
        for child in field.children {
          children.append(try read(child, rowGroup, rowCount, wanted, from: source))
        }
      }
      return Column(
        unchecked: type, count: wanted.count, nullCount: validity.nullCount,
        validity: validity.bits, children: children)
    default:
      data.metrics?.countValues(wanted.count)
      switch wanted {
      case .range(let range): return try decoder.decode(slots: range)
      case .selection(let selection): return try decoder.decode(selection: selection)
      }
    }
  }
}

/// The pages of one chunk, in place.
private struct ChunkPages: PageSource {
  let section: SectionReader
  let first: Int
  let count: Int
  let metrics: ReadMetrics?

  func page(at index: Int) throws(ColonnadeError) -> PageEntry {
    guard index >= 0, index < count else {
      throw ColonnadeError(.corrupt, "page \(index) of a chunk of \(count) pages")
    }
    count(pages: 1)
    return unsafe PageEntry(reading: try section.address(at: first + index))
  }

  func entries(from index: Int) throws(ColonnadeError) -> PageEntries {
    guard index >= 0, index < count else {
      throw ColonnadeError(.corrupt, "page \(index) of a chunk of \(count) pages")
    }
    let (bytes, found) = try section.run(at: first + index, count: count - index)
    return PageEntries(bytes: bytes, stride: Int(section.entry.stride), count: found)
  }

  func count(pages: Int) { metrics?.count(pages: pages) }
}
