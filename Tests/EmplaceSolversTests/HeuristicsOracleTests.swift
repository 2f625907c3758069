import EmplaceCore
import EmplaceProblems
import EmplaceTestSupport
import Testing

@testable import EmplaceSolvers

/// Heuristics against enumeration of every decision.
@Suite struct HeuristicsOracleTests {
  /// No heuristic beats the optimum, none is refused, and local search finds it almost always.
  @Test func neverBetterThanBruteForceAndMostlyEqual() throws {
    var (feasible, found, equal) = (0, 0, 0)
    for seed in UInt64(0)..<400 {
      let instance = RandomPlacement.micro.instance(seed: seed)
      var oracle = PlacementBruteForce(instance)
      let optimum = oracle.optimum()
      if let optimum {
        let verdict = Placement.verify(optimum.solution, against: instance)
        #expect(verdict.isFeasible, "seed \(seed): \(verdict.violations)")
        #expect(verdict.objective == optimum.objective, "seed \(seed)")
      }
      let run = Run<Placement>(
        instance: instance, limits: Limits(iterations: 300), seed: seed)
      _ = try LocalSearchPlacement().search(run)
      #expect(run.firstRejection == nil, "seed \(seed): \(run.firstRejection?.violations ?? [])")
      if optimum != nil { feasible += 1 }
      guard let incumbent = run.incumbent else { continue }
      found += 1
      guard let optimum else {
        Issue.record("seed \(seed): a solution where none is feasible")
        continue
      }
      #expect(incumbent.objective >= optimum.objective, "seed \(seed)")
      if incumbent.objective == optimum.objective {
        equal += 1
      } else {
        print("seed \(seed): \(incumbent.objective) against \(optimum.objective)")
      }
    }
    print("feasible \(feasible), found \(found), equal \(equal)")
    #expect(feasible >= 200)
    #expect(found * 100 >= feasible * 97)
    #expect(equal * 100 >= feasible * 90)
  }

  /// The random instances are worth something: each constraint changes the optimum of some.
  @Test func everyConstraintBindsSomewhere() {
    var binding: [String: Int] = [:]
    let labels = (1...16).map { "P\($0)" }
    for seed in UInt64(0)..<400 {
      let instance = RandomPlacement.micro.instance(seed: seed)
      var oracle = PlacementBruteForce(instance)
      let optimum = oracle.optimum()?.objective
      for label in labels {
        var relaxed = PlacementBruteForce(instance, ignoring: [label])
        let value = relaxed.optimum()?.objective
        #expect(value ?? .max <= optimum ?? .max, "seed \(seed), \(label)")
        if value != optimum { binding[label, default: 0] += 1 }
      }
    }
    print("binding", labels.map { "\($0): \(binding[$0] ?? 0)" }.joined(separator: ", "))
    for label in labels { #expect(binding[label] ?? 0 > 0, "\(label)") }
  }

  /// Each kind of limit within a constraint does so too.
  @Test func everyFamilyBindsSomewhere() {
    var binding: [PlacementRelaxation: Int] = [:]
    for seed in UInt64(0)..<400 {
      let instance = RandomPlacement.micro.instance(seed: seed)
      var oracle = PlacementBruteForce(instance)
      let optimum = oracle.optimum()?.objective
      for family in PlacementRelaxation.allCases where binding[family] ?? 0 < 3 {
        var relaxed = PlacementBruteForce(family.relaxed(instance))
        if relaxed.optimum()?.objective != optimum { binding[family, default: 0] += 1 }
      }
    }
    for family in PlacementRelaxation.allCases {
      #expect(binding[family] ?? 0 > 0, "\(family.rawValue)")
    }
  }
}
