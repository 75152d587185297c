// Layouts as C asks for them: flags for all columns, or a schema that says it of each.

import CArrow
import ColonnadeArrays
import ColonnadeBase

extension ArrowLayout {
  /// - Parameters:
  ///   - flags: of `colonnade_layout`.
  ///   - requested: what the consumer would like; `nil` for nothing in particular.
  /// - Throws: `.invalidArgument` for flags that are not known or contradict each other, and for a
  ///   requested schema that was released.
  init(
    schema: Schema, flags: UInt32, requesting requested: UnsafePointer<ArrowSchema>? = nil
  ) throws(ColonnadeError) {
    let defaults = ArrowLayoutDefaults(rawValue: flags)
    guard defaults.isSubset(of: .all) else {
      throw ColonnadeError(.invalidArgument, "a layout of \(flags) is not known")
    }
    guard !defaults.isSuperset(of: [.offsets, .largeOffsets]) else {
      throw ColonnadeError(.invalidArgument, "a layout has 32-bit or 64-bit offsets, not both")
    }
    if let requested = unsafe requested {
      self = try unsafe ArrowLayout(schema: schema, defaults: defaults, requesting: requested)
    } else {
      self.init(schema: schema, defaults: defaults)
    }
  }
}
