internal import EmplaceCore
internal import EmplaceMIP

// Which column a node is split on.

extension RelaxationTree {
  /// The column to split, by what both sides gain: one of the last class only where no other is
  /// fractional.
  mutating func choice(
    _ values: [Double], _ objective: Double, _ oracle: Oracle
  ) throws(BackendError) -> (column: Int, isLast: Bool)? {
    guard !values.isEmpty else { return nil }
    let last = oracle.branching.count - 1
    for classes in [0..<last, last..<last + 1] {
      var candidates: [Candidate] = []
      for (position, columns) in oracle.branching[classes].enumerated() {
        for column in columns {
          let (lower, upper) = dual.bounds(ofColumn: column)
          guard lower < upper else { continue }
          let fraction = values[column] - values[column].rounded(.down)
          guard fraction > 1e-6, fraction < 1 - 1e-6 else { continue }
          candidates.append(
            Candidate(
              score: costs.score(column, fraction), position: position, column: column,
              fraction: fraction))
        }
      }
      guard !candidates.isEmpty else { continue }
      candidates.sort()
      return (try tried(candidates, values, objective, oracle), classes.lowerBound == last)
    }
    return nil
  }

  /// A column and where to split it beside its whole value, so that one side makes a violated row
  /// hold, or what the blocks would rather have; nil when nothing is left. A row that no column can
  /// mend proves the node infeasible.
  mutating func wholeSplit(_ index: Int, _ whole: [Int64]) -> (column: Int, at: Int64)? {
    let program = dual.program
    if let row = program.firstViolatedRow(at: whole) {
      let excess = program.activity(ofRow: row, at: whole) - Int128(program.rightHandSide[row])
      var best: (reach: Double, column: Int, at: Int64)?
      for entry in program.entries(ofRow: row) {
        let column = Int(program.entryColumn[entry])
        let coefficient = program.entryCoefficient[entry]
        let (lower, upper) = dual.bounds(ofColumn: column)
        let falls = (coefficient > 0) == (excess > 0)
        let room = falls ? whole[column] - lower : upper - whole[column]
        let reach = abs(Double(coefficient)) * Double(room)
        if room > 0, reach > best?.reach ?? 0 {
          best = (reach, column, falls ? whole[column] - 1 : whole[column])
        }
      }
      if let best { return (best.column, best.at) }
      var ray = [Double](repeating: 0, count: program.rowCount)
      ray[row] = excess > 0 ? -1 : 1
      if dual.proves(ray: ray) { closeInfeasible(index) }
      return nil
    }
    var best: (share: Double, column: Int, at: Int64)?
    for column in whole.indices {
      let (lower, upper) = dual.bounds(ofColumn: column)
      let away = Double(dual.values[column]) / Double(BlockMinimiser.unit) - Double(whole[column])
      guard lower < upper, away != 0 else { continue }
      let share = abs(away) / Double(upper - lower)
      if share > best?.share ?? 0 {
        best = (share, column, away < 0 ? whole[column] - 1 : whole[column])
      }
    }
    return best.map { ($0.column, $0.at) }
  }

  /// The best candidate after trial solves of those whose costs are not known well.
  private mutating func tried(
    _ candidates: [Candidate], _ values: [Double], _ objective: Double, _ oracle: Oracle
  ) throws(BackendError) -> Int {
    var best = (score: -1.0, column: candidates[0].column)
    var trials = 0
    var stale = 0
    for candidate in candidates {
      var score = candidate.score
      if !costs.isReliable(candidate.column), trials < mostTrials {
        trials += 1
        score = try trial(candidate.column, candidate.fraction, values, objective, oracle)
      }
      if score > best.score {
        best = (score, candidate.column)
        stale = 0
      } else {
        stale += 1
        if stale >= Self.mostStale { break }
      }
    }
    return best.column
  }

  /// Gains of both sides after a few simplex steps.
  private mutating func trial(
    _ column: Int, _ fraction: Double, _ values: [Double], _ objective: Double, _ oracle: Oracle
  ) throws(BackendError) -> Double {
    let (lower, upper) = dual.bounds(ofColumn: column)
    let floor = Int64(values[column].rounded(.down))
    var gains = [0.0, 0.0]
    for (side, range) in [(lower, floor), (floor + 1, upper)].enumerated() {
      guard range.0 <= range.1 else { continue }
      try session.setBounds(column: column, lower: range.0, upper: range.1)
      let limit = objectiveLimit(oracle)
      let options = LPOptions(iterations: 30, objectiveLimit: limit)
      let answer = try session.solve(options, monitor: StoppingMonitor(oracle.shouldStop))
      if answer.status == .cancelled { throw .failed("stopped") }
      let reached =
        answer.status == .infeasible
        ? limit ?? objective + abs(objective) * 0.01
        : answer.objective ?? objective
      gains[side] = max(0, reached - objective)
      costs.learn(
        column, up: side == 1, gain: gains[side], by: side == 1 ? 1 - fraction : fraction)
    }
    try session.setBounds(column: column, lower: lower, upper: upper)
    return PseudoCosts.score(gains[0], gains[1])
  }

  private static let mostStale = 8
}

/// A fractional column, the most promising first; ties by class.
private struct Candidate: Comparable {
  var score: Double
  var position: Int
  var column: Int
  var fraction: Double

  static func < (a: Candidate, b: Candidate) -> Bool {
    (b.score, a.position, a.column) < (a.score, b.position, b.column)
  }
}
