// The text form of types, as `schema` prints it and schema files state it: spec/types.md.

extension DataType: CustomStringConvertible {
  public var description: String {
    switch self {
    case .null: "null"
    case .bool: "bool"
    case .int8: "int8"
    case .int16: "int16"
    case .int32: "int32"
    case .int64: "int64"
    case .uint8: "uint8"
    case .uint16: "uint16"
    case .uint32: "uint32"
    case .uint64: "uint64"
    case .float16: "float16"
    case .float32: "float32"
    case .float64: "float64"
    case .decimal(let precision, let scale): "decimal(\(precision), \(scale))"
    case .date: "date"
    case .time(let unit): "time(\(unit.symbol))"
    case .timestamp(let unit, nil): "timestamp(\(unit.symbol))"
    case .timestamp(let unit, let zone?): "timestamp(\(unit.symbol), \(DataType.quoted(zone)))"
    case .duration(let unit): "duration(\(unit.symbol))"
    case .string: "string"
    case .categorical(let ordered): ordered ? "categorical(ordered)" : "categorical"
    case .binary: "binary"
    case .fixedBinary(let byteCount): "binary(\(byteCount))"
    case .list(let element): "list<\(DataType.element(element))>"
    case .fixedList(let element, let count): "list<\(DataType.element(element)), \(count)>"
    case .structure(let fields):
      "struct<"
        + fields.map { field in
          "\(DataType.name(field.name)): \(field.type)" + (field.isNullable ? "" : " not null")
        }.joined(separator: ", ") + ">"
    case .map(let key, let value):
      "map<\(key.type), \(DataType.element(value))>"
    }
  }

  private static func element(_ field: Field) -> String {
    "\(field.type)" + (field.isNullable ? "" : " not null")
  }

  static func name(_ name: String) -> String {
    let plain =
      !name.isEmpty
      && name.utf8.allSatisfy { byte in
        byte == UInt8(ascii: "_") || (byte >= 48 && byte <= 57) || (byte >= 65 && byte <= 90)
          || (byte >= 97 && byte <= 122)
      }
    return plain
      ? name
      : "\"\(name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\""))\""
  }

  private static func quoted(_ text: String) -> String {
    "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
  }
}
