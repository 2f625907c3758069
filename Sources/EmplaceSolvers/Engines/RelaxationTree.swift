internal import EmplaceCore
public import EmplaceMIP
internal import HeapModule

/// Branch and bound over a linear relaxation that stays loaded, with the exact bound of every node
/// taken from the Lagrangian dual at the relaxation's multipliers.
///
/// The relaxation only guides: what a node is worth is an integer value that the checker repeats,
/// and the whole tree is a certificate at any moment. Dives follow the child that the relaxation
/// prefers, so that most solves are a few dual simplex steps; between dives the open node with the
/// smallest bound comes next. Cuts are added where dives start, and where a node violates one that
/// is known. Columns are chosen by pseudo-costs that begin with trial solves.
/// Sources: Land, Doig 1960, doi:10.2307/1910129; Achterberg, Koch, Martin 2005,
/// doi:10.1016/j.orl.2004.04.002 (reliability branching).
///
/// Where dives end follows Achterberg 2007, doi:10.14279/depositonce-1634 (plunging).
///
/// It belongs to the thread that made it.
public struct RelaxationTree {
  /// What the tree asks of the problem's side; it repairs values of the relaxation.
  public typealias Oracle = TreeOracle<[Double]>

  struct Node {
    var parent: Int
    /// The range that this node sets for a column.
    var column: Int
    var lower: Int64
    var upper: Int64
    /// Bound inherited or proven.
    var bound: Int64
    /// The node whose multipliers prove the bound, if not this one.
    var multipliers: SparseMultipliers?
    var isInfeasible = false
    /// Whether it waits in the heap.
    var isOpen = false
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
  /// Most columns of a node that are tried by a few simplex steps on either side.
  public var mostTrials = 16
  /// Nodes solved so far.
  public private(set) var nodeCount = 0
  var dual: LagrangianDual
  let session: any LPSession
  /// Where cuts come from, nil where there are none.
  var loop: CutLoop?
  /// Cuts beyond which those that carry nothing are removed.
  private(set) var mostLoaded = 0
  /// Dives that start without looking for new cuts, and those of them that are left.
  var rest = 1
  var resting = 0
  private let granularity: Int64
  let proves: Bool
  var nodes: [Node] = []
  private var open = Heap<OpenNode>()
  private var next: Int?
  /// Nodes left aside on the dive at hand, and how often it has gone back to one.
  private var dive: [Int] = []
  private var backtracks = 0
  private static let mostBacktracks = 12
  /// Whether the node at hand starts a dive, and how many have been started.
  private(set) var isStart = false
  private var starts = 0
  /// One dive in so many goes down to whole values, and back, as all do without proofs: it finds
  /// plans. The others end where a node's bound has come this share of the way to the incumbent.
  private static let divesToDeep = 6
  private static let shallowShare = 0.1
  /// Columns whose range differs from the program's, in the dual and the session.
  private(set) var restricted: Set<Int> = []
  private var closedBound: Int64 = .max
  var costs: PseudoCosts
  /// Whether the values repaired last were whole in all classes but the last.
  private var wasWhole = false

  /// A tree over a loaded relaxation of the dual's program; its rows begin with the program's.
  ///
  /// Without `proves`, bounds are the relaxation's word, which is faster.
  public init(dual: LagrangianDual, session: any LPSession, proves: Bool = true) {
    self.dual = dual
    self.session = session
    self.proves = proves
    granularity = dual.program.objectiveGranularity
    costs = PseudoCosts(columns: dual.program.columnCount)
    nodes.append(
      Node(
        parent: -1, column: -1, lower: 0, upper: 0, bound: .min,
        multipliers: SparseMultipliers(dual.multipliers), estimate: -.infinity))
    leaveOpen(0)
  }

  /// A tree over the tightened program of `loop`, whose dual is `dual`, that goes on to look for
  /// cuts.
  init(dual: LagrangianDual, loop: CutLoop) {
    self.init(dual: dual, session: loop.session)
    self.loop = loop
    mostLoaded = loop.loaded.count + Self.mostBeyondRoot
    nodes[0].multipliers = sparse(dual.multipliers)
  }

  /// The bound that the tree proves now.
  public var bound: Int64 {
    var result = min(open.min?.bound ?? .max, closedBound)
    if let next { result = min(result, nodes[next].bound) }
    return result
  }

  /// Whether every leaf is closed.
  public var isComplete: Bool { open.isEmpty && next == nil }

  /// Solves up to `limit` nodes. After an error of the backend, what has been proven stands, and no
  /// more is to be searched.
  public mutating func search(nodes limit: Int, oracle: Oracle) throws(BackendError) {
    for _ in 0..<limit {
      guard !oracle.shouldStop(), let index = take(below: oracle.incumbent()) else { break }
      if closesByBound(index, oracle) { continue }
      do throws(BackendError) {
        try solve(index, oracle)
      } catch {
        // A stop in the middle of a solve closes the session; the node stays open.
        if nodes[index].split == nil, nodes[index].bound < .max {
          leaveOpen(index)
        }
        if oracle.shouldStop() { return }
        throw error
      }
    }
  }

  /// The next node: down the dive, back to one left aside on it for a few times, else the one with
  /// the smallest bound.
  private mutating func take(below incumbent: Int64) -> Int? {
    defer { next = nil }
    var index = next
    let isDeep = !proves || incumbent == .max || starts % Self.divesToDeep == 0
    if let chosen = index, !isDeep, isFar(chosen, incumbent) {
      leaveOpen(chosen)
      index = nil
    }
    while index == nil, isDeep, backtracks < Self.mostBacktracks, let aside = dive.popLast() {
      if nodes[aside].isOpen {
        index = aside
        backtracks += 1
      }
    }
    isStart = index == nil
    if isStart { starts += 1 }
    if index == nil {
      dive = []
      backtracks = 0
      index = open.popMin()?.index
    }
    if let index { nodes[index].isOpen = false }
    forgetTaken()
    return index
  }

  /// Whether a node's bound is too near to the incumbent for a shallow dive.
  private func isFar(_ index: Int, _ incumbent: Int64) -> Bool {
    let low = Double(bound)
    return Double(nodes[index].bound) - low > Self.shallowShare * (Double(incumbent) - low)
  }

  /// Takes from the top of the heap what has been taken on a dive.
  private mutating func forgetTaken() {
    while let top = open.min, !nodes[top.index].isOpen { _ = open.popMin() }
  }

  /// Leaves a node for later.
  private mutating func leaveOpen(_ index: Int) {
    nodes[index].isOpen = true
    open.insert(OpenNode(bound: nodes[index].bound, index: index))
  }
}

// MARK: - Nodes

extension RelaxationTree {
  private mutating func solve(_ index: Int, _ oracle: Oracle) throws(BackendError) {
    nodeCount += 1
    try applyBounds(of: index)
    guard let answer = try relax(index, oracle) else { return }
    learn(index, answer.objective)
    if closesByBound(index, oracle) { return }
    guard let values = answer.values else {
      // Beyond the incumbent in the relaxation, but not yet exactly: once more without the limit.
      guard let again = try relax(index, oracle, limited: false), !closesByBound(index, oracle)
      else {
        return
      }
      try branch(index, again.values ?? [], again.objective ?? 0, oracle)
      return
    }
    if (nodeCount - 1) % repairInterval == 0 { oracle.repair(values, false) }
    guard let tight = try tighten(index, answer, oracle) else { return }
    if isStart { oracle.sees(tight.values ?? values) }
    try branch(index, tight.values ?? values, tight.objective ?? 0, oracle)
  }

  /// Solves the relaxation at a node, by default up to the incumbent, and raises its bound; nil
  /// where it has no solution.
  mutating func relax(
    _ index: Int, _ oracle: Oracle, limited: Bool = true
  ) throws(BackendError) -> LPAnswer? {
    let options = LPOptions(
      objectiveLimit: limited ? objectiveLimit(oracle) : nil, wantsFarkasRay: true)
    let answer = try session.solve(options, monitor: StoppingMonitor(oracle.shouldStop))
    guard answer.status != .cancelled else { throw .failed("stopped") }
    if answer.status == .infeasible {
      close(infeasible: index, ray: answer.farkasRay)
      return nil
    }
    raise(index, answer)
    return answer
  }

  /// Where a solve may end: at the incumbent.
  func objectiveLimit(_ oracle: Oracle) -> Double? {
    let incumbent = oracle.incumbent()
    return incumbent == .max ? nil : Double(incumbent)
  }

  /// Closes a node whose bound reaches the incumbent.
  mutating func closesByBound(_ index: Int, _ oracle: Oracle) -> Bool {
    guard nodes[index].bound >= oracle.incumbent() else { return false }
    closedBound = min(closedBound, nodes[index].bound)
    return true
  }

  private mutating func applyBounds(of index: Int) throws(BackendError) {
    var wanted: [Int: (lower: Int64, upper: Int64)] = [:]
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
        nodes[index].multipliers = sparse(dual.multipliers)
        return
      }
      let bound = dual.bound(value, granularity: granularity)
      if bound > nodes[index].bound {
        nodes[index].bound = bound
        nodes[index].multipliers = sparse(dual.multipliers)
      }
    } catch {
      // Numbers too large for the minimiser: the inherited bound stands.
    }
  }

  /// A node without solutions: by the ray if it holds exactly, else it keeps its inherited bound
  /// and is split no more.
  private mutating func close(infeasible index: Int, ray: [Double]?) {
    if let ray, dual.proves(ray: ray) {
      closeInfeasible(index)
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
      finish(index, values, objective, oracle)
      return
    }
    let (lower, upper) = dual.bounds(ofColumn: column)
    let value = min(max(values[column], Double(lower)), Double(upper))
    let at = Int64(min(value.rounded(.down), Double(upper) - 1))
    let fraction = value - Double(at)
    split(
      index, column, at: at, objective, fractions: (fraction, 1 - fraction),
      prefersUp: fraction > 0.5)
  }

  /// A node at which the relaxation's values are all whole: a solution, or splits on whole values
  /// where tolerances hide that they are none, or where rounded multipliers prove less.
  private mutating func finish(
    _ index: Int, _ values: [Double], _ objective: Double, _ oracle: Oracle
  ) {
    if !values.isEmpty {
      oracle.repair(values, true)
      let whole = values.map { Int64($0.rounded()) }
      if proves, nodes[index].bound < oracle.incumbent(),
        let (column, at) = wholeSplit(index, whole)
      {
        split(
          index, column, at: at, objective, fractions: (1, 1), prefersUp: whole[column] > at)
        return
      }
    }
    closedBound = min(closedBound, nodes[index].bound)
  }

  mutating func closeInfeasible(_ index: Int) {
    nodes[index].isInfeasible = true
    nodes[index].multipliers = sparse(dual.multipliers)
    nodes[index].bound = .max
  }

  /// Splits a node at `column <= at`; the preferred side comes next.
  private mutating func split(
    _ index: Int, _ column: Int, at: Int64, _ objective: Double,
    fractions: (down: Double, up: Double), prefersUp: Bool
  ) {
    let (lower, upper) = dual.bounds(ofColumn: column)
    nodes[index].split = (column, at)
    nodes[index].children = (nodes.count, nodes.count + 1)
    for (low, high, part, isUp) in [
      (lower, at, fractions.down, false), (at + 1, upper, fractions.up, true),
    ] {
      nodes.append(
        Node(
          parent: index, column: column, lower: low, upper: high, bound: nodes[index].bound,
          multipliers: nil, estimate: objective, fraction: max(part, 1e-6), isUp: isUp))
    }
    let (first, second) = (nodes.count - 2, nodes.count - 1)
    next = prefersUp ? second : first
    let other = prefersUp ? first : second
    leaveOpen(other)
    dive.append(other)
  }
}
