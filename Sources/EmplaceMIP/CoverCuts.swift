public import EmplaceCore

/// Finds lifted cover inequalities that a point violates, for every row that reads as a knapsack
/// over binary columns: also rows with a switch, `sum a x <= Q y`, whose covers say
/// `sum x <= (|C| - 1) y`.
///
/// Separation is greedy, exactness of the cuts is not: each comes from ``LiftedCover``, which is
/// integers alone, and the point only chooses which.
///
/// Sources: Crowder, Johnson, Padberg 1983, doi:10.1287/opre.31.5.803; Gu, Nemhauser, Savelsbergh
/// 1998, doi:10.1287/ijoc.10.4.427.
public struct CoverCuts: Sendable {
  /// A knapsack and the row that it reads.
  public struct Source: Sendable {
    /// Row of the program.
    public let row: Int
    /// Whether the row was negated.
    public let negated: Bool
    /// The knapsack.
    public let knapsack: KnapsackRow
  }

  /// A violated inequality with everything that derives it again.
  public struct Found: Sendable {
    /// Position in ``CoverCuts/sources``.
    public var source: Int
    /// Literals of the cover, as ``LiftedCover`` takes them.
    public var cover: [Int]
    /// Literals at one.
    public var atOne: [Int]
    /// Literals lifted first.
    public var first: [Int]
    /// Literals lifted last.
    public var last: [Int]
    /// The inequality.
    public var cut: Cut
    /// How far the point lies beyond it, in its own scale.
    public var violation: Double
  }

  /// The rows that read as knapsacks.
  public let sources: [Source]

  /// Reads the rows of `program`.
  public init(_ program: IntegerProgram) {
    var sources: [Source] = []
    for row in 0..<program.rowCount {
      for negated in [false, true] {
        guard let knapsack = KnapsackRow(row: row, of: program, negated: negated),
          knapsack.weights.contains(where: { $0 != knapsack.weights[0] })
            || knapsack.capacity % knapsack.weights[0] != 0
        else { continue }
        sources.append(Source(row: row, negated: negated, knapsack: knapsack))
      }
    }
    self.sources = sources
  }

  /// Inequalities that `relaxation` (values of all columns) violates by at least
  /// `leastViolation`, strongest first, at most `limit`.
  public func separate(_ relaxation: [Double], limit: Int = 100, leastViolation: Double = 1e-3)
    -> [Found]
  {
    var found: [Found] = []
    for index in sources.indices {
      if let cut = separate(source: index, relaxation), cut.violation >= leastViolation {
        found.append(cut)
      }
    }
    found.sort { ($0.violation, $1.source) > ($1.violation, $0.source) }
    return Array(found.prefix(limit))
  }

  private func separate(source: Int, _ relaxation: [Double]) -> Found? {
    let row = sources[source].knapsack
    let values = row.columns.indices.map { position in
      let value = min(1, max(0, relaxation[Int(row.columns[position])]))
      return row.complemented[position] ? 1 - value : value
    }
    let fractional = values.contains { $0 > 1e-6 && $0 < 1 - 1e-6 }
    guard fractional, let set = cover(of: row, values: values) else { return nil }
    let inside = Set(set)
    var atOne = set.filter { values[$0] >= 1 - 1e-6 }
    var rest = set.filter { values[$0] < 1 - 1e-6 }
    if rest.isEmpty { (rest, atOne) = (atOne, []) }
    // First what is fractional, large values first; at the end what is zero, heavy ones first.
    let others = row.weights.indices.filter { !inside.contains($0) }
    let first = others.filter { values[$0] > 1e-6 }.sorted { (values[$1], $0) < (values[$0], $1) }
    let last = others.filter { values[$0] <= 1e-6 }
      .sorted { (row.weights[$1], $0) < (row.weights[$0], $1) }
    // The heaviest at one is taken back first: its coefficient becomes the largest.
    atOne.sort { (row.weights[$1], $0) < (row.weights[$0], $1) }
    guard
      let lifted = LiftedCover(row: row, cover: rest, atOne: atOne, first: first, last: last)
    else { return nil }
    var violation = -Double(lifted.rightHandSide)
    for position in values.indices {
      violation += Double(lifted.coefficients[position]) * values[position]
    }
    return Found(
      source: source, cover: rest, atOne: atOne, first: first, last: last, cut: lifted.cut,
      violation: violation)
  }

  /// A minimal cover that the point almost fills: literals by how little they lack of one for
  /// their weight, until they do not fit; then those that are not needed go, lacking most first.
  private func cover(of row: KnapsackRow, values: [Double]) -> [Int]? {
    let lack = values.map { 1 - $0 }
    let order = row.weights.indices.filter { values[$0] > 1e-6 }
      .sorted {
        let (a, b) = (lack[$0] / Double(row.weights[$0]), lack[$1] / Double(row.weights[$1]))
        return a != b ? a < b : $0 < $1
      }
    var set: [Int] = []
    var excess = -row.capacity
    for position in order where excess <= 0 {
      set.append(position)
      excess += row.weights[position]
    }
    guard excess > 0 else { return nil }
    for position in set.sorted(by: { (lack[$1], $0) < (lack[$0], $1) })
    where row.weights[position] < excess {
      excess -= row.weights[position]
      set.removeAll { $0 == position }
    }
    return set
  }
}
