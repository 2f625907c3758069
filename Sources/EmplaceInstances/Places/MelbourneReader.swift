public import EmplaceCore
public import EmplaceFleet
internal import Foundation

/// Central Melbourne as a fleet, from a list of mobile base stations and a list of users.
///
/// - Every base station is an edge site with one small node and a price for opening it; two
///   central clouds (Sydney and Melbourne's outskirts) rent larger nodes.
/// - Users stand in cells of a grid of ``cellMetres``; every cell with users is a region at their
///   mean position, and asks for two models: object detection, which only stations within
///   ``coverageMetres`` and close to it in time can answer, and an assistant, which a cloud can
///   answer too.
/// - A station answers over the air in four milliseconds; stations out of coverage are not
///   reachable.
///
/// Source of the files: Lai et al., "Optimal edge user allocation in edge computing with variable
/// sized vector bin packing", doi:10.1007/978-3-030-03596-9_15.
public struct MelbourneReader: Sendable {
  /// Radius within which a station serves a cell, metres.
  public var coverageMetres: Double
  /// Width of a cell, metres.
  public var cellMetres: Double
  /// Requests per second of one user for detection, millionths.
  public var detectionRateMicro: Int64
  /// Requests per second of one user for the assistant, millionths.
  public var assistantRateMicro: Int64

  /// A reader.
  public init(
    coverageMetres: Double = 450, cellMetres: Double = 150, detectionRateMicro: Int64 = 2_000_000,
    assistantRateMicro: Int64 = 20_000
  ) {
    self.coverageMetres = coverageMetres
    self.cellMetres = max(1, cellMetres)
    self.detectionRateMicro = detectionRateMicro
    self.assistantRateMicro = assistantRateMicro
  }

  /// Reads stations (number, latitude, longitude, with a header) and users (latitude, longitude,
  /// with a header).
  public func read(
    stations: [UInt8], stationsFile: String, users: [UInt8], usersFile: String
  ) throws(InstanceError) -> Fleet {
    let stationTable = TableText(stations, file: stationsFile)
    var places: [(id: String, at: Coordinates)] = []
    for row in stationTable.rows.dropFirst() {
      places.append(
        (
          "station-\(try stationTable.field(0, of: row, "SITE_ID"))",
          Coordinates(
            latitude: try stationTable.degrees(1, of: row, "LATITUDE", in: -90...90),
            longitude: try stationTable.degrees(2, of: row, "LONGITUDE", in: -180...180))
        ))
    }
    let userTable = TableText(users, file: usersFile)
    var people: [Coordinates] = []
    for row in userTable.rows.dropFirst() {
      people.append(
        Coordinates(
          latitude: try userTable.degrees(0, of: row, "Latitude", in: -90...90),
          longitude: try userTable.degrees(1, of: row, "Longitude", in: -180...180)))
    }
    guard !places.isEmpty, !people.isEmpty else {
      throw (places.isEmpty ? stationTable : userTable).error(
        0, "the table", "", "no rows below the header", suggestion: "the file is empty")
    }
    guard Set(places.map(\.id)).count == places.count else {
      throw stationTable.error(
        0, "SITE_ID", "", "two stations have the same number", suggestion: "a row is doubled")
    }
    return fleet(places, people)
  }

  private func fleet(_ places: [(id: String, at: Coordinates)], _ people: [Coordinates]) -> Fleet {
    var fleet = MelbourneHardware.fleet()
    for place in places { MelbourneHardware.addStation(place.id, place.at, to: &fleet) }
    for (index, cell) in cells(people).enumerated() {
      var region = Region(id: cell.name)
      region.jurisdiction = "AU"
      region.coordinates = cell.center
      region.utcOffsetHours = 10
      region.population = cell.count
      fleet.regions.append(region)
      MelbourneHardware.addDemands(
        region: index, named: cell.name, detection: cell.count * detectionRateMicro,
        assistant: cell.count * assistantRateMicro, to: &fleet)
    }
    var trips: [Int64] = []
    for region in fleet.regions {
      for site in fleet.sites {
        trips.append(roundTrip(region.coordinates, site))
      }
    }
    fleet.network.roundTripMicroseconds = trips
    fleet.network.egressPricePerGiB = fleet.sites.map { $0.tier == .cloud ? 60_000 : 0 }
    return fleet
  }

  private func roundTrip(_ from: Coordinates?, _ site: Site) -> Int64 {
    guard let from, let to = site.coordinates else { return -1 }
    if site.tier == .cloud { return site.id == "sydney-cloud" ? 24_000 : 11_000 }
    return Self.metres(from, to) <= coverageMetres ? 4_000 : -1
  }

  /// Cells with users, by row and column of the grid.
  private func cells(
    _ people: [Coordinates]
  ) -> [(name: String, center: Coordinates, count: Int64)] {
    let south = people.reduce(90) { min($0, $1.latitude) }
    let west = people.reduce(180) { min($0, $1.longitude) }
    let metresPerDegree = 111_320.0
    let narrowing = cos(south * .pi / 180)
    var members: [[Int]: [Coordinates]] = [:]
    for person in people {
      let row = (person.latitude - south) * metresPerDegree / cellMetres
      let column = (person.longitude - west) * metresPerDegree * narrowing / cellMetres
      members[[Int(row.rounded(.down)), Int(column.rounded(.down))], default: []].append(person)
    }
    return members.keys.sorted { $0.lexicographicallyPrecedes($1) }.map { key in
      let own = members[key] ?? []
      let (latitude, longitude) = (
        own.reduce(0) { $0 + $1.latitude } / Double(own.count),
        own.reduce(0) { $0 + $1.longitude } / Double(own.count)
      )
      return (
        "cell-\(key[0])-\(key[1])", Coordinates(latitude: latitude, longitude: longitude),
        Int64(own.count)
      )
    }
  }

  /// Distance on a plane, good to a metre within a city, rounded to centimetres.
  private static func metres(_ a: Coordinates, _ b: Coordinates) -> Double {
    let metresPerDegree = 111_320.0
    let y = (a.latitude - b.latitude) * metresPerDegree
    let x = (a.longitude - b.longitude) * metresPerDegree * cos(a.latitude * .pi / 180)
    return ((x * x + y * y).squareRoot() * 100).rounded() / 100
  }
}
