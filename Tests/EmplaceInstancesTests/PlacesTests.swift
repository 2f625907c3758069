import EmplaceCore
import EmplaceFleet
import EmplaceInstances
import EmplaceProblems
import EmplaceTestSupport
import Foundation
import Testing

@Suite struct LatencySitesTests {
  static let cities = """
    id,city,country,continent,latitude,longitude,population,from
    0,Here,A,X,1.5,2,100,s
    1,There,A,X,3,4,,s
    2,Yonder,B,X,5,6,300,s
    """
  static let trips = "0,12.5,\n12.5,0,7.25\n,7.25,0\n"

  private func tiny(_ cities: String = cities, _ trips: String = trips) throws -> LatencySites {
    try LatencySites(
      cities: Array(cities.utf8), citiesFile: "c", roundTrips: Array(trips.utf8),
      roundTripsFile: "r")
  }

  @Test func readsPlacesAndRoundTripsExactly() throws {
    let sites = try tiny()
    #expect(sites.places.map(\.name) == ["Here", "There", "Yonder"])
    #expect(sites.places.map(\.population) == [100, nil, 300])
    #expect(
      sites.roundTripMicroseconds == [
        0, 12_500, 10_000_000, 12_500, 0, 7_250, 10_000_000, 7_250, 0,
      ]
    )
    #expect(sites.radii == [0, 7_250, 12_500, 10_000_000])
    let part = sites.selecting { $0.population != nil }
    #expect(part.places.map(\.number) == [0, 2])
    #expect(part.roundTripMicroseconds == [0, 10_000_000, 10_000_000, 0])
  }

  @Test func errorsNamePlaceValueAndAWayOut() {
    let cases: [(String, String, [String])] = [
      ("", Self.trips, ["c", "no cities", "Maybe"]),
      ("h\n7,X,A,C,1,2,3", Self.trips, ["c:2", "= 7:", "0 is next", "Maybe"]),
      ("h\n0,X,A,C,91,2,3", Self.trips, ["latitude", "= 91:", "Maybe"]),
      ("h\n0,X,A,C,1,2", Self.trips, ["population", "6 columns", "Maybe"]),
      ("h\n0,X,A,C,1,2,many", Self.trips, ["population", "= many:", "Maybe"]),
      (Self.cities, "0,1\n1,0\n", ["r:1", "2 rows and 2 columns for 3 cities", "Maybe"]),
      (Self.cities, "", ["r", "no round trips", "Maybe"]),
      (Self.cities, "0,x,1\n1,0,1\n1,1,0", ["r:1", "= x:", "Maybe"]),
      (Self.cities, "0,-1,1\n1,0,1\n1,1,0", ["r:1", "= -1:", "Maybe"]),
      (Self.cities, "0,1.2345,1\n1,0,1\n1,1,0", ["r:1", "= 1.2345:", "Maybe"]),
    ]
    for (cities, trips, parts) in cases {
      do {
        _ = try tiny(cities, trips)
        Issue.record("read: \(trips)")
      } catch {
        for part in parts { #expect("\(error)".contains(part), "\(error)") }
      }
    }
  }

  @Test func fleetsStateTheirProblem() throws {
    let sites = try tiny()
    let cover = sites.covering(withinMicroseconds: 8_000)
    #expect(cover.pools.allSatisfy { $0.owned == 0 && $0.rentable == 1 })
    #expect(cover.demands.allSatisfy { $0.objective == .latency(microseconds: 8_002) })
    let median = sites.median(copies: 2)
    #expect(median.models[0].licenceCopies == 2)
    #expect(median.demands.map { $0.rateMicro[0] } == [100, 0, 300])
    let center = sites.center(copies: 1, withinMicroseconds: 12_500)
    #expect(center.models[0].licenceCopies == 1)
    #expect(center.policy.priorityClasses[0].leastServedMillionths == 1_000_000)
  }

  @Test(
    .enabled(if: SharedData.exists("latency/dev/known.json"), "needs ../shared/data/latency"))
  func thePublishedCoverOfEuropeCoversIt() throws {
    let all = try LatencySites(
      cities: try SharedData.bytes("latency/cities.csv"), citiesFile: "cities.csv",
      roundTrips: try SharedData.bytes("latency/rtt_ms.csv"), roundTripsFile: "rtt_ms.csv")
    #expect(all.places.count == 240)
    #expect(all.roundTripMicroseconds.count { $0 == LatencySites.missingMicroseconds } == 36)
    let document = try JSONSerialization.jsonObject(
      with: Data(try SharedData.bytes("latency/dev/known.json")))
    let root = try #require(document as? [String: Any])
    let sets = try #require(root["sets"] as? [String: [Int]])
    let europe = Set(try #require(sets["europe"]))
    let sites = all.selecting { europe.contains($0.number) }
    #expect(sites.places.count == 85)
    let known = try #require(root["known"] as? [[String: Any]])
    var checked = 0
    for entry in known {
      guard let names = entry["sites"] as? [String] else { continue }
      let open = sites.places.indices.filter { names.contains(sites.places[$0].name) }
      #expect(open.count == names.count)
      let nearest = sites.places.indices.map { city in
        open.reduce(Int64.max) {
          min($0, sites.roundTripMicroseconds[city * sites.places.count + $1])
        }
      }
      if let limit = entry["limitMs"] as? Int {
        #expect(nearest.allSatisfy { $0 <= Int64(limit) * 1000 })
      } else if let sum = entry["weightedSum"] as? Double {
        let own = zip(sites.places, nearest).reduce(0.0) {
          $0 + Double($1.0.population ?? 0) * Double($1.1) / 1000
        }
        #expect(abs(own - sum) < 1e-6 * sum)
      }
      checked += 1
    }
    #expect(checked >= 5)
  }
}

/// The published answers as plans of the derived fleets.
@Suite(.enabled(if: SharedData.exists("latency/dev/known.json"), "needs ../shared/data/latency"))
struct LatencySitesKnownTests {
  private let sites: LatencySites
  private let known: [[String: Any]]

  init() throws {
    let all = try LatencySites(
      cities: try SharedData.bytes("latency/cities.csv"), citiesFile: "cities.csv",
      roundTrips: try SharedData.bytes("latency/rtt_ms.csv"), roundTripsFile: "rtt_ms.csv")
    let document = try JSONSerialization.jsonObject(
      with: Data(try SharedData.bytes("latency/dev/known.json")))
    let root = try #require(document as? [String: Any])
    let europe = Set(try #require((root["sets"] as? [String: [Int]])?["europe"]))
    sites = all.selecting { europe.contains($0.number) }
    known = try #require(root["known"] as? [[String: Any]])
  }

  /// Replicas in the named cities, every demand at the cheapest of them.
  private func plan(_ open: [String], _ instance: PlacementInstance) throws -> PlacementSolution {
    let lanes = instance.lanes.indices.filter {
      open.contains(instance.sites[instance.site(ofLane: $0)].name)
    }
    var plan = PlacementSolution()
    plan.replicas = lanes.map { .init(lane: $0, count: 1) }
    plan.artifacts = lanes.map { Int(instance.lanes[$0].artifact) }.sorted()
    plan.rented = lanes.filter { instance.pools[Int(instance.lanes[$0].pool)].owned == 0 }
      .map { .init(pool: Int(instance.lanes[$0].pool), count: 1) }.sorted { $0.pool < $1.pool }
    for demand in instance.demands.indices {
      let arcs = lanes.compactMap { lane in
        instance.arc(lane: lane, demand: demand).map { (lane, instance.arcCost[$0]) }
      }
      let best = try #require(arcs.min { ($0.1, $0.0) < ($1.1, $1.0) })
      plan.routes.append(.init(demand: demand, lane: best.0, parts: 1))
    }
    return plan
  }

  @Test func aCoverCostsOneUnitASite() throws {
    var checked = 0
    for entry in known where entry["problem"] as? String == "cover" {
      let limit = try #require(entry["limitMs"] as? Int)
      let names = try #require(entry["sites"] as? [String])
      let fleet = sites.covering(withinMicroseconds: Int64(limit) * 1000)
      let instance = try PlacementDerivation(fleet: fleet).instance(threads: 1)
      let full = try plan(names, instance)
      let verdict = Placement.verify(full, against: instance)
      #expect(verdict.isFeasible, "\(verdict.violations.prefix(2))")
      let optimum = try #require(entry["optimum"] as? Int)
      #expect(verdict.objective == Int64(optimum) * instance.objectiveUnit)
      var less = full
      less.rented.removeLast()
      #expect(!Placement.verify(less, against: instance).isFeasible)
      checked += 1
    }
    #expect(checked >= 3)
  }

  @Test func aMedianCostsTheSecondsThatPeopleWait() throws {
    var checked = 0
    for entry in known where entry["problem"] as? String == "p-median" {
      let copies = try #require(entry["p"] as? Int)
      let names = try #require(entry["sites"] as? [String])
      let sum = try #require(entry["weightedSum"] as? Double)
      let fleet = sites.median(copies: Int64(copies))
      let instance = try PlacementDerivation(fleet: fleet).instance(threads: 1)
      let verdict = Placement.verify(try plan(names, instance), against: instance)
      #expect(verdict.isFeasible, "\(verdict.violations.prefix(2))")
      // Beside the round trip every request takes the same one or two microseconds.
      let people = sites.places.reduce(Int64(0)) { $0 + ($1.population ?? 0) }
      let seconds = Double(verdict.objective) / Double(instance.objectiveUnit)
      let excess = seconds - sum / 1000
      #expect(excess >= -1e-3 && excess <= 2.1e-6 * Double(people), "\(excess)")
      checked += 1
    }
    #expect(checked >= 3)
  }

  @Test func aCenterAdmitsRoutesUpToItsRadius() throws {
    for entry in known where entry["problem"] as? String == "p-center" {
      let radius = Int64((try #require(entry["optimumMs"] as? Double) * 1000).rounded())
      #expect(sites.radii.contains(radius))
      let copies = try #require(entry["p"] as? Int)
      let fleet = sites.center(copies: Int64(copies), withinMicroseconds: radius)
      let instance = try PlacementDerivation(fleet: fleet).instance(threads: 1)
      #expect(
        instance.arcCount == sites.roundTripMicroseconds.count { $0 <= radius })
      #expect(instance.models.first?.licenceCopies == Int64(copies))
    }
  }
}

@Suite struct MelbourneReaderTests {
  @Test func usersAreCountedInCellsAndReachStationsInCoverage() throws {
    let stations = "SITE_ID,LATITUDE,LONGITUDE\n7,-37.8100,144.9600\n8,-37.8300,144.9900\n"
    let users = "Latitude,Longitude\n-37.8101,144.9601\n-37.8102,144.9602\n-37.8299,144.9899\n"
    let fleet = try MelbourneReader().read(
      stations: Array(stations.utf8), stationsFile: "s", users: Array(users.utf8), usersFile: "u")
    #expect(fleet.regions.reduce(0) { $0 + $1.population } == 3)
    #expect(fleet.regions.count == 2 && fleet.demands.count == 4)
    let sites = fleet.sites.map(\.id)
    #expect(sites == ["melbourne-cloud", "sydney-cloud", "station-7", "station-8"])
    let trips = try #require(fleet.network.roundTripMicroseconds)
    // The southern cell comes first.
    #expect(trips == [11_000, 24_000, -1, 4_000, 11_000, 24_000, 4_000, -1])
    #expect(fleet.demands[2].rateMicro[0] == 4_000_000)
  }

  @Test func errorsNamePlaceValueAndAWayOut() {
    let good = "SITE_ID,LATITUDE,LONGITUDE\n7,-37.81,144.96\n"
    let people = "Latitude,Longitude\n-37.81,144.96\n"
    let cases: [(String, String, [String])] = [
      ("", people, ["s", "no rows", "Maybe"]), (good, "", ["u", "no rows", "Maybe"]),
      ("h\n7,south,144", people, ["s:2", "LATITUDE", "= south:", "Maybe"]),
      ("h\n7,1\n", people, ["s:2", "LONGITUDE", "2 columns", "Maybe"]),
      (good + "7,-37,144\n", people, ["SITE_ID", "same number", "Maybe"]),
      (good, "h\n-37.81,nan\n", ["u:2", "= nan:", "Maybe"]),
    ]
    for (stations, users, parts) in cases {
      do {
        _ = try MelbourneReader().read(
          stations: Array(stations.utf8), stationsFile: "s", users: Array(users.utf8),
          usersFile: "u")
        Issue.record("read: \(stations) \(users)")
      } catch {
        for part in parts { #expect("\(error)".contains(part), "\(error)") }
      }
    }
  }

  @Test(.enabled(if: SharedData.exists("eua"), "needs ../shared/data/eua"))
  func theWholeOfCentralMelbourneIsRead() throws {
    let fleet = try MelbourneReader().read(
      stations: try SharedData.bytes("eua/site-optus-melbCBD.csv"), stationsFile: "stations",
      users: try SharedData.bytes("eua/users-melbcbd-generated.csv"), usersFile: "users")
    #expect(fleet.sites.count == 127)
    #expect(fleet.regions.reduce(0) { $0 + $1.population } == 816)
    let trips = try #require(fleet.network.roundTripMicroseconds)
    let stations = 2..<fleet.sites.count
    let covered = fleet.regions.indices.count { region in
      stations.contains { trips[region * fleet.sites.count + $0] >= 0 }
    }
    #expect(covered * 20 >= fleet.regions.count * 19)
    // A cloud can answer the assistant of every cell.
    let instance = try PlacementDerivation(fleet: fleet).instance(threads: 1)
    let clouds = instance.lanes.indices.filter { instance.site(ofLane: $0) < 2 }
    for (index, demand) in fleet.demands.enumerated() where demand.model == 1 {
      #expect(clouds.contains { instance.arc(lane: $0, demand: index) != nil }, "\(demand.id)")
    }
  }
}
