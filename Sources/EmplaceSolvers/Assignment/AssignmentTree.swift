internal import HeapModule

/// Branch and bound on the Lagrangian bound of an assignment, with pairs and agents fixed wherever
/// the loss of the other choice reaches the incumbent.
///
/// Best bound first, with plunges from time to time. Sources: Fisher 1981,
/// doi:10.1287/mnsc.27.1.1; Posta, Ferland, Michelon 2012, doi:10.1007/s10589-011-9417-y (fixing).
struct AssignmentTree {
  /// A choice between two sides: a pair of agent and job (agent times jobs plus job), or an agent.
  struct Decision: Hashable {
    enum Subject: Hashable { case pair(Int), agent(Int) }
    var subject: Subject
    /// Whether it is taken or open, not left or closed.
    var isTaken: Bool
  }

  struct Node {
    var parent: Int
    /// What this node adds to its parent.
    var decision: Decision?
    var multipliers: [Int64]
    /// Value of the dual, times the scale.
    var value: Int64
    /// Whether the decisions leave nothing.
    var isEmpty = false
    /// A job that no agent may take any more, or -1.
    var orphan = -1
    /// What no better solution below this node does otherwise, at `fixMultipliers`.
    var fixings: [Decision] = []
    var fixMultipliers: [Int64] = []
    /// The node with the choice taken, and the one without; -1 at leaves.
    var children: (taken: Int, left: Int) = (-1, -1)
  }

  /// Steps of the ascent at the root and at other nodes.
  private static let (rootSteps, nodeSteps) = (1000, 60)

  private(set) var nodes: [Node] = []
  /// Evaluations of the dual so far.
  private(set) var evaluations = 0
  /// Multiples that all costs are.
  let granularity: Int64
  var dual: AssignmentDual
  private var open = Heap<OpenNode>()
  private var plunging: Int?
  private var plunges = 0
  /// Smallest value among closed leaves.
  private var closedValue: Int64 = .max
  /// What the dual holds now: decisions on the path to the node at hand.
  private var applied: [Decision] = []

  init(_ dual: AssignmentDual, at multipliers: [Int64], granularity: Int64) {
    self.dual = dual
    self.granularity = granularity
    nodes.append(Node(parent: -1, decision: nil, multipliers: multipliers, value: .min))
    open.insert(OpenNode(bound: .min, index: 0))
  }

  /// The bound that a value proves.
  func bound(_ value: Int64) -> Int64 {
    guard value > .min / 2, value < AssignmentDual.never else { return value }
    let step = dual.scale * granularity
    let quotient = value / step + (value % step > 0 ? 1 : 0)
    return quotient * granularity
  }

  /// The value that the tree proves now.
  var value: Int64 {
    let waiting = plunging.map { nodes[$0].value } ?? .max
    return min(open.min?.bound ?? .max, closedValue, waiting)
  }

  /// Whether every leaf is closed.
  var isComplete: Bool { open.isEmpty && plunging == nil }

  /// Solves up to `limit` nodes. `incumbent` is the cost to beat; `offer` sees plans that beat it.
  mutating func search(
    nodes limit: Int, incumbent: () -> Int64, offer: ([Int32], Int64) -> Void,
    shouldStop: () -> Bool
  ) {
    for _ in 0..<limit where !shouldStop() {
      guard let index = next() else { return }
      guard bound(nodes[index].value) < incumbent() else {
        closedValue = min(closedValue, nodes[index].value)
        continue
      }
      solve(index, incumbent, offer, shouldStop)
    }
  }

  private mutating func next() -> Int? {
    if let index = plunging {
      plunging = nil
      return index
    }
    return open.popMin()?.index
  }

  // MARK: Nodes

  private mutating func solve(
    _ index: Int, _ incumbent: () -> Int64, _ offer: ([Int32], Int64) -> Void,
    _ shouldStop: () -> Bool
  ) {
    guard !isOrphaned(index) else { return }
    let isRoot = index == 0
    var ascent = AssignmentAscent(at: nodes[index].multipliers, of: dual.instance)
    ascent.climb(
      &dual, steps: isRoot ? Self.rootSteps : Self.nodeSteps, target: target(incumbent(), index),
      factor: isRoot ? 1 : 0.5, patience: isRoot ? 30 : 10, shouldStop: shouldStop)
    evaluations += ascent.evaluations
    guard !ascent.isEmpty else {
      nodes[index].isEmpty = true
      return
    }
    guard ascent.evaluations > 0 else {
      open.insert(OpenNode(bound: nodes[index].value, index: index))
      return
    }
    if ascent.best > nodes[index].value {
      nodes[index].value = ascent.best
      nodes[index].multipliers = ascent.bestMultipliers
    }
    mend(incumbent, offer)
    _ = dual.evaluate(nodes[index].multipliers)
    mend(incumbent, offer)
    guard bound(nodes[index].value) < incumbent() else {
      closedValue = min(closedValue, nodes[index].value)
      return
    }
    fix(index, incumbent())
    if !isOrphaned(index) { branch(index, ascent) }
  }

  /// Applies the decisions of a node, and says whether they leave some job without an agent.
  private mutating func isOrphaned(_ index: Int) -> Bool {
    apply(decisions(path(to: index)) { nodes[$0].fixings })
    let (agents, jobs) = (dual.instance.agents, dual.instance.jobs)
    nodes[index].orphan =
      (0..<jobs).first { job in
        dual.forced[job] < 0
          && (0..<agents).allSatisfy { agent in
            dual.opening[agent] == .closed || !dual.isFree(agent * jobs + job)
              || !dual.fits(job, agent)
          }
      } ?? -1
    return nodes[index].orphan >= 0
  }

  private func target(_ incumbent: Int64, _ index: Int) -> Int64 {
    if incumbent != .max { return dual.least(reaching: incumbent, in: granularity) }
    let value = max(nodes[index].value, 0)
    return value + value / 20 + dual.scale
  }

  private func mend(_ incumbent: () -> Int64, _ offer: ([Int32], Int64) -> Void) {
    var plan = AssignmentPlan(minimiserOf: dual)
    guard plan.complete() else { return }
    plan.descend()
    let cost = plan.cost
    if cost < incumbent() { offer(plan.agent, cost) }
  }

  /// Nodes from the root to this one.
  func path(to index: Int) -> [Int] {
    var result: [Int] = []
    var node = index
    while node >= 0 {
      result.append(node)
      node = nodes[node].parent
    }
    return result.reversed()
  }

  /// Decisions from the root to a node, with the fixings that are asked for.
  func decisions(_ path: [Int], fixings: (Int) -> [Decision]) -> [Decision] {
    path.flatMap { index in (nodes[index].decision.map { [$0] } ?? []) + fixings(index) }
  }

  /// Brings the dual to these decisions, keeping the common beginning with those before.
  mutating func apply(_ decisions: [Decision]) {
    var common = 0
    while common < min(applied.count, decisions.count), applied[common] == decisions[common] {
      common += 1
    }
    for decision in applied[common...].reversed() { undo(decision) }
    for decision in decisions[common...] { make(decision) }
    applied = decisions
  }

  private mutating func make(_ decision: Decision) {
    switch decision.subject {
    case .agent(let agent): dual.set(agent: agent, decision.isTaken ? .open : .closed)
    case .pair(let pair) where decision.isTaken:
      dual.force(job: pair % dual.instance.jobs, to: pair / dual.instance.jobs)
    case .pair(let pair): dual.forbid(pair)
    }
  }

  private mutating func undo(_ decision: Decision) {
    switch decision.subject {
    case .agent(let agent): dual.set(agent: agent, .free)
    case .pair(let pair) where decision.isTaken: dual.release(job: pair % dual.instance.jobs)
    case .pair(let pair): dual.allow(pair)
    }
  }

  // MARK: Fixing

  /// Rules out what would cost at least the incumbent, by the losses at the node's multipliers; the
  /// dual stands there.
  private mutating func fix(_ index: Int, _ incumbent: Int64) {
    guard incumbent != .max else { return }
    let (agents, jobs) = (dual.instance.agents, dual.instance.jobs)
    let multipliers = nodes[index].multipliers
    // A loss of this much makes the bound reach the incumbent.
    let limit = dual.least(reaching: incumbent, in: granularity) - nodes[index].value
    var fixings: [Decision] = []
    var isClosed = [Bool](repeating: false, count: agents)
    for agent in 0..<agents where dual.mayClose(agent) {
      if dual.loss(opening: agent, true) >= limit {
        isClosed[agent] = true
        fixings.append(Decision(subject: .agent(agent), isTaken: false))
      } else if dual.loss(opening: agent, false) >= limit {
        fixings.append(Decision(subject: .agent(agent), isTaken: true))
      }
    }
    for job in 0..<jobs where dual.forced[job] < 0 {
      // What the agents lose that take the job now, when another must have it.
      var leaving: Int64 = 0
      var own = [Int64](repeating: 0, count: agents)
      for agent in 0..<agents where dual.isOpen[agent] && !dual.mayClose(agent) {
        own[agent] = dual.loss(leaving: job, by: agent, multipliers)
        leaving += own[agent]
      }
      for agent in 0..<agents where !isClosed[agent] && dual.opening[agent] != .closed {
        guard dual.isFree(agent * jobs + job) else { continue }
        let loss =
          leaving - own[agent] + dual.loss(taking: job, by: agent, multipliers)
          + (dual.isOpen[agent] ? 0 : dual.loss(opening: agent, true))
        if loss >= limit {
          fixings.append(Decision(subject: .pair(agent * jobs + job), isTaken: false))
        }
      }
    }
    guard !fixings.isEmpty else { return }
    nodes[index].fixings = fixings
    nodes[index].fixMultipliers = multipliers
  }

  // MARK: Branching

  private mutating func branch(_ index: Int, _ ascent: AssignmentAscent) {
    guard let subject = choice(ascent) else {
      closedValue = min(closedValue, nodes[index].value)
      return
    }
    let (value, multipliers) = (nodes[index].value, nodes[index].multipliers)
    nodes[index].children = (nodes.count, nodes.count + 1)
    for isTaken in [true, false] {
      nodes.append(
        Node(
          parent: index, decision: Decision(subject: subject, isTaken: isTaken),
          multipliers: multipliers, value: value))
    }
    // Plunges of twelve nodes alternate with thirteen by the best bound.
    let (taken, left) = nodes[index].children
    plunges += 1
    if plunges % 25 < 12 {
      plunging = taken
    } else {
      open.insert(OpenNode(bound: value, index: taken))
    }
    open.insert(OpenNode(bound: value, index: left))
  }

  /// The agent whose share of openings is nearest to one half, else the pair that is, weighed by what
  /// the job takes.
  private func choice(_ ascent: AssignmentAscent) -> Decision.Subject? {
    let (agents, jobs) = (dual.instance.agents, dual.instance.jobs)
    let whole = ascent.whole
    var best: (subject: Decision.Subject, score: Double)?
    for agent in 0..<agents where dual.mayClose(agent) {
      let share = min(1, ascent.openShare[agent] / whole)
      let score = min(share, 1 - share)
      if score > max(0.02, best?.score ?? 0) { best = (.agent(agent), score) }
    }
    if let best { return best.subject }
    for agent in 0..<agents where dual.opening[agent] != .closed {
      for job in 0..<jobs where dual.forced[job] < 0 {
        let pair = agent * jobs + job
        guard dual.isFree(pair) else { continue }
        let share = min(1, ascent.share[pair] / whole)
        let part =
          Double(dual.instance.weight[pair]) / Double(max(1, dual.instance.capacity[agent]))
        let score = (min(share, 1 - share) + 1e-6) * (part + 1e-6)
        if score > best?.score ?? 0 { best = (.pair(pair), score) }
      }
    }
    return best?.subject
  }
}
