internal import EmplaceCore
internal import EmplaceProblems

/// The search for bounds of placements that are assignments: the tree, told as certificates.
struct AssignmentSearch {
  private let run: Run<Placement>
  private let instance: AssignmentInstance
  private let layout: AssignmentLayout
  private let guidance: Guidance?
  private var tree: AssignmentTree
  /// Nodes of the tree when its certificate was last made.
  private var told = 0
  /// What the checker takes for a node of a certificate.
  private var secondsPerNode: Double?
  /// Part of the search's time that the checker may take after it.
  private static let replayShare = 0.08
  /// Whether there is no solution.
  private(set) var isProvenEmpty = false

  /// Nil where the placement is no assignment, or its costs are too large.
  init?(_ run: Run<Placement>, _ formulation: PlacementFormulation, _ guidance: Guidance?) {
    guard let dual = AssignmentDual(run.instance) else { return nil }
    self.run = run
    self.guidance = guidance
    instance = dual.instance
    layout = AssignmentLayout(formulation, jobs: instance.jobs)
    tree = AssignmentTree(
      dual, at: dual.start, granularity: formulation.program.objectiveGranularity)
  }

  /// Whether the incumbent is proven to be the best, or that there is none.
  var isDone: Bool { tree.isComplete && tree.bound(tree.value) >= run.objective }
  /// Whether the tree is complete and leaves a gap.
  var isStuck: Bool { tree.isComplete && !isDone }
  var evaluations: Int { tree.evaluations }

  /// Spends about `count` evaluations.
  mutating func advance(evaluations count: Int) {
    let (run, instance) = (run, instance)
    let goal = tree.evaluations + count
    repeat {
      tree.search(
        nodes: 1, incumbent: { run.objective },
        offer: { plan, _ in run.offer(instance.solution(of: plan), source: "lagrangian") },
        shouldStop: { run.shouldStop() })
      if tree.nodes.count <= 3, tree.evaluations > 0 { tellMultipliers() }
    } while tree.evaluations < goal && !tree.isComplete && !run.shouldStop()
    tell()
  }

  /// Whether the checker will have the time: what it takes for a node is measured once, at the root,
  /// and a part of the time limit is left to it. What it cannot replay would be no proof.
  private mutating func canBeReplayed(_ certificate: Certificate) -> Bool {
    guard let limit = run.limits.timeSeconds else { return true }
    guard let secondsPerNode else {
      let start = run.elapsedSeconds
      _ = try? certificate.stated(on: layout.program)
      secondsPerNode = (run.elapsedSeconds - start) / Double(certificate.nodes.count)
      return true
    }
    let left = tree.isComplete ? max(0, limit - run.elapsedSeconds) : 0
    return Double(certificate.nodes.count) * secondsPerNode
      <= Self.replayShare * limit + left
  }

  private func tellMultipliers() {
    let scale = Double(tree.dual.scale)
    guidance?.tell(multipliers: tree.nodes[0].multipliers.map { Double($0) / scale })
  }

  /// Raises the bound: at the root, when the tree has doubled, and at the end.
  private mutating func tell() {
    let isLast = tree.isComplete || run.shouldStop()
    guard isLast || tree.nodes.count >= 2 * told, tree.bound(tree.value) > run.bound else { return }
    told = tree.nodes.count
    let (certificate, value) = AssignmentProof.certificate(of: tree, layout)
    guard canBeReplayed(certificate) else { return }
    let bound = value == .max ? Int64.max : tree.bound(value)
    isProvenEmpty = bound == .max
    guard bound > run.bound, bound != .max || run.objective == .max else { return }
    run.raise(Bound(value: bound, evidence: .certificate(certificate, by: "lagrangian")))
  }
}
