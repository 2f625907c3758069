/// Keys of hardware and of the places where it stands.
extension KeyTable {
  /// Keys that devices and nodes share, for capacity plans.
  private static let market: [KeySpec] = [
    .may(.purchasePrice, .quantity(.need(.money)), "0", "To buy one."),
    .may(.lifeYears, .whole(1...100), "4", "Years of use."),
    .may(.embodiedCarbonKg, .quantity(.need(.kilograms)), "0", "CO2 equivalent of making one."),
    .may(
      .onDemandPricePerHour, .quantity(.need(.money)), "0",
      "Rent of one; pools without a rent of their own take it."),
    .may(.reservedPricePerHour, .quantity(.need(.money)), "0", "Rent of one that is reserved."),
    .may(.spotPricePerHour, .quantity(.need(.money)), "0", "Rent of one that may be taken away."),
    .may(.leadTimePeriods, .whole(0...1000), "0", "Periods between order and use."),
  ]

  static let accelerator: [KeySpec] =
    [
      .must(.id, .identifier, "Name, unique among accelerators."),
      override,
      .may(
        .product, .text, "the catalogue's, where `id` is in it",
        "Product name as in the label nvidia.com/gpu.product; finds the row of the catalogue."),
      .may(
        .memoryGiB, .quantity(.room(.gibibytes, atLeast: 1)), "from the catalogue",
        "Memory of one device."),
      .may(
        .sharing, .choices(Accelerator.Sharing.allCases.map(\.rawValue)), "from the catalogue",
        "Modes in which a device may be shared."),
      .may(
        .mig, .objects(.migProfile), "from the catalogue, where `sharing` has `mig`",
        "Slices of Multi-Instance GPU."),
      .may(
        .migComputeSlices, .whole(1...64), "from the catalogue, else 7",
        "Compute slices of one device."),
      .may(
        .migMemorySlices, .whole(1...64), "from the catalogue, else 8",
        "Memory slices of one device."),
      .may(
        .idleWatts, .quantity(.need(.watts)), "from the catalogue", "Draw of an idle device."),
      .may(.peakWatts, .quantity(.need(.watts)), "from the catalogue", "Draw of a busy device."),
    ] + market

  static let migProfile: [KeySpec] = [
    .must(.name, .text, "Name, such as `3g.40gb`."),
    .must(.computeSlices, .whole(1...64), "Compute slices that it takes."),
    .must(.memorySlices, .whole(1...64), "Memory slices that it takes."),
    .must(.starts, .wholes(0...63, distinct: true), "Memory slices at which it may begin."),
  ]

  static let nodeType: [KeySpec] =
    [
      .must(.id, .identifier, "Name, unique among node types."),
      override,
      .may(.accelerator, .reference(.accelerator), "none: CPU serving", "Its accelerator."),
      .may(.devices, .whole(0...64), "1 with an accelerator, else 0", "Devices of one node."),
      .may(
        .fastInterconnect, .flag, "false",
        "Whether a replica may span its devices, and nodes of its domain, at full speed."),
      .must(.cpuCores, .quantity(.room(.cores)), "Host CPU of one node."),
      .must(.memoryGiB, .quantity(.room(.gibibytes)), "Host memory of one node."),
      .may(.rackUnits, .whole(0...1000), "1", "Height of one node."),
      .may(
        .idleWatts, .quantity(.need(.watts)), "0", "Draw of the host without its devices."),
      .may(
        .busyWatts, .quantity(.need(.watts)), "0",
        "Further draw of the host when all its cores are busy."),
    ] + market

  static let site: [KeySpec] = [
    .must(.id, .identifier, "Name, unique among sites."),
    override,
    .must(.tier, .choice(Site.Tier.allCases.map(\.rawValue)), "Where in the continuum it is."),
    .must(.jurisdiction, .text, "Whose law holds there."),
    .may(.failureDomains, .texts, "none", "Failure domains to which it belongs."),
    .may(
      .latitude, .real(-90...90), "its region's for endpoints, else unknown", "Degrees north."),
    .may(
      .longitude, .real(-180...180), "its region's for endpoints, else unknown",
      "Degrees east."),
    .may(
      .powerCapWatts, .quantity(.room(.watts)), "no limit", "Most power at the meter (P6)."),
    .may(.rackUnits, .whole(counts), "no limit", "Room in racks."),
    .may(
      .pue, .quantity(.need(.factor, atLeast: 1_000_000)), "1", "Power usage effectiveness."),
    .may(.energyPricePerKWh, .series(.need(.money)), "0", "Price of energy."),
    .may(.carbonGramsPerKWh, .series(.need(.grams)), "0", "Carbon intensity of energy."),
    .may(
      .locationPremium, .quantity(.need(.factor)), "1", "Factor on rents and purchases there."),
    .may(
      .openingPricePerHour, .quantity(.need(.money)), "0", "Price while anything runs there."),
    .may(.storageGiB, .quantity(.room(.gibibytes)), "no limit", "Room for artifacts (P7)."),
    .may(
      .uplinkChangeGiB, .quantity(.room(.gibibytes)), "no limit",
      "Most that may be moved in within the window (P12)."),
    .may(
      .uplinkMbps, .quantity(.room(.megabits)), "unknown", "Bandwidth of the uplink."),
    .may(.trust, .whole(0...1000), "0", "Trust level; a model may ask for one."),
    .may(
      .autonomousRegions, .references(.region), "none",
      "Regions whose critical demand it must serve alone when cut off (P14)."),
    .may(
      .egressPricePerGiB, .quantity(.need(.money)), "0", "Price of data that leaves the site."),
    .may(
      .population, .object(.population), "none",
      "Devices of an endpoint site; required there, and only there."),
  ]

  static let population: [KeySpec] = [
    .must(.devices, .whole(1...10_000_000_000), "Number of devices."),
    .must(.shareOnline, .quantity(.share(.down)), "Share of them that is on line."),
    .must(.region, .reference(.region), "Region whose users carry them."),
  ]

  static let pool: [KeySpec] = [
    .may(.id, .identifier, "`site/nodeType`", "Name, unique among pools."),
    override,
    .must(.site, .reference(.site), "Its site."),
    .must(.nodeType, .reference(.nodeType), "Its kind of node."),
    .may(.owned, .whole(counts), "0", "Nodes that are there and bought."),
    .may(.reserved, .whole(counts), "0", "Nodes that are there under a reservation."),
    .may(.rentable, .whole(counts), "0", "Nodes that may be rented on demand: the quota."),
    .may(
      .rentPricePerHour, .quantity(.need(.money)),
      "(devices x accelerator + node type) x location premium, on demand",
      "Rent of one node, premium included."),
    .may(.spotRentable, .whole(counts), "0", "Nodes that may be rented at the spot price."),
    .may(.nodeLimit, .whole(counts), "no limit", "Most nodes that may ever stand there."),
  ]
}
