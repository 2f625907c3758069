import Emplace

/// One search on an instance, with a progress line, until a limit, the end or a signal.
struct InstanceSearch {
  let instance: PlacementInstance
  var algorithm = "auto"
  var backend = "glpk"
  /// Limits of the search and of the replay of its certificate.
  let limits: Limits
  let seed: UInt64
  let warmStart: WarmStart<PlacementSolution>
  /// Whether the greedy plan is looked for, from which closed gaps are measured.
  var measuresGreedy = true
  /// Share of the time that is kept for replaying trees.
  var replayShare = 0.05

  /// Searches; `improved` sees each better plan.
  func run(
    improved: @escaping @Sendable (PlacementSolution, Int64) -> Void = { _, _ in }
  ) async throws -> SolveResult<Placement> {
    let driver = try driver()
    let instance = instance
    let progress = ProgressLine(for: instance)
    let observer = SolveDriver<Placement>.Observer(
      began: { progress?.show($0) }, improved: improved)
    let search = Task {
      try await driver.solve(
        instance, program: { PlacementFormulation.forBounds(of: instance).program },
        observer: observer)
    }
    let interruption = Interruption { search.cancel() }
    defer {
      interruption.end()
      progress?.end()
    }
    return try await search.value
  }

  private func driver() throws -> SolveDriver<Placement> {
    let backend = Algorithms.backends.first { $0.name == self.backend }
    guard let entry = Algorithms.placement[algorithm], let backend else {
      throw SolveError.bug("the algorithm or the backend is gone")
    }
    return SolveDriver(
      solver: entry.make(backend), limits: limits, seed: seed, warmStart: warmStart,
      greedy: measuresGreedy ? Algorithms.placement["greedy"]?.make(backend) : nil,
      replaySeconds: limits.timeSeconds.map { $0 * replayShare + replaySeconds })
  }

  /// Seconds kept for building the program once more and for the replay of one leaf.
  private var replaySeconds: Double { 0.05 + Double(instance.arcCount) * 2.5e-6 }
}
