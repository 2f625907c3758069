import Yams

/// Reads a YAML file into a ``DocumentTree`` by Yams, so that it passes the same validation.
///
/// Plain scalars follow the JSON subset of YAML 1.2: `true`, `false`, `null`, `~`, nothing, and
/// numbers as JSON writes them; everything else is text (`NO` stays Norway). Aliases and merge
/// keys are followed within a budget of nodes, so that a small file cannot grow into a large one.
struct YAMLParser {
  /// Why a file cannot be read.
  struct Failure: Error {
    /// Line from 1, nil where it is not known.
    var line: Int?
    /// Column from 1.
    var column: Int?
    /// Path where it is known.
    var path = ""
    /// What is wrong.
    var message: String
    /// A way out, or nothing.
    var suggestion = ""
  }

  /// Largest YAML file in bytes; a longer document is written as JSON.
  static let byteLimit = 8 << 20

  private var tree: DocumentTree
  private var budget: Int
  private var depth = 0

  /// Parses `bytes` and adds the nodes to the tree.
  static func parse(_ bytes: [UInt8], into tree: inout DocumentTree) throws(Failure) {
    let root = try compose(bytes)
    var parser = YAMLParser(tree: tree, budget: bytes.count + 100_000)
    tree = DocumentTree()
    defer { tree = parser.tree }
    try parser.add(root, key: -1)
  }

  private init(tree: DocumentTree, budget: Int) {
    self.tree = tree
    self.budget = budget
  }

  // MARK: - Composing

  private static func compose(_ bytes: [UInt8]) throws(Failure) -> Node {
    guard bytes.count <= byteLimit else {
      throw Failure(
        message: "a YAML file may have at most \(byteLimit >> 20) MiB, it has \(bytes.count) bytes",
        suggestion: "the same document as JSON")
    }
    try checkText(bytes)
    let node: Node?
    do {
      let parser = try Parser(
        yaml: String(decoding: bytes, as: UTF8.self), resolver: .basic, encoding: .utf8)
      node = try parser.singleRoot()
    } catch {
      throw failure(of: error)
    }
    guard let node else { throw Failure(message: "the file is empty") }
    return node
  }

  /// UTF-8, and no alias inside a key: Yams compares keys by value, and a key that holds aliases
  /// of aliases would never end. The test reads signs, not grammar, and refuses rather too much.
  private static func checkText(_ bytes: [UInt8]) throws(Failure) {
    var failure: Failure?
    bytes.withUnsafeBufferPointer { text in
      var hasAlias = false
      var complexKey: Int?
      var at = 0
      while at < text.count {
        let byte = text[at]
        if byte >= 0x80 {
          guard let length = UTF8Check.length(at: at, in: text, end: text.count) else {
            failure = place(at, bytes, "not valid UTF-8", "save it as UTF-8")
            return
          }
          at += length
          continue
        }
        if byte == UInt8(ascii: "*") {
          hasAlias = true
          if isKeyEnd(after: aliasEnd(at, text), text) { complexKey = at }
        } else if byte == UInt8(ascii: "?") {
          if at + 1 >= text.count || text[at + 1] <= 0x20 { complexKey = at }
        } else if byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}") {
          if isKeyEnd(after: at + 1, text) { complexKey = at }
        }
        at += 1
      }
      if hasAlias, let complexKey {
        failure = place(
          complexKey, bytes, "keys that are lists, mappings or aliases are not read",
          "a key that is plain text")
      }
    }
    if let failure { throw failure }
  }

  private static func aliasEnd(_ start: Int, _ text: UnsafeBufferPointer<UInt8>) -> Int {
    var at = start
    while at < text.count, text[at] > 0x20, text[at] != UInt8(ascii: ","),
      text[at] != UInt8(ascii: ":")
    {
      at += 1
    }
    return at
  }

  private static func isKeyEnd(after start: Int, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
    var at = start
    while at < text.count, text[at] <= 0x20 { at += 1 }
    return at < text.count && text[at] == UInt8(ascii: ":")
  }

  private static func place(
    _ offset: Int, _ bytes: [UInt8], _ message: String, _ suggestion: String
  ) -> Failure {
    let (line, column) = DocumentTree.lineAndColumn(of: offset, from: 0, in: bytes)
    return Failure(line: line, column: column, message: message, suggestion: suggestion)
  }

  private static func failure(of error: any Error) -> Failure {
    guard let error = error as? YamlError else {
      return Failure(message: "not readable as YAML")
    }
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      return Failure(line: mark.line, column: mark.column, message: problem)
    case .reader(let problem, _, _, _):
      return Failure(message: problem)
    case .duplicatedKeysInMapping(let duplicates, let context):
      return Failure(
        line: context.mark.line, column: context.mark.column,
        path: duplicates.map { DocumentTree.step($0, true) }.joined(separator: ", "),
        message: "the key stands twice in this mapping", suggestion: "remove one of the two")
    default:
      return Failure(message: "not readable as YAML")
    }
  }

  // MARK: - Into the tree

  private mutating func add(_ node: Node, key: Int) throws(Failure) {
    budget -= 1
    guard budget > 0 else {
      throw Failure(
        message: "aliases make the document far longer than the file",
        suggestion: "write it out, or give the shared part once in the format's own words")
    }
    switch node {
    case .scalar(let scalar): add(scalar, key: key)
    case .sequence(let sequence):
      try add(.array, key, sequence.mark) { (parser) throws(Failure) in
        for element in sequence { try parser.add(element, key: -1) }
        return sequence.count
      }
    case .mapping(let mapping):
      try add(.object, key, mapping.mark) { (parser) throws(Failure) in
        try parser.addMembers(of: mapping)
      }
    case .alias:
      throw Failure(message: "an alias without its anchor")
    }
  }

  private mutating func add(
    _ kind: DocumentNode.Kind, _ key: Int, _ mark: Mark?,
    _ members: (inout YAMLParser) throws(Failure) -> Int
  ) throws(Failure) {
    guard depth < JSONParser.depthLimit else {
      throw Failure(
        line: mark?.line, column: mark?.column,
        message: "nested deeper than \(JSONParser.depthLimit) levels")
    }
    depth += 1
    note(mark)
    let index = tree.nodes.count
    tree.nodes.append(DocumentNode(kind: kind, key: key, start: 0, length: 0, inSideText: true))
    let count = try members(&self)
    tree.nodes[index].length = UInt32(truncatingIfNeeded: count)
    tree.nodes[index].next = UInt32(truncatingIfNeeded: tree.nodes.count)
    depth -= 1
  }

  /// Adds the members; those of `<<` follow where the mapping does not give the key itself.
  private mutating func addMembers(of mapping: Node.Mapping) throws(Failure) -> Int {
    var count = 0
    var merged: [Node] = []
    for (name, value) in mapping {
      guard case .scalar(let scalar) = name else {
        throw Failure(
          line: name.mark?.line, column: name.mark?.column, message: "a key must be text")
      }
      if scalar.string == "<<", scalar.style == .plain {
        if case .sequence(let several) = value {
          merged.append(contentsOf: several)
        } else {
          merged.append(value)
        }
        continue
      }
      try add(value, key: tree.keys.intern(scalar.string).index)
      count += 1
    }
    guard !merged.isEmpty else { return count }
    var given = Set(mapping.compactMap { $0.key.scalar?.string })
    for source in merged {
      guard case .mapping(let base) = source else {
        throw Failure(
          line: source.mark?.line, column: source.mark?.column,
          message: "\"<<\" takes a mapping or a list of mappings")
      }
      for (name, value) in base {
        guard let text = name.scalar?.string, given.insert(text).inserted else { continue }
        try add(value, key: tree.keys.intern(text).index)
        count += 1
      }
    }
    return count
  }

  private mutating func add(_ scalar: Node.Scalar, key: Int) {
    note(scalar.mark)
    let text = scalar.string
    var kind = DocumentNode.Kind.string
    if scalar.style == .plain {
      switch text {
      case "true": kind = .yes
      case "false": kind = .no
      case "null", "~", "": kind = .null
      default:
        if DecimalNumber.isJSONNumber(text) {
          kind = .number
        } else if Self.notFinite.contains(text.lowercased()) {
          kind = .notFinite
        }
      }
    }
    var node = DocumentNode(
      kind: kind, key: key, start: tree.sideText.count, length: text.utf8.count, inSideText: true)
    tree.sideText.append(contentsOf: text.utf8)
    node.next = UInt32(truncatingIfNeeded: tree.nodes.count + 1)
    tree.nodes.append(node)
  }

  private static let notFinite: Set<String> = [
    ".nan", ".inf", "-.inf", "+.inf", "nan", "inf", "-inf", "infinity", "-infinity",
  ]

  private mutating func note(_ mark: Mark?) {
    guard let mark else { return }
    tree.marks.append(
      (
        UInt32(truncatingIfNeeded: tree.nodes.count), UInt32(clamping: mark.line),
        UInt32(clamping: mark.column)
      ))
  }
}
