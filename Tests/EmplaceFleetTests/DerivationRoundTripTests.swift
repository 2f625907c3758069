import EmplaceFleet
import EmplaceTestSupport
import Foundation
import Testing

@Suite("Round trips from coordinates")
struct DerivationRoundTripTests {
  @Test("The least line holds, in tens of microseconds")
  func lines() {
    let rule = RoundTripModel.measured
    #expect(rule.milliseconds(kilometres: 0) == 0.7)
    #expect(abs(rule.milliseconds(kilometres: 100) - 6.6) < 1e-9)
    #expect(abs(rule.milliseconds(kilometres: 1000) - 31.2) < 1e-9)
    #expect(abs(rule.milliseconds(kilometres: 10_000) - 188.5) < 1e-9)
    // A quarter of the equator: 10,007.557 km.
    let quarter = rule.microseconds(
      from: Coordinates(latitude: 0, longitude: 10), to: Coordinates(latitude: 0, longitude: 100))
    #expect(quarter == 188_630)
    let near = rule.microseconds(
      from: Coordinates(latitude: 48.8566, longitude: 2.3522),
      to: Coordinates(latitude: 48.8567, longitude: 2.3522))
    #expect(near == 700)
    #expect(
      RoundTripModel(lines: []).microseconds(
        from: Coordinates(latitude: 0, longitude: 0), to: Coordinates(latitude: 1, longitude: 0))
        == nil)
  }

  @Test("A network that states figures gets its own line, an untouched one the measured rule")
  func network() {
    var network = Network()
    #expect(RoundTripModel(network: network) == .measured)
    network.kilometresPerMillisecond = 80
    network.detour = 1.2
    network.fixedMilliseconds = 2
    let rule = RoundTripModel(network: network)
    #expect(rule.lines == [.init(fixedMilliseconds: 2, detour: 1.2)])
    #expect(abs(rule.milliseconds(kilometres: 800) - 14) < 1e-9)
  }

  @Test("Fleets without a matrix go by the rule; a population is with its users")
  func fleet() {
    var fleet = SmallFleet.one()
    fleet.network.roundTripMicroseconds = nil
    fleet.sites[0].coordinates = Coordinates(latitude: 0, longitude: 100)
    fleet.regions[0].coordinates = Coordinates(latitude: 0, longitude: 10)
    let reason = PlacementDerivation(fleet: fleet).admissibility(demand: 0, variant: 0, pool: 0)
    guard case .latency(let late) = reason else {
      Issue.record("not late: \(String(describing: reason))")
      return
    }
    #expect(late.networkMicroseconds == 188_630)
    fleet.sites[0].coordinates = nil
    fleet.sites[0].population = .init(count: 10, onlineMillionths: 1_000_000, region: 0)
    #expect(PlacementDerivation(fleet: fleet).admissibility(demand: 0, variant: 0, pool: 0) == nil)
  }

  /// Measured pairs: kilometres and milliseconds.
  static func pairs() throws -> [(distance: Double, time: Double)] {
    let cities = try SharedData.records("latency/cities.csv").map { city in
      Coordinates(
        latitude: try #require(Double(city["latitude"] ?? "")),
        longitude: try #require(Double(city["longitude"] ?? "")))
    }
    let matrix = try SharedData.rows("latency/rtt_ms.csv").map { $0.map { Double($0) } }
    // A line of one millisecond a kilometre tells the distance.
    let ruler = RoundTripModel(
      lines: [.init(fixedMilliseconds: 0, detour: 1)], kilometresPerMillisecond: 1)
    var pairs: [(Double, Double)] = []
    for from in cities.indices {
      for to in cities.indices where to > from {
        guard let time = matrix[from][to] else { continue }
        let distance = try #require(ruler.microseconds(from: cities[from], to: cities[to]))
        pairs.append((Double(distance) / 1000, time))
      }
    }
    return pairs
  }

  @Test(
    "The measured rule has the stated errors and is as good as any of its form",
    .enabled(if: SharedData.exists("latency/rtt_ms.csv"), "needs ../shared/data/latency"))
  func errors() throws {
    let pairs = try Self.pairs()
    #expect(pairs.count == 28_662)
    func errors(_ rule: RoundTripModel, _ range: Range<Double> = 0..<1e9) -> [Double] {
      pairs.filter { range.contains($0.distance) }.map {
        abs(rule.milliseconds(kilometres: $0.distance) - $0.time) / $0.time
      }.sorted()
    }
    func logarithmic(_ rule: RoundTripModel) -> Double {
      pairs.reduce(0) { $0 + abs(log(rule.milliseconds(kilometres: $1.distance) / $1.time)) }
        / Double(pairs.count)
    }
    let rule = RoundTripModel.measured
    let all = errors(rule)
    #expect(abs(all[all.count / 2] - 0.185) < 0.001)
    #expect(abs(all[all.count * 9 / 10] - 0.481) < 0.001)
    let longer = pairs.count { rule.milliseconds(kilometres: $0.distance) < $0.time }
    #expect(abs(Double(longer) / Double(pairs.count) - 0.5) < 0.01)
    for (range, median) in [
      (0.0..<100.0, 0.54), (100..<300, 0.45), (300..<1000, 0.31), (1000..<8000, 0.21),
      (8000..<21_000, 0.14),
    ] {
      let part = errors(rule, range)
      #expect(abs(part[part.count / 2] - median) < 0.006, "\(range): \(part[part.count / 2])")
    }
    // Refit: moving any figure by a tenth either way gains next to nothing.
    let fitted = logarithmic(rule)
    for line in rule.lines.indices {
      for factor in [0.9, 1.1] {
        var other = rule
        other.lines[line].detour *= factor
        #expect(logarithmic(other) > fitted - 0.0005)
        other = rule
        other.lines[line].fixedMilliseconds *= factor
        #expect(logarithmic(other) > fitted - 0.0005)
      }
    }
  }
}
