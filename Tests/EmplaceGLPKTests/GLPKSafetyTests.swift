// SPDX-License-Identifier: GPL-3.0-or-later

import EmplaceCore
import EmplaceMIP
import EmplaceTestSupport
import Synchronization
import Testing

@testable import EmplaceGLPK

/// The last net: GLPK fails in the middle of a call, and the process lives on.
@Suite("GLPK's failures are trapped") struct GLPKSafetyTests {
  private let hard = HardProgram.assignment(agents: 3, jobs: 8, seed: 1)
  private var program: IntegerProgram { hard.program }

  private func steering() -> GLPKSteering {
    GLPKSteering(program: program, monitor: SilentMonitor(), start: nil, deadline: nil)
  }

  @Test func aFailureIsAnErrorWithGLPKsOwnWords() throws {
    let problem = try GLPKProblem()
    #expect(try problem.load(program, steering: steering()))
    let error = #expect(throws: BackendError.self) { try problem.provoke() }
    #expect("\(error.map { "\($0)" } ?? "")".contains("glp_set_col_bnds: j = 25"))
    #expect("\(error.map { "\($0)" } ?? "")".contains("Error detected in file"))
    // It is closed inside: every further call says so.
    let second = #expect(throws: BackendError.self) { try problem.provoke() }
    #expect("\(second.map { "\($0)" } ?? "")".contains("earlier failure"))
  }

  @Test func theNextSolveOnTheThreadIsSound() throws {
    let expected = try GLPKBackend().solve(
      program, options: MIPOptions(), monitor: SilentMonitor())
    for _ in 0..<50 {
      let problem = try GLPKProblem()
      #expect(try problem.load(program, steering: steering()))
      #expect(throws: BackendError.self) { try problem.provoke() }
    }
    let after = try GLPKBackend().solve(program, options: MIPOptions(), monitor: SilentMonitor())
    #expect(after.values == expected.values && after.status == .optimal)
  }

  @Test func otherSessionsOfTheThreadSurvive() throws {
    let session = try GLPKRelaxation(program)
    let before = try session.solve().objective
    let problem = try GLPKProblem()
    #expect(throws: BackendError.self) { try problem.provoke() }
    #expect(try session.solve().objective == before)
    try session.setBounds(column: 0, lower: 1, upper: 1)
    #expect(try session.solve().status == .optimal)
    session.close()
  }

  @Test func aFailureInsideACallbackLeavesTheOuterSolveAlone() throws {
    let monitor = CallingMonitor {
      let problem = try? GLPKProblem()
      _ = try? problem?.provoke()
    }
    let expected = try GLPKBackend().solve(
      program, options: MIPOptions(), monitor: SilentMonitor())
    let answer = try GLPKBackend().solve(program, options: MIPOptions(), monitor: monitor)
    #expect(answer.status == .optimal && answer.objective == expected.objective)
    #expect(monitor.calls > 0)
  }

  @Test func anotherThreadIsRefused() throws {
    let failures = Mutex<[String]>([])
    let session = try GLPKRelaxation(program)
    // The session is not Sendable: its owner type promises more than a test may, on purpose.
    nonisolated(unsafe) let smuggled = session
    Threads.run(count: 1) {
      do {
        _ = try smuggled.solve()
        failures.withLock { $0.append("no error") }
      } catch {
        failures.withLock { $0.append("\(error)") }
      }
    }
    #expect(failures.withLock { $0 }.count == 1)
    #expect(failures.withLock { $0 }.first?.contains("another thread") == true)
    #expect(try session.solve().status == .optimal)
    session.close()
  }

  @Test func theStartIsNoTrapForLaterSolves() throws {
    var options = MIPOptions()
    options.start = hard.planted
    for _ in 0..<3 {
      let answer = try GLPKBackend().solve(program, options: options, monitor: SilentMonitor())
      #expect(answer.status == .optimal)
    }
  }
}

/// Calls something at each look at the relaxation.
private final class CallingMonitor: MIPMonitor {
  private let body: @Sendable () -> Void
  private let count = Atomic<Int>(0)

  init(_ body: @escaping @Sendable () -> Void) { self.body = body }

  var calls: Int { count.load(ordering: .relaxed) }

  func cuts(relaxation: [Double]) -> [Cut] {
    count.add(1, ordering: .relaxed)
    body()
    return []
  }
}
