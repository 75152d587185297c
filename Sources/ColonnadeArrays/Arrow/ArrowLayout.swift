// In which of Arrow's layouts columns leave: chosen once per schema, for nested fields too.
// Invariant: each field of a layout means the same values as the schema's field it was made for.

package import CArrow
package import ColonnadeBase

/// Layouts for all fields that nothing else is asked for; the bits are those of the C header.
package struct ArrowLayoutDefaults: OptionSet, Hashable, Sendable {
  package let rawValue: UInt32

  package init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Text and binary with 32-bit offsets in place of views; a copy.
  package static let offsets = ArrowLayoutDefaults(rawValue: 1)
  /// Text and binary with 64-bit offsets in place of views; a copy. Goes before `offsets`.
  package static let largeOffsets = ArrowLayoutDefaults(rawValue: 2)
  /// Categoricals as the text they mean in place of dictionaries.
  package static let plainCategoricals = ArrowLayoutDefaults(rawValue: 4)
  /// Decimals of up to 18 digits in 64 bits, without a copy, in place of 128.
  package static let narrowDecimals = ArrowLayoutDefaults(rawValue: 8)

  /// Every bit that has a meaning.
  package static let all: ArrowLayoutDefaults = [
    .offsets, .largeOffsets, .plainCategoricals, .narrowDecimals,
  ]

  var bytes: ArrowBytes {
    contains(.largeOffsets) ? .offsets(.wide) : contains(.offsets) ? .offsets(.narrow) : .views
  }

  /// Values of dictionaries have offsets by default: few readers take views there.
  var dictionaryValues: ArrowField {
    ArrowField("", .string(.offsets(contains(.largeOffsets) ? .wide : .narrow)))
  }
}

/// The layouts of all columns of a schema.
package struct ArrowLayout: Hashable, Sendable {
  package let fields: [ArrowField]
  package let metadata: [MetadataEntry]

  package init(schema: Schema, defaults: ArrowLayoutDefaults = []) {
    fields = schema.fields.map { ArrowField($0, defaults) }
    metadata = schema.metadata
  }

  /// The layouts a consumer asks for wherever they can mean the same values; what cannot be
  /// honoured, other names and another number of columns are passed over.
  /// - Parameter requested: read only, not released; a struct of the columns.
  /// - Throws: `.invalidArgument` where `requested` was released.
  package init(
    schema: Schema, defaults: ArrowLayoutDefaults = [],
    requesting requested: UnsafePointer<ArrowSchema>
  ) throws(ColonnadeError) {
    let plain = ArrowLayout(schema: schema, defaults: defaults)
    let requests = try unsafe ArrowSchemaReader.requestedFields(requested)
    metadata = plain.metadata
    fields =
      requests.count == plain.fields.count
      ? zip(plain.fields, requests).map { field, request in
        request.map { field.honouring($0) } ?? field
      }
      : plain.fields
  }
}

extension ArrowField {
  init(_ field: Field, _ defaults: ArrowLayoutDefaults) {
    self.init(
      field.name, ArrowType(field.type, defaults), isNullable: field.isNullable,
      metadata: field.metadata)
  }

  /// The same field in the layout of `request`, as far as it is one of the same values.
  func honouring(_ request: ArrowField) -> ArrowField {
    guard request.name.utf8.elementsEqual(name.utf8) else { return self }
    var field = self
    field.type = type.honouring(request.type)
    return field
  }
}

extension ArrowType {
  init(_ type: DataType, _ defaults: ArrowLayoutDefaults) {
    func integer(_ byteCount: Int, _ isSigned: Bool) -> ArrowType {
      .integer(ArrowInteger(byteCount: byteCount, isSigned: isSigned))
    }
    switch type {
    case .null: self = .null
    case .bool: self = .bool
    case .int8: self = integer(1, true)
    case .int16: self = integer(2, true)
    case .int32: self = integer(4, true)
    case .int64: self = integer(8, true)
    case .uint8: self = integer(1, false)
    case .uint16: self = integer(2, false)
    case .uint32: self = integer(4, false)
    case .uint64: self = integer(8, false)
    case .float16: self = .float(byteCount: 2)
    case .float32: self = .float(byteCount: 4)
    case .float64: self = .float(byteCount: 8)
    case .decimal(let precision, let scale):
      let isNarrow = precision <= 18 && defaults.contains(.narrowDecimals)
      self = .decimal(precision: precision, scale: scale, byteCount: isNarrow ? 8 : 16)
    case .date: self = .date
    case .time(let unit): self = .time(unit)
    case .timestamp(let unit, let zone): self = .timestamp(unit, zone: zone)
    case .duration(let unit): self = .duration(unit)
    case .string: self = .string(defaults.bytes)
    case .categorical(let ordered):
      self =
        defaults.contains(.plainCategoricals)
        ? .string(defaults.bytes)
        : .dictionary(.int32, values: defaults.dictionaryValues, isOrdered: ordered)
    case .binary: self = .binary(defaults.bytes)
    case .fixedBinary(let byteCount): self = .fixedBinary(byteCount: byteCount)
    case .list(let element): self = .list(ArrowField(element, defaults), .narrow)
    case .fixedList(let element, let count):
      self = .fixedList(ArrowField(element, defaults), count: count)
    case .structure(let fields): self = .structure(fields.map { ArrowField($0, defaults) })
    case .map(let key, let value):
      var key = ArrowField(key, defaults)
      key.isNullable = false
      self = .map(key: key, value: ArrowField(value, defaults), keysSorted: false)
    }
  }

  /// This type in the layout of `request`, or as it is where that would not mean the same values.
  func honouring(_ request: ArrowType) -> ArrowType {
    switch (self, request) {
    case (.string, .string), (.dictionary, .string): return request
    case (.string, .dictionary(let index, let values, let isOrdered)):
      guard case .string = values.type else { return self }
      return .dictionary(index, values: values.asDictionaryValues, isOrdered: isOrdered)
    case (.dictionary(_, _, let isOrdered), .dictionary(let index, let values, _)):
      guard case .string = values.type else { return self }
      return .dictionary(index, values: values.asDictionaryValues, isOrdered: isOrdered)
    case (.binary, .binary): return request
    case (
      .decimal(let precision, let scale, _),
      .decimal(let requestedPrecision, let requestedScale, let byteCount)
    ):
      let digits = byteCount == 4 ? 9 : byteCount == 8 ? 18 : 38
      guard precision == requestedPrecision, scale == requestedScale, precision <= digits else {
        return self
      }
      return request
    case (.list(let element, _), .list(let requested, let offsets)):
      return .list(element.honouring(requested.renamed(element.name)), offsets)
    case (.fixedList(let element, let count), .fixedList(let requested, let requestedCount)):
      guard count == requestedCount else { return self }
      return .fixedList(element.honouring(requested.renamed(element.name)), count: count)
    case (.structure(let fields), .structure(let requested)):
      guard fields.count == requested.count else { return self }
      return .structure(zip(fields, requested).map { $0.honouring($1) })
    case (.map(let key, let value, let keysSorted), .map(let requestedKey, let requestedValue, _)):
      return .map(
        key: key.honouring(requestedKey.renamed(key.name)),
        value: value.honouring(requestedValue.renamed(value.name)), keysSorted: keysSorted)
    default: return self
    }
  }
}

extension ArrowField {
  fileprivate var asDictionaryValues: ArrowField { ArrowField("", type) }
}
