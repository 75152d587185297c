// One message of an IPC stream, or the footer of a file: the Swift side of colonnade_arrow_message.
// Invariant: what the structure points to lives as long as this object; its numbers come from
// outside and are checked where they are used.

import CIngest
import ColonnadeArrays
import ColonnadeBase

/// A message whose flatbuffer was verified.
@safe final class IPCMessage: @unchecked Sendable {
  private let pointer: UnsafePointer<colonnade_arrow_message>
  /// The flatbuffer; texts point into it.
  private let metadata: Buffer
  /// Where the message's prefix starts in its file or stream, in bytes.
  let offset: Int

  /// Bodies larger than this are refused.
  static let bodyLimit = Int(Int32.max)
  /// Flatbuffers larger than this are refused.
  static let metadataLimit = 256 << 20

  /// - Throws: `.corrupt` where the bytes are no message, or no footer where `isFooter`.
  init(_ metadata: Buffer, isFooter: Bool = false, offset: Int) throws(ColonnadeError) {
    let read = unsafe metadata.unsafeBytes.baseAddress.flatMap {
      unsafe colonnade_arrow_read(
        $0.assumingMemoryBound(to: UInt8.self), metadata.byteCount, isFooter)
    }
    guard let read = unsafe read else {
      throw IPCMessage.corrupt(
        isFooter
          ? "the footer of the Arrow file is damaged"
          : "the metadata of an Arrow message is damaged",
        at: offset)
    }
    unsafe pointer = read
    self.metadata = metadata
    self.offset = offset
    // V4 and V5 differ in unions only, which are refused.
    guard (3...4).contains(unsafe read.pointee.version) else {
      throw unsafe ColonnadeError(
        .unsupportedFeature, "Arrow metadata of version \(Int(read.pointee.version) + 1)",
        location: .byte(UInt64(offset)), hint: "versions 4 and 5 are read")
    }
    guard (0...Int64(IPCMessage.bodyLimit)).contains(unsafe read.pointee.bodyByteCount) else {
      throw unsafe ColonnadeError(
        read.pointee.bodyByteCount < 0 ? .corrupt : .limitExceeded,
        "an Arrow message claims a body of \(read.pointee.bodyByteCount) bytes",
        location: .byte(UInt64(offset)), hint: "bodies of up to 2 GiB are read")
    }
  }

  deinit { unsafe colonnade_arrow_free(pointer) }

  static func corrupt(_ message: String, at offset: Int) -> ColonnadeError {
    ColonnadeError(.corrupt, message, location: .byte(UInt64(max(0, offset))))
  }

  func corrupt(_ message: String) -> ColonnadeError { IPCMessage.corrupt(message, at: offset) }

  enum Kind {
    case schema, dictionary, batch
  }

  /// - Throws: `.unsupportedFeature` for tensors, `.corrupt` for what has no name.
  var kind: Kind {
    get throws(ColonnadeError) {
      switch unsafe UInt32(bitPattern: pointer.pointee.kind) {
      case COLONNADE_ARROW_MESSAGE_SCHEMA.rawValue: return .schema
      case COLONNADE_ARROW_MESSAGE_DICTIONARY.rawValue: return .dictionary
      case COLONNADE_ARROW_MESSAGE_BATCH.rawValue: return .batch
      case COLONNADE_ARROW_MESSAGE_TENSOR.rawValue,
        COLONNADE_ARROW_MESSAGE_SPARSE_TENSOR.rawValue:
        throw ColonnadeError(
          .unsupportedFeature, "the Arrow stream holds a tensor", location: .byte(UInt64(offset)))
      case let kind: throw corrupt("an Arrow message of kind \(kind) is not known")
      }
    }
  }

  var bodyByteCount: Int { unsafe Int(pointer.pointee.bodyByteCount) }
  var dictionaryIdentifier: Int64 { unsafe pointer.pointee.dictionaryIdentifier }
  var isDelta: Bool { unsafe pointer.pointee.isDelta }
  var isBigEndian: Bool { unsafe pointer.pointee.isBigEndian }
  var rowCount: Int64 { unsafe pointer.pointee.rowCount }
  /// -1 without compression.
  var codec: Int { unsafe Int(pointer.pointee.codec) }
  var compressionMethod: Int { unsafe Int(pointer.pointee.compressionMethod) }

  var nodeCount: Int { unsafe pointer.pointee.nodeCount }
  func node(at index: Int) -> colonnade_arrow_node {
    precondition(index < nodeCount)
    return unsafe pointer.pointee.nodes[index]
  }

  var bufferCount: Int { unsafe pointer.pointee.bufferCount }
  func buffer(at index: Int) -> colonnade_arrow_buffer {
    precondition(index < bufferCount)
    return unsafe pointer.pointee.buffers[index]
  }

  var variadicCount: Int { unsafe pointer.pointee.variadicCount }
  func variadic(at index: Int) -> Int64 {
    precondition(index < variadicCount)
    return unsafe pointer.pointee.variadicCounts[index]
  }

  /// Where dictionaries and batches stand in the file, of a footer.
  var blocks: (dictionaries: [colonnade_arrow_block], batches: [colonnade_arrow_block]) {
    unsafe (
      Array(
        UnsafeBufferPointer(
          start: pointer.pointee.dictionaries, count: pointer.pointee.dictionaryBlockCount)),
      Array(
        UnsafeBufferPointer(start: pointer.pointee.batches, count: pointer.pointee.batchBlockCount))
    )
  }

  /// The fields, depth first, and how many of them are columns.
  var fieldCount: Int { unsafe pointer.pointee.fieldCount }
  var columnCount: Int { unsafe pointer.pointee.columnCount }
  @unsafe func field(at index: Int) -> colonnade_arrow_field {
    precondition(index < fieldCount)
    return unsafe pointer.pointee.fields[index]
  }

  /// - Throws: `.corrupt` where it is not UTF-8.
  func text(_ text: colonnade_arrow_text) throws(ColonnadeError) -> String {
    guard let bytes = unsafe text.bytes else { return "" }
    let raw = unsafe UnsafeRawBufferPointer(start: bytes, count: text.count)
    guard let text = unsafe String(validating: raw, as: UTF8.self) else {
      throw corrupt("a text of the Arrow schema is not UTF-8")
    }
    return text
  }

  /// Metadata of a field.
  func entries(start: Int, count: Int) throws(ColonnadeError) -> [MetadataEntry] {
    var entries: [MetadataEntry] = []
    for index in start..<start + count {
      let entry = unsafe pointer.pointee.entries[index]
      entries.append(
        unsafe MetadataEntry(try text(entry.key), try text(entry.value)))
    }
    return entries
  }

  /// Metadata of the schema.
  var schemaMetadata: [MetadataEntry] {
    get throws(ColonnadeError) {
      try entries(
        start: unsafe pointer.pointee.metadataStart, count: unsafe pointer.pointee.metadataCount)
    }
  }
}
