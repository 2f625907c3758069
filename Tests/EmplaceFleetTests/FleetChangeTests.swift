import EmplaceCore
import EmplaceProblems
import Testing

@testable import EmplaceFleet

/// Changes to fleets of which somebody asks what they would cost.
@Suite struct FleetChangeTests {
  @Test(arguments: [
    ("+20%", Int64(1_200_000_000)), ("-10%", 900_000_000), ("x1.2", 1_200_000_000), ("x0", 0),
    ("-100%", 0), ("+0.0000001%", 1_000_000_001), ("x1000", 1_000_000_000_000),
    ("+12.5%", 1_125_000_000),
  ]) func factorsAreExact(text: String, billionths: Int64) {
    #expect(FleetChange.Factor(text)?.billionths == billionths)
  }

  @Test(arguments: [
    "", "%", "+%", "x", "20%", "1.2", "x-1", "-101%", "x1000.1", "+1e3%", "x1.", "x.5", "+1.2.3%",
    "x0.0000000001", "+99999999999999999999%", "x٣", "+20 %", "X2", "+-2%", "xnan",
  ]) func nonsenseIsNoFactor(text: String) {
    #expect(FleetChange.Factor(text) == nil)
  }

  private static func fleet() throws -> Fleet {
    try DocumentFixtures.read(DocumentFixtures.complete)
  }

  private static func factor(_ text: String) throws -> FleetChange.Factor {
    try #require(FleetChange.Factor(text))
  }

  /// After any change the canonical document reads back as the same fleet, with its digest.
  @Test func changedFleetsAreDocuments() throws {
    let fleet = try Self.fleet()
    let changes: [FleetChange] = [
      .pin(model: "detect", site: "lyon"), .forbid(model: "spare", site: "paris"),
      .remove(site: "lyon"), .remove(site: "phones"),
      .rate(demand: "ile-de-france/detect", by: try Self.factor("+20%")),
      .price(type: "a100", by: try Self.factor("-10%")),
    ]
    for changes in changes.map({ [$0] }) + [changes] {
      let changed = try fleet.changed(by: changes)
      #expect(changed.digest != fleet.digest)
      var again = try DocumentFixtures.read(
        String(decoding: FleetWriter.bytes(of: changed), as: UTF8.self))
      #expect(again.digest == changed.digest, "\(changes)")
      again.assumptions = changed.assumptions
      #expect(again == changed, "\(changes)")
    }
    #expect(try fleet.changed(by: []).digest == fleet.digest)
  }

  @Test func eachChangeDoesWhatItSays() throws {
    var fleet = SmallFleet.one()
    fleet.pools[0].spotRentable = 1
    fleet.sites[0].autonomousRegions = [0]
    fleet.demands[0].rateMicro = .hourly([3])
    fleet.demands[0].rateDeviationMicro = 10
    var incumbent = IncumbentPlan()
    incumbent.artifacts = [.init(variant: 0, site: 0)]
    incumbent.replicas = [.init(variant: 0, pool: 0, batch: nil, count: 2)]
    fleet.incumbent = incumbent

    let removed = try fleet.changed(by: [.remove(site: "paris")])
    #expect(removed.pools[0].owned == 0 && removed.pools[0].rentable == 0)
    #expect(removed.pools[0].spotRentable == 0 && removed.sites[0].autonomousRegions.isEmpty)
    #expect(removed.incumbent?.artifacts == [] && removed.incumbent?.replicas == [])
    #expect(removed.regions == fleet.regions && removed.demands == fleet.demands)

    let half = try Self.factor("x0.5")
    for name in ["ask", "as*", "*"] {
      let slower = try fleet.changed(by: [.rate(demand: name, by: half)])
      #expect(slower.demands[0].rateMicro == .hourly([2]), "rates are rounded up")
      #expect(slower.demands[0].rateDeviationMicro == 5)
    }
    for name in ["gpu", "pair"] {
      let cheaper = try fleet.changed(by: [.price(type: name, by: half)])
      #expect(cheaper.pools[0].rentPricePerHour == 1_500_000)
    }
    let both = try fleet.changed(by: [
      .rate(demand: "ask", by: half), .rate(demand: "ask", by: Self.factor("x3")),
    ])
    #expect(both.demands[0].rateMicro == .hourly([6]), "one after the other")
  }

  /// Pins are rows of the instance, forbidden sites have no lane and say why.
  @Test func pinsAndForbiddenSitesReachTheInstance() throws {
    let fleet = SmallFleet.one()
    let pinned = try fleet.changed(by: [
      .pin(model: "model", site: "paris"), .pin(model: "model", site: "paris"),
    ])
    let instance = try PlacementDerivation(fleet: pinned).instance(threads: 1)
    #expect(instance.pins == [.init(model: 0, site: 0)])
    let nothing = PlacementSolution(
      failureRoutes: instance.failureCases.map { _ in [] })
    let verdict = Placement.verify(nothing, against: instance)
    #expect(
      verdict.violations.map(\.description) == [
        "P16[model=model,site=paris]: no replica runs where one is pinned"
      ])

    let forbidden = try fleet.changed(by: [.forbid(model: "model", site: "paris")])
    let derivation = PlacementDerivation(fleet: forbidden)
    #expect(try derivation.instance(threads: 1).lanes.isEmpty)
    #expect(derivation.admissibility(demand: 0, variant: 0, pool: 0) == .forbidden(model: "model"))
    #expect("\(Inadmissible.forbidden(model: "m"))" == "no replica of m may run at the site")
  }

  @Test func unknownNamesAreNamedWithTheNearest() throws {
    let fleet = try Self.fleet()
    let factor = try Self.factor("x2")
    let expected: [(FleetChange, String)] = [
      (.pin(model: "detekt", site: "lyon"), "detekt: the fleet has no such model. Maybe detect."),
      (.forbid(model: "detect", site: "lion"), "lion: the fleet has no such site. Maybe lyon."),
      (.remove(site: "pariss"), "pariss: the fleet has no such site. Maybe paris."),
      (.rate(demand: "zzz*", by: factor), "zzz*: the fleet has no such demand."),
      (
        .price(type: "a10", by: factor),
        "a10: the fleet has no such node type or accelerator. Maybe a100."
      ),
    ]
    for (change, message) in expected {
      let error = #expect(throws: FleetChangeError.self) { try fleet.changed(by: [change]) }
      #expect(error?.description == message)
    }
    #expect(throws: FleetChangeError.contradiction(model: "detect", site: "lyon")) {
      try fleet.changed(by: [
        .pin(model: "detect", site: "lyon"), .forbid(model: "detect", site: "lyon"),
      ])
    }
  }

  @Test func whatGrowsTooLargeIsRefused() throws {
    var fleet = SmallFleet.one()
    fleet.pools[0].rentPricePerHour = 1 << 59
    fleet.demands[0].rateMicro = .constant(1 << 59)
    let factor = try Self.factor("x1000")
    for change in [FleetChange.price(type: "gpu", by: factor), .rate(demand: "ask", by: factor)] {
      let error = #expect(throws: FleetChangeError.self) { try fleet.changed(by: [change]) }
      #expect(error?.description.contains("becomes too large") == true)
    }
  }

  @Test func directionsAreKnown() throws {
    var fleet = SmallFleet.one()
    let (up, down) = (try Self.factor("+1%"), try Self.factor("-1%"))
    let pin = FleetChange.pin(model: "model", site: "paris")
    let forbid = FleetChange.forbid(model: "model", site: "paris")
    #expect(fleet.direction(of: [pin, .price(type: "gpu", by: up), forbid]) == .restricts)
    #expect(fleet.direction(of: [.price(type: "gpu", by: down)]) == .relaxes)
    #expect(fleet.direction(of: [pin, .price(type: "gpu", by: down)]) == nil)
    #expect(fleet.direction(of: [.remove(site: "paris")]) == nil)
    #expect(fleet.direction(of: [.rate(demand: "ask", by: up)]) == nil)
    fleet.policy.accuracyPrice = 1
    #expect(fleet.direction(of: [forbid]) == nil)
  }
}
