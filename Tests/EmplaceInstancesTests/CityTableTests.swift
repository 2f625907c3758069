import EmplaceTestSupport
import Testing

@testable import EmplaceInstances

@Suite struct CityTableTests {
  @Test func everyRowIsReadAndPlausible() {
    #expect(CityTable.cities.count == CityTable.rows(of: PackageResources.cities_csv).count)
    #expect(CityTable.countries.count == CityTable.rows(of: PackageResources.countries_csv).count)
    #expect(CityTable.cities.count >= 300)
    #expect(Set(CityTable.cities.map(\.id)).count == CityTable.cities.count)
    #expect(CityTable.cities.map(\.id) == CityTable.cities.map(\.id).sorted())
    for city in CityTable.cities {
      #expect((-60.0...75.0).contains(city.latitude), "\(city.id)")
      #expect((-180.0...180.0).contains(city.longitude), "\(city.id)")
      #expect((50_000...20_000_000).contains(city.population), "\(city.id)")
      // Time zones follow the sun to within a few hours.
      #expect(abs(Double(city.utcOffsetMinutes) / 4 - city.longitude) < 45, "\(city.id)")
      #expect(CityTable.country(city.country) != nil, "\(city.id)")
    }
    for country in CityTable.countries {
      #expect((10...1200).contains(country.carbonGramsPerKWh), "\(country.code)")
      #expect((1...40).contains(country.energyCentsPerKWh), "\(country.code)")
    }
  }

  @Test func allContinentsAreThere() {
    let continents = Dictionary(
      grouping: CityTable.cities, by: { CityTable.country($0.country)?.continent ?? "" })
    #expect(
      continents.keys.sorted() == [
        "Africa", "Asia", "Europe", "North America", "Oceania", "South America",
      ])
    #expect(continents.values.allSatisfy { $0.count >= 8 })
  }

  @Test(
    .enabled(if: SharedData.exists("latency/cities.csv"), "needs ../shared/data/latency"))
  func coordinatesAgreeWithAnotherTable() throws {
    let mine = Dictionary(grouping: CityTable.cities, by: \.name)
    var (near, far) = (0, [String]())
    for line in try SharedData.lines("latency/cities.csv").dropFirst() {
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      guard let cities = mine[String(fields[1])], let latitude = Double(fields[4]),
        let longitude = Double(fields[5])
      else { continue }
      let isNear = cities.contains {
        abs($0.latitude - latitude) < 0.5 && abs($0.longitude - longitude) < 0.5
      }
      if isNear { near += 1 } else { far.append(String(fields[1])) }
    }
    #expect(near >= 150)
    // The other table puts these three at the centre of their region.
    #expect(Set(far).isSubset(of: ["Minneapolis", "Santiago", "Tunis"]), "\(far)")
  }
}
