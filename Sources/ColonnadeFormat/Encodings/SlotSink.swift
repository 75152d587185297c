// A column while its pages are decoded into it, one after another.
// Invariant: positions are filled in order; null slots are zero when `finish` returns.

import CKernels
import ColonnadeArrays
import ColonnadeBase

/// Takes decoded slots; one for each call that decodes.
@safe final class SlotSink {
  let type: DataType
  let kind: SlotKind
  let width: Int
  let count: Int
  /// `count` values of `width` bytes, bits or views.
  let values: MutableBuffer
  // One call fills it page by page, and nothing here calls back: overlapping accesses need not be looked
  // for.
  @safe @exclusivity(unchecked) private(set) var nullCount = 0
  @safe @exclusivity(unchecked) private var validity: MutableBuffer?
  @safe @exclusivity(unchecked) private var data: [Buffer] = []
  /// The data buffer that decompressed or copied text goes to.
  @safe @exclusivity(unchecked) private var room: MutableBuffer?
  @safe @exclusivity(unchecked) private var roomIndex = 0
  @safe @exclusivity(unchecked) private var textByteCount = 0
  /// Bytes of text this call may decompress or copy.
  private let textLimit: Int
  /// Where the buffers of the chunk's dictionary start among the data buffers.
  @safe @exclusivity(unchecked) private var dictionaryIndex: Int?
  /// Slots decoded so far, for guesses at what is to come.
  @safe @exclusivity(unchecked) var filledCount = 0

  /// - Throws: `.limitExceeded` where so many values do not fit one call.
  init(
    _ type: DataType, count: Int, textLimit: Int = EncodingLimit.decodedByteCount
  ) throws(ColonnadeError) {
    self.type = type
    self.textLimit = textLimit
    kind = SlotKind(type)
    width = kind.width
    self.count = count
    guard count <= EncodingLimit.decodedByteCount / max(1, width) else {
      throw ColonnadeError(
        .limitExceeded, "\(count) values of \(type) are too many to decode at once")
    }
    switch kind {
    case .none: values = MutableBuffer()
    case .bit: values = MutableBuffer.zeroed(byteCount: (count + 7) / 8)
    default: values = MutableBuffer(byteCount: count * width)
    }
  }

  /// Where the value of slot `position` goes.
  func address(_ position: Int) -> UnsafeMutableRawPointer {
    unsafe values.pointer + position * width
  }

  var bitAddress: UnsafeMutablePointer<UInt8> {
    unsafe values.pointer.assumingMemoryBound(to: UInt8.self)
  }

  // MARK: validity

  private func bits(before position: Int) -> UnsafeMutablePointer<UInt8> {
    if let validity { return unsafe validity.pointer.assumingMemoryBound(to: UInt8.self) }
    let made = MutableBuffer.zeroed(byteCount: (count + 7) / 8)
    validity = made
    let address = unsafe made.pointer.assumingMemoryBound(to: UInt8.self)
    unsafe colonnade_bits_set(address, 0, position)
    return unsafe address
  }

  /// The validity bits so far; nil while no slot was null.
  var validityBits: UnsafePointer<UInt8>? {
    unsafe validity.map { unsafe UnsafePointer($0.pointer.assumingMemoryBound(to: UInt8.self)) }
  }

  func markValid(_ position: Int, _ some: Int) {
    guard let validity else { return }
    unsafe colonnade_bits_set(
      validity.pointer.assumingMemoryBound(to: UInt8.self), position, some)
  }

  func markNull(_ position: Int, _ some: Int) {
    guard some > 0 else { return }
    _ = unsafe bits(before: position)
    nullCount += some
  }

  /// Copies validity bits.
  /// - Returns: how many of them are zero.
  func copyValidity(
    _ source: UnsafePointer<UInt8>, _ firstBit: Int, _ position: Int, _ some: Int
  ) -> Int {
    let nulls = unsafe some - colonnade_bits_count_from(source, firstBit, some)
    if nulls == 0 {
      markValid(position, some)
      return 0
    }
    let target = unsafe bits(before: position)
    unsafe colonnade_bits_copy(target, position, source, firstBit, some)
    nullCount += nulls
    return nulls
  }

  /// Gathers the validity bits at `rows`.
  /// - Returns: how many of them are zero.
  func gatherValidity(
    _ source: UnsafePointer<UInt8>, rows: UnsafePointer<UInt32>, _ position: Int, _ some: Int
  ) -> Int {
    let target = unsafe bits(before: position)
    unsafe colonnade_bits_gather(target, position, source, rows, some)
    let nulls = unsafe some - colonnade_bits_count_from(target, position, some)
    nullCount += nulls
    return nulls
  }

  /// Writes zero over the values of null slots among those from `position` on.
  func zeroNulls(_ position: Int, _ some: Int) {
    guard width > 0, let bits = unsafe validityBits else { return }
    unsafe colonnade_zero_nulls(address(position), UInt32(width), bits, position, some)
  }

  /// Zero for all slots from `position` on.
  func zero(_ position: Int, _ some: Int) {
    guard width > 0 else { return }
    unsafe address(position).initializeMemory(as: UInt8.self, repeating: 0, count: some * width)
  }

  // MARK: text

  /// Adds a data buffer.
  /// - Returns: its index for views.
  func add(_ buffer: Buffer) -> Int {
    data.append(buffer)
    return data.count - 1
  }

  /// Adds the data buffers of `column`.
  /// - Returns: the index of the first.
  func add(contentsOf column: Column) -> Int {
    data.append(contentsOf: column.data)
    return data.count - column.data.count
  }

  /// Adds the data buffers of the chunk's dictionary, once.
  /// - Returns: the index of the first.
  func addDictionary(_ column: Column) -> Int {
    if let dictionaryIndex { return dictionaryIndex }
    let index = add(contentsOf: column)
    dictionaryIndex = index
    return index
  }

  /// Room for text that views can point into.
  /// - Parameters:
  ///   - byteCount: what is needed now.
  ///   - hint: what this and later pages may need.
  /// - Returns: the data buffer's index and the offset in it.
  func textRoom(
    _ byteCount: Int, hint: Int
  ) throws(ColonnadeError) -> (buffer: MutableBuffer, index: Int, offset: Int) {
    try account(byteCount)
    if let room, room.capacity - room.byteCount >= byteCount {
      let offset = room.byteCount
      _ = unsafe room.extend(by: byteCount)
      return (room, roomIndex, offset)
    }
    closeRoom()
    let made = MutableBuffer(
      byteCount: byteCount, capacity: max(byteCount, min(hint, 8 << 20)))
    room = made
    roomIndex = add(.empty)
    return (made, roomIndex, 0)
  }

  /// Gives back the last `byteCount` bytes of the room.
  func returnRoom(_ byteCount: Int) {
    guard let room else { return }
    room.truncate(to: room.byteCount - byteCount)
  }

  /// Counts text against what one call may decode.
  func account(_ byteCount: Int) throws(ColonnadeError) {
    textByteCount += byteCount
    guard textByteCount <= textLimit else {
      throw ColonnadeError(
        .limitExceeded, "more than \(textLimit) bytes of text in one read",
        hint: "read fewer rows at once")
    }
  }

  private func closeRoom() {
    if let room { data[roomIndex] = room.freeze() }
    room = nil
  }

  // MARK: result

  func finish() -> Column {
    closeRoom()
    if kind == .bit, let bits = unsafe validityBits {
      let target = unsafe bitAddress
      for index in 0..<(count + 7) / 8 { unsafe target[index] &= bits[index] }
    }
    return Column(
      unchecked: type, count: count, nullCount: type == .null ? count : nullCount,
      validity: validity?.freeze(), values: values.freeze(), data: data)
  }

  /// The validity alone.
  func finishValidity() -> SlotValidity {
    SlotValidity(
      count: count, nullCount: nullCount, bits: nullCount == 0 ? nil : validity?.freeze())
  }
}
