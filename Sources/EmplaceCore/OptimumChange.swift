/// What is known of an optimum: no solution is better than the bound, and one is as good as the
/// objective.
public struct OptimumRange: Sendable, Hashable {
  /// Proven lower limit in units of the objective, nil without.
  public var bound: Int64?
  /// Objective of a verified solution, nil without.
  public var objective: Int64?

  /// A range.
  public init(bound: Int64?, objective: Int64?) {
    self.bound = bound
    self.objective = objective
  }
}

/// By how much an optimum changes when its instance does: an interval from the proofs on both sides.
///
/// The optimum lies between bound and objective before and after the change, so that their difference
/// lies between `after.bound - before.objective` and `after.objective - before.bound`.
public struct OptimumChange: Sendable, Hashable {
  /// In which direction a change can move the optimum, where that is known of it.
  public enum Direction: Sendable, Hashable {
    /// It takes solutions away or makes them dearer: the optimum cannot fall.
    case restricts
    /// It adds solutions or makes them cheaper: the optimum cannot rise.
    case relaxes
  }

  /// What the interval says.
  public enum Answer: String, Sendable, Hashable, Codable {
    /// The optimum rises.
    case dearer
    /// The optimum falls.
    case cheaper
    /// The optimum stays as it is.
    case same
    /// The optimum does not fall; whether it rises is open.
    case notCheaper
    /// The optimum does not rise; whether it falls is open.
    case notDearer
    /// The interval holds both signs.
    case undecided
  }

  /// Least change in units of the objective, nil where nothing is proven.
  public let lower: Int128?
  /// Largest change, nil where nothing is proven.
  public let upper: Int128?

  /// The change from one optimum to the other.
  public init(
    from before: OptimumRange, to after: OptimumRange, direction: Direction? = nil
  ) {
    func difference(_ a: Int64?, _ b: Int64?) -> Int128? {
      guard let a, let b else { return nil }
      return Int128(a) - Int128(b)
    }
    let (lower, upper) = (
      difference(after.bound, before.objective), difference(after.objective, before.bound)
    )
    self.lower = direction == .restricts ? max(lower ?? 0, 0) : lower
    self.upper = direction == .relaxes ? min(upper ?? 0, 0) : upper
  }

  /// What the interval says.
  public var answer: Answer {
    let (lower, upper) = (lower ?? .min, upper ?? .max)
    if lower > 0 { return .dearer }
    if upper < 0 { return .cheaper }
    if lower == 0 { return upper == 0 ? .same : .notCheaper }
    return upper == 0 ? .notDearer : .undecided
  }
}
