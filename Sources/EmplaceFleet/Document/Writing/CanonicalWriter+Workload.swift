/// Tenants, models and demands of the canonical document.
extension CanonicalWriter {
  mutating func write(_ tenant: Tenant) {
    json.text(.id, tenant.id)
    json.integer(.quotaMilliShares, tenant.quotaMilliShares)
    if tenant.isolation != .none { json.text(.isolation, tenant.isolation.rawValue) }
  }

  mutating func write(_ model: InferenceModel) {
    json.text(.id, model.id)
    if model.tenant != 0, fleet.tenants.indices.contains(model.tenant) {
      json.text(.tenant, fleet.tenants[model.tenant].id)
    }
    if model.family != model.id { json.text(.family, model.family) }
    json.integer(.trust, Int64(model.trust), unless: 0)
    json.texts(.jurisdictions, model.jurisdictions?.sorted() ?? [])
    json.integer(.licenceCopies, model.licenceCopies)
    json.texts(.affinity, model.affinity.map { modelID($0) })
    json.texts(.antiAffinity, model.antiAffinity.map { modelID($0) })
    json.integer(.leastFailureDomains, model.failureDomains, unless: 1)
    json.integer(.liveVersions, model.liveVersions)
    json.texts(.pinnedSites, model.pinnedSites.map { siteID($0) })
    json.texts(.forbiddenSites, model.forbiddenSites.map { siteID($0) })
    json.key(.variants)
    json.raw("[")
    for index in model.variants.clamped(to: 0..<fleet.variants.count) {
      if index > model.variants.lowerBound { json.raw(",") }
      json.begin(.variant)
      write(fleet.variants[index], of: model)
      json.end()
    }
    json.raw("]")
  }

  private mutating func write(_ variant: Variant, of model: InferenceModel) {
    let prefix = model.id + "/"
    json.text(
      .id, variant.id.hasPrefix(prefix) ? String(variant.id.dropFirst(prefix.count)) : variant.id)
    let usesDevices = variant.devices > 0
    json.integer(.version, variant.version, unless: 1)
    json.integer(.accuracy, variant.accuracyMillionths, unless: 1_000_000)
    json.integer(.artifactGiB, variant.artifactMiB)
    json.map(
      .deltaGiB,
      variant.deltaMiB.sorted { $0.key < $1.key }.map { ("\($0.key)", $0.value) })
    json.integer(.devices, variant.devices, unless: 1)
    if usesDevices || variant.memoryMiB != 0 { json.integer(.memoryGiB, variant.memoryMiB) }
    json.integer(.milliShares, variant.milliShares, unless: usesDevices ? 1000 : 0)
    if !usesDevices || variant.cpuMilliCores != 0 {
      json.integer(.cpuCores, variant.cpuMilliCores)
    }
    json.integer(.hostMemoryGiB, variant.hostMemoryMiB, unless: 0)
    if !variant.interferenceClass.isEmpty {
      json.text(.interferenceClass, variant.interferenceClass)
    }
    if variant.warmUpSeconds != 0 { json.real(.warmUpSeconds, variant.warmUpSeconds) }
    json.key(.profiles)
    json.begin(.assumption)
    for item in variant.profiles {
      switch item.hardware {
      case .accelerator(let index): json.name(acceleratorID(index))
      case .nodeType(let index): json.name(nodeTypeID(index))
      }
      json.profile(item.profile)
    }
    json.end()
  }

  mutating func write(_ region: Region) {
    json.text(.id, region.id)
    if !region.jurisdiction.isEmpty { json.text(.jurisdiction, region.jurisdiction) }
    write(region.coordinates)
    json.integer(.utcOffsetHours, Int64(region.utcOffsetHours), unless: 0)
    json.integer(.population, region.population, unless: 0)
  }

  mutating func write(_ demand: Demand) {
    let (region, model) = (regionID(demand.region), modelID(demand.model))
    if demand.id != region + "/" + model { json.text(.id, demand.id) }
    json.text(.region, region)
    json.text(.model, model)
    json.series(.ratePerSecond, demand.rateMicro)
    json.integer(.rateDeviationPerSecond, demand.rateDeviationMicro, unless: 0)
    if !demand.scenarioRates.isEmpty { writeScenarioRates(demand) }
    writeObjective(demand)
    json.texts(.residency, demand.residency?.sorted() ?? [])
    if let site = demand.dataSite { json.text(.dataSite, siteID(site)) }
    json.integer(.dataBytesPerRequest, demand.dataBytesPerRequest, unless: 0)
    json.integer(.requestBytes, demand.requestBytes, unless: 4096)
    json.integer(.leastAccuracy, demand.leastAccuracyMillionths, unless: 0)
    json.integer(.oldestVersion, demand.oldestVersion, unless: .min)
    let classes = fleet.policy.priorityClasses
    if classes.indices.contains(demand.priorityClass) {
      let own = classes[demand.priorityClass]
      if demand.priorityClass != 0 { json.text(.priorityClass, own.id) }
      json.flag(.critical, demand.isCritical)
      json.integer(
        .valuePerThousand, demand.valuePerThousand, unless: own.unservedPricePerThousand)
    } else {
      json.flag(.critical, demand.isCritical)
      json.integer(.valuePerThousand, demand.valuePerThousand)
    }
    json.integer(.parts, demand.parts, unless: 1000)
  }

  private mutating func writeScenarioRates(_ demand: Demand) {
    let horizon = fleet.horizon
    json.objects(.scenarioRates, .scenarioRate, demand.scenarioRates) { json, rate in
      if let period = rate.period, horizon.periods.indices.contains(period) {
        json.text(.period, horizon.periods[period])
      }
      if let scenario = rate.scenario, horizon.scenarios.indices.contains(scenario) {
        json.text(.scenario, horizon.scenarios[scenario].id)
      }
      json.series(.ratePerSecond, rate.rateMicro)
    }
  }

  private mutating func writeObjective(_ demand: Demand) {
    json.object(.slo, .slo) { json in
      json.integer(.percentile, demand.percentileMillionths, unless: 950_000)
      switch demand.objective {
      case .latency(let microseconds): json.integer(.latencyMs, microseconds)
      case .tokens(let first, let each, let lengths):
        json.integer(.timeToFirstTokenMs, first)
        json.integer(.timePerOutputTokenMs, each)
        json.objects(.lengths, .length, lengths) { json, bucket in
          json.integer(.inputTokens, bucket.input)
          json.integer(.outputTokens, bucket.output)
          json.integer(.share, bucket.shareMillionths)
        }
      }
    }
  }
}

extension CanonicalJSON {
  /// A profile as an object.
  mutating func profile(_ profile: Profile) {
    switch profile {
    case .affine(let base, let slope, let limit):
      begin(.affineProfile)
      text(.kind, "affine")
      integer(.baseMs, base)
      integer(.perItemMs, slope)
      integer(.batchLimit, Int64(limit))
    case .measured(let points):
      begin(.measuredProfile)
      text(.kind, "measured")
      objects(.points, .point, points) { json, point in
        json.integer(.batch, Int64(point.batch))
        json.integer(.meanMs, point.meanMicroseconds)
        json.integer(.p95Ms, point.p95Microseconds)
      }
    case .tokens(let tokens):
      begin(.tokenProfile)
      text(.kind, "tokens")
      integer(.prefillBaseMs, tokens.prefillBaseNanoseconds)
      integer(.prefillPerTokenMs, tokens.prefillPerTokenNanoseconds)
      integer(.stepBaseMs, tokens.stepBaseNanoseconds)
      integer(.stepPerSequenceMs, tokens.stepPerSequenceNanoseconds)
      integer(.stepPerKiloContextMs, tokens.stepPerKiloContextNanoseconds)
      integer(.kvCacheBytesPerToken, tokens.kvBytesPerToken)
      integer(.batchLimit, Int64(tokens.batchLimit))
    }
    end()
  }

  /// A number in a unit.
  mutating func decimal(_ value: Int64, scale: Int64) {
    var bytes: [UInt8] = []
    DecimalText.append(value, scale: scale, to: &bytes)
    raw(bytes)
  }
}
