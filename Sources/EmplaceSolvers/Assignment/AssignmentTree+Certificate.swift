internal import EmplaceCore
internal import EmplaceProblems

/// Where an assignment's decisions stand in the program of a placement.
struct AssignmentLayout {
  private let formulation: PlacementFormulation
  private let jobs: Int

  init(_ formulation: PlacementFormulation, jobs: Int) {
    self.formulation = formulation
    self.jobs = jobs
  }

  /// The program in which they stand.
  var program: IntegerProgram { formulation.program }

  func column(of subject: AssignmentTree.Decision.Subject) -> Int {
    switch subject {
    case .agent(let agent): return formulation.column(ofReplicas: agent)
    case .pair(let pair):
      let (agent, job) = (pair / jobs, pair % jobs)
      let instance = formulation.instance
      guard let arc = instance.arc(lane: agent, demand: job) else { return -1 }
      return formulation.column(ofRoutes: agent) + arc - instance.arcStart[agent]
    }
  }

  /// The row that the block of all agents keeps inside.
  var kept: [Certificate.KeptRow] {
    guard case .pool(let pool) = formulation.program.blocks[0].shape, let row = pool.keepable.first
    else { return [] }
    return [.init(block: 0, row: Int(row))]
  }
}

/// The tree as a certificate: without the fixings, unless the bound of a leaf needs them.
///
/// A fixing is a split whose other side is a leaf at the multipliers that it was found at, with
/// that of the job so low that no other agent takes it.
struct AssignmentProof {
  private let tree: AssignmentTree
  private let layout: AssignmentLayout
  private var work: AssignmentTree
  /// Value that every leaf is to reach.
  private let goal: Int64
  /// Fixings of each node that some leaf below it needs, and those whose own proof is to be looked at.
  private var used: [Int: Set<AssignmentTree.Decision>] = [:]
  private var waiting: [(node: Int, fixing: AssignmentTree.Decision)] = []
  private var fixed: [Int: Set<AssignmentTree.Decision>] = [:]
  /// Least value of the leaves.
  private(set) var value = Int64.max
  private var result: [Certificate.Node] = []

  init(_ tree: AssignmentTree, _ layout: AssignmentLayout) {
    self.tree = tree
    self.layout = layout
    work = tree
    goal = tree.value
  }

  /// The certificate and the value that it proves, times the scale.
  static func certificate(
    of tree: AssignmentTree, _ layout: AssignmentLayout
  ) -> (certificate: Certificate, value: Int64) {
    var proof = AssignmentProof(tree, layout)
    proof.findUsed()
    proof.write()
    return (
      Certificate(denominator: tree.dual.scale, kept: layout.kept, nodes: proof.result),
      proof.value
    )
  }

  /// Whether what is below a node is left out: it proves enough by itself, or nothing is below.
  private func isLeaf(_ index: Int) -> Bool {
    tree.nodes[index].children.taken < 0 || tree.nodes[index].value >= goal
  }

  // MARK: Fixings that are needed

  private mutating func findUsed() {
    var stack = [0]
    while let index = stack.popLast() {
      if isLeaf(index) {
        settle(index)
      } else {
        let (taken, left) = tree.nodes[index].children
        stack.append(contentsOf: [left, taken])
      }
    }
    while let (node, fixing) = waiting.popLast() { settle(fixing, of: node) }
  }

  /// Adds fixings on the path until the leaf's value is reached without the others.
  private mutating func settle(_ leaf: Int) {
    let path = tree.path(to: leaf)
    guard tree.nodes[leaf].orphan < 0 else { return settleOrphan(leaf, path) }
    while true {
      work.apply(tree.decisions(path, fixings: usedFixings))
      let value = work.dual.evaluate(tree.nodes[leaf].multipliers)
      if let value, value >= goal {
        self.value = min(self.value, value)
        return
      }
      if value == nil, tree.nodes[leaf].isEmpty { return }
      guard addViolated(path) else {
        if let value { self.value = min(self.value, value) }
        return
      }
    }
  }

  /// The same for the side of a fixing that holds no better plan: it was found with all fixings of
  /// the nodes above.
  private mutating func settle(_ fixing: AssignmentTree.Decision, of node: Int) {
    let path = tree.path(to: node)
    let above = Array(path.dropLast())
    let other = AssignmentTree.Decision(subject: fixing.subject, isTaken: !fixing.isTaken)
    while true {
      work.apply(tree.decisions(path) { $0 == node ? [other] : usedFixings(of: $0) })
      guard let value = work.dual.evaluate(tree.nodes[node].fixMultipliers), value < goal else {
        return
      }
      guard addViolated(above) else {
        self.value = min(self.value, value)
        return
      }
    }
  }

  /// What keeps every agent from a job.
  private mutating func settleOrphan(_ leaf: Int, _ path: [Int]) {
    let jobs = tree.dual.instance.jobs
    for index in path {
      for fixing in tree.nodes[index].fixings where !fixing.isTaken {
        if case .pair(let pair) = fixing.subject, pair % jobs != tree.nodes[leaf].orphan {
          continue
        }
        _ = use(fixing, of: index)
      }
    }
  }

  /// Marks a fixing as needed; false where it was already.
  private mutating func use(_ fixing: AssignmentTree.Decision, of node: Int) -> Bool {
    guard used[node, default: []].insert(fixing).inserted else { return false }
    waiting.append((node, fixing))
    return true
  }

  private func usedFixings(of index: Int) -> [AssignmentTree.Decision] {
    guard let used = used[index] else { return [] }
    return tree.nodes[index].fixings.filter { used.contains($0) }
  }

  /// Marks the fixings on the path that the last minimiser disregards; false where there are none.
  private mutating func addViolated(_ path: [Int]) -> Bool {
    let subjects = work.disregarded
    var isAny = false
    for index in path where !tree.nodes[index].fixings.isEmpty {
      if fixed[index] == nil { fixed[index] = Set(tree.nodes[index].fixings) }
      for decision in subjects where fixed[index]?.contains(decision) == true {
        if use(decision, of: index) { isAny = true }
      }
    }
    return isAny
  }

  // MARK: Nodes in preorder

  private enum Step {
    /// The fixings of a node from some position on, then the node itself, below multipliers.
    case node(Int, from: Int, parent: [Int64])
    /// The side of a fixing that holds no better plan.
    case refuted(AssignmentTree.Decision, parent: [Int64])
  }

  private mutating func write() {
    var stack = [Step.node(0, from: 0, parent: Array(repeating: 0, count: tree.dual.instance.jobs))]
    while let step = stack.popLast() {
      switch step {
      case .node(let index, let position, let parent):
        let fixings = usedFixings(of: index)
        guard position < fixings.count else {
          stack.append(contentsOf: writeNode(index, parent))
          continue
        }
        let decision = fixings[position]
        let multipliers = stated(tree.nodes[index].fixMultipliers, at: index)
        append(parent, multipliers, split(on: decision.subject))
        let goesOn = Step.node(index, from: position + 1, parent: multipliers)
        let refuted = Step.refuted(decision, parent: multipliers)
        // The side where the column is zero comes first.
        stack.append(contentsOf: decision.isTaken ? [goesOn, refuted] : [refuted, goesOn])
      case .refuted(let decision, let parent):
        var multipliers = parent
        if case .pair(let pair) = decision.subject {
          let job = pair % tree.dual.instance.jobs
          multipliers[job] = min(multipliers[job], tree.dual.lowest(job))
        }
        append(parent, multipliers, .bound(value: ""))
      }
    }
  }

  private mutating func writeNode(_ index: Int, _ parent: [Int64]) -> [Step] {
    let multipliers = stated(tree.nodes[index].multipliers, at: index)
    guard tree.nodes[index].orphan < 0 else {
      var one = [Int64](repeating: 0, count: multipliers.count)
      one[tree.nodes[index].orphan] = 1
      append(parent, one, .infeasible(value: ""))
      return []
    }
    guard !isLeaf(index) else {
      // Stating the values finds the leaves whose block is empty.
      append(parent, multipliers, .bound(value: ""))
      return []
    }
    let (taken, left) = tree.nodes[index].children
    guard let subject = tree.nodes[taken].decision?.subject else { return [] }
    append(parent, multipliers, split(on: subject))
    return [
      .node(taken, from: 0, parent: multipliers), .node(left, from: 0, parent: multipliers),
    ]
  }

  private func split(on subject: AssignmentTree.Decision.Subject) -> Certificate.Kind {
    .split(.init(columns: [layout.column(of: subject)], coefficients: [1], at: 0))
  }

  private mutating func append(_ old: [Int64], _ new: [Int64], _ kind: Certificate.Kind) {
    let rows = new.indices.filter { old[$0] != new[$0] }
    result.append(.init(rows: rows, changes: rows.map { new[$0] - old[$0] }, kind: kind))
  }

  /// Multipliers with those of the jobs decided on the path so low that no other agent takes them.
  private func stated(_ multipliers: [Int64], at index: Int) -> [Int64] {
    var result = multipliers
    for node in tree.path(to: index) {
      guard let decision = tree.nodes[node].decision, decision.isTaken,
        case .pair(let pair) = decision.subject
      else { continue }
      let job = pair % tree.dual.instance.jobs
      result[job] = tree.dual.lowest(job)
    }
    return result
  }
}

extension AssignmentTree {
  /// What the last minimiser does, as decisions against it.
  var disregarded: [Decision] {
    var result: [Decision] = []
    let instance = dual.instance
    for agent in 0..<instance.agents {
      result.append(Decision(subject: .agent(agent), isTaken: !dual.isOpen[agent]))
      guard dual.isOpen[agent] else { continue }
      for place in dual.chosenStart[agent]..<dual.chosenStart[agent + 1] {
        result.append(
          Decision(
            subject: .pair(agent * instance.jobs + Int(dual.chosen[place])), isTaken: false))
      }
    }
    return result
  }
}
