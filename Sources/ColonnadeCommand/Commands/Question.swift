// A question as the command line puts it, parsed; errors in its texts point at the place.

import ArgumentParser
import ColonnadeArrays
import ColonnadeBase
import ColonnadeQuery

/// Which rows and columns are asked for.
struct Question {
  let predicate: Predicate?
  let projection: Projection
  private let predicateText: String?
  private let projectionText: String?

  /// - Parameters:
  ///   - predicate: what `--where` says.
  ///   - projection: what `--select` says.
  /// - Throws: `ArgumentTextError` where one of them makes no sense.
  init(where predicate: String?, select projection: String?) throws {
    predicateText = predicate
    projectionText = projection
    if let predicate {
      self.predicate = try Question.pointing(at: predicate, "--where") {
        () throws(ColonnadeError) in try Predicate(predicate)
      }
    } else {
      self.predicate = nil
    }
    if let projection {
      self.projection = try Question.pointing(at: projection, "--select") {
        () throws(ColonnadeError) in try Projection(projection)
      }
    } else {
      self.projection = .all
    }
  }

  /// Checks both against the columns there are, so that mistakes point at their text.
  func check(_ columns: any ColumnCatalog) throws {
    if let predicate, let predicateText {
      try Question.pointing(at: predicateText, "--where") { () throws(ColonnadeError) in
        _ = try predicate.bind(columns)
      }
    }
    if let projectionText {
      try Question.pointing(at: projectionText, "--select") { () throws(ColonnadeError) in
        _ = try projection.bind(columns)
      }
    }
  }

  /// Runs `body`; an error that stands in `text` is shown with it.
  private static func pointing<Result>(
    at text: String, _ option: String, _ body: () throws(ColonnadeError) -> Result
  ) throws -> Result {
    do {
      return try body()
    } catch {
      guard error.file == nil, case .line = error.location else { throw error }
      throw ArgumentTextError(error: error, option: option, text: text)
    }
  }
}
