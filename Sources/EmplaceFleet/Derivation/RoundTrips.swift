internal import EmplaceCore

/// What a demand fetches for each request.
struct DataNeed: Sendable {
  /// Index of the region of its users.
  var region: Int
  /// Index of the site where the data lies, -1 for none.
  var site: Int
  /// Bytes a request.
  var bytes: Int64

  init(_ demand: Demand) {
    region = demand.region
    site = demand.dataSite ?? -1
    bytes = demand.dataBytesPerRequest
  }
}

/// Round trips of a fleet, site by site, and the time to fetch data from another site.
///
/// Microseconds in 32 bits: at most 1,000 s, and ``unreachable`` beyond.
struct RoundTrips: Sendable {
  /// Longer than any objective.
  static let unreachable: Int32 = 1_000_000_000
  /// No figure for a way between sites.
  private static let unknown: Int32 = -1

  private let regions: Int
  /// From region r to site s at `s * regions + r`.
  private let values: [Int32]
  /// From site to site at `a * sites + b`; empty where no demand has data.
  private let betweenSites: [Int32]
  /// Kilobits per second from site a to site b at `a * sites + b`, where it is stated.
  private let links: [Int: Int64]
  private let sites: Int
  /// Kilobits per second of each site's uplink, `Int64.max` where it is not known.
  private let uplinks: [Int64]

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
    betweenSites = Self.betweenSites(fleet, points, model, threads: threads)
    var links: [Int: Int64] = [:]
    for link in fleet.network.siteLinks {
      links[link.from * sites + link.to] = link.kilobitsPerSecond
    }
    self.links = links
    uplinks = fleet.sites.map { $0.uplinkKilobitsPerSecond ?? .max }
  }

  /// Round trips between sites, from the matrix or from coordinates; ``unknown`` without either.
  private static func betweenSites(
    _ fleet: Fleet, _ points: [GreatCircle?], _ model: RoundTripModel, threads: Int
  ) -> [Int32] {
    guard fleet.demands.contains(where: { $0.dataSite != nil }) else { return [] }
    if let matrix = fleet.network.siteRoundTripMicroseconds { return matrix.map(clamped) }
    return parallelMap(points.count, threads: threads) { site in
      row(from: points[site], to: points, model).enumerated().map { other, value in
        points[site] == nil || points[other] == nil ? unknown : value
      }
    }.flatMap(\.self)
  }

  /// Round trips from each region to a site.
  func row(site: Int) -> ArraySlice<Int32> { values[site * regions..<(site + 1) * regions] }

  /// Round trip from a region to a site.
  func value(region: Int, site: Int) -> Int32 { values[site * regions + region] }

  /// Time to fetch the data of one request from where it lies to `site`: a round trip (by way of the
  /// user's region where the way between the sites is not known), and the bytes over the link
  /// between the two, or over the slower of their uplinks that are known where no link is stated.
  func fetch(_ data: DataNeed, to site: Int) -> Int32 {
    guard data.site >= 0, data.site != site, data.bytes > 0 else { return 0 }
    var trip = Int64(betweenSites[data.site * sites + site])
    if trip == Int64(Self.unknown) {
      trip =
        Int64(value(region: data.region, site: data.site))
        + Int64(value(region: data.region, site: site))
    }
    guard trip < Self.unreachable else { return Self.unreachable }
    let speed =
      links.isEmpty
      ? min(uplinks[data.site], uplinks[site])
      : links[data.site * sites + site] ?? min(uplinks[data.site], uplinks[site])
    guard speed < .max else { return Self.clamped(trip) }
    guard speed > 0 else { return Self.unreachable }
    let transfer = (Int128(data.bytes) * 8000 + Int128(speed) - 1) / Int128(speed)
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
