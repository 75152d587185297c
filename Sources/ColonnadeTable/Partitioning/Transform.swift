// What turns a column's value into a partition value. Spec: spec/table.md, "Transforms".
// Invariants: a null stays null and nothing else becomes null; every transform but `bucket` keeps
// the order of values.

public import ColonnadeArrays
package import ColonnadeBase

/// A closed set of functions from a column to a partition value.
public enum Transform: Hashable, Sendable {
  /// The value itself.
  case identity
  /// Years since 1970.
  case year
  /// Months since 1970-01.
  case month
  /// The day as a date.
  case day
  /// Hours since 1970-01-01T00.
  case hour
  /// Iceberg's 32-bit Murmur3 hash modulo the number of buckets.
  case bucket(Int)
  /// Integers and decimals down to a multiple of the width, text to its first code points, binary
  /// to its first bytes.
  case truncate(Int)

  /// The largest number of buckets and the largest width.
  public static let maximumParameter = Int(Int32.max)

  /// The type of partition values made from `source`; `nil` where the transform does not apply.
  public func resultType(of source: DataType) -> DataType? {
    switch self {
    case .identity:
      switch source {
      case .null: return nil
      default: return source.isNested ? nil : source
      }
    case .year, .month:
      switch source {
      case .date, .timestamp: return .int32
      default: return nil
      }
    case .day:
      switch source {
      case .date, .timestamp: return .date
      default: return nil
      }
    case .hour:
      if case .timestamp = source { return .int32 }
      return nil
    case .bucket:
      switch source {
      case .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64, .decimal, .date, .time,
        .timestamp, .string, .categorical, .binary, .fixedBinary:
        return .int32
      default: return nil
      }
    case .truncate:
      switch source {
      case .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64, .decimal, .string,
        .binary:
        return source
      case .categorical: return .string
      default: return nil
      }
    }
  }

  /// True where larger values have larger or equal partition values.
  public var keepsOrder: Bool {
    if case .bucket = self { return false }
    return true
  }

  /// The code in a snapshot's root.
  package var code: UInt8 {
    switch self {
    case .identity: 0
    case .year: 1
    case .month: 2
    case .day: 3
    case .hour: 4
    case .bucket: 5
    case .truncate: 6
    }
  }

  /// The number of buckets or the width; 0 for the others.
  package var parameter: UInt32 {
    switch self {
    case .bucket(let count): UInt32(truncatingIfNeeded: count)
    case .truncate(let width): UInt32(truncatingIfNeeded: width)
    default: 0
    }
  }

  /// - Throws: `.unsupportedFeature` for a code this version does not know, `.corrupt` for a
  ///   parameter out of range.
  package init(code: UInt8, parameter: UInt32) throws(ColonnadeError) {
    switch code {
    case 0: self = .identity
    case 1: self = .year
    case 2: self = .month
    case 3: self = .day
    case 4: self = .hour
    case 5, 6:
      guard parameter >= 1, parameter <= UInt32(Transform.maximumParameter) else {
        throw ColonnadeError(.corrupt, "a transform has the parameter \(parameter)")
      }
      self = code == 5 ? .bucket(Int(parameter)) : .truncate(Int(parameter))
    default:
      throw ColonnadeError(
        .unsupportedFeature, "transform \(code) is not known to this version of Colonnade")
    }
  }

  /// The transform applied to a column's name, as `--partition-by` states it.
  public func description(of column: String) -> String {
    let name = PartitionText.quoted(column)
    return switch self {
    case .identity: name
    case .year: "year(\(name))"
    case .month: "month(\(name))"
    case .day: "day(\(name))"
    case .hour: "hour(\(name))"
    case .bucket(let count): "bucket(\(count), \(name))"
    case .truncate(let width): "truncate(\(width), \(name))"
    }
  }

  /// What the transform is called.
  var name: String {
    switch self {
    case .identity: "identity"
    case .year: "year"
    case .month: "month"
    case .day: "day"
    case .hour: "hour"
    case .bucket: "bucket"
    case .truncate: "truncate"
    }
  }
}
