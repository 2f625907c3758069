/// Every key of the format, once, whatever objects it stands in.
enum Key: UInt16, CaseIterable, Sendable {
  // Root.
  case dollarSchema, schema, name, currency, override, policy, horizon, accelerators, nodeTypes
  case sites, pools, tenants, models, regions, demands, demandTables, network, interference
  case interferenceModels, history, incumbent, assumptions
  // Policy and horizon.
  case utilisationCap, waitingRule, batchLimitsPerProfile, latencyPricePerHour
  case accuracyPricePerHour, carbonPricePerKg, migrationPricePerGiB, evictionPrice, windowHours
  case priorityClasses, moveBudget, hostingBudgetPerHour, survive, budgetsPerPeriod
  case carbonCapsKgPerPeriod, tailWeight, tailShare, safetyDeviations, discountPerYear
  case unservedPricePerThousand, leastServedShare, survivingShare
  case periods, periodHours, periodStarts, hoursUTC, scenarios, curves, probability
  case rateMultipliers
  // Hardware.
  case id, product, memoryGiB, sharing, mig, migComputeSlices, migMemorySlices, idleWatts
  case peakWatts, busyWatts, purchasePrice, lifeYears, embodiedCarbonKg, onDemandPricePerHour
  case reservedPricePerHour, spotPricePerHour, leadTimePeriods
  case computeSlices, memorySlices, starts
  case accelerator, devices, fastInterconnect, cpuCores, rackUnits
  case tier, jurisdiction, failureDomains, latitude, longitude, powerCapWatts, pue
  case energyPricePerKWh, carbonGramsPerKWh, locationPremium, openingPricePerHour, storageGiB
  case uplinkChangeGiB, uplinkMbps, trust, autonomousRegions, egressPricePerGiB, population
  case shareOnline, region
  case site, nodeType, owned, reserved, rentable, rentPricePerHour, spotRentable, nodeLimit
  // Workload.
  case quotaMilliShares, isolation
  case tenant, family, jurisdictions, licenceCopies, affinity, antiAffinity
  case leastFailureDomains, liveVersions, pinnedSites, forbiddenSites, slo, variants
  case version, accuracy, artifactGiB, deltaGiB, milliShares, hostMemoryGiB, interferenceClass
  case warmUpSeconds, profiles
  case kind, baseMs, perItemMs, batchLimit, points, batch, meanMs, p95Ms
  case prefillBaseMs, prefillPerTokenMs, stepBaseMs, stepPerSequenceMs, stepPerKiloContextMs
  case kvCacheBytesPerToken
  case utcOffsetHours
  case model, residency, dataSite, dataBytesPerRequest, requestBytes, leastAccuracy
  case oldestVersion, priorityClass, critical, valuePerThousand, ratePerSecond, curve
  case rateDeviationPerSecond, scenarioRates, parts
  case percentile, latencyMs, timeToFirstTokenMs, timePerOutputTokenMs, lengths
  case inputTokens, outputTokens, share
  case period, scenario, idSuffix
  // Network, interference, history, incumbent.
  case roundTripMs, siteRoundTripMs, kilometresPerMs, detour, fixedMs, siteLinks
  case table, entries, ms, from, to, mbps
  case subject, neighbour, slowdown, parameters
  case demand, start, stepHours, ratesPerSecond, growthPerYear, seasonality
  case replicas, artifacts, routes, reservations, variant, pool, count, nodes
  case path, value, source
  // Catalogue.
  case aliases, idleIsEstimate

  /// Number in the tree's table of keys.
  var index: Int { Int(rawValue) }

  /// How it is written.
  var name: String { Self.names[index] }

  /// How all keys are written, by number.
  static let names: [String] = allCases.map { $0 == .dollarSchema ? "$schema" : "\($0)" }
}

/// Every kind of object of the format.
enum ObjectKind: UInt8, CaseIterable, Sendable {
  case root, policy, priorityClass, horizon, scenario
  case accelerator, migProfile, nodeType, site, population, pool
  case tenant, model, variant, affineProfile, measuredProfile, point, tokenProfile
  case region, demand, slo, length, scenarioRate, demandTable
  case network, roundTrips, siteRoundTrips, roundTrip, siteLink
  case interference, interferenceModel, history
  case incumbent, replicas, artifact, route, reservation, assumption
  case catalogue, catalogueRow

  /// What messages call it.
  var noun: String {
    switch self {
    case .root: "document"
    case .priorityClass: "priority class"
    case .migProfile: "MIG profile"
    case .nodeType: "node type"
    case .affineProfile, .measuredProfile, .tokenProfile: "profile"
    case .slo: "service level objective"
    case .scenarioRate: "scenario rate"
    case .demandTable: "demand table"
    case .roundTrips, .siteRoundTrips: "round trip table"
    case .roundTrip: "round trip"
    case .siteLink: "site link"
    case .interference: "slowdown"
    case .interferenceModel: "interference model"
    case .incumbent: "incumbent plan"
    case .replicas: "running replica"
    case .catalogueRow: "catalogue row"
    default: "\(self)"
    }
  }
}

extension ObjectKind {
  /// With its article: `a site`, `an accelerator`.
  var withArticle: String {
    "aeiou".contains(noun.prefix(1)) ? "an \(noun)" : "a \(noun)"
  }

  /// Several of them.
  var plural: String {
    if noun.hasSuffix("s") { return noun + "es" }
    return noun.hasSuffix("y") ? noun.dropLast() + "ies" : noun + "s"
  }
}

/// What a key holds.
indirect enum Shape: Sendable {
  /// Text that names the object among its kind.
  case identifier
  /// Text that is not empty.
  case text
  /// Anything at all; read by nobody.
  case anyText
  /// Different texts, at least one.
  case texts
  /// true or false.
  case flag
  /// A whole number.
  case whole(ClosedRange<Int64>)
  /// Whole numbers, at least one; `distinct` where none may stand twice.
  case wholes(ClosedRange<Int64>, distinct: Bool)
  /// A decimal with a unit.
  case quantity(Quantity)
  /// A decimal, or one for each representative hour.
  case series(Quantity)
  /// A decimal, or a list of them.
  case quantities(Quantity)
  /// Decimals under names of the document's own; `count` values each, or a plain decimal.
  case quantityMap(Quantity, count: Int?)
  /// Rows of decimals or null.
  case table(Quantity)
  /// A decimal that decides nothing in integers.
  case real(ClosedRange<Double>)
  /// Such decimals under names of the document's own.
  case reals
  /// One of some words.
  case choice([String])
  /// Different ones of some words, at least one.
  case choices([String])
  /// The id of an entity.
  case reference(ObjectKind)
  /// Different ids, at least one.
  case references(ObjectKind)
  /// An object.
  case object(ObjectKind)
  /// Objects, at least one unless stated.
  case objects(ObjectKind)
  /// A profile for each kind of hardware, under its id.
  case profiles
}

/// One key of one kind of object: the single source of reader, schema and reference page.
struct KeySpec: Sendable {
  var key: Key
  var shape: Shape
  var isRequired: Bool
  /// What holds where the key is missing; empty for required keys.
  var fallback: String
  /// One line for the reference page.
  var meaning: String

  /// A key that must be given.
  static func must(_ key: Key, _ shape: Shape, _ meaning: String) -> KeySpec {
    KeySpec(key: key, shape: shape, isRequired: true, fallback: "", meaning: meaning)
  }

  /// A key that may be left out.
  static func may(
    _ key: Key, _ shape: Shape, _ fallback: String, _ meaning: String
  ) -> KeySpec {
    KeySpec(key: key, shape: shape, isRequired: false, fallback: fallback, meaning: meaning)
  }
}
