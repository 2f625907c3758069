internal import EmplaceCore
internal import EmplaceProblems
internal import Synchronization

/// What scarce resources are worth at the multipliers of the search for bounds, in units of the
/// objective: what a decision takes from all others, beside its cost.
struct ScarcityCharges: Sendable {
  /// For a replica of each lane.
  let replicas: [Double]
  /// For bringing each artifact.
  let artifacts: [Double]

  /// Charges at a dual's multipliers; those that pay for what they take count as none.
  init(_ dual: LagrangianDual, _ formulation: PlacementFormulation) {
    let charges = formulation.grouped(dual.charges)
    replicas = charges.replicas.map { max($0, 0) }
    artifacts = charges.artifacts.map { max($0, 0) }
  }
}

/// What the search for bounds has learnt, for the search for plans.
final class Guidance: Sendable {
  struct Contents: Sendable {
    /// The program with the cuts found so far.
    var tightened: IntegerProgram?
    /// Values of the relaxation at the node of the tree seen last.
    var values: [Double]?
    /// What scarce resources are worth.
    var charges: ScarcityCharges?
    /// Multipliers of an assignment's jobs, in units of the cost.
    var multipliers: [Double]?
    /// Where to start anew.
    var start: PlacementSolution?
    /// How many starts there have been.
    var starts = 0
  }

  private let contents = Mutex(Contents())

  /// What is known now.
  var known: Contents { contents.withLock { $0 } }

  func tell(tightened program: IntegerProgram) {
    contents.withLock { $0.tightened = program }
  }

  func tell(values: [Double]) {
    contents.withLock { $0.values = values }
  }

  func tell(charges: ScarcityCharges) {
    contents.withLock { $0.charges = charges }
  }

  func tell(multipliers: [Double]) {
    contents.withLock { $0.multipliers = multipliers }
  }

  func tell(start: PlacementSolution) {
    contents.withLock {
      $0.start = start
      $0.starts += 1
    }
  }
}
