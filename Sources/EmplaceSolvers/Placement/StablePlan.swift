internal import EmplaceCore
public import EmplaceProblems

/// Of the plans that cost little more than the best one found, one that starts and stops few replicas
/// against a plan that is known: yesterday's.
///
/// It walks between the two plans, site by site, then pool by pool and lane by lane: from the best
/// plan back to the known one as long as the cost stays within the limit, and from the known one, as
/// far as it still holds, ahead until the cost is within it; each time the steps that bring most for
/// their price come first. What moves least counts.
///
/// Source: Glover, Laguna, Martí, "Fundamentals of scatter search and path relinking", Control and
/// Cybernetics 29 (2000); Resende, Ribeiro, "GRASP with path-relinking: recent advances and
/// applications" (2005), doi:10.1007/0-387-25383-1_2.
public struct StablePlan {
  private let index: PlacementIndex
  private let known: PlacementSolution
  private let seed: UInt64

  /// Stays close to `known`, which need not hold any more.
  public init(_ index: PlacementIndex, to known: PlacementSolution, seed: UInt64) {
    self.index = index
    self.known = known
    self.seed = seed
  }

  /// A plan of cost `limit` or less with as few starts and stops as were found; `best` where there is
  /// none with fewer. The same for the same plans, limit and seed unless it is stopped.
  ///
  /// - Complexity: O(routes of a site) for each site, pool and lane that differ, a few times.
  public func plan(
    near best: PlacementSolution, costing limit: Int64, shouldStop: () -> Bool
  ) -> PlacementSolution {
    let verdict = Placement.verify(known, against: index.instance)
    if verdict.isFeasible, verdict.objective <= limit { return known }
    var chosen = best
    var fewest = ReplicaChanges(from: known, to: best, in: index.instance).total
    func take(_ walk: Relinking) {
      guard walk.state.isFeasible, walk.state.objective <= limit else { return }
      let solution = walk.state.solution()
      let moves = ReplicaChanges(from: known, to: solution, in: index.instance).total
      let verdict = Placement.verify(solution, against: index.instance)
      guard moves < fewest, verdict.isFeasible, verdict.objective <= limit else { return }
      (chosen, fewest) = (solution, moves)
    }
    // Coarse steps reach further, fine ones choose better: each may begin.
    for level in Relinking.levels {
      if shouldStop() { break }
      let ahead = Relinking(index, from: known, origin: known, from: level, seed: seed)
      ahead.complete(shouldStop)
      ahead.goAhead(to: best, until: limit, shouldStop)
      ahead.goBack(within: limit, shouldStop)
      take(ahead)
      let back = Relinking(index, from: best, origin: known, from: level, seed: seed)
      back.goBack(within: limit, shouldStop)
      take(back)
    }
    return chosen
  }
}

/// A walk between two plans.
private final class Relinking {
  let search: PlacementSearch
  var state: PlacementState { search.state }
  private let index: PlacementIndex
  /// Where starts and stops are counted from.
  private let origin: End
  /// Lanes of each site, of each pool, and one by one, without the first of these levels.
  private let groups: [[[Int]]]

  /// Levels at which a walk may begin.
  static let levels = 0..<3

  /// One end of the walk.
  private struct End {
    var replicas: [Int64]
    /// Parts by option.
    var parts: [Int32]

    init(_ solution: PlacementSolution, _ index: PlacementIndex) {
      replicas = Array(repeating: 0, count: index.laneCount)
      parts = Array(repeating: 0, count: index.options.lane.count)
      for element in solution.replicas {
        replicas[element.lane] = min(element.count, index.lanes.most[element.lane])
      }
      for route in solution.routes {
        guard let arc = index.instance.arc(lane: route.lane, demand: route.demand) else { continue }
        parts[Int(index.options.ofArc[arc])] = Int32(clamping: route.parts)
      }
    }
  }

  init(
    _ index: PlacementIndex, from start: PlacementSolution, origin: PlacementSolution,
    from level: Int, seed: UInt64
  ) {
    self.index = index
    search = PlacementSearch(
      PlacementState(index: index, solution: start), random: RandomGenerator(seed: seed))
    search.insertion.noise = 0
    search.insertion.burden = 1
    self.origin = End(origin, index)
    var sites = [[Int]](repeating: [], count: index.sites.count)
    var pools = [[Int]](repeating: [], count: index.pools.count)
    for lane in 0..<index.laneCount {
      sites[Int(index.lanes.site[lane])].append(lane)
      pools[Int(index.lanes.pool[lane])].append(lane)
    }
    groups = Array([sites, pools, (0..<index.laneCount).map { [$0] }].dropFirst(level))
  }

  /// Serves what is not served and owed.
  func complete(_ shouldStop: () -> Bool) {
    _ = search.complete(shouldStop: shouldStop)
    if !state.isFeasible { search.repairShortfall(steps: 2_000, shouldStop: shouldStop) }
    state.commit()
  }

  /// Starts and stops against the origin.
  private var moves: Int64 {
    var sum: Int64 = 0
    for lane in 0..<index.laneCount { sum += abs(state.replicas[lane] - origin.replicas[lane]) }
    return sum
  }

  // MARK: Ways

  /// One step with its price.
  private struct Step {
    var lanes: [Int]
    var cost: Int64
    var moves: Int64
  }

  /// Takes over from `best`, where it gains most for each move, until the cost is within the limit.
  func goAhead(to best: PlacementSolution, until limit: Int64, _ shouldStop: () -> Bool) {
    let end = End(best, index)
    for level in groups where !isWithin(limit) {
      let steps = steps(level, toward: end, shouldStop) {
        !self.state.isFeasible || $0.cost < 0
      }
      let order = steps.sorted {
        Double($0.cost) * Double(max($1.moves, 1)) < Double($1.cost) * Double(max($0.moves, 1))
      }
      for step in order where !isWithin(limit) && !shouldStop() {
        take(step.lanes, toward: end) { before, after in
          after.shortfall < before.shortfall
            || (after.shortfall == before.shortfall && after.cost < before.cost)
        }
      }
    }
  }

  /// Takes over from the origin, where it costs least for each move, within the limit.
  func goBack(within limit: Int64, _ shouldStop: () -> Bool) {
    guard isWithin(limit) else { return }
    for level in groups + groups {
      let steps = steps(level, toward: origin, shouldStop) { $0.moves < 0 }
      let order = steps.sorted {
        Double($0.cost) * Double($1.moves) > Double($1.cost) * Double($0.moves)
      }
      for step in order where !shouldStop() {
        take(step.lanes, toward: origin) { before, after in
          after.shortfall == 0 && after.cost <= limit && after.moves < before.moves
        }
      }
    }
  }

  private func isWithin(_ limit: Int64) -> Bool { state.isFeasible && state.objective <= limit }

  /// Steps of a level that change something, with their prices at this place.
  private func steps(
    _ level: [[Int]], toward end: End, _ shouldStop: () -> Bool, where isUseful: (Step) -> Bool
  ) -> [Step] {
    var result: [Step] = []
    for lanes in level where lanes.contains(where: { state.replicas[$0] != end.replicas[$0] }) {
      if shouldStop() { break }
      let (mark, cost, moves) = (state.mark(), state.objective, moves)
      pull(lanes, toward: end)
      let step = Step(lanes: lanes, cost: state.objective - cost, moves: self.moves - moves)
      state.rollback(to: mark)
      if isUseful(step) { result.append(step) }
    }
    return result
  }

  /// Makes a step and keeps it if it is as good as hoped.
  private func take(
    _ lanes: [Int], toward end: End,
    if isGood: (
      _ before: (shortfall: Int64, cost: Int64, moves: Int64),
      _ after: (shortfall: Int64, cost: Int64, moves: Int64)
    ) -> Bool
  ) {
    let mark = state.mark()
    let before = (state.shortfall, state.objective, moves)
    pull(lanes, toward: end)
    if isGood(before, (state.shortfall, state.objective, moves)) {
      state.commit()
    } else {
      state.rollback(to: mark)
    }
  }

  // MARK: One step

  /// Gives some lanes the replicas and routes that they have at an end, as far as that is possible,
  /// and serves elsewhere what they no longer do.
  private func pull(_ lanes: [Int], toward end: End) {
    search.clearPending()
    let mark = state.mark()
    for lane in lanes where state.replicas[lane] > end.replicas[lane] {
      state.removeReplicas(lane: lane, count: state.replicas[lane] - end.replicas[lane])
    }
    for lane in lanes where state.replicas[lane] < end.replicas[lane] {
      state.addReplicas(lane: lane, upTo: end.replicas[lane] - state.replicas[lane])
    }
    for lane in lanes where state.replicas[lane] > 0 {
      for arc in index.lanes.arcs(lane) { reroute(Int(index.options.ofArc[arc]), toward: end) }
    }
    search.collectPending(since: mark)
    for demand in search.pending {
      search.insertion.insert(Int(demand), into: state, random: &search.random)
    }
    search.settle()
  }

  /// Moves parts of a demand to an option that has more of them at an end, from those that have fewer.
  private func reroute(_ option: Int, toward end: End) {
    let wanted = end.parts[option] - state.parts[option]
    guard wanted > 0 else { return }
    let demand = Int(index.options.demand[option])
    var free = state.room(option, wanted)
    var missing = free - (index.options.parts[demand] - state.served[demand])
    for other in index.options.range(demand) where missing > 0 {
      let surplus = min(state.parts[other] - end.parts[other], missing)
      guard other != option, surplus > 0 else { continue }
      state.applyParts(other, -surplus)
      missing -= surplus
    }
    free = min(free, index.options.parts[demand] - state.served[demand])
    if free > 0 { state.applyParts(option, free) }
  }
}
