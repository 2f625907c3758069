/// Lanes of one pool with the demands that each may serve: the first pass of a derivation.
struct PoolLanes: Sendable {
  /// A lane.
  struct Seed: Sendable {
    /// Index of the model.
    var model: Int32
    /// Index of the option among the model's on the pool's node type.
    var option: Int32
    /// Number of its arcs.
    var arcs: Int32
  }

  /// Lanes by variant, then batch limit.
  var seeds: [Seed] = []
  /// Position among the model's demands of each arc, lane by lane, increasing within one.
  var positions: [Int32] = []
  /// Round trip and fetch of data of each arc, microseconds.
  var distances: [Int32] = []
}

/// Finds the lanes of pools.
struct LaneFinder: Sendable {
  let fleet: Fleet
  let index: DemandIndex
  let roundTrips: RoundTrips
  /// Models in the order of their variants.
  let modelOrder: [Int]
  /// Options by model, then position of the node type.
  let options: [[ModelOptions]]
  /// Position of each node type in `options`, -1 where no pool has it.
  let typePosition: [Int]

  /// The lanes of a pool. A lane that no demand can use is left out, and so is one that another
  /// batch limit of the same variant matches in everything.
  func lanes(ofPool pool: Int) -> PoolLanes {
    var result = PoolLanes()
    let element = fleet.pools[pool]
    let site = fleet.sites[element.site]
    let type = typePosition[element.nodeType]
    guard type >= 0, serves(element, site) else { return result }
    let allowed = index.residencies.map { $0?.contains(site.jurisdiction) ?? true }
    let trips = roundTrips.row(site: element.site)
    var reached = Reached()
    trips.withUnsafeBufferPointer { trips in
      for model in modelOrder {
        let options = options[model][type]
        guard !options.options.isEmpty, admits(fleet.models[model], site),
          !fleet.models[model].forbiddenSites.contains(element.site)
        else { continue }
        gather(model, options, element.site, site.population?.region, trips, allowed, &reached)
        guard !reached.positions.isEmpty else { continue }
        append(model, options, reached, element, to: &result)
      }
    }
    return result
  }

  /// Whether a pool has nodes, and devices on line if it is a population.
  private func serves(_ pool: Pool, _ site: Site) -> Bool {
    guard pool.owned > 0 || pool.rentable > 0 else { return false }
    guard let population = site.population else { return true }
    return population.count > 0 && population.onlineMillionths > 0
  }

  /// Whether a model's weights may lie at a site and its trust suffices.
  func admits(_ model: InferenceModel, _ site: Site) -> Bool {
    site.trust >= model.trust && (model.jurisdictions?.contains(site.jurisdiction) ?? true)
  }

  /// Demands of a model that some option can serve from a site, with the way there.
  private struct Reached {
    var positions: [Int32] = []
    var distances: [Int32] = []
    var classes: [Int32] = []
  }

  private func gather(
    _ model: Int, _ options: ModelOptions, _ site: Int, _ ownRegion: Int?,
    _ trips: UnsafeBufferPointer<Int32>, _ allowed: [Bool], _ reached: inout Reached
  ) {
    reached.positions.removeAll(keepingCapacity: true)
    reached.distances.removeAll(keepingCapacity: true)
    reached.classes.removeAll(keepingCapacity: true)
    let demands = index.models[model]
    let own = ownRegion.map { Int32(truncatingIfNeeded: $0) } ?? -1
    demands.regions.withUnsafeBufferPointer { regions in
      demands.classOf.withUnsafeBufferPointer { classOf in
        options.reach.withUnsafeBufferPointer { reach in
          for position in regions.indices {
            let region = regions[position]
            var distance = trips[Int(region)]
            let limit = reach[Int(classOf[position])]
            guard distance <= limit, own < 0 || own == region else { continue }
            if demands.needsData {
              let need = index.data[Int(demands.demands[position])]
              let fetch = roundTrips.fetch(need, to: site)
              guard fetch <= limit - distance else { continue }
              distance += fetch
            }
            guard allowed[Int(demands.residency[position])] else { continue }
            if own >= 0, !sharesParts(Int(demands.demands[position]), site) { continue }
            reached.positions.append(Int32(truncatingIfNeeded: position))
            reached.distances.append(distance)
            reached.classes.append(classOf[position])
          }
        }
      }
    }
  }

  /// Whether a population's share on line makes at least one part of a demand.
  func sharesParts(_ demand: Int, _ site: Int) -> Bool {
    guard let population = fleet.sites[site].population else { return true }
    return Int128(fleet.demands[demand].parts) * Int128(population.onlineMillionths) >= 1_000_000
  }

  private func append(
    _ model: Int, _ options: ModelOptions, _ reached: Reached, _ pool: Pool,
    to result: inout PoolLanes
  ) {
    let count = options.options.count
    let first = result.seeds.count
    for (option, element) in options.options.enumerated()
    where element.fit.most(onNodes: nodes(of: pool)) > 0 {
      let start = result.positions.count
      for arc in reached.positions.indices
      where reached.distances[arc] <= options.slack[Int(reached.classes[arc]) * count + option] {
        result.positions.append(reached.positions[arc])
        result.distances.append(reached.distances[arc])
      }
      let arcs = result.positions.count - start
      guard arcs > 0 else { continue }
      result.seeds.append(
        .init(
          model: Int32(truncatingIfNeeded: model), option: Int32(truncatingIfNeeded: option),
          arcs: Int32(truncatingIfNeeded: arcs)))
    }
    dropDominated(from: first, model, options, &result)
  }

  /// Nodes of a pool that may run: of a population one, which stands for every device.
  func nodes(of pool: Pool) -> Int64 { Self.nodes(of: pool, in: fleet) }

  /// Likewise.
  static func nodes(of pool: Pool, in fleet: Fleet) -> Int64 {
    let (sum, overflow) = pool.owned.addingReportingOverflow(pool.rentable)
    let nodes = overflow ? Int64.max : sum
    return fleet.sites[pool.site].population == nil ? nodes : min(nodes, 1)
  }

  // MARK: Dominated lanes

  /// Removes lanes of the model that another lane of the same variant matches in everything.
  private func dropDominated(
    from first: Int, _ model: Int, _ options: ModelOptions, _ result: inout PoolLanes
  ) {
    guard result.seeds.count - first > 1 else { return }
    var starts: [Int] = []
    var start = result.positions.count
    for seed in result.seeds[first...].reversed() {
      start -= Int(seed.arcs)
      starts.append(start)
    }
    starts.reverse()
    let seeds = Array(result.seeds[first...])
    var keeps = Array(repeating: true, count: seeds.count)
    for (left, seed) in seeds.enumerated() {
      for (right, other) in seeds.enumerated() where left != right && keeps[right] {
        let own = result.positions[starts[left]..<starts[left] + Int(seed.arcs)]
        let others = result.positions[starts[right]..<starts[right] + Int(other.arcs)]
        if dominates(other, others, over: seed, own, model, options, tie: right < left) {
          keeps[left] = false
          break
        }
      }
    }
    guard keeps.contains(false) else { return }
    result.seeds.removeSubrange(first...)
    var end = starts.first ?? 0
    for (number, seed) in seeds.enumerated() where keeps[number] {
      result.seeds.append(seed)
      for arc in starts[number]..<starts[number] + Int(seed.arcs) {
        result.positions[end] = result.positions[arc]
        result.distances[end] = result.distances[arc]
        end += 1
      }
    }
    result.positions.removeSubrange(end...)
    result.distances.removeSubrange(end...)
  }

  /// Whether a lane is at least as good as another of the same variant: it serves the same demands
  /// or more, with as little work, memory and (where it has a price) latency. Equals go by `tie`.
  private func dominates(
    _ other: PoolLanes.Seed, _ others: ArraySlice<Int32>, over seed: PoolLanes.Seed,
    _ own: ArraySlice<Int32>, _ model: Int, _ options: ModelOptions, tie: Bool
  ) -> Bool {
    let (better, worse) = (Int(other.option), Int(seed.option))
    let (left, right) = (options.options[better], options.options[worse])
    guard left.variant == right.variant, others.count >= own.count,
      left.fit.deviceMiB <= right.fit.deviceMiB, left.fit.hostMiB <= right.fit.hostMiB
    else { return false }
    let count = options.options.count
    let hasLatencyPrice = fleet.policy.latencyPrice > 0
    let classOf = index.models[model].classOf
    var isStrict =
      others.count > own.count || left.fit.deviceMiB < right.fit.deviceMiB
      || left.fit.hostMiB < right.fit.hostMiB
    var cursor = others.startIndex
    for position in own {
      while cursor < others.endIndex, others[cursor] < position { cursor += 1 }
      guard cursor < others.endIndex, others[cursor] == position else { return false }
      let row = Int(classOf[Int(position)]) * count
      let (work, otherWork) = (options.work[row + worse], options.work[row + better])
      guard otherWork <= work else { return false }
      if otherWork < work { isStrict = true }
      if hasLatencyPrice {
        let (late, otherLate) = (options.latency[row + worse], options.latency[row + better])
        guard otherLate <= late else { return false }
        if otherLate < late { isStrict = true }
      }
    }
    return isStrict || tie
  }
}
