import Emplace

/// What `emplace whatif` prints, as JSON and as text.
struct WhatIfReport {
  private let job: WhatIfJob
  private let answer: WhatIfJob.Answer
  private let change: OptimumChange
  private let conflict: [String]
  private var isInfeasible: Bool { answer.after.status == .infeasible }
  private var instance: PlacementInstance { job.after.instance }
  private var words: [String] { job.command.changes.all.map { String($0.words.dropFirst(2)) } }

  init(job: WhatIfJob, answer: WhatIfJob.Answer) {
    self.job = job
    self.answer = answer
    let after = answer.after
    change = OptimumChange(
      from: OptimumRange(bound: answer.bound?.value, objective: answer.plan.objective),
      to: OptimumRange(
        bound: after.bound.flatMap { $0.isVerified ? $0.value : nil },
        objective: after.incumbent?.objective),
      direction: job.direction)
    conflict =
      after.status == .infeasible
      ? Conflict.names(in: after.certificate?.certificate, of: job.after.instance) : []
  }

  private var changes: ReplicaChanges? {
    answer.after.incumbent.map {
      ReplicaChanges(
        from: job.before.instance.replicas(of: answer.plan.solution),
        to: job.after.instance.replicas(of: $0.solution))
    }
  }

  // MARK: JSON

  /// The object that `--format json` prints.
  var json: JSONValue {
    var members: [(key: String, value: JSONValue)] = [
      ("schema", .string("emplace/whatif/1")),
      ("instance", .string(instance.name)),
      ("changes", .array(words.map { .string($0) })),
      ("currency", .string(instance.currency)),
      ("answer", .string(isInfeasible ? "infeasible" : change.answer.rawValue)),
      ("least", isInfeasible ? .null : .plain(change.lower.map(printed))),
      ("most", isInfeasible ? .null : .plain(change.upper.map(printed))),
      ("constantChange", .plain(printed(constantChange))),
      (
        "before",
        side(
          job.before.instance, answer.plan.objective, answer.bound?.value, answer.bound?.by)
      ),
      (
        "after",
        side(
          instance, answer.after.incumbent?.objective, provenBound, answer.after.bound?.by)
      ),
      ("replicasStarted", changes.map { .integer($0.started) } ?? .null),
      ("replicasStopped", changes.map { .integer($0.stopped) } ?? .null),
    ]
    if isInfeasible { members.append(("conflict", .array(conflict.map { .string($0) }))) }
    members += [
      ("termination", .string(answer.after.termination.rawValue)),
      ("wallSeconds", .decimal((Clock.elapsed * 1000).rounded() / 1000)),
      ("seed", .integer(job.command.stopping.seed)),
      ("version", .string(Emplace.version)),
    ]
    return .object(members)
  }

  private func side(
    _ instance: PlacementInstance, _ objective: Int64?, _ bound: Int64?, _ by: String?
  ) -> JSONValue {
    .object([
      ("digest", .string(instance.digest)),
      ("objective", .plain(objective.map { instance.printed($0) })),
      ("bound", .plain(bound.map { instance.printed($0) })),
      ("boundBy", bound == nil ? .null : by.map { .string($0) } ?? .null),
      ("gap", .decimal(Self.gap(objective, bound))),
    ])
  }

  private var provenBound: Int64? {
    answer.after.bound.flatMap { $0.isVerified ? $0.value : nil }
  }

  private var constantChange: Int128 {
    Int128(job.after.instance.constant) - Int128(job.before.instance.constant)
  }

  private static func gap(_ objective: Int64?, _ bound: Int64?) -> Double? {
    guard let objective, let bound else { return nil }
    return Run<Placement>.gap(objective: objective, bound: bound)
  }

  private func printed(_ amount: Int128) -> PlainNumber {
    instance.printed(Int64(clamping: amount))
  }

  // MARK: Text

  /// The text, which opens with the answer.
  var text: String {
    var text = words.joined(separator: ", ") + ":\n" + headline + "\n\n"
    if !conflict.isEmpty {
      text += "These constraints contradict each other:\n"
      text += conflict.map { "  \($0)\n" }.joined() + "\n"
    }
    text += "Plans and bounds, \(instance.currency) per hour\n" + Figures.table(sides) + "\n"
    if let changes, let found = answer.after.incumbent {
      let plan = VerifiedSolution(solution: found.solution, objective: found.objective)
      let comparison = Comparison(.init(job.before.instance, answer.plan), .init(instance, plan))
      text +=
        "From the plan before to the plan after \(Figures.count(changes.started, "replica")) "
        + "start and \(changes.stopped) stop.\n\n" + comparison.details
    }
    return text
  }

  private var headline: String {
    if isInfeasible { return "There is no plan after the change, and a certificate proves it." }
    let amount = "\(range) \(instance.currency) per hour"
    switch change.answer {
    case .dearer: return "The best plan becomes dearer by \(amount)\(share)."
    case .cheaper: return "The best plan becomes cheaper by \(amount)\(share)."
    case .same: return "The best plan costs the same."
    case .notCheaper: return "The best plan becomes no cheaper: its cost changes by \(amount)."
    case .notDearer: return "The best plan becomes no dearer: its cost changes by \(amount)."
    case .undecided where change.lower == nil && change.upper == nil:
      return
        "How the cost of the best plan changes is not known: nothing is proven on either side. "
        + "Maybe a longer --time-limit."
    case .undecided:
      return "Whether the best plan becomes dearer or cheaper is not decided: its cost changes by "
        + "\(amount). Maybe a longer --time-limit or a smaller --gap."
    }
  }

  /// The interval in words; an end that is not proven is left open.
  private var range: String {
    switch (change.lower, change.upper) {
    case (let least?, let most?):
      least == most ? signed(least) : "\(signed(least)) to \(signed(most))"
    case (let least?, nil): "\(signed(least)) or more"
    case (nil, let most?): "\(signed(most)) or less"
    case (nil, nil): ""
    }
  }

  /// The interval as a share of the plan before.
  private var share: String {
    guard let lower = change.lower, let upper = change.upper, answer.plan.objective != 0 else {
      return ""
    }
    let whole = Double(answer.plan.objective.magnitude)
    let (low, high) = (
      Figures.percent(Double(lower) / whole), Figures.percent(Double(upper) / whole)
    )
    return low == high ? " (\(low))" : " (\(low) to \(high))"
  }

  private func signed(_ amount: Int128) -> String {
    (amount > 0 ? "+" : "") + printed(amount).padded(to: 6)
  }

  private var sides: [[String]] {
    let after = answer.after
    var rows = [
      ["", "plan", "proven bound", "gap", ""],
      row("before", answer.plan.objective, answer.bound?.value, answer.bound?.by),
      row("after", after.incumbent?.objective, provenBound, after.bound?.by),
    ]
    if constantChange != 0 {
      rows.append([
        "", "", "", "",
        "apart from this, what no decision changes: "
          + "\(signed(constantChange))",
      ])
    }
    return rows
  }

  private func row(_ name: String, _ objective: Int64?, _ bound: Int64?, _ by: String?) -> [String]
  {
    [
      name, objective.map { instance.printed($0).padded(to: 6) } ?? "none",
      bound.map { instance.printed($0).padded(to: 6) } ?? "none",
      Self.gap(objective, bound).map(Figures.percent) ?? "",
      bound == nil ? "" : by.map { "by \($0)" } ?? "",
    ]
  }
}
