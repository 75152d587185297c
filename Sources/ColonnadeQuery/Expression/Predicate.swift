// A predicate as users hand it over: read from text or built in Swift.

package import ColonnadeArrays
public import ColonnadeBase

/// Which rows are wanted.
public struct Predicate: Sendable {
  public let expression: Expression
  /// What it was read from; empty where it was built.
  public let text: String

  /// Reads a SQL condition such as `origin = 'JFK' AND dep_delay > 60`, or one with parameters such
  /// as `origin = ? AND dep_delay > ?`.
  /// - Parameter parameters: the values of `?` or `$1` in order, or of `$name` by name; a value is
  ///   never read as part of the text.
  /// - Throws: `.invalidArgument` or `.limitExceeded`, with the position in the text;
  ///   `.invalidArgument` where a parameter has no value or a value no place.
  public init(
    _ text: String, parameters: [PredicateParameter] = []
  ) throws(ColonnadeError) {
    expression = try Parser.expression(text, parameters: parameters)
    self.text = text
  }

  public init(_ expression: Expression) {
    self.expression = expression
    text = ""
  }

  /// The meaning over the columns of a schema, a file or a table.
  /// - Throws: `.notFound` for unknown columns, `.schemaMismatch` where types do not fit.
  package func bind(
    _ columns: any ColumnCatalog
  ) throws(ColonnadeError) -> BoundPredicate {
    try Binder(columns: columns, text: text).bind(expression)
  }
}
