/// Numbers of which most are zero: those that are not, by position.
///
/// Its memory is that of whoever assigned it, until ``free()``.
struct SparseRow: BitwiseCopyable {
  private var positions: UnsafeMutablePointer<Int32>?
  private var values: UnsafeMutablePointer<Double>?
  private var count = 0
  private var room = 0

  /// Bytes of a number that is not zero.
  static let stride = MemoryLayout<Int32>.stride + MemoryLayout<Double>.stride

  /// Takes over the first `count` numbers of an array.
  mutating func assign(_ numbers: FlatArray<Double>, count: Int) {
    var kept = 0
    for position in 0..<count where numbers[position] != 0 { kept += 1 }
    reserve(kept)
    self.count = 0
    guard let positions, let values else { return }
    for position in 0..<count where numbers[position] != 0 {
      positions[self.count] = Int32(truncatingIfNeeded: position)
      values[self.count] = numbers[position]
      self.count += 1
    }
  }

  private mutating func reserve(_ count: Int) {
    guard count > room else { return }
    free()
    positions = .allocate(capacity: count)
    values = .allocate(capacity: count)
    room = count
  }

  mutating func free() {
    positions?.deallocate()
    values?.deallocate()
    self = SparseRow()
  }

  /// The numbers that are not zero, by increasing position.
  @inline(__always)
  func forEach(_ body: (_ position: Int, _ value: Double) -> Void) {
    guard let positions, let values else { return }
    for index in 0..<count { body(Int(positions[index]), values[index]) }
  }

  /// Sum of the products with the numbers of an array.
  @inline(__always)
  func product(with numbers: FlatArray<Double>) -> Double {
    guard let positions, let values else { return 0 }
    var (even, odd) = (0.0, 0.0)
    var index = 0
    while index &+ 2 <= count {
      even += values[index] * numbers[positions[index]]
      odd += values[index &+ 1] * numbers[positions[index &+ 1]]
      index &+= 2
    }
    if index < count { even += values[index] * numbers[positions[index]] }
    return even + odd
  }

  /// The number at a position. - Complexity: O(log n).
  func value(at position: Int) -> Double {
    guard let positions, let values else { return 0 }
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if Int(positions[middle]) < position { low = middle + 1 } else { high = middle }
    }
    return low < count && Int(positions[low]) == position ? values[low] : 0
  }
}
