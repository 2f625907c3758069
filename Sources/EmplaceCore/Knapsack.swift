/// A candidate of a knapsack: `room` copies, each with a positive profit and a weight >= 0.
struct KnapsackItem {
  var position: Int32
  var profit: Int64
  var weight: Int64
  var room: Int64
  /// Profit per weight, scaled and rounded down: decides an order unless equal.
  var density: UInt64 = 0

  /// Whether this item earns strictly more per weight, exactly; ties by position.
  func isDenser(than other: KnapsackItem) -> Bool {
    if density != other.density { return density > other.density }
    let left = profit.multipliedFullWidth(by: other.weight)
    let right = other.profit.multipliedFullWidth(by: weight)
    if left.high != right.high { return left.high > right.high }
    if left.low != right.low { return left.low > right.low }
    return position < other.position
  }
}

/// The continuous knapsack filled by Dantzig's rule, at one capacity after another: what fits into a
/// smaller one is not looked at again.
struct ContinuousFill {
  /// The first item that does not fit in whole, the weight of those before it, and their profit.
  private var next = 0
  private var used: Int128 = 0
  private var earned: Int64 = 0

  /// Largest profit when items may be split, rounded down; `items` as ``KnapsackWorkspace/sort(_:)``
  /// sorts them, the same each time.
  ///
  /// Rounding down is valid for a bound on integer solutions, whose profit is an integer.
  mutating func profit(of items: [KnapsackItem], capacity: Int128) -> Int64 {
    if capacity < used { self = ContinuousFill() }
    while next < items.count {
      let item = items[next]
      let need = Int128(item.weight) * Int128(item.room)
      guard need <= capacity - used else {
        return earned &+ Int64(Int128(item.profit) * (capacity - used) / Int128(item.weight))
      }
      used += need
      earned &+= item.profit &* item.room
      next += 1
    }
    return earned
  }
}

/// Knapsacks with bounded copies: the continuous one by Dantzig's rule, the integer one by a
/// dynamic programme over the core that remains once the continuous bound has fixed the rest.
///
/// Sources: Dantzig 1957, doi:10.1287/opre.5.2.266; Pisinger 1997, doi:10.1287/opre.45.5.758.
struct KnapsackWorkspace {
  private var core: [CoreItem] = []
  private var best: [Int64] = []
  private var choice: [UInt64] = []
  private var taken: [Int64] = []

  /// A bundle of copies taken together or not at all.
  private struct CoreItem {
    var item: Int32
    var copies: Int64
    var profit: Int64
    var weight: Int
  }

  /// Sorts by decreasing profit per weight; weightless items first.
  func sort(_ items: inout [KnapsackItem]) {
    guard items.count > 1 else { return }
    var largest: Int64 = 0
    for item in items { largest = max(largest, item.profit) }
    let shift = UInt64(largest.leadingZeroBitCount)
    items.withUnsafeMutableBufferPointer { items in
      for index in items.indices {
        let weight = UInt64(bitPattern: items[index].weight)
        items[index].density =
          weight == 0 ? .max : (UInt64(bitPattern: items[index].profit) << shift) / weight
      }
    }
    items.sort { $0.isDenser(than: $1) }
  }

  /// Largest profit over integers; `items` sorted by ``sort(_:)``.
  mutating func maximum(_ items: [KnapsackItem], capacity: Int128) -> Int64 {
    solve(items, capacity: capacity, recording: false)
  }

  /// Calls `take` with position and amount (scaled by ``BlockMinimiser/unit``) of what an optimal
  /// solution takes.
  mutating func solution(
    _ items: [KnapsackItem], capacity: Int128, exact: Bool, take: (Int32, Int64) -> Void
  ) {
    guard exact else {
      var left = capacity
      for item in items {
        let need = Int128(item.weight) * Int128(item.room)
        if need <= left {
          left -= need
          take(item.position, item.room &* BlockMinimiser.unit)
        } else {
          take(item.position, Int64(left * Int128(BlockMinimiser.unit) / Int128(item.weight)))
          return
        }
      }
      return
    }
    _ = solve(items, capacity: capacity, recording: true)
    for (index, item) in items.enumerated() where taken[index] > 0 {
      take(item.position, taken[index] &* BlockMinimiser.unit)
    }
  }

  private mutating func solve(_ items: [KnapsackItem], capacity: Int128, recording: Bool) -> Int64 {
    if recording { taken = Array(repeating: 0, count: items.count) }
    var left = capacity
    var greedy: Int64 = 0
    var breaking: Int?
    for (index, item) in items.enumerated() {
      let need = Int128(item.weight) * Int128(item.room)
      let fits = need <= left ? item.room : Int64(left / Int128(item.weight))
      if fits < item.room, breaking == nil { breaking = index }
      left -= Int128(item.weight) * Int128(fits)
      greedy &+= item.profit &* fits
      if recording { taken[index] = fits }
    }
    guard let breaking else { return greedy }
    return solveCore(
      items, capacity: Int64(capacity), breaking: items[breaking], greedy: greedy,
      recording: recording)
  }

  /// Fixes every item whose forced change costs more than the distance between the continuous
  /// bound and the greedy solution, and runs a dynamic programme over the others.
  private mutating func solveCore(
    _ items: [KnapsackItem], capacity: Int64, breaking: KnapsackItem, greedy: Int64,
    recording: Bool
  ) -> Int64 {
    // All values times the breaking item's weight: theta = profit / weight stays exact.
    let (price, scale) = (Int128(breaking.profit), Int128(breaking.weight))
    var bound = price * Int128(capacity)
    for item in items {
      let surplus = Int128(item.profit) * scale - price * Int128(item.weight)
      if surplus > 0 { bound += surplus * Int128(item.room) }
    }
    let slack = bound - Int128(greedy) * scale
    if slack == 0 { return greedy }
    var left = capacity
    var fixedProfit: Int64 = 0
    core.removeAll(keepingCapacity: true)
    var coreWeight: Int64 = 0
    for (index, item) in items.enumerated() {
      let surplus = Int128(item.profit) * scale - price * Int128(item.weight)
      if recording { taken[index] = 0 }
      if surplus > slack {
        left -= item.weight * item.room
        fixedProfit &+= item.profit &* item.room
        if recording { taken[index] = item.room }
      } else if -surplus <= slack, item.weight <= capacity {
        addToCore(item, index: index, capacity: capacity)
        coreWeight += item.weight * min(item.room, capacity / max(item.weight, 1))
      }
    }
    let width = Int(min(left, coreWeight))
    return fixedProfit &+ fillTable(width: width, recording: recording)
  }

  /// Splits the copies of an item into bundles of 1, 2, 4, ... copies.
  private mutating func addToCore(_ item: KnapsackItem, index: Int, capacity: Int64) {
    var rest = item.weight == 0 ? item.room : min(item.room, capacity / item.weight)
    var copies: Int64 = 1
    while rest > 0 {
      let bundle = min(copies, rest)
      core.append(
        CoreItem(
          item: Int32(index), copies: bundle, profit: item.profit &* bundle,
          weight: Int(item.weight * bundle)))
      rest -= bundle
      copies *= 2
    }
  }

  private mutating func fillTable(width: Int, recording: Bool) -> Int64 {
    best.removeAll(keepingCapacity: true)
    best.append(contentsOf: repeatElement(0, count: width + 1))
    let words = (width + 64) / 64
    if recording {
      choice.removeAll(keepingCapacity: true)
      choice.append(contentsOf: repeatElement(0, count: words * core.count))
    }
    best.withUnsafeMutableBufferPointer { best in
      for (row, item) in core.enumerated() where item.weight <= width {
        var cell = width
        while cell >= item.weight {
          let candidate = best[cell - item.weight] &+ item.profit
          if candidate > best[cell] {
            best[cell] = candidate
            if recording { choice[row * words + cell >> 6] |= 1 << UInt64(cell & 63) }
          }
          cell -= 1
        }
      }
    }
    let profit = best[width]
    if recording {
      var cell = width
      for row in core.indices.reversed()
      where core[row].weight <= width
        && choice[row * words + cell >> 6] >> UInt64(cell & 63) & 1 == 1
      {
        taken[Int(core[row].item)] += core[row].copies
        cell -= core[row].weight
      }
    }
    return profit
  }
}
