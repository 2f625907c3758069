public import EmplaceCore

/// Multipliers of rows as integers over one common denominator, a power of two: what a certificate
/// can hold.
///
/// Any multipliers with the right signs give a valid bound, so rounding costs tightness and never
/// validity (Geoffrion 1974, doi:10.1007/BFb0120690; exact bounds from rounded duals: Neumaier,
/// Shcherbina 2004, doi:10.1007/s10107-003-0433-3).
public struct IntegerMultipliers: Sendable, Hashable {
  /// Common denominator.
  public var denominator: Int64
  /// Rows whose multiplier is not zero, increasing.
  public var rows: [Int32]
  /// Numerator of each of `rows`: positive only on `atLeast` and `equal`, negative only on
  /// `atMost` and `equal`.
  public var numerators: [Int64]

  /// Multipliers.
  public init(denominator: Int64, rows: [Int32], numerators: [Int64]) {
    self.denominator = denominator
    self.rows = rows
    self.numerators = numerators
  }

  /// The multiplier's numerator of every row of a program with `rowCount` rows.
  public func dense(rowCount: Int) -> [Int64] {
    var all = [Int64](repeating: 0, count: rowCount)
    for (row, numerator) in zip(rows, numerators) { all[Int(row)] = numerator }
    return all
  }
}

extension IntegerMultipliers {
  /// Rounds the duals of all rows to the finest denominator, at most `2^maximumBits`, at which
  /// every numerator and every reduced cost times the denominator stays below
  /// `2^reducedCostBits` and the whole bound below `2^125`. Wrong signs and values that are not
  /// finite count as zero. Nil when not even whole multipliers fit.
  /// - Complexity: the number of entries.
  public init?(
    rounding duals: [Double], for program: IntegerProgram, maximumBits: Int = 62,
    reducedCostBits: Int = 61
  ) {
    guard duals.count == program.rowCount else { return nil }
    let corrected = duals.indices.map { program.relation[$0].signCorrected(duals[$0]) }
    let sizes = Sizes(program: program, multipliers: corrected, withCosts: true)
    let bits = min(maximumBits, sizes.bits(reducedCostBits: min(reducedCostBits, 125)), 62)
    guard bits >= 0 else { return nil }
    self.init(scaling: corrected, bits: bits, denominator: 1 << Int64(bits))
  }

  /// Rounds a Farkas ray, see ``MIPAnswer/farkasRay``, and keeps it only if it proves with
  /// integers that no values between the bounds satisfy all rows: `bound` of it, with the costs
  /// taken as zero, is positive. The scale of a ray is free: the denominator is 1.
  public init?(farkasRay ray: [Double], for program: IntegerProgram, reducedCostBits: Int = 61) {
    guard ray.count == program.rowCount else { return nil }
    let corrected = ray.indices.map { program.relation[$0].signCorrected(ray[$0]) }
    // In units of their rows, noise is small beside the largest multiplier.
    let weights = corrected.indices.map { abs(corrected[$0]) * Double(program.rowUnit[$0]) }
    let largest = weights.max() ?? 0
    guard largest > 0, largest.isFinite else { return nil }
    for noise in [0.0, 1e-12, 1e-9, 1e-7] {
      let kept = corrected.indices.map { weights[$0] > noise * largest ? corrected[$0] : 0 }
      let sizes = Sizes(program: program, multipliers: kept, withCosts: false)
      let most = min(sizes.bits(reducedCostBits: min(reducedCostBits, 125)), 200)
      for bits in [most, most - 8, most - 16] {
        guard let rounded = Self(scaling: kept, bits: bits, denominator: 1) else { continue }
        if let value = rounded.bound(of: program, withCosts: false), value > 0 {
          self = rounded
          return
        }
      }
    }
    return nil
  }

  private init?(scaling multipliers: [Double], bits: Int, denominator: Int64) {
    self.init(denominator: denominator, rows: [], numerators: [])
    for (row, multiplier) in multipliers.enumerated() where multiplier != 0 {
      let scaled = Double(sign: .plus, exponent: bits, significand: multiplier).rounded()
      guard let numerator = Int64(exactly: scaled) else { return nil }
      if numerator != 0 {
        rows.append(Int32(row))
        numerators.append(numerator)
      }
    }
  }

  /// The exact bound over the columns' ranges, times the denominator: the multipliers times the
  /// right-hand sides plus the least of the reduced costs; nil when 128 bits are too few, or when
  /// a sign is wrong. With `withCosts` false all costs count as zero.
  /// - Complexity: the number of entries of the rows with a multiplier.
  public func bound(of program: IntegerProgram, withCosts: Bool = true) -> Int128? {
    let scale = Int128(withCosts ? denominator : 0)
    var reduced = program.cost.map { Int128($0) * scale }
    var sum = CheckedSum()
    for (row, numerator) in zip(rows, numerators) {
      let row = Int(row)
      guard program.relation[row].allows(numerator) else { return nil }
      sum.add(Int128(numerator) * Int128(program.rightHandSide[row]))
      for entry in program.entries(ofRow: row) {
        let column = Int(program.entryColumn[entry])
        let term = Int128(numerator) * Int128(program.entryCoefficient[entry])
        let (next, overflow) = reduced[column].subtractingReportingOverflow(term)
        if overflow { return nil }
        reduced[column] = next
      }
    }
    for column in reduced.indices where reduced[column] != 0 {
      let value = reduced[column] > 0 ? program.lower[column] : program.upper[column]
      sum.add(reduced[column], times: Int128(value))
    }
    return sum.value
  }
}

/// A sum of 128-bit terms that remembers an overflow.
private struct CheckedSum {
  private var sum: Int128 = 0
  private var overflown = false

  mutating func add(_ term: Int128) {
    let (next, overflow) = sum.addingReportingOverflow(term)
    sum = next
    overflown = overflown || overflow
  }

  mutating func add(_ factor: Int128, times other: Int128) {
    let (product, overflow) = factor.multipliedReportingOverflow(by: other)
    overflown = overflown || overflow
    add(product)
  }

  var value: Int128? { overflown ? nil : sum }
}

/// How large the numbers of a bound get, in doubles from above.
private struct Sizes {
  /// Largest reduced cost, in size.
  private var reduced = 0.0
  /// Largest change of a reduced cost by rounding all multipliers by one half.
  private var rounding = 0.0
  /// The same for the bound.
  private var bound = 0.0
  private var boundRounding = 0.0
  /// Largest multiplier.
  private var multiplier = 0.0

  init(program: IntegerProgram, multipliers: [Double], withCosts: Bool) {
    var size = program.cost.map { withCosts ? abs(Double($0)) : 0 }
    var half = [Double](repeating: 0, count: program.columnCount)
    for row in multipliers.indices where multipliers[row] != 0 {
      let weight = abs(multipliers[row])
      multiplier = max(multiplier, weight)
      bound += weight * abs(Double(program.rightHandSide[row]))
      boundRounding += 0.5 * abs(Double(program.rightHandSide[row]))
      for entry in program.entries(ofRow: row) {
        let coefficient = abs(Double(program.entryCoefficient[entry]))
        size[Int(program.entryColumn[entry])] += weight * coefficient
        half[Int(program.entryColumn[entry])] += 0.5 * coefficient
      }
    }
    for column in size.indices {
      let range = max(abs(Double(program.lower[column])), abs(Double(program.upper[column])))
      reduced = max(reduced, size[column])
      rounding = max(rounding, half[column])
      bound += size[column] * range
      boundRounding += half[column] * range
    }
  }

  /// Largest power of two to scale with; may be negative.
  func bits(reducedCostBits: Int) -> Int {
    min(
      Self.room(limit: reducedCostBits, size: reduced, rounding: rounding),
      Self.room(limit: 125, size: bound, rounding: boundRounding),
      Self.room(limit: 61, size: multiplier, rounding: 0.5))
  }

  /// Largest `b` with `2^b * size + rounding <= 2^limit`.
  private static func room(limit: Int, size: Double, rounding: Double) -> Int {
    let left = Double(sign: .plus, exponent: limit, significand: 1) - rounding
    guard left > 0, size.isFinite else { return -1_000 }
    guard size > 0 else { return 1_000 }
    // One bit of margin for the rounding of these sums themselves.
    return Int((left / size).exponent) - 1
  }
}

extension IntegerProgram.Relation {
  /// Whether a multiplier may have this sign.
  fileprivate func allows(_ numerator: Int64) -> Bool {
    switch self {
    case .atLeast: numerator >= 0
    case .atMost: numerator <= 0
    case .equal: true
    }
  }
}
