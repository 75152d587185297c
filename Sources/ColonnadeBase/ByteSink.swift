// Writes little-endian numbers, bytes and texts one after the other; what `ByteCursor` reads.

/// A writer at the end of a mutable buffer.
package struct ByteSink {
  package let target: MutableBuffer

  package init(_ target: MutableBuffer = MutableBuffer()) {
    self.target = target
  }

  package var byteCount: Int { target.byteCount }

  package func writeU8(_ value: UInt8) { target.append(value) }
  package func writeU16(_ value: UInt16) { target.append(value.littleEndian) }
  package func writeU32(_ value: UInt32) { target.append(value.littleEndian) }
  package func writeU64(_ value: UInt64) { target.append(value.littleEndian) }
  package func writeI32(_ value: Int32) { target.append(value.littleEndian) }
  package func writeI64(_ value: Int64) { target.append(value.littleEndian) }

  /// A count or an offset of our own, as `u64`.
  package func writeCount(_ value: Int) { writeU64(UInt64(value)) }

  package func writeBytes(_ bytes: [UInt8]) { target.append(bytes) }
  package func writeBytes(_ buffer: Buffer) { unsafe target.append(buffer.unsafeBytes) }
  package func writeBytes(_ bytes: UnsafeRawBufferPointer) { unsafe target.append(bytes) }

  /// A `u32` length and the text in UTF-8.
  package func writeString(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
      writeU32(UInt32(bytes.count))
      unsafe target.append(UnsafeRawBufferPointer(bytes))
    }
  }

  /// Overwrites four bytes written before.
  package func patchU32(_ value: UInt32, at offset: Int) {
    precondition(offset >= 0 && offset <= byteCount - 4)
    unsafe target.pointer.storeBytes(
      of: value.littleEndian, toByteOffset: offset, as: UInt32.self)
  }

  /// Overwrites eight bytes written before.
  package func patchU64(_ value: UInt64, at offset: Int) {
    precondition(offset >= 0 && offset <= byteCount - 8)
    unsafe target.pointer.storeBytes(
      of: value.littleEndian, toByteOffset: offset, as: UInt64.self)
  }

  /// Pads with zeros to a multiple of `alignment`, a power of two.
  package func pad(to alignment: Int) { target.pad(to: alignment) }
}
