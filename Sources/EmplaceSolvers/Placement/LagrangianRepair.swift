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

  /// Offers the plan that column values (times ``BlockMinimiser/unit``) lead to; with `insists`,
  /// also where it would rest.
  func offer(_ values: [Int64], source: String, insists: Bool = false) {
    calls += 1
    guard resting == 0 || insists else {
      resting -= 1
      return
    }
    let state = PlacementState(index: index)
    // What is whole fits wherever the values did; then what was rounded away.
    state.take(formulation.solution(from: values.map { $0 / BlockMinimiser.unit }))
    routeRounded(values, state)
    state.commit()
    let random = RandomGenerator(seed: run.seed).split(UInt64(calls))
    let search = PlacementSearch(state, random: random)
    let before = run.objective
    let (isInserted, isWhole) = search.complete { run.shouldStop() }
    if isWhole { finish(search, source: source) }
    if insists { return }
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

  /// Offers the plan that values in units of 1 lead to; where all are whole, as they are first.
  func offer(_ values: [Double], source: String, insists: Bool = false) {
    let program = formulation.program
    if insists, values.prefix(program.columnCount).allSatisfy({ abs($0 - $0.rounded()) < 1e-6 }) {
      let whole = values.prefix(program.columnCount).map { Int64($0.rounded()) }
      if program.firstViolation(at: whole) == nil,
        run.offer(formulation.solution(from: whole), source: source)
      {
        return
      }
    }
    let unit = Double(BlockMinimiser.unit)
    offer(
      values.prefix(formulation.program.columnCount).map {
        Int64(min(max(($0 * unit).rounded(), -0x1p56), 0x1p56))
      }, source: source, insists: insists)
  }

  /// Routes one part more where a value was rounded down, the cheapest arcs of a demand first.
  private func routeRounded(_ values: [Int64], _ state: PlacementState) {
    var wishes: [(demand: Int, cost: Int64, lane: Int)] = []
    for lane in run.instance.lanes.indices where state.replicas(ofLane: lane) > 0 {
      let arcs = run.instance.arcs(ofLane: lane)
      let start = formulation.column(ofRoutes: lane)
      for arc in arcs where values[start + arc - arcs.lowerBound] % BlockMinimiser.unit > 0 {
        wishes.append((Int(run.instance.arcDemand[arc]), run.instance.arcCost[arc], lane))
      }
    }
    wishes.sort { ($0.demand, $0.cost, $0.lane) < ($1.demand, $1.cost, $1.lane) }
    for wish in wishes where state.unservedParts(ofDemand: wish.demand) > 0 {
      if state.room(demand: wish.demand, lane: wish.lane) > 0 {
        _ = state.route(demand: wish.demand, lane: wish.lane, parts: 1)
      }
    }
  }
}
