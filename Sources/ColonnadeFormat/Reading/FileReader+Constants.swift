// Columns of one value, read out of metadata alone: an entry of a page says the value, or where it
// lies. Files of few rows, such as manifests of one entry, consist of such columns, for each of which
// a decoder and a column would be made.
// Invariant: what does not hold here, or is damaged, is left to the decoder, which says so.

package import ColonnadeArrays
package import ColonnadeBase

extension FileReader {
  /// The value that all rows of a row group share, where the one page of its chunk says
  /// so alone; `nil` where the column must be decoded to know.
  /// - Parameter type: what the column's type has to be; of those that bits or decimals of 128 bits
  ///   hold and of nested ones nothing is known here.
  package func constant(
    column: Int, type: DataType, rowGroup: Int
  ) throws(ColonnadeError) -> Value? {
    do throws(ColonnadeError) {
      guard column >= 0, column < columnCount else { return nil }
      let field = try schemaReader.entry(at: column)
      guard !field.flags.contains(.encrypted), field.childCount == 0,
        FileReader.matches(field, type)
      else { return nil }
      let chunk = try chunk(field: column, rowGroup: rowGroup)
      let rowCount = try self.rowGroup(at: rowGroup).rowCount
      guard chunk.slotCount == rowCount, chunk.pageCount(rowCount: rowCount) == 1 else {
        return nil
      }
      let page = unsafe PageEntry(
        reading: try metadata.pages.entry(at: Int(chunk.firstPage)).unsafeAddress)
      data.metrics?.count(pages: 1)
      guard page.firstSlot == 0, !page.isFramed, page.codecCode == Codec.none.rawValue,
        page.flags.isEmpty, page.bitWidth == 0, page.auxiliaryCount == 0, page.scale == 0
      else { return nil }
      if page.nullCount == rowCount, page.encodingCode == Encoding.none.rawValue,
        page.byteCount == 0
      {
        return .null
      }
      guard page.nullCount == 0, page.encodingCode == Encoding.constant.rawValue else {
        return nil
      }
      return try value(of: page, type)
    } catch { throw error.inFile(path) }
  }

  private static func matches(_ field: FieldEntry, _ type: DataType) -> Bool {
    let wanted = TypeDescriptor(type)
    // Of a zoned timestamp the second parameter says where its zone stands.
    return field.typeCode == wanted.code && field.firstParameter == wanted.first
      && (field.secondParameter == wanted.second || wanted.zone != nil)
  }

  private func value(of page: PageEntry, _ type: DataType) throws(ColonnadeError) -> Value? {
    switch type {
    case .int64:
      return page.byteCount == 0 ? .integer(Int128(Int64(bitPattern: page.base))) : nil
    case .string:
      guard page.byteCount <= EncodingLimit.inlineValueByteCount, page.base == 0 else { return nil }
      let bytes = try data.data(offset: page.offset, byteCount: Int(page.byteCount))
      return unsafe String(utf8: bytes.unsafeBytes).map { .string($0) }
    case .fixedBinary(let byteCount):
      guard Int(page.byteCount) == byteCount, byteCount > 8, page.base == 0 else { return nil }
      return .binary(try data.data(offset: page.offset, byteCount: byteCount).array)
    default:
      // Up to eight bytes stand in the entry itself, zeros behind them.
      guard let size = type.physical.fixedByteCount, size <= 8, page.byteCount == 0,
        size == 8 || page.base >> UInt64(8 * size) == 0
      else { return nil }
      let bytes = MutableBuffer(capacity: 8)
      bytes.append(page.base.littleEndian)
      return Column(
        unchecked: type, count: 1, nullCount: 0, validity: nil,
        values: bytes.freeze().slice(from: 0, byteCount: size)
      ).value(at: 0)
    }
  }
}
