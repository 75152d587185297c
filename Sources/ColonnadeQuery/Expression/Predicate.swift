// A predicate as users hand it over: read from text or built in Swift.

package import ColonnadeArrays
public import ColonnadeBase

/// Which rows are wanted.
public struct Predicate: Sendable {
  public let expression: Expression
  /// What it was read from; empty where it was built.
  public let text: String

  /// Reads a SQL condition such as `origin = 'JFK' AND dep_delay > 60`.
  /// - Throws: `.invalidArgument` or `.limitExceeded`, with the position in the text.
  public init(_ text: String) throws(ColonnadeError) {
    expression = try Parser.expression(text)
    self.text = text
  }

  public init(_ expression: Expression) {
    self.expression = expression
    text = ""
  }

  /// The meaning over one schema.
  /// - Throws: `.notFound` for unknown columns, `.schemaMismatch` where types do not fit.
  package func bind(_ schema: Schema) throws(ColonnadeError) -> BoundPredicate {
    try Binder(schema: schema, text: text).bind(expression)
  }
}
