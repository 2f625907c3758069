/// A set of columns of an ``IntegerProgram`` over which the checker can minimise any linear
/// function exactly, or over a declared superset.
public struct Block: Sendable {
  /// The columns of the block, contiguous.
  public var columns: Range<Int>
  /// How many identical copies of the block the program stands for.
  public var multiplicity: Int64
  /// What is known of its structure.
  public var shape: Shape

  /// Structure of a block.
  public enum Shape: Sendable {
    /// Independent columns between their bounds; rows are all outside.
    case box
    /// Lanes of replicas that share a pool of nodes.
    case pool(Pool)
  }

  /// Lanes behind gates, and plain columns, that share at most one scarce row kept inside.
  ///
  /// It covers an agent of a generalised assignment problem (one lane, its count fixed at one), a
  /// facility (one lane with a count of zero or one), and a pool of nodes (many lanes with replica
  /// counts, artifacts as gates, rented nodes as a plain column).
  public struct Pool: Sendable {
    /// Gates of the block, in ``IntegerProgram/gates``. Every lane of the block is behind one.
    public var gates: Range<Int>
    /// Columns of the block that belong to no lane and no gate.
    public var plain: Range<Int>
    /// Rows over counts and plain columns of this block alone; a certificate may keep one of them
    /// inside the block's minimum.
    public var keepable: [Int32]

    /// A pool.
    public init(gates: Range<Int>, plain: Range<Int>, keepable: [Int32]) {
      self.gates = gates
      self.plain = plain
      self.keepable = keepable
    }
  }

  /// Lanes that a binary column opens: while it is zero their counts are zero.
  public struct Gate: Sendable {
    /// The binary column, or -1 where the lanes are always open.
    public var column: Int32
    /// Lanes behind the gate, in ``IntegerProgram/lanes``.
    public var lanes: Range<Int>
    /// For each lane the row `count <= upper * gate`; empty where there is no column.
    public var rows: Range<Int>

    /// A gate.
    public init(column: Int, lanes: Range<Int>, rows: Range<Int>) {
      self.column = Int32(column)
      self.lanes = lanes
      self.rows = rows
    }
  }

  /// A count of replicas and what is routed to them, in one or several route cases.
  public struct Lane: Sendable {
    /// The column that counts replicas.
    public var count: Int32
    /// Route cases, in ``IntegerProgram/cases``: normal operation first, then failures.
    public var cases: Range<Int>

    /// A lane.
    public init(count: Int, cases: Range<Int>) {
      self.count = Int32(count)
      self.cases = cases
    }
  }

  /// What one lane serves in one case: columns `x` under rows `sum l x <= side + capacity * count`.
  public struct Case: Sendable {
    /// Columns of what is routed.
    public var columns: Range<Int>
    /// Load rows, one for each hour that is not dominated, over these columns and the count.
    public var rows: Range<Int>
    /// Whether the minimum is over the integers (a single row, by dynamic programme), or over the
    /// declared superset: the continuous relaxation of the worst row, rounded up.
    public var exact: Bool

    /// A route case.
    public init(columns: Range<Int>, rows: Range<Int>, exact: Bool) {
      self.columns = columns
      self.rows = rows
      self.exact = exact
    }
  }
}
