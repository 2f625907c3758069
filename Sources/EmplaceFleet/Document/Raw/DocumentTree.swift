/// One value of a raw document: 16 bytes in a flat array, in the order of the text.
///
/// The values of a container follow it directly; `next` is the first node after them.
struct DocumentNode: Sendable {
  /// What a value is.
  enum Kind: UInt8, Sendable {
    case null, no, yes, number, string, array, object
    /// `NaN`, `Infinity`, `.inf`: words for numbers that no document may hold.
    case notFinite
  }

  /// Byte offset of the token in the text of all files, or in the side text.
  var start: UInt32
  /// Bytes of a scalar without quotes; members of a container.
  var length: UInt32
  /// Index of the first node that is not inside this one.
  var next: UInt32
  private var tag: UInt32

  /// A node; `key` is the number of its key in ``DocumentTree/keys``, or -1 outside objects.
  init(kind: Kind, key: Int, start: Int, length: Int, inSideText: Bool = false) {
    self.start = UInt32(truncatingIfNeeded: start)
    self.length = UInt32(truncatingIfNeeded: length)
    next = 0
    tag =
      UInt32(truncatingIfNeeded: key + 1) << 4 | (inSideText ? 8 : 0) | UInt32(kind.rawValue)
  }

  /// What it is.
  var kind: Kind { Kind(rawValue: UInt8(truncatingIfNeeded: tag & 7)) ?? .null }
  /// Whether the bytes lie in the side text: unescaped strings, and all of YAML.
  var isInSideText: Bool { tag & 8 != 0 }
  /// Number of the key, -1 for elements of arrays and for the root.
  var key: Int { Int(tag >> 4) - 1 }
}

/// The raw documents of all files of a fleet, JSON and YAML alike, in one flat arena.
///
/// A value is named by the index of its node; file, line, column and JSON path are found from
/// the index alone when an error needs them, so that reading pays nothing for them.
struct DocumentTree: Sendable {
  /// A file and where its nodes and its text begin.
  struct File: Sendable {
    /// Name for messages.
    var name: String
    /// Index of the root node.
    var firstNode: Int
    /// Offset of its first byte in the text.
    var firstByte: Int
    /// Whether positions stand in ``DocumentTree/marks``.
    var isYAML: Bool
  }

  /// Files in the order given.
  var files: [File] = []
  /// All nodes.
  var nodes: [DocumentNode] = []
  /// Bytes of all JSON files.
  var text: [UInt8] = []
  /// Strings without their escapes, and all scalars of YAML.
  var sideText: [UInt8] = []
  /// Keys by number; the first ones are the keys of the format.
  var keys: ByteTable
  /// Nodes with side text in JSON files, with the place of their token.
  var escaped: [(node: UInt32, offset: UInt32)] = []
  /// Line and column of each YAML node, from `markBase` of its file on.
  var marks: [(node: UInt32, line: UInt32, column: UInt32)] = []

  /// An empty tree that knows the keys of the format.
  init() {
    keys = ByteTable(minimumCapacity: 512)
    for name in Key.names { _ = keys.intern(name) }
  }

  /// Calls `body` with the bytes of a scalar: text without quotes and escapes, digits as written.
  func withBytes<R>(of node: Int, _ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
    let value = nodes[node]
    let range = Int(value.start)..<Int(value.start) + Int(value.length)
    if value.isInSideText {
      return sideText.withUnsafeBufferPointer { body(.init(rebasing: $0[range])) }
    }
    return text.withUnsafeBufferPointer { body(.init(rebasing: $0[range])) }
  }

  /// The text of a scalar.
  func string(_ node: Int) -> String {
    withBytes(of: node) { String(decoding: $0, as: UTF8.self) }
  }

  /// Elements of an array or members of an object, in order; empty for scalars.
  func children(of node: Int) -> Children {
    let kind = nodes[node].kind
    let isContainer = kind == .array || kind == .object
    return Children(
      tree: self, current: node + 1, end: isContainer ? Int(nodes[node].next) : node + 1)
  }

  /// The member with that key, the first if there are several.
  func member(_ key: Key, of node: Int) -> Int? {
    guard nodes[node].kind == .object else { return nil }
    var child = node + 1
    let end = Int(nodes[node].next)
    while child < end {
      if nodes[child].key == key.index { return child }
      child = Int(nodes[child].next)
    }
    return nil
  }

  /// Indices of the nodes directly inside one.
  struct Children: Sequence, IteratorProtocol {
    fileprivate let tree: DocumentTree
    fileprivate var current: Int
    fileprivate let end: Int

    mutating func next() -> Int? {
      guard current < end else { return nil }
      defer { current = Int(tree.nodes[current].next) }
      return current
    }
  }
}

// MARK: - Where a value stands

extension DocumentTree {
  /// The file of a node.
  func file(of node: Int) -> File {
    var (low, high) = (0, files.count - 1)
    while low < high {
      let middle = (low + high + 1) / 2
      if files[middle].firstNode <= node { low = middle } else { high = middle - 1 }
    }
    return files[low]
  }

  /// JSON path of a node: `sites[3].powerCapWatts`; keys that are no plain words are quoted.
  /// - Complexity: O(siblings of the nodes on the way); see ``PathFinder`` for many nodes.
  func path(of node: Int) -> String {
    var finder = PathFinder(self)
    return finder.path(of: node)
  }

  /// How a key is written in a path.
  static func step(_ key: String, _ isFirst: Bool) -> String {
    let isPlain =
      !key.isEmpty
      && key.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "$"):
          true
        default: false
        }
      }
    if isPlain { return isFirst ? key : "." + key }
    return "[\"\(shortened(key))\"]"
  }

  /// Line and column from 1, the column in bytes.
  func position(of node: Int) -> (line: Int, column: Int)? {
    let file = file(of: node)
    if file.isYAML {
      guard let mark = Self.find(node, in: marks, by: \.node) else { return nil }
      return (Int(mark.line), Int(mark.column))
    }
    guard let offset = offset(of: node) else { return nil }
    return Self.lineAndColumn(of: offset, from: file.firstByte, in: text)
  }

  /// Offset of a node of a JSON file in the text.
  func offset(of node: Int) -> Int? {
    guard nodes[node].isInSideText else { return Int(nodes[node].start) }
    return Self.find(node, in: escaped, by: \.node).map { Int($0.offset) }
  }

  /// Line and column of an offset in a text that begins at `first`.
  static func lineAndColumn(
    of offset: Int, from first: Int, in text: [UInt8]
  ) -> (line: Int, column: Int) {
    var (line, lineStart) = (1, first)
    for index in first..<Swift.min(offset, text.count) where text[index] == UInt8(ascii: "\n") {
      line += 1
      lineStart = index + 1
    }
    return (line, offset - lineStart + 1)
  }

  private static func find<Element>(
    _ node: Int, in sorted: [Element], by key: (Element) -> UInt32
  ) -> Element? {
    var (low, high) = (0, sorted.count)
    while low < high {
      let middle = (low + high) / 2
      if Int(key(sorted[middle])) < node { low = middle + 1 } else { high = middle }
    }
    guard low < sorted.count, Int(key(sorted[low])) == node else { return nil }
    return sorted[low]
  }

  /// What stands there, short enough for a message.
  func excerpt(_ node: Int) -> String {
    switch nodes[node].kind {
    case .null: "null"
    case .no: "false"
    case .yes: "true"
    case .number, .notFinite: shortened(string(node))
    case .string: "\"\(shortened(string(node)))\""
    case .array: nodes[node].length == 0 ? "[]" : "[...]"
    case .object: nodes[node].length == 0 ? "{}" : "{...}"
    }
  }
}

/// Paths of nodes that are asked for in increasing order: the way to the last one is gone on from.
struct PathFinder {
  private struct Step {
    var container: Int
    var child: Int
    var position: Int
  }

  private let tree: DocumentTree
  private var steps: [Step] = []

  init(_ tree: DocumentTree) { self.tree = tree }

  /// The path of a node.
  mutating func path(of node: Int) -> String {
    var current = tree.file(of: node).firstNode
    var path = ""
    var depth = 0
    while current != node {
      var step = Step(container: current, child: current + 1, position: 0)
      if depth < steps.count, steps[depth].container == current, steps[depth].child <= node {
        step = steps[depth]
      }
      while Int(tree.nodes[step.child].next) <= node {
        step.child = Int(tree.nodes[step.child].next)
        step.position += 1
      }
      let isArray = tree.nodes[current].kind == .array
      path +=
        isArray
        ? "[\(step.position)]"
        : DocumentTree.step(tree.keys.text(tree.nodes[step.child].key), path.isEmpty)
      let isSameWay =
        depth < steps.count && steps[depth].container == current && steps[depth].child == step.child
      if !isSameWay {
        steps.removeSubrange(min(depth, steps.count)...)
        steps.append(step)
      }
      current = step.child
      depth += 1
    }
    return path
  }
}

/// At most 60 characters of a text, for a message, without control characters.
func shortened(_ text: String) -> String {
  var result = ""
  for scalar in text.unicodeScalars.prefix(60) {
    result.unicodeScalars.append(scalar.value < 32 || scalar.value == 127 ? "?" : scalar)
  }
  return text.unicodeScalars.count > 60 ? result + "..." : result
}
