import EmplaceCore
import EmplaceFleet
import EmplaceInstances
import EmplaceProblems
import EmplaceTestSupport
import Testing

@testable import EmplaceSolvers

@Suite struct HeuristicsSearchTests {
  /// Every construction offers only what verifies, and the state it leaves is what it says.
  @Test(arguments: GreedyPlacement.Construction.allCases)
  func constructionsVerify(construction: GreedyPlacement.Construction) throws {
    for seed in UInt64(0)..<250 {
      let instance = RandomPlacement().instance(seed: seed)
      let index = try PlacementIndex(instance)
      let run = Run<Placement>(instance: instance, limits: Limits(), seed: seed)
      let state = GreedyPlacement(construction: construction).construct(index, run: run)
      #expect(run.firstRejection == nil, "seed \(seed): \(run.firstRejection?.violations ?? [])")
      #expect(state.audit() == nil, "seed \(seed)")
      let verdict = Placement.verify(state.solution(), against: instance)
      #expect(verdict.isFeasible == state.isFeasible, "seed \(seed): \(verdict.violations)")
      if state.isFeasible { #expect(run.objective == state.objective, "seed \(seed)") }
    }
  }

  /// Seeds of micro instances that have a plan, by enumeration of every decision.
  private static let feasibleSeeds: [UInt64] = (0..<400 as Range<UInt64>).filter {
    var oracle = PlacementBruteForce(RandomPlacement.micro.instance(seed: $0))
    return oracle.optimum() != nil
  }

  /// About four in ten random instances have no plan at all; of the others each construction finds
  /// one nearly always.
  @Test(arguments: GreedyPlacement.Construction.allCases)
  func constructionsFindAPlanWhereThereIsOne(construction: GreedyPlacement.Construction) throws {
    #expect(Self.feasibleSeeds.count >= 200)
    var missed: [UInt64] = []
    for seed in Self.feasibleSeeds {
      let instance = RandomPlacement.micro.instance(seed: seed)
      let index = try PlacementIndex(instance)
      let run = Run<Placement>(instance: instance, limits: Limits(), seed: seed)
      let state = GreedyPlacement(construction: construction).construct(index, run: run)
      if !state.isFeasible { missed.append(seed) }
    }
    #expect(missed.count * 100 <= Self.feasibleSeeds.count * 3, "\(missed)")
  }

  /// Every generated fleet has a plan, and greedy finds one.
  @Test(arguments: PlacementGenerator.Family.allCases)
  func greedyServesGeneratedFleets(family: PlacementGenerator.Family) throws {
    for (size, seeds) in [(.tiny, 20), (.s, 10)] as [(PlacementGenerator.Size, UInt64)] {
      for seed in 1...seeds {
        let fleet = PlacementGenerator(size: size, family: family, seed: seed).fleet()
        let instance = try PlacementDerivation(fleet: fleet).instance(threads: 1)
        let run = Run<Placement>(instance: instance, limits: Limits(), seed: 1)
        _ = try GreedyPlacement.best.search(run)
        #expect(run.incumbent != nil, "\(fleet.name)")
        #expect(run.firstRejection == nil, "\(fleet.name): \(run.firstRejection?.violations ?? [])")
      }
    }
  }

  /// Local search improves on a construction, offers only what verifies, and leaves an exact state.
  @Test func searchVerifiesAndImproves() throws {
    var (feasible, improved) = (0, 0)
    for seed in UInt64(0)..<220 {
      let instance = RandomPlacement().instance(seed: seed)
      let index = try PlacementIndex(instance)
      let run = Run<Placement>(instance: instance, limits: Limits(), seed: seed)
      var state = GreedyPlacement(construction: .nearest).construct(index, run: run)
      let before = run.objective
      var random = RandomGenerator(seed: seed)
      LocalSearchPlacement().improve(&state, run: run, generator: &random, iterations: 150)
      #expect(run.firstRejection == nil, "seed \(seed): \(run.firstRejection?.violations ?? [])")
      #expect(state.audit() == nil, "seed \(seed)")
      #expect(run.objective <= before)
      if state.isFeasible { #expect(state.objective >= run.objective, "seed \(seed)") }
      if run.incumbent != nil { feasible += 1 }
      if run.objective < before { improved += 1 }
    }
    #expect(feasible >= 80)
    #expect(improved * 4 >= feasible)
  }

  /// The same seed and iteration limit give the same solution; another seed takes another way.
  @Test func repeatsForASeed() throws {
    for seed in UInt64(0)..<20 {
      let instance = RandomPlacement().instance(seed: seed)
      let runs = try (0..<2).map { _ in
        let run = Run<Placement>(
          instance: instance, limits: Limits(iterations: 200), seed: seed)
        let end = try LocalSearchPlacement().search(run)
        #expect(end == .iterationLimit)
        return run
      }
      #expect(runs[0].incumbent?.solution == runs[1].incumbent?.solution, "seed \(seed)")
      #expect(
        runs[0].events.map { [$0.objective] } == runs[1].events.map { [$0.objective] })
    }
  }

  /// Constructions share the threads of the run, and so does what they read.
  @Test func greedyDoesNotDependOnThreads() throws {
    for seed in UInt64(1)...3 {
      let fleet = PlacementGenerator(size: .s, family: .metro, seed: seed).fleet()
      let instance = try PlacementDerivation(fleet: fleet).instance(threads: 1)
      let plans = try [1, 2, 5].map { threads in
        let run = Run<Placement>(instance: instance, limits: Limits(threads: threads), seed: 1)
        #expect(try GreedyPlacement.best.search(run) == .exhausted)
        return try #require(run.incumbent)
      }
      for plan in plans {
        #expect(plan.solution == plans[0].solution && plan.source == plans[0].source, "\(seed)")
      }
    }
  }

  /// Tidying comes to an end: no site is left to look at again, and a second time changes nothing.
  @Test func tidyingEnds() throws {
    var closable = 0
    for seed in UInt64(0)..<200 {
      var instance = RandomPlacement().instance(seed: seed)
      for site in instance.sites.indices { instance.sites[site].openingCost = 1 }
      for artifact in instance.artifacts.indices { instance.artifacts[artifact].removeCost += 1 }
      let state = PlacementState(index: try PlacementIndex(instance))
      for site in state.presentCount.indices where state.presentCount[site] > 0 {
        closable += 1
        state.touchSite(site)
      }
      state.tidy()
      #expect(state.dirtySites.isEmpty, "seed \(seed)")
      let mark = state.mark()
      state.tidy()
      #expect(state.mark() == mark, "seed \(seed)")
    }
    #expect(closable > 100)
  }

  /// A cancelled run and one out of time end at once, with what was found.
  @Test func stopsWhenAsked() throws {
    let instance = RandomPlacement().instance(seed: 3)
    let cancelled = Run<Placement>(instance: instance, limits: Limits(), seed: 1)
    cancelled.stop()
    #expect(try LocalSearchPlacement().search(cancelled) == .cancelled)
    let late = Run<Placement>(instance: instance, limits: Limits(timeSeconds: 0.2), seed: 1)
    #expect(try LocalSearchPlacement().search(late) == .timeLimit)
    #expect(late.elapsedSeconds < 2)
  }

  /// An instance without anything to decide is solved by deciding nothing.
  @Test func emptyInstances() throws {
    var instance = PlacementInstance()
    for _ in 0..<2 {
      let run = Run<Placement>(instance: instance, limits: Limits(iterations: 10), seed: 1)
      _ = try LocalSearchPlacement().search(run)
      #expect(run.firstRejection == nil)
      #expect(run.incumbent != nil)
      instance.demands = [.init(name: "alone", parts: 3, unservedCost: 2)]
      instance.rate = [1]
    }
  }

  /// Numbers beyond what sums can hold are refused in words.
  @Test func refusesHugeNumbers() {
    var instance = RandomPlacement().instance(seed: 1)
    instance.demands[0].unservedCost = .max
    #expect(throws: SolveError.self) { try PlacementIndex(instance) }
    instance.demands[0].unservedCost = 1
    instance.demands[0].parts = 1 << 40
    #expect(throws: SolveError.self) { try PlacementIndex(instance) }
  }

  /// Hostile capacities neither crash nor lead to refused offers.
  @Test func survivesExtremeNumbers() throws {
    for seed in UInt64(0)..<40 {
      var instance = RandomPlacement().instance(seed: seed)
      for lane in instance.lanes.indices {
        switch lane % 4 {
        case 0: instance.lanes[lane].capacity = .max
        case 1: instance.lanes[lane].deviceMiB = .max
        case 2: instance.lanes[lane].most = .max
        default: instance.lanes[lane].milliwatts = .max
        }
      }
      let run = Run<Placement>(instance: instance, limits: Limits(iterations: 50), seed: seed)
      _ = try LocalSearchPlacement().search(run)
      #expect(run.firstRejection == nil, "seed \(seed): \(run.firstRejection?.violations ?? [])")
    }
  }

  /// A warm start keeps the solution it is given.
  @Test func startsFromASolution() throws {
    for seed in UInt64(0)..<100 {
      let instance = RandomPlacement().instance(seed: seed)
      let index = try PlacementIndex(instance)
      let run = Run<Placement>(instance: instance, limits: Limits(iterations: 50), seed: seed)
      _ = try LocalSearchPlacement().search(run)
      guard let incumbent = run.incumbent else { continue }
      let state = PlacementState(index: index, solution: incumbent.solution)
      #expect(state.isFeasible, "seed \(seed)")
      #expect(state.objective <= incumbent.objective, "seed \(seed)")
      #expect(Placement.verify(state.solution(), against: instance).isFeasible, "seed \(seed)")
    }
  }
}
