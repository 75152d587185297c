// What all forms of output share. A renderer gets the schema once, then batches, then the end.

import ColonnadeArrays
import ColonnadeBase

/// Turns batches into bytes of one form.
protocol Renderer: AnyObject {
  func begin(_ schema: Schema, to output: ByteOutput) throws(ColonnadeError)
  func render(_ batch: Batch, to output: ByteOutput) throws(ColonnadeError)
  /// - Parameter rowCount: all rows of the result.
  func end(rowCount: Int, to output: ByteOutput) throws(ColonnadeError)
}
