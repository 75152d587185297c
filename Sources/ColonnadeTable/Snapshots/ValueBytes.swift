// Single values as bytes in the layout of their type, as roots hold the bounds of partition values.

import ColonnadeArrays
import ColonnadeBase

/// Encodes and decodes values of leaf types.
enum ValueBytes {
  /// - Returns: the value's bytes; `nil` where it does not fit the type or is null.
  static func encoded(_ value: Value, as type: DataType) -> [UInt8]? {
    if value.isNull || type.isNested { return nil }
    let builder = ColumnBuilder(type, capacity: 1)
    do {
      try builder.append(value: value)
    } catch {
      return nil
    }
    let column = builder.finish()
    switch type.physical {
    case .none, .list, .fixedList, .structure: return nil
    case .bytes, .fixedBytes: return unsafe column.withUnsafeBytes(at: 0) { unsafe Array($0) }
    default: return column.values.array
    }
  }

  /// - Throws: `.corrupt` where the bytes are none of the type.
  static func decoded(_ bytes: Buffer, as type: DataType) throws(ColonnadeError) -> Value {
    let expected = type.physical == .bit ? 1 : type.physical.fixedByteCount
    if let expected, expected != bytes.byteCount {
      throw ColonnadeError(
        .corrupt, "a value of type \(type) has \(bytes.byteCount) bytes instead of \(expected)")
    }
    switch type.physical {
    case .none, .list, .fixedList, .structure:
      throw ColonnadeError(.corrupt, "a partition value is of type \(type)")
    case .bytes:
      if type != .binary, unsafe String(validating: bytes.unsafeBytes, as: UTF8.self) == nil {
        throw ColonnadeError(.corrupt, "a partition value is not UTF-8")
      }
      let builder = ColumnBuilder(type, capacity: 1)
      unsafe builder.append(bytes: bytes.unsafeBytes)
      return builder.finish().value(at: 0)
    default:
      // Aligned anew: bytes of a root stand anywhere.
      return Column(
        unchecked: type, count: 1, nullCount: 0, validity: nil,
        values: unsafe Buffer(copying: bytes.unsafeBytes)
      ).value(at: 0)
    }
  }
}
