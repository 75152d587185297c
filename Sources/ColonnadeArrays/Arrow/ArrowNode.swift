// The values of one field as Arrow cuts them up, with buffers that know how long they are: what the
// C data interface and the IPC format have in common.

package import ColonnadeBase

/// Buffers, children and dictionary of one array, in the order in which Arrow has them.
package struct ArrowNode: Sendable {
  /// Values, from `offset` on.
  package var length: Int
  /// Values before the first one meant, in the buffers and in children of the same count.
  package var offset: Int
  /// -1 where it was not counted.
  package var nullCount: Int
  /// `nil` where a buffer is absent: a validity bitmap where nothing is null, or no bytes at all.
  /// Views are followed by their data buffers; the sizes of those are not among the buffers here.
  package var buffers: [Buffer?]
  package var children: [ArrowNode]
  /// The values of a dictionary: one node, or none.
  package var dictionary: [ArrowNode]

  package init(
    length: Int, offset: Int = 0, nullCount: Int = -1, buffers: [Buffer?] = [],
    children: [ArrowNode] = [], dictionary: [ArrowNode] = []
  ) {
    self.length = length
    self.offset = offset
    self.nullCount = nullCount
    self.buffers = buffers
    self.children = children
    self.dictionary = dictionary
  }
}
