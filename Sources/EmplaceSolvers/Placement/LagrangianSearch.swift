internal import EmplaceCore
internal import EmplaceMIP
internal import EmplaceProblems

/// One Lagrangian search, advanced in slices, so that a portfolio can alternate it with others.
struct LagrangianSearch {
  private enum Phase {
    case starting
    /// Bundle ascent at the root; then again with a row kept inside each block.
    case climbing
    case keeping
    /// Branch and bound on the ascent, or on the linear relaxation.
    case branching
    /// It proves nothing more: its numbers are too large for the blocks, or the fleet for a tree.
    case stuck
    case done
  }

  private let run: Run<Placement>
  private let formulation: PlacementFormulation
  private let index: PlacementIndex
  private let setup: PlacementDual
  private let repair: LagrangianRepair
  private let branching: [[Int]]
  private let isShare: [Bool]
  private let unserved: [Int]
  /// Where a search for plans beside this one is told what it learns; nil where there is none.
  private let guidance: Guidance?
  private let backend: (any MIPBackend)?
  private var ascent: BundleAscent
  private var tree: LagrangianTree?
  private var relaxationTree: RelaxationTree?
  private var phase = Phase.starting
  /// Whether there is no solution.
  private(set) var isProvenEmpty = false
  /// Dual evaluations so far.
  private(set) var evaluations = 0

  init(
    _ run: Run<Placement>, _ formulation: PlacementFormulation, _ index: PlacementIndex,
    _ guidance: Guidance? = nil, backend: (any MIPBackend)?
  ) {
    self.formulation = formulation
    self.index = index
    self.guidance = guidance
    self.run = run
    self.backend = backend
    setup = PlacementDual(formulation: formulation)
    repair = LagrangianRepair(formulation, index, run)
    branching = formulation.branchingClasses
    isShare = formulation.isShare
    unserved = formulation.unserved
    ascent = BundleAscent(dual: setup.dual(), worth: setup.worth)
    ascent.lengthens = isFleet
  }

  /// Whether the instance is a fleet, not a benchmark without artifacts.
  private var isFleet: Bool { !run.instance.artifacts.isEmpty }

  /// Whether nothing is left to do: proven, infeasible, or the tree is exhausted.
  var isDone: Bool { phase == .done }
  /// Whether it can prove nothing more, though plans may still be found elsewhere.
  var isStuck: Bool { phase == .stuck }

  /// Spends about `count` evaluations.
  mutating func advance(evaluations count: Int) {
    switch phase {
    case .starting: start()
    case .climbing, .keeping: climb(count)
    case .branching where relaxationTree != nil: branchOnRelaxation(count)
    case .branching: branch(count)
    case .stuck, .done: break
    }
  }

  private func raise(_ bound: Int64, _ certificate: Certificate) {
    run.raise(Bound(value: bound, evidence: .certificate(certificate, by: "lagrangian")))
  }
}

// MARK: - Start

extension LagrangianSearch {
  /// Largest linear relaxation, in coefficients, that is worth solving: beyond it the simplex method
  /// takes longer than the bundle takes to come as near.
  static let relaxationLimit = 300_000
  /// Most rounds of cuts at the root.
  private static let cutRounds = 60
  /// Shares of the fractional columns that one step of a dive rounds, one dive each; the least is one
  /// column.
  private static let diveShares = [0.3, 0.1, 0]

  /// Starts from the multipliers of the linear relaxation, where there is one of a fleet and it is
  /// small enough; benchmarks without artifacts do as well from their own.
  private mutating func start() {
    phase = .climbing
    let program = ascent.dual.program
    guard let backend, isFleet,
      program.entryCount <= Self.relaxationLimit
    else { return startWarm() }
    var options = LPOptions(wantsFarkasRay: true)
    if run.limits.iterations == nil {
      options.timeSeconds = run.limits.timeSeconds.map { 0.5 * max($0 - run.elapsedSeconds, 0) }
    }
    // Without an answer the ascent starts by itself.
    guard let session = try? backend.openRelaxation(program),
      let answer = try? session.solve(
        options, monitor: StoppingMonitor { [run] in run.shouldStop() })
    else { return }
    if let ray = answer.farkasRay, let certificate = Certificate(farkasRay: ray, on: program) {
      return raiseEmpty(certificate)
    }
    guard let multipliers = answer.duals else { return }
    var dual = setup.dual()
    for block in program.blocks.indices { dual.keep(row: -1, inBlock: block) }
    dual.set(multipliers)
    startAscent(from: dual)
    do throws(BlockMinimiser.Failure) {
      try ascent.climb(iterations: 1, target: target, share: 0, shouldStop: { false })
    } catch {
      recover(from: error)
      return
    }
    evaluations += 1
    guard !ascent.isEmpty else { return raiseEmpty() }
    raiseRoot()
    tellCharges()
    if let values = answer.values { repair.offer(values, source: "relaxation") }
    guard answer.status == .optimal else { return startKeeping() }
    tighten(session, answer)
  }

  private mutating func startAscent(from dual: LagrangianDual) {
    ascent = BundleAscent(dual: dual, worth: setup.worth)
    ascent.lengthens = isFleet
  }

  /// Starts from known multipliers, where there are some; a fleet without has a bound all the same.
  private mutating func startWarm() {
    guard let known = run.warmStart.multipliers, let dual = setup.dual(at: known) else {
      if isFleet { raiseFloor() }
      return
    }
    startAscent(from: dual)
    ascent.scale = 0.1
    if !known.kept.isEmpty { phase = .keeping }
  }

  /// Raises the bound to what one evaluation proves, before the ascent begins.
  private func raiseFloor() {
    var dual = ascent.dual
    dual.set(setup.floor)
    guard let value = (try? dual.evaluate()) ?? nil else { return }
    raise(dual, value, dual.multipliers)
  }

  /// Cuts, then plans from the tightened relaxation, then the tree over it.
  private mutating func tighten(_ session: any LPSession, _ answer: LPAnswer) {
    let (run, branching) = (run, branching)
    var loop = CutLoop(
      ascent.dual.program, session: session, answer: answer, shares: isShare,
      shouldStop: { run.shouldStop() })
    let deadline = run.limits.timeSeconds.map {
      run.elapsedSeconds + 0.4 * ($0 - run.elapsedSeconds)
    }
    do throws(BackendError) {
      var dual: LagrangianDual?
      try loop.run(
        rounds: Self.cutRounds,
        goesOn: {
          !run.shouldStop()
            && (run.limits.iterations != nil || run.elapsedSeconds < deadline ?? .infinity)
        },
        tightened: { loop in
          // The tree needs the one of the program that is loaded, or none.
          let finest = LagrangianDual.finest(loop.program, at: loop.answer.duals)
          dual = finest?.dual
          guard let (dual, value) = finest else { return }
          raise(dual, value, dual.multipliers, cuts: loop.cuts)
        })
      guidance?.tell(tightened: loop.program)
      if let values = loop.answer.values {
        repair.offer(values, source: "relaxation")
        for share in Self.diveShares where !run.shouldStop() {
          var dive = RelaxationDive(
            loop.session, loop.program, classes: branching, shouldStop: { run.shouldStop() })
          let reached = try dive.run(
            from: values, share: share, holding: unserved.filter { values[$0] < 1e-6 })
          repair.offer(reached, source: "dive", insists: true)
        }
      }
      guard let dual else { return startKeeping() }
      relaxationTree = RelaxationTree(dual: dual, loop: loop)
      phase = .branching
    } catch {
      // A stop in the middle of a solve is no failure; numerical trouble leaves the ascent.
      startKeeping()
    }
  }

  private mutating func startKeeping() {
    phase = .keeping
    setup.keepDearestRows(in: &ascent.dual)
    ascent.restart()
    ascent.scale = 0.1
  }
}

// MARK: - Root

extension LagrangianSearch {
  private var target: Double {
    if run.objective != .max { return Double(run.objective) }
    let value = Double(ascent.bestValue ?? 0) / Double(ascent.dual.denominator)
    return value + 0.05 * abs(value) + 1
  }

  private mutating func climb(_ count: Int) {
    var left = count
    let run = run
    while left > 0, !run.shouldStop() {
      let before = ascent.evaluations
      // The first one is a bound already.
      let slice = evaluations == 0 ? 1 : min(left, longestSlice)
      do throws(BlockMinimiser.Failure) {
        try ascent.climb(
          iterations: slice, target: target, share: isFleet ? 0.0005 : 0.005,
          shouldStop: { run.shouldStop() })
      } catch {
        recover(from: error)
        return
      }
      let made = ascent.evaluations - before
      evaluations += made
      left -= max(made, 1)
      guard !ascent.isEmpty else { return raiseEmpty() }
      raiseRoot()
      if phase == .climbing { tellCharges() }
      repair.offer(ascent.dual.values, source: "lagrangian")
      if isFleet { repair.offer(ascent.average(), source: "lagrangian") }
      if ascent.isConverged {
        nextPhase()
        return
      }
    }
  }

  /// Evaluations from one report to the next: few where each takes seconds.
  private var longestSlice: Int {
    max(1, min(20, 20_000_000 / max(1, ascent.dual.program.entryCount)))
  }

  /// Takes a row out of a block whose dynamic programme grows too large with it; other failures end
  /// the root.
  private mutating func recover(from failure: BlockMinimiser.Failure) {
    evaluations += 1
    if case .tooLarge(let block) = failure, ascent.dual.kept[block] >= 0 {
      ascent.dual.keep(row: -1, inBlock: block)
      ascent.restart()
    } else {
      phase = .stuck
    }
  }

  private mutating func nextPhase() {
    if phase == .climbing, ascent.dual.program.blocks.count > 1, hasKeepableChoice {
      startKeeping()
      return
    }
    if let guidance, let charges = guidance.known.charges,
      ascent.dual.program.entryCount > Self.relaxationLimit
    {
      let rounding = BlockRounding(formulation: formulation, index: index, charges: charges)
      guidance.tell(start: rounding.plan(near: ascent.average(), seed: run.seed))
      phase = .stuck
      return
    }
    phase = .branching
    ascent.lengthens = false
    tree = LagrangianTree(ascent: ascent)
  }

  /// Whether some block could keep another row than it does.
  private var hasKeepableChoice: Bool {
    ascent.dual.program.blocks.contains {
      if case .pool(let pool) = $0.shape { pool.keepable.count > 1 } else { false }
    }
  }

  /// Tells what scarce resources are worth at the best multipliers, while all rows have one.
  private func tellCharges() {
    guard isFleet, let guidance else { return }
    guidance.tell(charges: ScarcityCharges(ascent.dual, formulation))
  }

  private func raiseRoot() {
    guard let value = ascent.bestValue else { return }
    raise(ascent.dual, value, ascent.bestMultipliers)
  }

  /// Raises the bound to what the dual has at some multipliers.
  private func raise(
    _ dual: LagrangianDual, _ value: Int128, _ multipliers: [Int64], cuts: [RoundingCut] = []
  ) {
    let bound = dual.bound(value, granularity: dual.program.objectiveGranularity)
    guard bound > run.bound else { return }
    raise(
      bound,
      Certificate(
        denominator: dual.denominator, coarseBits: dual.coarseBits, kept: dual.keptRows, cuts: cuts,
        multipliers: multipliers))
  }

  /// A block is empty at the root: no solution exists, whatever the multipliers.
  private mutating func raiseEmpty() {
    phase = .done
    guard let block = try? ascent.dual.emptyBlock() else { return }
    raiseEmpty(
      Certificate(
        denominator: 1, kept: ascent.dual.keptRows,
        nodes: [.init(rows: [], changes: [], kind: .emptyBlock(block))]))
  }

  private mutating func raiseEmpty(_ certificate: Certificate) {
    phase = .done
    isProvenEmpty = true
    raise(.max, certificate)
  }
}

// MARK: - Tree

extension LagrangianSearch {
  private mutating func branch(_ count: Int) {
    guard var search = tree else { return }
    tree = nil
    let (run, repair) = (run, repair)
    let oracle = LagrangianTree.Oracle(
      incumbent: { run.objective }, shouldStop: { run.shouldStop() },
      repair: { values, _ in repair.offer(values, source: "lagrangian") }, branching: branching)
    let nodes = max(1, count / search.iterationsPerNode)
    search.search(nodes: nodes, oracle: oracle)
    evaluations += nodes * search.iterationsPerNode
    conclude(search.bound, isComplete: search.isComplete) { search.certificate() }
    tree = search
  }

  /// A node of the relaxation's tree is one evaluation. Numerical trouble ends the tree, and leaves
  /// what it has proven and the ascent.
  private mutating func branchOnRelaxation(_ count: Int) {
    guard var search = relaxationTree else { return }
    relaxationTree = nil
    let (run, repair, guidance) = (run, repair, guidance)
    var oracle = RelaxationTree.Oracle(
      incumbent: { run.objective }, shouldStop: { run.shouldStop() },
      repair: { repair.offer($0, source: "relaxation", insists: $1) }, branching: branching)
    oracle.sees = { guidance?.tell(values: $0) }
    let before = search.nodeCount
    var isBroken = false
    do throws(BackendError) {
      try search.search(nodes: max(1, count), oracle: oracle)
    } catch {
      isBroken = true
    }
    evaluations += max(search.nodeCount - before, 1)
    conclude(search.bound, isComplete: search.isComplete, isLast: isBroken) {
      search.certificate()
    }
    if !isBroken {
      relaxationTree = search
    } else if phase == .branching {
      startKeeping()
    }
  }

  private mutating func conclude(
    _ bound: Int64, isComplete: Bool, isLast: Bool = false, _ certificate: () -> Certificate
  ) {
    // A tree's certificate is large: it is made when the bound has risen by enough, and at the end.
    if isComplete || isLast || run.shouldStop() || Double(bound) - Double(run.bound) > reportStep {
      if bound > run.bound, bound != .max || run.objective == .max {
        raise(bound, certificate())
      }
    }
    if isComplete {
      // Leaves that could not be closed leave a gap, and plans that may still be found.
      phase = bound < run.objective ? .stuck : .done
      isProvenEmpty = bound == .max && run.objective == .max
    }
  }

  /// A thousandth of the gap.
  private var reportStep: Double {
    run.objective == .max ? 0 : max(0, (Double(run.objective) - Double(run.bound)) / 1000)
  }
}
