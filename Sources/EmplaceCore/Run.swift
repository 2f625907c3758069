import Synchronization

/// The best verified solution so far.
public struct Incumbent<Solution: Sendable>: Sendable {
  /// The decisions.
  public let solution: Solution
  /// Objective recomputed by the verifier, in units of the instance.
  public let objective: Int64
  /// Which algorithm found it.
  public let source: String
  /// Seconds since the start of the run.
  public let seconds: Double

  /// A solution that the verifier has accepted at that objective.
  public init(solution: Solution, objective: Int64, source: String, seconds: Double) {
    self.solution = solution
    self.objective = objective
    self.source = source
    self.seconds = seconds
  }
}

/// What stands behind a bound.
public enum Evidence: Sendable, Hashable {
  /// Somebody says so.
  case claimed(by: String)
  /// Numbers that the checker can replay; `verified` once it has.
  case certificate(Certificate, by: String)

  /// Who found the bound.
  public var by: String {
    switch self {
    case .claimed(let who), .certificate(_, let who): who
    }
  }
}

/// A lower limit on the objective, with its evidence.
public struct Bound: Sendable, Hashable {
  /// The limit, in units of the instance.
  public var value: Int64
  /// What stands behind it.
  public var evidence: Evidence

  /// A bound.
  public init(value: Int64, evidence: Evidence) {
    self.value = value
    self.evidence = evidence
  }
}

/// One moment of a run, for the progress line and for the report's picture.
public struct RunEvent: Sendable, Hashable, Codable {
  /// Seconds since the start.
  public var seconds: Double
  /// Best objective so far, if any.
  public var objective: Int64?
  /// Best bound so far, if any.
  public var bound: Int64?
  /// Who moved it.
  public var source: String
}

/// The world that a search sees: the instance, the limits, and two doors, ``offer(_:source:)``
/// and ``raise(_:)``.
///
/// No algorithm sets an incumbent: the run verifies what is offered. It may be shared by threads.
public final class Run<P: Problem>: Sendable {
  private struct State {
    var incumbent: Incumbent<P.Solution>?
    var bound: Bound?
    var claim: Bound?
    var firstObjective: Int64?
    var rejected: Verdict?
    var iterations = 0
    var events: [RunEvent] = []
  }

  /// The instance.
  public let instance: P.Instance
  /// When to stop.
  public let limits: Limits
  /// Where every random draw comes from.
  public let seed: UInt64
  /// What the search may begin from.
  public let warmStart: WarmStart<P.Solution>
  /// Called after each improvement, on the thread that made it.
  public let onEvent: (@Sendable (RunEvent) -> Void)?
  private let onIncumbent: (@Sendable (P.Solution, Int64) -> Void)?
  private let start: ContinuousClock.Instant
  private let state = Mutex(State())
  private let stopFlag = Atomic<Bool>(false)
  private let bestObjective = Atomic<Int64>(.max)
  private let bestBound = Atomic<Int64>(.min)

  /// A run that begins now. `onIncumbent` sees each verified improvement with its objective.
  public init(
    instance: P.Instance, limits: Limits, seed: UInt64,
    warmStart: WarmStart<P.Solution> = WarmStart(),
    onEvent: (@Sendable (RunEvent) -> Void)? = nil,
    onIncumbent: (@Sendable (P.Solution, Int64) -> Void)? = nil
  ) {
    self.instance = instance
    self.limits = limits
    self.seed = seed
    self.warmStart = warmStart
    self.onEvent = onEvent
    self.onIncumbent = onIncumbent
    self.start = .now
  }

  /// Seconds since the start.
  public var elapsedSeconds: Double { (ContinuousClock.now - start) / .seconds(1) }

  /// Asks every thread of the run to end.
  public func stop() { stopFlag.store(true, ordering: .relaxed) }

  /// Whether somebody called ``stop()``.
  public var isStopped: Bool { stopFlag.load(ordering: .relaxed) }

  /// Whether the search should end: stopped, out of time or iterations, or the gap is reached.
  public func shouldStop() -> Bool { reasonToStop() != nil }

  /// Why the search should end, or nil while it may go on.
  public func reasonToStop() -> Termination? {
    if isStopped { return .cancelled }
    let (objective, bound) = (objective, bound)
    if objective != .max, bound != .min {
      if objective <= bound { return .optimal }
      if Self.gap(objective: objective, bound: bound) <= limits.gap { return .gapReached }
    }
    if let seconds = limits.timeSeconds, elapsedSeconds >= seconds { return .timeLimit }
    return nil
  }

  /// Objective of the incumbent, or `Int64.max`. Cheap: for inner loops.
  public var objective: Int64 { bestObjective.load(ordering: .relaxed) }

  /// Best bound that has a certificate, or `Int64.min`. Cheap: for inner loops.
  public var bound: Int64 { bestBound.load(ordering: .relaxed) }

  /// Offers a solution. The run verifies it and keeps it if it is the best; says whether it did.
  @discardableResult
  public func offer(_ solution: P.Solution, source: String) -> Bool {
    let verdict = P.verify(solution, against: instance)
    guard verdict.isFeasible else {
      state.withLock { if $0.rejected == nil { $0.rejected = verdict } }
      return false
    }
    let event = state.withLock { state -> RunEvent? in
      if state.firstObjective == nil { state.firstObjective = verdict.objective }
      if let best = state.incumbent, best.objective <= verdict.objective { return nil }
      state.incumbent = Incumbent(
        solution: solution, objective: verdict.objective, source: source,
        seconds: elapsedSeconds)
      bestObjective.store(verdict.objective, ordering: .relaxed)
      onIncumbent?(solution, verdict.objective)
      return Self.record(&state, seconds: elapsedSeconds, source: source)
    }
    if let event { onEvent?(event) }
    return event != nil
  }

  /// Raises the bound if it is the best of its kind; says whether it was.
  @discardableResult
  public func raise(_ bound: Bound) -> Bool {
    let event = state.withLock { state -> RunEvent? in
      guard case .certificate = bound.evidence else {
        if bound.value > state.claim?.value ?? .min { state.claim = bound }
        return nil
      }
      guard bound.value > state.bound?.value ?? .min else { return nil }
      state.bound = bound
      bestBound.store(bound.value, ordering: .relaxed)
      return Self.record(&state, seconds: elapsedSeconds, source: bound.evidence.by)
    }
    if let event { onEvent?(event) }
    return event != nil
  }

  /// The best verified solution so far.
  public var incumbent: Incumbent<P.Solution>? { state.withLock { $0.incumbent } }

  /// The best bound that carries a certificate.
  public var certifiedBound: Bound? { state.withLock { $0.bound } }

  /// The best bound that somebody merely claims.
  public var claimedBound: Bound? { state.withLock { $0.claim } }

  /// Objective of the first solution that was accepted: what a plain greedy gives.
  public var firstObjective: Int64? { state.withLock { $0.firstObjective } }

  /// Verdict on the first offer that the verifier refused; a solver that causes one has a bug.
  public var firstRejection: Verdict? { state.withLock { $0.rejected } }

  /// Everything that moved incumbent or bound, in order.
  public var events: [RunEvent] { state.withLock { $0.events } }

  /// (objective - bound) / max(|objective|, 1): the one definition of a gap.
  public static func gap(objective: Int64, bound: Int64) -> Double {
    let difference = Double(Int128(objective) - Int128(bound))
    return max(0, difference) / max(abs(Double(objective)), 1)
  }

  private static func record(_ state: inout State, seconds: Double, source: String) -> RunEvent {
    let event = RunEvent(
      seconds: seconds, objective: state.incumbent?.objective, bound: state.bound?.value,
      source: source)
    state.events.append(event)
    return event
  }
}
