/// What a search may begin from, made for this instance or for one much like it: a guess, verified
/// like everything else.
public struct WarmStart<Solution: Sendable>: Sendable {
  /// A solution; where it breaks limits, a solver keeps what it can of it.
  public var solution: Solution?
  /// Multipliers of the program's rows, as a certificate of one leaf. Its value need not be stated.
  public var multipliers: Certificate?

  /// A warm start, by default from nothing.
  public init(solution: Solution? = nil, multipliers: Certificate? = nil) {
    self.solution = solution
    self.multipliers = multipliers
  }
}
