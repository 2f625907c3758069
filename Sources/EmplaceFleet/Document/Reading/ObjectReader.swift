import EmplaceCore

/// Reads objects of the tree by the table of keys, and notes every problem on the way.
///
/// An object is opened as a ``View``: its members are put into slots, one for each key of its kind.
/// Values are then asked for by key; what is missing or wrong is reported and comes back as nil.
struct ObjectReader {
  /// An opened object.
  struct View {
    /// What it is.
    var kind: ObjectKind
    /// Its node, or that of its first definition.
    var node: Int
    fileprivate var base: Int
  }

  /// All files.
  let tree: DocumentTree
  /// What is wrong so far.
  var problems = ProblemList()
  /// Ids of the entities of each kind, by its raw value.
  var ids: [ByteTable] = ObjectKind.allCases.map { _ in ByteTable() }
  /// Hours in a series.
  var hourCount = 1

  /// Node + 1 of each key; 0 where it is missing, `suggested` where an unknown key meant it.
  private var slots: [UInt32] = []
  private static let suggested = UInt32.max

  init(_ tree: DocumentTree) { self.tree = tree }

  // MARK: - Objects

  /// Opens an object; nil, and a problem, where the node is something else.
  mutating func open(_ kind: ObjectKind, _ node: Int) -> View? {
    guard tree.nodes[node].kind == .object else {
      problems.add(node, "expected an object, \(kind.withArticle)")
      return nil
    }
    let view = View(kind: kind, node: node, base: slots.count)
    slots.append(contentsOf: repeatElement(0, count: KeyTable.count(kind)))
    fill(view, from: node, replaces: true)
    reportMissing(view)
    return view
  }

  /// Opens an object that several files define; a later fragment replaces what it gives where it
  /// says `override`, else keys that stand twice are problems.
  mutating func open(_ kind: ObjectKind, fragments: [Int]) -> View? {
    guard let first = fragments.first(where: { tree.nodes[$0].kind == .object }) else {
      for node in fragments { problems.add(node, "expected an object, \(kind.withArticle)") }
      return nil
    }
    let view = View(kind: kind, node: first, base: slots.count)
    slots.append(contentsOf: repeatElement(0, count: KeyTable.count(kind)))
    for fragment in fragments {
      guard tree.nodes[fragment].kind == .object else {
        problems.add(fragment, "expected an object, \(kind.withArticle)")
        continue
      }
      fill(view, from: fragment, replaces: fragment == first || isOverride(fragment))
    }
    reportMissing(view)
    return view
  }

  /// Ends the use of a view; views end in the reverse order of their opening.
  mutating func close(_ view: View) {
    slots.removeLast(slots.count - view.base)
  }

  /// Whether an object says that it replaces an earlier one.
  func isOverride(_ node: Int) -> Bool {
    tree.member(.override, of: node).map { tree.nodes[$0].kind == .yes } ?? false
  }

  private mutating func fill(_ view: View, from node: Int, replaces: Bool) {
    var child = node + 1
    let end = Int(tree.nodes[node].next)
    while child < end {
      let slot = KeyTable.slot(tree.nodes[child].key, in: view.kind)
      if slot < 0 {
        reportUnknown(child, view)
      } else {
        let known = slots[view.base + slot]
        let isKnown = known != 0 && known != Self.suggested
        if isKnown, tree.file(of: Int(known) - 1).firstNode == tree.file(of: node).firstNode {
          // A key that stands twice in one object is a problem of the parser; the first counts.
        } else if isKnown, !replaces, !tree.isSameScalar(Int(known) - 1, child) {
          reportTwice(child, first: Int(known) - 1)
        } else {
          slots[view.base + slot] = UInt32(truncatingIfNeeded: child + 1)
        }
      }
      child = Int(tree.nodes[child].next)
    }
  }

  private mutating func reportTwice(_ node: Int, first: Int) {
    let other = tree.file(of: first).name
    problems.add(
      node, "defined a second time, first in \(other) as \(tree.excerpt(first))",
      maybe: "\"override\": true beside it")
  }

  private mutating func reportUnknown(_ child: Int, _ view: View) {
    let word = tree.keys.text(tree.nodes[child].key)
    let specs = KeyTable.specs(view.kind)
    let names = specs.filter { $0.key != .override }.map(\.key.name)
    let nearest = problems.wantsSuggestions ? Nearest.key(to: word, among: names) : nil
    problems.add(
      child, "\(view.kind.withArticle) has no key \"\(shortened(word))\"", maybe: nearest ?? "")
    guard let nearest, let meant = specs.firstIndex(where: { $0.key.name == nearest }) else {
      return
    }
    if slots[view.base + meant] == 0 { slots[view.base + meant] = Self.suggested }
  }

  private mutating func reportMissing(_ view: View) {
    for slot in KeyTable.required(view.kind) where slots[view.base + Int(slot)] == 0 {
      reportMissing(view, KeyTable.specs(view.kind)[Int(slot)].key)
    }
  }

  /// A key that this object needs is not there.
  mutating func reportMissing(
    _ view: View, _ key: Key, _ reason: @autoclosure () -> String = "",
    maybe suggestion: @autoclosure () -> String = ""
  ) {
    let slot = KeyTable.slot(key.index, in: view.kind)
    guard slot < 0 || slots[view.base + slot] != Self.suggested else { return }
    let why = reason()
    problems.addMissing(
      key.name, of: view.node,
      "missing" + (why.isEmpty ? "; every \(view.kind.noun) has it" : "; " + why),
      maybe: suggestion())
  }

  /// The node of a key, nil where it is missing.
  func node(_ view: View, _ key: Key) -> Int? {
    let slot = KeyTable.slot(key.index, in: view.kind)
    guard slot >= 0 else { return nil }
    let known = slots[view.base + slot]
    return known == 0 || known == Self.suggested ? nil : Int(known) - 1
  }

  /// What the table says of a key.
  func compiled(_ view: View, _ key: Key) -> KeyTable.Compiled {
    let slot = KeyTable.slot(key.index, in: view.kind)
    return KeyTable.compiled(max(slot, 0), in: view.kind)
  }

  /// The nearest of some words in quotes, for "Maybe ..."; nothing where enough was suggested.
  func nearest(_ word: String, among words: @autoclosure () -> [String]) -> String {
    guard problems.wantsSuggestions, let found = Nearest.word(to: word, among: words()) else {
      return ""
    }
    return "\"\(shortened(found))\""
  }

  /// Elements of an array; nil, and a problem, where it is something else or, unless allowed,
  /// empty.
  mutating func elements(_ node: Int, _ what: String, mayBeEmpty: Bool = false) -> [Int]? {
    guard tree.nodes[node].kind == .array else {
      problems.add(node, "expected a list of \(what)", maybe: "[...] around it")
      return nil
    }
    if tree.nodes[node].length == 0, !mayBeEmpty {
      problems.add(node, "an empty list of \(what)", maybe: "leave the key out")
      return nil
    }
    return Array(tree.children(of: node))
  }
}

extension DocumentTree {
  /// Whether two scalars are written alike.
  func isSameScalar(_ a: Int, _ b: Int) -> Bool {
    let kind = nodes[a].kind
    guard kind == nodes[b].kind, kind != .array, kind != .object else { return false }
    return withBytes(of: a) { first in withBytes(of: b) { first.elementsEqual($0) } }
  }
}
