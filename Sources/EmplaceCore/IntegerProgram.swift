/// A mixed-integer program written once, in integers: named rows, bounded integer columns, and a
/// partition of the columns into blocks.
///
/// The MIP backends, the MPS export and the certificate checker all read this one object.
/// It always minimises. Storage is flat: rows are kept in compressed sparse row form.
public struct IntegerProgram: Sendable {
  /// How a row's activity relates to its right-hand side.
  public enum Relation: UInt8, Sendable, Hashable, Codable {
    case atLeast
    case atMost
    case equal
  }

  /// Smallest value of each column.
  public internal(set) var lower: [Int64] = []
  /// Largest value of each column; every column is bounded.
  public internal(set) var upper: [Int64] = []
  /// Objective coefficient of each column, in units of the objective.
  public internal(set) var cost: [Int64] = []
  /// Whether a column may take fractional values in an export; it never may in a solution.
  public internal(set) var divisible: [Bool] = []

  /// Relation of each row.
  public internal(set) var relation: [Relation] = []
  /// Right-hand side of each row.
  public internal(set) var rightHandSide: [Int64] = []
  /// Entries of row `i` stand at `rowStart[i]..<rowStart[i + 1]`.
  public internal(set) var rowStart: [Int] = [0]
  /// Column of each entry.
  public internal(set) var entryColumn: [Int32] = []
  /// Coefficient of each entry, never zero.
  public internal(set) var entryCoefficient: [Int64] = []
  /// Divisor that turns a row into natural units for backends in doubles (1e9 for nano-replicas).
  public internal(set) var rowUnit: [Int64] = []

  /// A constant that no decision changes, added to no objective and to no bound: reported apart.
  public var constant: Int64 = 0
  /// Divisor that turns the objective into the unit of a result (1e6 for micro-units of money).
  public var objectiveUnit: Int64 = 1

  /// The blocks, in the order of their columns; together they hold every column exactly once.
  public internal(set) var blocks: [Block] = []
  /// Lanes that pool blocks refer to.
  public internal(set) var lanes: [Block.Lane] = []
  /// Route cases that lanes refer to.
  public internal(set) var cases: [Block.Case] = []
  /// Gates that pool blocks refer to.
  public internal(set) var gates: [Block.Gate] = []

  /// Name of a column, unique among columns.
  public var columnName: @Sendable (Int) -> String
  /// Name of a row, unique among rows, with the label of its constraint: `P2[lane=3,hour=0]`.
  public var rowName: @Sendable (Int) -> String

  /// An empty program.
  public init(
    columnName: @escaping @Sendable (Int) -> String = { "c\($0)" },
    rowName: @escaping @Sendable (Int) -> String = { "r\($0)" }
  ) {
    self.columnName = columnName
    self.rowName = rowName
  }

  /// Number of columns.
  public var columnCount: Int { cost.count }
  /// Number of rows.
  public var rowCount: Int { relation.count }
  /// Number of non-zero coefficients.
  public var entryCount: Int { entryColumn.count }

  /// Positions of the entries of row `row`.
  public func entries(ofRow row: Int) -> Range<Int> { rowStart[row]..<rowStart[row + 1] }
}

// MARK: - Building

extension IntegerProgram {
  /// Adds a column and returns its index.
  @discardableResult
  public mutating func addColumn(
    lower: Int64, upper: Int64, cost: Int64, divisible: Bool = false
  ) -> Int {
    self.lower.append(lower)
    self.upper.append(upper)
    self.cost.append(cost)
    self.divisible.append(divisible)
    return self.cost.count - 1
  }

  /// Opens a row; its entries are added by ``addEntry(column:coefficient:)`` until the next row
  /// is opened. Returns its index.
  @discardableResult
  public mutating func addRow(_ relation: Relation, _ rightHandSide: Int64, unit: Int64 = 1) -> Int
  {
    self.relation.append(relation)
    self.rightHandSide.append(rightHandSide)
    self.rowUnit.append(unit)
    self.rowStart.append(entryColumn.count)
    return self.relation.count - 1
  }

  /// Adds an entry to the row opened last. Zero coefficients are left out.
  public mutating func addEntry(column: Int, coefficient: Int64) {
    guard coefficient != 0 else { return }
    entryColumn.append(Int32(truncatingIfNeeded: column))
    entryCoefficient.append(coefficient)
    rowStart[rowStart.count - 1] = entryColumn.count
  }

  /// Adds a whole row.
  @discardableResult
  public mutating func addRow(
    _ relation: Relation, _ rightHandSide: Int64, unit: Int64 = 1, entries: [(Int, Int64)]
  ) -> Int {
    let row = addRow(relation, rightHandSide, unit: unit)
    for (column, coefficient) in entries { addEntry(column: column, coefficient: coefficient) }
    return row
  }

  /// Adds a block that holds the columns from the end of the previous block up to `end`.
  public mutating func addBlock(
    upTo end: Int, shape: Block.Shape = .box, multiplicity: Int64 = 1
  ) {
    let start = blocks.last?.columns.upperBound ?? 0
    blocks.append(Block(columns: start..<end, multiplicity: multiplicity, shape: shape))
  }

  /// Adds a route case and returns its index.
  public mutating func addCase(_ element: Block.Case) -> Int {
    cases.append(element)
    return cases.count - 1
  }

  /// Adds a lane and returns its index.
  public mutating func addLane(_ lane: Block.Lane) -> Int {
    lanes.append(lane)
    return lanes.count - 1
  }

  /// Adds a gate and returns its index.
  public mutating func addGate(_ gate: Block.Gate) -> Int {
    gates.append(gate)
    return gates.count - 1
  }
}

// MARK: - Evaluation

extension IntegerProgram {
  /// Activity of a row at `values`, exact.
  public func activity(ofRow row: Int, at values: [Int64]) -> Int128 {
    var sum: Int128 = 0
    for entry in entries(ofRow: row) {
      sum += Int128(entryCoefficient[entry]) * Int128(values[Int(entryColumn[entry])])
    }
    return sum
  }

  /// Whether `activity` satisfies the row.
  public func holds(row: Int, activity: Int128) -> Bool {
    let side = Int128(rightHandSide[row])
    switch relation[row] {
    case .atLeast: return activity >= side
    case .atMost: return activity <= side
    case .equal: return activity == side
    }
  }

  /// Objective at `values`, exact and without the constant.
  public func objective(at values: [Int64]) -> Int128 {
    var sum: Int128 = 0
    for column in 0..<columnCount where values[column] != 0 {
      sum += Int128(cost[column]) * Int128(values[column])
    }
    return sum
  }

  /// The first row or column range that `values` violates, by name, or nil when all hold.
  public func firstViolation(at values: [Int64]) -> String? {
    guard values.count == columnCount else {
      return "\(values.count) values for \(columnCount) columns"
    }
    for column in 0..<columnCount
    where values[column] < lower[column] || values[column] > upper[column] {
      return "\(columnName(column)) = \(values[column]) outside "
        + "\(lower[column])...\(upper[column])"
    }
    return firstViolatedRow(at: values).map(rowName)
  }

  /// First row that values within the columns' ranges do not satisfy.
  public func firstViolatedRow(at values: [Int64]) -> Int? {
    (0..<rowCount).first { !holds(row: $0, activity: activity(ofRow: $0, at: values)) }
  }

  /// Greatest common divisor of all costs: every objective value is a multiple of it.
  public var objectiveGranularity: Int64 {
    var divisor: Int64 = 0
    for value in cost where value != 0 {
      divisor = greatestCommonDivisor(divisor, value)
      if divisor == 1 { break }
    }
    return max(divisor, 1)
  }
}

/// Greatest common divisor of two integers, never negative; 0 only for two zeros.
public func greatestCommonDivisor(_ a: Int64, _ b: Int64) -> Int64 {
  var (x, y) = (a.magnitude, b.magnitude)
  while y != 0 { (x, y) = (y, x % y) }
  return Int64(clamping: x)
}
