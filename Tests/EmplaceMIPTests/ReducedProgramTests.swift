import EmplaceCore
import EmplaceMIP
import EmplaceTestSupport
import Testing

@Suite("Reduced programs")
struct ReducedProgramTests {
  /// Columns of 0...2 and random rows; some columns stand still.
  private func random(_ seed: UInt64) -> (IntegerProgram, [Int: ClosedRange<Int64>]) {
    var generator = RandomGenerator(seed: seed)
    var program = IntegerProgram()
    for _ in 0..<6 {
      program.addColumn(lower: 0, upper: 2, cost: Int64(generator.below(21)) - 10)
    }
    for _ in 0..<4 {
      let entries = (0..<6).map { ($0, Int64(generator.below(9)) - 4) }
      let relation: IntegerProgram.Relation =
        [.atMost, .atLeast, .equal][generator.below(8) == 0 ? 2 : generator.below(2)]
      program.addRow(relation, Int64(generator.below(9)) - 4, entries: entries)
    }
    program.addBlock(upTo: 6)
    var ranges: [Int: ClosedRange<Int64>] = [:]
    for column in 0..<6 where generator.below(2) == 0 {
      let value = Int64(generator.below(3))
      ranges[column] = value...value
    }
    return (program, ranges)
  }

  /// Every solution within the ranges, by enumeration.
  private func solutions(
    _ program: IntegerProgram, _ ranges: [Int: ClosedRange<Int64>] = [:]
  ) -> [[Int64]] {
    var result: [[Int64]] = []
    SmallProgram.forEveryPoint(of: program) { values in
      if ranges.allSatisfy({ $1.contains(values[$0]) }), program.firstViolation(at: values) == nil {
        result.append(values)
      }
    }
    return result
  }

  @Test("hold the same solutions at the same cost", arguments: 0..<400 as Range<UInt64>)
  func sameSolutions(seed: UInt64) {
    let (program, ranges) = random(seed)
    let expected = solutions(program, ranges)
    guard let reduced = ReducedProgram(program, ranges: ranges) else {
      #expect(expected.isEmpty)
      return
    }
    let found = solutions(reduced.program).map { reduced.expanded($0.map { Double($0) }) }
    #expect(Set(found) == Set(expected.map { $0.map { Double($0) } }))
    for values in solutions(reduced.program) {
      let whole = reduced.expanded(values.map { Double($0) }).map { Int64($0) }
      #expect(reduced.program.objective(at: values) == program.objective(at: whole))
    }
  }

  @Test func someAreSmallerAndSomeEmpty() {
    var (smaller, empty) = (0, 0)
    for seed in 0..<400 as Range<UInt64> {
      let (program, ranges) = random(seed)
      guard let reduced = ReducedProgram(program, ranges: ranges) else {
        empty += 1
        continue
      }
      if reduced.program.rowCount < program.rowCount { smaller += 1 }
      for (column, place) in reduced.place.enumerated() {
        #expect((place < 0) || reduced.columns[place] == column)
      }
    }
    #expect(smaller > 50)
    #expect(empty > 50)
  }
}
