public import EmplaceCore

/// Finds mixed-integer rounding cuts that a point violates.
///
/// From each row in turn, rows are added that cancel divisible columns away from their bounds, and
/// after each addition the sum is rounded by several divisors. The search works in doubles and only
/// chooses: what it returns are steps that ``RoundingCut`` repeats in integers.
///
/// Source: Marchand, Wolsey 2001, doi:10.1287/opre.49.3.363.12644 (aggregation and rounding).
public struct RoundingCuts: Sendable {
  /// A violated cut.
  public struct Found: Sendable {
    /// The steps that derive it.
    public var cut: RoundingCut
    /// The row that they lead to.
    public var row: RoundingCut.Row
    /// How far the point lies beyond it, over the length of its coefficients where columns are
    /// measured in units of their range.
    public var efficacy: Double
  }

  /// Most rows summed, rows that bound single columns not counted.
  static let mostRows = 6
  /// Most rows in a sum that is given.
  static let mostRowsOfSum = 200
  let program: IntegerProgram
  /// Columns to aggregate and to bound by others rather than to round.
  let divisible: [Bool]
  /// Rows of each column: entries `start[c]..<start[c + 1]` of `rows` and `values`.
  let start: [Int]
  let rows: [Int32]
  let values: [Double]
  /// The row `column <= bound * other` of each column and its other column, where there is one.
  let links: [Link?]

  /// A row `column - bound * other <= 0`.
  struct Link: Sendable {
    var row: Int
    var other: Int
    var bound: Double
  }

  /// A separator for the rows of `program`.
  ///
  /// Sums are built to hold few of the columns that `divisible` names, by default those that are
  /// divisible in the program; cuts are valid for any choice.
  public init(_ program: IntegerProgram, divisible: [Bool]? = nil) {
    let divisible = divisible ?? program.divisible
    self.program = program
    self.divisible = divisible
    var start = [Int](repeating: 0, count: program.columnCount + 1)
    for column in program.entryColumn { start[Int(column) + 1] += 1 }
    for column in 0..<program.columnCount { start[column + 1] += start[column] }
    var next = start
    var rows = [Int32](repeating: 0, count: program.entryCount)
    var values = [Double](repeating: 0, count: program.entryCount)
    var links = [Link?](repeating: nil, count: program.columnCount)
    for row in 0..<program.rowCount {
      let entries = program.entries(ofRow: row)
      for entry in entries {
        let column = Int(program.entryColumn[entry])
        rows[next[column]] = Int32(row)
        values[next[column]] = Double(program.entryCoefficient[entry])
        next[column] += 1
      }
      if let (column, link) = Self.link(program, row, divisible) { links[column] = link }
    }
    self.start = start
    self.rows = rows
    self.values = values
    self.links = links
  }

  /// Reads a row as a bound on a divisible column by a column that is not.
  private static func link(
    _ program: IntegerProgram, _ row: Int, _ divisible: [Bool]
  ) -> (Int, Link)? {
    let entries = program.entries(ofRow: row)
    guard entries.count == 2, program.relation[row] == .atMost, program.rightHandSide[row] == 0
    else { return nil }
    for (one, two) in [
      (entries.lowerBound, entries.lowerBound + 1),
      (entries.lowerBound + 1, entries.lowerBound),
    ] {
      let (column, other) = (Int(program.entryColumn[one]), Int(program.entryColumn[two]))
      guard divisible[column], !divisible[other],
        program.entryCoefficient[one] == 1, program.entryCoefficient[two] < 0
      else { continue }
      return (column, Link(row: row, other: other, bound: -Double(program.entryCoefficient[two])))
    }
    return nil
  }

  /// Cuts that `relaxation` (values of all columns) violates, the strongest first, at most `limit`
  /// and no two nearly parallel.
  ///
  /// Sums begin with each row of the program and are, beside those, `sums`: weights of all rows,
  /// such as the rows of a simplex table.
  public func separate(
    _ relaxation: [Double], sums: [[Double]] = [], limit: Int, shouldStop: () -> Bool = { false }
  ) -> [Found] {
    var aggregation = RoundingAggregation(self, relaxation)
    var found: [Found] = []
    for row in 0..<program.rowCount {
      if row % 64 == 0, shouldStop() { return [] }
      found += aggregation.cuts(from: row)
    }
    for weights in sums { found += aggregation.cuts(summing: weights) }
    found.sort { ($0.efficacy, $1.cut.rows[0]) > ($1.efficacy, $0.cut.rows[0]) }
    return distinct(found, limit)
  }

  /// Keeps what is not nearly parallel to a stronger one.
  private func distinct(_ found: [Found], _ limit: Int) -> [Found] {
    var kept: [Found] = []
    var vectors: [[Double]] = []
    for element in found {
      if kept.count >= limit { break }
      let vector = normalised(element.row)
      let isNew = zip(kept, vectors).allSatisfy { other, values in
        Self.product(element.row.columns, vector, other.row.columns, values) < 0.95
      }
      if isNew {
        kept.append(element)
        vectors.append(vector)
      }
    }
    return kept
  }

  /// Coefficients of a row in units of the columns' ranges, scaled to length 1.
  private func normalised(_ row: RoundingCut.Row) -> [Double] {
    let values = zip(row.columns, row.coefficients).map { Double($1) * range($0) }
    let length = max(values.reduce(0) { $0 + $1 * $1 }.squareRoot(), 1e-300)
    return values.map { $0 / length }
  }

  /// Inner product of two vectors over increasing columns, summed in that order.
  private static func product(
    _ columns: [Int], _ values: [Double], _ others: [Int], _ otherValues: [Double]
  ) -> Double {
    var (sum, one, two) = (0.0, 0, 0)
    while one < columns.count, two < others.count {
      if columns[one] == others[two] { sum += values[one] * otherValues[two] }
      let (a, b) = (columns[one], others[two])
      if a <= b { one += 1 }
      if b <= a { two += 1 }
    }
    return sum
  }

  /// In what a column is measured: divisible ones in units of their range.
  @inline(__always)
  func range(_ column: Int) -> Double {
    divisible[column]
      ? max(1, Double(program.upper[column]) - Double(program.lower[column])) : 1
  }
}
