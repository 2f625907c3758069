import EmplaceCore
import EmplaceInstances
import EmplaceProblems
import EmplaceTestSupport
import Testing

@Suite struct FacilityReaderTests {
  static let sitesFirst = """
    2 3
    10 100
    12 80.50
    4 6 2
    8.00 3 4
    6 9 1
    """
  static let customersFirst = """
    3 2
    8 6.00
    3 9
    4 1
    4 6 2
    100 80.5
    10 12
    """

  @Test(arguments: [sitesFirst, customersFirst])
  func bothOrdersGiveTheSameInstance(text: String) throws {
    let instance = try FacilityReader().read(Array(text.utf8), file: "tiny")
    #expect(instance.objectiveUnit == 10)
    #expect(instance.lanes.map(\.cost) == [1000, 805])
    #expect(instance.lanes.map(\.capacity) == [10, 12])
    #expect(instance.lanes.allSatisfy { $0.least == 0 && $0.most == 1 })
    #expect(instance.arcCost == [80, 30, 40, 60, 90, 10])
    #expect(instance.arcWork == [4, 6, 2, 4, 6, 2])
    #expect(instance.demands.map(\.name) == ["customer0", "customer1", "customer2"])
    #expect(instance.demands.allSatisfy { $0.parts == 1 && $0.unservedCost == nil })
  }

  @Test func severalSourcesSplitExactly() throws {
    let instance = try FacilityReader(service: .multiSource)
      .read(Array(Self.sitesFirst.utf8), file: "tiny")
    // Common divisor 2: parts 2, 3, 1; costs in tenths, 90 tenths over 3 parts stay whole.
    #expect(instance.demands.map(\.parts) == [2, 3, 1])
    #expect(instance.objectiveUnit == 10)
    #expect(instance.arcCost == [40, 10, 40, 30, 30, 10])
    #expect((0..<3).map { instance.load(ofArc: $0, hour: 0) } == [2, 2, 2])
    let solution = PlacementSolution(
      replicas: [.init(lane: 0, count: 1), .init(lane: 1, count: 1)],
      routes: [
        .init(demand: 0, lane: 1, parts: 2), .init(demand: 1, lane: 0, parts: 2),
        .init(demand: 1, lane: 1, parts: 1), .init(demand: 2, lane: 1, parts: 1),
      ])
    let verdict = Placement.verify(solution, against: instance)
    #expect(verdict.isFeasible)
    #expect(verdict.objective == 1000 + 805 + 60 + 20 + 30 + 10)
  }

  @Test func aUnitIsFoundThatMakesSplitCostsWhole() throws {
    let text = "1 2 20 7 3 5 1 1"
    let instance = try FacilityReader(service: .multiSource).read(Array(text.utf8), file: "t")
    #expect(instance.objectiveUnit == 15)
    #expect(instance.arcCost == [5, 3])
    #expect(instance.lanes[0].cost == 105)
  }

  @Test func anEmptyCustomerNeedsAnOpenFacilityAndTakesNoRoom() throws {
    let text = "1 3 5 7 0 5 0 2 3 4"
    let instance = try FacilityReader().read(Array(text.utf8), file: "t")
    var solution = PlacementSolution(
      replicas: [.init(lane: 0, count: 1)],
      routes: (0..<3).map { .init(demand: $0, lane: 0, parts: 1) })
    let verdict = Placement.verify(solution, against: instance)
    #expect(verdict.isFeasible && verdict.objective == 16)
    solution.replicas = []
    #expect(!Placement.verify(solution, against: instance).isFeasible)
    let over = try FacilityReader().read(Array("1 3 4 7 0 5 0 2 3 4".utf8), file: "t")
    solution.replicas = [.init(lane: 0, count: 1)]
    #expect(!Placement.verify(solution, against: over).isFeasible)
  }

  @Test func asManyFacilitiesAsCustomersAreToldApartByTheSecondLine() throws {
    let first = try FacilityReader().read(Array("2 2\n9 1\n8 2\n3 4\n5 6 7 8".utf8), file: "t")
    #expect(first.lanes.map(\.capacity) == [9, 8])
    let second = try FacilityReader().read(Array("2 2\n5 7 6 8\n3 4\n1 2\n9 8".utf8), file: "t")
    #expect(second.lanes.map(\.capacity) == [9, 8])
    #expect(second.arcCost == first.arcCost && second.lanes == first.lanes)
  }

  @Test func messagesNamePlaceValueAndAWayOut() {
    let cases: [(String, [String])] = [
      ("", ["first count", "Maybe"]),
      ("2 3 4", ["holds 3 numbers", "ask for 15", "or 16", "Maybe"]),
      ("2000000000 2000000000", ["holds 2 numbers", "Maybe"]),
      ("1 2 5 -1 2 3 5 6", ["fixed cost of facility 0", "= -1:", "negative"]),
      ("1 2 5 1 2 3 5 x", ["cost of customer 1 at facility 0", "= x:"]),
      ("2 1 5 1 2 3 5 x", ["capacity of facility 0", "= x:"]),
    ]
    for (text, parts) in cases {
      do {
        _ = try FacilityReader().read(Array(text.utf8), file: "bad")
        Issue.record("read: \(text)")
      } catch {
        for part in parts { #expect(error.description.contains(part), "\(text): \(error)") }
      }
    }
  }
}

@Suite(.enabled(if: SharedData.exists("sscflp/holmberg"), "needs ../shared/data/sscflp"))
struct FacilityFilesTests {
  static let folders = ["holmberg", "delmaire", "yang1", "yang2", "yang3", "yang4"]

  /// Between the cheapest service of every customer with enough open capacity, and a plain
  /// construction that the verifier accepts.
  @Test(arguments: folders)
  func optimaLieBetweenABoundAndAConstruction(folder: String) throws {
    let optima = try SharedData.lines("sscflp/\(folder)/optimal.txt").compactMap(Int64.init)
    for file in try SharedData.files("sscflp/\(folder)", prefix: "p") {
      let instance = try FacilityReader()
        .read(try SharedData.bytes("sscflp/\(folder)/\(file)"), file: file)
      let number = try #require(Int(file.dropFirst()))
      try #require(number <= optima.count)
      let optimum = optima[number - 1] * instance.objectiveUnit
      #expect(bound(instance) <= optimum, "\(folder)/\(file)")
      let plan = construction(instance)
      let verdict = Placement.verify(plan, against: instance)
      #expect(verdict.isFeasible, "\(folder)/\(file): \(verdict.violations.prefix(2))")
      #expect(verdict.objective >= optimum, "\(folder)/\(file)")
    }
  }

  @Test(arguments: folders)
  func splittingKeepsTheCostOfAWholeCustomer(folder: String) throws {
    for file in try SharedData.files("sscflp/\(folder)", prefix: "p") {
      let bytes = try SharedData.bytes("sscflp/\(folder)/\(file)")
      let whole = try FacilityReader().read(bytes, file: file)
      let split = try FacilityReader(service: .multiSource).read(bytes, file: file)
      let factor = split.objectiveUnit / whole.objectiveUnit
      #expect(split.lanes.map(\.cost) == whole.lanes.map { $0.cost * factor })
      let parts = split.demands.map(\.parts)
      var worst = [Int64](repeating: 0, count: parts.count)
      for arc in 0..<whole.arcCount {
        let customer = Int(split.arcDemand[arc])
        let all = split.arcCost[arc] * parts[customer]
        worst[customer] = max(worst[customer], abs(all - whole.arcCost[arc] * factor))
        #expect(
          split.load(ofArc: arc, hour: 0) * parts[customer]
            == whole.load(ofArc: arc, hour: 0))
      }
      // Whatever the plan, rounding changes its objective by less than 1e-5 of the file's unit.
      let error = Double(worst.reduce(0, +)) / Double(split.objectiveUnit)
      #expect(error < 1e-5, "\(folder)/\(file): \(error)")
    }
  }

  private func bound(_ instance: PlacementInstance) -> Int64 {
    let (m, n) = (instance.lanes.count, instance.demands.count)
    let service = (0..<n).reduce(Int64(0)) { sum, customer in
      sum + (0..<m).reduce(Int64.max) { min($0, instance.arcCost[$1 * n + customer]) }
    }
    var missing = (0..<n).reduce(Int64(0)) { $0 + instance.load(ofArc: $1, hour: 0) }
    var fixed: Int64 = 0
    let lanes = instance.lanes.sorted { $0.cost * $1.capacity < $1.cost * $0.capacity }
    for lane in lanes where missing > 0 {
      fixed += lane.cost * min(missing, lane.capacity) / lane.capacity
      missing -= lane.capacity
    }
    return service + fixed
  }

  /// All facilities open, customers by falling demand to the cheapest with room.
  private func construction(_ instance: PlacementInstance) -> PlacementSolution {
    let (m, n) = (instance.lanes.count, instance.demands.count)
    var room = instance.lanes.map(\.capacity)
    let load = (0..<n).map { instance.load(ofArc: $0, hour: 0) }
    var routes: [PlacementSolution.Route] = []
    for customer in (0..<n).sorted(by: { (load[$0], $1) > (load[$1], $0) }) {
      let lanes = (0..<m).sorted {
        instance.arcCost[$0 * n + customer] < instance.arcCost[$1 * n + customer]
      }
      guard let lane = lanes.first(where: { room[$0] >= load[customer] }) else { continue }
      room[lane] -= load[customer]
      routes.append(.init(demand: customer, lane: lane, parts: 1))
    }
    routes.sort { $0.demand < $1.demand }
    return PlacementSolution(
      replicas: (0..<m).map { .init(lane: $0, count: 1) }, routes: routes)
  }
}
