public import EmplaceCore
public import EmplaceMIP
internal import HeapModule

/// Branch and bound over a linear relaxation that stays loaded, with the exact bound of every node
/// taken from the Lagrangian dual at the relaxation's multipliers.
///
/// The relaxation only guides: what a node is worth is an integer value that the checker repeats,
/// and the whole tree is a certificate at any moment. Dives follow the child that the relaxation
/// prefers, so that most solves are a few dual simplex steps; between dives the open node with the
/// smallest bound comes next. Columns are chosen by pseudo-costs that begin with trial solves.
/// Sources: Land, Doig 1960, doi:10.2307/1910129; Achterberg, Koch, Martin 2005,
/// doi:10.1016/j.orl.2004.04.002 (reliability branching).
///
/// It belongs to the thread that made it.
public struct RelaxationTree {
  /// What the tree asks of the problem's side; it repairs values of the relaxation.
  public typealias Oracle = TreeOracle<[Double]>

  private struct Node {
    var parent: Int
    /// The range that this node sets for a column.
    var column: Int
    var lower: Int64
    var upper: Int64
    /// Bound inherited or proven.
    var bound: Int64
    /// The node whose multipliers prove the bound, if not this one.
    var multipliers: [Int64]?
    var isInfeasible = false
    var emptyBlock: Int?
    /// Objective of the relaxation, estimated before it is solved.
    var estimate: Double
    /// By how much the split moved the column from the relaxation's value, and to which side.
    var fraction: Double = 0
    var isUp = false
    var split: (column: Int, at: Int64)?
    var children = (first: -1, second: -1)
  }

  /// Nodes from one repair to the next, the first node included.
  public var repairInterval = 64
  /// Nodes solved so far.
  public private(set) var nodeCount = 0
  var dual: LagrangianDual
  let session: any LPSession
  private let cuts: [RoundingCut]
  private let granularity: Int64
  private let ranges: [Int: ClosedRange<Int64>]
  private let proves: Bool
  private var nodes: [Node] = []
  private var open = Heap<OpenNode>()
  private var next: Int?
  /// Columns whose range differs from the program's, in the dual and the session.
  private var restricted: Set<Int> = []
  private var closedBound: Int64 = .max
  var costs: PseudoCosts
  /// Whether the values repaired last were whole in all classes but the last.
  private var wasWhole = false

  /// A tree over a loaded relaxation of the dual's program; its rows begin with the program's.
  ///
  /// With `ranges`, it searches only where columns are within them, and its bound and certificate
  /// speak of that part alone. Without `proves`, bounds are the relaxation's word, which is faster.
  public init(
    dual: LagrangianDual, session: any LPSession, cuts: [RoundingCut] = [],
    rootBound: Int64 = .min, ranges: [Int: ClosedRange<Int64>] = [:], proves: Bool = true
  ) {
    self.dual = dual
    self.session = session
    self.cuts = cuts
    self.ranges = ranges
    self.proves = proves
    granularity = dual.program.objectiveGranularity
    costs = PseudoCosts(columns: dual.program.columnCount)
    nodes.append(
      Node(
        parent: -1, column: -1, lower: 0, upper: 0, bound: rootBound,
        multipliers: dual.multipliers, estimate: -.infinity))
    open.insert(OpenNode(bound: rootBound, index: 0))
  }

  /// The bound that the tree proves now.
  public var bound: Int64 {
    var result = min(open.min?.bound ?? .max, closedBound)
    if let next { result = min(result, nodes[next].bound) }
    return result
  }

  /// Whether every leaf is closed.
  public var isComplete: Bool { open.isEmpty && next == nil }

  /// Solves up to `limit` nodes.
  public mutating func search(nodes limit: Int, oracle: Oracle) throws(SolveError) {
    for _ in 0..<limit {
      guard !oracle.shouldStop(), let index = take() else { break }
      if nodes[index].bound >= oracle.incumbent() {
        closedBound = min(closedBound, nodes[index].bound)
        continue
      }
      do throws(BackendError) {
        try solve(index, oracle)
      } catch {
        // A stop in the middle of a solve closes the session; the node stays open.
        if nodes[index].split == nil, nodes[index].bound < .max {
          open.insert(OpenNode(bound: nodes[index].bound, index: index))
        }
        if oracle.shouldStop() { return }
        throw .backend("\(error)")
      }
    }
  }

  /// Gives the session back with the ranges of the program, for another tree.
  public mutating func release() throws(SolveError) {
    do throws(BackendError) {
      for column in restricted {
        try set(column, dual.program.lower[column], dual.program.upper[column])
      }
      restricted = []
    } catch {
      throw .backend("\(error)")
    }
  }

  private mutating func take() -> Int? {
    if let index = next {
      next = nil
      return index
    }
    return open.popMin()?.index
  }
}

// MARK: - Nodes

extension RelaxationTree {
  private mutating func solve(_ index: Int, _ oracle: Oracle) throws(BackendError) {
    nodeCount += 1
    try applyBounds(of: index)
    let incumbent = oracle.incumbent()
    var options = LPOptions(wantsFarkasRay: true)
    if incumbent != .max { options.objectiveLimit = Double(incumbent) }
    let answer = try session.solve(options, monitor: StoppingMonitor(oracle.shouldStop))
    guard answer.status != .cancelled else { throw .failed("stopped") }
    if answer.status == .infeasible {
      close(infeasible: index, ray: answer.farkasRay)
      return
    }
    raise(index, answer)
    learn(index, answer.objective)
    if nodes[index].bound >= oracle.incumbent() {
      closedBound = min(closedBound, nodes[index].bound)
      return
    }
    guard let values = answer.values else {
      // Beyond the incumbent in the relaxation, but not yet exactly: once more without the limit.
      let again = try session.solve(
        LPOptions(), monitor: StoppingMonitor(oracle.shouldStop))
      raise(index, again)
      try branch(index, again.values ?? [], again.objective ?? 0, oracle)
      return
    }
    if (nodeCount - 1) % repairInterval == 0 { oracle.repair(values, false) }
    try branch(index, values, answer.objective ?? 0, oracle)
  }

  private mutating func applyBounds(of index: Int) throws(BackendError) {
    var wanted = ranges.mapValues { (lower: $0.lowerBound, upper: $0.upperBound) }
    var node = index
    while node > 0 {
      let element = nodes[node]
      let known = wanted[element.column] ?? (Int64.min, Int64.max)
      wanted[element.column] = (max(known.0, element.lower), min(known.1, element.upper))
      node = element.parent
    }
    for column in restricted where wanted[column] == nil {
      try set(column, dual.program.lower[column], dual.program.upper[column])
    }
    for (column, range) in wanted where dual.bounds(ofColumn: column) != range {
      try set(column, range.lower, range.upper)
    }
    restricted = Set(wanted.keys)
  }

  private mutating func set(_ column: Int, _ lower: Int64, _ upper: Int64) throws(BackendError) {
    dual.setBounds(column: column, lower: lower, upper: upper)
    try session.setBounds(column: column, lower: lower, upper: upper)
  }

  /// Raises the bound of a node to what the relaxation's multipliers prove exactly.
  private mutating func raise(_ index: Int, _ answer: LPAnswer) {
    guard proves else {
      if let objective = answer.objective, abs(objective) < 0x1p62 {
        nodes[index].bound = max(nodes[index].bound, Int64(objective.rounded(.down)))
      }
      return
    }
    guard let multipliers = answer.duals else { return }
    dual.set(multipliers)
    do throws(BlockMinimiser.Failure) {
      guard let value = try dual.evaluate() else {
        nodes[index].emptyBlock = try dual.emptyBlock()
        nodes[index].bound = .max
        nodes[index].multipliers = dual.multipliers
        return
      }
      let bound = dual.bound(value, granularity: granularity)
      if bound > nodes[index].bound {
        nodes[index].bound = bound
        nodes[index].multipliers = dual.multipliers
      }
    } catch {
      // Numbers too large for the minimiser: the inherited bound stands.
    }
  }

  /// A node without solutions: by the ray if it holds exactly, else it keeps its inherited bound
  /// and is split no more.
  private mutating func close(infeasible index: Int, ray: [Double]?) {
    if let ray, dual.setRay(ray), let value = try? dual.evaluate(withCosts: false), value > 0 {
      nodes[index].isInfeasible = true
      nodes[index].multipliers = dual.multipliers
      nodes[index].bound = .max
      return
    }
    if let block = try? dual.emptyBlock() {
      nodes[index].emptyBlock = block
      nodes[index].bound = .max
      return
    }
    closedBound = min(closedBound, nodes[index].bound)
  }

  /// What the node's branching has cost, for the choice of later ones.
  private mutating func learn(_ index: Int, _ objective: Double?) {
    guard index > 0, let objective else { return }
    let node = nodes[index]
    costs.learn(node.column, up: node.isUp, gain: objective - node.estimate, by: node.fraction)
  }

  private mutating func branch(
    _ index: Int, _ values: [Double], _ objective: Double, _ oracle: Oracle
  ) throws(BackendError) {
    let chosen = try choice(values, objective, oracle)
    let isWhole = chosen?.isLast ?? false
    // Further down such a dive, values change by little.
    if isWhole, !wasWhole { oracle.repair(values, true) }
    wasWhole = isWhole
    guard let column = chosen?.column else {
      // Whole already, or nothing left to split: the node keeps its bound for good.
      if !values.isEmpty { oracle.repair(values, true) }
      closedBound = min(closedBound, nodes[index].bound)
      return
    }
    let (lower, upper) = dual.bounds(ofColumn: column)
    let value = min(max(values[column], Double(lower)), Double(upper))
    let at = Int64(min(value.rounded(.down), Double(upper) - 1))
    nodes[index].split = (column, at)
    nodes[index].children = (nodes.count, nodes.count + 1)
    let fraction = value - Double(at)
    for (low, high, part, isUp) in [
      (lower, at, fraction, false), (at + 1, upper, 1 - fraction, true),
    ] {
      nodes.append(
        Node(
          parent: index, column: column, lower: low, upper: high, bound: nodes[index].bound,
          multipliers: nil, estimate: objective, fraction: max(part, 1e-6), isUp: isUp))
    }
    let prefersUp = fraction > 0.5
    let (first, second) = (nodes.count - 2, nodes.count - 1)
    next = prefersUp ? second : first
    let other = prefersUp ? first : second
    open.insert(OpenNode(bound: nodes[other].bound, index: other))
  }
}

// MARK: - Certificate

extension RelaxationTree {
  /// The tree as it stands, as a certificate of ``bound``; leaf values are not stated yet.
  public func certificate() -> Certificate {
    var result: [Certificate.Node] = []
    // Inner nodes repeat the multipliers of the root; a leaf changes them to its own, or to those
    // of the nearest node above that has some.
    let root = nodes[0].multipliers ?? []
    // What already proves the tree's bound is a leaf, whatever was found below it.
    let bound = bound
    var stack = [(index: 0, multipliers: root)]
    while let (index, inherited) = stack.popLast() {
      let node = nodes[index]
      let own = node.multipliers ?? inherited
      if let split = node.split, node.bound < bound {
        result.append(
          .init(
            rows: index == 0 ? root.indices.filter { root[$0] != 0 } : [],
            changes: index == 0 ? root.filter { $0 != 0 } : [],
            kind: .split(.init(columns: [split.column], coefficients: [1], at: split.at))))
        stack.append((node.children.second, own))
        stack.append((node.children.first, own))
        continue
      }
      var kind = Certificate.Kind.bound(value: "")
      if let block = node.emptyBlock { kind = .emptyBlock(block) }
      if node.isInfeasible { kind = .infeasible(value: "") }
      let base = index == 0 ? [] : root
      let rows = own.indices.filter { own[$0] != (base.isEmpty ? 0 : base[$0]) }
      result.append(
        .init(
          rows: rows, changes: rows.map { own[$0] - (base.isEmpty ? 0 : base[$0]) }, kind: kind))
    }
    return Certificate(
      denominator: dual.denominator, kept: dual.keptRows, cuts: cuts, nodes: result)
  }
}
