// The data area on its way to disk: large writes, and a checksum for every block.
// Invariant: `pending` starts at a multiple of the block size of the file.

import ColonnadeBase

/// Appends to the data area; safe on any thread.
package final class DataAreaWriter: Sendable {
  private struct State: ~Copyable {
    var pending = MutableBuffer(capacity: DataAreaWriter.flushByteCount + (1 << 16))
    /// Where `pending` starts in the file.
    var flushed = 0
    let checksums = SectionWriter(.dataChecksums)
  }

  private static let flushByteCount = 4 << 20
  /// Bytes that are worth a write of their own.
  private static let directByteCount = 1 << 20
  private static let pieceByteCount = 512 << 10
  private static let block = 1 << 10

  private let file: FileHandle
  private let seed: Checksum.Seed
  private let state: Lock<State>

  init(_ file: FileHandle, header: FileHeader) {
    self.file = file
    seed = Checksum.Seed(fileIdentifier: header.fileID)
    let first = State()
    header.write(to: first.pending)
    state = Lock(first)
  }

  /// Where the next byte would stand.
  var offset: Int { state.withLock { $0.flushed + $0.pending.byteCount } }

  /// Appends `bytes` at the next multiple of `alignment`.
  /// - Returns: their offset.
  func append(
    _ bytes: UnsafeRawBufferPointer, alignment: Int
  ) throws(ColonnadeError) -> UInt64 {
    try state.withLock { (state) throws(ColonnadeError) -> UInt64 in
      state.pending.pad(to: alignment)
      let offset = state.flushed + state.pending.byteCount
      try unsafe add(bytes, &state)
      return UInt64(offset)
    }
  }

  /// Appends `parts`, one behind the other, the first at the next multiple of `alignment`.
  /// - Returns: their offset.
  func append(_ parts: [Buffer], alignment: Int) throws(ColonnadeError) -> UInt64 {
    try state.withLock { (state) throws(ColonnadeError) -> UInt64 in
      state.pending.pad(to: alignment)
      let offset = state.flushed + state.pending.byteCount
      for part in parts {
        try unsafe add(part.unsafeBytes, &state)
        extendLifetime(part)
      }
      return UInt64(offset)
    }
  }

  private func add(
    _ bytes: UnsafeRawBufferPointer, _ state: inout State
  ) throws(ColonnadeError) {
    guard bytes.count >= DataAreaWriter.directByteCount else {
      unsafe state.pending.append(bytes)
      if state.pending.byteCount >= DataAreaWriter.flushByteCount { try flush(&state, all: false) }
      return
    }
    // Large runs are written from where they are; what completes the last pending block and what
    // begins another one is copied.
    let first = -state.pending.byteCount & (DataAreaWriter.block - 1)
    unsafe state.pending.append(UnsafeRawBufferPointer(rebasing: bytes[..<first]))
    try flush(&state, all: true)
    let end = first + (bytes.count - first) / DataAreaWriter.block * DataAreaWriter.block
    try unsafe write(UnsafeRawBufferPointer(rebasing: bytes[first..<end]), &state)
    unsafe state.pending.append(UnsafeRawBufferPointer(rebasing: bytes[end...]))
  }

  /// Writes what is left; the data area ends here.
  /// - Returns: its end and the section of its checksums.
  func finish() throws(ColonnadeError) -> (end: UInt64, checksums: SectionWriter) {
    try state.withLock {
      (state) throws(ColonnadeError) -> (end: UInt64, checksums: SectionWriter) in
      try flush(&state, all: true)
      return (UInt64(state.flushed), state.checksums)
    }
  }

  private func flush(_ state: inout State, all: Bool) throws(ColonnadeError) {
    let whole =
      all
      ? state.pending.byteCount
      : state.pending.byteCount / DataAreaWriter.block * DataAreaWriter.block
    guard whole > 0 else { return }
    try unsafe write(
      UnsafeRawBufferPointer(start: state.pending.pointer, count: whole), &state)
    let rest = state.pending.byteCount - whole
    unsafe state.pending.pointer.copyMemory(
      from: state.pending.pointer + whole, byteCount: rest)
    state.pending.truncate(to: rest)
  }

  /// Writes whole blocks, or the last ones, behind what is written; a piece at a time, so that it is
  /// still in the cache when the system copies it.
  private func write(
    _ bytes: UnsafeRawBufferPointer, _ state: inout State
  ) throws(ColonnadeError) {
    var start = 0
    while start < bytes.count {
      let end = min(bytes.count, start + DataAreaWriter.pieceByteCount)
      let piece = unsafe UnsafeRawBufferPointer(rebasing: bytes[start..<end])
      unsafe Checksum.appendBlocks(
        of: piece, blockByteCount: DataAreaWriter.block, seed: seed,
        position: UInt64(state.flushed), to: state.checksums.content)
      try unsafe file.write(piece)
      state.flushed += piece.count
      start = end
    }
  }
}
