// The types of Arrow by how their values lie in memory: several layouts may mean one `DataType`.
// Unions, intervals and decimals of 256 bits are not among them and are refused by name.

package import ColonnadeBase

/// Where the values of text, binary and lists begin and end.
package enum ArrowOffsets: Hashable, Sendable {
  /// 32-bit offsets.
  case narrow
  /// 64-bit offsets.
  case wide
}

/// How the bytes of text and binary are found.
package enum ArrowBytes: Hashable, Sendable {
  case offsets(ArrowOffsets)
  /// 16-byte views.
  case views
}

/// An integer type, such as a dictionary's indices have.
package struct ArrowInteger: Hashable, Sendable {
  /// 1, 2, 4 or 8.
  package var byteCount: Int
  package var isSigned: Bool

  package init(byteCount: Int, isSigned: Bool) {
    self.byteCount = byteCount
    self.isSigned = isSigned
  }

  package static let int32 = ArrowInteger(byteCount: 4, isSigned: true)
}

/// A type of Arrow.
package indirect enum ArrowType: Hashable, Sendable {
  case null
  case bool
  case integer(ArrowInteger)
  /// 2, 4 or 8 bytes.
  case float(byteCount: Int)
  /// 4, 8 or 16 bytes.
  case decimal(precision: Int, scale: Int, byteCount: Int)
  case string(ArrowBytes)
  case binary(ArrowBytes)
  case fixedBinary(byteCount: Int)
  /// Days in 32 bits.
  case date
  /// Milliseconds in 64 bits, whole days.
  case dateInMilliseconds
  case time(TimeUnit)
  case timestamp(TimeUnit, zone: String?)
  case duration(TimeUnit)
  case list(ArrowField, ArrowOffsets)
  /// Lists that name a start and a size each, in any order.
  case listView(ArrowField, ArrowOffsets)
  case fixedList(ArrowField, count: Int)
  case structure([ArrowField])
  case map(key: ArrowField, value: ArrowField, keysSorted: Bool)
  case dictionary(ArrowInteger, values: ArrowField, isOrdered: Bool)
  /// Run ends of 2, 4 or 8 bytes, signed.
  case runs(endByteCount: Int, values: ArrowField)
}

/// A name with a type of Arrow.
package struct ArrowField: Hashable, Sendable {
  package var name: String
  package var type: ArrowType
  package var isNullable: Bool
  package var metadata: [MetadataEntry]

  package init(
    _ name: String, _ type: ArrowType, isNullable: Bool = true, metadata: [MetadataEntry] = []
  ) {
    self.name = name
    self.type = type
    self.isNullable = isNullable
    self.metadata = metadata
  }

  /// The field as the engine has it. Elements are called `element`, parts of maps `key` and
  /// `value`, whatever Arrow's producer called them: those names carry no meaning there.
  /// - Throws: `.unsupportedFeature` naming a type that the engine does not have.
  package func field() throws(ColonnadeError) -> Field {
    Field(name, try type.dataType(), isNullable: isNullable, metadata: metadata)
  }

  func renamed(_ name: String) -> ArrowField {
    var renamed = self
    renamed.name = name
    return renamed
  }
}

extension ArrowType {
  /// What values of the type mean.
  /// - Throws: `.unsupportedFeature` naming a decimal that the engine does not have.
  package func dataType() throws(ColonnadeError) -> DataType {
    switch self {
    case .null: return .null
    case .bool: return .bool
    case .integer(let integer):
      switch integer.byteCount {
      case 1: return integer.isSigned ? .int8 : .uint8
      case 2: return integer.isSigned ? .int16 : .uint16
      case 4: return integer.isSigned ? .int32 : .uint32
      default: return integer.isSigned ? .int64 : .uint64
      }
    case .float(let byteCount):
      return byteCount == 2 ? .float16 : byteCount == 4 ? .float32 : .float64
    case .decimal(let precision, let scale, _):
      guard (1...38).contains(precision), (0...precision).contains(scale) else {
        throw ColonnadeError(
          .unsupportedFeature, "decimal(\(precision), \(scale)) is not a type of this engine",
          hint: "precision goes from 1 to 38, scale from 0 to the precision")
      }
      return .decimal(precision: precision, scale: scale)
    case .string: return .string
    case .binary: return .binary
    case .fixedBinary(let byteCount): return .fixedBinary(byteCount: byteCount)
    case .date, .dateInMilliseconds: return .date
    case .time(let unit): return .time(unit)
    case .timestamp(let unit, let zone): return .timestamp(unit, zone: zone)
    case .duration(let unit): return .duration(unit)
    case .list(let element, _), .listView(let element, _):
      return .list(try element.renamed("element").field())
    case .fixedList(let element, let count):
      return .fixedList(try element.renamed("element").field(), count: count)
    case .structure(let fields):
      return .structure(try fields.map { field throws(ColonnadeError) in try field.field() })
    case .map(let key, let value, _):
      var keyField = try key.renamed("key").field()
      keyField.isNullable = false
      return .map(key: keyField, value: try value.renamed("value").field())
    case .dictionary(_, let values, let isOrdered):
      let type = try values.type.dataType()
      return type == .string ? .categorical(ordered: isOrdered) : type
    case .runs(_, let values): return try values.type.dataType()
    }
  }
}
