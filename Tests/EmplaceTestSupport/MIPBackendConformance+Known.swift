import EmplaceCore
import EmplaceMIP

/// A tiny program with its optimum, nil where it is infeasible.
struct KnownProgram: Sendable {
  let name: String
  let optimum: Int128?
  let program: IntegerProgram

  init(
    _ name: String, optimum: Int128?, columns: [(Int64, Int64, Int64)],
    rows: [(IntegerProgram.Relation, Int64, [(Int, Int64)])], objectiveUnit: Int64 = 1,
    rowUnit: Int64 = 1
  ) {
    var program = IntegerProgram()
    program.objectiveUnit = objectiveUnit
    for (lower, upper, cost) in columns {
      program.addColumn(lower: lower, upper: upper, cost: cost)
    }
    for (relation, side, entries) in rows {
      program.addRow(relation, side, unit: rowUnit, entries: entries)
    }
    (self.name, self.optimum, self.program) = (name, optimum, program)
  }

  /// Optima worked out by hand.
  static let all: [KnownProgram] = [
    KnownProgram("no columns, no rows", optimum: 0, columns: [], rows: []),
    KnownProgram("no columns, a row that holds", optimum: 0, columns: [], rows: [(.atMost, 3, [])]),
    KnownProgram(
      "no columns, a row that fails", optimum: nil, columns: [], rows: [(.equal, 3, [])]),
    KnownProgram("no rows", optimum: -13, columns: [(-2, 3, 5), (0, 3, -1)], rows: []),
    KnownProgram("one column", optimum: 4, columns: [(0, 9, 2)], rows: [(.atLeast, 3, [(0, 2)])]),
    KnownProgram(
      "empty row that holds", optimum: -4, columns: [(0, 4, -1)],
      rows: [(.atMost, 0, []), (.atLeast, -3, [])]),
    KnownProgram(
      "empty row that fails", optimum: nil, columns: [(0, 4, -1)], rows: [(.atLeast, 1, [])]),
    KnownProgram(
      "negative ranges", optimum: -7, columns: [(-5, -1, 1), (-3, 2, 1)],
      rows: [(.atLeast, -7, [(0, 1), (1, 1)])]),
    KnownProgram(
      "equality that rounding cannot meet", optimum: nil, columns: [(0, 5, 1), (0, 5, 1)],
      rows: [(.equal, 7, [(0, 2), (1, 4)])]),
    KnownProgram(
      "equality", optimum: 5, columns: [(0, 9, 1), (0, 9, 3)],
      rows: [(.equal, 11, [(0, 3), (1, 5)])]),
    KnownProgram(
      "relaxation infeasible by two rows", optimum: nil, columns: [(0, 9, 1), (0, 9, 1)],
      rows: [(.atLeast, 8, [(0, 1), (1, 1)]), (.atMost, 5, [(0, 1), (1, 1)])]),
    KnownProgram(
      "infeasible by the ranges", optimum: nil, columns: [(0, 2, 0), (0, 2, 0)],
      rows: [(.atLeast, 11, [(0, 2), (1, 3)])]),
    KnownProgram(
      "knapsack", optimum: -11, columns: [(0, 1, -5), (0, 1, -6), (0, 1, -4), (0, 1, -3)],
      rows: [(.atMost, 9, [(0, 4), (1, 5), (2, 3), (3, 3)])]),
    KnownProgram(
      "integer knapsack", optimum: -18, columns: [(0, 7, -5), (0, 7, -9)],
      rows: [(.atMost, 13, [(0, 4), (1, 6)])]),
    KnownProgram(
      "degenerate", optimum: -2, columns: [(0, 1, -1), (0, 1, -1), (0, 1, -1)],
      rows: [
        (.atMost, 2, [(0, 1), (1, 1), (2, 1)]), (.atMost, 1, [(0, 1), (1, 1)]),
        (.atMost, 1, [(1, 1), (2, 1)]), (.atMost, 4, [(0, 2), (1, 2), (2, 2)]),
        (.equal, 0, [(0, 1), (2, -1)]), (.atLeast, 0, [(0, 1), (1, 1)]),
      ]),
    KnownProgram(
      "triangle, half a cover", optimum: 2, columns: [(0, 1, 1), (0, 1, 1), (0, 1, 1)],
      rows: [
        (.atLeast, 1, [(0, 1), (1, 1)]), (.atLeast, 1, [(1, 1), (2, 1)]),
        (.atLeast, 1, [(0, 1), (2, 1)]),
      ]),
    KnownProgram(
      "fixed columns", optimum: 7, columns: [(3, 3, 1), (-2, -2, -2), (0, 8, 4)],
      rows: [(.equal, 1, [(0, 1), (1, 1), (2, 1)])]),
    KnownProgram(
      "large coefficients", optimum: 2_000_000_000_000,
      columns: [(0, 5, 1_000_000_000_000), (0, 5, 3_000_000_000_000)],
      rows: [(.atLeast, 7_000_000_000, [(0, 4_000_000_000), (1, 5_000_000_000)])],
      objectiveUnit: 1_000_000, rowUnit: 1_000_000_000),
    KnownProgram(
      "repeated and cancelling entries", optimum: 3, columns: [(0, 9, 1), (0, 9, 7)],
      rows: [(.atLeast, 6, [(0, 1), (1, 4), (0, 1), (1, -4)])]),
    KnownProgram(
      "costs that cancel", optimum: 0, columns: [(0, 6, 1), (0, 6, -1)],
      rows: [(.equal, 0, [(0, 1), (1, -1)])]),
  ]
}

extension MIPBackendConformance {
  static let knownCases: [Case] = KnownProgram.all.map { known in
    Case("known: \(known.name)") { backend, findings in
      let answer = try backend.solve(known.program, options: MIPOptions(), monitor: SilentMonitor())
      guard let optimum = known.optimum else {
        findings.expect(answer.status == .infeasible, "status \(answer.status), not infeasible")
        findings.expect(answer.values == nil, "values of an infeasible program")
        return
      }
      findings.expect(answer.status == .optimal, "status \(answer.status), not optimal")
      findings.expectSolution(answer, of: known.program, known.name)
      findings.expect(
        answer.objective == Double(optimum), "objective \(answer.objective ?? .nan), not \(optimum)"
      )
    }
  }

  static let randomCases: [Case] = [
    Case("random small programs against every point") { backend, findings in
      var feasible = 0
      for seed in 0..<400 as Range<UInt64> {
        let program = SmallProgram.random(seed: seed)
        let answer = try backend.solve(program, options: MIPOptions(), monitor: SilentMonitor())
        guard let (optimum, _) = SmallProgram.optimum(of: program) else {
          findings.expect(
            answer.status == .infeasible, "seed \(seed): \(answer.status), not infeasible")
          continue
        }
        feasible += 1
        findings.expect(answer.status == .optimal, "seed \(seed): \(answer.status), not optimal")
        findings.expectSolution(answer, of: program, "seed \(seed)")
        let objective = answer.objective ?? .nan
        findings.expect(
          abs(objective - Double(optimum)) <= 1e-6 * max(1, abs(Double(optimum))),
          "seed \(seed): objective \(objective), not \(optimum)")
      }
      findings.expect(feasible > 100 && feasible < 350, "\(feasible) of 400 programs are feasible")
    }
  ]
}
