/// Accelerators, nodes, sites and pools.
extension FleetDecoder {
  // MARK: - Accelerators

  mutating func decodeAccelerators() {
    for index in 0..<count(.accelerator) {
      guard let view = open(.accelerator, at: index) else { continue }
      defer { reader.close(view) }
      let id = reader.text(view, .id) ?? ""
      let product = reader.text(view, .product)
      var filler = CatalogueFiller(
        row: Catalogue.row(named: product ?? id), path: "accelerators[\(index)]")
      var accelerator = Accelerator(
        id: id,
        memoryMiB: reader.integer(view, .memoryGiB)
          ?? fill(view, .memoryGiB, product, &filler) { ($0.memoryMiB, "\($0.memoryMiB) MiB") }
          ?? 0,
        sharing: reader.choices(view, .sharing, Accelerator.Sharing.self)
          ?? fill(view, .sharing, product, &filler) {
            ($0.sharing, $0.sharing.map(\.rawValue).joined(separator: ", "))
          } ?? [.exclusive],
        idleMilliwatts: reader.integer(view, .idleWatts)
          ?? fill(view, .idleWatts, product, &filler) {
            ($0.idleMilliwatts, Self.watts($0.idleMilliwatts, isEstimate: $0.idleIsEstimate))
          } ?? 0,
        peakMilliwatts: reader.integer(view, .peakWatts)
          ?? fill(view, .peakWatts, product, &filler) {
            ($0.peakMilliwatts, Self.watts($0.peakMilliwatts, isEstimate: false))
          } ?? 0)
      decodeMIG(view, product, &filler, &accelerator)
      decodeMarket(view, &accelerator)
      accelerator.product = product ?? (filler.isUsed ? filler.row?.product : nil)
      if accelerator.idleMilliwatts > accelerator.peakMilliwatts,
        let node = reader.node(view, .idleWatts)
      {
        reader.problems.add(node, "an idle device draws more than a busy one (peakWatts)")
      }
      fleet.accelerators.append(accelerator)
      fleet.assumptions += filler.assumptions
    }
  }

  private static func watts(_ milliwatts: Int64, isEstimate: Bool) -> String {
    DecimalText.text(milliwatts, scale: 1000) + " W" + (isEstimate ? " (estimate)" : "")
  }

  /// The catalogue's value for a key that is missing, recorded as an assumption.
  private mutating func fill<Value>(
    _ view: ObjectReader.View, _ key: Key, _ product: String?, _ filler: inout CatalogueFiller,
    _ value: (CatalogueRow) -> (Value, String)
  ) -> Value? {
    guard reader.node(view, key) == nil else { return nil }
    guard let row = filler.row else {
      let named = product ?? reader.node(view, .id).map { reader.tree.string($0) } ?? ""
      let nearest = reader.nearest(named, among: Catalogue.rows.map(\.product))
      reader.reportMissing(
        view, key, "and \"\(shortened(named))\" is not in the catalogue",
        maybe: nearest.isEmpty ? "" : "\"product\": " + nearest)
      return nil
    }
    let (result, text) = value(row)
    filler.use(key, text)
    return result
  }

  private mutating func decodeMIG(
    _ view: ObjectReader.View, _ product: String?, _ filler: inout CatalogueFiller,
    _ accelerator: inout Accelerator
  ) {
    let row = filler.row
    let usesMIG = accelerator.sharing.contains(.mig)
    accelerator.migComputeSlices =
      reader.integer(view, .migComputeSlices).map { Int($0) }
      ?? (usesMIG ? row?.migComputeSlices : nil) ?? 7
    accelerator.migMemorySlices =
      reader.integer(view, .migMemorySlices).map { Int($0) }
      ?? (usesMIG ? row?.migMemorySlices : nil) ?? 8
    if reader.node(view, .mig) != nil {
      var names: Set<String> = []
      for node in objects(view, .mig, "MIG profiles") {
        guard let profile = decodeMIGProfile(node, of: accelerator) else { continue }
        if !names.insert(profile.name).inserted {
          reader.problems.add(
            node, "two profiles have this name", maybe: "another name", hidesValue: true)
        }
        accelerator.migProfiles.append(profile)
      }
    } else if usesMIG {
      accelerator.migProfiles =
        fill(view, .mig, product, &filler) {
          ($0.migProfiles, $0.migProfiles.map(\.name).joined(separator: ", "))
        } ?? []
      if accelerator.migProfiles.isEmpty, row != nil {
        reader.reportMissing(
          view, .mig, "and the catalogue knows no MIG for this product",
          maybe: "\"sharing\" without \"mig\"")
      }
    }
  }

  mutating func decodeMIGProfile(
    _ node: Int, of accelerator: Accelerator
  ) -> Accelerator.MIGProfile? {
    guard let view = reader.open(.migProfile, node) else { return nil }
    defer { reader.close(view) }
    guard let name = reader.text(view, .name), let compute = reader.integer(view, .computeSlices),
      let memory = reader.integer(view, .memorySlices), let starts = wholes(view, .starts)
    else { return nil }
    if compute > accelerator.migComputeSlices, let place = reader.node(view, .computeSlices) {
      reader.problems.add(place, "the device has \(accelerator.migComputeSlices) compute slices")
    }
    if starts.contains(where: { $0 + memory > accelerator.migMemorySlices }),
      let place = reader.node(view, .starts)
    {
      reader.problems.add(
        place, "the slice would end behind the \(accelerator.migMemorySlices) of the device")
    }
    return Accelerator.MIGProfile(
      name: name, computeSlices: Int(compute), memorySlices: Int(memory),
      starts: starts.map { Int($0) })
  }

  private mutating func decodeMarket(
    _ view: ObjectReader.View, _ item: inout some MarketPriced
  ) {
    if let value = reader.integer(view, .purchasePrice) { item.purchasePrice = value }
    if let value = reader.integer(view, .lifeYears) { item.lifeYears = value }
    if let value = reader.integer(view, .embodiedCarbonKg) { item.embodiedCarbonGrams = value }
    if let value = reader.integer(view, .onDemandPricePerHour) {
      item.onDemandPricePerHour = value
    }
    if let value = reader.integer(view, .reservedPricePerHour) {
      item.reservedPricePerHour = value
    }
    if let value = reader.integer(view, .spotPricePerHour) { item.spotPricePerHour = value }
    if let value = reader.integer(view, .leadTimePeriods) { item.leadTimePeriods = value }
  }

  // MARK: - Node types

  mutating func decodeNodeTypes() {
    for index in 0..<count(.nodeType) {
      guard let view = open(.nodeType, at: index) else { continue }
      defer { reader.close(view) }
      let accelerator = reader.reference(view, .accelerator)
      let hasAccelerator = reader.node(view, .accelerator) != nil
      let devices = reader.integer(view, .devices) ?? (hasAccelerator ? 1 : 0)
      var type = NodeType(
        id: reader.text(view, .id) ?? "", accelerator: accelerator, devices: devices,
        cpuMilliCores: reader.integer(view, .cpuCores) ?? 0,
        memoryMiB: reader.integer(view, .memoryGiB) ?? 0)
      if devices > 0, !hasAccelerator {
        reader.reportMissing(view, .accelerator, "and the node has devices", maybe: "devices: 0")
      }
      if devices == 0, hasAccelerator, let node = reader.node(view, .devices) {
        reader.problems.add(
          node, "a node with an accelerator has at least one device",
          maybe: "no accelerator: CPU serving")
      }
      if let value = reader.flag(view, .fastInterconnect) { type.fastInterconnect = value }
      if let value = reader.integer(view, .rackUnits) { type.rackUnits = value }
      if let value = reader.integer(view, .idleWatts) { type.idleMilliwatts = value }
      if let value = reader.integer(view, .busyWatts) { type.busyMilliwatts = value }
      decodeMarket(view, &type)
      fleet.nodeTypes.append(type)
    }
  }

  // MARK: - Pools

  mutating func decodePools() {
    for index in 0..<count(.pool) {
      guard let view = open(.pool, at: index) else { continue }
      defer { reader.close(view) }
      let site = reader.reference(view, .site)
      let nodeType = reader.reference(view, .nodeType)
      let reserved = reader.integer(view, .reserved) ?? 0
      var pool = Pool(
        id: "", site: site ?? 0, nodeType: nodeType ?? 0,
        owned: (reader.integer(view, .owned) ?? 0) + reserved,
        rentable: reader.integer(view, .rentable) ?? 0,
        rentPricePerHour: reader.integer(view, .rentPricePerHour) ?? 0)
      pool.reserved = reserved
      pool.spotRentable = reader.integer(view, .spotRentable) ?? 0
      pool.nodeLimit = reader.integer(view, .nodeLimit)
      if reader.node(view, .id) != nil {
        pool.id = reader.text(view, .id) ?? ""
      } else if let site, let nodeType, site < fleet.sites.count,
        nodeType < fleet.nodeTypes.count
      {
        pool.id = fleet.sites[site].id + "/" + fleet.nodeTypes[nodeType].id
      }
      if reader.node(view, .rentPricePerHour) == nil, let site, let nodeType {
        pool.rentPricePerHour = defaultRent(view, site, nodeType, isNeeded: pool.rentable > 0)
      }
      checkNodes(view, pool)
      fleet.pools.append(pool)
    }
  }

  private mutating func checkNodes(_ view: ObjectReader.View, _ pool: Pool) {
    if let limit = pool.nodeLimit, limit < pool.owned, let node = reader.node(view, .nodeLimit) {
      reader.problems.add(
        node, "more nodes are there already (owned and reserved): \(pool.owned)")
    }
  }

  /// On-demand price of devices and node times the premium of the site, rounded up.
  private mutating func defaultRent(
    _ view: ObjectReader.View, _ site: Int, _ nodeType: Int, isNeeded: Bool
  ) -> Int64 {
    guard site < fleet.sites.count, nodeType < fleet.nodeTypes.count else { return 0 }
    let type = fleet.nodeTypes[nodeType]
    var price = Int128(type.onDemandPricePerHour)
    if let accelerator = type.accelerator, accelerator < fleet.accelerators.count {
      price +=
        Int128(fleet.accelerators[accelerator].onDemandPricePerHour) * Int128(type.devices)
    }
    if price == 0, isNeeded {
      reader.reportMissing(
        view, .rentPricePerHour,
        "and neither \"\(type.id)\" nor its accelerator has onDemandPricePerHour",
        maybe: "0 where rent is free")
      return 0
    }
    let premium = Int128(fleet.sites[site].locationPremiumMillionths)
    let rent = (price * premium + 999_999) / 1_000_000
    if rent > Int128(Quantity.largest) {
      reader.problems.add(view.node, "its rent does not fit the integer unit", hidesValue: true)
      return 0
    }
    return Int64(truncatingIfNeeded: rent)
  }
}

/// What is bought or rented: devices and nodes alike.
protocol MarketPriced {
  var purchasePrice: Int64 { get set }
  var lifeYears: Int64 { get set }
  var embodiedCarbonGrams: Int64 { get set }
  var onDemandPricePerHour: Int64 { get set }
  var reservedPricePerHour: Int64 { get set }
  var spotPricePerHour: Int64 { get set }
  var leadTimePeriods: Int64 { get set }
}

extension Accelerator: MarketPriced {}
extension NodeType: MarketPriced {}

/// Fills keys of one accelerator from a row of the catalogue.
struct CatalogueFiller {
  let row: CatalogueRow?
  let path: String
  var assumptions: [Assumption] = []

  /// Whether the row was needed.
  var isUsed: Bool { !assumptions.isEmpty }

  mutating func use(_ key: Key, _ value: String) {
    guard let row else { return }
    assumptions.append(
      Assumption(
        path: "\(path).\(key.name)", value: value,
        source: "catalogue row \(row.product): \(row.source)"))
  }
}
