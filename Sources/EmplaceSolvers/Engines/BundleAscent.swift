public import EmplaceCore

/// Climbs a ``LagrangianDual`` by a proximal bundle method with one model a block.
///
/// Each iteration evaluates the dual at the multipliers that the model proposes, which is an exact
/// bound whatever the model is worth; where it gained enough of what the model promised, it becomes
/// the new centre. The weights of the vertices are a fractional primal solution.
/// Source: Kiwiel 1990, doi:10.1007/BF01585731 (proximity control).
public struct BundleAscent {
  /// The dual; after a climb at its best multipliers.
  public var dual: LagrangianDual
  /// Best value since the last restart, times the denominator.
  public private(set) var bestValue: Int128?
  /// Best multipliers since the last restart.
  public private(set) var bestMultipliers: [Int64]
  /// Whether an evaluation found an empty block: the program has no solution.
  public private(set) var isEmpty = false
  /// Whether the model promises nothing more.
  public private(set) var isConverged = false
  /// What the model promised beyond the best value, in units of the objective.
  public private(set) var promise = Double.infinity
  /// Number of evaluations so far.
  public private(set) var evaluations = 0
  private let model: BundleModel
  private var nullSteps = 0
  /// Whether a step that promises too little is tried longer before the climb counts as converged,
  /// and the metric follows the multipliers: for a root that is climbed once, not for the nodes of a
  /// tree.
  public var lengthens = false
  /// Steps in a row that were lengthened because they promised too little.
  private var lengthened = 0

  /// Passes over the model from one look at how exact its minimum is to the next, and most looks.
  private static let passes = 5
  private static let looks = 24
  /// Share of what the model could promise at most that a proposal has to promise.
  private static let accuracy = 0.8

  /// An ascent from the dual's multipliers. `worth` says for each row how much money flows through
  /// it, in units of the objective; it shapes the metric.
  public init(dual: LagrangianDual, worth: [Double]) {
    self.dual = dual
    bestMultipliers = dual.multipliers
    model = BundleModel(dual: dual, worth: worth)
    model.restart(dual: dual, restricted: [])
  }

  /// Step length of the model.
  public var scale: Double {
    get { model.scale }
    set { model.scale = newValue }
  }

  /// Starts again from the dual's multipliers, after a change of bounds of `restricted` columns.
  public mutating func restart(restricted: Set<Int> = []) {
    bestValue = nil
    bestMultipliers = dual.multipliers
    isEmpty = false
    isConverged = false
    promise = .infinity
    nullSteps = 0
    lengthened = 0
    model.restart(dual: dual, restricted: restricted)
  }

  /// A fractional solution: the averaged vertices, by column.
  public func average() -> [Double] { model.average() }

  /// Makes up to `iterations` evaluations towards `target`, an upper bound on the optimum in units
  /// of the objective.
  ///
  /// Ends early when `shouldStop` says so, when a block is empty, and when the model promises less
  /// than `share` of what is missing to the target.
  public mutating func climb(
    iterations: Int, target: Double, share: Double, shouldStop: () -> Bool,
    onEvaluation: (borrowing LagrangianDual, Int128) -> Void = { _, _ in }
  ) throws(BlockMinimiser.Failure) {
    defer { dual.multipliers = bestMultipliers }
    for _ in 0..<iterations {
      let value: Int128
      do throws(BlockMinimiser.Failure) {
        guard let result = try dual.evaluate() else {
          isEmpty = true
          return
        }
        value = result
      } catch {
        // A step too far for the numbers of a block: a shorter one.
        guard case .overflow = error, let bestValue else { throw error }
        model.scale *= 0.1
        improve(beyond: Double(bestValue) / Double(dual.denominator), least: 0)
        dual.set(model.proposal())
        continue
      }
      evaluations += 1
      onEvaluation(dual, value)
      judge(value)
      model.add(dual)
      let best = Double(bestValue ?? value) / Double(dual.denominator)
      let least = max(share * (target - best), 1e-10 * abs(best))
      improve(beyond: best, least: least)
      if promise < least {
        // A short step promises little: only one that does so at several lengths has converged.
        lengthened += 1
        if !lengthens || lengthened > 3 || model.scale >= 1 {
          isConverged = true
          return
        }
        model.scale *= 4
      } else {
        lengthened = 0
      }
      dual.set(model.proposal())
      if shouldStop() { return }
    }
  }

  /// Minimises the model until its proposal promises enough, and a good share of what an exact
  /// minimum would, or until none promises enough; where that takes too long, in shorter steps.
  private mutating func improve(beyond best: Double, least: Double) {
    for _ in 0..<20 {
      model.settle()
      for _ in 0..<Self.looks {
        let isDone = model.minimise(dual, passes: Self.passes, tolerance: 0.002 * least)
        promise = model.value(dual) - best
        let most = model.regularisedMaximum() - best
        if most < least {
          promise = most
          return
        }
        if promise >= max(least, Self.accuracy * most) { return }
        guard isDone else { continue }
        // At a node of a tree that is good enough.
        if !lengthens { return }
        break
      }
      if promise >= least { return }
      model.scale *= 0.5
    }
  }

  /// Takes the multipliers as the new centre where they gained enough; adapts the step length.
  private mutating func judge(_ value: Int128) {
    guard let best = bestValue else {
      bestValue = value
      bestMultipliers = dual.multipliers
      return
    }
    let gain = Double(value - best) / Double(dual.denominator)
    if gain > 0.1 * promise || (gain > 0 && promise <= 0) {
      bestValue = value
      bestMultipliers = dual.multipliers
      if lengthens { model.follow(dual) } else { model.moveCentre(to: dual) }
      if gain > 0.5 * promise { model.scale *= 2 }
      nullSteps = 0
    } else {
      nullSteps += 1
      if nullSteps >= 20 || gain < -promise {
        model.scale *= 0.7
        nullSteps = 0
      }
    }
  }
}
