/// When to stop: any limit that is set ends the search.
public struct Limits: Sendable, Hashable {
  /// Wall seconds for the search, nil without limit.
  public var timeSeconds: Double?
  /// Iterations of the algorithm's own unit; with it alone a run is repeatable.
  public var iterations: Int?
  /// Relative gap at which a solution is good enough.
  public var gap: Double
  /// Threads that a search may use.
  public var threads: Int

  /// Limits; without time and iterations a search runs until it is proven or cancelled.
  public init(
    timeSeconds: Double? = nil, iterations: Int? = nil, gap: Double = 0, threads: Int = 1
  ) {
    self.timeSeconds = timeSeconds
    self.iterations = iterations
    self.gap = gap
    self.threads = max(1, threads)
  }
}

/// Why a search ended.
public enum Termination: String, Sendable, Codable, Hashable {
  /// Incumbent equals bound.
  case optimal
  /// The gap asked for is reached.
  case gapReached
  /// Proven that no solution exists.
  case infeasible
  /// A heuristic has nothing more to try.
  case exhausted
  /// Out of time.
  case timeLimit
  /// Out of iterations.
  case iterationLimit
  /// Stopped from outside.
  case cancelled
}
