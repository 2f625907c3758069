internal import EmplaceCore
public import EmplaceProblems

/// Derives a placement instance from a fleet: lanes, admissible arcs, loads and costs.
///
/// The rules with their symbols and units are in the article on the derivation. Everything that the
/// instance holds is an integer; doubles appear only where a queue or a distance is estimated, and
/// are rounded up before anything is decided.
public struct PlacementDerivation: Sendable {
  /// The fleet.
  public let fleet: Fleet
  let problem: DerivationError?
  let index: DemandIndex
  let roundTrips: RoundTrips
  let builder: OptionBuilder

  /// Prepares the derivation of `fleet`; nothing that it finds wrong is reported before
  /// ``instance(threads:)``.
  public init(fleet: Fleet) { self.init(fleet: fleet, threads: 1) }

  /// The same, by up to `threads` threads.
  public init(fleet: Fleet, threads: Int) {
    problem = FleetConsistency.problem(in: fleet)
    let fleet = problem == nil ? fleet : Fleet()
    self.fleet = fleet
    roundTrips = RoundTrips(fleet: fleet, threads: threads)
    index = DemandIndex(fleet: fleet, roundTrips: roundTrips, threads: threads)
    var batches: Set<Int> = []
    for variant in fleet.variants {
      for element in variant.profiles {
        if case .tokens = element.profile { continue }
        batches.formUnion(element.profile.candidateBatches)
      }
    }
    let calculator = WaitingCalculator(
      rule: WaitingRule.named(fleet.policy.waitingRule) ?? .md1,
      utilisationMillionths: fleet.policy.utilisationCapMillionths, batches: batches,
      threads: threads)
    builder = OptionBuilder(fleet: fleet, index: index, calculator: calculator)
  }

  /// The instance, by up to `threads` threads; it does not depend on how many.
  ///
  /// - Complexity: O(pools x demands) comparisons, and O(arcs) for the rest.
  public func instance(threads: Int) throws(DerivationError) -> PlacementInstance {
    if let problem { throw problem }
    var energy: [EnergyPrices] = []
    for (index, site) in fleet.sites.enumerated() {
      guard
        let prices = EnergyPrices(
          site: site, policy: fleet.policy, hours: fleet.horizon.hoursUTC.count)
      else {
        throw .tooLarge(
          path: "sites[\(index)].energyPrice", value: "the price of energy and carbon")
      }
      energy.append(prices)
    }
    let types = Set(fleet.pools.map(\.nodeType)).sorted()
    var typePosition = Array(repeating: -1, count: fleet.nodeTypes.count)
    for (position, type) in types.enumerated() { typePosition[type] = position }
    let options = parallelMap(fleet.models.count, threads: threads) {
      builder.options(model: $0, types: types)
    }
    let finder = LaneFinder(
      fleet: fleet, index: index, roundTrips: roundTrips, modelOrder: modelOrder,
      options: options, typePosition: typePosition)
    let lanes = parallelMap(fleet.pools.count, threads: threads) { finder.lanes(ofPool: $0) }
    let pricer = LanePricer(
      fleet: fleet, index: index, options: options, typePosition: typePosition, energy: energy,
      bestAccuracy: bestAccuracy(lanes, options, typePosition))
    let priced = parallelMap(fleet.pools.count, threads: threads) {
      pool -> Result<PricedLanes, DerivationError> in
      do throws(DerivationError) {
        return .success(
          try pricer.priced(lanes[pool], pool: pool, nodes: finder.nodes(of: fleet.pools[pool])))
      } catch {
        return .failure(error)
      }
    }
    var assembly = InstanceAssembly(fleet: fleet, index: index, energy: energy)
    return try assembly.instance(priced)
  }

  /// Models in the order of their variants, so that lanes come out by variant.
  private var modelOrder: [Int] {
    fleet.models.indices.sorted {
      (fleet.models[$0].variants.lowerBound, $0) < (fleet.models[$1].variants.lowerBound, $1)
    }
  }

  /// Best accuracy of any variant that may serve each demand, where accuracy has a price.
  private func bestAccuracy(
    _ pools: [PoolLanes], _ options: [[ModelOptions]], _ typePosition: [Int]
  ) -> [Int64] {
    guard fleet.policy.accuracyPrice > 0 else { return [] }
    var best = Array(repeating: Int64(0), count: fleet.demands.count)
    for (pool, lanes) in pools.enumerated() {
      let type = typePosition[fleet.pools[pool].nodeType]
      var arc = 0
      for seed in lanes.seeds {
        let option = options[Int(seed.model)][type].options[Int(seed.option)]
        let accuracy = fleet.variants[Int(option.variant)].accuracyMillionths
        for position in lanes.positions[arc..<arc + Int(seed.arcs)] {
          let demand = Int(index.models[Int(seed.model)].demands[Int(position)])
          best[demand] = max(best[demand], accuracy)
        }
        arc += Int(seed.arcs)
      }
    }
    return best
  }
}
