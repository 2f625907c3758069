import EmplaceCore
import EmplaceInstances
import EmplaceProblems
import EmplaceTestSupport
import Testing

@Suite struct GAPReaderTests {
  static let text = """
    2 3
    5 7 9
    6 2 4
    3 4 5
    2 2 6
    7 8
    """

  @Test func readsEveryNumberIntoItsPlace() throws {
    let instance = try GAPReader().read(Array(Self.text.utf8), file: "tiny.txt")
    #expect(instance.demands.map(\.name) == ["job0", "job1", "job2"])
    #expect(instance.pools.map(\.name) == ["agent0", "agent1"])
    #expect(instance.lanes.map(\.capacity) == [7, 8])
    #expect(instance.lanes.allSatisfy { $0.least == 1 && $0.most == 1 && $0.cost == 0 })
    #expect(instance.demands.allSatisfy { $0.parts == 1 && $0.unservedCost == nil })
    #expect(instance.arcCost == [5, 7, 9, 6, 2, 4])
    #expect(instance.arcWork == [3, 4, 5, 2, 2, 6])
    #expect(instance.load(ofArc: 5, hour: 0) == 6)
    #expect(instance.objectiveUnit == 1 && !instance.isMaximisation)
    #expect(instance.digest == "06c4c4439afac0a82654a29856d64aa1dbd1ee5eabb0ee914b1bdfcdec80867c")
  }

  @Test func maximisesByNegatedCosts() throws {
    let instance = try GAPReader(sense: .maximise).read(Array(Self.text.utf8), file: "tiny.txt")
    #expect(instance.isMaximisation)
    #expect(instance.arcCost == [-5, -7, -9, -6, -2, -4])
  }

  @Test func decimalsAreScaledExactly() throws {
    let text = "1 2\n1.5 2.25e1\n0.10 3\n 3.1"
    let instance = try GAPReader().read(Array(text.utf8), file: "decimal.txt")
    #expect(instance.objectiveUnit == 10)
    #expect(instance.arcCost == [15, 225])
    #expect(instance.arcWork == [1, 30])
    #expect(instance.lanes[0].capacity == 31)
  }

  /// Every assignment of small random files: the verifier says what the file says.
  @Test func everyAssignmentIsJudgedAsTheFileSays() throws {
    for seed in 0..<40 as Range<UInt64> {
      var random = RandomGenerator(seed: seed)
      let (agents, jobs) = (1 + random.below(3), 1 + random.below(4))
      let cost = (0..<agents * jobs).map { _ in random.below(50) }
      let need = (0..<agents * jobs).map { _ in random.below(9) }
      let room = (0..<agents).map { _ in random.below(16) }
      let numbers = [agents, jobs] + cost + need + room
      let text = numbers.map(String.init).joined(separator: seed.isMultiple(of: 2) ? " " : "\n")
      let instance = try GAPReader().read(Array(text.utf8), file: "random.txt")
      var choices = 1
      for _ in 0..<jobs { choices *= agents }
      for code in 0..<choices {
        var (rest, load, total) = (code, [Int](repeating: 0, count: agents), 0)
        var routes: [PlacementSolution.Route] = []
        for job in 0..<jobs {
          let agent = rest % agents
          rest /= agents
          load[agent] += need[agent * jobs + job]
          total += cost[agent * jobs + job]
          routes.append(.init(demand: job, lane: agent, parts: 1))
        }
        let solution = PlacementSolution(
          replicas: (0..<agents).map { .init(lane: $0, count: 1) }, routes: routes)
        let verdict = Placement.verify(solution, against: instance)
        #expect(verdict.isFeasible == zip(load, room).allSatisfy { $0 <= $1 })
        if verdict.isFeasible { #expect(verdict.objective == Int64(total)) }
      }
    }
  }

  @Test(
    .enabled(if: SharedData.exists("gap/known.csv"), "needs ../shared/data/gap"))
  func publicFilesParseAndTheirOptimaAreWithinSimpleBounds() throws {
    let known = try SharedData.lines("gap/known.csv").dropFirst()
    var checked = 0
    for file in try SharedData.files("gap") where file.hasSuffix(".txt") {
      let instance = try GAPReader().read(try SharedData.bytes("gap/\(file)"), file: file)
      let (agents, jobs) = (instance.lanes.count, instance.demands.count)
      #expect(instance.arcCount == agents * jobs)
      for row in known where row.hasPrefix(file.dropLast(4) + ",") {
        let fields = row.split(separator: ",")
        let best = try #require(Int64(fields[3]))
        let columns = (0..<jobs).map { job in
          (0..<agents).map { instance.arcCost[$0 * jobs + job] }
        }
        let least = columns.reduce(0) { $0 + ($1.min() ?? 0) }
        let most = columns.reduce(0) { $0 + ($1.max() ?? 0) }
        #expect(least <= best && best <= most, "\(file) \(fields[1])")
        checked += 1
      }
    }
    #expect(checked >= 50)
  }

  @Test(
    .enabled(if: SharedData.exists("gap/c801600.txt"), "needs ../shared/data/gap"),
    .enabled(if: Effort.measuresSpeed, Effort.speedIsLeftOut))
  func aLargeFileIsReadFast() throws {
    let bytes = try SharedData.bytes("gap/c801600.txt")
    let clock = ContinuousClock()
    let seconds = try (0..<5).map { _ in
      try clock.measure { _ = try GAPReader().read(bytes, file: "c801600.txt") }
    }.min()
    #expect(try #require(seconds) < .milliseconds(50))
  }
}

@Suite struct GAPReaderErrorTests {
  private func message(_ text: String) -> String {
    do {
      _ = try GAPReader().read(Array(text.utf8), file: "bad.txt")
      return "read"
    } catch {
      return error.description
    }
  }

  @Test func messagesNamePlaceValueAndAWayOut() {
    let cases: [(String, [String])] = [
      ("", ["bad.txt:1", "number of agents", "ends before it", "Maybe"]),
      ("2", ["number of jobs", "Maybe"]),
      ("0 3", ["bad.txt:1", "= 0:", "1...2147483647", "Maybe"]),
      ("2.5 3", ["= 2.5:", "whole number"]),
      ("1 1\n5\nx7\n9", ["bad.txt:3", "requirement of job 0 at agent 0", "= x7:", "Maybe"]),
      ("1 1\n5\n-7\n9", ["bad.txt:3", "= -7:", "negative", "Maybe"]),
      ("1 1\n5\n7\nnan", ["bad.txt:4", "capacity of agent 0", "= nan:", "Maybe"]),
      ("1 1 5 7 9 9", ["end of the file", "= 9:", "Maybe"]),
      ("1 1 5 7", ["5 numbers are needed", "4 are there", "Maybe"]),
      ("2000000000 2000000000 1", ["8000000002000000002 numbers are needed", "Maybe"]),
      ("99999999999 1 1", ["whole number", "Maybe"]),
      ("1 1 9999999999999999999 1 1", ["cost of job 0", "18 digits", "Maybe"]),
      ("1 1 0.0000000001 1 1", ["0.0000000001", "after the point", "Maybe"]),
      ("1 1 900000000000000000.5 1 1", ["cost of job 0", "Maybe"]),
      ("1 2 900000000000000000 900000000000000000 1 1 1", ["too large", "Maybe"]),
      ("1 1 5e 7 9", ["= 5e:", "not a number"]),
      ("1 1 5e999999999999 7 9", ["not a number"]),
      ("1 1 . 7 9", ["= .:", "not a number"]),
      ("1 1 1,5 7 9", ["= 1,5:", "not a number"]),
    ]
    for (text, parts) in cases {
      let found = message(text)
      for part in parts { #expect(found.contains(part), "\(text): \(found)") }
    }
  }

  @Test func anAgentThatHoldsNoJobIsNoError() {
    #expect(message("1 1 5 7 0") == "read")
  }
}
