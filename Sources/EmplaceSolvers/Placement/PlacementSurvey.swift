public import EmplaceCore
public import EmplaceProblems

/// How hard an instance is, as far as short searches that repeat exactly can tell: what greedy
/// constructions leave on the table, and which families of limits decide the plan.
public struct PlacementSurvey: Sendable {
  /// Objective of the best of all named constructions, nil where none found a plan.
  public private(set) var greedyObjective: Int64?
  /// Objective of the best plan known, nil where there is none.
  public private(set) var objective: Int64?
  /// The best plan known.
  public private(set) var solution: PlacementSolution?
  /// Steps of local search after the constructions.
  public let steps: Int
  /// Families without which a cheaper plan was found that the instance itself refuses.
  public private(set) var binding: [PlacementRelaxation] = []

  private let instance: PlacementInstance
  private let seed: UInt64

  /// Runs all constructions, then `steps` steps of local search.
  public init(of instance: PlacementInstance, steps: Int, seed: UInt64) throws(SolveError) {
    self.instance = instance
    self.steps = steps
    self.seed = seed
    let index = try PlacementIndex(instance)
    let run = Run<Placement>(
      instance: instance, limits: Limits(iterations: steps), seed: seed)
    var state = GreedyPlacement.best.construct(index, run: run)
    if run.incumbent != nil { greedyObjective = run.objective }
    if steps > 0 {
      var random = RandomGenerator(seed: seed)
      LocalSearchPlacement().improve(&state, run: run, generator: &random, iterations: steps)
    }
    take(run)
  }

  private mutating func take(_ run: Run<Placement>) {
    guard let incumbent = run.incumbent else { return }
    objective = incumbent.objective
    solution = incumbent.solution
  }

  /// Takes out one family after the other and searches on from the best plan, `steps` steps each;
  /// plans found on the way that the instance accepts replace the best known one.
  ///
  /// A family found here changes the optimum unless the best plan known is not optimal; one that is
  /// not found may all the same.
  public mutating func findBinding(steps: Int) throws(SolveError) {
    let families = PlacementRelaxation.allCases
    var relaxed: [Int64?] = Array(repeating: nil, count: families.count)
    for (position, family) in families.enumerated() {
      guard let known = solution else { return }
      let instance = family.relaxed(instance)
      guard let found = try searchOn(instance, from: known, steps: steps) else { continue }
      if Placement.verify(found.solution, against: self.instance).isFeasible {
        if found.objective < objective ?? .max {
          (objective, solution) = (found.objective, found.solution)
        }
      } else {
        relaxed[position] = found.objective
      }
    }
    binding = families.enumerated().compactMap { position, family in
      guard let value = relaxed[position], let objective, value < objective else { return nil }
      return family
    }
  }

  private func searchOn(
    _ instance: PlacementInstance, from known: PlacementSolution, steps: Int
  ) throws(SolveError) -> Incumbent<PlacementSolution>? {
    let index = try PlacementIndex(instance)
    let run = Run<Placement>(
      instance: instance, limits: Limits(iterations: steps), seed: seed)
    run.offer(known, source: "known")
    var state = PlacementState(index: index, solution: known)
    var random = RandomGenerator(seed: seed)
    LocalSearchPlacement().improve(&state, run: run, generator: &random, iterations: steps)
    return run.incumbent
  }
}
