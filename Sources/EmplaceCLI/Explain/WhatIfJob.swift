import Emplace
import Foundation

/// One run of `emplace whatif`: the searches before and after the change, and the files.
struct WhatIfJob {
  /// What was found on both sides.
  struct Answer {
    /// The best plan before the change.
    var plan: VerifiedSolution
    /// Proven bound before the change, with who found it.
    var bound: (value: Int64, by: String)?
    /// The search after the change.
    var after: SolveResult<Placement>
  }

  let command: WhatIfCommand
  let before: LoadedInstance
  let after: LoadedInstance
  /// In which direction the change can move the optimum.
  let direction: OptimumChange.Direction?
  private let given: VerifiedSolution
  /// What the certificate given proves.
  private let proven: (bound: Int64, file: CertificateFile)?
  private let output: OutputFile?
  private let certificate: OutputFile?
  private let fleet: OutputFile?

  /// Reads everything, changes the fleet, and checks that the answer can be written.
  init(_ command: WhatIfCommand) throws {
    self.command = command
    let split = try JudgedFiles(command.files, solutions: 1)
    let inputs = command.files + [command.certificate].compactMap { $0 }
    func file(_ path: String?) throws -> OutputFile? {
      guard let path else { return nil }
      guard !inputs.contains(where: { SolveJob.isSame($0, path) }) else {
        throw CommandFailure(
          file: path, "this is a file that is read and would be overwritten",
          maybe: "another name is meant")
      }
      return try OutputFile(path)
    }
    output = try file(command.output)
    certificate = try file(command.certificateOut)
    fleet = try file(command.fleetOut)
    let threads = command.stopping.threadCount
    before = try command.reading.read(split.instance, threads: threads)
    guard let fleet = before.fleet else { throw SolveError.bug("the fleet is gone") }
    given = try before.verifiedSolution(split.solutions[0])
    let (changed, changes) = try command.changes.changed(fleet)
    direction = fleet.direction(of: changes)
    let derivation = PlacementDerivation(fleet: changed, threads: threads)
    after = LoadedInstance(
      instance: try derivation.instance(threads: threads), fleet: changed, derivation: derivation)
    let (instance, plan) = (before.instance, given)
    proven = try command.certificate.map { path throws(CommandFailure) in
      try instance.provenBound(path, holding: plan)
    }
  }

  // MARK: Search

  /// Share of the time that is left for the search before the change.
  private static let shareBefore = 0.45
  /// Share of each search that is kept for replaying its certificate: without it nothing is proven.
  private static let replayShare = 0.1

  /// Searches before and after the change.
  func run() async throws -> Answer {
    var plan = given
    var bound = proven.map { (value: $0.bound, by: "the certificate given") }
    var multipliers: (Certificate, PlacementFormulation)?
    if let proven {
      multipliers = (
        proven.file.certificate,
        PlacementFormulation(instance: before.instance, links: proven.file.links)
      )
    } else {
      let result = try await search(
        before.instance, share: Self.shareBefore, WarmStart(solution: given.solution))
      if let found = result.incumbent, found.objective < plan.objective {
        plan = VerifiedSolution(solution: found.solution, objective: found.objective)
      }
      if let found = result.bound, found.isVerified { bound = (found.value, found.by) }
      multipliers = result.certificate.map {
        ($0.certificate, PlacementFormulation.forBounds(of: before.instance))
      }
    }
    let start = WarmStart(
      solution: carried(plan.solution, plan.objective, from: before.instance, to: after.instance),
      multipliers: multipliers.flatMap { carried($0.0, from: $0.1) })
    let result = try await search(after.instance, share: 1, start)
    if let found = result.incumbent { improve(&plan, with: found) }
    return Answer(plan: plan, bound: bound, after: result)
  }

  private func search(
    _ instance: PlacementInstance, share: Double, _ start: WarmStart<PlacementSolution>
  ) async throws -> SolveResult<Placement> {
    let left = command.stopping.seconds.map { max(0, $0 - Clock.elapsed - 0.05) * share }
    let result = try await InstanceSearch(
      instance: instance, limits: command.stopping.limits(seconds: left),
      seed: command.stopping.seed, warmStart: start, measuresGreedy: false,
      replayShare: Self.replayShare
    ).run()
    if let refusal = result.refusal { Console.complain(refusal) }
    if let failure = result.failure { Console.complain("the search broke off: \(failure)") }
    return result
  }

  /// A plan found after the change may be a better one before it, too.
  private func improve(
    _ plan: inout VerifiedSolution, with found: Incumbent<PlacementSolution>
  ) {
    let solution = carried(
      found.solution, found.objective, from: after.instance, to: before.instance)
    guard let solution else { return }
    let verdict = Placement.verify(solution, against: before.instance)
    if verdict.isFeasible, verdict.objective < plan.objective {
      plan = VerifiedSolution(solution: solution, objective: verdict.objective)
    }
  }

  /// What another instance knows of a plan, by names.
  private func carried(
    _ solution: PlacementSolution, _ objective: Int64, from: PlacementInstance,
    to: PlacementInstance
  ) -> PlacementSolution? {
    let bytes = SolutionFile(solution, objective: objective, of: from).bytes(for: from)
    return try? SolutionFile.readWarmStart(bytes, file: "", for: to).solution
  }

  /// What the changed program knows of multipliers, by names of rows.
  private func carried(
    _ certificate: Certificate, from formulation: PlacementFormulation
  ) -> Certificate? {
    var bytes: [UInt8] = []
    MultipliersFile(certificate, on: formulation).write { bytes += $0 }
    let other = PlacementFormulation.forBounds(of: after.instance)
    return try? MultipliersFile.read(bytes, file: "", on: other).certificate
  }

  // MARK: Answer

  /// Writes the files and prints the answer.
  func finish(_ answer: Answer) throws {
    let instance = after.instance
    if let output {
      if let found = answer.after.incumbent {
        try output.write(
          SolutionFile(found.solution, objective: found.objective, of: instance), for: instance)
      } else {
        Console.complain("\(output.path) is not written: there is no plan")
      }
    }
    if let certificate {
      if let (proof, what) = answer.after.certificate {
        let file = CertificateFile(
          proof, proving: what, on: PlacementFormulation.forBounds(of: instance))
        try certificate.write { (sink) throws(CommandFailure) in try file.write(to: sink) }
      } else {
        Console.complain("\(certificate.path) is not written: no bound has a certificate")
      }
    }
    if let fleet, let changed = after.fleet {
      try fleet.write { (sink) throws(CommandFailure) in
        try FleetWriter.write(changed, to: sink)
      }
    }
    let report = WhatIfReport(job: self, answer: answer)
    switch command.format {
    case .json: Console.write(report.json.text)
    case .text: Console.write(report.text)
    }
  }
}
