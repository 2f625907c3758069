internal import EmplaceCore
internal import EmplaceMIP
internal import EmplaceProblems

/// Large-neighbourhood search with a small branch and bound as the repair: most counts stay as in
/// the best plan, those of some sites or models are free, and all routes are.
///
/// Source: Shaw 1998, doi:10.1007/3-540-49481-2_30; Danna, Rothberg, Le Pape 2005,
/// doi:10.1007/s10107-004-0518-7 (where relaxation and plan disagree).
struct RelaxationNeighbourhoods {
  private let run: Run<Placement>
  private let formulation: PlacementFormulation
  private let program: IntegerProgram
  private let backend: any MIPBackend
  private let repair: LagrangianRepair
  private let classes: [[Int]]
  private let counted: [(column: Int, place: ColumnPlace)]
  private let unserved: [Int]
  private var random: RandomGenerator
  /// Share of all counted columns to free; grows where small trees find nothing.
  private var share = 0.15
  private let relaxation: [Double]?

  /// Neighbourhoods in `program`: the formulation's, or one with cuts after its rows.
  init(
    _ run: Run<Placement>, _ formulation: PlacementFormulation, _ program: IntegerProgram,
    _ index: PlacementIndex, backend: any MIPBackend
  ) throws(BackendError) {
    self.run = run
    self.formulation = formulation
    repair = LagrangianRepair(formulation, index, run)
    self.program = program
    self.backend = backend
    classes = formulation.branchingClasses
    let isShare = formulation.isShare
    counted = classes.joined().filter { !isShare[$0] }
      .map { ($0, formulation.place(ofColumn: $0)) }
    unserved = formulation.unserved
    random = RandomGenerator(seed: run.seed)
    let session = try backend.openRelaxation(program)
    defer { session.close() }
    let answer = try session.solve(LPOptions(), monitor: StoppingMonitor { run.shouldStop() })
    relaxation = answer.values
  }

  /// Frees some columns of the best plan and searches there. `hint` are values of a relaxation near
  /// which to search, by default those of the root.
  mutating func step(nodes limit: Int, near hint: [Double]?) {
    guard let incumbent = run.incumbent else { return }
    let values = formulation.values(of: incumbent.solution)
    var ranges: [Int: ClosedRange<Int64>] = [:]
    let isFree = neighbourhood(values, hint ?? relaxation)
    for (position, element) in counted.enumerated() where !isFree[position] {
      ranges[element.column] = values[element.column]...values[element.column]
    }
    holdServed(values, &ranges)
    let before = run.objective
    var isComplete = true
    if let reduced = ReducedProgram(program, ranges: ranges) {
      // Numerical trouble ends this one; the next one is another program.
      isComplete = (try? search(reduced, nodes: limit)) ?? false
    }
    if run.objective == before {
      share = isComplete ? min(1, share * 1.1) : max(0.02, share * 0.95)
    }
  }

  /// Searches a reduced program; says whether all of it.
  private func search(_ reduced: ReducedProgram, nodes limit: Int) throws(BackendError) -> Bool {
    let (run, repair) = (run, repair)
    let session = try backend.openRelaxation(reduced.program)
    defer { session.close() }
    var tree = RelaxationTree(
      dual: LagrangianDual(program: reduced.program), session: session, proves: false)
    tree.repairInterval = .max
    tree.mostTrials = 2
    let oracle = RelaxationTree.Oracle(
      incumbent: { run.objective }, shouldStop: { run.shouldStop() },
      repair: { repair.offer(reduced.expanded($0), source: "neighbourhood", insists: $1) },
      branching: classes.dropLast().map {
        $0.map { reduced.place[$0] }.filter { $0 >= 0 }
      })
    try tree.search(nodes: limit, oracle: oracle)
    return tree.isComplete
  }

  /// What the relaxation serves in full and the plan does not is to be served, most of the time: a
  /// tree that may leave it unserved only finds plans like the one at hand.
  private mutating func holdServed(
    _ values: [Int64], _ ranges: inout [Int: ClosedRange<Int64>]
  ) {
    guard let relaxation else { return }
    let served = unserved.filter { relaxation[$0] < 1e-6 }
    guard served.contains(where: { values[$0] > 0 }), random.below(4) > 0 else { return }
    for column in served { ranges[column] = 0...0 }
  }

  /// Which counted columns are free.
  private mutating func neighbourhood(
    _ values: [Int64], _ relaxation: [Double]?
  ) -> [Bool] {
    let target = max(1, Int(share * Double(counted.count)))
    var isFree = [Bool](repeating: false, count: counted.count)
    var free = 0
    func release(_ matches: (ColumnPlace) -> Bool) {
      for (position, element) in counted.enumerated()
      where !isFree[position] && matches(element.place) {
        isFree[position] = true
        free += 1
      }
    }
    let (sites, models) = (run.instance.sites.count, run.instance.models.count)
    switch random.below(6) {
    case 0 where sites > 0:
      // What belongs to no site is free with any.
      release { $0.site == nil }
      while free < target {
        let site = random.below(sites)
        release { $0.site == site }
      }
    case 1 where models > 0:
      while free < target {
        let model = random.below(models)
        release { $0.model == model }
        // Nodes and units that the model's replicas share.
        release { $0.model == nil }
      }
    case 2, 4, 5:
      if let relaxation {
        // Where the plan and the relaxation disagree, and a little around.
        for (position, element) in counted.enumerated() {
          let differs = abs(relaxation[element.column] - Double(values[element.column])) > 1e-6
          isFree[position] =
            random.below(1000) < Int(1000 * (differs ? min(1, 6 * share) : share / 4))
        }
      }
      release { $0.model == nil }
    default:
      for position in counted.indices where random.below(1000) < Int(1000 * share) {
        isFree[position] = true
      }
      release { $0.model == nil }
    }
    return isFree
  }
}
