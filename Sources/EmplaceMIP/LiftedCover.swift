public import EmplaceCore

/// A row read as a knapsack over literals: each is a binary column or one minus it, with a
/// positive weight, and the weights of the true literals sum to at most the capacity in every
/// solution of the row.
///
/// Columns that are not binary stand at the value that asks least of the row; fixed columns at
/// theirs. Integers only.
public struct KnapsackRow: Sendable, Hashable {
  /// Columns of the literals, increasing.
  public var columns: [Int32]
  /// Whether a literal is one minus its column.
  public var complemented: [Bool]
  /// Weights, positive.
  public var weights: [Int64]
  /// Capacity, not negative.
  public var capacity: Int64

  /// Reads row `row` as `sum <= side` with its coefficients as they are, or (`negated`) with all
  /// signs changed; nil where the relation does not say so, where fewer than two literals remain,
  /// where no values satisfy the row, and where 62 bits do not hold the sums.
  public init?(row: Int, of program: IntegerProgram, negated: Bool) {
    switch program.relation[row] {
    case .atMost where negated, .atLeast where !negated: return nil
    default: break
    }
    var merged: [(column: Int32, coefficient: Int128)] = []
    for entry in program.entries(ofRow: row) {
      let coefficient = Int128(program.entryCoefficient[entry])
      merged.append((program.entryColumn[entry], negated ? -coefficient : coefficient))
    }
    merged = Self.summed(merged)
    let side = Int128(program.rightHandSide[row])
    self.init(terms: merged, side: negated ? -side : side, program: program)
  }

  private init?(
    terms: [(column: Int32, coefficient: Int128)], side: Int128, program: IntegerProgram
  ) {
    (columns, complemented, weights) = ([], [], [])
    var left = side
    var total: Int128 = 0
    let most = Int128(1) << 62
    for (column, coefficient) in terms where coefficient != 0 {
      let (low, high) = (program.lower[Int(column)], program.upper[Int(column)])
      // The least that this column takes of the row.
      left -= coefficient * Int128(coefficient > 0 ? low : high)
      guard abs(left) < Int128(1) << 100 else { return nil }
      guard low == 0, high == 1 else { continue }
      let weight = abs(coefficient)
      total += weight
      guard total < most else { return nil }
      columns.append(column)
      complemented.append(coefficient < 0)
      weights.append(Int64(weight))
    }
    guard columns.count >= 2, left >= 0, left < total else { return nil }
    capacity = Int64(left)
  }

  /// Sums the coefficients of equal columns; the result is in order of the columns.
  private static func summed(_ terms: [(column: Int32, coefficient: Int128)])
    -> [(column: Int32, coefficient: Int128)]
  {
    var result: [(column: Int32, coefficient: Int128)] = []
    for term in terms.sorted(by: { $0.column < $1.column }) {
      if let last = result.last, last.column == term.column {
        result[result.count - 1].coefficient += term.coefficient
      } else {
        result.append(term)
      }
    }
    return result
  }
}

/// A cover inequality of a ``KnapsackRow``, lifted to all its literals, in integers.
///
/// A cover is a set of literals that do not fit together, so not all of them are true: the sum of
/// those outside `atOne` is at most their number less one while `atOne` are true. Lifting gives
/// every other literal, one after another, the largest coefficient that keeps the inequality valid
/// (up-lifting), and takes back the assumption on `atOne` (down-lifting). Each coefficient needs
/// the largest left-hand side within a capacity, read from a table of the least weight for each
/// left-hand side. Whatever cover and order are given, the result is valid.
///
/// Sources: Crowder, Johnson, Padberg 1983, doi:10.1287/opre.31.5.803 (covers and lifting in a
/// solver); Gu, Nemhauser, Savelsbergh 1998, doi:10.1287/ijoc.10.4.427 (order of lifting, the
/// table, literals at one).
public struct LiftedCover: Sendable, Hashable {
  /// Coefficient of each literal of the row.
  public private(set) var coefficients: [Int64]
  /// Right-hand side: the sum of coefficients of true literals is at most this.
  public private(set) var rightHandSide: Int64
  private var table: [Int64]
  private let row: KnapsackRow
  private var capacity: Int64

  /// Lifts the cover `cover` plus `atOne` (positions in the row, disjoint): up-lifts `first`, then
  /// down-lifts `atOne`, then up-lifts `last`. Positions that stand nowhere keep the coefficient
  /// zero. Nil when the set is no cover, or `atOne` alone does not fit, or a position is out of
  /// range or stands twice, or the table gets too long.
  public init?(row: KnapsackRow, cover: [Int], atOne: [Int], first: [Int], last: [Int]) {
    self.row = row
    coefficients = [Int64](repeating: 0, count: row.weights.count)
    var seen = [Bool](repeating: false, count: row.weights.count)
    for position in cover + atOne + first + last {
      guard row.weights.indices.contains(position), !seen[position] else { return nil }
      seen[position] = true
    }
    let reserved = atOne.reduce(0) { $0 + row.weights[$1] }
    let total = cover.reduce(reserved) { $0 + row.weights[$1] }
    guard !cover.isEmpty, reserved <= row.capacity, total > row.capacity else { return nil }
    capacity = row.capacity - reserved
    rightHandSide = Int64(cover.count - 1)
    table = [0]
    for position in cover {
      coefficients[position] = 1
      insert(position)
    }
    for position in first { liftUp(position) }
    for position in atOne { liftDown(position) }
    for position in last { liftUp(position) }
    // The last literals need no place in the table, the others did.
    guard table.count <= Self.longest else { return nil }
  }

  private static let longest = 20_000

  /// Least weight of literals inserted so far whose coefficients sum to at least the index.
  private mutating func insert(_ position: Int) {
    let (gain, weight) = (Int(coefficients[position]), row.weights[position])
    guard gain > 0, table.count <= Self.longest else { return }
    let old = table
    table += [Int64](repeating: .max, count: gain)
    for sum in stride(from: table.count - 1, through: 1, by: -1) {
      let rest = old[max(0, sum - gain)]
      if rest <= row.capacity - min(weight, row.capacity + 1) {
        table[sum] = min(sum < old.count ? old[sum] : .max, rest + weight)
      }
    }
    // Sums that need more than the whole capacity are never asked for.
    while let heaviest = table.last, heaviest > row.capacity { table.removeLast() }
  }

  /// Largest left-hand side within `room`, or nil when `room` is negative.
  private func most(within room: Int64) -> Int64? {
    guard room >= 0 else { return nil }
    // The table increases: the last entry that fits.
    var (low, high) = (0, table.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if table[middle] <= room { low = middle } else { high = middle }
    }
    return Int64(low)
  }

  private mutating func liftUp(_ position: Int) {
    // Where the literal cannot be true as long as `atOne` are, nothing is known of it yet: zero.
    guard let most = most(within: capacity - row.weights[position]) else { return }
    coefficients[position] = max(0, rightHandSide - most)
    insert(position)
  }

  private mutating func liftDown(_ position: Int) {
    let room = capacity + row.weights[position]
    let gain = max(0, (most(within: room) ?? 0) - rightHandSide)
    coefficients[position] = gain
    rightHandSide += gain
    capacity = room
    insert(position)
  }

  /// The inequality in terms of the columns.
  public var cut: Cut {
    var cut = Cut(columns: [], coefficients: [], relation: .atMost, rightHandSide: rightHandSide)
    for position in coefficients.indices where coefficients[position] != 0 {
      let coefficient = coefficients[position]
      cut.columns.append(row.columns[position])
      if row.complemented[position] {
        cut.coefficients.append(-coefficient)
        cut.rightHandSide -= coefficient
      } else {
        cut.coefficients.append(coefficient)
      }
    }
    return cut
  }
}
