import EmplaceCore

/// Collects what is wrong while reading goes on.
///
/// A problem keeps the number of its node; file, line and path are worked out once at the end, so
/// that a million problems cost no more than a count.
struct ProblemList {
  /// Problems kept with their text; further ones are counted.
  static let limit = 1000
  /// Problems for which a suggestion is searched among ids.
  static let suggestionLimit = InstanceError.printedProblems

  private struct Entry {
    var node: Int
    var key: String
    var hidesValue: Bool
    var message: String
    var suggestion: String
  }

  private var entries: [Entry] = []
  private var furtherCount = 0
  private var fileProblems: [InstanceError.Problem] = []

  /// Whether nothing is wrong.
  var isEmpty: Bool { entries.isEmpty && fileProblems.isEmpty }

  /// Whether suggestions are still worth a search.
  var wantsSuggestions: Bool { entries.count < Self.suggestionLimit }

  /// Something is wrong with the value of a node.
  mutating func add(
    _ node: Int, _ message: @autoclosure () -> String,
    maybe suggestion: @autoclosure () -> String = "", hidesValue: Bool = false
  ) {
    guard entries.count < Self.limit else {
      furtherCount += 1
      return
    }
    entries.append(
      Entry(
        node: node, key: "", hidesValue: hidesValue, message: message(),
        suggestion: suggestion()))
  }

  /// Whether the latest problems are about a node.
  func has(_ node: Int) -> Bool { entries.suffix(16).contains { $0.node == node } }

  /// A key is missing from the object of a node.
  mutating func addMissing(
    _ key: String, of node: Int, _ message: @autoclosure () -> String,
    maybe suggestion: @autoclosure () -> String = ""
  ) {
    guard entries.count < Self.limit else {
      furtherCount += 1
      return
    }
    entries.append(
      Entry(
        node: node, key: key, hidesValue: true, message: message(), suggestion: suggestion()))
  }

  /// Something is wrong with a file as a whole.
  mutating func add(_ problem: InstanceError.Problem) { fileProblems.append(problem) }

  /// The error where files as a whole are wrong, with everything found so far.
  func fileError(in tree: DocumentTree) -> InstanceError? {
    fileProblems.isEmpty ? nil : error(in: tree)
  }

  /// The error, with files, lines and paths; nil when nothing is wrong.
  func error(in tree: DocumentTree) -> InstanceError? {
    guard !isEmpty else { return nil }
    var problems = fileProblems
    let order = entries.indices.sorted { (entries[$0].node, $0) < (entries[$1].node, $1) }
    var lines = LineCounter(tree)
    var paths = PathFinder(tree)
    for index in order {
      let entry = entries[index]
      let place = lines.position(of: entry.node)
      var path = paths.path(of: entry.node)
      if !entry.key.isEmpty { path += DocumentTree.step(entry.key, path.isEmpty) }
      problems.append(
        InstanceError.Problem(
          file: tree.file(of: entry.node).name, line: place?.line, column: place?.column,
          path: path, value: entry.hidesValue ? "" : tree.excerpt(entry.node),
          message: entry.message, suggestion: entry.suggestion))
    }
    return InstanceError(problems: problems, furtherCount: furtherCount)
  }
}

/// Lines of nodes that are asked for in increasing order: one pass over the text for all of them.
private struct LineCounter {
  private let tree: DocumentTree
  private var firstByte = -1
  private var at = 0
  private var line = 1
  private var lineStart = 0

  init(_ tree: DocumentTree) { self.tree = tree }

  mutating func position(of node: Int) -> (line: Int, column: Int)? {
    let file = tree.file(of: node)
    guard !file.isYAML, let offset = tree.offset(of: node) else { return tree.position(of: node) }
    if file.firstByte != firstByte || offset < at {
      (firstByte, at, line, lineStart) = (file.firstByte, file.firstByte, 1, file.firstByte)
    }
    while at < offset, at < tree.text.count {
      if tree.text[at] == UInt8(ascii: "\n") {
        line += 1
        lineStart = at + 1
      }
      at += 1
    }
    return (line, offset - lineStart + 1)
  }
}
