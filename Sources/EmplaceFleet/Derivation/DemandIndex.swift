internal import EmplaceCore

/// What two demands for one model must share to be served alike but for the network.
struct DemandClass: Sendable, Hashable {
  var objective: Demand.Objective
  var percentileMillionths: Int64
  var leastAccuracyMillionths: Int64
  var oldestVersion: Int64

  /// Longest time of the first answer, microseconds.
  var limitMicroseconds: Int64 {
    switch objective {
    case .latency(let limit), .tokens(let limit, _, _): limit
    }
  }
  /// Longest time per output token, microseconds; no limit for objectives on the whole latency.
  var perTokenMicroseconds: Int64 {
    guard case .tokens(_, let each, _) = objective else { return .max }
    return each
  }
  /// Table of lengths for the waiting rule, nil for objectives on the whole latency.
  var lengths: [Demand.LengthBucket]? {
    guard case .tokens(_, _, let lengths) = objective else { return nil }
    return LengthTables.coarse(lengths)
  }
}

/// Demands grouped by model, with their classes; demands without any request are left out.
struct DemandIndex: Sendable {
  /// Demands of one model.
  struct OfModel: Sendable {
    /// Demands, increasing.
    var demands: [Int32] = []
    /// Region of each.
    var regions: [Int32] = []
    /// Class of each, an index into `classes`.
    var classOf: [Int32] = []
    /// Residency of each, an index into the sets of the whole fleet.
    var residency: [Int32] = []
    /// Whether any needs data from a site.
    var needsData = false
    /// Classes in order of appearance.
    var classes: [DemandClass] = []
    /// For each class, the different distances of its demands from their nearest sites
    /// with nodes, increasing.
    var nearest: [[Int32]] = []
    /// Different tables of lengths, in order of appearance; the extreme ones of very many.
    var mixes: [[Demand.LengthBucket]] = []

    /// The same with at most `count` classes, evenly spaced from the tightest objective to the
    /// loosest; nil where there are no more than that.
    func sample(_ count: Int) -> OfModel? {
      guard classes.count > count else { return nil }
      let order = classes.indices.sorted {
        (classes[$0].limitMicroseconds, classes[$0].perTokenMicroseconds, $0)
          < (classes[$1].limitMicroseconds, classes[$1].perTokenMicroseconds, $1)
      }
      var result = self
      let chosen = (0..<count).map { order[$0 * (order.count - 1) / (count - 1)] }
      result.classes = chosen.map { classes[$0] }
      result.nearest = chosen.map { nearest[$0] }
      return result
    }
  }

  /// Demands of each model.
  let models: [OfModel]
  /// Different sets of jurisdictions; the first, nil, allows all.
  let residencies: [Set<String>?]
  /// Rate of demand d in hour t at `d * hours + t`.
  let rates: [Int64]
  /// Highest rate of each demand.
  let peaks: [Int64]
  /// Sum of the rates of each demand over the hours.
  let totals: [Int128]
  /// Parts of each demand.
  let parts: [Int64]
  /// What each demand fetches.
  let data: [DataNeed]

  init(fleet: Fleet, roundTrips: RoundTrips, threads: Int) {
    let hours = fleet.horizon.hoursUTC.count
    var residencies: [Set<String>?] = [nil]
    var residencyIndex: [Set<String>: Int32] = [:]
    var models = Array(repeating: OfModel(), count: fleet.models.count)
    var rates: [Int64] = []
    rates.reserveCapacity(fleet.demands.count * hours)
    var (peaks, totals): ([Int64], [Int128]) = ([], [])
    for (index, demand) in fleet.demands.enumerated() {
      var (peak, total): (Int64, Int128) = (0, 0)
      for hour in 0..<hours {
        let rate = demand.rateMicro[hour]
        rates.append(rate)
        peak = max(peak, rate)
        total += Int128(rate)
      }
      peaks.append(peak)
      totals.append(total)
      guard peak > 0 else { continue }
      var residency: Int32 = 0
      if let set = demand.residency {
        if let known = residencyIndex[set] {
          residency = known
        } else {
          residency = Int32(truncatingIfNeeded: residencies.count)
          residencyIndex[set] = residency
          residencies.append(set)
        }
      }
      models[demand.model].demands.append(Int32(truncatingIfNeeded: index))
      models[demand.model].regions.append(Int32(truncatingIfNeeded: demand.region))
      models[demand.model].residency.append(residency)
      if demand.dataSite != nil { models[demand.model].needsData = true }
    }
    let hosts = Set(
      fleet.pools.filter { $0.owned > 0 || $0.rentable > 0 }.map(\.site)
    ).sorted()
    let nearest = Self.nearest(fleet, roundTrips, hosts)
    let grouped = models
    self.models = parallelMap(grouped.count, threads: threads) {
      Self.classified(grouped[$0], fleet, nearest, roundTrips, hosts)
    }
    self.residencies = residencies
    self.rates = rates
    self.peaks = peaks
    self.totals = totals
    parts = fleet.demands.map(\.parts)
    data = fleet.demands.map(DataNeed.init)
  }

  /// Least round trip of each region to any site with nodes that may serve it.
  private static func nearest(_ fleet: Fleet, _ roundTrips: RoundTrips, _ hosts: [Int])
    -> [Int32]
  {
    var nearest = Array(repeating: RoundTrips.unreachable, count: fleet.regions.count)
    for index in hosts {
      if let own = fleet.sites[index].population?.region {
        nearest[own] = min(nearest[own], roundTrips.value(region: own, site: index))
      } else {
        for (region, value) in roundTrips.row(site: index).enumerated()
        where value < nearest[region] {
          nearest[region] = value
        }
      }
    }
    return nearest
  }

  private static func classified(
    _ model: OfModel, _ fleet: Fleet, _ nearest: [Int32], _ roundTrips: RoundTrips, _ hosts: [Int]
  ) -> OfModel {
    var model = model
    var classIndex: [DemandClass: Int] = [:]
    var lengths: Set<[Demand.LengthBucket]> = []
    model.classOf.reserveCapacity(model.demands.count)
    for (position, index) in model.demands.enumerated() {
      let demand = fleet.demands[Int(index)]
      let key = DemandClass(
        objective: demand.objective, percentileMillionths: demand.percentileMillionths,
        leastAccuracyMillionths: demand.leastAccuracyMillionths,
        oldestVersion: demand.oldestVersion)
      let trip =
        demand.dataSite == nil
        ? nearest[Int(model.regions[position])] : Self.nearest(demand, fleet, roundTrips, hosts)
      if let known = classIndex[key] {
        model.classOf.append(Int32(truncatingIfNeeded: known))
        model.nearest[known].append(trip)
      } else {
        model.classOf.append(Int32(truncatingIfNeeded: model.classes.count))
        classIndex[key] = model.classes.count
        model.classes.append(key)
        model.nearest.append([trip])
        if let table = key.lengths, lengths.insert(table).inserted { model.mixes.append(table) }
      }
    }
    model.mixes = LengthTables.extremes(model.mixes)
    for element in model.nearest.indices {
      model.nearest[element] = Set(model.nearest[element]).sorted()
    }
    return model
  }

  /// Least way of a demand that fetches data: round trip and fetch.
  private static func nearest(
    _ demand: Demand, _ fleet: Fleet, _ roundTrips: RoundTrips, _ hosts: [Int]
  ) -> Int32 {
    var nearest = RoundTrips.unreachable
    for index in hosts {
      let own = fleet.sites[index].population?.region
      guard own == nil || own == demand.region else { continue }
      let trip = Int64(roundTrips.value(region: demand.region, site: index))
      guard trip < nearest else { continue }
      let way = trip + Int64(roundTrips.fetch(DataNeed(demand), to: index))
      if way < nearest { nearest = Int32(truncatingIfNeeded: way) }
    }
    return nearest
  }
}
