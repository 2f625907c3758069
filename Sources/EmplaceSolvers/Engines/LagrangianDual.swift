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
  private var minimiser: BlockMinimiser

  /// The dual of a program at multipliers zero.
  ///
  /// Rows that a block enforces by itself have no multiplier. With `pricesSeveralRows`, those of a
  /// case with several rows have one: the block's minimum is over the worst of them alone, which at
  /// the multipliers of the linear relaxation can be less than the relaxation proves.
  public init(
    program: IntegerProgram, denominator: Int64? = nil, pricesSeveralRows: Bool = false
  ) {
    self.program = program
    self.denominator = denominator ?? Self.denominator(for: program)
    relaxedRows = Self.relaxedRows(of: program, pricesSeveralRows)
    multipliers = Array(repeating: 0, count: program.rowCount)
    values = Array(repeating: 0, count: program.columnCount)
    reduced = Array(repeating: 0, count: program.columnCount)
    kept = Array(repeating: -1, count: program.blocks.count)
    minimiser = BlockMinimiser(program: program)
  }

  /// The dual at rounded `multipliers` of a relaxation with its value there, over the finest of the
  /// denominators 4^k that the blocks can do with; nil when none, or when a block is empty.
  static func finest(_ program: IntegerProgram, at multipliers: [Double]?) -> (
    dual: LagrangianDual, value: Int128
  )? {
    guard let multipliers else { return nil }
    for bits in stride(from: Int64(36), through: 0, by: -2) {
      var dual = LagrangianDual(program: program, denominator: 1 << bits, pricesSeveralRows: true)
      dual.set(multipliers)
      do throws(BlockMinimiser.Failure) {
        return try dual.evaluate().map { (dual, $0) }
      } catch {
        continue
      }
    }
    return nil
  }

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

  /// Sets the multipliers to a ray, scaled to whole numbers; false when it is zero.
  public mutating func setRay(_ values: [Double]) -> Bool {
    let largest = relaxedRows.reduce(0) { max($0, abs(values[$1])) }
    guard largest > 0, largest.isFinite else { return false }
    set(values, scale: 0x1p30 / largest)
    return true
  }

  private mutating func set(_ values: [Double], scale: Double) {
    for row in relaxedRows {
      let value = (values[row] * scale).rounded()
      // What is no number is no multiplier.
      var numerator = value.isNaN ? 0 : Int64(min(max(value, -0x1p56), 0x1p56))
      switch program.relation[row] {
      case .atLeast: numerator = max(numerator, 0)
      case .atMost: numerator = min(numerator, 0)
      case .equal: break
      }
      multipliers[row] = numerator
    }
    for row in kept where row >= 0 { multipliers[row] = 0 }
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
    price(withCosts)
    var sum = side()
    for block in program.blocks.indices {
      guard let value = try minimum(ofBlock: block) else { return nil }
      sum += Int128(value) * Int128(program.blocks[block].multiplicity)
    }
    return sum
  }

  /// Index of an empty block after ``evaluate()`` returned nil.
  public mutating func emptyBlock() throws(BlockMinimiser.Failure) -> Int? {
    for block in program.blocks.indices where try minimum(ofBlock: block) == nil { return block }
    return nil
  }

  /// Sum of multipliers times right-hand sides.
  public func side() -> Int128 {
    var sum: Int128 = 0
    for row in relaxedRows where multipliers[row] != 0 {
      sum += Int128(multipliers[row]) * Int128(program.rightHandSide[row])
    }
    return sum
  }

  private mutating func minimum(ofBlock block: Int) throws(BlockMinimiser.Failure) -> Int64? {
    let row = kept[block]
    let reduced = reduced
    do {
      return try values.withUnsafeMutableBufferPointer { values in
        try minimiser.minimum(
          ofBlock: block, reduced: reduced, keeping: row < 0 ? nil : row, recording: values)
      }
    } catch let failure as BlockMinimiser.Failure {
      throw failure
    } catch {
      return nil
    }
  }

  /// Reduced costs at the multipliers. Sums wrap; the checker, which decides, does not.
  private mutating func price(_ withCosts: Bool) {
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

  /// The bound that a value proves, rounded up to the granularity of the objective.
  public func bound(_ value: Int128, granularity: Int64) -> Int64 {
    let step = Int128(denominator) * Int128(granularity)
    let quotient = value / step + (value % step > 0 ? 1 : 0)
    return Int64(clamping: quotient * Int128(granularity))
  }
}
