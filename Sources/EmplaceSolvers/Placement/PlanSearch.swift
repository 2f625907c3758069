internal import EmplaceCore
internal import EmplaceMIP
internal import EmplaceProblems
internal import Synchronization

/// The portfolio's search for plans: local search, and where the linear relaxation is small enough
/// neighbourhoods solved by branch and bound, whichever has been gaining.
struct PlanSearch {
  private let run: Run<Placement>
  private let formulation: PlacementFormulation
  private let backend: (any MIPBackend)?
  private var state: PlacementState
  private var random: RandomGenerator
  private let tightened: TightenedProgram
  private var neighbourhoods: RelaxationNeighbourhoods?
  /// Whether ``neighbourhoods`` are those of the tightened program.
  private var isTight = false
  private var prefersNeighbourhoods = false
  /// Slices without gain, one after another.
  private var stalls = 0

  init(
    _ run: Run<Placement>, _ formulation: PlacementFormulation, from state: PlacementState,
    _ tightened: TightenedProgram, backend: (any MIPBackend)?
  ) {
    self.run = run
    self.tightened = tightened
    self.formulation = formulation
    self.state = state
    self.backend = backend
    random = RandomGenerator(seed: run.seed)
  }

  /// Largest relaxation, in arcs, of which neighbourhoods are solved.
  private static let arcLimit = 30_000

  /// Spends about `iterations` local-search steps, or as long on neighbourhoods.
  mutating func advance(iterations: Int) throws(SolveError) {
    let before = run.objective
    if prefersNeighbourhoods, try solveNeighbourhoods(max(1, iterations / 1000)) {
      if run.objective < before, let incumbent = run.incumbent {
        state = PlacementState(index: state.index, solution: incumbent.solution)
      }
    } else {
      LocalSearchPlacement().improve(
        &state, run: run, generator: &random, iterations: iterations)
    }
    stalls = run.objective < before ? 0 : stalls + 1
    if stalls >= (prefersNeighbourhoods ? 20 : 1) {
      prefersNeighbourhoods.toggle()
      stalls = 0
    }
  }

  /// False where there are none to solve.
  private mutating func solveNeighbourhoods(_ count: Int) throws(SolveError) -> Bool {
    guard let backend, run.incumbent != nil, !run.instance.artifacts.isEmpty,
      run.instance.arcCount <= Self.arcLimit
    else { return false }
    let tight = isTight ? nil : tightened.program
    if neighbourhoods == nil || tight != nil {
      isTight = tight != nil
      neighbourhoods?.close()
      do throws(SolveError) {
        neighbourhoods = try RelaxationNeighbourhoods(
          run, formulation, tight ?? formulation.program, state.index, backend: backend)
      } catch {
        // A stop while the relaxation is loaded is no failure.
        if run.shouldStop() { return true }
        throw error
      }
    }
    for _ in 0..<count where !run.shouldStop() { _ = try neighbourhoods?.step(nodes: 200) }
    return true
  }
}

/// The program with cuts that the search for bounds has found, for the search for plans.
final class TightenedProgram: Sendable {
  private let value = Mutex<IntegerProgram?>(nil)

  /// The program, once it is known.
  var program: IntegerProgram? {
    get { value.withLock { $0 } }
    set { value.withLock { $0 = newValue } }
  }
}
