// Random values of every type, from a seed.

public import ColonnadeArrays

public enum RandomValue {
  /// One type of every layout, nested ones too.
  public static let types: [DataType] = [
    .null, .bool, .int8, .uint16, .int32, .int64, .uint64, .float16, .float32, .float64,
    .decimal(precision: 9, scale: 2), .decimal(precision: 30, scale: 4), .date,
    .timestamp(.microsecond, zone: "UTC"), .string, .binary, .fixedBinary(byteCount: 3),
    .list(Field("element", .string)), .fixedList(Field("element", .float32), count: 3),
    .structure([Field("a", .int16), Field("b", .list(Field("element", .bool)))]),
    .map(key: Field("key", .string, isNullable: false), value: Field("value", .int32)),
  ]

  /// A random value of `type`; null one time in four where allowed.
  public static func of(
    _ type: DataType, nullable: Bool, using generator: inout SeededGenerator
  ) -> Value {
    if type == .null || (nullable && Int.random(in: 0..<4, using: &generator) == 0) { return .null }
    let number = Int128(Int.random(in: 0..<100, using: &generator))
    switch type {
    case .null: return .null
    case .bool: return .bool(number < 50)
    case .float16, .float32, .float64: return .float(Double(number) / 4)
    case .decimal(_, let scale): return .decimal(number - 50, scale: scale)
    case .date: return .date(Int32(number))
    case .time(let unit): return .time(Int64(number), unit)
    case .timestamp(let unit, let zone):
      return .timestamp(Int64(number), unit, zoned: zone != nil)
    case .duration(let unit): return .duration(Int64(number), unit)
    case .string, .categorical:
      return .string(String(repeating: "é\(number)", count: Int(number) % 9))
    case .binary: return .binary([UInt8](repeating: UInt8(number), count: Int(number) % 30))
    case .fixedBinary(let byteCount):
      return .binary([UInt8](repeating: UInt8(number), count: byteCount))
    case .list(let element):
      return .list(
        (0..<Int(number) % 4).map { _ in of(element.type, nullable: true, using: &generator)
        })
    case .fixedList(let element, let count):
      return .list(
        (0..<count).map { _ in of(element.type, nullable: true, using: &generator) })
    case .structure(let fields):
      return .structure(
        fields.map { (name: $0.name, value: of($0.type, nullable: true, using: &generator)) }
      )
    case .map(let key, let item):
      return .map(
        (0..<Int(number) % 3).map { _ in
          (
            key: of(key.type, nullable: false, using: &generator),
            value: of(item.type, nullable: true, using: &generator)
          )
        })
    default: return .integer(number)
    }
  }
}
