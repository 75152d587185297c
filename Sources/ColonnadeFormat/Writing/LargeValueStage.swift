// The values out of line of one chunk while it is encoded; they go to the data area behind it.
// Invariant: each value starts at a multiple of 8. Spec: spec/encodings.md "plain".

import ColonnadeBase

/// Collects values that are too large for a frame.
final class LargeValueStage: LargeValueSink {
  private struct State: ~Copyable {
    var bytes = MutableBuffer()
  }

  private let state = Lock(State())

  func store(_ bytes: UnsafeRawBufferPointer) throws(ColonnadeError) -> UInt64 {
    state.withLock { state in
      state.bytes.pad(to: 8)
      let offset = state.bytes.byteCount
      unsafe state.bytes.append(bytes)
      return UInt64(offset)
    }
  }

  /// All of them, in the order in which they came. Nothing is stored afterwards.
  func finish() -> Buffer { state.withLock { $0.bytes.freeze() } }
}
