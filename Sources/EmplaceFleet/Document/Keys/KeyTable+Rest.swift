/// Keys of the network, of interference, of the past and of the present.
extension KeyTable {
  static let network: [KeySpec] = [
    override,
    .may(
      .roundTripMs, .object(.roundTrips), "from coordinates",
      "Round trips from regions to sites."),
    .may(
      .siteRoundTripMs, .object(.siteRoundTrips), "from coordinates",
      "Round trips between sites."),
    .may(
      .kilometresPerMs, .real(1...1000), "100",
      "For round trips from coordinates: way and back within a millisecond."),
    .may(.detour, .real(1...100), "1", "For round trips from coordinates: way over distance."),
    .may(
      .fixedMs, .real(0...100_000), "0", "For round trips from coordinates: what is added."),
    .may(.siteLinks, .objects(.siteLink), "unknown", "Bandwidth between sites."),
  ]

  static let roundTrips: [KeySpec] = [
    .may(
      .regions, .references(.region), "all, in their order", "Names of the rows of `table`."),
    .may(
      .sites, .references(.site), "all, in their order", "Names of the columns of `table`."),
    .may(
      .table, .table(.need(.milliseconds)), "required without `entries`",
      "Milliseconds, a row a region; null is not reachable."),
    .may(
      .entries, .objects(.roundTrip), "required without `table`",
      "Single pairs; a pair that stands nowhere is not reachable."),
  ]

  static let siteRoundTrips: [KeySpec] = [
    .may(
      .sites, .references(.site), "all, in their order",
      "Names of the rows and columns of `table`."),
    .must(
      .table, .table(.need(.milliseconds)),
      "Milliseconds, a row a site; null is not reachable."),
  ]

  static let roundTrip: [KeySpec] = [
    .must(.region, .reference(.region), "From."),
    .must(.site, .reference(.site), "To."),
    .must(.ms, .quantity(.need(.milliseconds)), "Round trip."),
  ]

  static let siteLink: [KeySpec] = [
    .must(.from, .reference(.site), "From."),
    .must(.to, .reference(.site), "To."),
    .must(.mbps, .quantity(.room(.megabits)), "Bandwidth."),
  ]

  static let interference: [KeySpec] = [
    override,
    .must(.accelerator, .reference(.accelerator), "On which device."),
    .must(.subject, .text, "Class that is slowed down."),
    .must(.neighbour, .text, "Class beside it."),
    .must(
      .slowdown, .quantity(.need(.factor, atLeast: 1_000_000)),
      "Latency beside the neighbour over latency alone."),
  ]

  static let interferenceModel: [KeySpec] = [
    .must(.accelerator, .reference(.accelerator), "On which device."),
    .must(.name, .text, "Name of the model."),
    .must(.parameters, .reals, "Its parameters by name."),
  ]

  static let history: [KeySpec] = [
    .must(.demand, .reference(.demand), "Whose past it is."),
    .may(.start, .text, "not stated", "ISO 8601 time of the first value."),
    .may(.stepHours, .whole(1...10_000), "1", "Hours between two values."),
    .must(.ratesPerSecond, .quantities(.need(.rate)), "Past requests, the oldest first."),
    .may(.growthPerYear, .quantity(.need(.factor)), "1", "Factor from year to year."),
    .may(
      .seasonality, .choices(["daily", "weekly", "yearly"]), "none", "Cycles to look for."),
  ]

  static let incumbent: [KeySpec] = [
    override,
    .may(.replicas, .objects(.replicas), "none", "Replicas that run."),
    .may(.artifacts, .objects(.artifact), "none", "Artifacts that lie at sites."),
    .may(.routes, .objects(.route), "none", "Who is served from where."),
    .may(.reservations, .objects(.reservation), "none", "Nodes under reservation."),
  ]

  static let replicas: [KeySpec] = [
    .must(.variant, .reference(.variant), "`model/variant`."),
    .must(.pool, .reference(.pool), "Where."),
    .may(.batchLimit, .whole(1...1_000_000), "unknown", "Batch limit."),
    .must(.count, .whole(counts), "How many."),
  ]

  static let artifact: [KeySpec] = [
    .must(.variant, .reference(.variant), "`model/variant`."),
    .must(.site, .reference(.site), "Where."),
  ]

  static let route: [KeySpec] = [
    .must(.demand, .reference(.demand), "Whose requests."),
    .must(.variant, .reference(.variant), "`model/variant`."),
    .must(.pool, .reference(.pool), "Served there."),
    .must(.parts, .whole(1...1_000_000), "Pieces of the demand."),
  ]

  static let reservation: [KeySpec] = [
    .must(.pool, .reference(.pool), "Where."),
    .must(.nodes, .whole(counts), "How many nodes."),
    .must(.periods, .whole(1...1000), "Periods for which it still holds."),
  ]

  static let assumption: [KeySpec] = [
    .must(.path, .text, "Path of the key that was left out."),
    .must(.value, .text, "The figure with its unit."),
    .must(.source, .text, "Where it came from."),
  ]

  static let catalogue: [KeySpec] = [
    .must(.schema, .choice(["emplace/catalogue/1"]), "Version of the catalogue."),
    .must(.accelerators, .objects(.catalogueRow), "Its rows."),
  ]

  static let catalogueRow: [KeySpec] = [
    .must(.product, .identifier, "Product name as in the label nvidia.com/gpu.product."),
    .may(.aliases, .texts, "none", "Other names."),
    .must(
      .memoryGiB, .quantity(.room(.gibibytes, atLeast: 1)), "Memory that programs can use."),
    .must(
      .sharing, .choices(Accelerator.Sharing.allCases.map(\.rawValue)), "Sharing modes."),
    .may(.mig, .objects(.migProfile), "none", "MIG profiles."),
    .may(.migComputeSlices, .whole(1...64), "7", "Compute slices."),
    .may(.migMemorySlices, .whole(1...64), "8", "Memory slices."),
    .must(.idleWatts, .quantity(.need(.watts)), "Draw of an idle device."),
    .may(.idleIsEstimate, .flag, "false", "Whether nobody published the idle draw."),
    .must(.peakWatts, .quantity(.need(.watts)), "Thermal design power of one device."),
    .must(.source, .text, "Datasheet."),
  ]
}
