extension Fleet {
  /// The fleet after some changes, one after the other, with its own digest.
  ///
  /// - Complexity: O(size of the fleet) for each change.
  public func changed(by changes: [FleetChange]) throws(FleetChangeError) -> Fleet {
    var result = self
    for change in changes { try result.apply(change) }
    for model in result.models {
      for site in model.pinnedSites where model.forbiddenSites.contains(site) {
        throw .contradiction(model: model.id, site: result.sites[site].id)
      }
    }
    result.digest = FleetWriter.digest(of: result)
    return result
  }

  /// Throws where a single change cannot be made.
  public func check(_ change: FleetChange) throws(FleetChangeError) {
    var copy = self
    try copy.apply(change)
  }

  private mutating func apply(_ change: FleetChange) throws(FleetChangeError) {
    switch change {
    case .pin(let model, let site):
      let (model, site) = (try self.model(model), try self.site(site))
      if !models[model].pinnedSites.contains(site) { models[model].pinnedSites.append(site) }
    case .forbid(let model, let site):
      let (model, site) = (try self.model(model), try self.site(site))
      if !models[model].forbiddenSites.contains(site) { models[model].forbiddenSites.append(site) }
    case .remove(let name): remove(site: try site(name))
    case .rate(let name, let factor):
      for demand in try demands(name) { try scaleRates(of: demand, by: factor) }
    case .price(let name, let factor):
      for pool in try pools(ofType: name) {
        guard let price = factor.times(pools[pool].rentPricePerHour) else {
          throw .tooLarge(what: "price", name: pools[pool].id)
        }
        pools[pool].rentPricePerHour = price
      }
    }
  }

  private mutating func remove(site: Int) {
    for pool in pools.indices where pools[pool].site == site {
      pools[pool].owned = 0
      pools[pool].reserved = 0
      pools[pool].rentable = 0
      pools[pool].spotRentable = 0
    }
    sites[site].autonomousRegions = []
    let pools = pools
    incumbent?.replicas.removeAll { pools[$0.pool].site == site }
    incumbent?.artifacts.removeAll { $0.site == site }
    incumbent?.routes.removeAll { pools[$0.pool].site == site }
    incumbent?.reservations.removeAll { pools[$0.pool].site == site }
  }

  private mutating func scaleRates(
    of demand: Int, by factor: FleetChange.Factor
  ) throws(FleetChangeError) {
    guard let rate = demands[demand].rateMicro.scaled(by: factor),
      let deviation = factor.times(demands[demand].rateDeviationMicro)
    else { throw .tooLarge(what: "rate", name: demands[demand].id) }
    demands[demand].rateMicro = rate
    demands[demand].rateDeviationMicro = deviation
    for index in demands[demand].scenarioRates.indices {
      let rate = demands[demand].scenarioRates[index].rateMicro
      guard let scaled = rate.scaled(by: factor) else {
        throw .tooLarge(what: "rate", name: demands[demand].id)
      }
      demands[demand].scenarioRates[index].rateMicro = scaled
    }
  }

  // MARK: Names

  private func model(_ name: String) throws(FleetChangeError) -> Int {
    try index(of: name, among: models.map(\.id), "model")
  }

  private func site(_ name: String) throws(FleetChangeError) -> Int {
    try index(of: name, among: sites.map(\.id), "site")
  }

  private func demands(_ name: String) throws(FleetChangeError) -> [Int] {
    guard name.hasSuffix("*") else {
      return [try index(of: name, among: demands.map(\.id), "demand")]
    }
    let found = demands.indices.filter { demands[$0].id.hasPrefix(name.dropLast()) }
    guard !found.isEmpty else { throw .unknown(what: "demand", name: name, nearest: nil) }
    return found
  }

  private func pools(ofType name: String) throws(FleetChangeError) -> [Int] {
    let isMeant = nodeTypes.map { type in
      type.id == name || type.accelerator.map { accelerators[$0].id == name } ?? false
    }
    guard isMeant.contains(true) || accelerators.contains(where: { $0.id == name }) else {
      throw .unknown(
        what: "node type or accelerator", name: name,
        nearest: Nearest.word(to: name, among: nodeTypes.map(\.id) + accelerators.map(\.id)))
    }
    return pools.indices.filter { isMeant[pools[$0].nodeType] }
  }

  private func index(
    of name: String, among names: [String], _ what: String
  ) throws(FleetChangeError) -> Int {
    if let index = names.firstIndex(of: name) { return index }
    throw .unknown(what: what, name: name, nearest: Nearest.word(to: name, among: names))
  }
}

extension Series {
  /// Every value times a factor, rounded up; nil where one is too large.
  fileprivate func scaled(by factor: FleetChange.Factor) -> Series? {
    switch self {
    case .constant(let value): return factor.times(value).map { .constant($0) }
    case .hourly(let values):
      let scaled = values.compactMap { factor.times($0) }
      return scaled.count == values.count ? .hourly(scaled) : nil
    }
  }
}
