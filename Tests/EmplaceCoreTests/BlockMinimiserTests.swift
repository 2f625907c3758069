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
      try minimiser.minimum(ofBlock: 0, reduced: [1 << 40])
    }
  }
}
