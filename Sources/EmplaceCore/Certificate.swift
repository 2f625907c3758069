/// Numbers that prove a lower bound, or that a program has no solution: multipliers at the leaves
/// of a tree of splits.
///
/// For any multipliers `lambda` of the right signs, `lambda b` plus the minima of `c - lambda A`
/// over the blocks is a lower bound (Geoffrion 1974, doi:10.1007/BFb0120690). A split on an integer
/// row `a x` leaves no solution out, so the smallest bound of all leaves holds for the root. A leaf
/// with `c` taken as zero and a positive value proves that no solution lies below it (Farkas).
public struct Certificate: Sendable, Hashable, Codable {
  /// Common denominator of all multipliers and leaf values.
  public var denominator: Int64
  /// Numerators of rows with small coefficients only (``isCoarse(row:of:)``) count in units of two
  /// to this power: their multipliers are the large ones, those of the other rows the small ones.
  public var coarseBits: Int
  /// Rows kept inside the minimum of a block: pairs of block and row, blocks increasing.
  public var kept: [KeptRow]
  /// Rows that are added to the program's, each derived from those before it.
  public var cuts: [RoundingCut]
  /// The tree in preorder.
  public var nodes: [Node]

  /// A row kept inside a block's minimum.
  public struct KeptRow: Sendable, Hashable, Codable {
    /// Block.
    public var block: Int
    /// Row.
    public var row: Int

    /// A kept row.
    public init(block: Int, row: Int) {
      self.block = block
      self.row = row
    }
  }

  /// A node of the tree.
  public struct Node: Sendable, Hashable, Codable {
    /// Rows whose multiplier differs from the parent's, increasing: those of the program, then the
    /// cuts, then the split rows of the ancestors, counted from the root.
    public var rows: [Int]
    /// Change of each multiplier's numerator.
    public var changes: [Int64]
    /// What the node is.
    public var kind: Kind

    /// A node.
    public init(rows: [Int], changes: [Int64], kind: Kind) {
      self.rows = rows
      self.changes = changes
      self.kind = kind
    }
  }

  /// What a node is.
  public enum Kind: Sendable, Hashable, Codable {
    /// Its children add `a x <= at` and `a x >= at + 1`, in this order.
    case split(Split)
    /// A bound: its exact value times the denominator, in decimal.
    case bound(value: String)
    /// No solution: the exact positive value with zero costs, times the denominator, in decimal.
    case infeasible(value: String)
    /// No solution: this block is empty.
    case emptyBlock(Int)
  }

  /// An integer row that splits a node. A single column with coefficient 1 changes its bounds; any
  /// other becomes a row with a multiplier of its own.
  public struct Split: Sendable, Hashable, Codable {
    /// Columns, increasing.
    public var columns: [Int]
    /// Coefficients.
    public var coefficients: [Int64]
    /// Largest value on the first side.
    public var at: Int64

    /// A split.
    public init(columns: [Int], coefficients: [Int64], at: Int64) {
      self.columns = columns
      self.coefficients = coefficients
      self.at = at
    }

    /// Whether it only changes the bounds of a column.
    public var isUnit: Bool { columns.count == 1 && coefficients == [1] }
  }

  /// A certificate.
  public init(
    denominator: Int64, coarseBits: Int = 0, kept: [KeptRow] = [], cuts: [RoundingCut] = [],
    nodes: [Node]
  ) {
    self.denominator = denominator
    self.coarseBits = coarseBits
    self.kept = kept
    self.cuts = cuts
    self.nodes = nodes
  }

  /// A certificate of one leaf from dense multipliers; ``stated(on:)`` fills in its value.
  public init(
    denominator: Int64, coarseBits: Int = 0, kept: [KeptRow], cuts: [RoundingCut] = [],
    multipliers: [Int64], isFarkas: Bool = false
  ) {
    let rows = multipliers.indices.filter { multipliers[$0] != 0 }
    self.init(
      denominator: denominator, coarseBits: coarseBits, kept: kept, cuts: cuts,
      nodes: [
        Node(
          rows: rows, changes: rows.map { multipliers[$0] },
          kind: isFarkas ? .infeasible(value: "") : .bound(value: ""))
      ])
  }
}

extension Certificate {
  /// Most ``coarseBits``.
  public static let coarseBitsLimit = 32
  /// Coefficients that a row with a coarse multiplier stays below, in size.
  public static let coarseLimit: UInt64 = 1 << 20

  /// Whether the multiplier of a row is coarse.
  public static func isCoarse(row: Int, of program: IntegerProgram) -> Bool {
    program.entries(ofRow: row).allSatisfy {
      program.entryCoefficient[$0].magnitude < coarseLimit
    }
  }
}

/// What a certificate proves.
public enum Proof: Sendable, Hashable {
  /// Every solution costs at least this much.
  case bound(Int64)
  /// There is no solution.
  case infeasible
}

/// The first step of a certificate that fails.
public struct CertificateError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Node in preorder, -1 for the whole.
  public var node: Int
  /// What fails there.
  public var reason: String

  /// Node and reason.
  public var description: String { node < 0 ? reason : "node \(node): \(reason)" }
}
