import EmplaceCore
import EmplaceProblems
import Testing

@testable import EmplaceSolvers

/// Small assignments, drawn at random, against enumeration.
@Suite struct AssignmentTests {
  /// A generalised assignment problem, or facility location with single sourcing.
  private static func random(_ random: inout RandomGenerator, mayClose: Bool) -> AssignmentInstance
  {
    let (agents, jobs) = (2 + random.below(3), 3 + random.below(5))
    var (cost, weight): ([Int64], [Int32]) = ([], [])
    for _ in 0..<agents * jobs {
      cost.append(Int64(random.below(40)) - (mayClose ? 0 : 20))
      weight.append(
        random.below(8) == 0
          ? AssignmentInstance.tooHeavy : Int32(random.below(12) + (mayClose ? 1 : 0)))
    }
    let room = (0..<agents).map { _ in Int32(6 + random.below(6 * jobs / agents + 6)) }
    return AssignmentInstance(
      cost: cost, weight: weight, capacity: room,
      openingCost: room.map { _ in mayClose ? Int64(random.below(60)) : 0 },
      mayClose: room.map { _ in mayClose && random.below(6) > 0 })
  }

  /// Least cost over all plans that fit, nil where none does.
  private static func optimum(_ instance: AssignmentInstance) -> Int64? {
    var best: Int64?
    var plan = [Int32](repeating: 0, count: instance.jobs)
    var room = instance.capacity.map { Int64($0) }
    func place(_ job: Int) {
      guard job < instance.jobs else {
        let cost = instance.cost(of: plan)
        if cost < best ?? .max { best = cost }
        return
      }
      for agent in 0..<instance.agents {
        let weight = Int64(instance.weight[agent * instance.jobs + job])
        guard weight <= room[agent] else { continue }
        room[agent] -= weight
        plan[job] = Int32(agent)
        place(job + 1)
        room[agent] += weight
      }
    }
    place(0)
    return best
  }

  /// The same as a placement.
  private static func placement(_ instance: AssignmentInstance) -> PlacementInstance {
    var result = PlacementInstance()
    for job in 0..<instance.jobs {
      result.demands.append(.init(name: "job-\(job)", parts: 1, unservedCost: nil))
      result.rate.append(1)
    }
    for agent in 0..<instance.agents {
      result.sites.append(.init(name: "site-\(agent)"))
      result.pools.append(.init(name: "agent-\(agent)", site: Int32(agent)))
      var lane = PlacementInstance.Lane(pool: Int32(agent))
      lane.capacity = Int64(instance.capacity[agent])
      lane.cost = instance.openingCost[agent]
      lane.least = instance.mayClose[agent] ? 0 : 1
      result.lanes.append(lane)
      for job in 0..<instance.jobs {
        let pair = agent * instance.jobs + job
        guard instance.weight[pair] != AssignmentInstance.tooHeavy else { continue }
        result.arcDemand.append(Int32(job))
        result.arcWork.append(Int64(instance.weight[pair]))
        result.arcCost.append(instance.cost[pair])
      }
      result.arcStart.append(result.arcDemand.count)
    }
    return result
  }

  @Test func knapsacksAreThoseOfEnumeration() {
    var random = RandomGenerator(seed: 1)
    var knapsack = AssignmentKnapsack()
    for round in 0..<3000 {
      let capacity = random.below(40)
      // Large profits take the wide table.
      let factor: Int64 = round % 2 == 0 ? 1 : 1 << 36
      var items = (0..<random.below(12)).map { job in
        AssignmentItem(
          job: Int32(job), weight: Int32(random.below(capacity + 1)),
          profit: Int64(1 + random.below(30)) * factor)
      }
      var best: Int64 = 0
      for set in 0..<(1 << items.count) {
        let taken = items.indices.filter { set >> $0 & 1 == 1 }.map { items[$0] }
        guard taken.reduce(0, { $0 + Int($1.weight) }) <= capacity else { continue }
        best = max(best, taken.reduce(0) { $0 + $1.profit })
      }
      let all = items
      let found = items.withUnsafeMutableBufferPointer {
        knapsack.maximum($0, capacity: Int64(capacity))
      }
      #expect(found == best)
      let chosen = knapsack.chosen.map { all[Int($0)] }
      #expect(Set(knapsack.chosen).count == knapsack.chosen.count)
      #expect(chosen.reduce(0) { $0 + $1.profit } == best)
      #expect(chosen.reduce(0) { $0 + Int($1.weight) } <= capacity)
      // The price proves it up to the slack.
      let bound = all.reduce(knapsack.price * Int64(capacity)) {
        $0 + max(0, $1.profit - knapsack.price * Int64($1.weight))
      }
      #expect(bound - knapsack.slack == best)
    }
  }

  @Test(arguments: [false, true])
  func optimaAreThoseOfEnumerationAndProven(mayClose: Bool) throws {
    var random = RandomGenerator(seed: mayClose ? 2 : 3)
    var (solved, empty, split) = (0, 0, 0)
    for round in 0..<400 {
      let instance = Self.random(&random, mayClose: mayClose)
      let placement = Self.placement(instance)
      // As a placement it comes back unchanged, but for capacities that one row ends.
      let known = try #require(AssignmentInstance(placement))
      #expect(known.weight.count == instance.weight.count)
      let run = Run<Placement>(
        instance: placement, limits: Limits(iterations: 1_000_000, threads: 1), seed: 1)
      let formulation = PlacementFormulation.forBounds(of: placement)
      var search = try #require(AssignmentSearch(run, formulation, nil))
      while !search.isDone, !search.isStuck, !run.shouldStop() { search.advance(evaluations: 200) }
      let best = Self.optimum(instance)
      let objective = run.incumbent?.objective
      #expect(objective == best, "round \(round)")
      let bound = try #require(run.certifiedBound, "round \(round)")
      guard case .certificate(let certificate, _) = bound.evidence else { continue }
      let proof = try certificate.stated(on: formulation.program).proof
      if let best {
        #expect(proof == .bound(best), "round \(round)")
        solved += 1
      } else {
        let isProvenEmpty = search.isProvenEmpty
        #expect(isProvenEmpty && proof == .infeasible, "round \(round)")
        empty += 1
      }
      if certificate.nodes.count > 1 { split += 1 }
    }
    // All kinds must occur.
    #expect(solved > 100 && empty > 5 && split > 20)
  }
}
