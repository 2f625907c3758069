/// Keys of models and of what is asked of them.
extension KeyTable {
  static let tenant: [KeySpec] = [
    .must(.id, .identifier, "Name, unique among tenants."),
    override,
    .may(
      .quotaMilliShares, .whole(byteCounts), "no limit",
      "Most compute over all sites, in thousandths of a device (P15)."),
    .may(
      .isolation, .choice(Tenant.Isolation.allCases.map(\.rawValue)), "none",
      "What it shares with no other tenant (P15)."),
  ]

  static let model: [KeySpec] = [
    .must(.id, .identifier, "Name, unique among models."),
    override,
    .may(.tenant, .reference(.tenant), "the first tenant", "Who owns it."),
    .may(.family, .text, "its own id", "Family, for reports and delta transfer."),
    .may(.trust, .whole(0...1000), "0", "Least trust level of a site."),
    .may(.jurisdictions, .texts, "all", "Where its weights may lie."),
    .may(.licenceCopies, .whole(counts), "no limit", "Most replicas over all sites (P11)."),
    .may(
      .affinity, .references(.model), "none", "Models present wherever this one is (P10)."),
    .may(
      .antiAffinity, .references(.model), "none", "Models absent wherever this one is (P10)."),
    .may(.leastFailureDomains, .whole(1...1000), "1", "Failure domains with a replica (P8)."),
    .may(.liveVersions, .whole(1...1000), "no limit", "Most versions live at once (P13)."),
    .may(
      .pinnedSites, .references(.site), "none", "Sites where at least one replica runs (P16)."),
    .may(.forbiddenSites, .references(.site), "none", "Sites where no replica may run."),
    .may(.slo, .object(.slo), "none", "Objective of its demands that give none."),
    .must(.variants, .objects(.variant), "Ways to serve it."),
  ]

  static let variant: [KeySpec] = [
    .must(.id, .identifier, "Name within the model; elsewhere `model/variant`."),
    .may(.version, .whole(0...Quantity.largest), "1", "Version; larger is newer."),
    .may(.accuracy, .quantity(.share(.down)), "1", "Accuracy."),
    .must(.artifactGiB, .quantity(.need(.gibibytes)), "Size of what is moved and stored."),
    .may(
      .deltaGiB, .quantityMap(.need(.gibibytes), count: nil), "none",
      "Size of the difference from an older version, by that version."),
    .may(.devices, .whole(0...1024), "1", "Devices of one replica; 0 is CPU serving."),
    .may(
      .memoryGiB, .quantity(.need(.gibibytes)), "required with devices, else 0",
      "Weights and activations on each device, without KV cache."),
    .may(
      .milliShares, .whole(0...1000), "1000 with devices, else 0",
      "Compute of each device, in thousandths of it."),
    .may(
      .cpuCores, .quantity(.need(.cores)), "0; required for CPU serving", "Host CPU."),
    .may(.hostMemoryGiB, .quantity(.need(.gibibytes)), "0", "Host memory."),
    .may(.interferenceClass, .text, "none", "Class for slowdown beside others."),
    .may(.warmUpSeconds, .real(0...1_000_000), "0", "Time from start to first request."),
    .must(
      .profiles, .profiles,
      "Speed by accelerator id; by node type id for CPU serving."),
  ]

  static let affineProfile: [KeySpec] = [
    .must(.kind, .choice(["affine"]), "A batch of b takes `baseMs + perItemMs * b`."),
    .must(.baseMs, .quantity(.need(.milliseconds)), "Fixed time."),
    .must(.perItemMs, .quantity(.need(.milliseconds)), "Time for each item."),
    .must(.batchLimit, .whole(1...1_000_000), "Largest batch."),
  ]

  static let measuredProfile: [KeySpec] = [
    .must(.kind, .choice(["measured"]), "Batches as measured."),
    .must(.points, .objects(.point), "Measurements by increasing batch."),
  ]

  static let point: [KeySpec] = [
    .must(.batch, .whole(1...1_000_000), "Batch size."),
    .must(.meanMs, .quantity(.need(.milliseconds, atLeast: 1)), "Mean time of the batch."),
    .must(.p95Ms, .quantity(.need(.milliseconds, atLeast: 1)), "Its 95th percentile."),
  ]

  static let tokenProfile: [KeySpec] = [
    .must(.kind, .choice(["tokens"]), "A language model under continuous batching."),
    .must(.prefillBaseMs, .quantity(.need(.shortMilliseconds)), "Fixed time of a prefill."),
    .must(
      .prefillPerTokenMs, .quantity(.need(.shortMilliseconds)), "Prefill of each input token."),
    .must(.stepBaseMs, .quantity(.need(.shortMilliseconds)), "Fixed time of a decode step."),
    .must(
      .stepPerSequenceMs, .quantity(.need(.shortMilliseconds)),
      "Decode step for each sequence in the batch."),
    .must(
      .stepPerKiloContextMs, .quantity(.need(.shortMilliseconds)),
      "Decode step for each sequence and 1,000 tokens of its context."),
    .must(
      .kvCacheBytesPerToken, .whole(byteCounts),
      "KV cache of one token over all devices of the replica."),
    .must(.batchLimit, .whole(1...1_000_000), "Largest batch."),
  ]

  static let region: [KeySpec] = [
    .must(.id, .identifier, "Name, unique among regions."),
    override,
    .may(.jurisdiction, .text, "none", "Whose law holds for its users."),
    .may(.latitude, .real(-90...90), "unknown", "Degrees north."),
    .may(.longitude, .real(-180...180), "unknown", "Degrees east."),
    .may(.utcOffsetHours, .whole(-12...14), "0", "Hours ahead of UTC, for daily curves."),
    .may(.population, .whole(byteCounts), "0", "People, for pictures."),
  ]

  /// Keys that a table gives for all its demands.
  private static let demandTerms: [KeySpec] = [
    .may(.slo, .object(.slo), "the model's; required there or here", "What must hold."),
    .may(.residency, .texts, "all", "Jurisdictions in which it may be served."),
    .may(.dataSite, .reference(.site), "none", "Site where its data lies."),
    .may(
      .dataBytesPerRequest, .whole(byteCounts), "0", "Bytes fetched from there for a request."),
    .may(.requestBytes, .whole(byteCounts), "4096", "Bytes of request and answer."),
    .may(.leastAccuracy, .quantity(.share(.up)), "0", "Least accuracy."),
    .may(
      .oldestVersion, .whole(0...Quantity.largest), "any", "Oldest version it tolerates (P13)."),
    .may(.priorityClass, .reference(.priorityClass), "the first class", "Its class."),
    .may(.critical, .flag, "false", "Whether autonomous sites of its region must hold it."),
    .may(
      .valuePerThousand, .quantity(.need(.money)), "the class's price",
      "For each thousand requests that are not served."),
    .may(
      .parts, .whole(1...1_000_000), "1000", "Pieces it may be split into; 1 is single source."),
    .may(
      .curve, .text, "none",
      "Daily curve that multiplies the rate in the region's local time; with one number only."),
  ]

  static let demand: [KeySpec] =
    [
      .may(.id, .identifier, "`region/model`", "Name, unique among demands."),
      override,
      .must(.region, .reference(.region), "Its region."),
      .must(.model, .reference(.model), "What it asks for."),
      .may(
        .ratePerSecond, .series(.need(.rate)), "mean of its `history`; required without one",
        "Requests."),
      .may(
        .rateDeviationPerSecond, .quantity(.need(.rate)), "0",
        "Standard deviation of the rate, for safety stocks (C6)."),
      .may(
        .scenarioRates, .objects(.scenarioRate), "the rate times the scenario's multiplier",
        "Rates of single periods and scenarios."),
    ] + demandTerms

  static let slo: [KeySpec] = [
    .may(.percentile, .quantity(.share(.up, atLeast: 1)), "0.95", "Percentile that must hold."),
    .may(
      .latencyMs, .quantity(.room(.milliseconds, atLeast: 1)), "required without tokens",
      "Longest latency, network included."),
    .may(
      .timeToFirstTokenMs, .quantity(.room(.milliseconds, atLeast: 1)),
      "required without `latencyMs`", "Longest time to the first token, network included."),
    .may(
      .timePerOutputTokenMs, .quantity(.room(.milliseconds, atLeast: 1)),
      "required without `latencyMs`", "Longest time of an output token."),
    .may(
      .lengths, .objects(.length), "required without `latencyMs`",
      "Lengths of requests; shares sum to 1."),
  ]

  static let length: [KeySpec] = [
    .must(.inputTokens, .whole(0...100_000_000), "Input."),
    .must(.outputTokens, .whole(1...100_000_000), "Output."),
    .must(.share, .quantity(.share(.up)), "Share of the requests."),
  ]

  static let scenarioRate: [KeySpec] = [
    .may(.period, .text, "all periods", "Name of the period."),
    .may(.scenario, .reference(.scenario), "all scenarios", "The scenario."),
    .must(.ratePerSecond, .series(.need(.rate)), "Requests."),
  ]

  static let demandTable: [KeySpec] =
    [
      .may(.regions, .references(.region), "all, in their order", "Names of the rows."),
      .may(.models, .references(.model), "all, in their order", "Names of the columns."),
      .must(
        .ratePerSecond, .table(.need(.rate)), "Requests, a row a region; null is no demand."),
      .may(
        .idSuffix, .text, "none", "The demands are named `region/model`, or with `/suffix`."),
    ] + demandTerms
}
