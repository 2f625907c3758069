internal import EmplaceCore
internal import EmplaceFleet
internal import Foundation

extension FleetBuilder {
  /// Where central clouds stand, the best known first.
  private static let hubs = [
    "frankfurt", "washington", "singapore", "dublin", "san-francisco", "tokyo", "paris",
    "sao-paulo", "sydney", "mumbai", "london", "dallas", "seoul", "stockholm", "johannesburg",
    "amsterdam", "toronto", "hong-kong", "madrid", "milan", "chicago", "warsaw", "dubai", "osaka",
    "los-angeles", "melbourne", "santiago", "jakarta", "zurich", "atlanta", "montreal", "helsinki",
    "queretaro", "taipei", "bogota", "nairobi", "lagos", "cape-town", "auckland", "tel-aviv",
    "bengaluru", "berlin", "miami", "seattle", "denver", "vienna", "brussels", "lisbon",
    "copenhagen", "oslo", "athens", "lima", "bangkok", "cairo",
  ]

  /// Cities around which small fleets lie.
  private static let anchors = ["frankfurt", "paris", "chicago", "warsaw", "mumbai", "milan"]

  /// Cities in play, the largest first: those around one place, of three continents, or all.
  private func cities() -> [City] {
    var random = random(.geography)
    let largestFirst = CityTable.cities.sorted {
      ($1.population, $0.id) < ($0.population, $1.id)
    }
    if let radius = counts.radiusKilometres {
      let name = Self.anchors[random.below(Self.anchors.count)]
      guard let anchor = CityTable.cities.first(where: { $0.id == name }) else { return [] }
      let center = Self.trigonometry(anchor.coordinates)
      return largestFirst.filter {
        Self.kilometres(center, Self.trigonometry($0.coordinates)) <= radius
      }
    }
    guard generator.size == .m else { return largestFirst }
    let continents: Set<String> = ["Europe", "North America", "Asia"]
    let countries = Set(
      CityTable.countries.filter { continents.contains($0.continent) }.map(\.code))
    return largestFirst.filter { countries.contains($0.country) }
  }

  mutating func buildRegions() {
    var random = random(.geography).split(1)
    let cities = cities()
    var taken: [Int] = []
    var isTaken = [Bool](repeating: false, count: cities.count)
    for percent in [65, 100] {
      for index in cities.indices where !isTaken[index] && taken.count < counts.regions {
        guard random.chance(percent) else { continue }
        isTaken[index] = true
        taken.append(index)
      }
    }
    // More regions than cities: districts, where most people live.
    var districts = [Int64](repeating: 0, count: cities.count)
    for index in taken { districts[index] = 1 }
    while taken.count < counts.regions {
      let next = taken.indices.max {
        let (a, b) = (taken[$0], taken[$1])
        return integerSquareRoot(cities[a].population) * (districts[b] + 1)
          < integerSquareRoot(cities[b].population) * (districts[a] + 1)
      }
      guard let next else { break }
      districts[taken[next]] += 1
      taken.append(taken[next])
    }
    var district = [Int](repeating: 0, count: cities.count)
    for index in taken.sorted() {
      let city = cities[index]
      district[index] += 1
      let isSplit = districts[index] > 1
      var region = Region(id: isSplit ? "\(city.id)-\(district[index])" : city.id)
      region.jurisdiction = city.country
      region.coordinates = place(near: city, spread: isSplit ? 12 : 0, &random)
      region.utcOffsetHours = (city.utcOffsetMinutes + 720) / 60 - 12
      region.population = city.population / districts[index]
      fleet.regions.append(region)
      regionCity.append(city)
      let root = integerSquareRoot(region.population)
      regionWeight.append(max(1, root * integerSquareRoot(root) / 10))
    }
  }

  /// The city's coordinates moved by at most `spread` hundredths of a degree each way.
  private func place(
    near city: City, spread: Int64, _ random: inout RandomGenerator
  ) -> Coordinates {
    func moved(_ degrees: Double) -> Double {
      let hundredths =
        Int64((degrees * 100).rounded()) + (spread > 0 ? random.integer(in: -spread...spread) : 0)
      return Double(hundredths) / 100
    }
    return Coordinates(latitude: moved(city.latitude), longitude: moved(city.longitude))
  }

  mutating func buildSites() {
    var random = random(.geography).split(2)
    let byID = Dictionary(grouping: cities(), by: \.id)
    var hubs = Self.hubs.compactMap { byID[$0]?.first }
    if counts.clouds < 3 { hubs = random.shuffled(Array(hubs.prefix(4))) }
    for city in hubs.prefix(counts.clouds) {
      addSite(id: "\(city.id)-cloud", .cloud, city, &random)
    }
    let edges = counts.sites - fleet.sites.count - counts.endpoints
    var places = [Int64](repeating: 0, count: fleet.regions.count)
    let appeal = regionWeight.map { $0 * random.integer(in: 70...130) }
    for _ in 0..<edges {
      guard
        let region = places.indices.max(by: {
          appeal[$0] * (places[$1] * 2 + 1) < appeal[$1] * (places[$0] * 2 + 1)
        })
      else { break }
      places[region] += 1
      let id = "\(fleet.regions[region].id)-edge-\(places[region])"
      addSite(id: id, .edge, regionCity[region], near: region, &random)
    }
    for region in random.shuffled(Array(fleet.regions.indices)).prefix(counts.endpoints).sorted() {
      addSite(
        id: "\(fleet.regions[region].id)-phones", .endpoint, regionCity[region], near: region,
        &random)
    }
    setDomains(&random)
  }

  private mutating func addSite(
    id: String, _ tier: Site.Tier, _ city: City, near region: Int? = nil,
    _ random: inout RandomGenerator
  ) {
    var site = Site(id: id, tier: tier, jurisdiction: city.country)
    let isEndpoint = tier == .endpoint
    let anchor = region.flatMap { fleet.regions[$0].coordinates }
    var center = city
    if let anchor { (center.latitude, center.longitude) = (anchor.latitude, anchor.longitude) }
    site.coordinates = place(near: center, spread: tier == .edge ? 6 : 0, &random)
    let country = CityTable.country(city.country)
    let energy = (country?.energyCentsPerKWh ?? 15) * 10_000
    let carbon = (country?.carbonGramsPerKWh ?? 400) * 1000
    let isWindy = random.chance(50)
    func hourly(_ value: Int64, _ percents: [Int64]) -> Series {
      .hourly(
        counts.hoursUTC.map {
          value * percents[(($0 * 60 + city.utcOffsetMinutes + 1440) / 60) % 24 / 4] / 100
        })
    }
    // By four hours of local time: nights are cheap, the sun cleans the grid at noon.
    site.energyPricePerKWh =
      isEndpoint ? .constant(0) : hourly(energy, [78, 90, 105, 96, 122, 109])
    site.carbonMilligramsPerKWh =
      isEndpoint
      ? .constant(0)
      : hourly(carbon, isWindy ? [92, 95, 104, 101, 110, 98] : [108, 106, 88, 80, 112, 106])
    site.pueMillionths =
      switch tier {
      case .cloud: random.integer(in: 110...125) * 10_000
      case .edge: random.integer(in: 130...165) * 10_000
      case .endpoint: 1_000_000
      }
    site.locationPremiumMillionths =
      switch tier {
      case .cloud: random.integer(in: 95...115) * 10_000
      case .edge: random.integer(in: 120...160) * 10_000
      case .endpoint: 1_000_000
      }
    if tier == .edge, random.chance(30) {
      site.openingPricePerHour = random.integer(in: 5...25) * 10_000
    }
    site.trust = tier == .cloud ? 2 : isEndpoint ? 0 : random.chance(30) ? 2 : 1
    site.uplinkKilobitsPerSecond =
      tier == .cloud ? 100_000_000 : isEndpoint ? 50_000 : random.integer(in: 1...10) * 1_000_000
    site.rackUnits = tier == .cloud ? 800 : isEndpoint ? nil : random.integer(in: 16...42)
    if let region, isEndpoint {
      let count = max(200, fleet.regions[region].population / 400)
      site.population = .init(
        count: count, onlineMillionths: random.integer(in: 25...45) * 10_000, region: region)
    }
    fleet.sites.append(site)
    siteCity.append(city)
  }

  /// Two or three neighbouring edge sites share a power grid; clouds and phones have their own.
  private mutating func setDomains(_ random: inout RandomGenerator) {
    var open: [String: (name: String, room: Int)] = [:]
    var number: [String: Int] = [:]
    for index in fleet.sites.indices {
      let site = fleet.sites[index]
      var domain = "zone-\(siteCity[index].id)"
      if site.tier == .edge {
        let country = site.jurisdiction
        if open[country, default: ("", 0)].room == 0 {
          number[country, default: 0] += 1
          open[country] = ("grid-\(country)-\(number[country, default: 1])", 1 + random.below(3))
        }
        domain = open[country]?.name ?? domain
        open[country]?.room -= 1
      } else if site.tier == .endpoint {
        domain = "phones-\(siteCity[index].id)"
      }
      fleet.sites[index].failureDomains = [
        domain, "operator-\(["a", "b", "c"][random.below(3)])",
      ]
    }
  }

  // MARK: - Network

  /// Round trip over a distance by the rule that is fitted to measured ones, in whole numbers.
  private static func microseconds(kilometres: Int64) -> Int64 {
    min(700 + 59 * kilometres, 6_900 + 24 * kilometres, 19_500 + 17 * kilometres)
  }

  mutating func buildNetwork() {
    let noise = random(.roundTrips)
    let sites = fleet.sites.count
    roundTrip.reserveCapacity(fleet.regions.count * sites)
    let (from, to) = (fleet.regions.map(\.coordinates), fleet.sites.map(\.coordinates))
    let (origins, targets) = (
      from.map { Self.trigonometry($0) }, to.map { Self.trigonometry($0) }
    )
    for region in fleet.regions.indices {
      for site in 0..<sites {
        if let population = fleet.sites[site].population {
          roundTrip.append(population.region == region ? 500 : -1)
          continue
        }
        let kilometres = Self.kilometres(origins[region], targets[site])
        if fleet.sites[site].tier == .edge, kilometres > counts.edgeKilometres {
          roundTrip.append(-1)
          continue
        }
        var draw = noise.split(UInt64(region * sites + site))
        let micro = Self.microseconds(kilometres: kilometres)
        roundTrip.append(micro * draw.integer(in: 88...130) / 100)
      }
    }
    fleet.network.roundTripMicroseconds = roundTrip
    fleet.network.egressPricePerGiB = fleet.sites.map {
      switch $0.tier {
      case .cloud: 45_000
      case .edge: 12_000
      case .endpoint: 0
      }
    }
    nearSites = fleet.regions.indices.map { region in
      let row = region * sites
      let reachable = (0..<sites).filter { roundTrip[row + $0] >= 0 }
      return reachable.sorted { (roundTrip[row + $0], $0) < (roundTrip[row + $1], $1) }
    }
  }

  private typealias Trigonometry = (latitude: Double, longitude: Double, cosine: Double)

  private static func trigonometry(_ place: Coordinates?) -> Trigonometry {
    let latitude = (place?.latitude ?? 0) * .pi / 180
    return (latitude, (place?.longitude ?? 0) * .pi / 180, cos(latitude))
  }

  /// Great-circle distance, rounded to whole kilometres so that the last bits of the sine of one
  /// machine or another do not matter.
  private static func kilometres(_ a: Trigonometry, _ b: Trigonometry) -> Int64 {
    let (x, y) = (
      sin((b.latitude - a.latitude) / 2), sin((b.longitude - a.longitude) / 2)
    )
    let chord = min(1, x * x + a.cosine * b.cosine * y * y)
    return Int64((12_742 * asin(chord.squareRoot())).rounded())
  }
}

extension City {
  /// Where it is.
  var coordinates: Coordinates { Coordinates(latitude: latitude, longitude: longitude) }
}
