// Text as Arrow lays it with offsets: ends, and the bytes of all values back to back.

import CKernels
package import ColonnadeBase

package struct OffsetText: Sendable {
  /// `count + 1` Int32 or Int64, the first of them 0.
  package let ends: Buffer
  package let bytes: Buffer

  /// Trusts its parts.
  package init(ends: Buffer, bytes: Buffer) {
    self.ends = ends
    self.bytes = bytes
  }

  /// The values of `column`, copied.
  /// - Throws: `.limitExceeded` where they are too long for 32-bit offsets.
  /// - Complexity: O(bytes).
  init(_ column: Column, _ offsets: ArrowOffsets) throws(ColonnadeError) {
    let total = column.measureText().total
    guard offsets == .wide || total <= UInt64(Int32.max) else {
      throw ColonnadeError(
        .limitExceeded, "a batch holds \(total) bytes of text, too many for 32-bit offsets",
        hint: "ask for 64-bit offsets, for views or for smaller batches")
    }
    let ends = MutableBuffer(byteCount: (column.count + 1) * offsets.byteCount)
    unsafe colonnade_views_ends(
      ends.pointer, offsets == .wide ? 1 : 0, column.values.unsafeAddress, column.count)
    // The kernel writes up to 12 bytes where a short view ends.
    let bytes = MutableBuffer(capacity: Int(total) + 16)
    _ = unsafe bytes.extend(by: Int(total))
    unsafe column.withDataAddresses { addresses in
      _ = unsafe colonnade_views_copy(
        bytes.pointer.assumingMemoryBound(to: UInt8.self), column.values.unsafeAddress,
        column.count, addresses)
    }
    self.init(ends: ends.freeze(), bytes: bytes.freeze())
  }

  /// The texts that codes name, with 32-bit offsets; nil where they are too long for these.
  /// - Parameters:
  ///   - codes: `count` UInt32, each below the number of the table's entries.
  /// - Complexity: O(count).
  package init?(_ codes: UnsafePointer<UInt32>, count: Int, in table: TextTable) {
    let lengths = unsafe UnsafePointer(
      table.lengths.pointer.assumingMemoryBound(to: UInt32.self))
    let total = unsafe colonnade_coded_text_size(codes, count, lengths)
    guard total <= UInt64(Int32.max) else { return nil }
    let ends = MutableBuffer(byteCount: (count + 1) * 4)
    // The kernel writes a whole slot where the last text starts.
    let bytes = MutableBuffer(capacity: Int(total) + TextTable.greatestStride)
    _ = unsafe bytes.extend(by: Int(total))
    unsafe colonnade_coded_text(
      ends.pointer.assumingMemoryBound(to: UInt32.self),
      bytes.pointer.assumingMemoryBound(to: UInt8.self), codes, count,
      table.texts.pointer.assumingMemoryBound(to: UInt8.self), lengths, UInt32(table.stride))
    self.init(ends: ends.freeze(), bytes: bytes.freeze())
  }
}

/// Short texts, each in a slot of one width: copying one is a store or two.
package struct TextTable {
  fileprivate let texts: MutableBuffer
  fileprivate let lengths: MutableBuffer
  fileprivate let stride: Int

  fileprivate static let greatestStride = Int(COLONNADE_TEXT_STRIDE)

  /// Nil where there is none, or one too long for a slot.
  package init?(_ entries: Column) {
    let longest = Int(entries.measureText().longest)
    guard entries.count > 0, longest <= TextTable.greatestStride else { return nil }
    stride = max(8, (longest + 7) / 8 * 8)
    texts = MutableBuffer(byteCount: entries.count * stride)
    lengths = MutableBuffer(byteCount: entries.count * 4)
    unsafe entries.withDataAddresses { addresses in
      unsafe colonnade_text_table(
        texts.pointer.assumingMemoryBound(to: UInt8.self),
        lengths.pointer.assumingMemoryBound(to: UInt32.self), UInt32(stride),
        entries.values.unsafeAddress, entries.count, addresses)
    }
  }
}

extension Column {
  /// Bytes of all values of a `bytes` column, and of the longest.
  fileprivate func measureText() -> (total: UInt64, longest: UInt32) {
    guard count > 0 else { return (0, 0) }
    var least: UInt32 = 0
    var greatest: UInt32 = 0
    var total: UInt64 = 0
    unsafe colonnade_views_measure(
      values.unsafeAddress, count, nil, 0, &least, &greatest, &total)
    return (total, greatest)
  }
}
