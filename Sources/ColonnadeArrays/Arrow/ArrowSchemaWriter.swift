// Fields as ArrowSchema structures. Each structure owns its texts and, until they are moved out, its
// children; releasing it frees both.

import CArrow
import ColonnadeBase

/// What one exported ArrowSchema holds.
@safe private final class ExportedSchema {
  let format: UnsafeMutablePointer<CChar>
  let name: UnsafeMutablePointer<CChar>
  let metadata: UnsafeMutablePointer<CChar>?
  let children: ArrowSchemaList
  /// No structure, or the one of a dictionary's values.
  let dictionary: ArrowSchemaList

  init(_ field: ArrowField) throws(ColonnadeError) {
    guard !field.name.utf8.contains(0) else {
      throw ColonnadeError(
        .unsupportedFeature, "the name of a column holds a NUL, which Arrow's interface cannot say")
    }
    let metadata = try ArrowMetadata.encode(field.metadata)
    let parts = field.type.parts
    children = try ArrowSchemaList(parts.children)
    dictionary = try ArrowSchemaList(parts.dictionary)
    unsafe self.metadata = metadata.isEmpty ? nil : ExportedSchema.copy(metadata)
    unsafe format = ExportedSchema.copy(Array(field.type.format.utf8) + [0])
    unsafe name = ExportedSchema.copy(Array(field.name.utf8) + [0])
  }

  deinit {
    unsafe format.deallocate()
    unsafe name.deallocate()
    unsafe metadata?.deallocate()
  }

  private static func copy(_ bytes: [UInt8]) -> UnsafeMutablePointer<CChar> {
    let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
    for (index, byte) in bytes.enumerated() { unsafe copy[index] = CChar(bitPattern: byte) }
    return unsafe copy
  }
}

/// ArrowSchema structures in a row and the pointers to them; releases what was not moved out.
@safe private final class ArrowSchemaList {
  private let structures: UnsafeMutableBufferPointer<ArrowSchema>
  let pointers: UnsafeMutableBufferPointer<UnsafeMutablePointer<ArrowSchema>?>

  init(_ fields: [ArrowField]) throws(ColonnadeError) {
    unsafe structures = .allocate(capacity: fields.count)
    unsafe structures.initialize(repeating: ArrowSchema())
    unsafe pointers = .allocate(capacity: fields.count)
    for (index, field) in fields.enumerated() {
      let address = unsafe structures.baseAddress.map { unsafe $0 + index }
      unsafe pointers.initializeElement(at: index, to: address)
      // Left early, the structures written so far are released by `deinit`.
      if let address = unsafe address { try unsafe ArrowSchemaWriter.write(field, to: address) }
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

enum ArrowSchemaWriter {
  /// Fills in `target`, whose contents are overwritten; the consumer releases it.
  /// - Throws: `.unsupportedFeature` for a name that holds a NUL; `target` is untouched then.
  static func write(
    _ field: ArrowField, to target: UnsafeMutablePointer<ArrowSchema>
  ) throws(ColonnadeError) {
    let exported = try ExportedSchema(field)
    var schema = unsafe ArrowSchema()
    unsafe schema.format = UnsafePointer(exported.format)
    unsafe schema.name = UnsafePointer(exported.name)
    unsafe schema.metadata = UnsafePointer(exported.metadata)
    unsafe schema.flags = field.flags
    unsafe schema.n_children = Int64(exported.children.pointers.count)
    unsafe schema.children =
      exported.children.pointers.isEmpty ? nil : exported.children.pointers.baseAddress
    unsafe schema.dictionary = exported.dictionary.pointers.first ?? nil
    unsafe schema.private_data = Unmanaged.passRetained(exported).toOpaque()
    unsafe schema.release = { schema in
      guard let schema = unsafe schema, let data = unsafe schema.pointee.private_data else {
        return
      }
      unsafe schema.pointee.release = nil
      unsafe schema.pointee.private_data = nil
      unsafe Unmanaged<ExportedSchema>.fromOpaque(data).release()
    }
    unsafe target.initialize(to: schema)
  }
}

extension ArrowField {
  fileprivate var flags: Int64 {
    var flags = isNullable ? Int64(ARROW_FLAG_NULLABLE) : 0
    switch type {
    case .dictionary(_, _, true): flags |= Int64(ARROW_FLAG_DICTIONARY_ORDERED)
    case .map(_, _, true): flags |= Int64(ARROW_FLAG_MAP_KEYS_SORTED)
    default: break
    }
    return flags
  }
}
