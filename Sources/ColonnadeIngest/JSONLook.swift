// JSON after the first look: how records follow each other and what they hold.

import ColonnadeBase

struct JSONLook {
  let layout: JSONLayout
  /// What the records hold; empty where a schema was given.
  let shape: JSONShape
  /// Records seen, objects or not.
  let recordCount: Int

  init(_ sample: InputSample) throws(ColonnadeError) {
    let first = unsafe sample.text.unsafeBytes.first { $0 > 32 }
    let layout: JSONLayout = first == UInt8(ascii: "[") ? .array : .lines
    self.layout = layout
    guard sample.options.schema == nil else {
      shape = JSONShape()
      recordCount = 0
      return
    }
    guard layout == .lines || sample.isWhole || sample.input.canReopen else {
      throw ColonnadeError(
        .limitExceeded,
        "an array of records in a stream cannot be looked at beyond its first "
          + "\(sample.text.byteCount) bytes", file: sample.input.name,
        hint: "write one record a line, or settle the types with --schema")
    }
    var shape = JSONShape()
    var recordCount = 0
    var lines = sample.options.skippedLines
    try sample.lookAtAll(layout == .array ? .whole : .lines) { (chunk) throws(ColonnadeError) in
      try JSONTypeScan.looks(chunk, layout)
    } join: { found in
      shape.formUnion(found.shape, lineBase: lines)
      lines += found.lineCount
      recordCount += found.recordCount
    }
    self.shape = shape
    self.recordCount = recordCount
  }
}
