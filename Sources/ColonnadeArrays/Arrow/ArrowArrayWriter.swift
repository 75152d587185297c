// Nodes as ArrowArray structures. Each structure holds its buffers' owners and, until they are moved
// out, its children; releasing it, on any thread, lets go of both.

import CArrow
import ColonnadeBase

/// What one exported ArrowArray holds.
@safe private final class ExportedArray {
  /// The owners of the memory that `addresses` name.
  private let buffers: [Buffer?]
  let addresses: UnsafeMutablePointer<UnsafeRawPointer?>
  /// `nil` without any.
  let children: ArrowArrayList?
  /// The one structure of a dictionary's values.
  let dictionary: ArrowArrayList?

  init(_ node: ArrowNode, _ type: ArrowType) {
    let parts = type.parts
    children = ArrowArrayList(node.children, parts.children)
    dictionary = ArrowArrayList(node.dictionary, parts.dictionary)
    var buffers = node.buffers
    switch type {
    case .string(.views), .binary(.views):
      // Behind the data buffers of views stand their sizes.
      let sizes = MutableBuffer()
      for buffer in buffers.dropFirst(2) { sizes.append(Int64(buffer?.byteCount ?? 0)) }
      buffers.append(sizes.freeze())
    default: break
    }
    self.buffers = buffers
    unsafe addresses = .allocate(capacity: max(1, buffers.count))
    for (index, buffer) in buffers.enumerated() {
      // An address must not be NULL, except that of a bitmap, even where no bytes are there.
      let address = unsafe buffer.map { buffer in
        unsafe buffer.byteCount == 0 ? ArrowArrayWriter.nothing : buffer.unsafeAddress
      }
      unsafe (addresses + index).initialize(to: address)
    }
  }

  deinit { unsafe addresses.deallocate() }

  var bufferCount: Int { buffers.count }
}

/// ArrowArray structures in a row and the pointers to them; releases what was not moved out.
@safe private final class ArrowArrayList {
  let count: Int
  private let structures: UnsafeMutablePointer<ArrowArray>
  let pointers: UnsafeMutablePointer<UnsafeMutablePointer<ArrowArray>?>

  /// - Returns: `nil` for no nodes.
  init?(_ nodes: [ArrowNode], _ fields: [ArrowField]) {
    if nodes.isEmpty { return nil }
    count = nodes.count
    unsafe structures = .allocate(capacity: count)
    unsafe structures.initialize(repeating: ArrowArray(), count: count)
    unsafe pointers = .allocate(capacity: count)
    for index in 0..<count {
      unsafe (pointers + index).initialize(to: structures + index)
      unsafe ArrowArrayWriter.write(nodes[index], fields[index].type, to: structures + index)
    }
  }

  deinit {
    for index in 0..<count { unsafe structures[index].release?(structures + index) }
    unsafe structures.deallocate()
    unsafe pointers.deallocate()
  }
}

enum ArrowArrayWriter {
  /// Where a buffer of no bytes lies.
  static var nothing: UnsafeRawPointer {
    // SAFETY: a constant array of the C target; nobody writes to it.
    unsafe UnsafeRawPointer(colonnade_arrow_nothing_address())
  }

  /// Fills in `target`, whose contents are overwritten; the consumer releases it.
  static func write(
    _ node: ArrowNode, _ type: ArrowType, to target: UnsafeMutablePointer<ArrowArray>
  ) {
    let exported = ExportedArray(node, type)
    var array = unsafe ArrowArray()
    unsafe array.length = Int64(node.length)
    unsafe array.null_count = Int64(node.nullCount)
    unsafe array.offset = Int64(node.offset)
    unsafe array.n_buffers = Int64(exported.bufferCount)
    unsafe array.n_children = Int64(exported.children?.count ?? 0)
    unsafe array.buffers = exported.bufferCount == 0 ? nil : exported.addresses
    unsafe array.children = exported.children?.pointers
    unsafe array.dictionary = exported.dictionary?.pointers.pointee
    unsafe array.private_data = Unmanaged.passRetained(exported).toOpaque()
    unsafe array.release = { array in
      guard let array = unsafe array, let data = unsafe array.pointee.private_data else { return }
      unsafe array.pointee.release = nil
      unsafe array.pointee.private_data = nil
      unsafe Unmanaged<ExportedArray>.fromOpaque(data).release()
    }
    unsafe target.initialize(to: array)
  }
}
