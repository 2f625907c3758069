/// Round trips of a fleet, site by site, and the time to fetch data from another site.
///
/// Microseconds in 32 bits: at most 1,000 s, and ``unreachable`` beyond.
struct RoundTrips: Sendable {
  /// Longer than any objective.
  static let unreachable: Int32 = 1_000_000_000

  private let regions: Int
  /// From region r to site s at `s * regions + r`.
  private let values: [Int32]
  /// From site to site at `a * sites + b`; empty where no demand has data.
  private let betweenSites: [Int32]
  private let sites: Int

  init(fleet: Fleet, threads: Int) {
    let (regions, sites) = (fleet.regions.count, fleet.sites.count)
    self.regions = regions
    self.sites = sites
    let model = RoundTripModel(network: fleet.network)
    let points = fleet.sites.map { $0.coordinates.map(GreatCircle.init) }
    if let matrix = fleet.network.roundTripMicroseconds {
      values = parallelMap(sites, threads: threads) { site in
        (0..<regions).map { Self.clamped(matrix[$0 * sites + site]) }
      }.flatMap(\.self)
    } else {
      let users = fleet.regions.map { $0.coordinates.map(GreatCircle.init) }
      values = parallelMap(sites, threads: threads) { site in
        var row = Self.row(from: points[site], to: users, model)
        // Devices are with their users, wherever that is.
        if let population = fleet.sites[site].population, row[population.region] == Self.unreachable
        {
          row[population.region] = 0
        }
        return row
      }.flatMap(\.self)
    }
    let hasData = fleet.demands.contains { $0.dataSite != nil }
    betweenSites =
      hasData
      ? parallelMap(sites, threads: threads) { Self.row(from: points[$0], to: points, model) }
        .flatMap(\.self) : []
  }

  /// Round trips from each region to a site.
  func row(site: Int) -> ArraySlice<Int32> { values[site * regions..<(site + 1) * regions] }

  /// Round trip from a region to a site.
  func value(region: Int, site: Int) -> Int32 { values[site * regions + region] }

  /// Time to fetch the data of one request from `data` to `site`: a round trip (by way of the
  /// user's region where the way between the sites is not known) and the bytes over the slower of
  /// the two uplinks that are known.
  func fetch(_ demand: Demand, to site: Int, in fleet: Fleet) -> Int32 {
    guard let data = demand.dataSite, data != site, demand.dataBytesPerRequest > 0 else { return 0 }
    var trip = Int64(betweenSites[data * sites + site])
    if trip >= Self.unreachable {
      trip =
        Int64(value(region: demand.region, site: data))
        + Int64(value(region: demand.region, site: site))
    }
    let uplinks = [data, site].compactMap { fleet.sites[$0].uplinkKilobitsPerSecond }
    guard let uplink = uplinks.min() else { return Self.clamped(trip) }
    guard uplink > 0 else { return Self.unreachable }
    let transfer = (Int128(demand.dataBytesPerRequest) * 8000 + Int128(uplink) - 1) / Int128(uplink)
    return Self.clamped(Int64(clamping: Int128(trip) + transfer))
  }

  private static func row(from: GreatCircle?, to: [GreatCircle?], _ model: RoundTripModel)
    -> [Int32]
  {
    to.map { point in
      guard let from, let point else { return unreachable }
      return clamped(model.microseconds(kilometres: from.kilometres(to: point)) ?? -1)
    }
  }

  private static func clamped(_ value: Int64) -> Int32 {
    value < 0 || value >= Int64(unreachable) ? unreachable : Int32(truncatingIfNeeded: value)
  }
}
