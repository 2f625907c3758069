// The exact minimum of a pool whose kept row binds: options that cannot be part of any better
// solution are removed by a price on the row, and a dynamic programme decides the rest.
// Source: Pisinger 1995 (multiple-choice knapsack), doi:10.1016/0377-2217(95)00015-I.

extension BlockMinimiser {
  /// Minimum over all groups within `capacity`.
  mutating func fillTable(capacity: Int, block: Int, recording: Bool) throws(Failure) -> Int64 {
    guard table.reduce(capacity: capacity) else { return Self.infinite }
    let width = table.freeCapacity + 1
    let rows = recording ? table.choices.count + table.groups.count : 2
    guard width <= Self.cellLimit / max(rows, 1) else { throw .tooLarge(block: block) }
    table.best.removeAll(keepingCapacity: true)
    table.best.append(contentsOf: repeatElement(0, count: width))
    if recording {
      table.chosen.removeAll(keepingCapacity: true)
      table.chosen.append(contentsOf: repeatElement(0, count: width * table.choices.count))
      table.isOpen.removeAll(keepingCapacity: true)
      table.isOpen.append(contentsOf: repeatElement(true, count: width * table.groups.count))
    }
    for index in table.groups.indices {
      switch table.groups[index].fate {
      case .closed: break
      case .open: table.apply(choicesOf: index, width: width, recording: recording)
      case .either: table.applyEither(index, width: width, recording: recording)
      }
    }
    return table.base &+ table.best[width - 1]
  }

  /// Writes the cheapest options of every group.
  mutating func recordUnconstrained(
    _ reduced: [Int64], into values: UnsafeMutableBufferPointer<Int64>
  ) {
    for group in table.groups {
      let isOpen = table.openValue(of: group) < group.closedValue
      if group.gate >= 0 { values[group.gate] = isOpen ? Self.unit : 0 }
      for choice in table.choices[group.choices] {
        let count = isOpen ? table.optionCount[choice.options.upperBound - 1] : 0
        record(choice, count: count, reduced, into: values)
      }
    }
  }

  /// Walks the table back from the full capacity.
  mutating func recordTable(_ reduced: [Int64], into values: UnsafeMutableBufferPointer<Int64>) {
    let width = table.freeCapacity + 1
    var cell = table.freeCapacity
    for index in table.groups.indices.reversed() {
      let group = table.groups[index]
      let isOpen =
        switch group.fate {
        case .closed: false
        case .open: true
        case .either: table.isOpen[index * width + cell]
        }
      if group.gate >= 0 { values[group.gate] = isOpen ? Self.unit : 0 }
      for choiceIndex in group.choices.reversed() {
        let choice = table.choices[choiceIndex]
        guard isOpen else {
          record(choice, count: 0, reduced, into: values)
          continue
        }
        let option = choice.active.lowerBound + Int(table.chosen[choiceIndex * width + cell])
        record(choice, count: table.optionCount[option], reduced, into: values)
        cell -= table.optionWeight[option] - table.optionWeight[choice.active.lowerBound]
      }
      if isOpen, group.fate == .either { cell -= table.lightestWeight(of: group) }
    }
  }

  private mutating func record(
    _ choice: PoolChoice, count: Int64, _ reduced: [Int64],
    into values: UnsafeMutableBufferPointer<Int64>
  ) {
    if choice.lane < 0 {
      values[choice.column] = count &* Self.unit
    } else {
      record(lane: choice.lane, replicas: count, reduced: reduced, into: values)
    }
  }
}

// MARK: - Reduction

extension PoolTable {
  /// Removes options by a price on the kept row; false when no choice of options fits.
  ///
  /// At any price t >= 0 the sum of the groups' cheapest priced values, less t times the capacity,
  /// is a lower bound; an option whose forced use raises it above a solution at hand is in no
  /// better solution.
  mutating func reduce(capacity: Int) -> Bool {
    var (low, high) = (Int64(0), Int64(1))
    while weight(atPrice: high) > capacity {
      low = high
      high &*= 8
      if high > BlockMinimiser.infinite / 8 { break }
    }
    for choice in choices.indices { choices[choice].active = choices[choice].options }
    let heaviest = Int64(optionWeight.max() ?? 0)
    let (reach, overflow) = high.multipliedReportingOverflow(by: max(heaviest, 1))
    if !overflow, reach < BlockMinimiser.infinite / 4, weight(atPrice: high) <= capacity {
      while high - low > 1 {
        let middle = low + (high - low) / 2
        if weight(atPrice: middle) <= capacity { high = middle } else { low = middle }
      }
      prune(price: high, slack: slack(price: high, capacity: capacity))
    }
    settle(capacity: capacity)
    return freeCapacity >= 0
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

  /// Drops options and fates whose priced loss exceeds the slack.
  private mutating func prune(price: Int64, slack: Int64) {
    var write = 0
    for groupIndex in groups.indices {
      let group = groups[groupIndex]
      let open = openValue(of: group, atPrice: price).value
      let best = min(open, group.closedValue)
      groups[groupIndex].fate = .either
      if !group.mayOpen || open &- best > slack { groups[groupIndex].fate = .closed }
      if group.closedValue >= BlockMinimiser.infinite || group.closedValue &- best > slack {
        groups[groupIndex].fate = .open
      }
      for choiceIndex in group.choices {
        let choice = choices[choiceIndex]
        let cheapest = option(of: choice, atPrice: price).value
        let start = write
        for option in choice.options {
          let (cost, overflow) = price.multipliedReportingOverflow(by: Int64(optionWeight[option]))
          guard !overflow, cost < BlockMinimiser.infinite else { break }
          let loss = (optionValue[option] &+ cost &- cheapest) &+ (open &- best)
          if loss > slack, groups[groupIndex].fate != .closed { continue }
          optionCount[write] = optionCount[option]
          optionValue[write] = optionValue[option]
          optionWeight[write] = optionWeight[option]
          write += 1
        }
        choices[choiceIndex].active = start..<write
      }
    }
  }

  /// Takes what is decided out of the table: values into `base`, weights off the capacity.
  private mutating func settle(capacity: Int) {
    base = 0
    freeCapacity = capacity
    for index in groups.indices {
      let group = groups[index]
      if !group.mayOpen { groups[index].fate = .closed }
      switch groups[index].fate {
      case .closed: base &+= group.closedValue
      case .open:
        base &+= group.gateCost &+ lightestValue(of: group)
        freeCapacity -= lightestWeight(of: group)
      case .either: break
      }
    }
  }

  func lightestWeight(of group: PoolGroup) -> Int {
    choices[group.choices].reduce(0) { $0 + optionWeight[$1.active.lowerBound] }
  }

  func lightestValue(of group: PoolGroup) -> Int64 {
    choices[group.choices].reduce(0) { $0 &+ optionValue[$1.active.lowerBound] }
  }
}

// MARK: - Dynamic programme

extension PoolTable {
  /// Applies the choices of an open group to `best`.
  mutating func apply(choicesOf index: Int, width: Int, recording: Bool) {
    swap(&open, &best)
    for choice in groups[index].choices where choices[choice].active.count > 1 {
      apply(choice: choice, width: width, recording: recording)
    }
    swap(&open, &best)
  }

  /// Applies a group that may be open or closed.
  mutating func applyEither(_ index: Int, width: Int, recording: Bool) {
    let group = groups[index]
    let shift = min(lightestWeight(of: group), width)
    let value = group.gateCost &+ lightestValue(of: group)
    open.removeAll(keepingCapacity: true)
    open.append(contentsOf: repeatElement(BlockMinimiser.infinite, count: shift))
    open.append(contentsOf: best[0..<width - shift])
    for choice in group.choices where choices[choice].active.count > 1 {
      apply(choice: choice, width: width, recording: recording)
    }
    best.withUnsafeMutableBufferPointer { best in
      open.withUnsafeBufferPointer { open in
        isOpen.withUnsafeMutableBufferPointer { isOpen in
          for cell in 0..<width {
            let closed = best[cell] &+ group.closedValue
            let opened = open[cell] &+ value
            best[cell] = min(opened, closed)
            if recording { isOpen[index * width + cell] = opened < closed }
          }
        }
      }
    }
  }

  /// Replaces `open[c]` by the best over the choice's options, relative to its lightest; heaviest
  /// capacities first, so that each cell reads only cells that are still old.
  private mutating func apply(choice index: Int, width: Int, recording: Bool) {
    let active = choices[index].active
    let (first, count) = (active.lowerBound, active.count)
    let (light, lightValue) = (optionWeight[first], optionValue[first])
    open.withUnsafeMutableBufferPointer { open in
      optionValue.withUnsafeBufferPointer { value in
        optionWeight.withUnsafeBufferPointer { weight in
          chosen.withUnsafeMutableBufferPointer { chosen in
            var cell = width - 1
            while cell >= 0 {
              var best = open[cell]
              var winner = 0
              var option = 1
              while option < count, weight[first &+ option] &- light <= cell {
                let candidate =
                  open[cell &- (weight[first &+ option] &- light)]
                  &+ (value[first &+ option] &- lightValue)
                if candidate < best {
                  best = candidate
                  winner = option
                }
                option &+= 1
              }
              open[cell] = best
              if recording { chosen[index * width + cell] = UInt16(truncatingIfNeeded: winner) }
              cell -= 1
            }
          }
        }
      }
    }
  }
}
