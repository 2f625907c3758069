internal import EmplaceMIP

/// What a branch and bound asks of the problem's side.
///
/// `Values` is what it knows of a node's solution, by column: `[Int64]` for minimisers of blocks
/// times ``BlockMinimiser/unit``, `[Double]` for a relaxation.
public struct TreeOracle<Values> {
  /// Objective of the best solution, or `Int64.max`.
  public var incumbent: () -> Int64
  /// Whether to end.
  public var shouldStop: @Sendable () -> Bool
  /// Sees values at some nodes, to repair them into solutions, and whether they are whole in all
  /// classes but the last.
  public var repair: (_ values: Values, _ isWhole: Bool) -> Void
  /// Sees values at the nodes from which dives start.
  public var sees: (_ values: Values) -> Void = { _ in }
  /// Columns on which to branch by class, the most important class first.
  public var branching: [[Int]]

  /// An oracle.
  public init(
    incumbent: @escaping () -> Int64, shouldStop: @escaping @Sendable () -> Bool,
    repair: @escaping (_ values: Values, _ isWhole: Bool) -> Void, branching: [[Int]]
  ) {
    self.incumbent = incumbent
    self.shouldStop = shouldStop
    self.repair = repair
    self.branching = branching
  }
}

/// A node that waits, the smallest bound first; ties by age.
struct OpenNode: Comparable {
  var bound: Int64
  var index: Int
  static func < (a: OpenNode, b: OpenNode) -> Bool { (a.bound, a.index) < (b.bound, b.index) }
}

/// Ends a backend's work when the search is to end.
struct StoppingMonitor: MIPMonitor {
  private let isOver: @Sendable () -> Bool

  init(_ isOver: @escaping @Sendable () -> Bool) { self.isOver = isOver }

  func shouldStop() -> Bool { isOver() }
}
