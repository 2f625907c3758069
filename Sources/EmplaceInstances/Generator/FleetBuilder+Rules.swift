internal import EmplaceCore
internal import EmplaceFleet

extension FleetBuilder {
  /// Licences, spread, affinity, quotas, isolation; what can be held is checked by
  /// ``buildIncumbent()``.
  mutating func buildRules() {
    var random = random(.rules)
    let byRank = modelRank.indices.sorted { modelRank[$0] < modelRank[$1] }
    for (rank, model) in byRank.enumerated() {
      switch rank % 5 {
      case 2:
        fleet.models[model].licenceCopies = max(
          3, replicasOfModel[model] * knobs.licencePercent / 100 + 1)
      case 3:
        fleet.models[model].failureDomains = counts.sites > 50 && random.chance(40) ? 3 : 2
      default: break
      }
    }
    keepApart(byRank)
    keepTogether(byRank)
    // Retrieval ranks where it embeds.
    for model in fleet.models.indices where fleet.models[model].family == "rerank" {
      let partner = model - 1
      if partner >= 0, fleet.models[partner].family == "embedding", random.chance(70),
        fleet.models[model].affinity.isEmpty, fleet.models[partner].jurisdictions == nil,
        fleet.models[partner].trust <= fleet.models[model].trust,
        !fleet.models[partner].antiAffinity.contains(model),
        !fleet.models[model].antiAffinity.contains(partner)
      {
        fleet.models[model].affinity = [partner]
      }
    }
    buildTenantRules()
  }

  /// Pairs of unpopular models that may not be at one site, one pair in ten models; none that is
  /// mostly asked for within a city, where there may be no second site.
  private mutating func keepApart(_ byRank: [Int]) {
    let loose = byRank.reversed().filter { kinds[$0].reach[ModelKind.Reach.city.rawValue] < 20 }
    for pair in 0..<counts.models / 10 where 2 * pair + 1 < loose.count {
      fleet.models[loose[2 * pair]].antiAffinity = [loose[2 * pair + 1]]
    }
  }

  /// Every tenth model works only where the artifact of a small, less popular one lies too.
  private mutating func keepTogether(_ byRank: [Int]) {
    func size(_ model: Int) -> Int64 {
      fleet.models[model].variants.reduce(.max) { min($0, fleet.variants[$1].artifactMiB) }
    }
    for rank in stride(from: 0, to: byRank.count, by: 10) {
      let model = byRank[rank]
      let others = byRank[(rank + 1)..<min(rank + 10, byRank.count)].filter {
        fleet.models[$0].antiAffinity.isEmpty && !isKeptApart($0)
          && fleet.models[$0].trust <= fleet.models[model].trust
          && fleet.models[$0].jurisdictions == nil
      }
      guard let partner = others.min(by: { (size($0), $0) < (size($1), $1) }) else { continue }
      fleet.models[model].affinity = [partner]
    }
  }

  private func isKeptApart(_ model: Int) -> Bool {
    fleet.models.contains { $0.antiAffinity.contains(model) }
  }

  private mutating func buildTenantRules() {
    for tenant in fleet.tenants.indices {
      let own = fleet.models.indices.filter { fleet.models[$0].tenant == tenant }
      if tenant % 4 == 0 {
        let shares = own.reduce(Int64(0)) { $0 + sharesOfModel[$1] }
        fleet.tenants[tenant].quotaMilliShares = max(4_000, shares * knobs.quotaPercent / 100)
      }
      if tenant % 4 == 2 {
        fleet.tenants[tenant].isolation = tenant % 12 == 10 ? .node : .device
      }
    }
  }
}
