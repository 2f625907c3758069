public import EmplaceCore
public import EmplaceProblems

/// Random single changes to placements: one count, one route, one artifact.
public struct PlacementMutation {
  /// Where draws come from.
  public var random: RandomGenerator
  private let instance: PlacementInstance

  /// Changes to solutions of an instance.
  public init(_ instance: PlacementInstance, seed: UInt64) {
    self.instance = instance
    random = RandomGenerator(seed: seed ^ 0x5EED)
  }

  /// The solution with one thing changed; lists stay sorted and hold no zeros.
  public mutating func change(_ solution: PlacementSolution) -> PlacementSolution {
    var result = solution
    switch random.below(7) {
    case 0: changeReplicas(&result)
    case 1: changeRoutes(&result.routes)
    case 2:
      if result.failureRoutes.isEmpty {
        changeRoutes(&result.routes)
      } else {
        let failure = random.below(result.failureRoutes.count)
        let counted = Set(instance.failureCases[failure].floors.flatMap(\.demands))
        changeRoutes(&result.failureRoutes[failure]) { counted.contains($0) }
      }
    case 3: toggleArtifact(&result)
    case 4: changeRented(&result)
    case 5: changeIsolated(&result)
    default:
      // Several replicas at once overrun limits that one more does not.
      for _ in 0..<3 { changeReplicas(&result) }
    }
    return result
  }

  private mutating func step() -> Int64 { random.below(2) == 0 ? 1 : -1 }

  private mutating func changeReplicas(_ solution: inout PlacementSolution) {
    guard !instance.lanes.isEmpty else { return }
    let lane = random.below(instance.lanes.count)
    let artifact = Int(instance.lanes[lane].artifact)
    let change = step()
    if let position = solution.replicas.firstIndex(where: { $0.lane == lane }) {
      solution.replicas[position].count += change
      if solution.replicas[position].count == 0 { solution.replicas.remove(at: position) }
    } else {
      solution.replicas.append(.init(lane: lane, count: 1))
      solution.replicas.sort { $0.lane < $1.lane }
      if random.below(4) > 0, !solution.artifacts.contains(artifact) {
        solution.artifacts.append(artifact)
        solution.artifacts.sort()
      }
    }
  }

  private mutating func changeRoutes(
    _ routes: inout [PlacementSolution.Route], where isEligible: (Int32) -> Bool = { _ in true }
  ) {
    let arcs = (0..<instance.arcCount).filter { isEligible(instance.arcDemand[$0]) }
    guard !arcs.isEmpty else { return }
    let arc = arcs[random.below(arcs.count)]
    guard
      let lane = instance.lanes.indices.first(where: { instance.arcs(ofLane: $0).contains(arc) })
    else { return }
    let demand = Int(instance.arcDemand[arc])
    let change = step()
    if let position = routes.firstIndex(where: { $0.lane == lane && $0.demand == demand }) {
      routes[position].parts += change
      if routes[position].parts == 0 { routes.remove(at: position) }
    } else {
      routes.append(.init(demand: demand, lane: lane, parts: 1))
      routes.sort { ($0.demand, $0.lane) < ($1.demand, $1.lane) }
    }
  }

  private mutating func toggleArtifact(_ solution: inout PlacementSolution) {
    guard !instance.artifacts.isEmpty else { return }
    let artifact = random.below(instance.artifacts.count)
    if let position = solution.artifacts.firstIndex(of: artifact) {
      solution.artifacts.remove(at: position)
    } else {
      solution.artifacts.append(artifact)
      solution.artifacts.sort()
    }
  }

  private mutating func changeRented(_ solution: inout PlacementSolution) {
    let pool = random.below(instance.pools.count)
    let change = step()
    if let position = solution.rented.firstIndex(where: { $0.pool == pool }) {
      solution.rented[position].count += change
      if solution.rented[position].count == 0 { solution.rented.remove(at: position) }
    } else {
      solution.rented.append(.init(pool: pool, count: 1))
      solution.rented.sort { $0.pool < $1.pool }
    }
  }

  private mutating func changeIsolated(_ solution: inout PlacementSolution) {
    guard !instance.tenants.isEmpty else { return }
    let (tenant, pool) = (random.below(instance.tenants.count), random.below(instance.pools.count))
    let change = step()
    if let position = solution.isolated.firstIndex(where: {
      $0.pool == pool && $0.tenant == tenant
    }) {
      solution.isolated[position].count += change
      if solution.isolated[position].count == 0 { solution.isolated.remove(at: position) }
    } else {
      solution.isolated.append(.init(tenant: tenant, pool: pool, count: 1))
      solution.isolated.sort { ($0.tenant, $0.pool) < ($1.tenant, $1.pool) }
    }
  }
}
