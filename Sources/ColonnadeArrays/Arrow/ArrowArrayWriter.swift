// Nodes as ArrowArray structures. Each structure holds its buffers' owners and, until they are moved
// out, its children; releasing it, on any thread, lets go of both.

import CArrow
import ColonnadeBase

/// What one exported ArrowArray holds.
@safe private final class ExportedArray {
  private let owners: [Buffer]
  /// Sizes of the data buffers of views.
  private let sizes: Buffer?
  let addresses: UnsafeMutableBufferPointer<UnsafeRawPointer?>
  let children: ArrowArrayList
  /// No structure, or the values of a dictionary.
  let dictionary: ArrowArrayList

  init(_ node: ArrowNode, _ type: ArrowType) {
    let parts = type.parts
    children = ArrowArrayList(node.children, parts.children)
    dictionary = ArrowArrayList(node.dictionary, parts.dictionary)
    owners = node.buffers.compactMap { $0 }
    var buffers = node.buffers
    switch type {
    case .string(.views), .binary(.views):
      let sizes = MutableBuffer()
      for buffer in buffers.dropFirst(2) { sizes.append(Int64(buffer?.byteCount ?? 0)) }
      let frozen = sizes.freeze()
      self.sizes = frozen
      buffers.append(frozen)
    default: sizes = nil
    }
    unsafe addresses = .allocate(capacity: buffers.count)
    for (index, buffer) in buffers.enumerated() {
      // An address must not be NULL, except that of a bitmap, even where no bytes are there.
      let address = unsafe buffer.map { buffer in
        unsafe buffer.byteCount == 0 ? ArrowArrayWriter.nothing : buffer.unsafeAddress
      }
      unsafe addresses.initializeElement(at: index, to: address)
    }
  }

  deinit { unsafe addresses.deallocate() }
}

/// ArrowArray structures in a row and the pointers to them; releases what was not moved out.
@safe private final class ArrowArrayList {
  private let structures: UnsafeMutableBufferPointer<ArrowArray>
  let pointers: UnsafeMutableBufferPointer<UnsafeMutablePointer<ArrowArray>?>

  init(_ nodes: [ArrowNode], _ fields: [ArrowField]) {
    unsafe structures = .allocate(capacity: nodes.count)
    unsafe structures.initialize(repeating: ArrowArray())
    unsafe pointers = .allocate(capacity: nodes.count)
    for (index, (node, field)) in zip(nodes, fields).enumerated() {
      let address = unsafe structures.baseAddress.map { unsafe $0 + index }
      unsafe pointers.initializeElement(at: index, to: address)
      if let address = unsafe address {
        unsafe ArrowArrayWriter.write(node, field.type, to: address)
      }
    }
  }

  deinit {
    for index in unsafe structures.indices {
      unsafe structures[index].release?(&structures[index])
    }
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
    unsafe array.n_buffers = Int64(exported.addresses.count)
    unsafe array.n_children = Int64(exported.children.pointers.count)
    unsafe array.buffers = exported.addresses.isEmpty ? nil : exported.addresses.baseAddress
    unsafe array.children =
      exported.children.pointers.isEmpty ? nil : exported.children.pointers.baseAddress
    unsafe array.dictionary = exported.dictionary.pointers.first ?? nil
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
