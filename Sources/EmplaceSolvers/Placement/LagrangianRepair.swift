internal import EmplaceCore
internal import EmplaceProblems

/// Turns minimisers of the blocks into plans: replicas as far as the limits over several pools
/// allow, routes as far as they fit, the rest inserted and improved.
///
/// Source: the Lagrangian heuristics of Beasley 1993, doi:10.1016/0377-2217(93)90225-7.
final class LagrangianRepair {
  private let formulation: PlacementFormulation
  private let run: Run<Placement>
  private let index: PlacementIndex
  private var calls = 0
  /// Offers to pass over: after one without gain twice as many as before, at most ``longestRest``.
  private var resting = 0
  private var rest = 1
  private static let longestRest = 64

  init(_ formulation: PlacementFormulation, _ index: PlacementIndex, _ run: Run<Placement>) {
    self.formulation = formulation
    self.index = index
    self.run = run
  }

  /// Offers the plan that column values (times ``BlockMinimiser/unit``) lead to.
  func offer(_ values: [Int64], source: String) {
    calls += 1
    guard resting == 0 else {
      resting -= 1
      return
    }
    let state = PlacementState(index: index)
    startReplicas(values, state)
    routeParts(values, state)
    state.commit()
    let random = RandomGenerator(seed: run.seed).split(UInt64(calls))
    let search = PlacementSearch(state, random: random)
    // What must go somewhere whole is left to ejection, which moves others out of its way.
    for (demand, element) in run.instance.demands.enumerated()
    where element.parts > 1 || element.unservedCost != nil { search.addPending(demand) }
    let isInserted = !search.pending.isEmpty
    if isInserted { search.recreate(noise: 0) }
    search.settle()
    let before = run.objective
    if search.repairCover(limit: 500, shouldStop: { run.shouldStop() }) {
      finish(search, source: source)
    }
    // Insertion takes long, ejection is quick.
    rest = run.objective < before || !isInserted ? 1 : min(2 * rest, Self.longestRest)
    resting = rest - 1
  }

  /// Improves what is near enough to the incumbent, and offers what beats it.
  private func finish(_ search: PlacementSearch, source: String) {
    let state = search.state
    search.settle()
    if run.objective == .max || Double(state.totals.objective) < 1.1 * Double(run.objective) {
      search.descend(rounds: 2) { run.shouldStop() }
    }
    if state.isFeasible, state.totals.objective < run.objective {
      run.offer(state.solution(), source: source)
    }
  }

  /// Offers the plan that values in units of 1 lead to.
  func offer(_ values: [Double], source: String) {
    let unit = Double(BlockMinimiser.unit)
    offer(
      values.prefix(formulation.program.columnCount).map {
        Int64(min(max(($0 * unit).rounded(), -0x1p56), 0x1p56))
      }, source: source)
  }

  private func startReplicas(_ values: [Int64], _ state: PlacementState) {
    for lane in run.instance.lanes.indices {
      let value = values[formulation.column(ofReplicas: lane)]
      var count = value / BlockMinimiser.unit - state.replicas(ofLane: lane)
      while count > 0, state.addReplicas(lane: lane, count: 1) { count -= 1 }
    }
  }

  /// Routes, the cheapest arcs of a demand first.
  private func routeParts(_ values: [Int64], _ state: PlacementState) {
    var wishes: [(demand: Int, cost: Int64, lane: Int, parts: Int64)] = []
    for lane in run.instance.lanes.indices where state.replicas(ofLane: lane) > 0 {
      let arcs = run.instance.arcs(ofLane: lane)
      let start = formulation.column(ofRoutes: lane)
      for arc in arcs {
        let value = values[start + arc - arcs.lowerBound]
        if value > 0 {
          wishes.append(
            (
              Int(run.instance.arcDemand[arc]), run.instance.arcCost[arc], lane,
              (value + BlockMinimiser.unit - 1) / BlockMinimiser.unit
            ))
        }
      }
    }
    wishes.sort { ($0.demand, $0.cost, $0.lane) < ($1.demand, $1.cost, $1.lane) }
    for wish in wishes {
      let open = min(wish.parts, state.unservedParts(ofDemand: wish.demand))
      let parts = min(open, state.room(demand: wish.demand, lane: wish.lane))
      if parts > 0 { _ = state.route(demand: wish.demand, lane: wish.lane, parts: parts) }
    }
  }
}
