// How one page will be stored, and what that costs.

/// One way to store a page, with its price.
struct PagePlan {
  var encoding: Encoding
  var bitWidth: Int = 0
  var base: UInt64 = 0
  /// Patches or runs.
  var auxiliaryCount: Int = 0
  /// Decimal places; of references in the form of the entry.
  var scale: Int = 0
  /// Decimals are products, not quotients.
  var hasProducts = false
  /// Values are multiples of the reference's.
  var hasMultiples = false
  /// Run values are codes.
  var hasCodes = false
  /// Bytes of the body without frames and compression.
  var byteCount: Int
}

/// Weighs bytes against time to decode.
///
/// The times are nanoseconds a value as measured on one core of the machines the format was made
/// on; only their order matters. `bytesPerNanosecond` says how many bytes a profile spends to save
/// a nanosecond of decoding.
struct CostModel {
  let profile: EncodingProfile
  private let bytesPerNanosecond: Double

  init(_ options: EncodingOptions) {
    profile = options.profile
    let worth =
      switch options.profile {
      case .fast: 2.0
      case .balanced: 0.3
      case .archive: 0.05
      }
    bytesPerNanosecond = worth * options.timeWorth
  }

  /// Fraction of the bytes that zstd has to save.
  func compressionThreshold(isText: Bool) -> Double {
    switch profile {
    case .fast: .infinity
    case .balanced: isText ? 0.12 : 0.35
    case .archive: isText ? 0.05 : 0.04
    }
  }

  /// Fraction of the bytes that splitting floats has to save: whoever takes one value has to decode a
  /// frame, and plain values are mapped in place. Of a chunk no larger than what a map brings in at
  /// once, mapping takes the time that decoding all of it does.
  func splitThreshold(chunkByteCount: Int) -> Double {
    switch profile {
    case .fast: .infinity
    case .balanced: chunkByteCount <= CostModel.mappedAtOnce ? 0.12 : .infinity
    case .archive: 0.04
    }
  }

  private static let mappedAtOnce = 16 << 10

  static func nanoseconds(_ encoding: Encoding) -> Double {
    switch encoding {
    case .none, .constant: 0.05
    case .plain: 0.05
    case .packed: 0.25
    case .runLength: 0.3
    case .dictionary: 0.5
    case .decimal: 0.7
    case .symbols: 8
    case .delta: 0.9
    // Of one plane.
    case .split: 1.3
    // The other column included, which whoever wants this one alone has to decode as well.
    case .reference: 1.0
    }
  }

  /// Bytes, with decoding counted in bytes.
  func price(_ plan: PagePlan, slotCount: Int) -> Double {
    let planes = plan.encoding == .split ? plan.auxiliaryCount : 1
    return price(
      byteCount: plan.byteCount, encoding: plan.encoding, slotCount: planes * slotCount)
  }

  func price(byteCount: Int, encoding: Encoding, slotCount: Int) -> Double {
    Double(byteCount)
      + bytesPerNanosecond * CostModel.nanoseconds(encoding) * Double(slotCount)
  }

  /// Time to decode, counted in bytes.
  func price(nanoseconds: Double) -> Double { bytesPerNanosecond * nanoseconds }
}
