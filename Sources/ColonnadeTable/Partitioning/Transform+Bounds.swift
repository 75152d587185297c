// What a partition value says about the column it was made from. Spec: spec/table.md,
// "Transforms". Invariant: a bound may be wide, never wrong; unknown never prunes.

public import ColonnadeArrays
import ColonnadeBase
public import ColonnadeFormat

extension Transform {
  /// Statistics of the source column in a partition.
  /// - Parameters:
  ///   - value: the partition value, of the type `resultType(of: source)`.
  ///   - source: the column's type.
  ///   - rowCount: rows in the partition.
  public func bounds(
    of value: Value, source: DataType, rowCount: UInt64
  ) -> Statistics {
    if value.isNull {
      return Statistics(count: rowCount, nullCount: rowCount, nanCount: 0)
    }
    var statistics = Statistics(count: rowCount, nullCount: 0, nanCount: 0)
    if case .float(let number) = value {
      if number.isNaN {
        statistics.nanCount = rowCount
      } else {
        // Zero stands for both zeros.
        statistics.minimum = .init(.float(number == 0 ? -0.0 : number), isExact: number != 0)
        statistics.maximum = .init(.float(number == 0 ? 0.0 : number), isExact: number != 0)
      }
      return statistics
    }
    if let range = range(of: value, source: source) {
      statistics.minimum = .init(range.least, isExact: self == .identity)
      statistics.maximum = range.greatest.map { .init($0, isExact: self == .identity) }
    }
    return statistics
  }

  /// The least and the greatest source value a partition value stands for.
  private func range(of value: Value, source: DataType) -> (least: Value, greatest: Value?)? {
    switch (self, value) {
    case (.identity, _): return (value, value)
    case (.year, .integer(let years)):
      guard let years = Int32(exactly: years).map(Int64.init) else { return nil }
      return days(
        Calendar.firstDay(ofMonth: years * 12), Calendar.firstDay(ofMonth: (years + 1) * 12) - 1,
        source)
    case (.month, .integer(let months)):
      guard let months = Int32(exactly: months).map(Int64.init) else { return nil }
      return days(
        Calendar.firstDay(ofMonth: months), Calendar.firstDay(ofMonth: months + 1) - 1, source)
    case (.day, .date(let day)): return days(Int64(day), Int64(day), source)
    case (.hour, .integer(let hours)):
      guard case .timestamp(let unit, let zone) = source,
        let hours = Int32(exactly: hours).map(Int64.init)
      else { return nil }
      return ticks(hours, hours, unit.ticksPerSecond * 3600, unit, zone != nil)
    case (.truncate(let width), .integer(let number)):
      let width = Int128(width)
      return (.integer(number), .integer(Calendar.floorQuotient(number, width) * width + width - 1))
    case (.truncate(let width), .decimal(let unscaled, let scale)):
      let width = Int128(width)
      let greatest = Calendar.floorQuotient(unscaled, width) * width + (width - 1)
      return (.decimal(unscaled, scale: scale), .decimal(greatest, scale: scale))
    case (.truncate(let width), .string(let text)):
      // Text that is shorter than the width was not cut.
      if text.unicodeScalars.count < width { return (value, value) }
      return (value, Transform.successor(of: text).map(Value.string))
    case (.truncate(let width), .binary(let bytes)):
      if bytes.count < width { return (value, value) }
      return (value, Transform.successor(of: bytes).map(Value.binary))
    default: return nil
    }
  }

  private func days(
    _ first: Int64, _ last: Int64, _ source: DataType
  ) -> (least: Value, greatest: Value?)? {
    switch source {
    case .date:
      return (.date(Int32(clamping: first)), .date(Int32(clamping: last)))
    case .timestamp(let unit, let zone):
      return ticks(first, last, unit.ticksPerSecond * 86_400, unit, zone != nil)
    default: return nil
    }
  }

  /// From the first tick of period `first` to the last of period `last`.
  private func ticks(
    _ first: Int64, _ last: Int64, _ ticksPerPeriod: Int64, _ unit: TimeUnit, _ zoned: Bool
  ) -> (least: Value, greatest: Value?) {
    let least = Int128(first) * Int128(ticksPerPeriod)
    let greatest = (Int128(last) + 1) * Int128(ticksPerPeriod) - 1
    return (
      .timestamp(Int64(clamping: least), unit, zoned: zoned),
      .timestamp(Int64(clamping: greatest), unit, zoned: zoned)
    )
  }

  /// The least text above all that begin with `text`, shortened; `nil` where there is none.
  static func successor(of text: String) -> String? {
    var scalars = Array(text.unicodeScalars)
    while let last = scalars.popLast() {
      guard last.value < 0x10FFFF else { continue }
      // The code points between are no text.
      let next = last.value + 1 == 0xD800 ? 0xE000 : last.value + 1
      guard let scalar = Unicode.Scalar(next) else { continue }
      scalars.append(scalar)
      var view = String.UnicodeScalarView()
      view.append(contentsOf: scalars)
      return String(view)
    }
    return nil
  }

  static func successor(of bytes: [UInt8]) -> [UInt8]? {
    var bytes = bytes
    while let last = bytes.popLast() {
      if last < 255 { return bytes + [last + 1] }
    }
    return nil
  }

  /// Whether rows whose source equals `value` can be in a partition; only `bucket` says more than
  /// bounds do.
  /// - Returns: true where nothing is known.
  public func mayContain(_ value: Value, source: DataType, in partitionValue: Value) -> Bool {
    guard case .bucket = self else { return true }
    guard case .integer(let bucket) = partitionValue else {
      // The partition of NULL, which equals nothing.
      return value.isNull || !partitionValue.isNull
    }
    guard case .integer(let hashed)? = self.partitionValue(of: value, source: source) else {
      return true
    }
    return hashed == bucket
  }

  /// The partition value of rows whose source equals `value`; `nil` where that is not known.
  func partitionValue(of value: Value, source: DataType) -> Value? {
    guard !value.isNull, let fitting = Transform.value(value, as: source) else { return nil }
    let builder = ColumnBuilder(source, capacity: 1)
    do {
      try builder.append(value: fitting)
      return try apply(to: builder.finish()).value(at: 0)
    } catch {
      return nil
    }
  }

  /// `value` as the type holds it; `nil` where it does not hold it exactly.
  static func value(_ value: Value, as type: DataType) -> Value? {
    switch (type, value) {
    case (.int8, .decimal), (.int16, .decimal), (.int32, .decimal), (.int64, .decimal),
      (.uint8, .decimal), (.uint16, .decimal), (.uint32, .decimal), (.uint64, .decimal):
      return rescaled(value, to: 0).map { .integer($0) }
    case (.decimal(_, let scale), .decimal), (.decimal(_, let scale), .integer):
      return rescaled(value, to: scale).map { .decimal($0, scale: scale) }
    case (.timestamp(let unit, let zone), .timestamp(let ticks, let valueUnit, let zoned)):
      guard (zone != nil) == zoned else { return nil }
      return converted(ticks, from: valueUnit, to: unit).map {
        .timestamp($0, unit, zoned: zoned)
      }
    case (.time(let unit), .time(let ticks, let valueUnit)):
      return converted(ticks, from: valueUnit, to: unit).map { .time($0, unit) }
    case (.int8, .integer), (.int16, .integer), (.int32, .integer), (.int64, .integer),
      (.uint8, .integer), (.uint16, .integer), (.uint32, .integer), (.uint64, .integer),
      (.date, .date), (.string, .string), (.categorical, .string), (.binary, .binary),
      (.fixedBinary, .binary):
      return value
    default: return nil
    }
  }

  private static func rescaled(_ value: Value, to scale: Int) -> Int128? {
    let (unscaled, from): (Int128, Int)
    switch value {
    case .integer(let number): (unscaled, from) = (number, 0)
    case .decimal(let number, let scale): (unscaled, from) = (number, scale)
    default: return nil
    }
    guard (0...38).contains(from), (0...38).contains(scale) else { return nil }
    if from <= scale {
      let (product, overflow) = unscaled.multipliedReportingOverflow(
        by: Int128(UInt128.powerOfTen(scale - from)))
      return overflow ? nil : product
    }
    let divisor = Int128(UInt128.powerOfTen(from - scale))
    return unscaled % divisor == 0 ? unscaled / divisor : nil
  }

  private static func converted(_ ticks: Int64, from: TimeUnit, to: TimeUnit) -> Int64? {
    if from.ticksPerSecond <= to.ticksPerSecond {
      let (product, overflow) = ticks.multipliedReportingOverflow(
        by: to.ticksPerSecond / from.ticksPerSecond)
      return overflow ? nil : product
    }
    let divisor = from.ticksPerSecond / to.ticksPerSecond
    return ticks % divisor == 0 ? ticks / divisor : nil
  }
}
