/// Checks of a fleet value that was built in code: what the document reader guarantees.
struct FleetConsistency {
  private let fleet: Fleet

  /// The first problem of a fleet, in a fixed order, or nil.
  static func problem(in fleet: Fleet) -> DerivationError? {
    let check = FleetConsistency(fleet: fleet)
    do {
      try check.policy()
      try check.hardware()
      try check.models()
      try check.demands()
      try check.network()
      return nil
    } catch {
      return error
    }
  }

  private func policy() throws(DerivationError) {
    let policy = fleet.policy
    guard WaitingRule.named(policy.waitingRule) != nil else {
      throw .unknownWaitingRule(policy.waitingRule)
    }
    try require(
      policy.utilisationCapMillionths, in: 1...1_000_000, "policy.utilisationCap",
      "a share above 0 and at most 1")
    try require(Int64(policy.batchLimitsPerProfile), in: 1...1000, "policy.batchLimits", "3")
    try require(policy.windowHours, in: 1...10_000_000, "policy.windowHours", "168")
    try require(Int64(fleet.horizon.hoursUTC.count), in: 1...1000, "horizon.hours", "24 hours")
    for (name, value) in [
      ("latencyPrice", policy.latencyPrice), ("carbonPricePerKg", policy.carbonPricePerKg),
      ("accuracyPrice", policy.accuracyPrice),
      ("migrationPricePerGiB", policy.migrationPricePerGiB),
      ("evictionPrice", policy.evictionPrice),
    ] {
      try natural(value, "policy.\(name)")
    }
  }

  private func hardware() throws(DerivationError) {
    let hours = fleet.horizon.hoursUTC.count
    for (index, site) in fleet.sites.enumerated() {
      let path = "sites[\(index)]"
      try series(site.energyPricePerKWh, hours, "\(path).energyPrice")
      try series(site.carbonMilligramsPerKWh, hours, "\(path).carbonIntensity")
      try natural(site.pueMillionths, "\(path).pue")
      try natural(site.openingPricePerHour, "\(path).openingPrice")
      for region in site.autonomousRegions {
        try reference(region, fleet.regions.count, "\(path).autonomousRegions")
      }
      if let population = site.population {
        try reference(population.region, fleet.regions.count, "\(path).population.region")
        try natural(population.count, "\(path).population.count")
        try require(
          population.onlineMillionths, in: 0...1_000_000, "\(path).population.online",
          "a share from 0 to 1")
      }
    }
    for (index, type) in fleet.nodeTypes.enumerated() {
      let path = "nodeTypes[\(index)]"
      if let accelerator = type.accelerator {
        try reference(accelerator, fleet.accelerators.count, "\(path).accelerator")
      }
      for value in [
        type.devices, type.cpuMilliCores, type.memoryMiB, type.idleMilliwatts, type.busyMilliwatts,
      ] { try natural(value, path) }
    }
    for (index, device) in fleet.accelerators.enumerated() {
      for value in [device.memoryMiB, device.idleMilliwatts, device.peakMilliwatts] {
        try natural(value, "accelerators[\(index)]")
      }
    }
    for (index, pool) in fleet.pools.enumerated() {
      let path = "pools[\(index)]"
      try reference(pool.site, fleet.sites.count, "\(path).site")
      try reference(pool.nodeType, fleet.nodeTypes.count, "\(path).nodeType")
      for value in [pool.owned, pool.rentable, pool.rentPricePerHour] { try natural(value, path) }
    }
  }

  private func models() throws(DerivationError) {
    for (index, model) in fleet.models.enumerated() {
      let path = "models[\(index)]"
      try reference(model.tenant, fleet.tenants.count, "\(path).tenant")
      for other in model.affinity + model.antiAffinity {
        try reference(other, fleet.models.count, "\(path).affinity")
      }
      for site in model.pinnedSites + model.forbiddenSites {
        try reference(site, fleet.sites.count, "\(path).pinnedSites")
      }
      for variant in model.variants {
        try reference(variant, fleet.variants.count, "\(path).variants")
        try require(
          Int64(fleet.variants[variant].model), in: Int64(index)...Int64(index),
          "variants[\(variant)].model", "the model that names it, \(index)")
      }
    }
    for (index, variant) in fleet.variants.enumerated() {
      let path = "variants[\(index)]"
      try reference(variant.model, fleet.models.count, "\(path).model")
      guard fleet.models[variant.model].variants.contains(index) else {
        throw .inconsistent(
          path: "\(path).model", value: "model \(variant.model)",
          expected: "a model that names it among its variants")
      }
      try require(
        variant.accuracyMillionths, in: 0...1_000_000_000, "\(path).accuracy", "a share")
      for value in [
        variant.artifactMiB, variant.devices, variant.memoryMiB, variant.milliShares,
        variant.cpuMilliCores, variant.hostMemoryMiB,
      ] { try natural(value, path) }
      for profile in variant.profiles {
        switch profile.hardware {
        case .accelerator(let other):
          try reference(other, fleet.accelerators.count, "\(path).profiles.accelerator")
        case .nodeType(let other):
          try reference(other, fleet.nodeTypes.count, "\(path).profiles.nodeType")
        }
        try check(profile.profile, "\(path).profiles")
      }
    }
  }

  private func check(_ profile: Profile, _ path: String) throws(DerivationError) {
    switch profile {
    case .affine(let base, let slope, let limit):
      try natural(base, "\(path).base")
      try natural(slope, "\(path).slope")
      try require(
        Int64(limit), in: 1...1_000_000, "\(path).batchLimit", "a batch from 1 to 1000000")
    case .measured(let points):
      for point in points {
        try require(
          Int64(point.batch), in: 1...1_000_000, "\(path).batch", "a batch from 1 to 1000000")
        try natural(point.meanMicroseconds, "\(path).mean")
        try natural(point.p95Microseconds, "\(path).p95")
      }
    case .tokens(let tokens):
      try require(
        Int64(tokens.batchLimit), in: 1...1_000_000, "\(path).batchLimit",
        "a batch from 1 to 1000000")
      for value in [
        tokens.prefillBaseNanoseconds, tokens.prefillPerTokenNanoseconds,
        tokens.stepBaseNanoseconds, tokens.stepPerSequenceNanoseconds,
        tokens.stepPerKiloContextNanoseconds, tokens.kvBytesPerToken,
      ] { try natural(value, path) }
    }
  }

  private func demands() throws(DerivationError) {
    let hours = fleet.horizon.hoursUTC.count
    for (index, demand) in fleet.demands.enumerated() {
      try reference(demand.region, fleet.regions.count, "demands[\(index)].region")
      try reference(demand.model, fleet.models.count, "demands[\(index)].model")
      if let site = demand.dataSite {
        try reference(site, fleet.sites.count, "demands[\(index)].dataSite")
      }
      if !fleet.policy.priorityClasses.isEmpty || demand.priorityClass != 0 {
        try reference(
          demand.priorityClass, fleet.policy.priorityClasses.count,
          "demands[\(index)].priorityClass")
      }
      guard (1...1_000_000_000).contains(demand.parts) else {
        throw .inconsistent(
          path: "demands[\(index)].parts", value: "\(demand.parts)", expected: "1000")
      }
      try series(demand.rateMicro, hours, "demands[\(index)].rate")
      for value in [demand.valuePerThousand, demand.dataBytesPerRequest, demand.requestBytes]
      where value < 0 { try natural(value, "demands[\(index)]") }
      if case .tokens(_, _, let lengths) = demand.objective {
        try check(lengths, "demands[\(index)].lengths")
      }
    }
  }

  private func check(_ lengths: [Demand.LengthBucket], _ path: String) throws(DerivationError) {
    var sum: Int64 = 0
    for bucket in lengths {
      guard (0...1_000_000_000).contains(bucket.input), (0...1_000_000_000).contains(bucket.output),
        (0...1_000_000).contains(bucket.shareMillionths)
      else {
        throw .inconsistent(
          path: path, value: "\(bucket)", expected: "tokens from 0 to 1e9 and a share from 0 to 1")
      }
      sum += bucket.shareMillionths
    }
    guard sum == 1_000_000 else {
      throw .inconsistent(
        path: path, value: "shares that sum to \(sum) millionths", expected: "1000000")
    }
  }

  private func network() throws(DerivationError) {
    let pairs = Int64(fleet.regions.count) * Int64(fleet.sites.count)
    if let matrix = fleet.network.roundTripMicroseconds {
      try require(
        Int64(matrix.count), in: pairs...pairs, "network.roundTrip",
        "\(pairs) values, -1 if unreachable")
    }
    if let matrix = fleet.network.siteRoundTripMicroseconds {
      let ways = Int64(fleet.sites.count) * Int64(fleet.sites.count)
      try require(
        Int64(matrix.count), in: ways...ways, "network.siteRoundTrip",
        "\(ways) values, -1 if unreachable")
    }
    for link in fleet.network.siteLinks {
      try reference(link.from, fleet.sites.count, "network.siteLinks.from")
      try reference(link.to, fleet.sites.count, "network.siteLinks.to")
      try natural(link.kilobitsPerSecond, "network.siteLinks.speed")
    }
    for price in fleet.network.egressPricePerGiB { try natural(price, "network.egressPrice") }
    for replicas in fleet.incumbent?.replicas ?? [] {
      try reference(replicas.variant, fleet.variants.count, "incumbent.replicas.variant")
      try reference(replicas.pool, fleet.pools.count, "incumbent.replicas.pool")
    }
    for artifact in fleet.incumbent?.artifacts ?? [] {
      try reference(artifact.variant, fleet.variants.count, "incumbent.artifacts.variant")
      try reference(artifact.site, fleet.sites.count, "incumbent.artifacts.site")
    }
  }

  // MARK: Checks of one value

  private func reference(_ index: Int, _ count: Int, _ path: @autoclosure () -> String)
    throws(DerivationError)
  {
    guard index >= 0, index < count else {
      throw .inconsistent(
        path: path(), value: "index \(index)", expected: "an index below \(count)")
    }
  }

  private func natural(_ value: Int64, _ path: @autoclosure () -> String) throws(DerivationError) {
    guard value >= 0, value <= 1 << 60 else {
      throw .inconsistent(
        path: path(), value: "\(value)", expected: "a number from 0 to \(Int64(1) << 60)")
    }
  }

  private func require(
    _ value: Int64, in range: ClosedRange<Int64>, _ path: @autoclosure () -> String,
    _ expected: @autoclosure () -> String
  ) throws(DerivationError) {
    guard range.contains(value) else {
      throw .inconsistent(path: path(), value: "\(value)", expected: expected())
    }
  }

  private func series(_ series: Series, _ hours: Int, _ path: @autoclosure () -> String)
    throws(DerivationError)
  {
    switch series {
    case .constant(let value): try natural(value, path())
    case .hourly(let values):
      guard values.count == hours else {
        throw .inconsistent(
          path: path(), value: "\(values.count) values",
          expected: "one for each of the \(hours) hours")
      }
      for value in values { try natural(value, path()) }
    }
  }
}
