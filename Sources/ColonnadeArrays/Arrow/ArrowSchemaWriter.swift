// Fields as ArrowSchema structures. Each structure owns its texts and, until they are moved out, its
// children; releasing it frees both.

import CArrow
import ColonnadeBase
import Glibc

/// What one exported ArrowSchema holds.
@safe private final class ExportedSchema {
  /// The texts one behind the other, in memory of the C allocator.
  private let texts: UnsafeMutablePointer<CChar>
  private let nameStart: Int
  private let metadataStart: Int?
  /// `nil` without any.
  let children: ArrowSchemaList?
  /// The one structure of a dictionary's values.
  let dictionary: ArrowSchemaList?

  init(_ field: ArrowField) throws(ColonnadeError) {
    let format = field.type.format
    let metadata = try ArrowMetadata.encode(field.metadata)
    let nameByteCount = field.name.utf8.count
    nameStart = format.utf8.count + 1
    metadataStart = metadata.isEmpty ? nil : nameStart + nameByteCount + 1
    let parts = field.type.parts
    children = try ArrowSchemaList(parts.children)
    dictionary = try ArrowSchemaList(parts.dictionary)
    let byteCount = nameStart + nameByteCount + 1 + metadata.count
    guard let memory = unsafe malloc(byteCount) else {
      preconditionFailure("no memory for \(byteCount) bytes")
    }
    unsafe texts = memory.bindMemory(to: CChar.self, capacity: byteCount)
    unsafe ExportedSchema.copy(format, to: memory)
    unsafe ExportedSchema.copy(field.name, to: memory + nameStart)
    unsafe metadata.withUnsafeBytes { bytes in
      if let base = bytes.baseAddress {
        unsafe (memory + nameStart + nameByteCount + 1).copyMemory(
          from: base, byteCount: bytes.count)
      }
    }
    guard unsafe memchr(memory + nameStart, 0, nameByteCount) == nil else {
      throw ColonnadeError(
        .unsupportedFeature, "the name of a column holds a NUL, which Arrow's interface cannot say")
    }
  }

  deinit { unsafe free(texts) }

  var format: UnsafePointer<CChar> { unsafe UnsafePointer(texts) }
  var name: UnsafePointer<CChar> { unsafe UnsafePointer(texts + nameStart) }
  var metadata: UnsafePointer<CChar>? {
    unsafe metadataStart.map { unsafe UnsafePointer(texts + $0) }
  }

  /// Copies a text and the NUL behind it.
  private static func copy(_ text: String, to target: UnsafeMutableRawPointer) {
    var text = text
    text.withUTF8 { bytes in
      if let base = bytes.baseAddress {
        unsafe target.copyMemory(from: base, byteCount: bytes.count)
      }
      unsafe target.storeBytes(of: 0, toByteOffset: bytes.count, as: UInt8.self)
    }
  }
}

/// ArrowSchema structures in a row and the pointers to them; releases what was not moved out.
@safe private final class ArrowSchemaList {
  let count: Int
  private let structures: UnsafeMutablePointer<ArrowSchema>
  let pointers: UnsafeMutablePointer<UnsafeMutablePointer<ArrowSchema>?>

  /// - Returns: `nil` for no fields.
  init?(_ fields: [ArrowField]) throws(ColonnadeError) {
    if fields.isEmpty { return nil }
    count = fields.count
    unsafe structures = .allocate(capacity: count)
    unsafe structures.initialize(repeating: ArrowSchema(), count: count)
    unsafe pointers = .allocate(capacity: count)
    for (index, field) in fields.enumerated() {
      unsafe (pointers + index).initialize(to: structures + index)
      // Left early, the structures written so far are released by `deinit`.
      try unsafe ArrowSchemaWriter.write(field, to: structures + index)
    }
  }

  deinit {
    for index in 0..<count { unsafe structures[index].release?(structures + index) }
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
    unsafe schema.format = exported.format
    unsafe schema.name = exported.name
    unsafe schema.metadata = exported.metadata
    unsafe schema.flags = field.flags
    unsafe schema.n_children = Int64(exported.children?.count ?? 0)
    unsafe schema.children = exported.children?.pointers
    unsafe schema.dictionary = exported.dictionary?.pointers.pointee
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
