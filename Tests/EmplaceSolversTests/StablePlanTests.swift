import EmplaceCore
import EmplaceFleet
import EmplaceInstances
import EmplaceProblems
import EmplaceTestSupport
import Testing

@testable import EmplaceSolvers

/// Plans that stay close to yesterday's.
@Suite struct StablePlanTests {
  /// Yesterday's plan, today's instance, and the best plan of a search from yesterday's.
  private struct Days {
    let index: PlacementIndex
    let yesterday: PlacementSolution
    let best: Incumbent<PlacementSolution>

    init(size: PlacementGenerator.Size, seed: UInt64, factor: String, iterations: Int) throws {
      let fleet = PlacementGenerator(size: size, seed: seed).fleet()
      let monday = try PlacementDerivation(fleet: fleet).instance(threads: 1)
      let first = Run<Placement>(
        instance: monday, limits: Limits(iterations: 2 * iterations), seed: seed)
      _ = try LocalSearchPlacement().search(first)
      let change = FleetChange.rate(
        demand: fleet.demands[0].id, by: try #require(FleetChange.Factor(factor)))
      let tuesday = try PlacementDerivation(fleet: fleet.changed(by: [change])).instance(threads: 1)
      let plan = try #require(first.incumbent)
      let bytes = SolutionFile(plan.solution, objective: plan.objective, of: monday)
        .bytes(for: monday)
      yesterday = try SolutionFile.readWarmStart(bytes, file: "", for: tuesday).solution
      let second = Run<Placement>(
        instance: tuesday, limits: Limits(iterations: iterations), seed: seed + 1,
        warmStart: WarmStart(solution: yesterday))
      _ = try LocalSearchPlacement().search(second)
      best = try #require(second.incumbent)
      index = try PlacementIndex(tuesday)
    }

    func limit(_ share: Double) -> Int64 {
      best.objective + Int64(share * Double(best.objective))
    }

    func plan(_ share: Double) -> PlacementSolution {
      StablePlan(index, to: yesterday, seed: 1)
        .plan(near: best.solution, costing: limit(share)) { false }
    }

    func moves(_ solution: PlacementSolution) -> Int64 {
      ReplicaChanges(from: yesterday, to: solution, in: index.instance).total
    }
  }

  /// A demand that doubles: whatever is spent, the plan holds and costs no more than allowed; with a
  /// twentieth of the cost to spend, at most half as many replicas move over all seeds.
  @Test(arguments: [PlacementGenerator.Size.tiny, .s])
  func moreCostBuysFewerMoves(size: PlacementGenerator.Size) throws {
    var (all, few): (Int64, Int64) = (0, 0)
    for seed in UInt64(1)...3 {
      let days = try Days(size: size, seed: seed, factor: "x2", iterations: 4_000)
      let free = days.moves(days.best.solution)
      all += free
      for share in [0, 0.002, 0.01, 0.05] {
        let plan = days.plan(share)
        let verdict = Placement.verify(plan, against: days.index.instance)
        let moves = days.moves(plan)
        #expect(verdict.violations == [], "\(size) seed \(seed) share \(share)")
        #expect(verdict.objective <= days.limit(share), "\(size) seed \(seed) share \(share)")
        #expect(moves <= free)
        print(size, seed, share, moves, free, verdict.objective - days.best.objective)
        if share == 0.05 { few += moves }
      }
    }
    #expect(few * 2 <= all, "\(size): \(few) of \(all)")
  }

  /// A demand that grows by a hundredth moves at most a hundredth of the copies.
  @Test func smallChangesMoveLittle() throws {
    for seed in UInt64(1)...3 {
      let days = try Days(size: .s, seed: seed, factor: "+1%", iterations: 4_000)
      let copies = days.yesterday.replicas.reduce(0) { $0 + $1.count }
      let moves = days.moves(days.plan(0.01))
      print("s", seed, "moves", moves, "of", copies, "free", days.moves(days.best.solution))
      #expect(moves * 100 <= copies, "seed \(seed)")
    }
  }

  @Test func theSameGoesInAndComesOut() throws {
    let days = try Days(size: .tiny, seed: 4, factor: "x2", iterations: 4_000)
    #expect(days.plan(0.01) == days.plan(0.01))
    let again = try Days(size: .tiny, seed: 4, factor: "x2", iterations: 4_000)
    #expect(again.plan(0.01) == days.plan(0.01))
  }

  /// A plan that still holds and is cheap enough stays as it is.
  @Test func whatHoldsStays() throws {
    let days = try Days(size: .tiny, seed: 2, factor: "x0.999", iterations: 4_000)
    let verdict = Placement.verify(days.yesterday, against: days.index.instance)
    #expect(verdict.isFeasible)
    let share = Double(verdict.objective - days.best.objective) / Double(days.best.objective)
    #expect(days.plan(share + 1e-6) == days.yesterday)
  }

  /// On instances of a dozen decisions, any two plans: the result holds, costs no more than allowed and
  /// never moves more than the best plan; where everything is allowed it is the plan known.
  @Test func randomPlansAreMet() throws {
    var (walks, gained) = (0, 0)
    for seed in UInt64(0)..<150 {
      let instance = RandomPlacement.micro.instance(seed: seed)
      var oracle = PlacementBruteForce(instance)
      var plans: [(solution: PlacementSolution, objective: Int64)] = []
      oracle.visit { plans.append(($0, $1)) }
      guard let best = plans.min(by: { $0.objective < $1.objective }), plans.count > 3 else {
        continue
      }
      let index = try PlacementIndex(instance)
      for known in stride(from: 0, to: plans.count, by: max(1, plans.count / 4)).map({ plans[$0] })
      {
        walks += 1
        func changes(_ solution: PlacementSolution) -> Int64 {
          ReplicaChanges(from: known.solution, to: solution, in: instance).total
        }
        for limit in [best.objective, (best.objective + known.objective) / 2, known.objective] {
          let plan = StablePlan(index, to: known.solution, seed: 1)
            .plan(near: best.solution, costing: limit) { false }
          let verdict = Placement.verify(plan, against: instance)
          #expect(verdict.violations == [], "seed \(seed)")
          #expect(verdict.objective <= limit, "seed \(seed)")
          #expect(changes(plan) <= changes(best.solution), "seed \(seed)")
          if limit == known.objective { #expect(plan == known.solution, "seed \(seed)") }
          if changes(plan) < changes(best.solution) { gained += 1 }
        }
      }
    }
    print("walks \(walks), gained \(gained)")
    #expect(gained * 4 > walks)
  }
}
