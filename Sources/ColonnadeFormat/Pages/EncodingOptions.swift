// What a writer may ask of the encodings.

package import ColonnadeBase

/// What decides between bytes and speed.
package enum EncodingProfile: String, Sendable, CaseIterable {
  /// Never compresses.
  case fast
  /// Compresses where it pays for the time to read.
  case balanced
  /// Smallest bytes, whatever writing costs, for who reads whole columns.
  case archive
}

/// How chunks are encoded.
package struct EncodingOptions: Sendable {
  package var profile: EncodingProfile
  /// zstd's level.
  package var level: Int32
  /// Bytes of values a frame should hold.
  package var frameByteCount: Int = 3 << 10
  /// Bytes of values a page should hold.
  package var pageByteCount: Int = 64 << 10
  /// What a nanosecond of decoding is worth in bytes, times what it is in the profile; for comparisons.
  package var timeWorth = 1.0
  /// Tries this encoding first for every page that can take it; for tests and comparisons.
  package var forcedEncoding: Encoding?
  /// `.zstd` frames every page that may be framed and compresses it whether that pays or not,
  /// `.none` never compresses; nil leaves it to the profile.
  package var forcedCodec: Codec?
  /// Frames every page that may be framed, compressed or not; for tests.
  package var forcesFrames = false
  /// Rows of a page as a power of two; nil chooses by `pageByteCount`.
  package var pageShift: UInt8?

  /// The same for values that are no text. What is archived is read by the column, not by the row.
  var valueFrameByteCount: Int { profile == .archive ? frameByteCount * 12 : frameByteCount }
  var valuePageByteCount: Int { profile == .archive ? pageByteCount * 4 : pageByteCount }

  package init(profile: EncodingProfile = .balanced) {
    self.profile = profile
    level = profile == .archive ? 9 : 3
  }
}

/// How many slots each row of the row group has in a chunk.
package enum RowLayout: Sendable {
  /// The same number each: 1 for columns and fields of structs, more below fixed-size lists.
  case uniform(slotsPerRow: Int)
  /// Row `r` has slots `offsets[r]..<offsets[r + 1]`; `rowCount + 1` UInt32, the first one 0.
  case offsets(Buffer)
}
