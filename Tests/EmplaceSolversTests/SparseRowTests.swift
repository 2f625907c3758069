import EmplaceCore
import Testing

@testable import EmplaceSolvers

@Suite struct SparseRowTests {
  /// Whole numbers, so that sums are exact in any order; the second assignment reuses the memory of
  /// the first, or outgrows it.
  @Test(arguments: 0..<100) func agreesWithAllNumbers(seed: Int) {
    var random = RandomGenerator(seed: UInt64(seed))
    let arena = Arena()
    var row = SparseRow()
    defer { row.free() }
    for _ in 0..<2 {
      let count = random.below(40)
      let numbers = arena.array(0.0, count: count)
      let others = arena.array(0.0, count: count)
      for position in 0..<count {
        if random.below(3) == 0 { numbers[position] = Double(random.below(21) - 10) }
        others[position] = Double(random.below(21) - 10)
      }
      row.assign(numbers, count: count)
      let product = (0..<count).reduce(0.0) { $0 + numbers[$1] * others[$1] }
      #expect(row.product(with: others) == product)
      var visited: [Int] = []
      row.forEach { position, value in
        visited.append(position)
        #expect(value == numbers[position])
      }
      #expect(visited == (0..<count).filter { numbers[$0] != 0 })
      for position in 0..<count { #expect(row.value(at: position) == numbers[position]) }
      #expect(row.value(at: count) == 0)
    }
  }
}
