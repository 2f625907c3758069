internal import EmplaceCore
internal import EmplaceProblems

/// The search for plans of placements that are assignments: a few agents with their jobs are freed,
/// and a dive from disturbed multipliers finds a better plan for them, or none.
///
/// Source: Shaw 1998, doi:10.1007/3-540-49481-2_30 (large neighbourhoods).
struct AssignmentNeighbourhoods {
  private let run: Run<Placement>
  private let instance: AssignmentInstance
  private let guidance: Guidance
  private let scale: Int64
  private let start: [Int64]
  private var random: RandomGenerator
  private var plan: [Int32]
  private var cost: Int64
  /// Agents that are freed together, and how many neighbourhoods of that size have not gained since.
  private var size = 2
  private var stalls = 0
  /// Whether all agents have been freed at known multipliers.
  private var hasDived = false

  private static let largestSize = 10
  /// Share by which multipliers are disturbed.
  private static let noise = 0.002

  /// Nil where the placement is no assignment, or its costs are too large.
  init?(_ run: Run<Placement>, _ guidance: Guidance, seed: UInt64) {
    guard let dual = AssignmentDual(run.instance) else { return nil }
    self.run = run
    self.guidance = guidance
    instance = dual.instance
    scale = dual.scale
    start = dual.start
    random = RandomGenerator(seed: seed)
    plan = []
    cost = .max
  }

  /// Solves about `count` neighbourhoods.
  mutating func advance(neighbourhoods count: Int) {
    for _ in 0..<count where !run.shouldStop() {
      guard takeIncumbent() else { return }
      step()
    }
  }

  /// Takes over a better plan from elsewhere; false while there is none at all.
  private mutating func takeIncumbent() -> Bool {
    guard run.objective < cost else { return cost != .max }
    guard let known = run.incumbent.flatMap({ instance.plan(of: $0.solution) }) else {
      return false
    }
    plan = known
    cost = instance.cost(of: known)
    return true
  }

  private mutating func step() {
    // The multipliers of the search for bounds are tried on the whole as soon as they are known.
    let isWhole = !hasDived && guidance.known.multipliers != nil
    if isWhole { hasDived = true }
    let agents = isWhole ? Array(0..<instance.agents) : related()
    var place = [Int32](repeating: -1, count: instance.agents)
    for (position, agent) in agents.enumerated() { place[agent] = Int32(position) }
    let jobs = plan.indices.filter { place[Int(plan[$0])] >= 0 }
    guard jobs.count > 1 else { return }
    let part = instance.part(agents: agents, jobs: jobs)
    let before = part.cost(of: jobs.map { place[Int(plan[$0])] })
    let run = run
    var dive = AssignmentDive(AssignmentDual(part, scale: scale), at: multipliers(jobs))
    // A plan of the same cost is welcome: it leads elsewhere.
    guard let found = dive.plan(below: before + 1, shouldStop: { run.shouldStop() }),
      case let after = part.cost(of: found), after <= before
    else {
      stall()
      return
    }
    for (position, job) in jobs.enumerated() {
      plan[job] = Int32(agents[Int(found[position])])
    }
    cost += after - before
    if after < before {
      stalls = 0
      run.offer(instance.solution(of: plan), source: "neighbourhood")
    } else {
      stall()
    }
  }

  /// After enough neighbourhoods without gain the next are larger, and small again at last.
  private mutating func stall() {
    stalls += 1
    guard stalls >= 10 * instance.agents / size + 10 else { return }
    stalls = 0
    size = size >= min(Self.largestSize, instance.agents) ? 2 : size + 1
  }

  /// Agents that compete for the jobs of one, that one included.
  private mutating func related() -> [Int] {
    let seed = Int(plan[random.below(instance.jobs)])
    let own = plan.indices.filter { plan[$0] == seed }
    var scored: [(score: Double, agent: Int)] = []
    for agent in 0..<instance.agents where agent != seed {
      var score = 0.0
      for job in own {
        let pair = agent * instance.jobs + job
        guard instance.weight[pair] != AssignmentInstance.tooHeavy else { continue }
        score += Double(instance.cost[pair] - instance.cost[seed * instance.jobs + job])
      }
      scored.append((score * (0.5 + random.unit()), agent))
    }
    scored.sort { ($0.score, $0.agent) < ($1.score, $1.agent) }
    // Half by what they compete for, half by chance.
    var chosen = [seed]
    for (rank, element) in scored.enumerated() where chosen.count < size {
      let isNear = rank < 2 * size
      if isNear ? random.below(2) == 0 : random.below(instance.agents) < size {
        chosen.append(element.agent)
      }
    }
    return chosen.sorted()
  }

  private mutating func multipliers(_ jobs: [Int]) -> [Int64] {
    let known = guidance.known.multipliers
    return jobs.map { job in
      let value = known.map { $0[job] * Double(scale) } ?? Double(start[job])
      return Int64((value * (1 + Self.noise * (2 * random.unit() - 1))).rounded())
    }
  }
}
