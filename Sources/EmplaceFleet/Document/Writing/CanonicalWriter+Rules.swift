/// The head of the canonical document, and what is neither hardware nor workload.
extension CanonicalWriter {
  mutating func writeHead() {
    json.begin(.root)
    json.text(.schema, KeyTable.schemaName)
    if !fleet.name.isEmpty { json.text(.name, fleet.name) }
    json.text(.currency, fleet.currency)
    writePolicy()
    if fleet.horizon != Horizon() { writeHorizon() }
  }

  private mutating func writePolicy() {
    let policy = fleet.policy
    let standard = Policy()
    json.object(.policy, .policy) { json in
      json.integer(
        .utilisationCap, policy.utilisationCapMillionths,
        unless: standard.utilisationCapMillionths)
      if policy.waitingRule != standard.waitingRule {
        json.text(.waitingRule, policy.waitingRule)
      }
      json.integer(
        .batchLimitsPerProfile, Int64(policy.batchLimitsPerProfile),
        unless: Int64(standard.batchLimitsPerProfile))
      json.integer(.latencyPricePerHour, policy.latencyPrice, unless: 0)
      json.integer(.accuracyPricePerHour, policy.accuracyPrice, unless: 0)
      json.integer(.carbonPricePerKg, policy.carbonPricePerKg, unless: 0)
      json.integer(.migrationPricePerGiB, policy.migrationPricePerGiB, unless: 0)
      json.integer(.evictionPrice, policy.evictionPrice, unless: 0)
      json.integer(.windowHours, policy.windowHours, unless: standard.windowHours)
      json.objects(.priorityClasses, .priorityClass, policy.priorityClasses) { json, item in
        json.text(.id, item.id)
        json.integer(.unservedPricePerThousand, item.unservedPricePerThousand)
        json.integer(.leastServedShare, item.leastServedMillionths, unless: 0)
        json.integer(.survivingShare, item.survivingMillionths, unless: 0)
      }
      json.integer(.moveBudget, policy.moveBudget)
      json.integer(.hostingBudgetPerHour, policy.hostingBudget)
      json.texts(.survive, policy.survive)
      if !policy.budgetsPerPeriod.isEmpty {
        json.integers(.budgetsPerPeriod, policy.budgetsPerPeriod)
      }
      if !policy.carbonCapsGramsPerPeriod.isEmpty {
        json.integers(.carbonCapsKgPerPeriod, policy.carbonCapsGramsPerPeriod)
      }
      json.integer(.tailWeight, policy.tailWeightMillionths, unless: 0)
      json.integer(
        .tailShare, policy.tailShareMillionths, unless: standard.tailShareMillionths)
      json.integer(.safetyDeviations, policy.safetyDeviationsMillionths, unless: 0)
      json.integer(.discountPerYear, policy.discountPerYearMillionths, unless: 0)
    }
  }

  private mutating func writeHorizon() {
    let horizon = fleet.horizon
    let standard = Horizon()
    json.object(.horizon, .horizon) { json in
      if horizon.periods != standard.periods { json.texts(.periods, horizon.periods) }
      json.integer(.periodHours, horizon.periodHours, unless: standard.periodHours)
      json.texts(.periodStarts, horizon.periodStarts)
      if horizon.hoursUTC != standard.hoursUTC {
        json.integers(.hoursUTC, horizon.hoursUTC.map { Int64($0) })
      }
      if horizon.scenarios != standard.scenarios {
        json.objects(.scenarios, .scenario, horizon.scenarios) { json, scenario in
          json.text(.id, scenario.id)
          json.integer(.probability, scenario.probabilityMillionths)
          if scenario.rateMultipliersMillionths != [1_000_000] {
            json.integers(.rateMultipliers, scenario.rateMultipliersMillionths)
          }
        }
      }
      guard !horizon.curves.isEmpty else { return }
      json.key(.curves)
      json.begin(.assumption)
      for (name, values) in horizon.curves.sorted(by: { $0.key < $1.key }) {
        json.name(name)
        json.array(values) { json, value in json.decimal(value, scale: Unit.factor.scale) }
      }
      json.end()
    }
  }

  mutating func writeNetwork() {
    var rest = fleet.network
    rest.egressPricePerGiB = []
    guard rest != Network() else { return }
    let (network, standard) = (fleet.network, Network())
    let width = fleet.sites.count
    let links = network.siteLinks.map { (siteID($0.from), siteID($0.to), $0.kilobitsPerSecond) }
    json.object(.network, .network) { json in
      if let trips = network.roundTripMicroseconds {
        json.object(.roundTripMs, .roundTrips) { $0.table(.table, trips, width: width) }
      }
      if let trips = network.siteRoundTripMicroseconds {
        json.object(.siteRoundTripMs, .siteRoundTrips) { $0.table(.table, trips, width: width) }
      }
      if network.kilometresPerMillisecond != standard.kilometresPerMillisecond {
        json.real(.kilometresPerMs, network.kilometresPerMillisecond)
      }
      if network.detour != standard.detour { json.real(.detour, network.detour) }
      if network.fixedMilliseconds != standard.fixedMilliseconds {
        json.real(.fixedMs, network.fixedMilliseconds)
      }
      json.objects(.siteLinks, .siteLink, links) { json, link in
        json.text(.from, link.0)
        json.text(.to, link.1)
        json.integer(.mbps, link.2)
      }
    }
  }

  mutating func write(_ entry: InterferenceEntry) {
    json.text(.accelerator, acceleratorID(entry.accelerator))
    json.text(.subject, entry.subject)
    json.text(.neighbour, entry.neighbour)
    json.integer(.slowdown, entry.slowdownMillionths)
  }

  mutating func write(_ model: InterferenceModel) {
    json.text(.accelerator, acceleratorID(model.accelerator))
    json.text(.name, model.name)
    json.key(.parameters)
    json.begin(.assumption)
    for (name, value) in model.parameters.sorted(by: { $0.key < $1.key }) {
      json.name(name)
      json.real(value)
    }
    json.end()
  }

  mutating func write(_ history: RateHistory) {
    json.text(.demand, demandID(history.demand))
    if !history.start.isEmpty { json.text(.start, history.start) }
    json.integer(.stepHours, history.stepHours, unless: 1)
    json.integers(.ratesPerSecond, history.ratesMicro)
    json.integer(.growthPerYear, history.growthPerYearMillionths, unless: 1_000_000)
    json.texts(.seasonality, history.seasonality.map(\.rawValue))
  }

  mutating func write(_ assumption: Assumption) {
    json.text(.path, assumption.path)
    json.text(.value, assumption.value)
    json.text(.source, assumption.source)
  }

  mutating func writeIncumbent() {
    guard let plan = fleet.incumbent else { return }
    let names = self
    json.object(.incumbent, .incumbent) { json in
      json.objects(.replicas, .replicas, plan.replicas) { json, item in
        json.text(.variant, names.variantID(item.variant))
        json.text(.pool, names.poolID(item.pool))
        json.integer(.batchLimit, item.batch.map { Int64($0) })
        json.integer(.count, item.count)
      }
      json.objects(.artifacts, .artifact, plan.artifacts) { json, item in
        json.text(.variant, names.variantID(item.variant))
        json.text(.site, names.siteID(item.site))
      }
      json.objects(.routes, .route, plan.routes) { json, item in
        json.text(.demand, names.demandID(item.demand))
        json.text(.variant, names.variantID(item.variant))
        json.text(.pool, names.poolID(item.pool))
        json.integer(.parts, item.parts)
      }
      json.objects(.reservations, .reservation, plan.reservations) { json, item in
        json.text(.pool, names.poolID(item.pool))
        json.integer(.nodes, item.nodes)
        json.integer(.periods, item.periods)
      }
    }
  }
}
