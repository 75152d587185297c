// What decoders of one file share: prepared zstd dictionaries, symbol tables and decoded chunk
// dictionaries.
// Invariants: the decoded dictionaries held never exceed `byteLimit`; `memory` knows about how much all
// of it takes.

import ColonnadeArrays
package import ColonnadeBase

/// Prepared dictionaries of one open file; safe on any thread.
package final class DecompressionCache: Sendable {
  private struct State: ~Copyable {
    var compression: [Int: DecompressionDictionary] = [:]
    var symbols: [Int: SymbolTable] = [:]
    /// By offset of the dictionary page's body.
    var chunks: [UInt64: Column] = [:]
    var chunkByteCount = 0
  }

  private let state = RenewableLock { State() }
  private let memory: HeldMemory
  /// Decoded dictionaries kept at most.
  private static let byteLimit = 64 << 20
  /// About what a prepared dictionary takes beyond its bytes, and what a symbol table takes.
  private static let (preparedByteCount, symbolsByteCount) = (32 << 10, 16 << 10)

  /// - Parameter memory: of the file.
  package init(memory: HeldMemory = HeldMemory()) { self.memory = memory }

  /// Lets go of all of it.
  func clear() { state.renew() }

  /// The compression dictionary `index` of section 11, prepared once.
  func compressionDictionary(
    at index: Int, from data: any DataSource
  ) throws(ColonnadeError) -> DecompressionDictionary {
    if let known = state.withLock({ $0.compression[index] }) { return known }
    let bytes = try data.compressionDictionary(at: index)
    guard let made = DecompressionDictionary(bytes) else {
      throw ColonnadeError(.corrupt, "compression dictionary \(index) is not one of zstd")
    }
    let isNew = state.withLock { $0.compression.updateValue(made, forKey: index) == nil }
    if isNew { memory.add(bytes.byteCount + DecompressionCache.preparedByteCount) }
    return made
  }

  /// The symbol table that stands as compression dictionary `index`, read once.
  func symbolTable(
    at index: Int, from data: any DataSource
  ) throws(ColonnadeError) -> SymbolTable {
    if let known = state.withLock({ $0.symbols[index] }) { return known }
    let made = try SymbolTable(try data.compressionDictionary(at: index))
    let isNew = state.withLock { $0.symbols.updateValue(made, forKey: index) == nil }
    if isNew { memory.add(DecompressionCache.symbolsByteCount) }
    return made
  }

  func chunkDictionary(at offset: UInt64) -> Column? {
    state.withLock { $0.chunks[offset] }
  }

  func keep(_ dictionary: Column, at offset: UInt64) {
    let size = dictionary.byteCount
    guard size <= DecompressionCache.byteLimit else { return }
    let more = state.withLock { state -> Int in
      let before = state.chunkByteCount
      if state.chunkByteCount + size > DecompressionCache.byteLimit {
        state.chunks.removeAll()
        state.chunkByteCount = 0
      }
      if state.chunks.updateValue(dictionary, forKey: offset) == nil {
        state.chunkByteCount += size
      }
      return state.chunkByteCount - before
    }
    memory.add(more)
  }
}
