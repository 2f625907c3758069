import EmplaceCore
import EmplaceMIP
import Foundation
import Synchronization

/// Asks to stop a while after it was made, and measures how long that takes.
final class StoppingMonitor: MIPMonitor {
  private let clock = ContinuousClock()
  private let due: ContinuousClock.Instant
  private let questions = Atomic<Int>(0)

  init(after seconds: Double) { due = clock.now + .seconds(seconds) }

  func shouldStop() -> Bool {
    questions.add(1, ordering: .relaxed)
    return clock.now >= due
  }

  /// Seconds since the wish to stop.
  var lateSeconds: Double { (clock.now - due) / .seconds(1) }
  /// How often it was asked.
  var questionCount: Int { questions.load(ordering: .relaxed) }
}

/// Measures the longest silence between two questions, in seconds of the thread's processor time:
/// that does not depend on what else the machine does.
final class ListeningMonitor: MIPMonitor {
  private struct State {
    var last: Double?
    var longest = 0.0
  }
  private let state = Mutex(State())

  func shouldStop() -> Bool {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    let now = Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
    state.withLock {
      if let last = $0.last { $0.longest = max($0.longest, now - last) }
      $0.last = now
    }
    return false
  }

  var longestSilence: Double { state.withLock { $0.longest } }
}

extension MIPBackendConformance {
  /// A tree that no backend finishes soon.
  private static let tree = HardProgram.assignment(agents: 10, jobs: 100, seed: 7).program
  /// A relaxation of about a second.
  private static let relaxation = HardProgram.location(
    sites: 60, customers: 700, near: 12, seed: 5)
  /// A relaxation of many seconds.
  private static let largeRelaxation = HardProgram.location(
    sites: 100, customers: 2_000, near: 12, seed: 5)

  static let limitCases: [Case] = [
    latency("cancel in a tree", tree, after: 0.4, cancel: 0.2),
    latency("time limit in a tree", tree, after: 0.4, timeLimit: 0.5),
    latency("cancel in a relaxation", relaxation, after: 0.25, cancel: 0.2),
    latency("cancel in a large relaxation", largeRelaxation, after: 1, cancel: 1),
    latency("time limit in a large relaxation", largeRelaxation, after: 1, timeLimit: 0.5),
    silence("silence in a tree", tree, seconds: 1, most: 0.05),
    silence("silence in the tree of a location program", relaxation, seconds: 6, most: 0.6),
    silence("silence in a large relaxation", largeRelaxation, seconds: 3, most: 0.2),
    Case("cancel before the start") { backend, findings in
      let monitor = StoppingMonitor(after: 0)
      let answer = try backend.solve(tree, options: MIPOptions(), monitor: monitor)
      findings.expect(answer.status == .unknown, "status \(answer.status)")
      findings.expect(monitor.lateSeconds < 0.5, "took \(monitor.lateSeconds) s")
    },
    Case("no time at all") { backend, findings in
      var options = MIPOptions()
      options.timeSeconds = 0
      let answer = try backend.solve(tree, options: options, monitor: SilentMonitor())
      findings.expect(answer.status == .unknown, "status \(answer.status)")
    },
    Case("an interrupted relaxation leaves multipliers that prove something") {
      backend, findings in
      // A busy machine may get nowhere in the first attempt; what is claimed must be proven in all.
      var (proven, claim) = (0.0, 0.0)
      for seconds in [2.0, 6, 18] where proven <= 0 {
        var options = MIPOptions()
        options.timeSeconds = seconds
        let answer = try backend.solve(largeRelaxation, options: options, monitor: SilentMonitor())
        let multipliers = answer.duals.flatMap {
          IntegerMultipliers(rounding: $0, for: largeRelaxation)
        }
        guard let multipliers, let bound = multipliers.bound(of: largeRelaxation) else {
          return findings.add("no duals that round")
        }
        proven = Double(bound) / Double(multipliers.denominator)
        claim = answer.bound ?? .nan
        findings.expect(
          claim <= proven + 1e-6 * abs(proven), "claims \(claim), the duals prove \(proven)")
      }
      findings.expect(proven > 0 && claim > 0, "claims \(claim), the duals prove \(proven)")
    },
    Case("a limit on tree nodes is kept, and repeats") { backend, findings in
      var options = MIPOptions()
      for limit in [0, 1, 150] {
        options.treeNodes = limit
        let first = try backend.solve(tree, options: options, monitor: SilentMonitor())
        let second = try backend.solve(tree, options: options, monitor: SilentMonitor())
        findings.expect(first.treeNodes <= limit, "\(first.treeNodes) nodes of \(limit)")
        findings.expect(first.values == second.values, "limit \(limit): other values")
        findings.expect(first.duals == second.duals, "limit \(limit): other duals")
        findings.expect(
          first.bound == second.bound && first.objective == second.objective
            && first.treeNodes == second.treeNodes && first.status == second.status,
          "limit \(limit): another end")
        findings.expect((first.bound ?? 0) > 0, "limit \(limit): no bound")
        if first.status == .feasible { findings.expectSolution(first, of: tree, "\(limit) nodes") }
      }
    },
    Case("a gap ends the search with a bound within it") { backend, findings in
      let program = HardProgram.assignment(agents: 5, jobs: 25, seed: 2).program
      var options = MIPOptions()
      options.gap = 0.2
      let answer = try backend.solve(program, options: options, monitor: SilentMonitor())
      findings.expectSolution(answer, of: program, "gap")
      let (objective, bound) = (answer.objective ?? .nan, answer.bound ?? .nan)
      findings.expect(
        objective - bound <= 0.2001 * abs(objective), "objective \(objective), bound \(bound)")
    },
  ]

  /// The quickest of three attempts counts: the machine may be busy.
  private static func latency(
    _ name: String, _ program: IntegerProgram, after seconds: Double, cancel: Double? = nil,
    timeLimit: Double? = nil
  ) -> Case {
    Case(name) { backend, findings in
      var least = Double.infinity
      for _ in 0..<3 where least > cancel ?? timeLimit ?? 0 {
        var options = MIPOptions()
        let monitor = StoppingMonitor(after: timeLimit == nil ? seconds : 1e6)
        if timeLimit != nil { options.timeSeconds = seconds }
        let begin = ContinuousClock.now
        let answer = try backend.solve(program, options: options, monitor: monitor)
        let took = (ContinuousClock.now - begin) / .seconds(1)
        let late = took - seconds
        guard late > -0.05 else {
          return findings.add("finished in \(took) s, too soon to tell")
        }
        least = min(least, late)
        findings.expect(
          answer.status == .unknown || answer.status == .feasible, "status \(answer.status)")
        if answer.status == .feasible { findings.expectSolution(answer, of: program, name) }
        findings.expect(monitor.questionCount > 0, "the monitor was never asked")
      }
      findings.expect(
        least <= cancel ?? timeLimit ?? 0, "ended \(least) s late, in the best of three attempts")
    }
  }

  /// No silence is longer than `most` seconds of processor time.
  private static func silence(
    _ name: String, _ program: IntegerProgram, seconds: Double, most: Double
  ) -> Case {
    Case(name) { backend, findings in
      var options = MIPOptions()
      options.timeSeconds = seconds
      let monitor = ListeningMonitor()
      _ = try backend.solve(program, options: options, monitor: monitor)
      findings.expect(
        monitor.longestSilence <= most, "\(monitor.longestSilence) s, allowed are \(most) s")
      findings.expect(monitor.longestSilence > 0, "the monitor was never asked")
    }
  }
}
