/// Subgradient steps on the dual of an assignment, with the direction before and a target as in
/// Polyak's rule.
///
/// Sources: Held, Wolfe, Crowder 1974, doi:10.1007/BF01580223; Camerini, Fratta, Maffioli 1975,
/// doi:10.1007/BFb0120697.
struct AssignmentAscent {
  /// The best value so far, times the scale, and where it was reached.
  private(set) var best: Int64 = .min
  private(set) var bestMultipliers: [Int64]
  /// Whether the decisions leave nothing.
  private(set) var isEmpty = false
  private(set) var evaluations = 0
  /// How often each pair was chosen, later evaluations more; by pair, and of each agent whether open.
  private(set) var share: [Double]
  private(set) var openShare: [Double]

  private var point: [Double]
  private var direction: [Double]
  private var weight = 1.0

  /// How much of the direction before is added.
  private static let memory = 0.7
  /// How much less an evaluation weighs than the next in the shares.
  private static let growth = 1 / 0.95

  init(at multipliers: [Int64], of instance: AssignmentInstance) {
    bestMultipliers = multipliers
    point = multipliers.map { Double($0) }
    direction = Array(repeating: 0, count: multipliers.count)
    share = Array(repeating: 0, count: instance.cost.count)
    openShare = Array(repeating: 0, count: instance.agents)
  }

  /// Up to `steps` evaluations towards `target` (times the scale), or until one reaches it.
  mutating func climb(
    _ dual: inout AssignmentDual, steps: Int, target: Int64, factor start: Double, patience: Int,
    shouldStop: () -> Bool
  ) {
    var factor = start
    var stalls = 0
    var multipliers = bestMultipliers
    for _ in 0..<steps where !shouldStop() {
      evaluations += 1
      guard let value = dual.evaluate(multipliers) else {
        isEmpty = true
        return
      }
      record(dual)
      if value > best {
        best = value
        bestMultipliers = multipliers
        stalls = 0
        if value >= target { return }
      } else {
        stalls += 1
      }
      if stalls > patience {
        stalls = 0
        factor *= 0.7
        for job in point.indices { point[job] = Double(bestMultipliers[job]) }
        guard factor > 1e-3 else { return }
      }
      guard step(dual, by: factor * Double(max(target - value, dual.scale))) else { return }
      for job in point.indices { multipliers[job] = Int64(point[job].rounded()) }
    }
  }

  /// Moves the point; false where every job is chosen once, so that the value is the least cost.
  private mutating func step(_ dual: AssignmentDual, by length: Double) -> Bool {
    var (now, before) = (0.0, 0.0)
    for (job, times) in dual.timesChosen.enumerated() {
      let missing = dual.forced[job] < 0 ? Double(1 - times) : 0
      now += missing * missing
      before += direction[job] * direction[job]
    }
    guard now > 0 else { return false }
    let old = before > 0 ? Self.memory * (now / before).squareRoot() : 0
    var norm = 0.0
    for (job, times) in dual.timesChosen.enumerated() {
      let missing = dual.forced[job] < 0 ? Double(1 - times) : 0
      direction[job] = missing + old * direction[job]
      norm += direction[job] * direction[job]
    }
    guard norm > 0 else { return false }
    let size = length / norm
    let limit = dual.largestMultiplier
    for job in point.indices {
      point[job] = min(max(point[job] + size * direction[job], -limit), limit)
    }
    return true
  }

  private mutating func record(_ dual: AssignmentDual) {
    weight *= Self.growth
    if weight > 1e100 { rescale() }
    let jobs = dual.instance.jobs
    for agent in 0..<dual.instance.agents where dual.isOpen[agent] {
      openShare[agent] += weight
      for place in dual.chosenStart[agent]..<dual.chosenStart[agent + 1] {
        share[agent * jobs + Int(dual.chosen[place])] += weight
      }
    }
  }

  private mutating func rescale() {
    for pair in share.indices { share[pair] /= weight }
    for agent in openShare.indices { openShare[agent] /= weight }
    weight = 1
  }

  /// What a share is at most.
  var whole: Double { weight / (1 - 1 / Self.growth) }
}
