internal import EmplaceCore
internal import EmplaceProblems

/// Turns averaged minimisers of the blocks into a plan to start from: what the blocks agree on in
/// the average is nearly whole, and differs from what a search reaches that builds step by step.
///
/// Source: the primal solutions of Barahona, Anbil 2000, doi:10.1007/s101070050002, as targets.
struct BlockRounding {
  /// Replicas of a lane in the average.
  private struct Wish {
    var lane: Int
    var count: Double
    /// What they are worth.
    var worth: Double
  }

  let formulation: PlacementFormulation
  let index: PlacementIndex
  let charges: ScarcityCharges

  /// A plan near the average, by column: its replicas as far as they fit where it rents, then its
  /// routes, then the rest by insertion. It need not be feasible.
  func plan(near average: [Double], seed: UInt64) -> PlacementSolution {
    let state = PlacementState(index: index)
    state.memory.charges = charges
    let (replicas, artifacts, rented) = formulation.grouped(average)
    state.exchangeIdle(for: artifacts.indices.filter { artifacts[$0] >= 0.5 })
    start(wishes(replicas), rented, state)
    route(average, state)
    let search = PlacementSearch(state, random: RandomGenerator(seed: seed))
    search.insertion.burden = 1
    search.insertion.chargedShare = 1
    search.clearPending()
    for demand in 0..<index.options.demandCount { search.addPending(demand) }
    search.sortPending()
    for mayRent in [false, true] {
      state.mayRent = mayRent
      for demand in search.pending {
        search.insertion.insert(Int(demand), into: state, random: &search.random)
      }
    }
    search.settle()
    return state.solution()
  }

  /// Lanes with half a replica or more of versions that may be live together, the dearest first.
  private func wishes(_ replicas: [Double]) -> [Wish] {
    let wishes = replicas.indices.filter { replicas[$0] >= 0.5 }.map {
      Wish(lane: $0, count: replicas[$0], worth: replicas[$0] * charges.replicas[$0])
    }
    let live = liveVersions(wishes)
    return wishes.filter { version($0.lane) < 0 || live.contains(version($0.lane)) }
      .sorted { ($0.worth, $0.lane) > ($1.worth, $1.lane) }
  }

  /// Of each model the versions that are worth most, as many as it may have.
  private func liveVersions(_ wishes: [Wish]) -> Set<Int32> {
    var worth: [Int32: Double] = [:]
    for wish in wishes { worth[version(wish.lane), default: 0] += wish.worth }
    var live = Set<Int32>()
    for model in 0..<index.models.liveVersions.count {
      let slots = index.models.versionSlots(Int32(model))
        .sorted { (worth[$0] ?? 0, $1) > (worth[$1] ?? 0, $0) }
      live.formUnion(slots.prefix(Int(clamping: index.models.liveVersions[model])))
    }
    return live
  }

  private func version(_ lane: Int) -> Int32 {
    let artifact = Int(index.lanes.artifact[lane])
    return artifact < 0 ? -1 : index.versionSlot(ofArtifact: artifact)
  }

  /// Starts whole replicas, first from artifacts that are there, so that nothing evicts these; then
  /// one more where half of one is left over.
  private func start(_ wishes: [Wish], _ rented: [Double], _ state: PlacementState) {
    let isThere = wishes.map {
      let artifact = Int(index.lanes.artifact[$0.lane])
      return artifact < 0 || state.present[artifact]
    }
    for present in [true, false] {
      for (wish, isThere) in zip(wishes, isThere) where isThere == present {
        state.mayRent = rented[Int(index.lanes.pool[wish.lane])] >= 0.5
        state.addReplicas(
          lane: wish.lane, upTo: Int64(wish.count) - state.replicas[wish.lane])
      }
    }
    state.mayRent = false
    for wish in wishes where wish.count - wish.count.rounded(.down) >= 0.5 {
      state.addReplicas(lane: wish.lane)
    }
  }

  /// Routes what the average routes and replicas have room for.
  private func route(_ average: [Double], _ state: PlacementState) {
    let instance = index.instance
    for lane in instance.lanes.indices where state.replicas[lane] > 0 {
      let arcs = instance.arcs(ofLane: lane)
      let start = formulation.column(ofRoutes: lane)
      for arc in arcs where average[start + arc - arcs.lowerBound] >= 1 {
        let demand = Int(instance.arcDemand[arc])
        let parts = min(
          Int64(average[start + arc - arcs.lowerBound]), state.unservedParts(ofDemand: demand),
          state.room(demand: demand, lane: lane))
        if parts > 0 { state.route(demand: demand, lane: lane, parts: parts) }
      }
    }
  }
}
