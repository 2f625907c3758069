internal import EmplaceCore
internal import EmplaceMIP

// Cuts at the nodes of a tree. They hold everywhere: a node uses what was found at another.

extension RelaxationTree {
  /// Most rounds of cuts at a node.
  private static let cutRounds = 3
  /// Share of the gap to the incumbent that a round must gain for another to follow.
  private static let leastGain = 0.05
  /// Most dives that start without looking for new cuts, one after another.
  private static let longestRest = 16
  /// Most cuts loaded beyond those of the root before those that carry nothing are removed.
  static let mostBeyondRoot = 100

  /// Adds cuts that the values of a node violate, while they raise its relaxation; nil where that
  /// closes the node.
  mutating func tighten(
    _ index: Int, _ start: LPAnswer, _ oracle: Oracle
  ) throws(BackendError) -> LPAnswer? {
    var answer = start
    guard loop != nil else { return answer }
    let looksForNew = isStart && resting == 0
    if isStart, resting > 0 { resting -= 1 }
    let first = answer.objective ?? 0
    defer { if looksForNew { learnCuts(gain: (answer.objective ?? first) - first, oracle) } }
    for _ in 0..<Self.cutRounds {
      guard let values = answer.values, let before = answer.objective,
        try loop?.tighten(at: values, looksForNew: looksForNew) == true
      else { break }
      reload()
      guard let next = try relax(index, oracle), !closesByBound(index, oracle) else {
        return nil
      }
      // Beyond the incumbent but not exactly so: as it was before, which is enough to branch.
      guard next.values != nil else { return answer }
      answer = next
      let gap = Double(oracle.incumbent()) - before
      if (next.objective ?? before) - before < Self.leastGain * gap { break }
    }
    if let count = loop?.loaded.count, count > mostLoaded {
      try loop?.purge()
      reload()
    }
    return answer
  }

  /// Rests longer from looking for new cuts the less they gain: it takes long.
  private mutating func learnCuts(gain: Double, _ oracle: Oracle) {
    let gap = Double(oracle.incumbent()) - Double(bound)
    rest = gain < Self.leastGain * gap ? min(2 * rest, Self.longestRest) : 1
    resting = rest - 1
  }

  /// The dual over the rows that are loaded now.
  private mutating func reload() {
    guard let loop else { return }
    var next = LagrangianDual(
      program: loop.program, denominator: dual.denominator, coarseBits: dual.coarseBits,
      pricesSeveralRows: true)
    for column in restricted {
      let (lower, upper) = dual.bounds(ofColumn: column)
      next.setBounds(column: column, lower: lower, upper: upper)
    }
    dual = next
  }

  /// Multipliers by row of the original program, then by found cut.
  func sparse(_ multipliers: [Int64]) -> SparseMultipliers {
    guard let loop else { return SparseMultipliers(multipliers) }
    let first = loop.original.rowCount
    return SparseMultipliers(multipliers) {
      $0 < first ? $0 : first + loop.loaded[$0 - first]
    }
  }
}
