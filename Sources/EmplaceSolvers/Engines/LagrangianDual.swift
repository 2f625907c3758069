public import EmplaceCore

/// The Lagrangian dual function of an ``IntegerProgram`` over its blocks, at integer multipliers.
///
/// Every value is an exact bound, because the multipliers are whole numerators over one
/// denominator and the blocks are minimised in integers by the checker's own code. It knows no
/// problem.
/// Source: Geoffrion 1974, doi:10.1007/BFb0120690.
public struct LagrangianDual {
  /// The program.
  public let program: IntegerProgram
  /// Common denominator of the multipliers.
  public let denominator: Int64
  /// Bits by which multipliers of rows with small coefficients are coarser, as in
  /// ``Certificate/coarseBits``.
  public let coarseBits: Int
  private let isCoarse: [Bool]
  /// Rows that may have a multiplier, increasing.
  public let relaxedRows: [Int]
  /// Row kept inside each block, or -1.
  public private(set) var kept: [Int]
  /// Numerators by row; only relaxed rows that no block keeps may be non-zero.
  public var multipliers: [Int64]
  /// Minimiser of the blocks at the last evaluation, by column, times ``BlockMinimiser/unit``.
  public private(set) var values: [Int64]
  /// Reduced costs at the last evaluation, over the denominator.
  private var reduced: [Int64]
  /// The same in 128 bits, where 64 are too few; else empty.
  private var wide: [Int128] = []
  private var minimiser: BlockMinimiser
  /// Largest cost, and coefficient of each row, in size.
  private let largestCost: Double
  private let largestCoefficient: [Double]

  /// The dual of a program at multipliers zero.
  ///
  /// Rows that a block enforces by itself have no multiplier. With `pricesSeveralRows`, those of a
  /// case with several rows have one: the block's minimum is over the worst of them alone, which at
  /// the multipliers of the linear relaxation can be less than the relaxation proves.
  public init(
    program: IntegerProgram, denominator: Int64? = nil, coarseBits: Int = 0,
    pricesSeveralRows: Bool = false
  ) {
    self.program = program
    self.coarseBits = coarseBits
    isCoarse =
      coarseBits == 0
      ? [] : (0..<program.rowCount).map { Certificate.isCoarse(row: $0, of: program) }
    self.denominator = denominator ?? Self.denominator(for: program)
    relaxedRows = Self.relaxedRows(of: program, pricesSeveralRows)
    multipliers = Array(repeating: 0, count: program.rowCount)
    values = Array(repeating: 0, count: program.columnCount)
    reduced = Array(repeating: 0, count: program.columnCount)
    kept = Array(repeating: -1, count: program.blocks.count)
    minimiser = BlockMinimiser(program: program)
    largestCost = program.cost.reduce(0) { max($0, abs(Double($1))) }
    largestCoefficient = (0..<program.rowCount).map { row in
      program.entries(ofRow: row).reduce(0) {
        max($0, abs(Double(program.entryCoefficient[$1])))
      }
    }
  }

  /// The dual at rounded `multipliers` of a relaxation with its value there, over a fine denominator
  /// that leaves room for the multipliers of a tree to grow; nil when there is none, or when a block
  /// is empty.
  static func finest(_ program: IntegerProgram, at multipliers: [Double]?) -> (
    dual: LagrangianDual, value: Int128
  )? {
    guard let multipliers else { return nil }
    let largest = relaxedRows(of: program, true).reduce(1) { largest, row in
      let isCoarse = Certificate.isCoarse(row: row, of: program)
      return max(largest, abs(multipliers[row]) * (isCoarse ? unit(ofBits: finestCoarseBits) : 1))
    }
    let bits = min(Int64((0x1p61 / largest).exponent) - growthBits, finestBits)
    guard largest.isFinite, bits >= 0 else { return nil }
    var dual = LagrangianDual(
      program: program, denominator: 1 << bits, coarseBits: finestCoarseBits,
      pricesSeveralRows: true)
    dual.set(multipliers)
    guard let value = try? dual.evaluate() else { return nil }
    return (dual, value)
  }

  /// Bits by which the multipliers of a tree may grow beyond those of its root.
  private static let growthBits: Int64 = 8
  private static let finestBits: Int64 = 50
  private static let finestCoarseBits = 16

  /// Largest power of two up to 2^20 at which no block's costs come near 60 bits.
  private static func denominator(for program: IntegerProgram) -> Int64 {
    var largest = 1.0
    for block in program.blocks {
      var sum = 0.0
      for column in block.columns {
        let reach = max(abs(Double(program.lower[column])), abs(Double(program.upper[column])))
        sum += abs(Double(program.cost[column])) * reach
      }
      largest = max(largest, sum)
    }
    var result: Int64 = 1
    while result < 1 << 20, largest * Double(result) < 0x1p50 { result *= 2 }
    return result
  }

  private static func relaxedRows(
    of program: IntegerProgram, _ pricesSeveralRows: Bool
  ) -> [Int] {
    var isInside = [Bool](repeating: false, count: program.rowCount)
    for element in program.cases where element.rows.count == 1 || !pricesSeveralRows {
      for row in element.rows { isInside[row] = true }
    }
    for gate in program.gates { for row in gate.rows { isInside[row] = true } }
    return (0..<program.rowCount).filter { !isInside[$0] }
  }

  /// Keeps a row inside a block's minimum (-1: none); its multiplier becomes zero.
  public mutating func keep(row: Int, inBlock block: Int) {
    kept[block] = row
    if row >= 0 { multipliers[row] = 0 }
  }

  /// Sets all relaxed rows to rounded multipliers of legal sign, in units of the objective per unit
  /// of the row; rows kept inside a block stay at zero.
  public mutating func set(_ values: [Double]) { set(values, scale: Double(denominator)) }

  /// Whether a ray proves, at the bounds that stand, that there is no solution (Farkas); leaves its
  /// multipliers set, scaled to whole numbers.
  ///
  /// The scale of a ray is free. The finest comes first; where its sums are too large for the
  /// blocks, a coarser one may do. What is small beside the largest multiplier, in units of the
  /// rows, may be noise.
  public mutating func proves(ray: [Double]) -> Bool {
    let weights = ray.indices.map { abs(ray[$0]) * Double(program.rowUnit[$0]) }
    let largest = weights.max() ?? 0
    guard largest > 0, largest.isFinite else { return false }
    for noise in [0, 1e-10, 1e-7] {
      let kept = ray.indices.map { weights[$0] > noise * largest ? ray[$0] : 0 }
      let reach = reach(of: kept)
      for bits in [60, 52, 44, 36] where reach > 0 {
        let bits = bits + coarseBits
        set(kept, scale: Double(sign: .plus, exponent: bits, significand: 1) / reach)
        if let value = try? evaluate(withCosts: false), value > 0 { return true }
      }
    }
    return false
  }

  /// Largest multiplier, and sum of multipliers times coefficients of a column, in size.
  private func reach(of multipliers: [Double]) -> Double {
    var size = [Double](repeating: 0, count: program.columnCount)
    var largest = 0.0
    for row in relaxedRows where multipliers[row] != 0 {
      largest = max(largest, abs(multipliers[row]))
      for entry in program.entries(ofRow: row) {
        size[Int(program.entryColumn[entry])] +=
          abs(multipliers[row] * Double(program.entryCoefficient[entry]))
      }
    }
    return max(largest, size.max() ?? 0)
  }

  private mutating func set(_ values: [Double], scale: Double) {
    for row in relaxedRows {
      let value = (values[row] * scale * unit(ofRow: row)).rounded()
      // What is no number is no multiplier.
      var numerator = value.isNaN ? 0 : Int64(min(max(value, -0x1p61), 0x1p61))
      switch program.relation[row] {
      case .atLeast: numerator = max(numerator, 0)
      case .atMost: numerator = min(numerator, 0)
      case .equal: break
      }
      multipliers[row] = numerator
    }
    for row in kept where row >= 0 { multipliers[row] = 0 }
  }

  /// What one whole numerator of a row's multiplier is worth, inverted: 1, or less where coarse.
  private func unit(ofRow row: Int) -> Double {
    coarseBits > 0 && isCoarse[row] ? Self.unit(ofBits: coarseBits) : 1
  }

  private static func unit(ofBits bits: Int) -> Double {
    Double(sign: .plus, exponent: -bits, significand: 1)
  }

  /// A row's multiplier times the denominator.
  private func numerator(ofRow row: Int) -> Int128 {
    coarseBits > 0 && isCoarse[row]
      ? Int128(multipliers[row]) << Int128(coarseBits) : Int128(multipliers[row])
  }

  /// Rows kept, for a certificate.
  public var keptRows: [Certificate.KeptRow] {
    kept.indices.filter { kept[$0] >= 0 }.map { .init(block: $0, row: kept[$0]) }
  }

  /// Bounds of a column, for branching.
  public mutating func setBounds(column: Int, lower: Int64, upper: Int64) {
    minimiser.lower[column] = lower
    minimiser.upper[column] = upper
  }

  /// Bounds of a column.
  public func bounds(ofColumn column: Int) -> (lower: Int64, upper: Int64) {
    (minimiser.lower[column], minimiser.upper[column])
  }

  /// Value of the dual function times the denominator, or nil when a block is empty.
  ///
  /// Without costs, a positive value proves that the program has no solution (Farkas).
  public mutating func evaluate(withCosts: Bool = true) throws(BlockMinimiser.Failure) -> Int128? {
    guard let width = width(withCosts) else { throw .overflow(block: 0) }
    wide.removeAll(keepingCapacity: true)
    switch width {
    case .narrow: priceNarrowly(withCosts)
    case .wide: priceWidely(withCosts)
    }
    var sum = side()
    for block in program.blocks.indices {
      guard let value = try minimum(ofBlock: block) else { return nil }
      let factor = Int128(program.blocks[block].multiplicity)
      let (product, first) = value.multipliedReportingOverflow(by: factor)
      let (next, second) = sum.addingReportingOverflow(product)
      guard !first, !second else { throw .overflow(block: block) }
      sum = next
    }
    return sum
  }

  /// Index of an empty block after ``evaluate()`` returned nil.
  public mutating func emptyBlock() throws(BlockMinimiser.Failure) -> Int? {
    for block in program.blocks.indices where try minimum(ofBlock: block) == nil { return block }
    return nil
  }

  /// Sum of multipliers times right-hand sides.
  private func side() -> Int128 {
    var sum: Int128 = 0
    for row in relaxedRows where multipliers[row] != 0 {
      sum += numerator(ofRow: row) * Int128(program.rightHandSide[row])
    }
    return sum
  }

  /// Minimum of a block at the reduced costs, in 64 bits where they do.
  private mutating func minimum(ofBlock block: Int) throws(BlockMinimiser.Failure) -> Int128? {
    if wide.isEmpty {
      do {
        return try narrowMinimum(ofBlock: block).map { Int128($0) }
      } catch .overflow {
        wide = reduced.map { Int128($0) }
      } catch {
        throw error
      }
    }
    let (row, wide) = (kept[block], wide)
    return try recorded { minimiser, values in
      try minimiser.minimum(
        ofBlock: block, reduced: wide, keeping: row < 0 ? nil : row, recording: values)
    }
  }

  private mutating func narrowMinimum(
    ofBlock block: Int
  ) throws(BlockMinimiser.Failure) -> Int64? {
    let (row, reduced) = (kept[block], reduced)
    return try recorded { minimiser, values in
      try minimiser.minimum(
        ofBlock: block, reduced: reduced, keeping: row < 0 ? nil : row, recording: values)
    }
  }

  /// Gives the minimiser room for the values.
  private mutating func recorded<Value>(
    _ body: (inout BlockMinimiser, UnsafeMutableBufferPointer<Int64>) throws -> Value?
  ) throws(BlockMinimiser.Failure) -> Value? {
    do {
      return try values.withUnsafeMutableBufferPointer { try body(&minimiser, $0) }
    } catch let failure as BlockMinimiser.Failure {
      throw failure
    } catch {
      return nil
    }
  }

  /// Integers that hold reduced costs and the sum of multipliers times right-hand sides.
  private enum Width { case narrow, wide }

  /// The width that no sum can leave (62 of 64 bits, 120 of 128), nil where there is none.
  private func width(_ withCosts: Bool) -> Width? {
    let own = withCosts ? Double(denominator) * largestCost : 0
    var (reduced, all) = (own, own)
    for row in relaxedRows where multipliers[row] != 0 {
      let size = abs(Double(multipliers[row])) / unit(ofRow: row)
      reduced += size * largestCoefficient[row]
      all += size * max(largestCoefficient[row], abs(Double(program.rightHandSide[row])))
    }
    guard all < 0x1p120 else { return nil }
    guard coarseBits == 0 else { return .wide }
    // Few rows meet in one column: only where all of them together are too much, column by column.
    let fits = reduced < 0x1p62 || own + reach(of: multipliers.map { Double($0) }) < 0x1p62
    return fits ? .narrow : .wide
  }

  /// Reduced costs at the multipliers in 128 bits.
  private mutating func priceWidely(_ withCosts: Bool) {
    let factor = withCosts ? Int128(denominator) : 0
    for cost in program.cost { wide.append(Int128(cost) * factor) }
    for row in relaxedRows where multipliers[row] != 0 {
      let multiplier = numerator(ofRow: row)
      for entry in program.entries(ofRow: row) {
        wide[Int(program.entryColumn[entry])] -=
          multiplier * Int128(program.entryCoefficient[entry])
      }
    }
  }

  /// Reduced costs at the multipliers in 64 bits.
  private mutating func priceNarrowly(_ withCosts: Bool) {
    let (denominator, multipliers) = (denominator, multipliers)
    program.cost.withUnsafeBufferPointer { cost in
      reduced.withUnsafeMutableBufferPointer { reduced in
        let factor = withCosts ? denominator : 0
        for column in 0..<cost.count { reduced[column] = cost[column] &* factor }
        program.rowStart.withUnsafeBufferPointer { start in
          program.entryColumn.withUnsafeBufferPointer { columns in
            program.entryCoefficient.withUnsafeBufferPointer { coefficients in
              for row in relaxedRows where multipliers[row] != 0 {
                let multiplier = multipliers[row]
                for entry in start[row]..<start[row + 1] {
                  reduced[Int(columns[entry])] &-= multiplier &* coefficients[entry]
                }
              }
            }
          }
        }
      }
    }
  }

  /// What the multipliers charge for each column beside its cost, in units of the objective.
  public var charges: [Double] {
    var result = [Double](repeating: 0, count: program.columnCount)
    for row in relaxedRows where multipliers[row] != 0 {
      let multiplier = Double(numerator(ofRow: row)) / Double(denominator)
      for entry in program.entries(ofRow: row) {
        result[Int(program.entryColumn[entry])] -=
          multiplier * Double(program.entryCoefficient[entry])
      }
    }
    return result
  }

  /// The bound that a value proves, rounded up to the granularity of the objective.
  public func bound(_ value: Int128, granularity: Int64) -> Int64 {
    let step = Int128(denominator) * Int128(granularity)
    let quotient = value / step + (value % step > 0 ? 1 : 0)
    return Int64(clamping: quotient * Int128(granularity))
  }
}
