import EmplaceCore
import Testing

@Suite struct BlockMinimiserTests {
  /// Exact lanes: the minimum equals enumeration, and the recorded point reaches it.
  @Test(arguments: 0..<400) func exactPoolsEqualEnumeration(seed: Int) throws {
    let pool = RandomPool(seed: UInt64(seed), exact: true)
    #expect(pool.program.structuralFlaw == nil)
    var minimiser = BlockMinimiser(program: pool.program)
    let expected = pool.enumerated(cost: pool.program.cost)
    var values = [Int64](repeating: 0, count: pool.program.columnCount)
    let minimum = try values.withUnsafeMutableBufferPointer {
      try minimiser.minimum(
        ofBlock: 0, reduced: pool.program.cost, keeping: pool.keptRow, recording: $0)
    }
    #expect(minimum == expected)
    guard minimum != nil else { return }
    #expect(values.allSatisfy { $0 % BlockMinimiser.unit == 0 })
    let point = values.map { $0 / BlockMinimiser.unit }
    #expect(pool.program.firstViolation(at: point) == nil)
    #expect(pool.program.objective(at: point) == Int128(minimum ?? 0))
  }

  /// Continuous lanes: never above enumeration, and without the kept row never above with it.
  @Test(arguments: 0..<400) func continuousPoolsBoundEnumeration(seed: Int) throws {
    let pool = RandomPool(seed: UInt64(seed) &+ 5000, exact: false)
    #expect(pool.program.structuralFlaw == nil)
    var minimiser = BlockMinimiser(program: pool.program)
    let kept = try minimiser.minimum(
      ofBlock: 0, reduced: pool.program.cost, keeping: pool.keptRow)
    let relaxed = try minimiser.minimum(ofBlock: 0, reduced: pool.program.cost)
    if let expected = pool.enumerated(cost: pool.program.cost) {
      let bound = try #require(kept)
      #expect(bound <= expected)
      #expect(try #require(relaxed) <= bound)
    }
  }

  /// Bounds of columns, as branching sets them, are honoured.
  @Test(arguments: 0..<200) func branchedPoolsEqualEnumeration(seed: Int) throws {
    var pool = RandomPool(seed: UInt64(seed) &+ 9000, exact: true)
    var minimiser = BlockMinimiser(program: pool.program)
    for column in 0..<pool.program.columnCount where pool.generator.below(3) == 0 {
      let value =
        pool.program.lower[column]
        + Int64(
          pool.generator.below(
            Int(pool.program.upper[column] - pool.program.lower[column]) + 1))
      minimiser.lower[column] = value
      minimiser.upper[column] = value
    }
    let expected = pool.enumerated(
      cost: pool.program.cost, lower: minimiser.lower, upper: minimiser.upper)
    let minimum = try minimiser.minimum(
      ofBlock: 0, reduced: pool.program.cost, keeping: pool.keptRow)
    #expect(minimum == expected)
  }

  @Test func hugeReducedCostsAreRefused() {
    var program = IntegerProgram()
    program.addColumn(lower: 0, upper: 1 << 40, cost: 1)
    program.addBlock(upTo: 1)
    var minimiser = BlockMinimiser(program: program)
    #expect(throws: BlockMinimiser.Failure.overflow(block: 0)) {
      try minimiser.minimum(ofBlock: 0, reduced: [1 << 40] as [Int64])
    }
  }

  @Test(arguments: 0..<100) func wideCostsThatAreMultiplesLoseNothing(seed: Int) throws {
    let pool = RandomPool(seed: UInt64(seed) &+ 70, exact: true)
    var minimiser = BlockMinimiser(program: pool.program)
    let expected = pool.enumerated(
      cost: pool.program.cost, lower: minimiser.lower, upper: minimiser.upper)
    for bits in [0, 20, 45, 60] as [Int128] {
      let minimum = try minimiser.minimum(
        ofBlock: 0, reduced: pool.program.cost.map { Int128($0) << bits }, keeping: pool.keptRow)
      #expect(minimum == expected.map { Int128($0) << bits }, "2^\(bits)")
    }
  }

  @Test(arguments: 0..<100) func wideCostsAreRoundedDown(seed: Int) throws {
    var pool = RandomPool(seed: UInt64(seed) &+ 700, exact: true)
    var minimiser = BlockMinimiser(program: pool.program)
    guard
      let coarse = pool.enumerated(
        cost: pool.program.cost, lower: minimiser.lower, upper: minimiser.upper)
    else { return }
    // Up to a unit of 2^60 more on every column: the minimum lies between both.
    let cost = pool.program.cost.map { (Int128($0) << 60) + Int128(pool.generator.below(1 << 40)) }
    let minimum = try minimiser.minimum(ofBlock: 0, reduced: cost, keeping: pool.keptRow)
    let reach = pool.program.upper.reduce(Int128(0)) { $0 + Int128($1) }
    #expect(minimum.map { $0 <= (Int128(coarse) << 60) + reach << 40 } == true)
    #expect(minimum.map { $0 >= (Int128(coarse) << 60) - reach << 20 } == true)
  }
}
