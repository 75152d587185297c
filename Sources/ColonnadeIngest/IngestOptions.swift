// What the caller settles about the input; everything left open is found by looking.

package import ColonnadeArrays

/// Formats of input: text, or Arrow's IPC stream and file.
package enum IngestFormat: String, Sendable, CaseIterable {
  case csv, tsv, jsonl, arrow
}

/// How bytes stand for characters.
package enum IngestEncoding: String, Sendable, CaseIterable {
  /// UTF-8, or UTF-16 where a byte order mark says so.
  case automatic = "auto"
  case utf8 = "utf-8"
  case utf16 = "utf-16"
  case latin1 = "latin-1"
}

/// Options of one ingest.
package struct IngestOptions: Sendable {
  /// By the file's name where `nil`, and by its first byte where that says nothing.
  package var format: IngestFormat?
  package var encoding = IngestEncoding.automatic
  /// Overrides what would be found by looking.
  package var schema: Schema?
  /// Found by looking where `nil`.
  package var delimiter: UInt8?
  package var quote: UInt8?
  /// Nothing is quoted, whatever the bytes look like.
  package var hasNoQuote = false
  package var escape: UInt8?
  package var comment: UInt8?
  /// Texts that stand for null where unquoted; replaces the empty text.
  package var nullTexts: [String] = [""]
  /// Found by looking where `nil`.
  package var hasHeader: Bool?
  /// Lines left out at the start of every input.
  package var skippedLines = 0
  /// Bytes of text parsed in one piece: with the padding behind, whole blocks of memory.
  package var chunkByteCount = 2 << 20 - TextChunk.padding
  /// True to take the types of a file of separated text, where it is the only input, from its start.
  /// Saves reading it twice; a later value that would make a type another one is an error then,
  /// after which `IngestSource.needsWholeLook` is true and an ingest with false here will find the
  /// types. Rows read to the end have the types a whole look finds.
  package var looksAtStartOnly = false
  /// Bytes looked at where the input cannot be read twice, or is not to be.
  package var prefixByteCount = 16 << 20
  /// Uses the portable scanner even where a vector one exists; for tests.
  package var usesScalarScanner = false

  package init() {}
}
