public import EmplaceCore

/// How a run ended: what is held, what is proven, and why it stopped, as three answers.
public struct SolveResult<P: Problem>: Sendable {
  /// What is known of the instance.
  public enum Status: String, Sendable, Hashable, Codable {
    /// The incumbent costs no more than the bound.
    case optimal
    /// There is an incumbent.
    case feasible
    /// Proven by a replayed certificate: there is no solution.
    case infeasible
    /// Neither an incumbent nor a proof.
    case unknown
  }

  /// A lower bound and what stands behind it.
  public struct ReportedBound: Sendable, Hashable {
    /// In units of the instance.
    public var value: Int64
    /// Whether the checker has replayed its certificate; else somebody claims it.
    public var isVerified: Bool
    /// Who found it.
    public var by: String

    /// A bound.
    public init(value: Int64, isVerified: Bool, by: String) {
      self.value = value
      self.isVerified = isVerified
      self.by = by
    }
  }

  /// Why the search stopped.
  public var termination: Termination
  /// The best verified solution.
  public var incumbent: Incumbent<P.Solution>?
  /// The best bound: a verified one if there is any.
  public var bound: ReportedBound?
  /// What somebody claims beyond the bound, if anything.
  public var claim: ReportedBound?
  /// The certificate that was replayed, with the value of every leaf, and what it proves.
  public var certificate: (certificate: Certificate, proof: Proof)?
  /// Why a certificate that the search raised is not in ``certificate``, or nil.
  public var refusal: String?
  /// What broke the search off after its incumbent was found, or nil.
  public var failure: String?
  /// Whether the search did not end when it was told to: its thread goes on, and nobody waits.
  public var isAbandoned: Bool
  /// Objective of the greedy solution that ``closedGap`` is measured from.
  public var greedyObjective: Int64?
  /// Everything that moved incumbent or bound.
  public var events: [RunEvent]
  /// Verdict on the first solution that the verifier refused: a solver that causes one has a bug.
  public var firstRejection: Verdict?
  /// Where random draws came from.
  public var seed: UInt64

  /// What is known of the instance.
  public var status: Status {
    if case .infeasible = certificate?.proof { return .infeasible }
    guard let incumbent else { return .unknown }
    guard let bound, incumbent.objective <= bound.value else { return .feasible }
    return .optimal
  }

  /// (objective - bound) / max(|objective|, 1), nil without one of them.
  public var gap: Double? {
    guard let incumbent, let bound else { return nil }
    return Run<P>.gap(objective: incumbent.objective, bound: bound.value)
  }

  /// (objective - bound) / (greedy - bound): the share of the greedy plan's distance to the bound
  /// that is left; nil without a bound, or where greedy meets the bound and the incumbent does not.
  public var closedGap: Double? {
    guard let incumbent, let bound else { return nil }
    guard incumbent.objective > bound.value else { return 0 }
    guard let greedyObjective, greedyObjective > bound.value else { return nil }
    let left = Double(Int128(incumbent.objective) - Int128(bound.value))
    return left / Double(Int128(greedyObjective) - Int128(bound.value))
  }
}
