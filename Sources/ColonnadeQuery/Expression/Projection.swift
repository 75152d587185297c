// What a scan hands out: `a, b, "c.d", s.x AS y`.

package import ColonnadeArrays
public import ColonnadeBase

/// Columns to be read, in the order they are wanted.
public struct Projection: Sendable {
  /// One column, or a field of structs, under its own or another name.
  public struct Item: Sendable, Hashable {
    public var path: ColumnPath
    /// The name it gets; its own where `nil`.
    public var alias: String?
    var range: SourceRange = .none

    public init(_ path: ColumnPath, as alias: String? = nil) {
      self.path = path
      self.alias = alias
    }
  }

  /// `nil` for all columns.
  public var items: [Item]?
  let text: String

  /// Every column of the table.
  public static let all = Projection(items: nil, text: "")

  private init(items: [Item]?, text: String) {
    self.items = items
    self.text = text
  }

  /// The columns named exactly so.
  public init(columns: [String]) {
    self.init(
      items: columns.map { Item(ColumnPath([ColumnPath.Part($0, isQuoted: true)])) }, text: "")
  }

  /// Reads a list such as `a, "c.d", s.x AS y`; `*` means all columns.
  /// - Throws: `.invalidArgument` with the position in the text.
  public init(_ text: String) throws(ColonnadeError) {
    var parser = try Parser(text)
    if parser.take("*") {
      guard parser.current.kind == .end else {
        throw parser.unexpected("expected the end after '*'")
      }
      self.init(items: nil, text: text)
      return
    }
    var items: [Item] = []
    repeat {
      let (path, range) = try parser.path()
      var item = Item(path)
      item.range = range
      if parser.takeWord("as") { item.alias = try parser.name("after AS") }
      items.append(item)
    } while parser.take(",")
    guard parser.current.kind == .end else {
      throw parser.unexpected("expected ',', AS or the end of the list of columns")
    }
    self.init(items: items, text: text)
  }

  /// The fields that are wanted, and what they are called.
  /// - Throws: `.notFound` for a name that is not there, `.schemaMismatch` where two would share
  ///   one name.
  package func bind(
    _ columns: any ColumnCatalog
  ) throws(ColonnadeError) -> [(field: BoundField, name: String)] {
    let binder = Binder(columns: columns, text: text)
    guard let items else {
      return try columns.wholeSchema.fields.enumerated().map { index, field in
        (
          field: BoundField(
            column: index, columnID: field.id, path: [], type: field.type, name: field.name),
          name: field.name
        )
      }
    }
    var bound: [(field: BoundField, name: String)] = []
    var names = Set<[UInt8]>()
    for item in items {
      let field = try binder.field(item.path, item.range)
      let name = item.alias ?? field.name
      guard names.insert(Array(name.utf8)).inserted else {
        throw binder.failure(
          at: item.range, "two columns of the result are named '\(name)'",
          hint: "name one of them with AS")
      }
      bound.append((field: field, name: name))
    }
    return bound
  }
}

extension Parser {
  /// One name, quoted or not.
  mutating func name(_ purpose: String) throws(ColonnadeError) -> String {
    switch current.kind {
    case .name(let name), .quotedName(let name):
      advance()
      return name
    default: throw unexpected("expected a name \(purpose)")
    }
  }
}
