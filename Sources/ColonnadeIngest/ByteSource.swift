// Bytes in order, from wherever they come: a file, standard input, memory, or another source that
// is unpacked on the way.

package import ColonnadeBase

/// Bytes read once, from first to last. Used by one thread at a time.
package protocol ByteSource: AnyObject {
  /// The path, or `-` for standard input; for messages.
  var name: String { get }

  /// Bytes taken from the file so far, before unpacking; for progress.
  var bytesRead: Int { get }

  /// Fills some of `target`, which is not empty.
  /// - Returns: how many bytes; 0 only at the end.
  func read(into target: UnsafeMutableRawBufferPointer) throws(ColonnadeError) -> Int
}

extension ByteSource {
  /// Reads until `target` is full or the source ends.
  func fill(_ target: UnsafeMutableRawBufferPointer) throws(ColonnadeError) -> Int {
    var done = 0
    while done < target.count {
      let count = try unsafe read(into: UnsafeMutableRawBufferPointer(rebasing: target[done...]))
      if count == 0 { break }
      done += count
    }
    return done
  }
}

/// Bytes in memory.
package final class MemorySource: ByteSource {
  package let name: String
  private let bytes: Buffer
  private let step: Int
  package private(set) var bytesRead = 0

  /// - Parameter step: the most bytes one read gives.
  package init(_ bytes: [UInt8], name: String = "memory", step: Int = .max) {
    self.bytes = Buffer(copying: bytes)
    self.name = name
    self.step = step
  }

  package func read(
    into target: UnsafeMutableRawBufferPointer
  ) throws(ColonnadeError) -> Int {
    let count = min(step, target.count, bytes.byteCount - bytesRead)
    unsafe target.copyBytes(from: bytes.unsafeBytes[bytesRead..<bytesRead + count])
    bytesRead += count
    return count
  }
}

/// Bytes that were read ahead, then the rest of the source they came from.
final class PrefixedSource: ByteSource {
  private let source: any ByteSource
  private var prefix: Buffer
  private var offset = 0

  init(prefix: Buffer, _ source: any ByteSource) {
    self.prefix = prefix
    self.source = source
  }

  var name: String { source.name }
  var bytesRead: Int { source.bytesRead }

  func read(into target: UnsafeMutableRawBufferPointer) throws(ColonnadeError) -> Int {
    let count = min(target.count, prefix.byteCount - offset)
    guard count > 0 else {
      prefix = .empty
      offset = 0
      return try unsafe source.read(into: target)
    }
    unsafe target.copyBytes(from: prefix.unsafeBytes[offset..<offset + count])
    offset += count
    return count
  }
}
