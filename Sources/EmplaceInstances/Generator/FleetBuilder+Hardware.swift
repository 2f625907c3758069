internal import EmplaceCore
internal import EmplaceFleet

extension FleetBuilder {
  private typealias H = HardwareList

  /// Main node types of edge sites, and how often each occurs.
  private static let edgeTypes: [PlacementGenerator.Family: [(type: Int, often: Int)]] = [
    .metro: [
      (H.l4x4, 6), (H.l40sx4, 4), (H.l4x4Slim, 4), (H.t4x2, 3), (H.l40sx2, 2), (H.a100x4, 1),
    ],
    .lumpy: [
      (H.l4x1, 5), (H.l4x2, 4), (H.l4x2Slim, 4), (H.t4x2, 4), (H.orinx1, 2), (H.l40sx2, 3),
    ],
  ]

  mutating func buildPools() {
    var random = random(.hardware)
    fleet.accelerators = H.accelerators.map(\.accelerator)
    fleet.nodeTypes = H.nodeTypes
    poolsOfSite = Array(repeating: [], count: fleet.sites.count)
    let catchment = catchments()
    let edges = fleet.sites.indices.filter { fleet.sites[$0].tier == .edge }
    let mean = max(1, edges.reduce(Int64(0)) { $0 + catchment[$1] } / Int64(max(1, edges.count)))
    let range = knobs.edgeNodes
    let middle = range.lowerBound + range.upperBound
    var deck: [Int] = []
    for site in fleet.sites.indices {
      switch fleet.sites[site].tier {
      case .cloud: addCloudPools(site, &random)
      case .endpoint:
        addPool(site, H.phone, owned: fleet.sites[site].population?.count ?? 1, rentable: 0)
      case .edge:
        if deck.isEmpty { deck = newDeck(&random) }
        let type = deck.removeLast()
        let wanted =
          middle * catchment[site] * random.integer(in: 80...120) / (mean * 200)
        let isBig = H.computePercent(of: type) > 600
        let nodes = min(max(isBig ? wanted / 2 : wanted, range.lowerBound), range.upperBound)
        let canRent = random.chance(knobs.rentableEdgePercent)
        addPool(site, type, owned: nodes, rentable: canRent ? max(1, nodes / 3) : 0)
        addSecondPool(site, beside: type, &random)
      }
    }
  }

  /// Node types in random order, each as often as it occurs; small fleets see each type once.
  private func newDeck(_ random: inout RandomGenerator) -> [Int] {
    let types = Self.edgeTypes[generator.family] ?? []
    if generator.size == .tiny {
      // Short of memory, of cores, and of what its site is short of.
      return [types[1].type, types[2].type, types[3].type]
    }
    return random.shuffled(types.flatMap { Array(repeating: $0.type, count: $0.often) })
  }

  /// Weight of the regions that look to each edge site first, second or third.
  private func catchments() -> [Int64] {
    var result = [Int64](repeating: 0, count: fleet.sites.count)
    for region in fleet.regions.indices {
      let edges = nearSites[region].lazy.filter { fleet.sites[$0].tier == .edge }.prefix(3)
      for (site, share) in zip(edges, [50, 30, 20] as [Int64]) {
        result[site] += regionWeight[region] * share
      }
    }
    return result
  }

  private mutating func addCloudPools(_ site: Int, _ random: inout RandomGenerator) {
    let isSmall = counts.sites < 50
    let isMetro = generator.family == .metro
    if !isSmall || counts.models > 8 {
      addPool(site, H.h100x8, owned: isMetro ? 1 : 0, rentable: random.integer(in: 2...4))
    }
    addPool(site, H.a100x4, owned: random.integer(in: 1...2), rentable: random.integer(in: 4...8))
    addPool(
      site, H.l40sx4, owned: random.integer(in: 1...3), rentable: random.integer(in: 8...16))
    addPool(site, H.l4x4, owned: random.integer(in: 1...2), rentable: random.integer(in: 6...12))
    addPool(site, H.cpu64, owned: 1, rentable: random.integer(in: 6...12))
  }

  private mutating func addSecondPool(
    _ site: Int, beside type: Int, _ random: inout RandomGenerator
  ) {
    let isMetro = generator.family == .metro
    guard random.chance(isMetro ? 35 : 25) else { return }
    let hasCores = random.chance(60)
    let second = hasCores ? (isMetro ? H.cpu64 : H.cpu32) : isMetro ? H.t4x2 : H.l4x1
    guard second != type else { return }
    addPool(site, second, owned: random.integer(in: 1...(isMetro ? 3 : 1)), rentable: 0)
  }

  private mutating func addPool(_ site: Int, _ type: Int, owned: Int64, rentable: Int64) {
    let rent =
      H.rent(of: type) * knobs.rentPercent / 100
      * (fleet.sites[site].locationPremiumMillionths / 10_000) / 100
    poolsOfSite[site].append(fleet.pools.count)
    fleet.pools.append(
      Pool(
        id: "\(fleet.sites[site].id)/\(fleet.nodeTypes[type].id)", site: site, nodeType: type,
        owned: owned, rentable: rentable, rentPricePerHour: rent))
  }

  /// Compute of a site's own nodes in hundredths of an L4.
  func ownedPercent(ofSite site: Int) -> Int64 {
    poolsOfSite[site].reduce(0) {
      $0 + fleet.pools[$1].owned * H.computePercent(of: fleet.pools[$1].nodeType)
    }
  }
}
