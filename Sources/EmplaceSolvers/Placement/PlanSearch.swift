internal import EmplaceCore
internal import EmplaceMIP
internal import EmplaceProblems

/// The portfolio's search for plans: neighbourhoods of assignments where the placement is one, else
/// local search, and where the linear relaxation is small enough neighbourhoods solved by branch and
/// bound, whichever has been gaining.
struct PlanSearch {
  private let run: Run<Placement>
  private let formulation: PlacementFormulation
  private let backend: (any MIPBackend)?
  private var state: PlacementState
  private var random: RandomGenerator
  private let guidance: Guidance
  /// Starts of the guidance that were taken.
  private var starts = 0
  /// Steps of local search so far, and those for which the last start is still tried.
  private var steps = 0
  private var trial = 0
  private var neighbourhoods: RelaxationNeighbourhoods?
  /// Where the placement is an assignment.
  private var assignments: AssignmentNeighbourhoods?
  /// Whether ``neighbourhoods`` are those of the tightened program.
  private var isTight = false
  private var prefersNeighbourhoods = false
  /// Slices without gain, one after another.
  private var stalls = 0

  init(
    _ run: Run<Placement>, _ formulation: PlacementFormulation, from state: PlacementState,
    _ guidance: Guidance, seed: UInt64, backend: (any MIPBackend)?
  ) {
    self.run = run
    self.guidance = guidance
    self.formulation = formulation
    self.state = state
    self.backend = backend
    random = RandomGenerator(seed: seed)
    assignments = AssignmentNeighbourhoods(run, guidance, seed: seed)
  }

  /// Largest relaxation, in arcs, of which neighbourhoods are solved.
  private static let arcLimit = 30_000

  /// Spends about `iterations` local-search steps, or as long on neighbourhoods.
  mutating func advance(iterations: Int) {
    if assignments != nil, run.incumbent != nil {
      assignments?.advance(neighbourhoods: max(1, iterations / 500))
      return
    }
    follow(guidance.known)
    let before = run.objective
    if prefersNeighbourhoods, solveNeighbourhoods(max(1, iterations / 1000)) {
      if run.objective < before, let incumbent = run.incumbent {
        restart(from: incumbent.solution)
      }
    } else {
      steps += iterations
      trial -= iterations
      LocalSearchPlacement().improve(
        &state, run: run, generator: &random, iterations: iterations)
    }
    stalls = run.objective < before ? 0 : stalls + 1
    if stalls >= (prefersNeighbourhoods ? 20 : 1) {
      prefersNeighbourhoods.toggle()
      stalls = 0
    }
  }

  /// How much longer than all before a start is tried before it may be given up.
  private static let patience = 2
  /// Share by which the incumbent must be better than this search's own plan to take its place.
  private static let lead = 0.005

  /// Takes over charges and starts, and an incumbent from elsewhere that is far better.
  private mutating func follow(_ known: Guidance.Contents) {
    if known.starts > starts, let start = known.start {
      starts = known.starts
      trial = Self.patience * steps
      restart(from: start)
    } else if let incumbent = run.incumbent,
      trial <= 0, Double(state.objective) > (1 + Self.lead) * Double(incumbent.objective)
    {
      restart(from: incumbent.solution)
    }
    if let charges = known.charges { state.memory.charges = charges }
  }

  private mutating func restart(from solution: PlacementSolution) {
    state = PlacementState(index: state.index, solution: solution)
  }

  /// False where there are none to solve: the fleet is too large for them, or the backend fails on
  /// its relaxation.
  private mutating func solveNeighbourhoods(_ count: Int) -> Bool {
    guard let backend, run.incumbent != nil, !run.instance.artifacts.isEmpty,
      run.instance.arcCount <= Self.arcLimit
    else { return false }
    let tight = isTight ? nil : guidance.known.tightened
    if neighbourhoods == nil || tight != nil {
      isTight = tight != nil
      neighbourhoods = try? RelaxationNeighbourhoods(
        run, formulation, tight ?? formulation.program, state.index, backend: backend)
    }
    guard neighbourhoods != nil else { return false }
    for _ in 0..<count where !run.shouldStop() {
      let hint = guidance.known.values
      neighbourhoods?.step(nodes: 200, near: hint)
    }
    return true
  }
}
