import Emplace

/// What `emplace solve` prints, as JSON and as text.
struct SolveReport {
  let command: SolveCommand
  let loaded: LoadedInstance
  let result: SolveResult<Placement>
  /// File of the plan, nil where there is none.
  let outputPath: String?
  /// Starts and stops against the warm start, nil without one.
  private let changes: ReplicaChanges?
  private let unserved: UnservedSummary?
  private let conflict: [String]
  private var instance: PlacementInstance { loaded.instance }

  init(
    command: SolveCommand, loaded: LoadedInstance, result: SolveResult<Placement>,
    warmStart: PlacementSolution?, outputPath: String?
  ) {
    self.command = command
    self.loaded = loaded
    self.result = result
    self.outputPath = outputPath
    changes =
      if let warmStart, let incumbent = result.incumbent {
        ReplicaChanges(from: warmStart, to: incumbent.solution, in: loaded.instance)
      } else {
        nil
      }
    unserved =
      if let fleet = loaded.fleet, let derivation = loaded.derivation,
        let incumbent = result.incumbent
      {
        UnservedSummary(incumbent.solution, fleet, derivation, loaded.instance)
      } else {
        nil
      }
    conflict =
      result.status == .infeasible
      ? Conflict.names(in: result.certificate?.certificate, of: loaded.instance) : []
  }

  // MARK: JSON

  /// The object that `--format json` prints.
  var json: JSONValue {
    let objective = result.incumbent?.objective
    var members: [(key: String, value: JSONValue)] = [
      ("schema", .string("emplace/result/1")),
      ("problem", .string(command.problem.rawValue)),
      ("instance", .string(instance.name)),
      ("digest", .string(instance.digest)),
      ("algorithm", .string(command.algorithm)),
      ("backend", .string(command.backend)),
      ("status", .string(result.status.rawValue)),
      ("objective", .plain(objective.map { instance.printed($0) })),
      ("currency", .string(instance.currency)),
      ("bound", .plain(result.bound.map { instance.printed($0.value) })),
      (
        "boundEvidence",
        result.bound.map { .string($0.isVerified ? "verified" : "claimed") } ?? .null
      ),
      ("boundBy", result.bound.map { .string($0.by) } ?? .null),
      ("gap", .decimal(result.gap)),
      ("closedGap", .decimal(result.closedGap)),
      ("termination", .string(result.termination.rawValue)),
      ("wallSeconds", .decimal((Clock.elapsed * 1000).rounded() / 1000)),
      ("seed", .integer(result.seed)),
      ("version", .string(Emplace.version)),
      ("output", outputPath.map { .string($0) } ?? .null),
    ]
    if let changes {
      members.append(("replicasStarted", .integer(changes.started)))
      members.append(("replicasStopped", .integer(changes.stopped)))
      members.append(("bestObjective", .plain(bestObjective.map { instance.printed($0) })))
    }
    if loaded.fleet != nil { members.append(("unserved", unserved?.json ?? .null)) }
    if result.status == .infeasible {
      members.append(("conflict", .array(conflict.map { .string($0) })))
    }
    return .object(members)
  }

  /// Objective of the best plan found; with --stability it may be better than the one returned.
  private var bestObjective: Int64? {
    result.events.compactMap(\.objective).min() ?? result.incumbent?.objective
  }

  // MARK: Text

  /// The text, which opens with what a person decides on.
  var text: String {
    var text = ""
    if let incumbent = result.incumbent {
      let plan = PlanText(loaded, incumbent.solution, incumbent.objective)
      let serving =
        loaded.servingTermsSeconds == nil
        ? nil : ServingTerms(loaded, threads: command.stopping.threadCount)
      text +=
        plan.headline(unserved) + ".\n" + quality(plan) + "\n\n" + plan.text(unserved, serving)
        + "\n"
    } else if result.status == .infeasible {
      text += "\(instance.name): there is no plan, and a certificate proves it (verified).\n"
      text += "These constraints contradict each other:\n"
      text += conflict.map { "  \($0)\n" }.joined() + "\n"
    } else {
      text += "\(instance.name): no plan was found within the limit.\n\n"
    }
    return text + "How it ended\n" + Figures.table(ending)
  }

  private func quality(_ plan: PlanText) -> String {
    guard let bound = result.bound else { return "How good it can be at best is not known." }
    let evidence = bound.isVerified ? "verified" : "claimed by \(bound.by)"
    if result.status == .optimal { return "No plan is better (\(evidence))." }
    return "No plan is better than \(plan.money(bound.value)) (\(evidence)), so this one is within "
      + "\(Figures.percent(result.gap ?? 0)) of the best."
  }

  private var ending: [[String]] {
    var rows = [
      ["status", "\(result.status.rawValue), \(words(for: result.termination))"],
      ["limits", command.stopping.rule],
      ["algorithm", "\(command.algorithm), backend \(command.backend), seed \(result.seed)"],
    ]
    if let bound = result.bound {
      let share = result.closedGap.map {
        "; of the greedy plan's distance to it \(Figures.percent($0)) is left"
      }
      rows.append([
        "bound",
        "\(instance.printed(bound.value)) by \(bound.by), "
          + (bound.isVerified ? "verified" : "claimed") + (share ?? ""),
      ])
    }
    if let claim = result.claim {
      rows.append(["", "\(instance.printed(claim.value)) is claimed by \(claim.by)"])
    }
    if let changes {
      let extra = Double(result.incumbent?.objective ?? 0) - Double(bestObjective ?? 0)
      let share = extra / max(abs(Double(bestObjective ?? 0)), 1)
      rows.append([
        "moves",
        "\(Figures.count(changes.started, "replica")) start and \(changes.stopped) stop against the "
          + "warm start" + (extra > 0 ? ", for \(Figures.percent(share)) more cost" : ""),
      ])
    }
    if let outputPath { rows.append(["plan", outputPath]) }
    if let certificate = command.certificate, result.certificate != nil {
      rows.append(["certificate", certificate])
    }
    rows.append(["time", "\(Figures.fixed(Clock.elapsed, 2)) s"])
    rows.append(["version", Emplace.version])
    return rows
  }

  private func words(for termination: Termination) -> String {
    switch termination {
    case .optimal: "the incumbent meets the bound"
    case .gapReached: "the gap asked for is reached"
    case .infeasible where result.status == .infeasible: "proven"
    case .infeasible: "there is no plan, \(command.algorithm) claims"
    case .exhausted: "nothing more to try"
    case .timeLimit: "out of time"
    case .iterationLimit: "out of iterations"
    case .cancelled: "stopped from outside"
    }
  }
}

/// The constraints that a certificate of infeasibility uses, in the fleet's words.
enum Conflict {
  /// Names of the rows with a multiplier, and of empty blocks; at most 50.
  static func names(in certificate: Certificate?, of instance: PlacementInstance) -> [String] {
    guard let certificate else { return [] }
    let program = PlacementFormulation.forBounds(of: instance).program
    var rows: Set<Int> = []
    for node in certificate.nodes {
      rows.formUnion(node.rows.lazy.filter { $0 >= 0 && $0 < program.rowCount })
      if case .emptyBlock(let block) = node.kind, program.blocks.indices.contains(block) {
        rows.formUnion(rowsInside(program.blocks[block], program))
      }
    }
    rows.formUnion(certificate.kept.map(\.row))
    return rows.sorted().prefix(50).map { program.rowName($0) }
  }

  /// Rows all of whose columns lie in a block.
  private static func rowsInside(_ block: Block, _ program: IntegerProgram) -> [Int] {
    (0..<program.rowCount).filter { row in
      program.entries(ofRow: row).allSatisfy {
        block.columns.contains(Int(program.entryColumn[$0]))
      }
    }
  }
}
