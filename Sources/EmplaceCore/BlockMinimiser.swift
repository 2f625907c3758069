/// Minimises a linear function over the blocks of a program, exactly or over the superset that the
/// block declares.
///
/// It is the one piece of code behind every bound: the checker replays certificates with it, and
/// the Lagrangian engines search with it. It reads only rows and bounds of the program, and all
/// arithmetic is in integers whose range is checked before they are used.
public struct BlockMinimiser {
  /// What a block's minimum cannot be computed for.
  public enum Failure: Error, Sendable, Hashable {
    /// Reduced costs and ranges too large even when rounded: use smaller multipliers or a smaller
    /// denominator.
    case overflow(block: Int)
    /// A row that is to be kept inside does not belong to the block.
    case notKeepable(block: Int, row: Int)
    /// The dynamic programme would need too much memory.
    case tooLarge(block: Int)
  }

  /// Scale of the values in a recorded solution: a value of `unit` stands for 1.
  public static let unit: Int64 = 4096
  /// Most undominated states of a pool's dynamic programme.
  public static let stateLimit = 1 << 16
  /// Most decisions that it records.
  static let trailLimit = 1 << 23
  /// Most different values of one count.
  public static let countLimit: Int64 = 60_000
  static let infinite = Int64.max / 4

  /// The program.
  public let program: IntegerProgram
  /// Smallest value of each column; branching changes it.
  public var lower: [Int64]
  /// Largest value of each column; branching changes it.
  public var upper: [Int64]

  let weights: CaseWeights
  var knapsack = KnapsackWorkspace()
  var options = LaneOptions()
  var table = PoolTable()
  /// Coefficient of the kept row by column of the block, relative to its first column.
  var keptCoefficient: [Int64] = []
  /// Reduced costs of a block in 64 bits.
  private var narrowed: [Int64] = []

  /// A minimiser over the program's own bounds.
  public init(program: IntegerProgram) {
    self.program = program
    lower = program.lower
    upper = program.upper
    weights = CaseWeights(program)
  }

  /// Minimum of `reduced . x` over the block, or nil when the block is empty.
  ///
  /// `reduced` holds one value for each column of the program. Where the sums over the block would
  /// leave 60 bits, the reduced costs are first rounded down to multiples of a power of two: the
  /// result is then a lower bound of the minimum, because no value is negative. When `recording` is
  /// given, the minimiser's values are written to it, scaled by ``unit``.
  /// - Complexity: lanes cost O(items log items) a row; a kept row costs O(options x undominated states).
  public mutating func minimum(
    ofBlock index: Int, reduced: [Int128], keeping row: Int? = nil,
    recording values: UnsafeMutableBufferPointer<Int64>? = nil
  ) throws(Failure) -> Int128? {
    let columns = program.blocks[index].columns
    for column in columns where lower[column] > upper[column] { return nil }
    let bits = Int128(try excessBits(columns, reduced, index))
    var narrow: [Int64] = []
    swap(&narrow, &narrowed)
    defer { swap(&narrow, &narrowed) }
    if narrow.isEmpty { narrow = Array(repeating: 0, count: program.columnCount) }
    for column in columns { narrow[column] = Int64(reduced[column] >> bits) }
    return try narrowMinimum(index, narrow, row, values).map { Int128($0) << bits }
  }

  /// The same for reduced costs of 64 bits; throws ``Failure/overflow(block:)`` where they would have
  /// to be rounded.
  public mutating func minimum(
    ofBlock index: Int, reduced: [Int64], keeping row: Int? = nil,
    recording values: UnsafeMutableBufferPointer<Int64>? = nil
  ) throws(Failure) -> Int64? {
    let columns = program.blocks[index].columns
    try checkRange(columns, reduced, index)
    for column in columns where lower[column] > upper[column] { return nil }
    return try narrowMinimum(index, reduced, row, values)
  }

  /// The minimum where all sums over the block stay within 60 bits.
  private mutating func narrowMinimum(
    _ index: Int, _ reduced: [Int64], _ row: Int?, _ values: UnsafeMutableBufferPointer<Int64>?
  ) throws(Failure) -> Int64? {
    let block = program.blocks[index]
    switch block.shape {
    case .box:
      return boxMinimum(block.columns, reduced, values)
    case .pool(let pool):
      try checkCounts(pool, index)
      return try poolMinimum(index, block, pool, reduced, row, values)
    }
  }

  /// Minimum over independent columns.
  func boxMinimum(
    _ columns: Range<Int>, _ reduced: [Int64], _ values: UnsafeMutableBufferPointer<Int64>?
  ) -> Int64 {
    var sum: Int64 = 0
    for column in columns {
      let value = reduced[column] < 0 ? upper[column] : lower[column]
      sum &+= reduced[column] &* value
      if let values { values[column] = value &* Self.unit }
    }
    return sum
  }

  /// Ensures that every count has few enough values to list them.
  private func checkCounts(_ pool: Block.Pool, _ index: Int) throws(Failure) {
    for gate in program.gates[pool.gates] {
      for lane in program.lanes[gate.lanes] {
        let count = Int(lane.count)
        guard upper[count] - lower[count] <= Self.countLimit else { throw .tooLarge(block: index) }
      }
    }
    for column in pool.plain where upper[column] - lower[column] > Self.countLimit {
      throw .tooLarge(block: index)
    }
  }

  /// Ensures that no sum over the block can leave 60 bits, so that inner loops need no checks.
  private func checkRange(_ columns: Range<Int>, _ reduced: [Int64], _ index: Int)
    throws(Failure)
  {
    var sum: UInt64 = 0
    for column in columns {
      let reach = max(lower[column].magnitude, upper[column].magnitude)
      let (product, overflow) = reduced[column].magnitude.multipliedReportingOverflow(by: reach)
      guard !overflow, product < 1 << 60 else { throw .overflow(block: index) }
      sum += product
      guard sum < 1 << 60 else { throw .overflow(block: index) }
    }
  }

  /// How many bits the reduced costs must lose so that no sum over the block can leave 60 bits.
  private func excessBits(_ columns: Range<Int>, _ reduced: [Int128], _ index: Int)
    throws(Failure) -> Int
  {
    var sum: UInt128 = 0
    var reach: UInt128 = 0
    var mayBeNegative = false
    for column in columns {
      let largest = UInt128(max(lower[column].magnitude, upper[column].magnitude))
      let (product, first) = reduced[column].magnitude.multipliedReportingOverflow(by: largest)
      let (next, second) = sum.addingReportingOverflow(product)
      guard !first, !second, next < 1 << 120 else { throw .overflow(block: index) }
      sum = next
      reach += largest
      mayBeNegative = mayBeNegative || lower[column] < 0
    }
    // What a range of zero multiplies must fit too.
    if sum < 1 << 60, columns.allSatisfy({ Int64(exactly: reduced[$0]) != nil }) { return 0 }
    // Rounded costs are larger by less than one each: that is the other half of the room.
    guard !mayBeNegative, reach < 1 << 59 else { throw .overflow(block: index) }
    var bits = max(0, 128 - 59 - sum.leadingZeroBitCount)
    while columns.contains(where: { Int64(exactly: reduced[$0] >> Int128(bits)) == nil }) {
      bits += 1
    }
    return bits
  }
}
