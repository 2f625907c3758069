import EmplaceCore
import EmplaceMIP
import EmplaceTestSupport
import Testing

@Suite("Rounding cuts") struct RoundingCutTests {
  /// A random program of up to five columns and four rows, some of them with large units.
  private static func program(seed: UInt64) -> IntegerProgram {
    var random = RandomGenerator(seed: seed)
    var program = IntegerProgram()
    let count = 2 + random.below(4)
    for _ in 0..<count {
      let lower = Int64(random.below(3)) - 1
      program.addColumn(
        lower: lower, upper: lower + 1 + Int64(random.below(4)), cost: Int64(random.below(9)),
        divisible: random.below(2) == 0)
    }
    for _ in 0..<1 + random.below(4) {
      let relation = [IntegerProgram.Relation.atMost, .atLeast, .equal][random.below(3)]
      let unit: Int64 = random.below(3) == 0 ? 1000 : 1
      let entries = (0..<count).map { ($0, (Int64(random.below(13)) - 5) * unit) }
      program.addRow(relation, (Int64(random.below(30)) - 6) * unit, unit: unit, entries: entries)
    }
    return program
  }

  private static func points(of program: IntegerProgram) -> [[Int64]] {
    var points: [[Int64]] = []
    SmallProgram.forEveryPoint(of: program) { points.append($0) }
    return points
  }

  private static func excess(_ row: RoundingCut.Row, _ values: [Double]) -> Double {
    zip(row.columns, row.coefficients).reduce(-Double(row.side)) {
      $0 + Double($1.1) * values[$1.0]
    }
  }

  /// Whatever rows, multipliers, bounds, divisor and scale are taken, and cuts of cuts too, no
  /// solution breaks the row; and rows that some point beside the solutions breaks do come about.
  @Test func noSolutionBreaksACut() throws {
    var (cutting, checked) = (0, 0)
    for seed in 1...600 as ClosedRange<UInt64> {
      var random = RandomGenerator(seed: seed &+ 7000)
      var program = Self.program(seed: seed)
      let all = Self.points(of: program)
      let solutions = all.filter { program.firstViolation(at: $0) == nil }
      for _ in 0..<4 {
        let rows = (0..<program.rowCount).filter { _ in random.below(3) > 0 }
        guard !rows.isEmpty else { continue }
        let multipliers = rows.map { _ in
          Int64(1 + random.below(6)) * (random.below(2) == 0 ? 1 : -1)
        }
        let cut = RoundingCut(
          rows: rows, multipliers: multipliers,
          complemented: (0..<program.columnCount).filter { _ in random.below(2) == 0 },
          divisor: Int64(1 + random.below(40)), scale: Int64(1 + random.below(3)))
        let row = try cut.row(on: program)
        for solution in solutions {
          #expect(Self.excess(row, solution.map(Double.init)) <= 0, "seed \(seed)")
        }
        checked += 1
        if all.contains(where: { Self.excess(row, $0.map(Double.init)) > 0 }) { cutting += 1 }
        program.add(row)
      }
    }
    #expect(checked > 2000)
    #expect(cutting > 500)
  }

  @Test func malformedStepsAndLargeNumbersAreRefused() {
    var program = IntegerProgram()
    for _ in 0..<2 { program.addColumn(lower: 0, upper: 3, cost: 1) }
    program.addRow(.atMost, 7, entries: [(0, 2), (1, 2)])
    let sound = RoundingCut(rows: [0], multipliers: [1], complemented: [], divisor: 2)
    #expect((try? sound.row(on: program)) != nil)
    var broken = Array(repeating: sound, count: 8)
    broken[0].rows = [1]
    broken[1].rows = [-1]
    broken[2].multipliers = [0]
    broken[3].multipliers = []
    broken[4].divisor = 0
    broken[5].scale = 0
    broken[6].complemented = [1, 1]
    broken[7].complemented = [2]
    for cut in broken {
      #expect(throws: CertificateError.self) { try cut.row(on: program) }
    }
    program.addRow(.atMost, .max, entries: [(0, .max - 1), (1, .max - 2)])
    let large = RoundingCut(rows: [1], multipliers: [.max], complemented: [], divisor: 7)
    #expect(throws: CertificateError.self) { try large.row(on: program) }
  }

  /// Numbers that a forger may write end in a refusal, never in a crash: sums over many rows beyond
  /// 127 bits, and a coefficient whose opposite is no 64-bit number.
  @Test func sumsBeyondAllNumbersAreRefused() {
    var program = IntegerProgram()
    program.addColumn(lower: 0, upper: 3, cost: 1)
    for _ in 0..<1024 { program.addRow(.atMost, 1 << 56, entries: [(0, 1 << 56)]) }
    let many = RoundingCut(
      rows: Array(0..<1024), multipliers: Array(repeating: 1 << 62, count: 1024),
      complemented: [], divisor: 7)
    #expect(throws: CertificateError.self) { try program.adding([many]) }
    program.addRow(.equal, 0, entries: [(0, 1)])
    let least = RoundingCut(rows: [1024], multipliers: [.min], complemented: [], divisor: 1)
    #expect(throws: CertificateError.self) { try program.adding([least]) }
  }

  /// `2 x + 2 y <= 7` rounds to `x + y <= 3`, and a load of 5 behind a switch for at most 4 units a
  /// piece needs 2 pieces.
  @Test func findsTextbookCuts() throws {
    var knapsack = IntegerProgram()
    for _ in 0..<2 { knapsack.addColumn(lower: 0, upper: 3, cost: -1) }
    knapsack.addRow(.atMost, 7, entries: [(0, 2), (1, 2)])
    let found = RoundingCuts(knapsack).separate([1.75, 1.75], limit: 10)
    let row = try #require(found.first?.row)
    #expect(row.coefficients[0] == row.coefficients[1])
    #expect(Double(row.side) / Double(row.coefficients[0]) == 3)

    var lot = IntegerProgram()
    lot.addColumn(lower: 0, upper: 5, cost: 0, divisible: true)
    lot.addColumn(lower: 0, upper: 9, cost: 1)
    lot.addRow(.atMost, 0, entries: [(0, 1), (1, -4)])
    lot.addRow(.equal, 5, entries: [(0, 1)])
    let pieces = RoundingCuts(lot).separate([5, 1.25], limit: 10)
    #expect(pieces.contains { Self.excess($0.row, [5, 1.25]) > 0 })
    #expect(pieces.allSatisfy { Self.excess($0.row, [5, 2]) <= 0 })
  }

  /// What is found is what its steps lead to, and lies where it says.
  @Test func foundCutsAreViolatedAndRepeat() throws {
    var found = 0
    for seed in 1...400 as ClosedRange<UInt64> {
      let program = Self.program(seed: seed)
      var random = RandomGenerator(seed: seed)
      let point = (0..<program.columnCount).map { column in
        let (low, high) = (Double(program.lower[column]), Double(program.upper[column]))
        return low + (high - low) * Double(random.below(101)) / 100
      }
      for element in RoundingCuts(program).separate(point, limit: 20) {
        #expect(try element.cut.row(on: program) == element.row)
        #expect(Self.excess(element.row, point) > 0)
        found += 1
      }
    }
    #expect(found > 50)
  }
}
