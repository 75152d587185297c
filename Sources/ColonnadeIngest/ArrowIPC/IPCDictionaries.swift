// The dictionaries of a stream as they stand at one batch: columns of checked values, by the numbers
// that fields name them with. A value type, so that a batch decoded later, on another thread, sees
// what was there when it came.
// Spec: Arrow's columnar format, "Dictionary messages".

import ColonnadeArrays
import ColonnadeBase

struct IPCDictionaries: Sendable {
  /// What a dictionary holds, settled by the schema.
  private struct Form: Sendable {
    /// The values as batches of the dictionary hold them.
    var field: IPCField
    /// The values as they are handed on.
    var layout: ArrowType
  }

  private var forms: [Int64: Form] = [:]
  private var columns: [Int64: Column] = [:]
  /// Values of the same as nodes, made once for all batches.
  private var nodes: [Int64: ArrowNode] = [:]
  /// True where a dictionary, once known, may only grow: in files.
  private let refusesReplacement: Bool

  /// - Throws: `.corrupt` where two fields share a dictionary and differ in the type of its values,
  ///   `.unsupportedFeature` for values that the engine does not have.
  init(_ columns: [IPCField], refusesReplacement: Bool) throws(ColonnadeError) {
    self.refusesReplacement = refusesReplacement
    for column in columns {
      try column.forEachDictionary { (field, dictionary) throws(ColonnadeError) in
        var values = field
        values.dictionary = nil
        values.isNullable = true
        if let known = forms[dictionary.identifier] {
          guard known.field.type == values.type else {
            throw ColonnadeError(
              .corrupt,
              "column '\(field.name)' shares a dictionary with a column of another type")
          }
          return
        }
        forms[dictionary.identifier] = Form(
          field: values, layout: try IPCDictionaries.layout(of: values.decoded))
      }
    }
  }

  /// How a dictionary's values are handed on: as columns have them.
  static func layout(of field: ArrowField) throws(ColonnadeError) -> ArrowType {
    ArrowLayout(
      schema: Schema([try field.field()]), defaults: [.plainCategoricals, .narrowDecimals]
    ).fields[0].type
  }

  /// Takes in the values of a dictionary message.
  mutating func add(_ frame: IPCFrame) throws(ColonnadeError) {
    let identifier = frame.message.dictionaryIdentifier
    guard let form = forms[identifier] else {
      throw frame.message.corrupt("no column names the dictionary \(identifier)")
    }
    let node = try IPCBatchReader.nodes(of: frame, [form.field], self)[0]
    var column = try ArrowColumnReader(malformed: .corrupt).column(node, as: form.field.decoded)
    if let before = columns[identifier] {
      if frame.message.isDelta {
        guard before.count + column.count <= Int(Int32.max) else {
          throw ColonnadeError(
            .limitExceeded, "dictionary \(identifier) has too many values",
            location: .byte(UInt64(frame.message.offset)))
        }
        column = Column.concatenate([before, column])
      } else if refusesReplacement {
        throw frame.message.corrupt("dictionary \(identifier) stands twice in the Arrow file")
      }
    } else if frame.message.isDelta {
      throw frame.message.corrupt("dictionary \(identifier) grows before it was there")
    }
    columns[identifier] = column
    nodes[identifier] = try ArrowNode(exporting: column, as: form.layout)
  }

  /// The values that `field` names; none where they did not come yet, which is no matter as long as
  /// all that names them is null.
  func values(
    of field: IPCField, _ dictionary: IPCField.Dictionary, _ message: IPCMessage
  ) throws(ColonnadeError) -> ArrowNode {
    if let node = nodes[dictionary.identifier] { return node }
    guard let form = forms[dictionary.identifier] else {
      throw message.corrupt("no column names the dictionary \(dictionary.identifier)")
    }
    let empty = ColumnBuilder(try form.field.decoded.field().type).finish()
    return try ArrowNode(exporting: empty, as: form.layout)
  }

  /// True where a dictionary that a column names did not come yet.
  var lacksOne: Bool { forms.keys.contains { columns[$0] == nil } }
}

extension IPCField {
  /// The field as its nodes are once dictionaries stand in them: their values as columns have them.
  /// - Throws: `.unsupportedFeature` for values that the engine does not have.
  var decoded: ArrowField {
    get throws(ColonnadeError) {
      var inner = try innerType
      if let dictionary {
        inner = .dictionary(
          dictionary.index,
          values: ArrowField("", try IPCDictionaries.layout(of: ArrowField("", inner))),
          isOrdered: dictionary.isOrdered)
      }
      return ArrowField(name, inner, isNullable: isNullable, metadata: metadata)
    }
  }

  private var innerType: ArrowType {
    get throws(ColonnadeError) {
      switch type {
      case .list(_, let offsets): return .list(try children[0].decoded, offsets)
      case .listView(_, let offsets): return .listView(try children[0].decoded, offsets)
      case .fixedList(_, let count): return .fixedList(try children[0].decoded, count: count)
      case .structure:
        return .structure(
          try children.map { child throws(ColonnadeError) in try child.decoded })
      case .map(_, _, let keysSorted):
        let entries = children[0].children
        return .map(
          key: try entries[0].decoded, value: try entries[1].decoded, keysSorted: keysSorted)
      case .runs(let endByteCount, _):
        return .runs(endByteCount: endByteCount, values: try children[1].decoded)
      default: return type
      }
    }
  }
}
