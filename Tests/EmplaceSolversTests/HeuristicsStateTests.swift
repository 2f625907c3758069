import EmplaceCore
import EmplaceProblems
import EmplaceTestSupport
import Testing

@testable import EmplaceSolvers

@Suite struct HeuristicsStateTests {
  /// Random operations keep every figure equal to its recomputation, break no limit, and can all be
  /// taken back.
  @Test(arguments: 0..<20) func randomOperationsStayExact(block: Int) throws {
    for seed in UInt64(block * 15)..<UInt64(block * 15 + 15) {
      let instance = RandomPlacement().instance(seed: seed)
      let state = PlacementState(index: try PlacementIndex(instance))
      #expect(state.audit() == nil, "seed \(seed)")
      var random = RandomGenerator(seed: seed)
      let before = state.solution()
      let start = state.mark()
      for step in 0..<60 {
        operate(state, &random)
        if let difference = state.audit() {
          Issue.record("seed \(seed), step \(step): \(difference)")
          break
        }
        expectOnlyCover(state, instance, "seed \(seed), step \(step)")
      }
      state.rollback(to: start)
      #expect(state.solution() == before, "seed \(seed)")
      #expect(state.audit() == nil, "seed \(seed)")
    }
  }

  /// One random operation.
  private func operate(_ state: PlacementState, _ random: inout RandomGenerator) {
    let instance = state.index.instance
    guard !instance.lanes.isEmpty else { return }
    let lane = random.below(instance.lanes.count)
    switch random.below(8) {
    case 0, 1:
      let cost = state.costOfAdding(lane: lane)
      let before = state.objective
      let isDone = state.addReplicas(lane: lane)
      #expect(isDone == (cost != PlacementState.impossible))
      if isDone { #expect(state.objective - before == cost, "cost of adding") }
    case 2: state.removeReplicas(lane: lane, count: Int64(1 + random.below(2)))
    case 3, 4, 5:
      let arcs = instance.arcs(ofLane: lane)
      guard !arcs.isEmpty else { return }
      let demand = Int(instance.arcDemand[arcs.lowerBound + random.below(arcs.count)])
      let room = state.room(demand: demand, lane: lane)
      if room > 0 { #expect(state.route(demand: demand, lane: lane, parts: room)) }
    case 6: state.tidy()
    default:
      state.completeSpread()
      state.completeFailures()
    }
  }

  /// The verifier finds nothing broken but what `shortfall` counts.
  private func expectOnlyCover(
    _ state: PlacementState, _ instance: PlacementInstance, _ comment: String
  ) {
    let verdict = Placement.verify(state.solution(), against: instance)
    if state.isFeasible {
      #expect(verdict.isFeasible, "\(comment): \(verdict.violations)")
    } else if state.unsound == 0 {
      #expect(!verdict.isFeasible, "\(comment): shortfall \(state.shortfall)")
      let soft: Set = ["P1", "P3", "P8", "P9", "P14", "P16"]
      #expect(
        verdict.violations.allSatisfy { soft.contains($0.constraint) },
        "\(comment): \(verdict.violations)")
    }
    if !verdict.violations.contains(where: { $0.constraint == "shape" }) {
      #expect(verdict.objective == state.objective, "\(comment)")
    }
  }
}
