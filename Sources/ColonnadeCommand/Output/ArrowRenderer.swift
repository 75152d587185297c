// Arrow IPC, for programs that read columns: a stream for pipes, a file where one is named.

import ColonnadeArrays
import ColonnadeBase
import ColonnadeIngest

/// Hands batches on as Arrow has them.
final class ArrowRenderer: Renderer {
  private let form: ArrowStreamOutput.Form
  private let compression: ArrowCompression
  private var stream: ArrowStreamOutput?

  init(form: ArrowStreamOutput.Form, compression: ArrowCompression) {
    self.form = form
    self.compression = compression
  }

  func begin(_ schema: Schema, to output: ByteOutput) throws(ColonnadeError) {
    stream = try ArrowStreamOutput(schema: schema, form: form, compression: compression) {
      (buffer) throws(ColonnadeError) in
      try unsafe output.write(buffer.unsafeBytes)
      extendLifetime(buffer)
    }
  }

  func render(_ batch: Batch, to output: ByteOutput) throws(ColonnadeError) {
    try stream?.write(batch)
  }

  func end(rowCount: Int, to output: ByteOutput) throws(ColonnadeError) {
    try stream?.finish()
  }
}
