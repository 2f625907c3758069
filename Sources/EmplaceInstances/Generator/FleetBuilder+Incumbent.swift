internal import EmplaceCore
internal import EmplaceFleet

extension FleetBuilder {
  /// What runs now. It also holds, without a move, all that must hold: critical demand at
  /// autonomous sites, the surviving share when a domain is lost, and spread; each rule is stated
  /// only as far as it could be held.
  mutating func buildIncumbent() {
    var random = random(.incumbent)
    var planner = IncumbentPlanner(self)
    placeCritical(&planner, &random)
    placeSurvivors(&planner, &random)
    placeSpread(&planner)
    var missed: [Int] = []
    for demand in random.shuffled(Array(fleet.demands.indices)) {
      // Yesterday's load, and not everything is served where it is best today.
      let near = Array(servers(of: demand).prefix(8))
      let start = random.chance(60) ? 0 : random.below(max(1, near.count))
      let percent = random.integer(in: 55...105)
      if !planner.serve(demand, percent: percent, at: near[start...] + near[..<start]) {
        missed.append(demand)
      }
    }
    // What found no room has an artifact within reach all the same, the clouds' last.
    for demand in missed {
      let all = Array(servers(of: demand))
      _ = planner.serve(demand, percent: 25, at: all.prefix(30) + all.filter(isCloud).prefix(4))
    }
    var plan = IncumbentPlan()
    plan.replicas = planner.counts
      .sorted {
        ($0.key.pool, $0.key.variant, $0.key.batch) < ($1.key.pool, $1.key.variant, $1.key.batch)
      }
      .map {
        .init(variant: $0.key.variant, pool: $0.key.pool, batch: $0.key.batch, count: $0.value)
      }
    plan.artifacts = planner.artifacts
      .sorted { ($0.site, $0.variant) < ($1.site, $1.variant) }
      .map { .init(variant: $0.variant, site: $0.site) }
    fleet.incumbent = plan
    fleet.policy.moveBudget = max(
      4, Int64(plan.artifacts.count) * knobs.movePercent / 100)
  }

  private func isCloud(_ site: Int) -> Bool { fleet.sites[site].tier == .cloud }

  /// P14: one edge site in five serves its city's critical demand alone when it is cut off.
  private mutating func placeCritical(
    _ planner: inout IncumbentPlanner, _ random: inout RandomGenerator
  ) {
    let edges = fleet.sites.indices.filter { fleet.sites[$0].tier == .edge }
    var byRegion: [[Int]] = Array(repeating: [], count: fleet.regions.count)
    for demand in fleet.demands.indices {
      byRegion[fleet.demands[demand].region].append(demand)
    }
    var isHeld = [Bool](repeating: false, count: fleet.regions.count)
    var missing = max(1, edges.count / 5)
    for site in random.shuffled(edges) where missing > 0 {
      // The nearest region of which the site can hold something.
      let near = fleet.regions.indices.filter { !isHeld[$0] }.sorted {
        (roundTrip[$0 * fleet.sites.count + site], $0)
          < (roundTrip[$1 * fleet.sites.count + site], $1)
      }
      for region in near.prefix(5) {
        // The tail first: what would not be there anyway.
        let candidates = byRegion[region].sorted { (topRate[$0], $0) < (topRate[$1], $1) }
        var held = 0
        for demand in candidates where held < 3 {
          guard planner.serve(demand, percent: 120, at: [site]) else { continue }
          fleet.demands[demand].isCritical = true
          held += 1
        }
        guard held > 0 else { continue }
        isHeld[region] = true
        fleet.sites[site].autonomousRegions = [region]
        missing -= 1
        break
      }
    }
  }

  /// P9: the grid of an edge site fails; what of the gold class can be held elsewhere must be.
  private mutating func placeSurvivors(
    _ planner: inout IncumbentPlanner, _ random: inout RandomGenerator
  ) {
    let grids = fleet.sites.filter { $0.tier == .edge }.compactMap(\.failureDomains.first)
    guard !grids.isEmpty else { return }
    let domain = grids[random.below(grids.count)]
    var (held, all): (Int128, Int128) = (0, 0)
    for demand in fleet.demands.indices where fleet.demands[demand].priorityClass == 0 {
      let near = Array(
        sites(near: fleet.demands[demand].region, within: reach[demand])
          .filter { !fleet.sites[$0].failureDomains.contains(domain) })
      let clouds = near.filter { fleet.sites[$0].tier == .cloud }.prefix(3)
      let rate = Int128(topRate[demand])
      all += rate
      if planner.serve(demand, percent: 115, at: Array(near.prefix(4)) + clouds) { held += rate }
    }
    guard all > 0 else { return }
    let share = Int64(held * 850_000 / all) / 10_000 * 10_000
    guard share >= 200_000 else { return }
    fleet.policy.survive = [domain]
    fleet.policy.priorityClasses[0].survivingMillionths = share
  }

  /// P8: replicas in as many domains as the model asks for, or as it can have.
  private mutating func placeSpread(_ planner: inout IncumbentPlanner) {
    var byModel: [[Int]] = Array(repeating: [], count: fleet.models.count)
    for demand in fleet.demands.indices {
      byModel[fleet.demands[demand].model].append(demand)
    }
    for model in fleet.models.indices {
      let wanted = Int(fleet.models[model].failureDomains)
      for demand in byModel[model] where planner.domains[model].count < wanted {
        let near = Array(
          sites(near: fleet.demands[demand].region, within: reach[demand]).filter {
            !planner.domains[model].contains(fleet.sites[$0].failureDomains.first ?? "")
          })
        let clouds = near.filter { fleet.sites[$0].tier == .cloud }.prefix(3)
        _ = planner.serve(demand, percent: 1, at: Array(near.prefix(6)) + clouds)
      }
      fleet.models[model].failureDomains = Int64(max(1, planner.domains[model].count))
        .clamped(to: 1...Int64(wanted))
    }
  }
}

extension Comparable {
  /// The nearest value within `range`.
  func clamped(to range: ClosedRange<Self>) -> Self {
    min(max(self, range.lowerBound), range.upperBound)
  }
}
