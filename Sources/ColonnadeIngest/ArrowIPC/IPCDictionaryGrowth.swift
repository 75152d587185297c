// Dictionaries to be written: each batch has its own distinct values, a stream has one dictionary
// that grows by deltas, so that no reader has to take replacements (and files forbid them).
// Invariant: a value, once it has a number, keeps it.

import ColonnadeArrays
import ColonnadeBase

/// The growing dictionary of one field.
final class IPCDictionaryGrowth {
  private struct Text: Hashable {
    let bytes: [UInt8]
  }

  private var numbers: [Text: Int32] = [:]
  private var wasWritten = false

  /// Gives the indices of `node` the numbers of this dictionary.
  /// - Parameter node: of text by 32-bit indices into distinct values by 32-bit offsets.
  /// - Returns: the values that are new, and whether they add to others; `nil` where none is and the
  ///   dictionary was written before.
  func renumber(
    _ node: inout ArrowNode
  ) throws(ColonnadeError) -> (values: ArrowNode, isDelta: Bool)? {
    let values = node.dictionary[0]
    let (renumbered, fresh) = try numbers(of: values)
    if let codes = node.buffers[1] {
      let target = MutableBuffer(byteCount: node.length * 4)
      let source = unsafe codes.unsafeValues(Int32.self)
      let result = unsafe target.pointer.assumingMemoryBound(to: Int32.self)
      for index in 0..<node.length {
        let code = unsafe Int(source[index])
        // Null slots are 0 also where there are no values at all.
        unsafe result[index] = code < renumbered.count ? renumbered[code] : 0
      }
      if let validity = node.buffers[0] {
        for index in 0..<node.length {
          let byte = unsafe validity.unsafeBytes[index >> 3]
          if byte >> UInt8(index & 7) & 1 == 0 { unsafe result[index] = 0 }
        }
      }
      node.buffers[1] = target.freeze()
    }
    node.dictionary = []
    guard fresh.count > 0 || !wasWritten else { return nil }
    defer { wasWritten = true }
    return (
      try ArrowNode(exporting: values.texts(at: fresh), as: .string(.offsets(.narrow))), wasWritten
    )
  }

  /// The number of each value, and the positions of those that had none.
  private func numbers(
    of values: ArrowNode
  ) throws(ColonnadeError) -> (numbers: [Int32], fresh: [Int]) {
    var renumbered: [Int32] = []
    var fresh: [Int] = []
    for index in 0..<values.length {
      let text = Text(bytes: unsafe Array(values.text(at: index)))
      if let number = numbers[text] {
        renumbered.append(number)
        continue
      }
      guard let number = Int32(exactly: numbers.count) else {
        throw ColonnadeError(
          .limitExceeded, "a categorical has more different values than 32-bit indices reach",
          hint: "write the column as text")
      }
      numbers[text] = number
      renumbered.append(number)
      fresh.append(index)
    }
    return (renumbered, fresh)
  }
}

extension ArrowNode {
  /// The bytes of one value of text by 32-bit offsets that this process made.
  fileprivate func text(at index: Int) -> UnsafeRawBufferPointer {
    guard let offsets = buffers[1], let data = buffers[2] else {
      return unsafe UnsafeRawBufferPointer(start: nil, count: 0)
    }
    let ends = unsafe offsets.unsafeValues(Int32.self)
    return unsafe UnsafeRawBufferPointer(
      rebasing: data.unsafeBytes[Int(ends[index])..<Int(ends[index + 1])])
  }

  fileprivate func texts(at indices: [Int]) -> Column {
    let builder = ColumnBuilder(.string, capacity: indices.count)
    for index in indices { unsafe builder.append(bytes: text(at: index)) }
    return builder.finish()
  }
}
