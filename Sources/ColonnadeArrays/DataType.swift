// The closed set of logical types. Spec: spec/types.md.

/// Unit of times, timestamps and durations.
public enum TimeUnit: UInt8, Hashable, Sendable, CaseIterable {
  case second = 0
  case millisecond = 1
  case microsecond = 2
  case nanosecond = 3

  /// Ticks in one second.
  public var ticksPerSecond: Int64 {
    switch self {
    case .second: 1
    case .millisecond: 1_000
    case .microsecond: 1_000_000
    case .nanosecond: 1_000_000_000
    }
  }

  /// `s`, `ms`, `us` or `ns`.
  public var symbol: String {
    switch self {
    case .second: "s"
    case .millisecond: "ms"
    case .microsecond: "us"
    case .nanosecond: "ns"
    }
  }
}

/// What the values of a column mean.
public indirect enum DataType: Hashable, Sendable {
  case null
  case bool
  case int8, int16, int32, int64
  case uint8, uint16, uint32, uint64
  case float16, float32, float64
  /// A number with `scale` digits after the point. Precision 1–18 is held in 64 bits, 19–38 in
  /// 128 bits; 0 ≤ scale ≤ precision.
  case decimal(precision: Int, scale: Int)
  /// Days since 1970-01-01, 32 bits.
  case date
  /// Time since midnight: 32 bits in s and ms, 64 bits in µs and ns.
  case time(TimeUnit)
  /// Ticks since 1970-01-01T00:00:00; an instant in UTC where a zone is named, else a wall clock.
  case timestamp(TimeUnit, zone: String?)
  case duration(TimeUnit)
  /// UTF-8 text.
  case string
  /// Text from a small set; ordered where the order of the set carries meaning.
  case categorical(ordered: Bool)
  case binary
  /// `byteCount` bytes a value, 1 or more; a UUID is 16.
  case fixedBinary(byteCount: Int)
  case list(Field)
  /// `count` elements a value, 1 or more; vectors.
  case fixedList(Field, count: Int)
  case structure([Field])
  /// Entries of key and value; keys are not null.
  case map(key: Field, value: Field)

  /// How values of the type lie in memory.
  public var physical: PhysicalType {
    switch self {
    case .null: .none
    case .bool: .bit
    case .int8: .int8
    case .int16: .int16
    case .int32, .date: .int32
    case .int64, .timestamp, .duration: .int64
    case .uint8: .uint8
    case .uint16: .uint16
    case .uint32: .uint32
    case .uint64: .uint64
    case .float16: .float16
    case .float32: .float32
    case .float64: .float64
    case .decimal(let precision, _): precision <= 18 ? .int64 : .int128
    case .time(let unit): unit == .second || unit == .millisecond ? .int32 : .int64
    case .string, .categorical, .binary: .bytes
    case .fixedBinary(let byteCount): .fixedBytes(byteCount)
    case .list, .map: .list
    case .fixedList(_, let count): .fixedList(count)
    case .structure: .structure
    }
  }

  /// The fields below this type: the element of a list, the fields of a struct, the one
  /// `entries` struct of a map; empty for leaves.
  public var children: [Field] {
    switch self {
    case .list(let element): [element]
    case .fixedList(let element, _): [element]
    case .structure(let fields): fields
    case .map(let key, let value):
      [Field("entries", .structure([key, value]), isNullable: false)]
    default: []
    }
  }

  /// True for types whose values hold other values.
  public var isNested: Bool {
    switch self {
    case .list, .fixedList, .structure, .map: true
    default: false
    }
  }
}

/// How values lie in memory: Arrow's layouts, strings and binary as 16-byte views.
public enum PhysicalType: Hashable, Sendable {
  /// No bytes at all: the null type.
  case none
  /// One bit a value, least significant first.
  case bit
  case int8, int16, int32, int64
  case uint8, uint16, uint32, uint64
  case float16, float32, float64
  case int128
  /// 16-byte views (length, then 12 bytes inline, or 4-byte prefix, buffer index, offset).
  case bytes
  case fixedBytes(Int)
  /// Int32 offsets, one more than values.
  case list
  /// The child holds this many elements a value.
  case fixedList(Int)
  /// Children of the same count.
  case structure

  /// Bytes of one value for layouts of fixed width; `nil` for bits, bytes and nested layouts.
  public var fixedByteCount: Int? {
    switch self {
    case .int8, .uint8: 1
    case .int16, .uint16, .float16: 2
    case .int32, .uint32, .float32: 4
    case .int64, .uint64, .float64: 8
    case .int128: 16
    case .fixedBytes(let count): count
    case .none, .bit, .bytes, .list, .fixedList, .structure: nil
    }
  }
}
