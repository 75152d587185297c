// Encoding 5: ends of runs, then a value or a code a run. Spec: spec/encodings.md.

import CKernels
import ColonnadeBase

enum RunLengthEncoding {
  /// Bytes of a body; bits take a byte a run, codes 4.
  static func bodyByteCount(runCount: Int, valueWidth: Int) -> Int {
    ((4 * runCount + 7) & ~7) + runCount * valueWidth
  }

  static func plan(runCount: Int, valueWidth: Int, hasCodes: Bool) -> PagePlan {
    PagePlan(
      encoding: .runLength, auxiliaryCount: runCount, hasCodes: hasCodes,
      byteCount: bodyByteCount(runCount: runCount, valueWidth: valueWidth))
  }

  /// Appends the runs of `count` values (or codes) of `width` bytes.
  static func append(
    _ values: UnsafeRawPointer, width: Int, count: Int, runCount: Int, to target: MutableBuffer
  ) {
    let start = target.byteCount
    _ = unsafe target.extend(by: runCount * 4)
    let found = MutableBuffer(byteCount: count * 4)
    let ends = unsafe found.pointer.assumingMemoryBound(to: UInt32.self)
    let runs = unsafe colonnade_find_runs(ends, values, UInt32(width), count)
    precondition(runs == runCount)
    unsafe (target.pointer + start).copyMemory(from: ends, byteCount: runs * 4)
    target.appendZeros((8 - runCount * 4 % 8) % 8)
    let place = unsafe target.extend(by: runCount * width)
    for run in 0..<runs {
      unsafe (place + run * width).copyMemory(
        from: values + (Int(ends[run]) - 1) * width, byteCount: width)
    }
  }
}
