// What a profile could have chosen, one thing varied at a time.

import ColonnadeFormat

/// Choices that stand side by side in one table.
struct TradeoffComparison {
  let title: String
  let columns: TradeoffSource.Columns
  let choices: [(name: String, options: EncodingOptions)]

  static var all: [TradeoffComparison] { [worth, pages, texts] }

  private static func balanced(
    _ name: String, _ change: (inout EncodingOptions) -> Void
  ) -> (name: String, options: EncodingOptions) {
    var options = EncodingOptions()
    change(&options)
    return (name, options)
  }

  private static var worth: TradeoffComparison {
    let profiles = EncodingProfile.allCases.map { profile in
      (name: profile.rawValue, options: EncodingOptions(profile: profile))
    }
    let others = [0.125, 0.25, 0.5, 2, 4, 8].map { factor in
      balanced("balanced, time worth × \(factor)") { $0.timeWorth = factor }
    }
    return TradeoffComparison(
      title: "What time is worth", columns: .all, choices: profiles + others)
  }

  private static var pages: TradeoffComparison {
    TradeoffComparison(
      title: "Bytes of a page", columns: .all,
      choices: [16, 32, 64, 128, 256].map { kibibytes in
        balanced("\(kibibytes) KiB") { $0.pageByteCount = kibibytes << 10 }
      })
  }

  private static var texts: TradeoffComparison {
    let framed = [1, 3, 8, 16, 64].flatMap { kibibytes in
      [Int32(1), 3, 9].map { level in
        balanced("zstd \(level), frames of \(kibibytes) KiB") { options in
          options.forcedEncoding = .plain
          options.forcedCodec = .zstd
          options.frameByteCount = kibibytes << 10
          options.level = level
        }
      }
    }
    return TradeoffComparison(
      title: "Texts alone", columns: .texts,
      choices: [balanced("balanced") { _ in }] + framed)
  }
}
