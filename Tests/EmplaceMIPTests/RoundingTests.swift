import EmplaceCore
import EmplaceMIP
import EmplaceTestSupport
import Testing

@Suite("Rounding of multipliers") struct RoundingTests {
  @Test("any multipliers give a bound that no point beats", arguments: 0..<8 as Range<UInt64>)
  func anyMultipliersAreValid(block: UInt64) throws {
    for seed in block * 100..<block * 100 + 100 {
      let program = SmallProgram.random(seed: seed)
      var random = RandomGenerator(seed: seed)
      let duals = (0..<program.rowCount).map { _ in
        (random.unit() - 0.5) * [1e-9, 1e-3, 1, 1e6][random.below(4)]
      }
      let multipliers = try #require(IntegerMultipliers(rounding: duals, for: program))
      let bound = try #require(multipliers.bound(of: program))
      guard let (optimum, _) = SmallProgram.optimum(of: program) else { continue }
      #expect(bound <= optimum * Int128(multipliers.denominator), "seed \(seed)")
      // The same bound in doubles, from the multipliers before rounding.
      let inexact = program.lagrangianBound(multipliers: duals)
      let exact = Double(bound) / Double(multipliers.denominator)
      #expect(abs(exact - inexact) <= 1e-6 * max(1e6, abs(inexact)), "seed \(seed)")
    }
  }

  @Test func signsAreCorrected() throws {
    var program = IntegerProgram()
    program.addColumn(lower: 0, upper: 10, cost: 3)
    program.addRow(.atLeast, 2, entries: [(0, 1)])
    program.addRow(.atMost, 9, entries: [(0, 1)])
    program.addRow(.equal, 4, entries: [(0, 1)])
    let wrong = try #require(IntegerMultipliers(rounding: [-1, 2, -3], for: program))
    #expect(wrong.rows == [2])
    #expect(wrong.numerators == [-3 * wrong.denominator])
    let right = try #require(IntegerMultipliers(rounding: [1, -2, 3], for: program))
    #expect(right.dense(rowCount: 3).map { $0 / right.denominator } == [1, -2, 3])
    let odd = try #require(
      IntegerMultipliers(rounding: [.infinity, .nan, -.infinity], for: program))
    #expect(odd.rows.isEmpty)
    #expect(odd.bound(of: program) == 0)
  }

  @Test func theDenominatorShrinksUntilNothingOverflows() throws {
    var program = IntegerProgram()
    program.addColumn(lower: 0, upper: 1_000, cost: 1 << 40)
    program.addRow(.atLeast, 1 << 50, entries: [(0, 1 << 41)])
    let multipliers = try #require(IntegerMultipliers(rounding: [0.5], for: program))
    #expect(multipliers.denominator >= 1 << 16 && multipliers.denominator <= 1 << 21)
    let bound = try #require(multipliers.bound(of: program))
    #expect(bound == Int128(multipliers.denominator) << 49)
    let coarse = try #require(
      IntegerMultipliers(rounding: [0.5], for: program, maximumBits: 3))
    #expect(coarse.denominator == 8 && coarse.numerators == [4])
  }

  @Test func hopelessSizesAreRefused() {
    var program = IntegerProgram()
    program.addColumn(lower: .min, upper: .max, cost: .max)
    program.addRow(.atLeast, .max, entries: [(0, .max), (0, .max)])
    #expect(IntegerMultipliers(rounding: [1e300], for: program) == nil)
    #expect(IntegerMultipliers(rounding: [1], for: program) == nil)
    #expect(IntegerMultipliers(rounding: [], for: program) == nil)
    #expect(IntegerMultipliers(farkasRay: [1, 2], for: program) == nil)
    let absurd = IntegerMultipliers(denominator: .max, rows: [0], numerators: [.max])
    #expect(absurd.bound(of: program) == nil)
  }

  @Test func aWrongSignGivesNoBound() {
    var program = IntegerProgram()
    program.addColumn(lower: 0, upper: 1, cost: 1)
    program.addRow(.atMost, 1, entries: [(0, 1)])
    let wrong = IntegerMultipliers(denominator: 1, rows: [0], numerators: [1])
    #expect(wrong.bound(of: program) == nil)
  }

  @Test func aRayIsKeptOnlyIfItProves() throws {
    var program = IntegerProgram()
    program.addColumn(lower: 0, upper: 10, cost: 5)
    program.addRow(.atLeast, 7, entries: [(0, 1)])
    program.addRow(.atMost, 6_000_000_000, unit: 1_000_000_000, entries: [(0, 1_000_000_000)])
    let ray = try #require(IntegerMultipliers(farkasRay: [0.3, -0.3e-9], for: program))
    let value = try #require(ray.bound(of: program, withCosts: false))
    #expect(value > 0)
    // Only the first row: x = 7 is fine. Too little of the second: x = 10 is.
    #expect(IntegerMultipliers(farkasRay: [1, 0], for: program) == nil)
    #expect(IntegerMultipliers(farkasRay: [1, -0.5e-9], for: program) == nil)
    #expect(IntegerMultipliers(farkasRay: [0, 0], for: program) == nil)
    #expect(IntegerMultipliers(farkasRay: [.nan, .infinity], for: program) == nil)
  }

  @Test("no ray proves that a feasible program is infeasible")
  func noFalseProofs() {
    for seed in 0..<300 as Range<UInt64> {
      let program = SmallProgram.random(seed: seed)
      guard SmallProgram.optimum(of: program) != nil else { continue }
      var random = RandomGenerator(seed: seed)
      let ray = (0..<program.rowCount).map { _ in random.unit() - 0.5 }
      #expect(IntegerMultipliers(farkasRay: ray, for: program) == nil, "seed \(seed)")
    }
  }

  @Test func exactSolutionsAreFoundAndOthersRefused() {
    var program = IntegerProgram()
    program.addColumn(lower: 0, upper: 10, cost: 1)
    program.addColumn(lower: -.max, upper: .max, cost: 1)
    program.addRow(.equal, 3, entries: [(0, 1)])
    #expect(program.exactSolution(from: [3.00000001, -0.0000001]) == [3, 0])
    #expect(program.exactSolution(from: [2.9, 0]) == nil)
    #expect(program.exactSolution(from: [4, 0]) == nil)
    #expect(program.exactSolution(from: [3]) == nil)
    #expect(program.exactSolution(from: [.nan, 0]) == nil)
    #expect(program.exactSolution(from: [3, 0x1p63]) == [3, .max])
    #expect(program.exactSolution(from: [3, 9.3e18]) == nil)
    #expect(program.exactSolution(from: [3, 1e300]) == nil)
    #expect(program.exactSolution(from: [3, -.infinity]) == nil)
  }
}
