import EmplaceCore
import EmplaceMIP
import Synchronization

/// Whether the value of a column is inside its range.
private func isInside(_ program: IntegerProgram, _ column: Int, _ values: [Double]) -> Bool {
  values[column] > Double(program.lower[column]) + 1e-6
    && values[column] < Double(program.upper[column]) - 1e-6
}

extension MIPBackendConformance {
  static let sessionCases: [Case] = [
    Case("session: bounds that move agree with fresh solves") { backend, findings in
      for seed in 0..<60 as Range<UInt64> {
        var random = RandomGenerator(seed: seed)
        let program = SmallProgram.random(seed: seed + 1_000)
        let session = try backend.openRelaxation(program)
        defer { session.close() }
        var (lower, upper) = (program.lower, program.upper)
        for step in 0..<12 {
          let column = random.below(program.columnCount)
          let low = program.lower[column] + Int64(random.below(3))
          lower[column] = low
          upper[column] = low + Int64(random.below(3))
          try session.setBounds(column: column, lower: low, upper: upper[column])
          let answer = try session.solve(
            LPOptions(wantsFarkasRay: true), monitor: SilentMonitor())
          let moved = with(program, lower: lower, upper: upper)
          compare(answer, moved, backend, "seed \(seed), step \(step)", &findings)
        }
      }
    },
    Case("session: rows that are added bind, and have duals") { backend, findings in
      let program = HardProgram.assignment(agents: 4, jobs: 14, seed: 11).program
      let session = try backend.openRelaxation(program)
      defer { session.close() }
      let covers = CoverCuts(program)
      var (objective, rounds) = (-Double.infinity, 0)
      for _ in 0..<6 {
        let answer = try session.solve()
        guard answer.status == .optimal, let values = answer.values, let now = answer.objective
        else { return findings.add("status \(answer.status)") }
        findings.expect(now >= objective - 1e-6, "\(now) after \(objective)")
        findings.expect(answer.duals?.count == session.rowCount, "duals of other rows")
        objective = now
        let cuts = covers.separate(values).map(\.cut)
        if cuts.isEmpty { break }
        rounds += 1
        try session.addRows(cuts)
        let fresh = try backend.solve(
          with(program, rows: cuts), options: relaxedOptions, monitor: SilentMonitor())
        findings.expect(fresh.status == .optimal, "fresh: \(fresh.status)")
      }
      findings.expect(rounds > 0, "no cut was found")
    },
    Case("session: table rows cancel, idle rows leave without a trace") { backend, findings in
      var (rows, removed) = (0, 0)
      for seed in 0..<8 as Range<UInt64> {
        let program = HardProgram.assignment(agents: 4, jobs: 14, seed: seed + 20).program
        let session = try backend.openRelaxation(program)
        defer { session.close() }
        guard let values = try session.solve().values else { return findings.add("no values") }
        let basic = try values.indices.filter {
          try isInside(program, $0, values) && session.tableRow(ofColumn: $0) != nil
        }
        for column in basic {
          guard let weights = try session.tableRow(ofColumn: column) else { continue }
          rows += 1
          for other in basic {
            var sum = 0.0
            for row in 0..<program.rowCount {
              for entry in program.entries(ofRow: row)
              where Int(program.entryColumn[entry]) == other {
                sum += weights[row] * Double(program.entryCoefficient[entry])
              }
            }
            findings.expect(
              abs(sum - (other == column ? 1 : 0)) < 1e-6, "seed \(seed): \(sum) at \(other)")
          }
        }
        try session.addRows(CoverCuts(program).separate(values).map(\.cut))
        let tight = try session.solve()
        let isIdle = try session.idleRows()
        let first = program.rowCount
        let keep = (first..<session.rowCount).map { ($0 - first) % 3 == 0 }
        let stays = try session.removeIdleRows(from: first, keep: keep)
        for (position, flag) in stays.enumerated() {
          findings.expect(
            flag == (keep[position] || !isIdle[first + position]), "row \(position)")
        }
        removed += stays.count { !$0 }
        findings.expect(session.rowCount == first + stays.count { $0 }, "rows are miscounted")
        let again = try session.solve()
        findings.expect(
          abs((again.objective ?? 0) - (tight.objective ?? 1)) < 1e-6, "the objective moved")
        findings.expect(again.duals?.count == session.rowCount, "duals of other rows")
      }
      findings.expect(rows > 20, "\(rows) table rows")
      findings.expect(removed > 0, "no row was idle")
    },
    Case("session: an objective limit cuts off, iterations repeat") { backend, findings in
      let program = HardProgram.location(sites: 12, customers: 60, near: 6, seed: 1)
      let full = try once(program, LPOptions(), backend)
      guard let objective = full.objective, full.status == .optimal else {
        return findings.add("status \(full.status)")
      }
      let cut = try once(program, LPOptions(objectiveLimit: objective * 0.5), backend)
      findings.expect(cut.status == .cutoff, "status \(cut.status)")
      findings.expect((cut.objective ?? 0) >= objective * 0.5, "stopped below the limit")
      findings.expect(cut.iterations < full.iterations, "no iteration was saved")
      let first = try once(program, LPOptions(iterations: 20), backend)
      let second = try once(program, LPOptions(iterations: 20), backend)
      findings.expect(first.status == .limit, "status \(first.status)")
      findings.expect(first.iterations <= 20, "\(first.iterations) iterations")
      findings.expect(
        first.objective == second.objective && first.duals == second.duals, "does not repeat")
    },
    Case("session: several on one thread, with solves between") { backend, findings in
      let programs = (0..<4 as Range<UInt64>).map {
        HardProgram.assignment(agents: 3, jobs: 8, seed: $0).program
      }
      let sessions = try programs.map { try backend.openRelaxation($0) }
      for round in 0..<3 {
        for (program, session) in zip(programs, sessions) {
          let answer = try session.solve()
          let fresh = try backend.solve(
            program, options: relaxedOptions, monitor: SilentMonitor())
          findings.expect(
            abs((answer.objective ?? .nan) - (fresh.objective ?? .nan)) < 1e-6,
            "round \(round): \(answer.status) beside \(fresh.status)")
        }
        sessions[round].close()
        findings.expectError("closed session", \.isFailure) { _ = try sessions[round].solve() }
        try findings.expect(sessions[3].solve().status == .optimal, "another session died with it")
        guard round < 2 else { break }
        findings.expectError("closed session", \.isFailure) {
          try sessions[round].setBounds(column: 0, lower: 0, upper: 0)
        }
        break
      }
      sessions.forEach { $0.close() }
    },
    Case("session: malformed changes are refused and harm nothing") { backend, findings in
      let program = HardProgram.assignment(agents: 3, jobs: 8, seed: 1).program
      let session = try backend.openRelaxation(program)
      defer { session.close() }
      let before = try session.solve().objective
      for column in [-1, program.columnCount, .max] {
        findings.expectError("column \(column)", \.isInvalid) {
          try session.setBounds(column: column, lower: 0, upper: 1)
        }
      }
      findings.expectError("inverted range", \.isInvalid) {
        try session.setBounds(column: 0, lower: 1, upper: 0)
      }
      findings.expectError("row beyond", \.isInvalid) {
        try session.addRows([
          Cut(columns: [99], coefficients: [1], relation: .equal, rightHandSide: 0)
        ])
      }
      findings.expectError("negative time", \.isInvalid) {
        _ = try session.solve(LPOptions(timeSeconds: -1), monitor: SilentMonitor())
      }
      try session.addRows([])
      findings.expect(try session.solve().objective == before, "the session changed")
    },
    Case("session: cancel and time limit") { backend, findings in
      let program = HardProgram.location(sites: 100, customers: 2_000, near: 12, seed: 5)
      let session = try backend.openRelaxation(program)
      var begin = ContinuousClock.now
      let limited = try session.solve(LPOptions(timeSeconds: 0.5), monitor: SilentMonitor())
      findings.expect(limited.status == .limit, "status \(limited.status)")
      let took = (ContinuousClock.now - begin) / .seconds(1)
      findings.expect(took < 1.5, "a limit of 0.5 s took \(took) s")
      findings.expect((limited.duals?.count ?? 0) == program.rowCount, "no duals at the limit")
      begin = .now
      let monitor = StoppingMonitor(after: 0.5)
      let cancelled = try session.solve(LPOptions(), monitor: monitor)
      findings.expect(cancelled.status == .cancelled, "status \(cancelled.status)")
      findings.expect(monitor.lateSeconds < 1, "cancel took \(monitor.lateSeconds) s")
      findings.expectError("solve after cancel", \.isFailure) { _ = try session.solve() }
      session.close()
    },
  ]

  private static let relaxedOptions: MIPOptions = {
    var options = MIPOptions()
    options.relaxed = true
    return options
  }()

  private static func once(
    _ program: IntegerProgram, _ options: LPOptions, _ backend: any MIPBackend
  ) throws -> LPAnswer {
    let session = try backend.openRelaxation(program)
    defer { session.close() }
    return try session.solve(options, monitor: SilentMonitor())
  }

  /// The program with other bounds, built anew.
  private static func with(_ program: IntegerProgram, lower: [Int64], upper: [Int64])
    -> IntegerProgram
  {
    var copy = IntegerProgram()
    copy.objectiveUnit = program.objectiveUnit
    for column in 0..<program.columnCount {
      copy.addColumn(lower: lower[column], upper: upper[column], cost: program.cost[column])
    }
    for row in 0..<program.rowCount {
      copy.addRow(
        program.relation[row], program.rightHandSide[row], unit: program.rowUnit[row],
        entries: program.entries(ofRow: row).map {
          (Int(program.entryColumn[$0]), program.entryCoefficient[$0])
        })
    }
    return copy
  }

  private static func with(_ program: IntegerProgram, rows: [Cut]) -> IntegerProgram {
    var copy = program
    for cut in rows {
      copy.addRow(
        cut.relation, cut.rightHandSide,
        entries: zip(cut.columns, cut.coefficients).map { (Int($0), $1) })
    }
    return copy
  }

  private static func compare(
    _ answer: LPAnswer, _ program: IntegerProgram, _ backend: any MIPBackend, _ place: String,
    _ findings: inout Findings
  ) {
    guard
      let fresh = try? backend.solve(program, options: relaxedOptions, monitor: SilentMonitor())
    else { return findings.add("\(place): the fresh solve failed") }
    if fresh.status == .infeasible {
      findings.expect(answer.status == .infeasible, "\(place): \(answer.status), not infeasible")
      let proven = answer.farkasRay.flatMap { IntegerMultipliers(farkasRay: $0, for: program) }
      findings.expect(proven != nil, "\(place): no ray that holds")
      return
    }
    findings.expect(answer.status == .optimal, "\(place): \(answer.status), not optimal")
    let (here, there) = (answer.objective ?? .nan, fresh.objective ?? .nan)
    findings.expect(
      abs(here - there) <= 1e-6 * max(Double(program.objectiveUnit), abs(there)),
      "\(place): objective \(here), fresh \(there)")
  }
}
