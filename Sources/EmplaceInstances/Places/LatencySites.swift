public import EmplaceCore
public import EmplaceFleet
internal import EmplaceProblems

/// Cities with measured round trips between them, and the classical location problems over them as
/// fleets: covering, p-median and p-center.
///
/// Every city is a site with one small node and a region with one demand for one tiny model. The
/// waiting rule is `batch` and a request takes one microsecond, so that the latency of a route is
/// its round trip plus two microseconds: limits are stated for the round trip.
public struct LatencySites: Sendable {
  /// A city.
  public struct Place: Sendable, Hashable {
    /// Number of the city: its row and column in the table of round trips.
    public var number: Int
    /// Name.
    public var name: String
    /// Country, in words.
    public var country: String
    /// Degrees north.
    public var latitude: Double
    /// Degrees east.
    public var longitude: Double
    /// People, nil where unknown.
    public var population: Int64?
  }

  /// A round trip that stands for a missing measurement, microseconds: ten seconds.
  public static let missingMicroseconds: Int64 = 10_000_000

  /// The cities.
  public private(set) var places: [Place]
  /// Round trip in microseconds from place i to place j at `i * places.count + j`.
  public private(set) var roundTripMicroseconds: [Int64]

  /// Reads a table of cities (number, city, country, continent, latitude, longitude, population,
  /// with a header) and a square table of round trips in milliseconds (no header, empty where a
  /// pair was not measured).
  public init(
    cities: [UInt8], citiesFile: String, roundTrips: [UInt8], roundTripsFile: String
  ) throws(InstanceError) {
    let table = TableText(cities, file: citiesFile)
    places = []
    var names: Set<String> = []
    for row in table.rows.dropFirst() {
      let number = try table.field(0, of: row, "number")
      guard Int(number) == places.count else {
        throw table.error(
          row.line, "number", number,
          "\(places.count) is next", suggestion: "a row is missing or doubled")
      }
      let people = try table.field(6, of: row, "population")
      let name = String(try table.field(1, of: row, "city"))
      places.append(
        Place(
          number: places.count, name: names.insert(name).inserted ? name : "\(name) \(number)",
          country: String(try table.field(2, of: row, "country")),
          latitude: try table.degrees(4, of: row, "latitude", in: -90...90),
          longitude: try table.degrees(5, of: row, "longitude", in: -180...180),
          population: people.isEmpty
            ? nil : try table.decimal(people, places: 0, line: row.line, "population")))
    }
    guard !places.isEmpty else {
      throw table.error(
        0, "the table", "", "no cities below the header", suggestion: "the file is empty")
    }
    roundTripMicroseconds = []
    let matrix = TableText(roundTrips, file: roundTripsFile)
    for row in matrix.rows {
      guard row.fields.count == places.count, matrix.rows.count == places.count else {
        throw matrix.error(
          row.line, "round trips", "",
          "\(matrix.rows.count) rows and \(row.fields.count) columns for \(places.count) cities",
          suggestion: "the two files do not belong together")
      }
      for field in row.fields {
        roundTripMicroseconds.append(
          field.isEmpty
            ? Self.missingMicroseconds
            : try matrix.decimal(field, places: 3, line: row.line, "round trip in ms"))
      }
    }
    guard roundTripMicroseconds.count == places.count * places.count else {
      throw matrix.error(0, "the table", "", "no round trips", suggestion: "the file is empty")
    }
  }

  private init(places: [Place], roundTripMicroseconds: [Int64]) {
    self.places = places
    self.roundTripMicroseconds = roundTripMicroseconds
  }

  /// The cities for which `isWanted` holds, in the same order.
  public func selecting(_ isWanted: (Place) -> Bool) -> LatencySites {
    let kept = places.indices.filter { isWanted(places[$0]) }
    return LatencySites(
      places: kept.map { places[$0] },
      roundTripMicroseconds: kept.flatMap { row in
        kept.map { roundTripMicroseconds[row * places.count + $0] }
      })
  }

  /// All different round trips, increasing: the only values that a p-center's radius can take.
  public var radii: [Int64] { Set(roundTripMicroseconds).sorted() }

  // MARK: - Fleets

  /// Fewest cities with a node, each rented at one unit of money per hour, such that every city
  /// has one within a round trip of `microseconds`. The objective is their number.
  public func covering(withinMicroseconds microseconds: Int64) -> Fleet {
    var fleet = base(
      named: "cover-\(milliseconds(microseconds))ms", limitMicroseconds: microseconds)
    fleet.pools = places.indices.map { pool($0, owned: 0, rentable: 1) }
    return fleet
  }

  /// At most `copies` cities with a node, such that people wait least: the price of latency makes
  /// the objective the sum over all people of the latency in seconds. A missing pair costs ten
  /// seconds; cities without a known population weigh nothing.
  public func median(copies: Int64) -> Fleet {
    var fleet = base(named: "median-\(copies)", limitMicroseconds: 60_000_000)
    fleet.models[0].licenceCopies = copies
    fleet.policy.latencyPrice = 1_000_000_000_000
    fleet.pools = places.indices.map { pool($0, owned: 1, rentable: 0) }
    for index in places.indices {
      // One request per second for every million people, so that one replica anywhere suffices.
      fleet.demands[index].rateMicro = .constant(places[index].population ?? 0)
    }
    return fleet
  }

  /// Whether `copies` cities with a node suffice for every city to have one within a round trip of
  /// `microseconds`: feasible or infeasible. The p-center is the smallest of ``radii`` for which
  /// it is feasible.
  public func center(copies: Int64, withinMicroseconds microseconds: Int64) -> Fleet {
    let limit = milliseconds(microseconds)
    var fleet = base(named: "center-\(copies)-\(limit)ms", limitMicroseconds: microseconds)
    fleet.models[0].licenceCopies = copies
    fleet.pools = places.indices.map { pool($0, owned: 1, rentable: 0) }
    return fleet
  }

  private func milliseconds(_ microseconds: Int64) -> PlainNumber {
    PlainNumber(microseconds, unit: 1000)
  }

  private func pool(_ site: Int, owned: Int64, rentable: Int64) -> Pool {
    Pool(
      id: "\(places[site].name)/node", site: site, nodeType: 0, owned: owned, rentable: rentable,
      rentPricePerHour: 1_000_000)
  }

  /// Sites, regions, one model of one variant, and one demand a city that must be served.
  private func base(named name: String, limitMicroseconds: Int64) -> Fleet {
    var fleet = Fleet()
    fleet.name = name
    fleet.policy.utilisationCapMillionths = 1_000_000
    fleet.policy.waitingRule = "batch"
    fleet.policy.batchLimitsPerProfile = 1
    fleet.policy.priorityClasses = [
      PriorityClass(
        id: "all", unservedPricePerThousand: 0, leastServedMillionths: 1_000_000,
        survivingMillionths: 0)
    ]
    fleet.nodeTypes = [
      NodeType(id: "node", accelerator: nil, devices: 0, cpuMilliCores: 1000, memoryMiB: 1024)
    ]
    fleet.tenants = [Tenant(id: "all")]
    fleet.models = [InferenceModel(id: "answer", tenant: 0, family: "answer", variants: 0..<1)]
    fleet.variants = [
      Variant(
        id: "answer/only", model: 0, version: 1, accuracyMillionths: 1_000_000, artifactMiB: 1,
        devices: 0, memoryMiB: 0, milliShares: 0, cpuMilliCores: 1000, hostMemoryMiB: 1,
        profiles: [
          VariantProfile(
            hardware: .nodeType(0),
            profile: .affine(baseMicroseconds: 1, slopeMicroseconds: 0, batchLimit: 1))
        ])
    ]
    for place in places {
      let coordinates = Coordinates(latitude: place.latitude, longitude: place.longitude)
      var site = Site(id: place.name, tier: .edge, jurisdiction: place.country)
      site.coordinates = coordinates
      fleet.sites.append(site)
      var region = Region(id: place.name)
      region.jurisdiction = place.country
      region.coordinates = coordinates
      region.population = place.population ?? 0
      fleet.regions.append(region)
      var demand = Demand(
        id: place.name, region: fleet.demands.count, model: 0,
        objective: .latency(microseconds: limitMicroseconds + 2), valuePerThousand: 0,
        rateMicro: .constant(1))
      demand.parts = 1
      demand.requestBytes = 0
      fleet.demands.append(demand)
    }
    fleet.network.roundTripMicroseconds = roundTripMicroseconds
    fleet.network.egressPricePerGiB = places.map { _ in 0 }
    return fleet
  }
}
