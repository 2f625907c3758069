/// A row that every integer solution of a program satisfies though its relaxation need not, as the
/// steps that derive it: mixed-integer rounding of a sum of rows.
///
/// Rows of the program (and cuts before this one) are summed with whole multipliers of any sign,
/// each with its slack, a whole number that is not negative. Columns are measured from their lower
/// bound, or where `complemented` from their upper one. The sum reads `sum a t + sum m s <= b` over
/// whole numbers that are not negative, so with `r` the rest of `b` by the divisor `d`,
/// `sum F(a) t + sum F(m) s <= (d - r) floor(b / d)` holds, where
/// `F(a) = (d - r) floor(a / d) + max(0, (a mod d) - r)`. Coefficients and side divided by `scale`
/// and rounded down hold too. Slacks with a positive coefficient are left out, the others replaced
/// by what they measure.
///
/// Sources: Nemhauser, Wolsey 1990, doi:10.1007/BF01585752; Marchand, Wolsey 2001,
/// doi:10.1287/opre.49.3.363.12644.
public struct RoundingCut: Sendable, Hashable, Codable {
  /// Rows summed, increasing: those of the program, then the cuts before this one.
  public var rows: [Int]
  /// Multiplier of each of `rows`, not zero.
  public var multipliers: [Int64]
  /// Columns measured from their upper bound, increasing.
  public var complemented: [Int]
  /// What is rounded to a multiple of it; positive.
  public var divisor: Int64
  /// What coefficients are divided by at the end; positive.
  public var scale: Int64

  /// The steps of a cut.
  public init(
    rows: [Int], multipliers: [Int64], complemented: [Int], divisor: Int64, scale: Int64 = 1
  ) {
    self.rows = rows
    self.multipliers = multipliers
    self.complemented = complemented
    self.divisor = divisor
    self.scale = scale
  }

  /// A row `sum coefficients * columns <= side`.
  public struct Row: Sendable, Hashable {
    /// Columns, increasing.
    public var columns: [Int] = []
    /// Coefficient of each of `columns`, not zero.
    public var coefficients: [Int64] = []
    /// Right-hand side.
    public var side: Int64 = 0
  }
}

extension RoundingCut {
  /// Repeats the steps on the program's integers; says what is wrong with them where they cannot
  /// be taken.
  public func row(on program: IntegerProgram) throws(CertificateError) -> Row {
    try check(on: program)
    var sum = RowSum()
    for (row, multiplier) in zip(rows, multipliers) {
      try sum.add(program, row: row, times: Int128(multiplier))
    }
    let measured = Set(complemented)
    func bound(_ column: Int) -> Int128 {
      Int128(measured.contains(column) ? program.upper[column] : program.lower[column])
    }
    var side = sum.side
    for (column, coefficient) in sum.sorted {
      side = try total(side, product(-coefficient, bound(column)))
    }
    let rounding = try Rounding(side: side, divisor: Int128(divisor), scale: Int128(scale))
    var result = RowSum(side: rounding.side)
    for (column, coefficient) in sum.sorted {
      let sign: Int128 = measured.contains(column) ? -1 : 1
      let rounded = try sign * rounding.coefficient(sign * coefficient)
      try result.add(column, rounded)
      result.side = try total(result.side, product(rounded, bound(column)))
    }
    for (row, multiplier) in zip(rows, multipliers) {
      // The slack of a row `a x <= b` is `b - a x`; that of `a x >= b` is its opposite.
      let sign: Int128
      switch program.relation[row] {
      case .equal: continue
      case .atMost: sign = 1
      case .atLeast: sign = -1
      }
      let rounded = try rounding.coefficient(sign * Int128(multiplier))
      if rounded < 0 { try result.add(program, row: row, times: -sign * rounded) }
    }
    return try result.row()
  }

  private func check(on program: IntegerProgram) throws(CertificateError) {
    func increasing(_ list: [Int], below limit: Int) -> Bool {
      zip(list, list.dropFirst()).allSatisfy { $0 < $1 }
        && list.first.map { $0 >= 0 } ?? true && list.last.map { $0 < limit } ?? true
    }
    guard divisor > 0, scale > 0, rows.count == multipliers.count, !multipliers.contains(0),
      increasing(rows, below: program.rowCount),
      increasing(complemented, below: program.columnCount)
    else { throw CertificateError(node: -1, reason: "the steps of a cut are malformed") }
  }

  /// The rounding function of one divisor and side.
  private struct Rounding {
    let divisor: Int128
    let rest: Int128
    let scale: Int128
    private(set) var side: Int128 = 0

    init(side: Int128, divisor: Int128, scale: Int128) throws(CertificateError) {
      self.divisor = divisor
      self.scale = scale
      let quotient = floorDivided(side, divisor)
      rest = side - quotient * divisor
      self.side = floorDivided(try product(divisor - rest, quotient), scale)
    }

    func coefficient(_ value: Int128) throws(CertificateError) -> Int128 {
      let quotient = floorDivided(value, divisor)
      let over = max(0, value - quotient * divisor - rest)
      return floorDivided(try product(divisor - rest, quotient) + over, scale)
    }
  }
}

/// A weighted sum of rows, by column.
private struct RowSum {
  var coefficients: [Int: Int128] = [:]
  var side: Int128 = 0

  init(side: Int128 = 0) { self.side = side }

  /// Columns, increasing, with their coefficients: the steps fail at the same place on every run.
  var sorted: [(column: Int, coefficient: Int128)] {
    coefficients.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  mutating func add(_ column: Int, _ value: Int128) throws(CertificateError) {
    coefficients[column] = try total(coefficients[column] ?? 0, value)
  }

  mutating func add(
    _ program: IntegerProgram, row: Int, times factor: Int128
  ) throws(CertificateError) {
    for entry in program.entries(ofRow: row) {
      try add(
        Int(program.entryColumn[entry]),
        try product(factor, Int128(program.entryCoefficient[entry])))
    }
    side = try total(side, product(factor, Int128(program.rightHandSide[row])))
  }

  func row() throws(CertificateError) -> RoundingCut.Row {
    var result = RoundingCut.Row()
    for (column, value) in sorted where value != 0 {
      // Its opposite must be a number as well.
      guard let coefficient = Int64(exactly: value), coefficient > .min else { throw cutOverflow }
      result.columns.append(column)
      result.coefficients.append(coefficient)
    }
    guard let side = Int64(exactly: side) else { throw cutOverflow }
    result.side = side
    return result
  }
}

private let cutOverflow = CertificateError(node: -1, reason: "the numbers of a cut overflow")

/// A product below 2^120.
private func product(_ a: Int128, _ b: Int128) throws(CertificateError) -> Int128 {
  try bounded(a.multipliedReportingOverflow(by: b))
}

/// A sum below 2^120.
private func total(_ a: Int128, _ b: Int128) throws(CertificateError) -> Int128 {
  try bounded(a.addingReportingOverflow(b))
}

private func bounded(
  _ result: (partialValue: Int128, overflow: Bool)
) throws(CertificateError) -> Int128 {
  guard !result.overflow, result.partialValue.magnitude < UInt128(1) << 120 else {
    throw cutOverflow
  }
  return result.partialValue
}

/// Quotient rounded down; the divisor is positive.
private func floorDivided(_ a: Int128, _ b: Int128) -> Int128 {
  let quotient = a / b
  return a % b < 0 ? quotient - 1 : quotient
}

extension IntegerProgram {
  /// The program with each cut as a further row, in order; a cut may sum those before it.
  public func adding(_ cuts: [RoundingCut]) throws(CertificateError) -> IntegerProgram {
    guard !cuts.isEmpty else { return self }
    var result = self
    let (first, name) = (rowCount, rowName)
    result.rowName = { $0 < first ? name($0) : "cut[\($0 - first)]" }
    for cut in cuts { result.add(try cut.row(on: result)) }
    return result
  }

  /// Adds the row of a cut.
  public mutating func add(_ row: RoundingCut.Row) {
    let unit = row.coefficients.reduce(1) { max($0, abs($1)) }
    addRow(.atMost, row.side, unit: unit, entries: Array(zip(row.columns, row.coefficients)))
  }
}
