import EmplaceCore
import EmplaceMIP
import EmplaceTestSupport
import Testing

@Suite("Cover cuts") struct CoverCutTests {
  /// One random knapsack-like row over up to nine columns: binaries, now and then a wider column, a
  /// fixed one, negative coefficients, a switch.
  private static func randomRow(seed: UInt64) -> IntegerProgram {
    var random = RandomGenerator(seed: seed)
    var program = IntegerProgram()
    let count = 3 + random.below(7)
    let hasSwitch = random.below(3) == 0
    let sign: Int64 = random.below(2) == 0 ? 1 : -1
    var entries: [(Int, Int64)] = []
    var total: Int64 = 0
    for column in 0..<count {
      let kind = random.below(12)
      let lower: Int64 = kind == 0 ? -1 : kind == 1 ? 1 : 0
      program.addColumn(lower: lower, upper: kind == 2 ? 2 : 1, cost: -1)
      let weight = Int64(1 + random.below(12))
      total += weight
      entries.append((column, sign * (random.below(6) == 0 && !hasSwitch ? -weight : weight)))
    }
    let side = total * Int64(30 + random.below(50)) / 100
    if hasSwitch {
      program.addColumn(lower: 0, upper: 1, cost: 5)
      entries.append((count, -sign * side))
    }
    let relation: IntegerProgram.Relation =
      random.below(6) == 0 ? .equal : sign > 0 ? .atMost : .atLeast
    program.addRow(relation, hasSwitch ? 0 : sign * side, entries: entries)
    return program
  }

  private static func breaks(_ cut: Cut, _ values: [Int64]) -> Bool {
    let activity = zip(cut.columns, cut.coefficients).reduce(Int64(0)) {
      $0 + $1.1 * values[Int($1.0)]
    }
    return activity > cut.rightHandSide
  }

  @Test("separated cuts hold at every point of the row", arguments: 0..<6 as Range<UInt64>)
  func separatedCutsAreValid(block: UInt64) {
    var found = 0
    for seed in block * 150..<block * 150 + 150 {
      let program = Self.randomRow(seed: seed)
      let covers = CoverCuts(program)
      var random = RandomGenerator(seed: seed)
      var cuts: [Cut] = []
      for _ in 0..<6 {
        let point = (0..<program.columnCount).map {
          random.below(3) == 0
            ? Double(random.below(2)) : Double(program.lower[$0]) + random.unit()
        }
        for cut in covers.separate(point) {
          #expect(cut.violation >= 1e-3)
          let activity = zip(cut.cut.columns, cut.cut.coefficients).reduce(0.0) {
            $0 + Double($1.1) * min(1, max(0, point[Int($1.0)]))
          }
          #expect(abs(activity - Double(cut.cut.rightHandSide) - cut.violation) < 1e-9)
          cuts.append(cut.cut)
        }
      }
      found += cuts.count
      expectValid(cuts, program, "seed \(seed)")
    }
    #expect(found > 100, "\(found) cuts: too few to tell")
  }

  @Test("lifting is valid for any cover and any order", arguments: 0..<6 as Range<UInt64>)
  func anyLiftingIsValid(block: UInt64) throws {
    var (lifted, strong) = (0, 0)
    for seed in block * 150..<block * 150 + 150 {
      let program = Self.randomRow(seed: seed)
      var random = RandomGenerator(seed: seed)
      for negated in [false, true] {
        guard let row = KnapsackRow(row: 0, of: program, negated: negated) else { continue }
        var order = Array(row.weights.indices)
        for index in order.indices { order.swapAt(index, random.below(order.count)) }
        // A few at one, then a cover and perhaps more than it needs, then the rest in two parts.
        var room = row.capacity
        let atOne = order.prefix(random.below(3)).prefix {
          room -= row.weights[$0]
          return room >= 0
        }
        room = row.capacity - atOne.reduce(0) { $0 + row.weights[$1] }
        let cover = order.dropFirst(atOne.count).prefix { position in
          defer { room -= row.weights[position] }
          return room >= 0
        }
        let rest = order.dropFirst(atOne.count + cover.count)
        let first = rest.prefix(random.below(rest.count + 1))
        let last = rest.dropFirst(first.count)
        guard
          let lifting = LiftedCover(
            row: row, cover: Array(cover), atOne: Array(atOne), first: Array(first),
            last: Array(last))
        else { continue }
        lifted += 1
        #expect(lifting.coefficients.allSatisfy { $0 >= 0 })
        expectValid([lifting.cut], program, "seed \(seed)")
        if let literal = last.last ?? (atOne.isEmpty ? first.last : nil) {
          strong += expectMaximal(lifting, row, last: literal) ? 1 : 0
        }
      }
    }
    #expect(lifted > 40 && strong > 10, "\(lifted) lifted, \(strong) strong: too few to tell")
  }

  private func expectValid(_ cuts: [Cut], _ program: IntegerProgram, _ place: String) {
    guard !cuts.isEmpty else { return }
    SmallProgram.forEveryPoint(of: program) { values in
      guard program.holds(row: 0, activity: program.activity(ofRow: 0, at: values)) else { return }
      for cut in cuts where Self.breaks(cut, values) {
        Issue.record("\(place): \(cut) cuts off \(values)")
      }
    }
  }

  /// The literal lifted last has the largest coefficient that is valid, if it can be true at all.
  private func expectMaximal(_ cover: LiftedCover, _ row: KnapsackRow, last: Int) -> Bool {
    guard row.weights[last] <= row.capacity else { return false }
    var most: Int64 = 0
    let others = row.weights.indices.filter { $0 != last }
    for bits in 0..<1 << others.count {
      var (weight, sum) = (row.weights[last], Int64(0))
      for (index, position) in others.enumerated() where bits >> index & 1 == 1 {
        weight += row.weights[position]
        sum += cover.coefficients[position]
      }
      if weight <= row.capacity { most = max(most, sum) }
    }
    #expect(cover.coefficients[last] == cover.rightHandSide - most)
    return cover.coefficients[last] > 0
  }

  @Test func aSwitchGetsTheCoverLessOne() throws {
    // 4a + 4b + 3c + 2d <= 9y at a fractional point: a + b + d <= 2y, c lifted to 0 or more.
    var program = IntegerProgram()
    for _ in 0..<5 { program.addColumn(lower: 0, upper: 1, cost: 1) }
    program.addRow(.atMost, 0, entries: [(0, 4), (1, 4), (2, 3), (3, 2), (4, -9)])
    let cut = try #require(CoverCuts(program).separate([0.9, 0.9, 0, 0.9, 0.92]).first?.cut)
    #expect(cut.relation == .atMost && cut.rightHandSide == 0)
    let coefficients = Dictionary(uniqueKeysWithValues: zip(cut.columns, cut.coefficients))
    #expect(coefficients[0] == 1 && coefficients[1] == 1 && coefficients[3] == 1)
    #expect(coefficients[4] == -2)
  }

  @Test func aTextbookLifting() throws {
    // 11a + 6b + 6c + 5d + 5e + 4f + g <= 19 with the cover b c d e (Wolsey's example, known lifted
    // form 2a + b + c + d + e + f <= 3 when a is lifted first).
    var program = IntegerProgram()
    for _ in 0..<7 { program.addColumn(lower: 0, upper: 1, cost: 1) }
    let weights: [Int64] = [11, 6, 6, 5, 5, 4, 1]
    program.addRow(.atMost, 19, entries: weights.enumerated().map { ($0, $1) })
    let row = try #require(KnapsackRow(row: 0, of: program, negated: false))
    let cover = try #require(
      LiftedCover(row: row, cover: [1, 2, 3, 4], atOne: [], first: [0, 5, 6], last: []))
    #expect(cover.coefficients == [2, 1, 1, 1, 1, 1, 0])
    #expect(cover.rightHandSide == 3)
  }

  @Test func rowsThatAreNoKnapsacksAreLeftOut() {
    var program = IntegerProgram()
    for _ in 0..<3 { program.addColumn(lower: 0, upper: 1, cost: 1) }
    program.addColumn(lower: 0, upper: 9, cost: 1)
    program.addRow(.atMost, 1, entries: [(0, 1), (1, 1), (2, 1)])  // set packing: no cover better
    program.addRow(.atMost, 9, entries: [(0, 1), (1, 2)])  // never full
    program.addRow(.atMost, 9, entries: [(3, 1)])  // no binaries
    program.addRow(.atMost, -1, entries: [(0, 1), (1, 2)])  // empty
    program.addRow(.atMost, .max, entries: [(0, .max), (1, .max), (2, .max)])  // too large
    program.addRow(.atLeast, .min, entries: [(0, .min), (1, .min), (3, .min)])
    #expect(CoverCuts(program).sources.isEmpty)
  }

  @Test func positionsThatAreNoCoverAreRefused() throws {
    var program = IntegerProgram()
    for _ in 0..<3 { program.addColumn(lower: 0, upper: 1, cost: 1) }
    program.addRow(.atMost, 5, entries: [(0, 2), (1, 3), (2, 4)])
    let row = try #require(KnapsackRow(row: 0, of: program, negated: false))
    #expect(LiftedCover(row: row, cover: [0, 1], atOne: [], first: [], last: []) == nil)
    #expect(LiftedCover(row: row, cover: [], atOne: [0, 1, 2], first: [], last: []) == nil)
    #expect(LiftedCover(row: row, cover: [0], atOne: [1, 2], first: [], last: []) == nil)
    #expect(LiftedCover(row: row, cover: [1, 2], atOne: [], first: [2], last: []) == nil)
    #expect(LiftedCover(row: row, cover: [1, 7], atOne: [], first: [], last: []) == nil)
    #expect(LiftedCover(row: row, cover: [1, 2], atOne: [], first: [0], last: []) != nil)
  }

  @Test func cutsRaiseTheRelaxationOfAnAssignment() throws {
    let program = HardProgram.assignment(agents: 5, jobs: 20, seed: 4).program
    let covers = CoverCuts(program)
    #expect(covers.sources.count == 5)
    // A point in the middle of every agent's knapsack violates some covers.
    let point = [Double](repeating: 0.93, count: program.columnCount)
    let cuts = covers.separate(point, limit: 3)
    #expect(cuts.count == 3)
    #expect(zip(cuts, cuts.dropFirst()).allSatisfy { $0.violation >= $1.violation })
  }
}
