public import EmplaceCore

/// Runs a solver on a thread of its own and answers with a ``SolveResult``: the search, then the
/// replay of its certificate by the checker, all before the deadline.
///
/// ``solve(_:program:observer:)`` is the one asynchronous door; cancelling its task stops the
/// search, and the best verified solution still comes back.
public struct SolveDriver<P: Problem>: Sendable {
  /// Who looks on. Calls come from the threads of the search and must be short.
  public struct Observer: Sendable {
    /// The run has begun; its incumbent, bound and time may be read at any moment.
    public var began: @Sendable (Run<P>) -> Void
    /// A verified improvement, with its objective.
    public var improved: @Sendable (P.Solution, Int64) -> Void

    /// An observer; by default it does nothing.
    public init(
      began: @escaping @Sendable (Run<P>) -> Void = { _ in },
      improved: @escaping @Sendable (P.Solution, Int64) -> Void = { _, _ in }
    ) {
      self.began = began
      self.improved = improved
    }
  }

  /// The algorithm.
  public var solver: any Solver<P>
  /// When to stop. The time is that of the search and of the replay together.
  public var limits: Limits
  /// Where every random draw comes from.
  public var seed: UInt64
  /// What to start from.
  public var warmStart: WarmStart<P.Solution>
  /// What gives the greedy solution that gaps are measured from where there is a warm start; else
  /// the first solution of the search is taken.
  public var greedy: (any Solver<P>)?
  /// Seconds of the time limit that are kept for building the program and replaying the
  /// certificate.
  public var replaySeconds: Double

  /// A driver. By default a tenth of the time, at least 50 ms, is kept for the replay.
  public init(
    solver: any Solver<P>, limits: Limits = Limits(), seed: UInt64 = 1,
    warmStart: WarmStart<P.Solution> = WarmStart(), greedy: (any Solver<P>)? = nil,
    replaySeconds: Double? = nil
  ) {
    self.solver = solver
    self.limits = limits
    self.seed = seed
    self.warmStart = warmStart
    self.greedy = greedy
    self.replaySeconds = replaySeconds ?? max(0.05, (limits.timeSeconds ?? 0) / 10)
  }

  /// Solves an instance; `program` builds the program that certificates speak of.
  public func solve(
    _ instance: P.Instance, program: @escaping @Sendable () -> IntegerProgram,
    observer: Observer = Observer()
  ) async throws(SolveError) -> SolveResult<P> {
    let start = ContinuousClock.now
    var searchLimits = limits
    if let seconds = limits.timeSeconds {
      searchLimits.timeSeconds = max(0, seconds - min(replaySeconds, seconds / 2))
    }
    let run = Run<P>(
      instance: instance, limits: searchLimits, seed: seed, warmStart: warmStart,
      onIncumbent: observer.improved)
    observer.began(run)
    let errand = Errand(stackBytes: Self.stackBytes) {
      Search(greedyObjective: greedyObjective(run), outcome: search(run))
    }
    let wasCancelled = Latch()
    if let seconds = searchLimits.timeSeconds {
      errand.giveUp(after: seconds + max(0.2, min(replaySeconds / 2, 5)))
    }
    let ended = await withTaskCancellationHandler {
      await errand.value()
    } onCancel: {
      _ = wasCancelled.close()
      run.stop()
      errand.giveUp(after: Self.graceSeconds)
    }
    var result = SolveResult<P>(
      termination: .exhausted, incumbent: run.incumbent, bound: nil, claim: nil, certificate: nil,
      refusal: nil, failure: nil, isAbandoned: ended == nil,
      greedyObjective: ended?.greedyObjective ?? run.greedyObjective, events: run.events,
      firstRejection: run.firstRejection, seed: seed)
    switch ended?.outcome {
    case .success(let termination): result.termination = termination
    case nil: result.termination = wasCancelled.isOpen ? .timeLimit : .cancelled
    // What was verified before the failure is kept; without anything the failure is the answer.
    case .failure(let error) where result.incumbent == nil: throw error
    case .failure(let error): result.failure = error.description
    }
    let seconds = patience(since: start, isShort: !wasCancelled.isOpen)
    await replay(run, program, seconds: seconds, into: &result)
    return result
  }

  // MARK: Search

  /// What comes back from the thread of the search.
  private struct Search: Sendable {
    /// Set where the greedy solution is not the first of the run.
    var greedyObjective: Int64?
    var outcome: Result<Termination, SolveError>
  }

  private func search(_ run: Run<P>) -> Result<Termination, SolveError> {
    if let solution = warmStart.solution { run.offer(solution, source: "warm start") }
    do throws(SolveError) {
      return .success(try solver.search(run))
    } catch {
      return .failure(error)
    }
  }

  /// Where the search begins with a warm start, what greedy gives in a run of its own.
  private func greedyObjective(_ run: Run<P>) -> Int64? {
    guard warmStart.solution != nil, let greedy else { return nil }
    let seconds = run.limits.timeSeconds.map { $0 / 4 }
    let other = Run<P>(
      instance: run.instance, limits: Limits(timeSeconds: seconds, threads: limits.threads),
      seed: seed)
    _ = try? greedy.search(other)
    return other.greedyObjective
  }

  /// Seconds that the replay may take: what the limit leaves; after a cancel a few.
  private func patience(since start: ContinuousClock.Instant, isShort: Bool) -> Double {
    let elapsed = (ContinuousClock.now - start) / .seconds(1)
    let left = limits.timeSeconds.map { max(0, $0 - elapsed) } ?? .infinity
    return isShort ? min(left, max(2, elapsed / 10)) : left
  }

  // MARK: Proof

  private func replay(
    _ run: Run<P>, _ program: @escaping @Sendable () -> IntegerProgram, seconds: Double,
    into result: inout SolveResult<P>
  ) async {
    let claim = run.claimedBound.map {
      SolveResult<P>.ReportedBound(value: $0.value, isVerified: false, by: $0.evidence.by)
    }
    guard let bound = run.certifiedBound,
      case .certificate(let certificate, let by) = bound.evidence
    else {
      result.bound = claim
      return
    }
    let errand = Errand(stackBytes: Self.stackBytes) { Self.proof(of: certificate, program) }
    if seconds < .infinity { errand.giveUp(after: seconds) }
    switch await errand.value() {
    case .success(let (stated, proof)):
      result.certificate = (stated, proof)
      if case .bound(let value) = proof {
        result.bound = .init(value: value, isVerified: true, by: by)
        result.claim = claim.flatMap { $0.value > value ? $0 : nil }
      }
    case .failure(let error):
      // A certificate that fails is a bug: its number is not even worth a claim.
      result.refusal = "the certificate of \(by) fails at \(error)"
      result.bound = claim
    case nil:
      result.refusal = "there was no time to replay the certificate of \(by)"
      result.bound = .init(value: bound.value, isVerified: false, by: by)
    }
  }

  private static func proof(
    of certificate: Certificate, _ program: () -> IntegerProgram
  ) -> Result<(Certificate, Proof), CertificateError> {
    let program = program()
    do throws(CertificateError) {
      // Stating the values is a replay by the checker: nothing is left to compare.
      return .success(try certificate.stated(on: program))
    } catch {
      return .failure(error)
    }
  }

  /// Stack of a solver's thread.
  private static var stackBytes: Int { 64 << 20 }

  /// Seconds after a cancel in which a search must have ended.
  private static var graceSeconds: Double { 5 }
}

extension Run {
  /// The best that solvers named `greedy...` found here, else the first solution.
  fileprivate var greedyObjective: Int64? {
    let found = events.lazy.filter { $0.source.hasPrefix("greedy") }.compactMap(\.objective).min()
    return found ?? firstObjective
  }
}
