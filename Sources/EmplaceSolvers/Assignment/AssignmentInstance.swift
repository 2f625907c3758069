internal import EmplaceProblems

/// Jobs that each go whole to one agent, within the agents' capacities, as flat matrices: a
/// generalised assignment problem, or facility location with single sourcing, where an agent may
/// stay closed.
///
/// Matrices hold one row an agent. What an agent may not do weighs ``tooHeavy``.
struct AssignmentInstance: Sendable {
  /// Weight that fits nowhere.
  static let tooHeavy = Int32.max
  /// Largest capacity whose knapsacks are solved exactly.
  private static let largestCapacity: Int64 = 1 << 20

  let agents: Int
  let jobs: Int
  /// Cost of each job on each agent.
  private(set) var cost: [Int64]
  /// Capacity that each job takes on each agent.
  private(set) var weight: [Int32]
  let capacity: [Int32]
  /// Cost of opening each agent.
  let openingCost: [Int64]
  /// Whether an agent may stay closed.
  let mayClose: [Bool]
  /// Least total capacity of open agents: implied, but not agent by agent; 0 where nothing may close.
  let leastCapacity: Int64

  init(
    cost: [Int64], weight: [Int32], capacity: [Int32], openingCost: [Int64], mayClose: [Bool]
  ) {
    let (agents, jobs) = (capacity.count, cost.count / max(1, capacity.count))
    self.agents = agents
    self.jobs = jobs
    self.cost = cost
    self.weight = weight
    self.capacity = capacity
    self.openingCost = openingCost
    self.mayClose = mayClose
    guard mayClose.contains(true) else {
      leastCapacity = 0
      return
    }
    var total: Int64 = 0
    for job in 0..<jobs {
      let least = (0..<agents).reduce(Self.tooHeavy) { min($0, weight[$1 * jobs + job]) }
      if least != Self.tooHeavy { total += Int64(least) }
    }
    leastCapacity = total
  }

  /// The placement as an assignment, where it is one: no artifacts, one hour, everything served
  /// whole, and agents that share nothing; those that may close need capacity for each job.
  init?(_ placement: PlacementInstance) {
    guard placement.artifacts.isEmpty, placement.hours == 1, placement.failureCases.isEmpty,
      placement.serviceFloors.isEmpty, placement.hostingBudget == nil,
      placement.pools.count == placement.lanes.count,
      placement.demands.allSatisfy({ $0.parts == 1 && $0.unservedCost == nil }),
      placement.pools.allSatisfy({ $0.rentable == 0 && $0.devices == 0 }),
      placement.lanes.enumerated().allSatisfy({ index, lane in
        Int(lane.pool) == index && lane.most == 1 && lane.least >= 0 && lane.cpuMilliCores == 0
          && lane.hostMiB == 0 && lane.milliwatts == 0 && lane.devices == 0
          && lane.capacity <= Self.largestCapacity
      }), placement.tenants.isEmpty
    else { return nil }
    let (agents, jobs) = (placement.lanes.count, placement.demands.count)
    var cost = [Int64](repeating: 0, count: agents * jobs)
    var weight = [Int32](repeating: Self.tooHeavy, count: agents * jobs)
    for lane in 0..<agents {
      for arc in placement.arcs(ofLane: lane) where placement.limit(ofArc: arc) > 0 {
        let load = placement.load(ofArc: arc, hour: 0)
        guard load <= placement.lanes[lane].capacity else { continue }
        // A closed agent could take what weighs nothing.
        guard load > 0 || placement.lanes[lane].least > 0 else { return nil }
        let place = lane * jobs + Int(placement.arcDemand[arc])
        cost[place] = placement.arcCost[arc]
        weight[place] = Int32(load)
      }
    }
    self.init(
      cost: cost, weight: weight, capacity: placement.lanes.map { Int32($0.capacity) },
      openingCost: placement.lanes.map(\.cost), mayClose: placement.lanes.map { $0.least == 0 })
  }

  /// Sum of the spans of the jobs' costs and of all opening costs: multipliers need not go beyond.
  var reach: Double {
    var sum = openingCost.reduce(0.0) { $0 + abs(Double($1)) }
    for job in 0..<jobs {
      var (low, high) = (Int64.max, Int64.min)
      for agent in 0..<agents where weight[agent * jobs + job] != Self.tooHeavy {
        low = min(low, cost[agent * jobs + job])
        high = max(high, cost[agent * jobs + job])
      }
      if low <= high { sum += Double(high) - Double(low) }
    }
    return sum
  }

  /// Whether every opening is paid: agents without jobs stay closed where they may.
  func cost(of plan: [Int32]) -> Int64 {
    var isOpen = mayClose.map { !$0 }
    var sum: Int64 = 0
    for (job, agent) in plan.enumerated() {
      sum += cost[Int(agent) * jobs + job]
      isOpen[Int(agent)] = true
    }
    for agent in 0..<agents where isOpen[agent] { sum += openingCost[agent] }
    return sum
  }

  /// The part that some agents and some jobs make up, in the given order.
  func part(agents chosen: [Int], jobs kept: [Int]) -> AssignmentInstance {
    var (cost, weight): ([Int64], [Int32]) = ([], [])
    cost.reserveCapacity(chosen.count * kept.count)
    weight.reserveCapacity(chosen.count * kept.count)
    for agent in chosen {
      for job in kept {
        cost.append(self.cost[agent * jobs + job])
        weight.append(self.weight[agent * jobs + job])
      }
    }
    return AssignmentInstance(
      cost: cost, weight: weight, capacity: chosen.map { capacity[$0] },
      openingCost: chosen.map { openingCost[$0] }, mayClose: chosen.map { mayClose[$0] })
  }
}

extension AssignmentInstance {
  /// The plan as a placement.
  func solution(of plan: [Int32]) -> PlacementSolution {
    var isOpen = mayClose.map { !$0 }
    var result = PlacementSolution()
    for (job, agent) in plan.enumerated() {
      isOpen[Int(agent)] = true
      result.routes.append(.init(demand: job, lane: Int(agent), parts: 1))
    }
    result.replicas = (0..<agents).filter { isOpen[$0] }.map { .init(lane: $0, count: 1) }
    return result
  }

  /// The agent of each job in a placement, nil where some job has none.
  func plan(of solution: PlacementSolution) -> [Int32]? {
    var plan = [Int32](repeating: -1, count: jobs)
    for route in solution.routes { plan[route.demand] = Int32(route.lane) }
    return plan.contains(-1) ? nil : plan
  }
}
