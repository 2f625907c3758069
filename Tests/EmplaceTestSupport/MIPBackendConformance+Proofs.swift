import EmplaceCore
import EmplaceMIP

extension MIPBackendConformance {
  static let proofCases: [Case] = [
    Case("duals of random relaxations, replayed with integers") { backend, findings in
      for seed in 0..<300 as Range<UInt64> {
        let program = SmallProgram.random(seed: seed)
        let answer = try relaxed(program, backend)
        guard answer.status == .optimal else { continue }
        let optimum = SmallProgram.optimum(of: program)?.objective
        checkDuals(answer, of: program, optimum: optimum, "seed \(seed)", &findings)
      }
    },
    Case("duals of a larger relaxation, replayed with integers") { backend, findings in
      let program = HardProgram.location(sites: 12, customers: 60, near: 6, seed: 1)
      let answer = try relaxed(program, backend)
      findings.expect(answer.status == .optimal, "status \(answer.status)")
      checkDuals(answer, of: program, optimum: nil, "location", &findings)
    },
    Case("duals at the root of a tree search") { backend, findings in
      let (program, planted) = HardProgram.assignment(agents: 4, jobs: 12, seed: 3)
      var options = MIPOptions()
      options.treeNodes = 5
      let answer = try backend.solve(program, options: options, monitor: SilentMonitor())
      let multipliers = answer.duals.flatMap { IntegerMultipliers(rounding: $0, for: program) }
      guard let multipliers, let bound = multipliers.bound(of: program) else {
        return findings.add("no duals that round")
      }
      let objective = program.objective(at: planted) * Int128(multipliers.denominator)
      findings.expect(bound <= objective, "the duals prove more than a solution costs")
      findings.expect(bound > 0, "the duals prove nothing: \(bound)")
    },
    Case("rays of random infeasible relaxations, replayed with integers") { backend, findings in
      var proven = 0
      for seed in 0..<400 as Range<UInt64> {
        let program = SmallProgram.random(seed: seed)
        let answer = try relaxed(program, backend)
        if answer.status == .optimal {
          findings.expect(answer.farkasRay == nil, "seed \(seed): a ray of a feasible relaxation")
          continue
        }
        findings.expect(answer.status == .infeasible, "seed \(seed): \(answer.status)")
        findings.expect(
          SmallProgram.optimum(of: program) == nil, "seed \(seed): feasible, called infeasible")
        proven += checkRay(answer, of: program, "seed \(seed)", &findings) ? 1 : 0
      }
      findings.expect(proven > 40, "only \(proven) infeasible relaxations among the seeds")
    },
    Case("ray of an overloaded location program") { backend, findings in
      var program = HardProgram.location(sites: 12, customers: 60, near: 6, seed: 2)
      // At most two of twelve sites open: they cannot carry all customers.
      program.addRow(.atMost, 2, entries: (0..<12).map { ($0, 1) })
      let answer = try relaxed(program, backend)
      findings.expect(answer.status == .infeasible, "status \(answer.status)")
      _ = checkRay(answer, of: program, "location", &findings)
    },
    Case("signs of duals and rays") { backend, findings in
      // At the optimum x = 3 the row is worth 2 a unit; its mirror image is worth -2.
      let program = KnownProgram(
        "", optimum: 6, columns: [(0, 9, 2)], rows: [(.atLeast, 3, [(0, 1)])]
      ).program
      findings.expect(try relaxed(program, backend).duals == [2], "dual of atLeast is not 2")
      let mirror = KnownProgram(
        "", optimum: 6, columns: [(0, 9, 2)], rows: [(.atMost, -3, [(0, -1)])]
      ).program
      findings.expect(try relaxed(mirror, backend).duals == [-2], "dual of atMost is not -2")
      let equal = KnownProgram(
        "", optimum: 6, columns: [(0, 9, -2)], rows: [(.equal, 3_000, [(0, 1_000)])], rowUnit: 1_000
      ).program
      let dual = try relaxed(equal, backend).duals?.first ?? .nan
      findings.expect(abs(dual + 0.002) < 1e-12, "dual of equal is \(dual), not -0.002")
    },
  ]

  private static func relaxed(_ program: IntegerProgram, _ backend: any MIPBackend) throws
    -> MIPAnswer
  {
    var options = MIPOptions()
    options.relaxed = true
    return try backend.solve(program, options: options, monitor: SilentMonitor())
  }

  /// Weak duality with integers, and hardly any loss by rounding.
  private static func checkDuals(
    _ answer: MIPAnswer, of program: IntegerProgram, optimum: Int128?, _ place: String,
    _ findings: inout Findings
  ) {
    guard let duals = answer.duals, let objective = answer.objective else {
      return findings.add("\(place): no duals or no objective")
    }
    for row in 0..<program.rowCount {
      let isRight =
        switch program.relation[row] {
        case .atLeast: duals[row] >= 0
        case .atMost: duals[row] <= 0
        case .equal: duals[row].isFinite
        }
      findings.expect(isRight, "\(place): dual \(duals[row]) of an \(program.relation[row]) row")
    }
    guard let multipliers = IntegerMultipliers(rounding: duals, for: program),
      let bound = multipliers.bound(of: program)
    else { return findings.add("\(place): the duals do not round") }
    if let optimum {
      findings.expect(
        bound <= optimum * Int128(multipliers.denominator),
        "\(place): the duals prove more than the optimum \(optimum)")
    }
    let proven = Double(bound) / Double(multipliers.denominator)
    let scale = max(Double(program.objectiveUnit), abs(objective))
    findings.expect(
      abs(proven - objective) <= 1e-6 * scale,
      "\(place): the duals prove \(proven), the relaxation claims \(objective)")
  }

  private static func checkRay(
    _ answer: MIPAnswer, of program: IntegerProgram, _ place: String, _ findings: inout Findings
  ) -> Bool {
    guard let ray = answer.farkasRay else {
      findings.add("\(place): infeasible without a ray")
      return false
    }
    guard IntegerMultipliers(farkasRay: ray, for: program) != nil else {
      findings.add("\(place): the ray \(ray) proves nothing with integers")
      return false
    }
    return true
  }
}
