// What is kept of columns by their index: found in two steps, and of a wide file only those that were
// asked for take memory.

/// Something about some of a file's columns.
struct ColumnPages<Kept> {
  private static var columnsPerPage: Int { 256 }
  /// Pages that nothing was put in are empty.
  private var pages: [[Kept?]]
  private let count: Int

  /// - Parameter count: of the columns.
  init(count: Int) {
    self.count = count
    pages = Array(repeating: [], count: (count + Self.columnsPerPage - 1) / Self.columnsPerPage)
  }

  /// - Precondition: there is such a column.
  subscript(column: Int) -> Kept? {
    get {
      let page = pages[column / Self.columnsPerPage]
      return page.isEmpty ? nil : page[column % Self.columnsPerPage]
    }
    set {
      let page = column / Self.columnsPerPage
      if pages[page].isEmpty {
        pages[page] = Array(
          repeating: nil, count: min(Self.columnsPerPage, count - page * Self.columnsPerPage))
      }
      pages[page][column % Self.columnsPerPage] = newValue
    }
  }
}
