// What reading a column leaves for later: the order of all fields, their ids, their name slots.

import ColonnadeArrays
import ColonnadeBase

extension SchemaReader {
  /// - Throws: `.corrupt` naming the field that is out of order.
  func verify() throws(ColonnadeError) {
    var nextChild = topLevelCount
    var ids = Set<UInt32>()
    var last: UInt32?
    for index in 0..<fieldCount {
      let entry = try entry(at: index)
      func corrupt(_ what: String) -> ColonnadeError {
        ColonnadeError(.corrupt, "field \(index): \(what)")
      }
      guard (entry.parent == FormatLimits.none) == (index < topLevelCount) else {
        throw corrupt("its parent is \(entry.parent)")
      }
      guard entry.id == FieldEntry.noID || ids.insert(entry.id).inserted else {
        throw corrupt("its id \(entry.id) is another field's too")
      }
      let name = try name(of: entry)
      guard FieldEntry.hash(name) == entry.nameHash else {
        throw corrupt("its name '\(name)' has another hash")
      }
      if entry.childCount > 0 {
        guard Int(entry.firstChild) == nextChild else {
          throw corrupt("its children start at \(entry.firstChild) instead of \(nextChild)")
        }
        nextChild += Int(entry.childCount)
      } else if entry.firstChild != FormatLimits.none {
        throw corrupt("it has no children, and they start at \(entry.firstChild)")
      }
      if index < topLevelCount {
        if idsAscend, let last, last >= entry.id {
          throw corrupt("its id \(entry.id) stands behind \(last), and ids ascend in this file")
        }
        last = entry.id
        guard try column(named: name) == index else {
          throw corrupt("looking for its name '\(name)' does not find it")
        }
      }
    }
    guard nextChild == fieldCount else {
      throw ColonnadeError(.corrupt, "\(fieldCount - nextChild) fields are nobody's children")
    }
    guard try occupiedSlotCount() == topLevelCount else {
      throw ColonnadeError(.corrupt, "the name slots do not hold every column once")
    }
  }
}
