public import EmplaceCore

/// Climbs a ``LagrangianDual`` by deflected subgradient steps in a diagonal metric.
///
/// Step: Polyak's rule against a target; direction: subgradient plus 0.7 times the previous
/// direction at equal norm; the step factor shrinks after a run of stalls, and the search goes back
/// to the best multipliers.
/// Sources: Held, Wolfe, Crowder 1974, doi:10.1007/BF01580223; Camerini, Fratta, Maffioli 1975,
/// doi:10.1007/BFb0120697.
public struct SubgradientAscent {
  /// The dual; after ``climb(iterations:target:shouldStop:)`` at its best multipliers.
  public var dual: LagrangianDual
  /// Best value so far, times the denominator.
  public private(set) var bestValue: Int128?
  /// Best multipliers so far.
  public private(set) var bestMultipliers: [Int64]
  /// Exponentially averaged minimisers, by column, in units of 1: a fractional primal solution.
  public private(set) var average: [Double]
  /// Whether some evaluation found an empty block: the program has no solution.
  public private(set) var isEmpty = false
  /// Number of evaluations so far.
  public private(set) var evaluations = 0
  /// Factor of the Polyak step.
  public var factor = 1.0
  /// Stalls after which the factor shrinks.
  public var patience = 30
  private var multipliers: [Double]
  private var direction: [Double]
  /// Squared step scale of each relaxed row: money per squared unit of the row.
  private let metric: [Double]
  private let rows: [Int]
  private var isKept: [Bool]
  private var stalls = 0

  /// An ascent from the dual's multipliers. `worth` says for each row how much money flows through
  /// it, in units of the objective; it shapes the metric.
  public init(dual: LagrangianDual, worth: [Double]) {
    self.dual = dual
    rows = dual.relaxedRows
    isKept = Self.isKept(dual)
    bestMultipliers = dual.multipliers
    average = Array(repeating: 0, count: dual.program.columnCount)
    let program = dual.program
    multipliers = rows.map { Double(dual.multipliers[$0]) / Double(dual.denominator) }
    direction = Array(repeating: 0, count: rows.count)
    metric = rows.map { row in
      var scale = abs(Double(program.rightHandSide[row]))
      for entry in program.entries(ofRow: row) {
        scale = max(scale, abs(Double(program.entryCoefficient[entry])))
      }
      return max(worth[row], 1e-9) / max(scale * scale, 1)
    }
  }

  private static func isKept(_ dual: LagrangianDual) -> [Bool] {
    var result = [Bool](repeating: false, count: dual.program.rowCount)
    for row in dual.kept where row >= 0 { result[row] = true }
    return result
  }

  /// Starts again from other multipliers or after a change of bounds or kept rows.
  public mutating func restart(factor: Double) {
    bestValue = nil
    bestMultipliers = dual.multipliers
    for (position, row) in rows.enumerated() {
      multipliers[position] = Double(dual.multipliers[row]) / Double(dual.denominator)
      direction[position] = 0
    }
    self.factor = factor
    stalls = 0
    isEmpty = false
    isKept = Self.isKept(dual)
  }

  /// Makes up to `iterations` steps towards `target` (an upper bound on the optimum, in units of
  /// the objective). Ends early when `shouldStop` says so, the factor is exhausted, or a block is
  /// empty. `onImprove` sees the best value after each improvement.
  public mutating func climb(
    iterations: Int, target: Double, shouldStop: () -> Bool,
    onEvaluation: (borrowing LagrangianDual, Int128) -> Void = { _, _ in }
  ) throws(BlockMinimiser.Failure) {
    for _ in 0..<iterations {
      guard let value = try dual.evaluate() else {
        isEmpty = true
        return
      }
      evaluations += 1
      onEvaluation(dual, value)
      updateAverage()
      if bestValue.map({ value > $0 }) ?? true {
        let gain = bestValue.map { Double(value - $0) } ?? .infinity
        bestValue = value
        bestMultipliers = dual.multipliers
        if gain > 1e-4 * max(target * Double(dual.denominator) - Double(value), 0) { stalls = 0 }
      } else {
        stalls += 1
      }
      if stalls >= patience {
        stalls = 0
        factor *= 0.7
        returnToBest()
        if factor < 1e-4 { break }
      }
      if shouldStop() { break }
      let distance = target - Double(value) / Double(dual.denominator)
      guard distance > 0, step(distance: distance) else { break }
    }
    dual.multipliers = bestMultipliers
  }

  private mutating func returnToBest() {
    for (position, row) in rows.enumerated() {
      multipliers[position] = Double(bestMultipliers[row]) / Double(dual.denominator)
      direction[position] = 0
    }
  }

  private mutating func updateAverage() {
    let weight = 0.1
    let unit = weight / Double(BlockMinimiser.unit)
    let isFirst = evaluations == 1
    for column in average.indices {
      let value = Double(dual.values[column])
      average[column] =
        isFirst
        ? value / Double(BlockMinimiser.unit) : average[column] * (1 - weight) + value * unit
    }
  }

  /// One step; false when the subgradient is zero.
  private mutating func step(distance: Double) -> Bool {
    var residuals = [Double](repeating: 0, count: rows.count)
    var norm = 0.0
    var oldNorm = 0.0
    for (position, row) in rows.enumerated() {
      if isKept[row] { continue }
      var residual = dual.residual(ofRow: row)
      // A multiplier at zero that would only leave its sign does not count.
      switch dual.program.relation[row] {
      case .atLeast where multipliers[position] <= 0 && residual < 0: residual = 0
      case .atMost where multipliers[position] >= 0 && residual > 0: residual = 0
      default: break
      }
      residuals[position] = residual
      norm += metric[position] * residual * residual
      oldNorm += metric[position] * direction[position] * direction[position]
    }
    guard norm > 0 else { return false }
    let deflection = oldNorm > 0 ? 0.7 * (norm / oldNorm).squareRoot() : 0
    var mixedNorm = 0.0
    for position in rows.indices {
      direction[position] = residuals[position] + deflection * direction[position]
      mixedNorm += metric[position] * direction[position] * direction[position]
    }
    guard mixedNorm > 0 else { return false }
    let length = factor * distance / mixedNorm
    for (position, row) in rows.enumerated() where !isKept[row] {
      var value = multipliers[position] + length * metric[position] * direction[position]
      switch dual.program.relation[row] {
      case .atLeast: value = max(value, 0)
      case .atMost: value = min(value, 0)
      case .equal: break
      }
      multipliers[position] = value
      dual.multipliers[row] = Self.numerator(value * Double(dual.denominator))
    }
    return true
  }

  private static func numerator(_ value: Double) -> Int64 {
    abs(value) < 0x1p56 ? Int64(value.rounded()) : (value < 0 ? -(1 << 56) : 1 << 56)
  }
}
