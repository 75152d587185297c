// A data area in memory: what the file writer and reader are to encoders and decoders.

import ColonnadeArrays
import ColonnadeBase
import Synchronization

@testable import ColonnadeFormat

/// Bytes of a file without metadata; checks ranges as the reader does.
final class MemoryFile: DataSource, LargeValueSink {
  private struct State: ~Copyable {
    var bytes = MutableBuffer.zeroed(byteCount: 64)
    var dictionaries: [Buffer] = []
  }
  private let state = Mutex(State())
  /// Hands out copies behind which nothing can be read.
  private let isGuarded: Bool

  init(isGuarded: Bool = false) { self.isGuarded = isGuarded }

  func store(_ bytes: UnsafeRawBufferPointer) throws(ColonnadeError) -> UInt64 {
    state.withLock { state in
      let offset = UInt64(state.bytes.byteCount)
      unsafe state.bytes.append(bytes)
      return offset
    }
  }

  /// Places a chunk at a multiple of 64 and names its column's dictionaries.
  func place(_ chunk: EncodedChunk, _ compression: ColumnCompression) -> EncodedChunk {
    state.withLock { state in
      state.bytes.pad(to: 64)
      let offset = UInt64(state.bytes.byteCount)
      for part in chunk.parts { state.bytes.append(part.array) }
      let first = UInt16(state.dictionaries.count)
      let generations = compression.dictionaries
      state.dictionaries += generations
      var chunk = chunk
      let indices = generations.indices.map { ($0, first + UInt16($0)) }
      chunk.relocate(by: offset, dictionaryIndices: Dictionary(uniqueKeysWithValues: indices))
      return chunk
    }
  }

  func data(offset: UInt64, byteCount: Int) throws(ColonnadeError) -> Buffer {
    let found: Buffer? = state.withLock { state in
      let all = state.bytes.freeze()
      guard byteCount >= 0, offset <= UInt64(all.byteCount),
        byteCount <= all.byteCount - Int(offset)
      else { return nil }
      let part = all.slice(from: Int(offset), byteCount: byteCount)
      return isGuarded ? unsafe GuardedMemory.copy(part.unsafeBytes) : part
    }
    guard let found else {
      throw ColonnadeError(.corrupt, "bytes outside the data area", location: .byte(offset))
    }
    return found
  }

  func compressionDictionary(at index: Int) throws(ColonnadeError) -> Buffer {
    let found: Buffer? = state.withLock {
      $0.dictionaries.indices.contains(index) ? $0.dictionaries[index] : nil
    }
    guard let found else {
      throw ColonnadeError(.corrupt, "no compression dictionary \(index)")
    }
    return found
  }

  /// Changes one byte; no buffer handed out before may be in use.
  /// - Returns: what it was.
  @discardableResult
  func mutate(at offset: Int, to value: UInt8) -> UInt8 {
    state.withLock { state in
      let before = unsafe state.bytes.pointer.load(fromByteOffset: offset, as: UInt8.self)
      unsafe state.bytes.pointer.storeBytes(of: value, toByteOffset: offset, as: UInt8.self)
      return before
    }
  }

  var byteCount: Int { state.withLock { $0.bytes.byteCount } }
}

extension EncodedChunk {
  func shape(_ type: DataType, rowCount: Int, slotCount: Int, elements: Int = 0) -> ChunkShape {
    ChunkShape(
      type: type, rowCount: rowCount, slotCount: slotCount, pageShift: pageShift,
      dictionaryCount: dictionaryCount, dictionaryPage: dictionaryPage,
      validityOffset: validityOffset, elementSlotCount: elements)
  }
}
