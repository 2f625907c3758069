import EmplaceCore

/// Turns the raw documents of all files into one ``Fleet``, or into the list of all problems.
struct FleetDecoder {
  /// Entities of one kind, merged over the files by id.
  struct Merged {
    /// Node of the first definition of each.
    var nodes: [Int] = []
    /// Nodes of later definitions that replace keys, by index.
    var overrides: [Int: [Int]] = [:]
  }

  var reader: ObjectReader
  var fleet = Fleet()
  /// Root nodes, one a file.
  var roots: [Int] = []
  /// Values of the root's keys in all files that have them.
  var sections: [Key: [Int]] = [:]
  /// Merged entities.
  var merged: [ObjectKind: Merged] = [:]
  /// Objectives that models give for their demands; the inner nil is one that is wrong.
  var modelObjectives: [(percentile: Int64, objective: Demand.Objective)??] = []
  /// Periods by name.
  var periodIndex: [String: Int] = [:]
  /// Demands without a rate.
  var rateless: [(demand: Int, node: Int)] = []
  /// Sets of texts seen so far, so that equal ones share storage.
  var sets: [Set<String>] = []
  var setKeys = ByteTable()

  init(_ tree: DocumentTree, _ problems: ProblemList) {
    reader = ObjectReader(tree)
    reader.problems = problems
    roots = tree.files.map(\.firstNode)
  }

  /// Decodes everything, in an order in which nothing is needed before it is there.
  mutating func decode() throws(InstanceError) -> Fleet {
    openRoots()
    for (kind, key) in Self.entities { merge(kind, key) }
    decodeScalars()
    decodeHorizon()
    decodePolicy()
    decodeTenants()
    decodeAccelerators()
    decodeNodeTypes()
    decodeRegions()
    decodeSites()
    decodePools()
    decodeModels()
    decodeDemands()
    decodeDemandTables()
    decodeHistory()
    decodeNetwork()
    decodeInterference()
    decodeIncumbent()
    decodeAssumptions()
    requireEntities()
    if let error = reader.problems.error(in: reader.tree) { throw error }
    fleet.digest = FleetWriter.digest(of: fleet)
    return fleet
  }

  static let entities: [(ObjectKind, Key)] = [
    (.tenant, .tenants), (.accelerator, .accelerators), (.nodeType, .nodeTypes),
    (.region, .regions), (.site, .sites), (.pool, .pools), (.model, .models),
    (.demand, .demands),
  ]

  // MARK: - Root

  private mutating func openRoots() {
    for root in roots {
      guard let view = reader.open(.root, root) else { continue }
      for spec in KeyTable.root {
        if let node = reader.node(view, spec.key) { sections[spec.key, default: []].append(node) }
      }
      checkSchema(view)
      reader.close(view)
    }
  }

  private mutating func checkSchema(_ view: ObjectReader.View) {
    guard let node = reader.node(view, .schema), let name = reader.text(node) else { return }
    if name != KeyTable.schemaName {
      reader.problems.add(
        node, "unknown version of the format; this program reads \(KeyTable.schemaName)",
        maybe: "\"\(KeyTable.schemaName)\"")
    }
  }

  private mutating func decodeScalars() {
    if let name = scalar(.name) { fleet.name = name }
    guard let currency = scalar(.currency) else { return }
    let isCode = currency.utf8.count == 3 && currency.utf8.allSatisfy { $0 >= 65 && $0 <= 90 }
    if isCode {
      fleet.currency = currency
    } else if let node = sections[.currency]?.last {
      let upper = currency.uppercased()
      reader.problems.add(
        node, "a currency is three capital letters (ISO 4217)",
        maybe: upper.utf8.count == 3 && upper != currency ? "\"\(upper)\"" : "\"EUR\"")
    }
  }

  /// A scalar of the root that may stand in several files: equal, or replaced by `override`.
  private mutating func scalar(_ key: Key) -> String? {
    guard let nodes = sections[key] else { return nil }
    var current = nodes[0]
    for node in nodes.dropFirst() {
      let root = reader.tree.file(of: node).firstNode
      if reader.isOverride(root) || reader.tree.isSameScalar(current, node) {
        current = node
      } else {
        reader.problems.add(
          node,
          "defined a second time, first in \(reader.tree.file(of: current).name) as "
            + reader.tree.excerpt(current), maybe: "\"override\": true in this file")
      }
    }
    return reader.text(current)
  }

  private mutating func requireEntities() {
    let needed: [(Key, String, Int)] = [
      (.sites, "site", fleet.sites.count), (.nodeTypes, "node type", fleet.nodeTypes.count),
      (.pools, "pool", fleet.pools.count), (.models, "model", fleet.models.count),
      (.regions, "region", fleet.regions.count), (.demands, "demand", fleet.demands.count),
    ]
    for (key, noun, count) in needed where count == 0 {
      if let node = sections[key]?.first {
        if reader.tree.nodes[node].kind == .array {
          reader.problems.add(node, "an empty list: a fleet has at least one \(noun)")
        }
      } else if let root = roots.first, reader.tree.nodes[root].kind == .object,
        key != .demands || sections[.demandTables] == nil
      {
        reader.problems.addMissing(
          key.name, of: root, "missing; a fleet has at least one \(noun)")
      }
    }
  }

  // MARK: - Merging

  private mutating func merge(_ kind: ObjectKind, _ key: Key) {
    var list = Merged()
    var scratch: [UInt8] = []
    for section in sections[key] ?? [] {
      let what = "\(kind.plural)"
      guard let elements = reader.elements(section, what, mayBeEmpty: true) else { continue }
      for element in elements {
        guard reader.tree.nodes[element].kind == .object else {
          reader.problems.add(element, "expected an object, \(kind.withArticle)")
          continue
        }
        if !appendID(of: element, kind, to: &scratch) {
          // What is wrong with the id is reported when the entity is read.
          scratch = [0] + Array("\(element)".utf8)
        }
        let (index, isNew) = scratch.withUnsafeBufferPointer {
          reader.ids[Int(kind.rawValue)].intern($0)
        }
        if isNew {
          list.nodes.append(element)
        } else if reader.isOverride(element) {
          list.overrides[index, default: []].append(element)
        } else {
          reportDuplicate(element, kind, first: list.nodes[index])
        }
      }
    }
    merged[kind] = list
  }

  private mutating func reportDuplicate(_ element: Int, _ kind: ObjectKind, first: Int) {
    let tree = reader.tree
    let node = tree.member(.id, of: element)
    // The path of the first is looked up for the printed problems only.
    let isPrinted = reader.problems.wantsSuggestions
    reader.problems.add(
      node ?? element,
      "this \(kind.noun) is defined twice"
        + (isPrinted ? ", first as \(tree.path(of: first)) of \(tree.file(of: first).name)" : ""),
      maybe: node != nil ? "another id, or \"override\": true to replace keys" : "an id for each")
  }

  /// Puts the id of an entity, given or made of others, into `bytes`.
  private func appendID(
    of element: Int, _ kind: ObjectKind, to bytes: inout [UInt8]
  ) -> Bool {
    bytes.removeAll(keepingCapacity: true)
    let tree = reader.tree
    func append(_ key: Key) -> Bool {
      guard let node = tree.member(key, of: element), tree.nodes[node].kind == .string,
        tree.nodes[node].length > 0
      else { return false }
      tree.withBytes(of: node) { bytes.append(contentsOf: $0) }
      return true
    }
    if tree.member(.id, of: element) != nil { return append(.id) }
    let parts: (Key, Key)? =
      switch kind {
      case .pool: (.site, .nodeType)
      case .demand: (.region, .model)
      default: nil
      }
    guard let parts, append(parts.0) else { return false }
    bytes.append(UInt8(ascii: "/"))
    return append(parts.1)
  }

  /// How many entities of a kind there are.
  func count(_ kind: ObjectKind) -> Int { merged[kind]?.nodes.count ?? 0 }

  /// Opens an entity with what replaces its keys.
  mutating func open(_ kind: ObjectKind, at index: Int) -> ObjectReader.View? {
    guard let list = merged[kind] else { return nil }
    if !list.overrides.isEmpty, let later = list.overrides[index] {
      return reader.open(kind, fragments: [list.nodes[index]] + later)
    }
    return reader.open(kind, list.nodes[index])
  }

  /// Opens a section that several files may give in parts.
  mutating func openSection(_ kind: ObjectKind, _ key: Key) -> ObjectReader.View? {
    guard let nodes = sections[key] else { return nil }
    return reader.open(kind, fragments: nodes)
  }

  /// Elements of a list of objects below a key.
  mutating func objects(_ view: ObjectReader.View, _ key: Key, _ what: String) -> [Int] {
    guard let node = reader.node(view, key) else { return [] }
    return reader.elements(node, what) ?? []
  }

  /// Elements of a list of the root, over all files.
  mutating func rootObjects(_ key: Key, _ what: String) -> [Int] {
    var result: [Int] = []
    for section in sections[key] ?? [] {
      result += reader.elements(section, what, mayBeEmpty: true) ?? []
    }
    return result
  }

  /// A set of different texts; equal lists share one set.
  mutating func textSet(_ view: ObjectReader.View, _ key: Key) -> Set<String>? {
    guard let node = reader.node(view, key) else { return nil }
    let tree = reader.tree
    var joined: [UInt8] = []
    if tree.nodes[node].kind == .array {
      for child in tree.children(of: node) where tree.nodes[child].kind == .string {
        tree.withBytes(of: child) { joined.append(contentsOf: $0) }
        joined.append(0)
      }
    }
    if let known = joined.withUnsafeBufferPointer({ setKeys.find($0) }), !joined.isEmpty,
      joined.count(where: { $0 == 0 }) == Int(tree.nodes[node].length)
    {
      return sets[known]
    }
    let before = reader.problems.isEmpty
    guard let words = reader.texts(view, key) else { return nil }
    let set = Set(words)
    if before, reader.problems.isEmpty {
      joined.withUnsafeBufferPointer { _ = setKeys.intern($0) }
      sets.append(set)
    }
    return set
  }

  /// Brings shares in millionths that miss 1 by rounding alone to exactly one million, by changing
  /// the largest; nil where they miss it by more.
  static func normalised(_ shares: [Int64]) -> [Int64]? {
    var sum: Int64 = 0
    for share in shares { sum += share }
    let miss = 1_000_000 - sum
    guard miss.magnitude <= shares.count else { return nil }
    guard miss != 0, let largest = shares.indices.max(by: { shares[$0] < shares[$1] }) else {
      return shares
    }
    var result = shares
    result[largest] += miss
    return result[largest] < 0 ? nil : result
  }
}
