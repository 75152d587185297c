// Running an ingest over bytes in memory and looking at the rows.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeIngest
import Testing

/// Rows, names and rejects of one ingest.
struct Ingested {
  var schema: Schema
  /// Values as text: `null`, or the value's own description.
  var rows: [[String]] = []
  var rejects: [BadRecord] = []
  var rowsRead = 0
  var rowsRejected = 0
}

func cell(_ value: Value) -> String {
  switch value {
  case .null: "null"
  case .bool(let value): "\(value)"
  case .integer(let value): "\(value)"
  case .float(let value): "\(value)"
  case .decimal(let unscaled, let scale): "\(unscaled)e-\(scale)"
  case .date(let days): "day \(days)"
  case .time(let ticks, let unit): "time \(ticks)\(unit.symbol)"
  case .timestamp(let ticks, let unit, let zoned): "at \(ticks)\(unit.symbol)\(zoned ? "Z" : "")"
  case .duration(let ticks, let unit): "\(ticks)\(unit.symbol)"
  case .string(let text): "'\(text)'"
  case .binary(let bytes): "\(bytes)"
  case .list(let values): "[" + values.map(cell).joined(separator: ", ") + "]"
  case .structure(let fields):
    "{" + fields.map { "\($0.name): \(cell($0.value))" }.joined(separator: ", ") + "}"
  case .map(let entries):
    "<" + entries.map { "\(cell($0.key)): \(cell($0.value))" }.joined(separator: ", ") + ">"
  }
}

func ingest(
  _ inputs: [IngestInput], _ options: IngestOptions = IngestOptions(), keepsRejects: Bool = false
) throws(ColonnadeError) -> Ingested {
  let collected = Collected()
  let source =
    keepsRejects
    ? try Ingest.open(inputs: inputs, options: options) { (bad) throws(ColonnadeError) in
      collected.rejects.append(bad)
    } : try Ingest.open(inputs: inputs, options: options)
  var result = Ingested(schema: source.schema)
  while let batch = try source.next() {
    for row in 0..<batch.rowCount {
      result.rows.append(batch.columns.map { cell($0.value(at: row)) })
    }
  }
  result.rejects = collected.rejects
  result.rowsRead = source.rowsRead
  result.rowsRejected = source.rowsRejected
  #expect(result.rowsRead == result.rows.count + result.rowsRejected)
  return result
}

private final class Collected {
  var rejects: [BadRecord] = []
}

func ingest(
  _ text: String, _ options: IngestOptions = IngestOptions(), keepsRejects: Bool = false
) throws(ColonnadeError) -> Ingested {
  try ingest([IngestInput(bytes: Array(text.utf8))], options, keepsRejects: keepsRejects)
}

/// The error an ingest ends with; `nil` where it does not.
func failure(_ inputs: [IngestInput], _ options: IngestOptions = IngestOptions()) -> ColonnadeError?
{
  do {
    _ = try ingest(inputs, options)
    return nil
  } catch {
    return error
  }
}

func failure(_ text: String, _ options: IngestOptions = IngestOptions()) -> ColonnadeError? {
  failure([IngestInput(bytes: Array(text.utf8))], options)
}
