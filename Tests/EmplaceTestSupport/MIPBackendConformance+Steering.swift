import EmplaceCore
import EmplaceMIP
import Synchronization

/// Records what a backend tells, and offers what it was given.
final class RecordingMonitor: MIPMonitor {
  struct Record: Sendable {
    var found: [(values: [Double], objective: Double)] = []
    var bounds: [Double] = []
    var cutRounds: [[Double]] = []
    var heuristicCalls = 0
  }

  private let state = Mutex(Record())
  private let offer: [Double]?
  private let rows: @Sendable ([Double]) -> [Cut]

  init(offer: [Double]? = nil, rows: @escaping @Sendable ([Double]) -> [Cut] = { _ in [] }) {
    self.offer = offer
    self.rows = rows
  }

  var record: Record { state.withLock { $0 } }

  func found(values: [Double], objective: Double) {
    state.withLock { $0.found.append((values, objective)) }
  }

  func raised(bound: Double) { state.withLock { $0.bounds.append(bound) } }

  func heuristic(relaxation: [Double]) -> [Double]? {
    state.withLock { $0.heuristicCalls += 1 }
    return offer
  }

  func cuts(relaxation: [Double]) -> [Cut] {
    state.withLock { $0.cutRounds.append(relaxation) }
    return rows(relaxation)
  }
}

extension MIPBackendConformance {
  private static let small = HardProgram.assignment(agents: 4, jobs: 14, seed: 11)

  private static func optimum(_ backend: any MIPBackend) throws -> Double {
    let answer = try backend.solve(small.program, options: MIPOptions(), monitor: SilentMonitor())
    return answer.status == .optimal ? answer.objective ?? .nan : .nan
  }

  static let steeringCases: [Case] = [
    Case("progress: solutions improve and hold, bounds rise to the optimum") {
      backend, findings in
      let monitor = RecordingMonitor()
      let answer = try backend.solve(small.program, options: MIPOptions(), monitor: monitor)
      let record = monitor.record
      findings.expect(answer.status == .optimal, "status \(answer.status)")
      findings.expect(!record.found.isEmpty, "no solution was told")
      findings.expect(record.found.last?.values == answer.values, "the last one is not the answer")
      for (earlier, later) in zip(record.found, record.found.dropFirst()) {
        findings.expect(
          later.objective < earlier.objective, "\(later.objective) after \(earlier.objective)")
      }
      for told in record.found {
        let values = told.values.compactMap { Int64(exactly: $0) }
        findings.expect(
          small.program.firstViolation(at: values) == nil, "a solution that breaks a row was told")
      }
      findings.expect(
        !record.bounds.isEmpty && record.bounds == record.bounds.sorted(), "bounds do not rise")
      findings.expect(
        (record.bounds.last ?? .nan) <= (answer.objective ?? .nan) + 1e-6,
        "the last bound exceeds the optimum")
    },
    Case("a start is used") { backend, findings in
      var options = MIPOptions()
      options.start = small.planted
      options.treeNodes = 0
      let answer = try backend.solve(small.program, options: options, monitor: SilentMonitor())
      findings.expect(answer.status == .feasible, "status \(answer.status)")
      findings.expect(answer.values == small.planted.map { Double($0) }, "the start got lost")
      options.treeNodes = nil
      let full = try backend.solve(small.program, options: options, monitor: SilentMonitor())
      findings.expect(full.status == .optimal, "status \(full.status)")
      findings.expect(try full.objective == optimum(backend), "another optimum with a start")
    },
    Case("an optimal start leaves nothing to tell") { backend, findings in
      let best = try backend.solve(small.program, options: MIPOptions(), monitor: SilentMonitor())
      var options = MIPOptions()
      options.start = best.values?.compactMap { Int64(exactly: $0) }
      let monitor = RecordingMonitor()
      let answer = try backend.solve(small.program, options: options, monitor: monitor)
      findings.expect(answer.status == .optimal, "status \(answer.status)")
      findings.expect(answer.objective == best.objective, "another objective")
      findings.expect(monitor.record.found.isEmpty, "something better than the optimum was told")
    },
    Case("a start that breaks something is refused") { backend, findings in
      var options = MIPOptions()
      for start in [
        [], [Int64](repeating: 0, count: small.planted.count), small.planted.map { 2 * $0 },
      ] {
        options.start = start
        findings.expectError("start of \(start.count)", \.isInvalid) {
          _ = try backend.solve(small.program, options: options, monitor: SilentMonitor())
        }
      }
    },
    Case("a heuristic's solution is used, a wrong one dropped") { backend, findings in
      let best = try backend.solve(small.program, options: MIPOptions(), monitor: SilentMonitor())
      var options = MIPOptions()
      options.treeNodes = 1
      let helper = RecordingMonitor(offer: best.values)
      let helped = try backend.solve(small.program, options: options, monitor: helper)
      findings.expect(helper.record.heuristicCalls > 0, "the heuristic was never asked")
      findings.expect(helped.objective == best.objective, "the offer got lost")
      for wrong in [
        [], [Double](repeating: 1, count: small.planted.count), [.nan],
        [Double](repeating: .nan, count: small.planted.count),
      ] {
        let monitor = RecordingMonitor(offer: wrong)
        let answer = try backend.solve(small.program, options: MIPOptions(), monitor: monitor)
        findings.expect(
          answer.status == .optimal && answer.objective == best.objective,
          "a wrong offer changed the answer to \(answer.status)")
      }
    },
    Case("cuts are added and change no optimum") { backend, findings in
      let covers = CoverCuts(small.program)
      let monitor = RecordingMonitor { covers.separate($0).map(\.cut) }
      let answer = try backend.solve(small.program, options: MIPOptions(), monitor: monitor)
      findings.expect(!monitor.record.cutRounds.isEmpty, "cuts were never asked for")
      findings.expect(answer.status == .optimal, "status \(answer.status)")
      findings.expect(try answer.objective == optimum(backend), "cuts changed the optimum")
      findings.expectSolution(answer, of: small.program, "with cuts")
    },
    Case("a row that is given as a cut binds the next relaxation") { backend, findings in
      // At most one of the first two: the relaxation alone would take both.
      var program = IntegerProgram()
      for cost in [-5, -4, -3] as [Int64] { program.addColumn(lower: 0, upper: 1, cost: cost) }
      program.addRow(.atMost, 5, entries: [(0, 2), (1, 2), (2, 3)])
      let row = Cut(columns: [0, 1], coefficients: [1, 1], relation: .atMost, rightHandSide: 1)
      let monitor = RecordingMonitor { $0[0] + $0[1] > 1.5 ? [row] : [] }
      let answer = try backend.solve(program, options: MIPOptions(), monitor: monitor)
      findings.expect(answer.values == [1, 0, 1], "values \(answer.values ?? []) despite the row")
      findings.expect(monitor.record.cutRounds.count > 1, "asked once only")
    },
    Case("cuts that are malformed end the solve") { backend, findings in
      for cut in [
        Cut(columns: [9_999], coefficients: [1], relation: .atMost, rightHandSide: 0),
        Cut(columns: [-1], coefficients: [1], relation: .atMost, rightHandSide: 0),
        Cut(columns: [0, 1], coefficients: [1], relation: .atMost, rightHandSide: 0),
      ] {
        findings.expectError("cut", \.isInvalid) {
          let monitor = RecordingMonitor { _ in [cut] }
          _ = try backend.solve(small.program, options: MIPOptions(), monitor: monitor)
        }
      }
    },
    Case("cuts with repeated columns, no columns, or nothing violated do no harm") {
      backend, findings in
      let cuts = [
        Cut(columns: [0, 0, 1], coefficients: [1, 1, 1], relation: .atMost, rightHandSide: 3),
        Cut(columns: [], coefficients: [], relation: .atMost, rightHandSide: 0),
        Cut(columns: [0], coefficients: [.max], relation: .atMost, rightHandSide: .max),
      ]
      let monitor = RecordingMonitor { _ in cuts }
      let answer = try backend.solve(small.program, options: MIPOptions(), monitor: monitor)
      findings.expect(answer.status == .optimal, "status \(answer.status)")
      findings.expect(try answer.objective == optimum(backend), "another optimum")
    },
    Case("solves on several threads at once agree") { backend, findings in
      let expected = try optimum(backend)
      let answers = Mutex<[Double?]>([])
      Threads.run(count: 4) {
        let answer = try? backend.solve(
          small.program, options: MIPOptions(), monitor: SilentMonitor())
        answers.withLock { $0.append(answer?.objective) }
      }
      findings.expect(
        answers.withLock { $0 } == [Double?](repeating: expected, count: 4),
        "\(answers.withLock { $0 }), expected \(expected)")
    },
    Case("a solve inside a callback of another") { backend, findings in
      let expected = try optimum(backend)
      let inner = Mutex<[Double?]>([])
      let monitor = RecordingMonitor { _ in
        let answer = try? backend.solve(
          small.program, options: MIPOptions(), monitor: SilentMonitor())
        inner.withLock { $0.append(answer?.objective) }
        return []
      }
      var options = MIPOptions()
      options.treeNodes = 3
      _ = try backend.solve(small.program, options: options, monitor: monitor)
      let objectives = inner.withLock { $0 }
      findings.expect(
        !objectives.isEmpty && objectives.allSatisfy { $0 == expected },
        "\(objectives) inside, expected \(expected)")
    },
  ]
}
