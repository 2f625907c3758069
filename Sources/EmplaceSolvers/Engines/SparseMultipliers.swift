internal import EmplaceCore

/// Whole multipliers of rows, those that are not zero.
struct SparseMultipliers {
  /// Rows, increasing.
  private(set) var rows: [Int32] = []
  /// Numerator of each.
  private(set) var numerators: [Int64] = []

  /// From dense ones; `place` renumbers their rows.
  init(_ dense: [Int64], place: (Int) -> Int = { $0 }) {
    var pairs: [(row: Int32, numerator: Int64)] = []
    for (row, numerator) in dense.enumerated() where numerator != 0 {
      pairs.append((Int32(truncatingIfNeeded: place(row)), numerator))
    }
    pairs.sort { $0.row < $1.row }
    rows = pairs.map(\.row)
    numerators = pairs.map(\.numerator)
  }

  private init() {}

  /// What is to be added to `base` to come to these.
  func change(from base: SparseMultipliers) -> SparseMultipliers {
    var result = SparseMultipliers()
    var (one, two) = (0, 0)
    while one < rows.count || two < base.rows.count {
      let (a, b) = (
        one < rows.count ? rows[one] : .max, two < base.rows.count ? base.rows[two] : .max
      )
      var difference: Int64 = 0
      if a <= b { difference += numerators[one]; one += 1 }
      if b <= a { difference -= base.numerators[two]; two += 1 }
      if difference != 0 {
        result.rows.append(min(a, b))
        result.numerators.append(difference)
      }
    }
    return result
  }
}
