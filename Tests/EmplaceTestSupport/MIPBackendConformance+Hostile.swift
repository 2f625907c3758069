import EmplaceCore
import EmplaceMIP

extension MIPBackendConformance {
  static let hostileCases: [Case] = [
    Case("malformed programs are refused") { backend, findings in
      for (what, program) in malformedPrograms {
        findings.expectError(what, \.isInvalid) {
          _ = try backend.solve(program, options: MIPOptions(), monitor: SilentMonitor())
        }
      }
    },
    Case("malformed options are refused") { backend, findings in
      let program = KnownProgram.all[3].program
      let changes: [(inout MIPOptions) -> Void] = [
        { $0.gap = .nan }, { $0.gap = -1 }, { $0.gap = .infinity }, { $0.timeSeconds = .nan },
        { $0.timeSeconds = -1 }, { $0.treeNodes = -1 },
      ]
      for (index, change) in changes.enumerated() {
        var options = MIPOptions()
        change(&options)
        findings.expectError("option \(index)", \.isInvalid) {
          _ = try backend.solve(program, options: options, monitor: SilentMonitor())
        }
      }
    },
    Case("huge numbers: an exact solution or an honest failure") { backend, findings in
      for seed in 0..<200 as Range<UInt64> {
        let program = hugeProgram(seed: seed)
        checkHonesty(program, "seed \(seed)", backend, &findings)
      }
    },
    Case("numbers at the ends of 64 bits") { backend, findings in
      for side in [Int64.min, -1, 0, 1, .max] {
        for coefficient in [Int64.min, -1, 1, .max] {
          var program = IntegerProgram()
          program.addColumn(lower: .min, upper: .max, cost: coefficient)
          program.addColumn(lower: 0, upper: .max, cost: .max)
          program.addRow(.atLeast, side, entries: [(0, coefficient), (1, coefficient)])
          program.addRow(.atMost, .max, unit: .max, entries: [(0, 1), (1, .min)])
          checkHonesty(program, "side \(side), coefficient \(coefficient)", backend, &findings)
        }
      }
    },
    Case("many empty rows, and columns that stand nowhere") { backend, findings in
      var program = IntegerProgram()
      for index in 0..<2_000 as Range<Int64> {
        program.addColumn(lower: -1, upper: index % 3, cost: index % 7 - 3)
      }
      for _ in 0..<3_000 { program.addRow(.atMost, 0) }
      program.addRow(.atLeast, 1, entries: [(7, 1)])
      let answer = try backend.solve(program, options: MIPOptions(), monitor: SilentMonitor())
      findings.expect(answer.status == .optimal, "status \(answer.status)")
      findings.expectSolution(answer, of: program, "empty rows")
    },
    Case("a dense row that is repeated many times") { backend, findings in
      var program = IntegerProgram()
      for _ in 0..<40 { program.addColumn(lower: 0, upper: 3, cost: -1) }
      for _ in 0..<300 { program.addRow(.equal, 59, entries: (0..<40).map { ($0, 1) }) }
      let answer = try backend.solve(program, options: MIPOptions(), monitor: SilentMonitor())
      findings.expect(answer.objective == -59, "objective \(answer.objective ?? .nan)")
    },
  ]

  private static var malformedPrograms: [(String, IntegerProgram)] {
    var inverted = IntegerProgram()
    inverted.addColumn(lower: 3, upper: 2, cost: 1)
    var outside = IntegerProgram()
    outside.addColumn(lower: 0, upper: 1, cost: 1)
    outside.addRow(.atMost, 1, entries: [(0, 1), (1, 1)])
    var negative = outside
    negative.addRow(.atMost, 1, entries: [(-1, 1)])
    var early = IntegerProgram()
    early.addColumn(lower: 0, upper: 1, cost: 1)
    early.addEntry(column: 0, coefficient: 1)
    early.addRow(.atMost, 1)
    var unit = IntegerProgram()
    unit.addColumn(lower: 0, upper: 1, cost: 1)
    var negativeUnit = unit
    unit.addRow(.atMost, 1, unit: 0, entries: [(0, 1)])
    negativeUnit.objectiveUnit = -5
    return [
      ("inverted range", inverted), ("column beyond the last", outside),
      ("negative column", negative), ("entries before a row", early), ("unit of zero", unit),
      ("negative unit", negativeUnit),
    ]
  }

  /// Coefficients and ranges from 1 to 10^18 in one program.
  private static func hugeProgram(seed: UInt64) -> IntegerProgram {
    var random = RandomGenerator(seed: seed)
    func draw() -> Int64 {
      var value: Int64 = 1
      for _ in 0..<random.below(18) { value *= 10 }
      return (random.below(2) == 0 ? value : -value) + Int64(random.below(3))
    }
    var program = IntegerProgram()
    for _ in 0..<1 + random.below(5) {
      let (a, b) = (draw(), draw())
      program.addColumn(lower: min(a, b), upper: max(a, b), cost: draw())
    }
    let relations: [IntegerProgram.Relation] = [.atLeast, .atMost, .equal]
    for _ in 0..<random.below(5) {
      program.addRow(relations[random.below(3)], draw())
      for column in 0..<program.columnCount {
        program.addEntry(column: column, coefficient: draw())
      }
    }
    return program
  }

  /// Any status is allowed, and a failure that says so; a solution must hold exactly, and
  /// infeasible must not be said where a solution is known.
  private static func checkHonesty(
    _ program: IntegerProgram, _ place: String, _ backend: any MIPBackend,
    _ findings: inout Findings
  ) {
    var options = MIPOptions()
    options.treeNodes = 50
    options.timeSeconds = 2
    do {
      let answer = try backend.solve(program, options: options, monitor: SilentMonitor())
      guard let values = answer.values else { return }
      let whole = values.compactMap { Int64(exactly: $0) }
      findings.expect(
        whole.count == program.columnCount || values.contains { abs($0) >= 0x1p53 },
        "\(place): values are not whole")
      if whole.count == program.columnCount, values.allSatisfy({ abs($0) < 0x1p53 }) {
        findings.expect(
          program.exactSolution(from: values, tolerance: 0) != nil, "\(place): a row is broken")
      }
    } catch {
      findings.expect(
        error.isFailure, "\(place): \(error)")
    }
  }
}
