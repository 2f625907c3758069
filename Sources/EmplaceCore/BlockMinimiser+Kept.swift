// The exact minimum of a pool whose kept row binds: a price on the row bounds what every option
// loses, and a dynamic programme over lists of undominated states decides among those that may be
// part of a minimum.
// Sources: Nemhauser, Ullmann 1969, doi:10.1287/mnsc.15.9.494 (lists); Pisinger 1995
// (multiple-choice knapsack), doi:10.1016/0377-2217(95)00015-I.

/// Decisions on some groups: their weight and value, what they lose against the priced minimum, and
/// how they came about.
struct PoolState {
  var weight: Int
  var value: Int64
  var loss: Int64
  /// Position in ``PoolTable/trail`` of what was decided before, or -1.
  var trail: Int32
  /// Option just decided, or -1: not in the trail yet.
  var option: Int32 = -1
}

/// A decision of a state, after others.
struct PoolStep {
  var previous: Int32
  /// A choice, or a group that is closed as `-1 - group`.
  var decided: Int32
  var option: Int32
}

extension BlockMinimiser {
  /// Minimum over all groups within `capacity`; infinite where nothing fits.
  mutating func fillTable(capacity: Int, block: Int, recording: Bool) throws(Failure) -> Int64 {
    table.reduce(capacity: capacity)
    table.states = [PoolState(weight: 0, value: 0, loss: 0, trail: -1)]
    table.trail.removeAll(keepingCapacity: true)
    for group in table.groups.indices {
      guard table.decide(group, capacity: capacity, recording: recording) else {
        throw .tooLarge(block: block)
      }
    }
    return table.states.last?.value ?? Self.infinite
  }

  /// Writes the cheapest options of every group.
  mutating func recordUnconstrained(
    _ reduced: [Int64], into values: UnsafeMutableBufferPointer<Int64>
  ) {
    for group in table.groups {
      let isOpen = table.openValue(of: group) < group.closedValue
      for choice in group.choices {
        let option = isOpen ? table.choices[choice].options.upperBound - 1 : -1
        record(choice, option: option, reduced, into: values)
      }
      if group.gate >= 0 { values[group.gate] = isOpen ? Self.unit : 0 }
    }
  }

  /// Writes the decisions that led to the best state.
  mutating func recordTable(_ reduced: [Int64], into values: UnsafeMutableBufferPointer<Int64>) {
    guard let best = table.states.last else { return }
    for group in table.groups {
      for choice in group.choices {
        record(choice, option: table.choices[choice].cheapest, reduced, into: values)
      }
      if group.gate >= 0 { values[group.gate] = Self.unit }
    }
    var position = best.trail
    while position >= 0 {
      let step = table.trail[Int(position)]
      if step.decided >= 0 {
        record(Int(step.decided), option: Int(step.option), reduced, into: values)
      } else {
        let group = table.groups[Int(-1 - step.decided)]
        for choice in group.choices { record(choice, option: -1, reduced, into: values) }
        if group.gate >= 0 { values[group.gate] = 0 }
      }
      position = step.previous
    }
  }

  /// Writes one choice; option -1 stands for a count of zero.
  private mutating func record(
    _ index: Int, option: Int, _ reduced: [Int64], into values: UnsafeMutableBufferPointer<Int64>
  ) {
    let choice = table.choices[index]
    let count = option < 0 ? 0 : table.optionCount[option]
    if choice.lane < 0 {
      values[choice.column] = count &* Self.unit
    } else {
      record(lane: choice.lane, replicas: count, reduced: reduced, into: values)
    }
  }
}

// MARK: - Reduction

extension PoolTable {
  /// Removes options by a price on the kept row.
  ///
  /// At any price t >= 0 the sum of the groups' cheapest priced values, less t times the capacity,
  /// is a lower bound; decisions that lose more against it than a solution at hand are part of no
  /// better solution.
  mutating func reduce(capacity: Int) {
    var (low, high) = (Int64(0), Int64(1))
    while weight(atPrice: high) > capacity {
      low = high
      high &*= 8
      if high > BlockMinimiser.infinite / 8 { break }
    }
    let heaviest = Int64(optionWeight.max() ?? 0)
    let (reach, overflow) = high.multipliedReportingOverflow(by: max(heaviest, 1))
    if !overflow, reach < BlockMinimiser.infinite / 4, weight(atPrice: high) <= capacity {
      while high - low > 1 {
        let middle = low + (high - low) / 2
        if weight(atPrice: middle) <= capacity { high = middle } else { low = middle }
      }
      slack = slack(price: high, capacity: capacity)
      prune(price: high)
    } else {
      // No price fits into the numbers: nothing is removed.
      slack = BlockMinimiser.infinite
      prune(price: 0)
    }
  }

  /// Option of a choice that is cheapest at a price; ties to the lighter.
  private func option(of choice: PoolChoice, atPrice price: Int64) -> (index: Int, value: Int64) {
    var best = (index: choice.options.lowerBound, value: Int64.max)
    for option in choice.options {
      let (cost, overflow) = price.multipliedReportingOverflow(by: Int64(optionWeight[option]))
      if overflow || cost >= BlockMinimiser.infinite { break }
      let value = optionValue[option] &+ cost
      if value < best.value { best = (option, value) }
    }
    return best
  }

  private func openValue(of group: PoolGroup, atPrice price: Int64) -> (value: Int64, weight: Int) {
    guard group.mayOpen else { return (BlockMinimiser.infinite, 0) }
    var (value, weight) = (group.gateCost, 0)
    for choice in choices[group.choices] {
      let best = option(of: choice, atPrice: price)
      guard best.value < BlockMinimiser.infinite / 2 else { return (BlockMinimiser.infinite, 0) }
      value &+= best.value
      weight += optionWeight[best.index]
      if value >= BlockMinimiser.infinite { return (BlockMinimiser.infinite, 0) }
    }
    return (value, weight)
  }

  private func weight(atPrice price: Int64) -> Int {
    var sum = 0
    for group in groups {
      let open = openValue(of: group, atPrice: price)
      if open.value < group.closedValue {
        sum = sum.addingReportingOverflow(open.weight).partialValue
      }
    }
    return sum
  }

  /// Value of a solution at hand less the bound at this price.
  private func slack(price: Int64, capacity: Int) -> Int64 {
    var left = capacity
    var gain: Int64 = 0
    var priced: Int128 = 0
    for group in groups {
      let open = openValue(of: group, atPrice: price)
      guard open.value < group.closedValue else { continue }
      left -= open.weight
      priced += Int128(open.weight)
    }
    // The solution at this price, then whatever upgrade still fits, in order.
    for group in groups
    where openValue(of: group, atPrice: price).value < group.closedValue {
      for choice in choices[group.choices] {
        let current = option(of: choice, atPrice: price).index
        for candidate in choice.options.reversed() where candidate > current {
          let more = optionWeight[candidate] - optionWeight[current]
          if more <= left {
            left -= more
            gain &+= optionValue[current] &- optionValue[candidate]
            break
          }
        }
      }
    }
    // bound = sum of priced values - price * capacity; solution = same sum - price * weight - gain.
    let slack = Int128(price) * (Int128(capacity) - priced) - Int128(gain)
    return Int64(clamping: slack)
  }

  /// Says what every decision loses, and drops what loses more than the slack.
  private mutating func prune(price: Int64) {
    optionLoss.removeAll(keepingCapacity: true)
    optionLoss.append(contentsOf: repeatElement(BlockMinimiser.infinite, count: optionValue.count))
    for index in groups.indices {
      let open = openValue(of: groups[index], atPrice: price).value
      let best = min(open, groups[index].closedValue)
      groups[index].openLoss = open >= BlockMinimiser.infinite ? open : open &- best
      groups[index].closedLoss =
        groups[index].closedValue >= BlockMinimiser.infinite
        ? BlockMinimiser.infinite : groups[index].closedValue &- best
      for choice in groups[index].choices {
        let cheapest = option(of: choices[choice], atPrice: price)
        choices[choice].cheapest = cheapest.index
        for option in choices[choice].options {
          let (cost, overflow) = price.multipliedReportingOverflow(by: Int64(optionWeight[option]))
          guard !overflow, cost < BlockMinimiser.infinite else { break }
          optionLoss[option] = optionValue[option] &+ cost &- cheapest.value
        }
      }
    }
  }
}

// MARK: - Dynamic programme

extension PoolTable {
  /// Extends every state by the decisions on one group; false when there are too many states.
  mutating func decide(_ index: Int, capacity: Int, recording: Bool) -> Bool {
    let group = groups[index]
    var closed: [PoolState] = []
    if group.closedLoss <= slack {
      for state in states where state.loss &+ group.closedLoss <= slack {
        var next = state
        next.loss &+= group.closedLoss
        next.value &+= group.closedValue
        if recording { next.trail = leave(state.trail, -1 - index, -1) }
        closed.append(next)
      }
    }
    guard group.openLoss <= slack else {
      states = closed
      return true
    }
    var open: [PoolState] = []
    for state in states where state.loss &+ group.openLoss <= slack {
      var next = state
      next.loss &+= group.openLoss
      next.value &+= group.gateCost
      open.append(next)
    }
    for choice in group.choices {
      guard extend(&open, by: choice, capacity: capacity, recording: recording) else {
        return false
      }
    }
    if closed.isEmpty {
      states = open
    } else {
      Self.merge(closed, open, into: &states)
    }
    return trail.count <= BlockMinimiser.trailLimit && states.count <= BlockMinimiser.stateLimit
  }

  private mutating func leave(_ previous: Int32, _ decided: Int, _ option: Int) -> Int32 {
    trail.append(
      PoolStep(previous: previous, decided: Int32(decided), option: Int32(option)))
    return Int32(trail.count - 1)
  }

  /// Extends states by each option of a choice.
  private mutating func extend(
    _ list: inout [PoolState], by index: Int, capacity: Int, recording: Bool
  ) -> Bool {
    let choice = choices[index]
    var result: [PoolState] = []
    for option in choice.options where optionLoss[option] <= slack {
      let (weight, value, loss) = (optionWeight[option], optionValue[option], optionLoss[option])
      shifted.removeAll(keepingCapacity: true)
      for state in list where state.loss &+ loss <= slack && state.weight <= capacity - weight {
        shifted.append(
          PoolState(
            weight: state.weight + weight, value: state.value &+ value, loss: state.loss &+ loss,
            trail: state.trail, option: option == choice.cheapest ? -1 : Int32(option)))
      }
      guard !shifted.isEmpty else { continue }
      if result.isEmpty {
        swap(&result, &shifted)
      } else {
        Self.merge(result, shifted, into: &merged)
        swap(&result, &merged)
      }
      guard result.count <= BlockMinimiser.stateLimit else { return false }
    }
    if recording {
      for position in result.indices where result[position].option >= 0 {
        result[position].trail = leave(
          result[position].trail, index, Int(result[position].option))
        result[position].option = -1
      }
    }
    list = result
    return true
  }

  /// The undominated states of two lists, by increasing weight and strictly decreasing value.
  private static func merge(_ a: [PoolState], _ b: [PoolState], into result: inout [PoolState]) {
    result.removeAll(keepingCapacity: true)
    result.reserveCapacity(a.count + b.count)
    var (i, j) = (0, 0)
    var best = Int64.max
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        while i < a.count || j < b.count {
          let next: PoolState
          if j >= b.count
            || (i < a.count && (a[i].weight, a[i].value) <= (b[j].weight, b[j].value))
          {
            next = a[i]
            i += 1
          } else {
            next = b[j]
            j += 1
          }
          if next.value < best {
            best = next.value
            result.append(next)
          }
        }
      }
    }
  }
}
