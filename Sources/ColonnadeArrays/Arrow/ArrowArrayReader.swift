// ArrowArray structures of other producers, read into nodes. The interface does not say how long
// buffers are: what offsets, lengths and types claim is taken as their size, and what lies outside of
// that is not touched. Pointers are trusted, every number is checked.

import CArrow
import ColonnadeBase

/// Keeps an imported array until the last buffer on it goes, then releases it.
@safe private final class ArrowArrayOwner: MemoryOwner, @unchecked Sendable {
  let array: UnsafeMutablePointer<ArrowArray>

  /// Moves the array out of `source`, which counts as released then.
  init(moving source: UnsafeMutablePointer<ArrowArray>) {
    unsafe array = .allocate(capacity: 1)
    unsafe array.initialize(to: source.pointee)
    unsafe source.pointee.release = nil
  }

  deinit {
    unsafe array.pointee.release?(array)
    unsafe array.deallocate()
  }
}

struct ArrowArrayReader {
  private let owner: ArrowArrayOwner

  /// The array as a node that owns it; `source` counts as released afterwards, also on failure.
  /// - Throws: `.invalidArgument` where the structure does not have the form of `type` or was
  ///   released before.
  static func node(
    moving source: UnsafeMutablePointer<ArrowArray>, as type: ArrowType
  ) throws(ColonnadeError) -> ArrowNode {
    guard unsafe source.pointee.release != nil else { throw released }
    let owner = unsafe ArrowArrayOwner(moving: source)
    return try unsafe ArrowArrayReader(owner: owner).node(UnsafePointer(owner.array), type)
  }

  private static let released = ColonnadeError(
    .invalidArgument, "an Arrow array was used up or released before it came here")

  private func broken(_ what: String) -> ColonnadeError {
    ColonnadeError(.invalidArgument, "an Arrow array \(what)")
  }

  private func node(
    _ array: UnsafePointer<ArrowArray>, _ type: ArrowType
  ) throws(ColonnadeError) -> ArrowNode {
    guard unsafe array.pointee.release != nil else { throw ArrowArrayReader.released }
    let length = unsafe Int(array.pointee.length)
    let offset = unsafe Int(array.pointee.offset)
    let nullCount = unsafe Int(array.pointee.null_count)
    let (end, overflow) = length.addingReportingOverflow(offset)
    guard length >= 0, offset >= 0, !overflow else {
      throw broken("has length \(length) and offset \(offset)")
    }
    guard nullCount >= -1, nullCount <= length else {
      throw broken("has \(nullCount) nulls among \(length) values")
    }
    var node = ArrowNode(length: length, offset: offset, nullCount: nullCount)
    // Without values nothing is touched, whatever the offset.
    node.buffers = try unsafe buffers(array, type, end: length == 0 ? 0 : end)
    let parts = type.parts
    let count = unsafe array.pointee.n_children
    guard count == Int64(parts.children.count) else {
      throw broken("has \(count) children in place of \(parts.children.count)")
    }
    for (index, field) in parts.children.enumerated() {
      guard let list = unsafe array.pointee.children, let child = unsafe list[index] else {
        throw broken("lacks a child that it counts")
      }
      node.children.append(try unsafe self.node(UnsafePointer(child), field.type))
    }
    if let field = parts.dictionary.first {
      guard let dictionary = unsafe array.pointee.dictionary else {
        throw broken("lacks its dictionary")
      }
      node.dictionary = [try unsafe self.node(UnsafePointer(dictionary), field.type)]
    }
    return node
  }

  /// The buffers of values 0..<end.
  private func buffers(
    _ array: UnsafePointer<ArrowArray>, _ type: ArrowType, end: Int
  ) throws(ColonnadeError) -> [Buffer?] {
    let count = unsafe Int(array.pointee.n_buffers)
    let form = type.bufferForms
    let isView = form == [.validity, .views]
    guard isView ? (3...(1 << 20)).contains(count) : count == form.count else {
      throw broken(
        "has \(count) buffers in place of \(isView ? "3 or more" : "\(form.count)")")
    }
    if count == 0 { return [] }
    guard let addresses = unsafe array.pointee.buffers else { throw broken("lacks its buffers") }
    func buffer(_ index: Int, byteCount: Int) -> Buffer? {
      unsafe addresses[index].map { address in
        unsafe Buffer(unsafeOwner: owner, pointer: address, byteCount: byteCount)
      }
    }
    var buffers: [Buffer?] = []
    for (index, part) in form.enumerated() {
      if part == .data {
        // As long as the last offset says; whether that makes sense is checked with the values.
        var byteCount = 0
        if let offsets = buffers[1], end > 0 {
          byteCount = type.isWide ? offsets.last(Int64.self) : offsets.last(Int32.self)
        }
        buffers.append(buffer(index, byteCount: max(0, byteCount)))
        continue
      }
      guard let byteCount = part.byteCount(of: end) else {
        throw broken("claims \(end) values, more than there can be")
      }
      buffers.append(buffer(index, byteCount: byteCount))
    }
    if isView {
      let sizes = buffer(count - 1, byteCount: (count - 3) * 8)
      for index in 2..<count - 1 {
        guard let sizes else { throw broken("does not say how long its buffers are") }
        let byteCount = sizes.element(Int64.self, index - 2)
        guard byteCount >= 0 else { throw broken("has a buffer of \(byteCount) bytes") }
        buffers.append(buffer(index, byteCount: byteCount))
      }
    }
    return buffers
  }
}

extension Buffer {
  /// Integer `index`, which lies in the buffer, at any alignment.
  func element<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type, _ index: Int) -> Int {
    assert(index >= 0 && (index + 1) * MemoryLayout<T>.size <= byteCount)
    return unsafe Int(
      truncatingIfNeeded: unsafeAddress.loadUnaligned(
        fromByteOffset: index * MemoryLayout<T>.size, as: T.self))
  }

  fileprivate func last<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type) -> Int {
    element(type, byteCount / MemoryLayout<T>.size - 1)
  }
}

extension ArrowType {
  fileprivate var isWide: Bool {
    switch self {
    case .string(.offsets(.wide)), .binary(.offsets(.wide)): true
    default: false
    }
  }
}
