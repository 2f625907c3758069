import Emplace
import Foundation
import Synchronization

/// Keeps the best verified plan on disk while the search goes on: the first one at once, later ones
/// at most every second, each whole or not at all. A process that dies leaves the last one there.
final class PlanWriter: Sendable {
  private struct State {
    var pending: (solution: PlacementSolution, objective: Int64)?
    var isEnding = false
    var failure: CommandFailure?
  }

  private let output: OutputFile
  private let instance: PlacementInstance
  private let state = Mutex(State())
  private let bell = DispatchSemaphore(value: 0)
  private let ended = DispatchSemaphore(value: 0)

  /// A writer, which starts a thread of its own.
  init(_ output: OutputFile, _ instance: PlacementInstance) {
    self.output = output
    self.instance = instance
    let thread = Thread { [self] in work() }
    thread.start()
  }

  /// Takes a better plan and returns at once.
  func take(_ solution: PlacementSolution, _ objective: Int64) {
    state.withLock { $0.pending = (solution, objective) }
    bell.signal()
  }

  /// Writes the final plan, if there is one, and ends the thread.
  func finish(_ solution: PlacementSolution?, _ objective: Int64) throws(CommandFailure) {
    state.withLock { state in
      state.pending = solution.map { ($0, objective) }
      state.isEnding = true
    }
    bell.signal()
    ended.wait()
    if let failure = state.withLock({ $0.failure }) {
      throw CommandFailure(.internal, failure.message)
    }
  }

  private func work() {
    var pause = 0.0
    var written: PlacementSolution?
    while true {
      bell.wait()
      let isEnding = state.withLock { $0.isEnding }
      // Between two plans the end may come: then nobody waits.
      if pause > 0, !isEnding, !sleep(pause) { continue }
      let (next, isLast) = state.withLock { state in
        defer { state.pending = nil }
        return (state.pending, state.isEnding)
      }
      if let next, next.solution != written {
        let start = ContinuousClock.now
        written = write(next.solution, next.objective) ? next.solution : nil
        pause = max(1, 4 * ((ContinuousClock.now - start) / .seconds(1)))
      }
      if isLast { break }
    }
    ended.signal()
  }

  /// Sleeps in short steps; false when the end came meanwhile.
  private func sleep(_ seconds: Double) -> Bool {
    let end = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < end {
      if state.withLock({ $0.isEnding }) {
        bell.signal()
        return false
      }
      Thread.sleep(forTimeInterval: 0.02)
    }
    return true
  }

  private func write(_ solution: PlacementSolution, _ objective: Int64) -> Bool {
    do throws(CommandFailure) {
      try output.write(SolutionFile(solution, objective: objective, of: instance), for: instance)
      state.withLock { $0.failure = nil }
      return true
    } catch {
      state.withLock { $0.failure = error }
      return false
    }
  }
}

extension OutputFile {
  /// Writes a plan.
  func write(_ plan: SolutionFile, for instance: PlacementInstance) throws(CommandFailure) {
    try write { (sink) throws(CommandFailure) in try plan.write(for: instance, to: sink) }
  }
}
