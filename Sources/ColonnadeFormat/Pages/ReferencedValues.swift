// The column that pages of encoding 10 refer to, at the slots that one call decodes.
// Invariant: it is decoded at most once a call, and only where a page refers to it; it has as many
// slots as the call asks for, so that a position in one is the position in the other.
// Spec: spec/encodings.md "Encodings", 10.

import CKernels
package import ColonnadeArrays
package import ColonnadeBase

/// Decodes the column that a chunk refers to.
package protocol ReferenceSource: Sendable {
  /// - Throws: where the file names no column that may be referred to, or one that cannot be read.
  func column(slots: Range<Int>) throws(ColonnadeError) -> Column
  /// The same at slots that ascend.
  func column(selection: SelectionVector) throws(ColonnadeError) -> Column
}

/// The reference's values for one call that decodes.
@safe final class ReferencedValues {
  private enum Wanted {
    case slots(Range<Int>)
    case selection(SelectionVector)
  }

  private let source: any ReferenceSource
  private let wanted: Wanted
  private var column: Column?

  init(_ source: any ReferenceSource, slots: Range<Int>) {
    self.source = source
    wanted = .slots(slots)
  }

  init(_ source: any ReferenceSource, selection: SelectionVector) {
    self.source = source
    wanted = .selection(selection)
  }

  /// The values, at the positions of the call.
  /// - Throws: what the source throws; `.corrupt` where they are not of a kind to refer to.
  func values() throws(ColonnadeError) -> Column {
    if let column { return column }
    let decoded: Column
    let count: Int
    switch wanted {
    case .slots(let slots):
      decoded = try source.column(slots: slots)
      count = slots.count
    case .selection(let selection):
      decoded = try source.column(selection: selection)
      count = selection.count
    }
    guard SlotKind(decoded.type).mayRefer, decoded.count == count else {
      throw ColonnadeError(
        .corrupt, "a reference to \(decoded.count) values of \(decoded.type) for \(count)")
    }
    column = decoded
    return decoded
  }
}

extension colonnade_reference {
  /// - Parameter scale: decimal places of the integers of floats.
  init(_ kind: SlotKind, scale: Int) {
    self.init()
    width = UInt32(kind.width)
    switch kind {
    case .integer(_, let isSigned): self.isSigned = isSigned ? 1 : 0
    case .float:
      isFloat = 1
      self.scale = UInt32(scale)
    default: preconditionFailure("no kind to refer to")
    }
  }
}
