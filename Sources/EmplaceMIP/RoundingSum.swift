internal import EmplaceCore

/// A sum of rows with whole multipliers, columns measured from the bounds that they are near, and
/// its roundings.
struct RoundingSum {
  private let cuts: RoundingCuts
  private let point: [Double]
  private let slack: [Double]
  private var multipliers: [Int: Double] = [:]
  private var coefficients: [Int: Double] = [:]
  private var side = 0.0

  /// A term over whole numbers that are not negative.
  private struct Term {
    var coefficient: Double
    var value: Double
    /// Column, or -1 for a slack.
    var column: Int
    var isComplemented = false
  }

  init(_ cuts: RoundingCuts, _ point: [Double], _ slack: [Double]) {
    self.cuts = cuts
    self.point = point
    self.slack = slack
  }

  mutating func add(_ row: Int, _ multiplier: Double) {
    let program = cuts.program
    multipliers[row, default: 0] += multiplier
    side += multiplier * Double(program.rightHandSide[row])
    for entry in program.entries(ofRow: row) {
      coefficients[Int(program.entryColumn[entry]), default: 0] +=
        multiplier * Double(program.entryCoefficient[entry])
    }
  }

  /// The strongest violated rounding.
  mutating func best() -> RoundingCuts.Found? {
    linkColumns()
    var terms = self.terms()
    var left = side
    for term in terms where term.column >= 0 {
      left -= shift(term)
    }
    var best: (efficacy: Double, divisor: Double)?
    func attempt(_ divisor: Double) {
      guard divisor >= 1, divisor < 0x1p62 else { return }
      let efficacy = efficacy(terms, left, divisor)
      if efficacy > best?.efficacy ?? 1e-4 { best = (efficacy, divisor) }
    }
    var divisors: Set<Double> = []
    for term in terms where isInside(term) { divisors.insert(abs(term.coefficient)) }
    for divisor in divisors.sorted() { attempt(divisor) }
    guard let found = best else { return nil }
    for part in [2.0, 4, 8] { attempt((found.divisor / part).rounded()) }
    // Columns inside their range, measured from the other bound.
    let inside = terms.indices.filter { isInside(terms[$0]) }
    for position in inside {
      let before = (terms[position], left, best)
      flip(&terms[position], &left)
      attempt(best?.divisor ?? found.divisor)
      if (best?.efficacy ?? 0) <= (before.2?.efficacy ?? 0) {
        (terms[position], left) = (before.0, before.1)
      }
    }
    guard let best else { return nil }
    return exact(terms, best.divisor, left)
  }

  /// Whether a term is a column that is not divisible, strictly between its bounds.
  private func isInside(_ term: Term) -> Bool {
    term.column >= 0 && !cuts.divisible[term.column] && term.value > 1e-6
      && term.value < room(term.column) - 1e-6
  }

  private func room(_ column: Int) -> Double {
    Double(cuts.program.upper[column]) - Double(cuts.program.lower[column])
  }

  /// Replaces divisible columns by their distance to the bound that a link sets, where the point is
  /// nearer to it than to their own bounds.
  private mutating func linkColumns() {
    for (column, coefficient) in coefficients.sorted(by: { $0.key < $1.key })
    where coefficient != 0 {
      guard let link = cuts.links[column] else { continue }
      let value = point[column]
      let distance = max(0, link.bound * point[link.other] - value)
      let own = min(
        value - Double(cuts.program.lower[column]), Double(cuts.program.upper[column]) - value)
      if distance < own { add(link.row, -coefficient) }
    }
  }

  private func terms() -> [Term] {
    let program = cuts.program
    var result: [Term] = []
    for (column, coefficient) in coefficients.sorted(by: { $0.key < $1.key })
    where coefficient != 0 {
      let (lower, upper) = (Double(program.lower[column]), Double(program.upper[column]))
      let value = min(max(point[column], lower), upper)
      if upper - value < value - lower {
        result.append(
          Term(
            coefficient: -coefficient, value: upper - value, column: column,
            isComplemented: true))
      } else {
        result.append(Term(coefficient: coefficient, value: value - lower, column: column))
      }
    }
    for (row, multiplier) in multipliers.sorted(by: { $0.key < $1.key }) {
      let sign: Double =
        switch program.relation[row] {
        case .equal: 0
        case .atMost: 1
        case .atLeast: -1
        }
      if sign * multiplier < 0 {
        result.append(Term(coefficient: sign * multiplier, value: slack[row], column: -1))
      }
    }
    return result
  }

  /// What measuring a column from a bound moves to the side.
  private func shift(_ term: Term) -> Double {
    let bound =
      term.isComplemented
      ? Double(cuts.program.upper[term.column]) : Double(cuts.program.lower[term.column])
    return (term.isComplemented ? -term.coefficient : term.coefficient) * bound
  }

  private func flip(_ term: inout Term, _ left: inout Double) {
    left += shift(term)
    term.coefficient = -term.coefficient
    term.isComplemented.toggle()
    term.value = room(term.column) - term.value
    left -= shift(term)
  }

  /// How far the point lies beyond the rounded sum, over the length of its coefficients.
  private func efficacy(_ terms: [Term], _ left: Double, _ divisor: Double) -> Double {
    let quotient = (left / divisor).rounded(.down)
    let rest = left - quotient * divisor
    guard rest > 0.01 * divisor, rest < 0.999 * divisor else { return 0 }
    var (violation, length) = (-quotient * (divisor - rest), 0.0)
    for term in terms {
      let whole = (term.coefficient / divisor).rounded(.down)
      let over = max(0, term.coefficient - whole * divisor - rest)
      let value = (divisor - rest) * whole + over
      violation += value * term.value
      let size = value * (term.column < 0 ? 1 : cuts.range(term.column))
      length += size * size
    }
    guard length > 0 else { return 0 }
    return violation / length.squareRoot()
  }

  /// The steps and the row that they lead to in integers, if it is violated as well.
  private func exact(_ terms: [Term], _ divisor: Double, _ left: Double) -> RoundingCuts.Found? {
    let rest = left - (left / divisor).rounded(.down) * divisor
    let scale = max(1, ((divisor - rest) / 0x1p26).rounded(.down))
    let rows = multipliers.filter { $0.value != 0 }.sorted { $0.key < $1.key }
    guard rows.allSatisfy({ abs($0.value) < 0x1p62 }) else { return nil }
    let cut = RoundingCut(
      rows: rows.map(\.key), multipliers: rows.map { Int64($0.value) },
      complemented: terms.filter { $0.isComplemented }.map(\.column),
      divisor: Int64(divisor), scale: Int64(scale))
    guard let row = try? cut.row(on: cuts.program), !row.columns.isEmpty else { return nil }
    var (violation, length) = (-Double(row.side), 0.0)
    for (column, coefficient) in zip(row.columns, row.coefficients) {
      violation += Double(coefficient) * point[column]
      let size = Double(coefficient) * cuts.range(column)
      length += size * size
    }
    let efficacy = violation / length.squareRoot()
    return efficacy > 1e-4 ? .init(cut: cut, row: row, efficacy: efficacy) : nil
  }
}
