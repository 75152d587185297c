// From a batch's message to nodes: the lists of nodes and buffers, which lie flat in the message,
// are given to the fields they belong to. That values fit their buffers is checked where nodes
// become columns.
// Spec: Arrow's columnar format, "RecordBatch message", "Recordbatch body".

import CIngest
import ColonnadeArrays
import ColonnadeBase

struct IPCBatchReader {
  private let message: IPCMessage
  private let dictionaries: IPCDictionaries
  private var body: IPCBody
  private var nextNode = 0
  private var nextVariadic = 0

  /// The most values of one array.
  private static let lengthLimit = Int64(Int32.max)

  private init(_ frame: IPCFrame, _ dictionaries: IPCDictionaries) throws(ColonnadeError) {
    message = frame.message
    body = try IPCBody(frame)
    self.dictionaries = dictionaries
  }

  /// The nodes of `fields`, one each.
  /// - Throws: `.corrupt` where the message does not hold what the fields ask for.
  static func nodes(
    of frame: IPCFrame, _ fields: [IPCField], _ dictionaries: IPCDictionaries
  ) throws(ColonnadeError) -> [ArrowNode] {
    var reader = try IPCBatchReader(frame, dictionaries)
    var nodes: [ArrowNode] = []
    nodes.reserveCapacity(fields.count)
    for field in fields {
      let node = try reader.node(field)
      guard Int64(node.length) == frame.message.rowCount else {
        throw frame.message.corrupt(
          "column '\(field.name)' has \(node.length) values in an Arrow batch of "
            + "\(frame.message.rowCount) rows")
      }
      nodes.append(node)
    }
    guard reader.nextNode == frame.message.nodeCount else {
      throw frame.message.corrupt("an Arrow batch has more columns than its schema")
    }
    try reader.body.finish()
    return nodes
  }

  private mutating func node(_ field: IPCField) throws(ColonnadeError) -> ArrowNode {
    guard nextNode < message.nodeCount else {
      throw message.corrupt("an Arrow batch has fewer columns than its schema")
    }
    let raw = message.node(at: nextNode)
    nextNode += 1
    guard (0...IPCBatchReader.lengthLimit).contains(raw.count) else {
      throw message.corrupt("an array of an Arrow batch claims \(raw.count) values")
    }
    guard (0...raw.count).contains(raw.nullCount) else {
      throw message.corrupt(
        "an array of \(raw.count) values of an Arrow batch claims \(raw.nullCount) nulls")
    }
    var node = ArrowNode(length: Int(raw.count), nullCount: Int(raw.nullCount))
    if let dictionary = field.dictionary {
      node.buffers = [try validity(raw), try body.buffer()]
      node.dictionary = [try dictionaries.values(of: field, dictionary, message)]
      return node
    }
    switch field.type {
    case .null, .runs: break
    case .string(.views), .binary(.views):
      node.buffers = [try validity(raw), try body.buffer()]
      guard nextVariadic < message.variadicCount else {
        throw message.corrupt("an Arrow batch does not say how many buffers its views have")
      }
      let count = message.variadic(at: nextVariadic)
      nextVariadic += 1
      guard count >= 0, count <= Int64(message.bufferCount) else {
        throw message.corrupt("an Arrow batch claims \(count) buffers for views")
      }
      for _ in 0..<count { node.buffers.append(try body.buffer() ?? .empty) }
    case .string(.offsets), .binary(.offsets), .listView:
      node.buffers = [try validity(raw), try body.buffer(), try body.buffer()]
    case .fixedList, .structure: node.buffers = [try validity(raw)]
    case .bool, .integer, .float, .decimal, .fixedBinary, .date, .dateInMilliseconds, .time,
      .timestamp, .duration, .list, .map, .dictionary:
      node.buffers = [try validity(raw), try body.buffer()]
    }
    for child in field.children { node.children.append(try self.node(child)) }
    return node
  }

  /// The bitmap, which writers may leave out where nothing is null.
  private mutating func validity(_ raw: colonnade_arrow_node) throws(ColonnadeError) -> Buffer? {
    let bitmap = try body.buffer()
    guard bitmap != nil || raw.nullCount == 0 else {
      throw message.corrupt("an array of an Arrow batch claims nulls and says not where")
    }
    return bitmap
  }
}
