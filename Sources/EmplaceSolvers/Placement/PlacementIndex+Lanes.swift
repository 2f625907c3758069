internal import EmplaceCore
internal import EmplaceProblems

/// Lanes: what a replica costs, carries and needs.
struct LaneTable: Sendable {
  let count: Int
  /// Load of one replica.
  let capacity: FlatArray<Int64>
  let cost: FlatArray<Int64>
  let least: FlatArray<Int64>
  /// Most replicas that can be of any use.
  let most: FlatArray<Int64>
  let pool: FlatArray<Int32>
  let site: FlatArray<Int32>
  let artifact: FlatArray<Int32>
  let model: FlatArray<Int32>
  let tenant: FlatArray<Int32>
  let milliwatts: FlatArray<Int64>
  /// Compute over all devices of one replica, for quotas.
  let shares: FlatArray<Int64>
  /// Load slots of lane `l`: `slotStart[l]..<slotStart[l + 1]`, one for each hour that matters.
  let slotStart: FlatArray<Int32>
  let slotHour: FlatArray<Int32>
  /// Arcs of lane `l`: `arcStart[l]..<arcStart[l + 1]`.
  let arcStart: FlatArray<Int32>

  init(_ instance: PlacementInstance, _ arena: Arena) throws(SolveError) {
    count = instance.lanes.count
    capacity = arena.array(instance.lanes.map { min(max($0.capacity, 0), 1 << 60) })
    cost = arena.array(instance.lanes.map(\.cost))
    least = arena.array(instance.lanes.map { max($0.least, 0) })
    pool = arena.array(instance.lanes.map(\.pool))
    site = arena.array(instance.lanes.map { instance.pools[Int($0.pool)].site })
    artifact = arena.array(instance.lanes.map(\.artifact))
    model = arena.array((0..<count).map { Int32(instance.model(ofLane: $0)) })
    tenant = arena.array((0..<count).map { Int32(instance.tenant(ofLane: $0)) })
    milliwatts = arena.array(instance.lanes.map { min($0.milliwatts, 1 << 61) })
    shares = arena.array(instance.lanes.map { clampedProduct($0.devices, $0.milliShares) })
    arcStart = arena.array(instance.arcStart.map { Int32($0) })
    (slotStart, slotHour) = Self.slots(instance, arena)
    most = Self.usefulCounts(instance, capacity, arena)
    for lane in instance.lanes.indices.dropFirst()
    where instance.lanes[lane].pool < instance.lanes[lane - 1].pool {
      throw .badInput("lane \(lane): lanes are not ordered by pool")
    }
  }

  @inline(__always)
  func slots(_ lane: Int) -> Range<Int> { Int(slotStart[lane])..<Int(slotStart[lane + 1]) }

  @inline(__always)
  func arcs(_ lane: Int) -> Range<Int> { Int(arcStart[lane])..<Int(arcStart[lane + 1]) }

  /// Hours in which no other hour loads every arc of the lane at least as much; ties keep one.
  private static func slots(_ instance: PlacementInstance, _ arena: Arena)
    -> (FlatArray<Int32>, FlatArray<Int32>)
  {
    var start: [Int32] = [0]
    var hours: [Int32] = []
    start.reserveCapacity(instance.lanes.count + 1)
    var previous = 0..<0
    var kept: [Int32] = []
    for lane in instance.lanes.indices {
      let arcs = instance.arcs(ofLane: lane)
      let isSame =
        lane > 0 && arcs.count == previous.count
        && instance.arcDemand[arcs] == instance.arcDemand[previous]
      if !isSame { kept = hoursThatMatter(arcs, instance) }
      previous = arcs
      hours += kept
      start.append(Int32(hours.count))
    }
    return (arena.array(start), arena.array(hours))
  }

  private static func hoursThatMatter(_ arcs: Range<Int>, _ instance: PlacementInstance) -> [Int32]
  {
    let hours = instance.hours
    guard hours > 1 else { return arcs.isEmpty ? [] : [0] }
    guard !arcs.isEmpty else { return [] }
    return instance.rate.withUnsafeBufferPointer { rate in
      instance.arcDemand.withUnsafeBufferPointer { demandOf in
        var total = [Double](repeating: 0, count: hours)
        for arc in arcs {
          let row = Int(demandOf[arc]) * hours
          for hour in 0..<hours { total[hour] += Double(rate[row + hour]) }
        }
        // Only an hour with at least the same total can dominate.
        let order = (0..<hours).sorted { (-total[$0], $0) < (-total[$1], $1) }
        var kept: [Int32] = []
        for hour in order {
          let isDominated = kept.contains { other in
            arcs.allSatisfy {
              let row = Int(demandOf[$0]) * hours
              return rate[row + hour] <= rate[row + Int(other)]
            }
          }
          if !isDominated { kept.append(Int32(hour)) }
        }
        return kept
      }
    }
  }

  /// Most replicas that all arcs together could fill, at least one, within the stated most.
  private static func usefulCounts(
    _ instance: PlacementInstance, _ capacity: FlatArray<Int64>, _ arena: Arena
  ) -> FlatArray<Int64> {
    let result = arena.array(Int64(0), count: instance.lanes.count)
    let hours = instance.hours
    var peak = [Double](repeating: 0, count: instance.demands.count)
    for demand in instance.demands.indices {
      for hour in 0..<hours {
        peak[demand] = max(peak[demand], Double(instance.rate[demand * hours + hour]))
      }
    }
    for (lane, element) in instance.lanes.enumerated() {
      var load = 0.0
      let scale = Double(instance.rateScale)
      for arc in instance.arcs(ofLane: lane) {
        let demand = Int(instance.arcDemand[arc])
        // Rounding adds less than one unit to each part.
        load +=
          peak[demand] * Double(instance.arcWork[arc]) / scale
          + Double(instance.demands[demand].parts)
      }
      let useful = capacity[lane] > 0 ? (load * 1.001 / Double(capacity[lane])) + 1 : 1
      let cap = capacity[lane] > 0 ? Double(Int64(1) << 61) / Double(capacity[lane]) : 1e15
      let bound = Int64(max(1, min(useful, cap, 1e15)))
      result[lane] = min(max(element.most, 0), max(bound, element.least))
    }
    return result
  }
}

/// Options of each demand: its arcs, cheapest first.
struct OptionTable: Sendable {
  /// Options of demand `d`: `start[d]..<start[d + 1]`.
  let start: FlatArray<Int32>
  let lane: FlatArray<Int32>
  let demand: FlatArray<Int32>
  let arc: FlatArray<Int32>
  let cost: FlatArray<Int64>
  /// Most parts on the option.
  let limit: FlatArray<Int32>
  /// Loads of one part on option `o`, one for each slot of its lane, from `loadStart[o]`.
  let loadStart: FlatArray<Int>
  let load: FlatArray<Int64>
  /// Option of an arc.
  let ofArc: FlatArray<Int32>
  /// Load of one part on an arc in its worst hour.
  let peakLoadOfArc: FlatArray<Int64>
  let parts: FlatArray<Int32>
  /// Cost of a part that is not served; -1 where all must be.
  let unservedCost: FlatArray<Int64>
  /// How far the costs of a demand's first options lie apart: the scale of noise.
  let spread: FlatArray<Double>
  var demandCount: Int { parts.count }

  @inline(__always)
  func range(_ demand: Int) -> Range<Int> { Int(start[demand])..<Int(start[demand + 1]) }

  init(_ instance: PlacementInstance, _ lanes: LaneTable, _ arena: Arena, threads: Int)
    throws(SolveError)
  {
    for demand in instance.demands where demand.parts < 1 || demand.parts > Int64(Int32.max) / 2 {
      throw .badInput("demand \(demand.name): \(demand.parts) parts. Maybe 1000.")
    }
    parts = arena.array(instance.demands.map { Int32($0.parts) })
    unservedCost = arena.array(instance.demands.map { $0.unservedCost ?? -1 })
    let arcs = instance.arcCount
    start = arena.array(Int32(0), count: instance.demands.count + 1)
    lane = arena.room(for: arcs)
    demand = arena.room(for: arcs)
    arc = arena.room(for: arcs)
    cost = arena.room(for: arcs)
    limit = arena.room(for: arcs)
    loadStart = arena.room(for: arcs)
    ofArc = arena.room(for: arcs)
    peakLoadOfArc = arena.room(for: arcs)
    var total = 0
    for lane in 0..<lanes.count {
      total += lanes.arcs(lane).count * lanes.slots(lane).count
    }
    load = arena.room(for: total)
    spread = arena.array(0.0, count: instance.demands.count)
    fill(instance, lanes, threads: threads)
  }

  /// An arc on the way to its place among the options of its demand.
  private struct Entry: BitwiseCopyable {
    var cost: Int64 = 0
    var lane: Int32 = 0
    var arc: Int32 = 0
  }

  /// Demands that a thread takes at a time.
  private static let demandsAtOnce = 256

  private func fill(_ instance: PlacementInstance, _ lanes: LaneTable, threads: Int) {
    let scratch = Arena()
    let entries = scratch.array(Entry(), count: lane.count)
    let firstLoad = gather(instance, lanes, into: entries, scratch)
    let chunks = (parts.count + Self.demandsAtOnce - 1) / Self.demandsAtOnce
    _ = parallelMap(chunks, threads: threads) { chunk in
      let first = chunk * Self.demandsAtOnce
      for demand in first..<min(first + Self.demandsAtOnce, parts.count) {
        order(demand, entries)
        fillLoads(demand, from: firstLoad[demand], instance, lanes)
      }
    }
    withExtendedLifetime(scratch) {}
  }

  /// Brings the arcs of each demand together, lane by lane; answers where its loads begin.
  private func gather(
    _ instance: PlacementInstance, _ lanes: LaneTable, into entries: FlatArray<Entry>,
    _ scratch: Arena
  ) -> FlatArray<Int> {
    let firstLoad = scratch.array(0, count: parts.count + 1)
    let position = scratch.array(Int32(0), count: parts.count)
    instance.arcDemand.withUnsafeBufferPointer { demandOf in
      for index in demandOf { start[index + 1] += 1 }
      for index in parts.indices {
        start[index + 1] += start[index]
        position[index] = start[index]
      }
      for lane in 0..<lanes.count {
        let slots = lanes.slots(lane).count
        for arc in lanes.arcs(lane) {
          let demand = Int(demandOf[arc])
          entries[position[demand]] = Entry(
            cost: instance.arcCost[arc], lane: Int32(lane), arc: Int32(arc))
          position[demand] += 1
          firstLoad[demand + 1] += slots
        }
      }
    }
    for index in parts.indices { firstLoad[index + 1] += firstLoad[index] }
    return firstLoad
  }

  private func order(_ index: Int, _ entries: FlatArray<Entry>) {
    let range = range(index)
    var slice = UnsafeMutableBufferPointer(start: entries.base, count: entries.count)[range]
    slice.sort { ($0.cost, $0.lane) < ($1.cost, $1.lane) }
    for option in range {
      let entry = entries[option]
      lane[option] = entry.lane
      demand[option] = Int32(index)
      arc[option] = entry.arc
      cost[option] = entry.cost
      ofArc[entry.arc] = Int32(option)
    }
    guard let first = range.first else { return }
    let reach = Double(cost[min(first + 5, range.upperBound - 1)]) - Double(cost[first])
    spread[index] = reach > 0 ? reach : Double(cost[first].magnitude) * 0.1
  }

  private func fillLoads(
    _ demand: Int, from firstLoad: Int, _ instance: PlacementInstance, _ lanes: LaneTable
  ) {
    let row = demand * instance.hours
    let divisor = Int128(parts[demand]) * Int128(instance.rateScale)
    let small = Int64(clamping: divisor)
    var next = firstLoad
    for option in range(demand) {
      let arc = Int(self.arc[option])
      limit[option] =
        instance.arcLimit.isEmpty ? parts[demand] : max(0, instance.arcLimit[arc])
      loadStart[option] = next
      let work = instance.arcWork[arc]
      var peak: Int64 = 0
      for slot in lanes.slots(Int(lane[option])) {
        let rate = instance.rate[row + Int(lanes.slotHour[slot])]
        let (product, overflow) = rate.multipliedReportingOverflow(by: work)
        if overflow || product > Int64.max - small || small == .max {
          let exact = (Int128(rate) * Int128(work) + divisor - 1) / divisor
          load[next] = clamped(exact)
        } else {
          load[next] = (product + small - 1) / small
        }
        peak = max(peak, load[next])
        next += 1
      }
      peakLoadOfArc[arc] = peak
    }
  }
}
