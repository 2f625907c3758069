import EmplaceCore
import EmplaceFleet
import EmplaceInstances
import EmplaceProblems
import EmplaceTestSupport
import Testing

@testable import EmplaceSolvers

@Suite struct GuidanceTests {
  private static func fleet(seed: UInt64) throws -> PlacementInstance {
    let fleet = PlacementGenerator(size: .tiny, family: .metro, seed: seed).fleet()
    return try PlacementDerivation(fleet: fleet).instance(threads: 1)
  }

  /// Costs and charges of the minimisers of all blocks add up to the value of the dual.
  @Test func chargesAreWhatTheDualPrices() throws {
    for seed in UInt64(1)...5 {
      let formulation = PlacementFormulation(instance: try Self.fleet(seed: seed))
      let program = formulation.program
      var dual = PlacementDual(formulation: formulation).dual()
      var random = RandomGenerator(seed: seed)
      dual.set(
        program.rightHandSide.indices.map { row in
          Double(dual.multipliers[row]) / Double(dual.denominator) + 40 * random.unit() - 20
        })
      let value = Double(try #require(try dual.evaluate())) / Double(dual.denominator)
      var sum = 0.0
      for row in program.rightHandSide.indices {
        sum +=
          Double(dual.multipliers[row]) / Double(dual.denominator)
          * Double(program.rightHandSide[row])
      }
      let charges = dual.charges
      for column in charges.indices {
        sum +=
          (Double(program.cost[column]) + charges[column])
          * Double(dual.values[column]) / Double(BlockMinimiser.unit)
      }
      #expect(abs(sum - value) <= 1e-6 * abs(value), "seed \(seed): \(sum) for \(value)")
    }
  }

  /// A plan that is rounded comes back: feasible, and hardly dearer.
  @Test func roundingKeepsAPlan() throws {
    for seed in UInt64(1)...10 {
      let instance = try Self.fleet(seed: seed)
      let index = try PlacementIndex(instance)
      let run = Run<Placement>(instance: instance, limits: Limits(iterations: 2_000), seed: seed)
      _ = try LocalSearchPlacement().search(run)
      let plan = try #require(run.incumbent)
      let formulation = PlacementFormulation(instance: instance)
      let rounding = BlockRounding(
        formulation: formulation, index: index,
        charges: ScarcityCharges(PlacementDual(formulation: formulation).dual(), formulation))
      let values = formulation.values(of: plan.solution).map { Double($0) }
      let rounded = rounding.plan(near: values, seed: seed)
      let verdict = Placement.verify(rounded, against: instance)
      #expect(verdict.isFeasible, "seed \(seed): \(verdict.violations)")
      let objective = verdict.objective
      #expect(
        Double(objective) <= 1.05 * Double(plan.objective),
        "seed \(seed): \(objective) after \(plan.objective)")
    }
  }

  /// Steps that may not rent leave a state in which nodes may be rented again.
  @Test func rentingIsAllowedAgain() throws {
    let instance = try Self.fleet(seed: 2)
    let index = try PlacementIndex(instance)
    let run = Run<Placement>(instance: instance, limits: Limits(), seed: 1)
    var state = GreedyPlacement.best.construct(index, run: run)
    var random = RandomGenerator(seed: 1)
    LocalSearchPlacement().improve(&state, run: run, generator: &random, iterations: 500)
    #expect(state.mayRent)
    #expect(state.audit() == nil)
    let nodes = { (0..<index.pools.count).reduce(Int64(0)) { $0 + state.nodes[$1] } }
    let before = nodes()
    #expect(before > (0..<index.pools.count).reduce(Int64(0)) { $0 + index.pools.owned[$1] })
    PlacementSearch(state, random: random).ruin(.rented)
    #expect(nodes() < before)
  }
}
