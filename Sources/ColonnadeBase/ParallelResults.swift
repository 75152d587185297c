// What many threads find, each at places of its own. Invariant: a place is written by one thread, and
// read after all of them ended.

/// Places for results of parallel work.
@safe package final class ParallelResults<Element: Sendable>: @unchecked Sendable {
  private let storage: UnsafeMutablePointer<Element?>
  private let count: Int

  package init(count: Int) {
    self.count = count
    unsafe storage = .allocate(capacity: count)
    unsafe storage.initialize(repeating: nil, count: count)
  }

  deinit {
    unsafe storage.deinitialize(count: count)
    unsafe storage.deallocate()
  }

  /// SAFETY: every place is written by one thread, and read after all of them ended.
  package func set(_ index: Int, _ element: Element?) {
    precondition(index >= 0 && index < count)
    unsafe storage[index] = element
  }

  /// What was found, in the order of its places; places where nothing was are left out. Nothing is left
  /// behind: elements are moved, since copies of many cost as much as finding them.
  package func takeAll() -> [Element] {
    var all: [Element] = []
    all.reserveCapacity(count)
    for index in 0..<count {
      if let element = unsafe (storage + index).move() { all.append(element) }
      unsafe (storage + index).initialize(to: nil)
    }
    return all
  }
}
