/// Regions and sites.
extension FleetDecoder {
  mutating func decodeRegions() {
    for index in 0..<count(.region) {
      guard let view = open(.region, at: index) else { continue }
      defer { reader.close(view) }
      var region = Region(id: reader.text(view, .id) ?? "")
      if let jurisdiction = reader.text(view, .jurisdiction) { region.jurisdiction = jurisdiction }
      region.coordinates = coordinates(view)
      if let hours = reader.integer(view, .utcOffsetHours) { region.utcOffsetHours = Int(hours) }
      if let people = reader.integer(view, .population) { region.population = people }
      fleet.regions.append(region)
    }
  }

  /// Both coordinates, or none.
  private mutating func coordinates(_ view: ObjectReader.View) -> Coordinates? {
    let latitude = reader.real(view, .latitude, -90...90)
    let longitude = reader.real(view, .longitude, -180...180)
    switch (reader.node(view, .latitude), reader.node(view, .longitude)) {
    case (nil, .some): reader.reportMissing(view, .latitude, "beside longitude")
    case (.some, nil): reader.reportMissing(view, .longitude, "beside latitude")
    default: break
    }
    guard let latitude, let longitude else { return nil }
    return Coordinates(latitude: latitude, longitude: longitude)
  }

  mutating func decodeSites() {
    for index in 0..<count(.site) {
      guard let view = open(.site, at: index) else { continue }
      defer { reader.close(view) }
      let tier = reader.choice(view, .tier, Site.Tier.self)
      var site = Site(
        id: reader.text(view, .id) ?? "", tier: tier ?? .cloud,
        jurisdiction: reader.text(view, .jurisdiction) ?? "")
      site.coordinates = coordinates(view)
      decodeSupply(view, &site)
      decodePrices(view, &site)
      if let domains = reader.texts(view, .failureDomains) { site.failureDomains = domains }
      if let trust = reader.integer(view, .trust) { site.trust = Int(trust) }
      if let regions = reader.references(view, .autonomousRegions) {
        site.autonomousRegions = regions
      }
      decodePopulation(view, tier, &site)
      fleet.sites.append(site)
      fleet.network.egressPricePerGiB.append(reader.integer(view, .egressPricePerGiB) ?? 0)
    }
    checkDomains()
  }

  private mutating func decodeSupply(_ view: ObjectReader.View, _ site: inout Site) {
    site.powerCapMilliwatts = reader.integer(view, .powerCapWatts)
    site.rackUnits = reader.integer(view, .rackUnits)
    site.storageMiB = reader.integer(view, .storageGiB)
    site.uplinkChangeMiB = reader.integer(view, .uplinkChangeGiB)
    site.uplinkKilobitsPerSecond = reader.integer(view, .uplinkMbps)
    if let pue = reader.integer(view, .pue) { site.pueMillionths = pue }
  }

  private mutating func decodePrices(_ view: ObjectReader.View, _ site: inout Site) {
    if let price = reader.series(view, .energyPricePerKWh) { site.energyPricePerKWh = price }
    if let carbon = reader.series(view, .carbonGramsPerKWh) {
      site.carbonMilligramsPerKWh = carbon
    }
    if let premium = reader.integer(view, .locationPremium) {
      site.locationPremiumMillionths = premium
    }
    if let price = reader.integer(view, .openingPricePerHour) { site.openingPricePerHour = price }
  }

  private mutating func decodePopulation(
    _ view: ObjectReader.View, _ tier: Site.Tier?, _ site: inout Site
  ) {
    guard let node = reader.node(view, .population) else {
      if tier == .endpoint { reader.reportMissing(view, .population, "of an endpoint site") }
      return
    }
    if let tier, tier != .endpoint {
      reader.problems.add(
        node, "only endpoint sites stand for a population of devices",
        maybe: "\"tier\": \"endpoint\"")
    }
    guard let inner = reader.open(.population, node) else { return }
    defer { reader.close(inner) }
    guard let devices = reader.integer(inner, .devices),
      let share = reader.integer(inner, .shareOnline),
      let region = reader.reference(inner, .region)
    else { return }
    site.population = Site.Population(count: devices, onlineMillionths: share, region: region)
    if site.coordinates == nil, region < fleet.regions.count {
      site.coordinates = fleet.regions[region].coordinates
    }
  }

  /// Every domain that a plan must survive has a site.
  private mutating func checkDomains() {
    guard !fleet.policy.survive.isEmpty else { return }
    let known = fleet.sites.reduce(into: Set<String>()) { $0.formUnion($1.failureDomains) }
    let needed = Set(fleet.policy.survive)
    for node in sections[.policy] ?? [] {
      guard let list = reader.tree.member(.survive, of: node) else { continue }
      for child in reader.tree.children(of: list) where reader.tree.nodes[child].kind == .string {
        let domain = reader.tree.string(child)
        guard !known.contains(domain), needed.contains(domain) else { continue }
        let nearest = reader.nearest(domain, among: known.sorted())
        reader.problems.add(child, "no site belongs to this failure domain", maybe: nearest)
      }
    }
  }
}
