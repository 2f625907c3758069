/// A plan by the multipliers: some steps of the ascent, then the pairs that were chosen most are
/// decided, until all are.
///
/// Source: the diving of Lagrangian and column generation heuristics, as Joncour, Michel, Sadykov,
/// Sverdlov, Vanderbeck 2010, doi:10.1016/j.endm.2010.05.087, describe it.
struct AssignmentDive {
  /// Steps before the first decision and before each other.
  private static let (firstSteps, steps) = (100, 30)
  /// Share from which a pair is decided, and the part of all open jobs that is decided at least.
  private static let (sure, least) = (0.97, 0.02)

  private var dual: AssignmentDual
  /// Multipliers where it stands.
  private var multipliers: [Int64]

  init(_ dual: AssignmentDual, at multipliers: [Int64]) {
    self.dual = dual
    self.multipliers = multipliers
  }

  /// The plan, or nil where one job fits nowhere in the end, or what is decided costs as much as
  /// `incumbent`.
  mutating func plan(below incumbent: Int64, shouldStop: () -> Bool) -> [Int32]? {
    let target = incumbent == .max ? AssignmentDual.never : dual.least(reaching: incumbent, in: 1)
    var steps = Self.firstSteps
    while !shouldStop() {
      var ascent = AssignmentAscent(at: multipliers, of: dual.instance)
      ascent.climb(
        &dual, steps: steps, target: target, factor: 0.5, patience: 10, shouldStop: shouldStop)
      guard !ascent.isEmpty, ascent.best < target else { return nil }
      multipliers = ascent.bestMultipliers
      guard decide(ascent) else { break }
      steps = Self.steps
    }
    _ = dual.evaluate(multipliers)
    var plan = AssignmentPlan(minimiserOf: dual)
    guard plan.complete() else { return nil }
    plan.descend()
    return plan.agent
  }

  /// Decides the pairs with the largest shares; false where nothing is left to decide.
  private mutating func decide(_ ascent: AssignmentAscent) -> Bool {
    let (agents, jobs) = (dual.instance.agents, dual.instance.jobs)
    var open: [(share: Double, pair: Int)] = []
    for job in 0..<jobs where dual.forced[job] < 0 {
      var best = (share: -1.0, pair: -1)
      for agent in 0..<agents where dual.isFree(agent * jobs + job) && dual.fits(job, agent) {
        let share = ascent.share[agent * jobs + job] / ascent.whole
        if share > best.share { best = (share, agent * jobs + job) }
      }
      if best.pair >= 0 { open.append(best) }
    }
    guard !open.isEmpty else { return false }
    open.sort { ($1.share, $0.pair) < ($0.share, $1.pair) }
    let least = max(1, Int(Self.least * Double(open.count)))
    for (rank, element) in open.enumerated() {
      guard rank < least || element.share >= Self.sure else { break }
      let (agent, job) = (element.pair / jobs, element.pair % jobs)
      if dual.fits(job, agent) { dual.force(job: job, to: agent) }
    }
    return true
  }
}
