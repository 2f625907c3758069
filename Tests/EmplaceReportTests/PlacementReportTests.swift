import EmplaceCore
import EmplaceFleet
import EmplaceInstances
import EmplaceProblems
import EmplaceReport
import EmplaceSolvers
import Testing

@Suite struct PlacementReportTests {
  /// A fleet with the plan of all greedy constructions.
  struct Case {
    var fleet: Fleet
    var instance: PlacementInstance
    var run: Run<Placement>
    var solution: PlacementSolution
    var objective: Int64

    init(_ fleet: Fleet) throws {
      self.fleet = fleet
      instance = try PlacementDerivation(fleet: fleet, threads: 1).instance(threads: 1)
      run = Run<Placement>(instance: instance, limits: Limits(threads: 1), seed: 1)
      _ = try GreedyPlacement.best.search(run)
      let incumbent = try #require(run.incumbent)
      solution = incumbent.solution
      objective = incumbent.objective
    }

    func report(
      _ unserved: [PlacementReport.UnservedClass] = [],
      _ quality: PlacementReport.Quality = .init()
    ) -> PlacementReport {
      PlacementReport(
        instance: instance, solution: solution, objective: objective, fleet: fleet,
        unserved: unserved, quality: quality)
    }
  }

  static func fleet(_ size: PlacementGenerator.Size = .tiny) -> Fleet {
    PlacementGenerator(size: size, seed: 1).fleet()
  }

  @Test(arguments: [PlacementGenerator.Size.tiny, .s])
  func thePageIsWellFormedAndHoldsEverySite(_ size: PlacementGenerator.Size) throws {
    let plan = try Case(Self.fleet(size))
    let page = try PageReader(plan.report().html)
    for site in plan.fleet.sites { #expect(page.text.contains(site.id), "\(site.id)") }
    #expect(page.ids.count == Set(page.ids).count)
    #expect(page.elements["h1"] == 1)
    #expect(page.elements["circle", default: 0] >= plan.fleet.sites.count)
    #expect(page.elements["script"] == nil)
    #expect(!page.source.contains("http://") && !page.source.contains("https://"))
    #expect(!page.source.contains("url(") && !page.source.contains("@import"))
  }

  @Test func figuresAreTheVerdicts() throws {
    let plan = try Case(Self.fleet())
    let verdict = Placement.verify(plan.solution, against: plan.instance)
    let text = try PageReader(plan.report().html).text
    #expect(text.contains(plan.instance.printed(verdict.objective).padded(to: 6)))
    let split = CostSplit(of: plan.solution, in: plan.instance)
    let terms = PlanTables(plan.solution, of: plan.instance, fleet: plan.fleet)
    #expect(terms.costs.reduce(0) { $0 + $1.amount } == verdict.objective)
    #expect(terms.total == verdict.objective)
    for term in [split.routes, split.unserved] where term != 0 {
      #expect(text.contains(plan.instance.printed(Int64(clamping: term)).padded(to: 6)))
    }
    let replicas = plan.solution.replicas.reduce(0) { $0 + $1.count }
    #expect(text.contains("\(replicas) replica"))
    #expect(terms.places.reduce(0) { $0 + $1.count } == replicas)
  }

  @Test func hostileNamesStayText() throws {
    var fleet = Self.fleet()
    let hostile = "<script>alert('x')</script>\"&\u{202E}\u{1}]]>--><style>"
    fleet.name = hostile
    for index in fleet.sites.indices { fleet.sites[index].id = "\(hostile)\(index)" }
    for index in fleet.pools.indices { fleet.pools[index].id = "\(hostile)pool\(index)" }
    for index in fleet.variants.indices { fleet.variants[index].id = "\(hostile)variant\(index)" }
    for index in fleet.regions.indices { fleet.regions[index].id = "\(hostile)region\(index)" }
    fleet.assumptions = [Assumption(path: hostile, value: hostile, source: "https://x/\(hostile)")]
    var quality = PlacementReport.Quality()
    quality.origin = hostile
    quality.evidence = hostile
    quality.bound = PlainNumber(1)
    let row = PlacementReport.UnservedClass(
      name: hostile, share: .nan, rates: hostile, demands: 1, reasons: hostile)
    let page = try PageReader(try Case(fleet).report([row], quality).html)
    #expect(page.elements["script"] == nil)
    #expect(page.elements["style"] == 1)
    #expect(page.text.contains("<script>alert('x')</script>\"&"))
    #expect(!page.source.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
    #expect(!page.source.contains("\u{202E}") && !page.source.contains("https://"))
  }

  @Test func whatIsKnownOfTheQualityIsShownAndNothingElse() throws {
    let plan = try Case(Self.fleet())
    let plain = try PageReader(plan.report().html).text
    #expect(!plain.contains("No plan costs less than") && !plain.contains("How the gap closed"))
    var quality = PlacementReport.Quality()
    quality.bound = plan.instance.printed(plan.objective - 1_000_000)
    quality.evidence = "verified"
    quality.gap = 0.0123
    let event = try #require(plan.run.events.last)
    quality.events = [event, event]
    let text = try PageReader(plan.report([], quality).html).text
    #expect(text.contains("No plan costs less than") && text.contains("How the gap closed"))
    #expect(text.contains(plan.instance.printed(plan.objective - 1_000_000).padded(to: 6)))
    #expect(text.contains("1.23 %"))
  }

  @Test func aBenchmarkHasNoMap() throws {
    var instance = PlacementInstance()
    instance.name = "d"
    instance.sites = [.init(name: "agent")]
    instance.pools = [.init(name: "agent", site: 0)]
    instance.lanes = [.init(pool: 0)]
    instance.lanes[0].least = 1
    instance.lanes[0].capacity = 5
    instance.demands = [.init(name: "job", parts: 1, unservedCost: nil)]
    instance.rate = [1]
    instance.arcStart = [0, 1]
    instance.arcDemand = [0]
    instance.arcWork = [1]
    instance.arcCost = [7]
    let solution = PlacementSolution(
      replicas: [.init(lane: 0, count: 1)], routes: [.init(demand: 0, lane: 0, parts: 1)])
    let report = PlacementReport(
      instance: instance, solution: solution, objective: 7, fleet: nil)
    let page = try PageReader(report.html)
    #expect(page.elements["svg"] == nil && page.text.contains("agent"))
    let nothing = PlacementReport(
      instance: PlacementInstance(), solution: PlacementSolution(), objective: 0, fleet: nil)
    #expect(try PageReader(nothing.html).text.contains("Nothing runs"))
  }

  @Test func longTablesAreCutAndCounted() throws {
    var instance = PlacementInstance()
    instance.sites = (0..<1_000).map { .init(name: "site-\($0)") }
    instance.pools = (0..<1_000).map { .init(name: "pool-\($0)", site: $0) }
    instance.lanes = (0..<1_000).map { .init(pool: $0) }
    instance.arcStart = Array(repeating: 0, count: 1_001)
    let solution = PlacementSolution(replicas: (0..<1_000).map { .init(lane: $0, count: 1) })
    let html = PlacementReport(
      instance: instance, solution: solution, objective: 0, fleet: nil
    ).html
    #expect(try PageReader(html).text.contains("and 800 more"))
    #expect(html.utf8.count < 200_000)
  }

  @Test func aMapOfOnePlaceAndOfPolesIsDrawn() throws {
    var fleet = Self.fleet()
    for points in [[(0.0, 0.0)], [(90.0, 180.0), (-90.0, -180.0)]] {
      for index in fleet.sites.indices {
        let point = points[index % points.count]
        fleet.sites[index].coordinates = Coordinates(latitude: point.0, longitude: point.1)
      }
      for index in fleet.regions.indices {
        fleet.regions[index].coordinates = fleet.sites[index % fleet.sites.count].coordinates
      }
      let page = try PageReader(try Case(fleet).report().html)
      #expect(page.elements["circle", default: 0] >= fleet.sites.count)
      #expect(!page.source.contains("\"?") && !page.source.contains("M?"))
    }
  }

  /// One site of twenty on the other side of the world does not shrink the map; three do.
  @Test func farSitesStandAtTheEdge() throws {
    var fleet = Self.fleet(.s)
    func place(_ index: Int) -> Coordinates {
      Coordinates(latitude: 50 + 0.1 * Double(index % 5), longitude: 10 + 0.1 * Double(index % 4))
    }
    for index in fleet.regions.indices { fleet.regions[index].coordinates = place(index) }
    for index in fleet.sites.indices { fleet.sites[index].coordinates = place(index) }
    let far = Coordinates(latitude: -30, longitude: 150)
    fleet.sites[7].coordinates = far
    let page = try PageReader(try Case(fleet).report().html)
    #expect(page.text.contains("Far beyond the map, at its edge: \(fleet.sites[7].id). "))
    #expect(page.source.contains("cx=\"938.0\""))
    #expect(page.text.contains("50.1°N"))
    fleet.sites[8].coordinates = far
    fleet.sites[9].coordinates = far
    let whole = try PageReader(try Case(fleet).report().html)
    #expect(!whole.text.contains("Far beyond the map"))
    #expect(!whole.text.contains("50.1°N"))
  }
}
