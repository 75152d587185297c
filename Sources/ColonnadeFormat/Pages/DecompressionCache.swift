// What decoders of one file share: prepared zstd dictionaries, symbol tables and decoded chunk
// dictionaries.
// Invariant: the decoded dictionaries held never exceed `byteLimit`.

import ColonnadeArrays
import ColonnadeBase

/// Prepared dictionaries of one open file; safe on any thread.
package final class DecompressionCache: Sendable {
  private struct State: ~Copyable {
    var compression: [Int: DecompressionDictionary] = [:]
    var symbols: [Int: SymbolTable] = [:]
    /// By offset of the dictionary page's body.
    var chunks: [UInt64: Column] = [:]
    var chunkByteCount = 0
  }

  private let state = Lock(State())
  /// Decoded dictionaries kept at most.
  private static let byteLimit = 64 << 20

  package init() {}

  /// The compression dictionary `index` of section 11, prepared once.
  func compressionDictionary(
    at index: Int, from data: any DataSource
  ) throws(ColonnadeError) -> DecompressionDictionary {
    if let known = state.withLock({ $0.compression[index] }) { return known }
    let bytes = try data.compressionDictionary(at: index)
    guard let made = DecompressionDictionary(bytes) else {
      throw ColonnadeError(.corrupt, "compression dictionary \(index) is not one of zstd")
    }
    state.withLock { $0.compression[index] = made }
    return made
  }

  /// The symbol table that stands as compression dictionary `index`, read once.
  func symbolTable(
    at index: Int, from data: any DataSource
  ) throws(ColonnadeError) -> SymbolTable {
    if let known = state.withLock({ $0.symbols[index] }) { return known }
    let made = try SymbolTable(try data.compressionDictionary(at: index))
    state.withLock { $0.symbols[index] = made }
    return made
  }

  func chunkDictionary(at offset: UInt64) -> Column? {
    state.withLock { $0.chunks[offset] }
  }

  func keep(_ dictionary: Column, at offset: UInt64) {
    let size = dictionary.byteCount
    guard size <= DecompressionCache.byteLimit else { return }
    state.withLock { state in
      if state.chunkByteCount + size > DecompressionCache.byteLimit {
        state.chunks.removeAll()
        state.chunkByteCount = 0
      }
      if state.chunks.updateValue(dictionary, forKey: offset) == nil {
        state.chunkByteCount += size
      }
    }
  }
}
