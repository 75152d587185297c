// Which parser of the C side a type has.

import CIngest
import ColonnadeArrays

/// How the fields of a column become values.
enum CellType: Sendable {
  /// Fixed-width values of `byteCount` bytes.
  case fixed(colonnade_cell_type, byteCount: Int)
  case bool
  /// UTF-8 text as it stands.
  case text
  /// One value at a time: `CellParser`.
  case general

  init(_ type: DataType) {
    switch type {
    case .bool: self = .bool
    case .string, .categorical: self = .text
    case .int8: self = CellType.fixed(COLONNADE_CELL_INT8, 1)
    case .int16: self = CellType.fixed(COLONNADE_CELL_INT16, 2)
    case .int32: self = CellType.fixed(COLONNADE_CELL_INT32, 4)
    case .int64: self = CellType.fixed(COLONNADE_CELL_INT64, 8)
    case .uint8: self = CellType.fixed(COLONNADE_CELL_UINT8, 1)
    case .uint16: self = CellType.fixed(COLONNADE_CELL_UINT16, 2)
    case .uint32: self = CellType.fixed(COLONNADE_CELL_UINT32, 4)
    case .uint64: self = CellType.fixed(COLONNADE_CELL_UINT64, 8)
    case .float32: self = CellType.fixed(COLONNADE_CELL_FLOAT32, 4)
    case .float64: self = CellType.fixed(COLONNADE_CELL_FLOAT64, 8)
    case .date: self = CellType.fixed(COLONNADE_CELL_DATE, 4)
    case .time(let unit):
      self = CellType.fixed(
        COLONNADE_CELL_TIME, unit.ticksPerSecond <= 1000 ? 4 : 8, unit: unit)
    case .timestamp(let unit, nil):
      self = CellType.fixed(COLONNADE_CELL_TIMESTAMP, 8, unit: unit)
    case .timestamp(let unit, _):
      self = CellType.fixed(COLONNADE_CELL_INSTANT, 8, unit: unit)
    case .duration(let unit):
      self = CellType.fixed(COLONNADE_CELL_DURATION, 8, unit: unit)
    case .decimal(let precision, let scale):
      let isNarrow = precision <= 18
      self = .fixed(
        colonnade_cell_type(
          kind: isNarrow ? COLONNADE_CELL_DECIMAL64 : COLONNADE_CELL_DECIMAL128,
          precision: Int32(precision), scale: Int32(scale), ticksPerSecond: 1),
        byteCount: isNarrow ? 8 : 16)
    case .null, .float16, .binary, .fixedBinary, .list, .fixedList, .structure, .map:
      self = .general
    }
  }

  private static func fixed(
    _ kind: colonnade_cell_kind, _ byteCount: Int, unit: TimeUnit = .second
  ) -> CellType {
    .fixed(
      colonnade_cell_type(kind: kind, precision: 0, scale: 0, ticksPerSecond: unit.ticksPerSecond),
      byteCount: byteCount)
  }
}
