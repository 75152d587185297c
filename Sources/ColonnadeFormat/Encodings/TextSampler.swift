// Sample frames of a chunk of text: what zstd makes of them, and dictionaries trained on them.
// Spec: spec/encodings.md "Frames".

import CZstd
import ColonnadeBase

/// Frames spread evenly over a chunk.
struct TextSampler {
  let source: SlotSource
  /// Slots of a frame.
  let frameCount: Int
  let largeValues: any LargeValueSink

  /// Bytes of samples a dictionary is trained on, and its size at most.
  static let trainingByteCount = 1 << 20
  static let dictionaryByteCount = 16 << 10
  /// Chunks below this many bytes cannot pay for a dictionary.
  static let leastByteCount = 256 << 10

  /// Appends the contents of up to `count` frames; `phase` (0 to 1) shifts where they are taken.
  /// - Returns: the size of each.
  func frames(
    _ count: Int, phase: Double, to target: MutableBuffer
  ) throws(ColonnadeError) -> [Int] {
    let frameTotal = max(1, source.count / frameCount)
    let wanted = min(count, frameTotal)
    var sizes: [Int] = []
    let scratch = MutableBuffer()
    for index in 0..<wanted {
      let frame = min(
        frameTotal - 1, Int((Double(index) + phase) * Double(frameTotal) / Double(wanted)))
      let start = frame * frameCount
      let range = start..<min(start + frameCount, source.count)
      // A value out of line is no part of its frame.
      guard Int(source.measure(range).greatest) <= EncodingLimit.inlineValueByteCount else {
        continue
      }
      let page = PageSlots(source, range, scratch: scratch)
      let bytes = try BytesPage(page, compressor: nil, largeValues: largeValues)
      let before = target.byteCount
      bytes.appendFrame(0..<range.count, to: target)
      sizes.append(target.byteCount - before)
    }
    return sizes
  }

  /// What frames that were compressed so far tell of a sample.
  struct Progress {
    /// What the sample takes at least, as a fraction of what it takes as it is.
    let least: Double
    /// The same of the frames so far.
    let ratio: Double
    /// The share of the sample that they are.
    let share: Double
  }

  /// What a sample of frames takes compressed, as a fraction of what it takes as it is. Frames are
  /// compressed in four rounds, each spread over the sample.
  /// - Parameter isDecided: whether what is known suffices; the answer is what the frames so far take
  ///   then.
  static func ratio(
    of frames: MutableBuffer, sizes: [Int], level: Int32, dictionary: CompressionDictionary?,
    until isDecided: (Progress) -> Bool = { _ in false }
  ) throws(ColonnadeError) -> Double {
    guard frames.byteCount > 0 else { return 1 }
    let compressor = try ZstdCompressor.take(level: level, dictionary: dictionary)
    defer { compressor.giveBack() }
    let scratch = MutableBuffer()
    var starts: [Int] = []
    var start = 0
    for size in sizes {
      starts.append(start)
      start += size
    }
    let rounds = 4
    var (stored, done) = (0, 0)
    for round in 0..<rounds {
      for index in stride(from: round, to: sizes.count, by: rounds) {
        let (start, size) = (starts[index], sizes[index])
        stored += try unsafe compressor.compressedByteCount(
          of: UnsafeRawBufferPointer(rebasing: frames.unsafeBytes[start..<start + size]),
          scratch: scratch)
        done += size
        let progress = Progress(
          least: Double(stored) / Double(frames.byteCount),
          ratio: Double(stored) / Double(max(1, done)),
          share: Double(done) / Double(frames.byteCount))
        if isDecided(progress) { return progress.ratio }
      }
    }
    return Double(stored) / Double(frames.byteCount)
  }

  /// Trains a dictionary and keeps it when it saves at least twice its size in this chunk.
  /// - Parameter ratio: what zstd makes of the chunk without one.
  func train(
    rawByteCount: Int, ratio: Double, level: Int32
  ) throws(ColonnadeError) -> CompressionDictionary? {
    let samples = MutableBuffer()
    let perFrame = max(1, rawByteCount / max(1, source.count / frameCount))
    let budget = min(TextSampler.trainingByteCount, rawByteCount / 2)
    let sizes = try frames(max(8, budget / perFrame), phase: 0.75, to: samples)
    guard sizes.count >= 8 else { return nil }
    let target = MutableBuffer(byteCount: TextSampler.dictionaryByteCount)
    var parameters = ZDICT_fastCover_params_t()
    parameters.k = 128
    parameters.d = 8
    parameters.f = 18
    parameters.accel = 1
    parameters.steps = 1
    parameters.nbThreads = 1
    parameters.splitPoint = 1
    parameters.zParams.compressionLevel = level
    let written = unsafe sizes.withUnsafeBufferPointer {
      unsafe ZDICT_trainFromBuffer_fastCover(
        target.pointer, target.byteCount, samples.pointer, $0.baseAddress, UInt32($0.count),
        parameters)
    }
    // Training fails on samples that have nothing in common; then there is no dictionary.
    guard ZDICT_isError(written) == 0 else { return nil }
    target.truncate(to: written)
    guard let dictionary = CompressionDictionary(target.freeze(), level: level) else { return nil }
    let held = MutableBuffer()
    let heldSizes = try frames(64, phase: 0.25, to: held)
    let with = try TextSampler.ratio(
      of: held, sizes: heldSizes, level: level, dictionary: dictionary)
    let saved = (ratio - with) * Double(rawByteCount)
    return saved >= 2 * Double(written) ? dictionary : nil
  }
}
