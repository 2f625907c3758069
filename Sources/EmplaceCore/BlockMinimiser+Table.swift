// The dynamic programme of a pool whose kept row binds.

extension BlockMinimiser {
  /// Minimum over all groups by capacity, `0...capacity`; groups one after the other.
  mutating func fillTable(capacity: Int, block: Int, recording: Bool) throws(Failure) -> Int64 {
    let width = capacity + 1
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
    for index in table.groups.indices { apply(group: index, width: width, recording: recording) }
    return table.best[capacity]
  }

  private mutating func apply(group index: Int, width: Int, recording: Bool) {
    let group = table.groups[index]
    let mayClose = group.closedValue < Self.infinite
    if group.mayOpen {
      if mayClose {
        table.open.removeAll(keepingCapacity: true)
        table.open.append(contentsOf: table.best)
      } else {
        swap(&table.open, &table.best)
      }
      for choice in group.choices { apply(choice: choice, width: width, recording: recording) }
      if !mayClose { swap(&table.open, &table.best) }
    }
    for cell in 0..<width {
      if !mayClose {
        table.best[cell] &+= group.gateCost
        continue
      }
      let closed = table.best[cell] &+ group.closedValue
      let open = group.mayOpen ? table.open[cell] &+ group.gateCost : Self.infinite
      table.best[cell] = min(open, closed)
      if recording { table.isOpen[index * width + cell] = open < closed }
    }
  }

  /// Replaces `table.open[c]` by the best over the choice's options, heaviest capacities first so
  /// that each cell reads only cells that are still old.
  private mutating func apply(choice index: Int, width: Int, recording: Bool) {
    let options = table.choices[index].options
    let (first, count) = (options.lowerBound, options.count)
    table.open.withUnsafeMutableBufferPointer { open in
      table.optionValue.withUnsafeBufferPointer { value in
        table.optionWeight.withUnsafeBufferPointer { weight in
          table.chosen.withUnsafeMutableBufferPointer { chosen in
            var cell = width - 1
            while cell >= 0 {
              var best = Self.infinite
              var winner = 0
              var option = 0
              while option < count, weight[first + option] <= cell {
                let candidate = open[cell - weight[first + option]] &+ value[first + option]
                if candidate < best {
                  best = candidate
                  winner = option
                }
                option += 1
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
  mutating func recordTable(
    _ reduced: [Int64], capacity: Int, into values: UnsafeMutableBufferPointer<Int64>
  ) {
    let width = capacity + 1
    var cell = capacity
    for index in table.groups.indices.reversed() {
      let group = table.groups[index]
      let isOpen = table.isOpen[index * width + cell]
      if group.gate >= 0 { values[group.gate] = isOpen ? Self.unit : 0 }
      for choiceIndex in group.choices.reversed() {
        let choice = table.choices[choiceIndex]
        guard isOpen else {
          record(choice, count: 0, reduced, into: values)
          continue
        }
        let option = choice.options.lowerBound + Int(table.chosen[choiceIndex * width + cell])
        record(choice, count: table.optionCount[option], reduced, into: values)
        cell -= table.optionWeight[option]
      }
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
