// Which columns a table on a terminal shows, and how wide each is.

/// Widths of the columns shown; some in the middle may be left out.
struct TableLayout {
  /// Indices of the columns shown, in order; `nil` stands for those left out.
  let shown: [Int?]
  /// Width of each column, by its index in the result.
  let widths: [Int]

  /// Columns are not made narrower than this to fit; then some are left out.
  static let narrowest = 10

  /// - Parameters:
  ///   - natural: the width each column would like.
  ///   - available: columns of the terminal; `nil` for any width.
  ///   - separator: columns between two cells.
  ///   - edge: columns of both edges together.
  init(natural: [Int], available: Int?, separator: Int, edge: Int) {
    guard let available else {
      shown = Array(natural.indices)
      widths = natural
      return
    }
    func total(_ widths: [Int]) -> Int {
      widths.reduce(edge) { $0 + $1 } + separator * max(0, widths.count - 1)
    }
    if total(natural) <= available {
      shown = Array(natural.indices)
      widths = natural
      return
    }
    // The widest columns give way first: the largest cap under which all fit.
    let cap = (TableLayout.narrowest...max(TableLayout.narrowest, natural.max() ?? 0)).last { cap in
      total(natural.map { min($0, cap) }) <= available
    }
    if let cap {
      // What is left over goes to the columns that were cut, from the left.
      var fitted = natural.map { min($0, cap) }
      var rest = available - total(fitted)
      for index in fitted.indices where rest > 0 && fitted[index] < natural[index] {
        fitted[index] += 1
        rest -= 1
      }
      shown = Array(natural.indices)
      widths = fitted
      return
    }
    // Columns are left out from the middle, until the ends fit beside a column of dots.
    let narrow = natural.map { min($0, TableLayout.narrowest + 6) }
    var left = 0
    var right = natural.count
    var used = edge + 1
    while left < right {
      let takesLeft = left <= natural.count - right
      let candidate = takesLeft ? narrow[left] : narrow[right - 1]
      if used + candidate + separator > available { break }
      used += candidate + separator
      if takesLeft { left += 1 } else { right -= 1 }
    }
    if left == 0 && right == natural.count {
      // A terminal narrower than one column shows the first, cut.
      left = 1
    }
    var columns: [Int?] = Array(0..<left)
    columns.append(nil)
    columns += Array(right..<natural.count)
    shown = columns
    widths = narrow.map { min($0, max(1, available - edge - separator - 1)) }
  }
}
