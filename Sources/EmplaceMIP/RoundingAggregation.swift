internal import EmplaceCore

/// A sum of rows that grows, with what is needed to round it.
struct RoundingAggregation {
  private let cuts: RoundingCuts
  private let point: [Double]
  /// Slack of each row at the point, in the row's integers.
  private let slack: [Double]
  /// Coefficients of the sum by column, and the columns that have been touched.
  private var coefficient: [Double]
  private var touched: [Int] = []
  private var isTouched: [Bool]
  /// Rows of the sum and their weights.
  private var weights: [(row: Int, weight: Double)] = []

  private var program: IntegerProgram { cuts.program }

  init(_ cuts: RoundingCuts, _ point: [Double]) {
    self.cuts = cuts
    self.point = point
    let program = cuts.program
    coefficient = Array(repeating: 0, count: program.columnCount)
    isTouched = Array(repeating: false, count: program.columnCount)
    slack = (0..<program.rowCount).map { row in
      var sum = 0.0
      for entry in program.entries(ofRow: row) {
        sum += Double(program.entryCoefficient[entry]) * point[Int(program.entryColumn[entry])]
      }
      let over = Double(program.rightHandSide[row]) - sum
      return max(0, program.relation[row] == .atLeast ? -over : abs(over))
    }
  }

  /// Cuts from sums that begin with `row`: the first that is found for either sign.
  mutating func cuts(from row: Int) -> [RoundingCuts.Found] {
    guard slack[row] <= 0.1 * Double(program.rowUnit[row]) else { return [] }
    var result: [RoundingCuts.Found] = []
    let signs: [Double] =
      switch program.relation[row] {
      case .atMost: [1]
      case .atLeast: [-1]
      case .equal: [1, -1]
      }
    for sign in signs {
      clear()
      add(row, weight: sign)
      for _ in 1...RoundingCuts.mostRows {
        if let found = round() {
          result.append(found)
          break
        }
        guard extend() else { break }
      }
    }
    return result
  }

  /// Cuts from one weighted sum of all rows and from its opposite.
  mutating func cuts(summing all: [Double]) -> [RoundingCuts.Found] {
    var result: [RoundingCuts.Found] = []
    let sizes = all.indices.map { abs(all[$0]) * Double(program.rowUnit[$0]) }
    let least = 1e-9 * (sizes.max() ?? 0)
    for sign in [1.0, -1] {
      clear()
      for row in all.indices where sizes[row] > least && abs(all[row]) > 1e-300 {
        weights.append((row, sign * all[row]))
      }
      guard weights.count <= RoundingCuts.mostRowsOfSum else { break }
      if let found = round() { result.append(found) }
    }
    return result
  }

  private mutating func clear() {
    for column in touched {
      coefficient[column] = 0
      isTouched[column] = false
    }
    touched.removeAll(keepingCapacity: true)
    weights.removeAll(keepingCapacity: true)
  }

  private mutating func add(_ row: Int, weight: Double) {
    weights.append((row, weight))
    for entry in program.entries(ofRow: row) {
      let column = Int(program.entryColumn[entry])
      coefficient[column] += weight * Double(program.entryCoefficient[entry])
      if !isTouched[column] {
        isTouched[column] = true
        touched.append(column)
      }
    }
  }

  /// How far a divisible column is from the nearest of its bounds, in units of its range.
  private func distance(_ column: Int) -> Double {
    let value = point[column]
    var result = min(
      value - Double(program.lower[column]), Double(program.upper[column]) - value)
    if let link = cuts.links[column] {
      result = min(result, max(0, link.bound * point[link.other] - value))
    }
    return result / cuts.range(column)
  }

  /// Adds the row that best cancels the divisible column farthest from its bounds; false when
  /// there is none.
  private mutating func extend() -> Bool {
    var best: (column: Int, distance: Double, partner: (row: Int, value: Double))?
    for column in touched where cuts.divisible[column] && coefficient[column] != 0 {
      let distance = distance(column)
      if distance > 1e-4, distance > best?.distance ?? 0, let partner = partner(of: column) {
        best = (column, distance, partner)
      }
    }
    guard let best else { return false }
    add(best.partner.row, weight: -coefficient[best.column] / best.partner.value)
    // What is left is rounding.
    coefficient[best.column] = 0
    return true
  }

  /// A tight row that holds a column and is not in the sum: with the fewest entries, equalities
  /// first; one whose slack would get a negative coefficient only if nothing else is there.
  private func partner(of column: Int) -> (row: Int, value: Double)? {
    var best: (key: (Int, Int), row: Int, value: Double)?
    for position in cuts.start[column]..<cuts.start[column + 1] {
      let row = Int(cuts.rows[position])
      if slack[row] > 1e-6 * Double(program.rowUnit[row]) { continue }
      if let link = cuts.links[column], link.row == row { continue }
      if weights.contains(where: { $0.row == row }) { continue }
      let value = cuts.values[position]
      let weight = -coefficient[column] / value
      let isLegal =
        switch program.relation[row] {
        case .equal: true
        case .atMost: weight > 0
        case .atLeast: weight < 0
        }
      let entries = program.entries(ofRow: row)
      guard entries.count <= 400 else { continue }
      let rank = program.relation[row] == .equal ? 0 : isLegal ? 1 : 2
      let key = (rank, entries.count)
      if best.map({ key < $0.key }) ?? true { best = (key, row, value) }
    }
    return best.map { ($0.row, $0.value) }
  }
}

// MARK: - Rounding

extension RoundingAggregation {
  /// Rounds the sum as it stands by several divisors.
  private mutating func round() -> RoundingCuts.Found? {
    guard let whole = wholeWeights() else { return nil }
    var sum = RoundingSum(cuts, point, slack)
    for (row, multiplier) in whole { sum.add(row, multiplier) }
    return sum.best()
  }

  /// Weights as whole multipliers: exact where they are multiples of the smallest, else so fine that
  /// the sum in units of its rows is off by about 2^-48 for each unit of a row.
  private func wholeWeights() -> [(row: Int, multiplier: Double)]? {
    let smallest = weights.reduce(Double.infinity) { min($0, abs($1.weight)) }
    guard smallest > 0, smallest.isFinite else { return nil }
    let isExact = weights.allSatisfy {
      let ratio = $0.weight / smallest
      return abs(ratio) < 0x1p40 && abs(ratio - ratio.rounded()) < 1e-9 * abs(ratio)
    }
    let largest = weights.reduce(0) { max($0, abs($1.weight) * Double(program.rowUnit[$1.row])) }
    let factor = isExact ? 1 / smallest : 0x1p48 / largest
    return weights.compactMap {
      let multiplier = ($0.weight * factor).rounded()
      return multiplier == 0 ? nil : ($0.row, multiplier)
    }
  }
}
