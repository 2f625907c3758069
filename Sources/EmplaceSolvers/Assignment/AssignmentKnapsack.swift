/// A job that an agent would gain by taking.
struct AssignmentItem {
  var job: Int32
  var weight: Int32
  var profit: Int64
}

/// The largest profit of jobs within a capacity, by a dynamic programme over the core that a price
/// on the capacity leaves.
///
/// Sources: Dantzig 1957, doi:10.1287/opre.5.2.266; Balas, Zemel 1980,
/// doi:10.1287/opre.28.5.1130 (break item by partitioning); Pisinger 1997,
/// doi:10.1287/opre.45.5.758 (core).
struct AssignmentKnapsack {
  /// Jobs of the last optimum.
  private(set) var chosen: [Int32] = []
  /// Price of a unit of capacity, and what the optimum lacks to the bound at that price: at it
  /// profits less the price, where positive, and the price times the capacity add up to the bound.
  private(set) var price: Int64 = 0
  private(set) var slack: Int64 = 0

  private var core: [AssignmentItem] = []
  private var narrow: [Int32] = []
  private var wide: [Int64] = []

  /// Cells of the largest table; beyond it the bound at the price is returned.
  private static let mostCells = 1 << 26

  /// Largest profit; reorders the items, whose profits are positive and whose weights fit.
  mutating func maximum(
    _ items: UnsafeMutableBufferPointer<AssignmentItem>, capacity: Int64
  ) -> Int64 {
    chosen.removeAll(keepingCapacity: true)
    price = 0
    slack = 0
    let (taken, left) = Self.takeDensest(items, capacity: capacity)
    guard taken < items.count else {
      var sum: Int64 = 0
      for item in items {
        sum += item.profit
        chosen.append(item.job)
      }
      return sum
    }
    let breaking = items[taken]
    price = breaking.profit / Int64(breaking.weight)
    var bound = price * capacity
    var greedy: Int64 = 0
    for item in items { bound += max(0, item.profit - price * Int64(item.weight)) }
    for item in items[..<taken] { greedy += item.profit }
    // One more item in the room that is left.
    var extra = -1
    for index in taken..<items.count
    where Int64(items[index].weight) <= left
      && (extra < 0 || items[index].profit > items[extra].profit)
    {
      extra = index
    }
    if extra >= 0 { greedy += items[extra].profit }
    return solveCore(
      items, taken: taken, extra: extra, capacity: capacity, bound: bound, greedy: greedy)
  }

  /// Puts the densest items that fit together first; returns their number and the room left.
  private static func takeDensest(
    _ items: UnsafeMutableBufferPointer<AssignmentItem>, capacity: Int64
  ) -> (taken: Int, left: Int64) {
    var left = capacity
    var (low, high) = (0, items.count)
    while low < high {
      // Items before `low` are taken; those from `high` on are less dense than all before.
      let pivot = medianDensity(items, low, high)
      var (first, last) = (low, high)
      var weight: Int64 = 0
      while first < last {
        if items[first].isDenser(than: pivot) {
          weight += Int64(items[first].weight)
          first += 1
        } else {
          last -= 1
          items.swapAt(first, last)
        }
      }
      if weight > left {
        high = first
        continue
      }
      left -= weight
      low = first
      // The pivot is the densest of the rest.
      var place = low
      while items[place].job != pivot.job { place += 1 }
      items.swapAt(low, place)
      guard Int64(pivot.weight) <= left else { break }
      left -= Int64(pivot.weight)
      low += 1
    }
    return (low, left)
  }

  private static func medianDensity(
    _ items: UnsafeMutableBufferPointer<AssignmentItem>, _ low: Int, _ high: Int
  ) -> AssignmentItem {
    let (a, b, c) = (items[low], items[(low + high) / 2], items[high - 1])
    if a.isDenser(than: b) {
      return b.isDenser(than: c) ? b : a.isDenser(than: c) ? c : a
    }
    return a.isDenser(than: c) ? a : b.isDenser(than: c) ? c : b
  }

  private mutating func solveCore(
    _ items: UnsafeMutableBufferPointer<AssignmentItem>, taken: Int, extra: Int, capacity: Int64,
    bound: Int64,
    greedy: Int64
  ) -> Int64 {
    core.removeAll(keepingCapacity: true)
    let gap = bound - greedy
    var left = capacity
    var (fixed, coreWeight, coreProfit): (Int64, Int64, Int64) = (0, 0, 0)
    for item in items {
      let surplus = item.profit - price * Int64(item.weight)
      if surplus >= gap, surplus > 0 {
        left -= Int64(item.weight)
        fixed += item.profit
        chosen.append(item.job)
      } else if -surplus < gap {
        core.append(item)
        coreWeight += Int64(item.weight)
        coreProfit += item.profit
      }
    }
    let width = Int(min(left, coreWeight))
    guard gap > 0, width >= 0 else { return takeGreedy(items, taken, extra, greedy, slack: gap) }
    guard (width + 1) * (core.count + 1) <= Self.mostCells else {
      return takeGreedy(items, taken, extra, bound, slack: 0)
    }
    let best =
      coreProfit < 1 << 30
      ? Self.fill(&narrow, core, width: width, chosen: &chosen)
      : Self.fill(&wide, core, width: width, chosen: &chosen)
    guard fixed + best > greedy else {
      return takeGreedy(items, taken, extra, greedy, slack: gap)
    }
    slack = bound - fixed - best
    return fixed + best
  }

  private mutating func takeGreedy(
    _ items: UnsafeMutableBufferPointer<AssignmentItem>, _ taken: Int, _ extra: Int,
    _ value: Int64, slack: Int64
  ) -> Int64 {
    chosen.removeAll(keepingCapacity: true)
    for item in items[..<taken] { chosen.append(item.job) }
    if extra >= 0 { chosen.append(items[extra].job) }
    self.slack = slack
    return value
  }

  /// One row an item, each made from the one before; then the way back through them.
  @inline(__always)
  private static func fill<Value: FixedWidthInteger & BitwiseCopyable>(
    _ table: inout [Value], _ core: [AssignmentItem], width: Int, chosen: inout [Int32]
  ) -> Int64 {
    let stride = width + 1
    if table.count < stride * (core.count + 1) {
      table = Array(repeating: 0, count: stride * (core.count + 1))
    }
    return table.withUnsafeMutableBufferPointer { table in
      guard let base = table.baseAddress else { return 0 }
      for cell in 0..<stride { base[cell] = 0 }
      for (index, item) in core.enumerated() {
        let (old, new) = (base + index * stride, base + (index + 1) * stride)
        let (weight, profit) = (
          min(Int(item.weight), stride), Value(truncatingIfNeeded: item.profit)
        )
        for cell in 0..<weight { new[cell] = old[cell] }
        let shifted = old - weight
        for cell in weight..<max(weight, stride) {
          let candidate = shifted[cell] &+ profit
          let kept = old[cell]
          new[cell] = candidate > kept ? candidate : kept
        }
      }
      var cell = width
      for (index, item) in core.enumerated().reversed()
      where base[(index + 1) * stride + cell] != base[index * stride + cell] {
        chosen.append(item.job)
        cell -= Int(item.weight)
      }
      return Int64(base[core.count * stride + width])
    }
  }
}

extension AssignmentItem {
  /// Whether it earns more per weight; ties by job. Weightless items come first. Profits are below
  /// 2^42 (``AssignmentDual``) and weights at most 2^20.
  @inline(__always)
  func isDenser(than other: AssignmentItem) -> Bool {
    let left = profit &* Int64(other.weight)
    let right = other.profit &* Int64(weight)
    return left != right ? left > right : job < other.job
  }
}
