import Emplace

/// Why a verified plan is as it is, in text.
struct Explanation {
  /// Sites that are looked at for one demand, the cheapest to serve it from first.
  static let siteLimit = 12
  /// Lanes that are tried at one site.
  static let laneLimit = 4
  /// Seconds after which no further move is tried: each is judged by the verifier as a whole.
  static let patienceSeconds = 20.0
  /// Demands that are explained when none was named.
  static let demandLimit = 10

  let loaded: LoadedInstance
  let plan: VerifiedSolution
  private let whatIf: WhatIf
  private var instance: PlacementInstance { loaded.instance }

  init(_ loaded: LoadedInstance, _ plan: VerifiedSolution) {
    self.loaded = loaded
    self.plan = plan
    whatIf = WhatIf(loaded.instance, plan.solution)
  }

  // MARK: Demand

  /// Where a demand is served, and why not elsewhere (or not at the one site that is asked for).
  func text(demand: Int, site: Int?) -> String {
    let element = instance.demands[demand]
    var text = "\(element.name): \(Figures.count(element.parts, "part"))\(rate(demand))\n"
    text += "\nServed\n" + served(demand)
    if let site {
      text += "\nAt \(instance.sites[site].name)\n" + table(everyPlace(demand, at: site))
    } else {
      text += "\nElsewhere, if all of it moved there\n" + elsewhere(demand)
    }
    return text
  }

  private func rate(_ demand: Int) -> String {
    guard loaded.fleet != nil else { return "" }
    let hours = demand * instance.hours..<(demand + 1) * instance.hours
    let mean = instance.rate[hours].reduce(0.0) { $0 + Double($1) } / Double(instance.hours) / 1e6
    return ", \(Figures.fixed(mean, 3)) requests/s on average"
  }

  private func served(_ demand: Int) -> String {
    var rows: [[String]] = []
    var left = instance.demands[demand].parts
    for route in plan.solution.routes where route.demand == demand {
      left -= route.parts
      let cost = instance.arc(lane: route.lane, demand: demand).map {
        money(Int128(instance.arcCost[$0]) * Int128(route.parts))
      }
      rows.append([
        Figures.count(route.parts, "part"), place(route.lane), cost.map { "serving \($0)" } ?? "",
      ])
    }
    if left > 0 {
      let cost = Int128(instance.demands[demand].unservedCost ?? 0) * Int128(left)
      rows.append([Figures.count(left, "part"), "not served", "penalty \(money(cost))"])
    }
    return table(rows)
  }

  private func elsewhere(_ demand: Int) -> String {
    let used = Set(
      plan.solution.routes.lazy.filter { $0.demand == demand }
        .map { instance.site(ofLane: $0.lane) })
    var lanes: [Int: [(cost: Int64, lane: Int)]] = [:]
    for lane in instance.lanes.indices {
      guard let arc = instance.arc(lane: lane, demand: demand) else { continue }
      lanes[instance.site(ofLane: lane), default: []].append((instance.arcCost[arc], lane))
    }
    let open = lanes.filter { !used.contains($0.key) }
      .map { (site: $0.key, lanes: $0.value.sorted { ($0.cost, $0.lane) < ($1.cost, $1.lane) }) }
      .sorted { ($0.lanes[0].cost, $0.site) < ($1.lanes[0].cost, $1.site) }
    var rows = open.prefix(Self.siteLimit).map { element in
      [instance.sites[element.site].name]
        + outcome(demand, lanes: element.lanes.prefix(Self.laneLimit).map(\.lane))
    }
    if open.count > Self.siteLimit {
      rows.append([
        "", "\(open.count - Self.siteLimit) more admissible sites, dearer to serve from",
      ])
    }
    rows += ruledOut(demand, admissible: Set(lanes.keys))
    return rows.isEmpty ? "  there is no other site\n" : table(rows)
  }

  /// The best outcome among some lanes.
  private func outcome(_ demand: Int, lanes: [Int]) -> [String] {
    var best: (cost: Int128, row: [String])?
    var broken: [String]?
    for lane in lanes {
      if Clock.elapsed > Self.patienceSeconds { break }
      switch whatIf.serving(demand, by: lane) {
      case .holds(let difference, let terms):
        if difference < best?.cost ?? .max {
          best = (difference, [place(lane), Self.words(difference, terms, money)])
        }
      case .breaks(let violation):
        if broken == nil { broken = [place(lane), "would break \(violation)"] }
      }
    }
    return best?.row ?? broken ?? ["not tried: the moves before took too long"]
  }

  private static func words(
    _ difference: Int128, _ terms: [(name: String, amount: Int128)], _ money: (Int128) -> String
  ) -> String {
    guard difference != 0 || !terms.isEmpty else { return "would cost the same" }
    let head =
      difference == 0
      ? "would cost the same"
      : "would cost \(money(abs(difference))) \(difference > 0 ? "more" : "less")"
    let parts = terms.map { "\($0.name) \($0.amount > 0 ? "+" : "-")\(money(abs($0.amount)))" }
    return head + ": " + parts.joined(separator: ", ")
  }

  /// Sites without an admissible lane, with the reason.
  private func ruledOut(_ demand: Int, admissible: Set<Int>) -> [[String]] {
    guard let derivation = loaded.derivation, let fleet = loaded.fleet else { return [] }
    var rows: [[String]] = []
    var seen = admissible
    var more = 0
    for (index, pool) in fleet.pools.enumerated() where seen.insert(pool.site).inserted {
      guard rows.count < Self.siteLimit else {
        more += 1
        continue
      }
      if let reason = reason(demand, pool: index, derivation, fleet) {
        rows.append([fleet.sites[pool.site].id, "not admissible", reason])
      }
    }
    if more > 0 { rows.append(["", "\(more) more sites that are not admissible"]) }
    return rows
  }

  /// Why no variant in a pool may serve the demand: the reason of the one that comes furthest.
  private func reason(
    _ demand: Int, pool: Int, _ derivation: PlacementDerivation, _ fleet: Fleet
  ) -> String? {
    let order = Inadmissible.Kind.allCases
    return fleet.models[fleet.demands[demand].model].variants
      .compactMap { derivation.admissibility(demand: demand, variant: $0, pool: pool) }
      .max {
        (order.firstIndex(of: $0.kind) ?? 0) < (order.firstIndex(of: $1.kind) ?? 0)
      }?.description
  }

  /// Every lane and every ruled-out pair of variant and pool at one site.
  private func everyPlace(_ demand: Int, at site: Int) -> [[String]] {
    let used = Set(plan.solution.routes.lazy.filter { $0.demand == demand }.map(\.lane))
    var rows: [[String]] = []
    for lane in instance.lanes.indices where instance.site(ofLane: lane) == site {
      guard instance.arc(lane: lane, demand: demand) != nil else { continue }
      if used.contains(lane), used.count == 1 {
        rows.append([place(lane), "serves it now"])
      } else {
        rows.append(outcome(demand, lanes: [lane]))
      }
    }
    guard let derivation = loaded.derivation, let fleet = loaded.fleet else { return rows }
    for (index, pool) in fleet.pools.enumerated() where pool.site == site {
      for variant in fleet.models[fleet.demands[demand].model].variants {
        if let reason = derivation.admissibility(demand: demand, variant: variant, pool: index) {
          rows.append(["\(fleet.variants[variant].id) on \(pool.id)", "not admissible: \(reason)"])
        }
      }
    }
    return rows
  }

  // MARK: Site

  /// What a site runs, how full it is, and whom it serves.
  func text(site: Int) -> String {
    var text = "\(instance.sites[site].name)\n\nRuns\n"
    let running = plan.solution.replicas.filter { instance.site(ofLane: $0.lane) == site }
    text += table(running.map { [Figures.count($0.count, "replica"), place($0.lane)] })
    let use = SiteUse.all(of: plan.solution, in: instance)[site].usedMillionths
    let rows = SiteUse.Resource.allCases.compactMap { resource in
      use[resource].map { [resource.rawValue, Figures.percent(Double($0) / 1e6)] }
    }
    if !rows.isEmpty { text += "\nUsed of what it has\n" + Figures.table(rows, rightAligned: [1]) }
    text += "\nServes\n"
    let routes = plan.solution.routes.filter { instance.site(ofLane: $0.lane) == site }
    text += table(
      routes.prefix(40).map {
        [
          instance.demands[$0.demand].name,
          "\($0.parts) of \(instance.demands[$0.demand].parts) parts",
          place($0.lane),
        ]
      })
    if routes.count > 40 { text += "  and \(routes.count - 40) more\n" }
    return text
  }

  // MARK: What is not served

  /// Demands that are not served whole, each explained.
  var unserved: String {
    var served = [Int64](repeating: 0, count: instance.demands.count)
    for route in plan.solution.routes { served[route.demand] += route.parts }
    let open = served.indices.filter { served[$0] < instance.demands[$0].parts }
    guard !open.isEmpty else {
      return "Every demand is served whole. With --demand or --site it explains one of them.\n"
    }
    var text = open.prefix(Self.demandLimit).map { self.text(demand: $0, site: nil) }
      .joined(separator: "\n")
    if open.count > Self.demandLimit {
      text +=
        "\n\(open.count - Self.demandLimit) more demands are not served whole: --demand "
        + "explains one of them.\n"
    }
    return text
  }

  // MARK: Words

  private func place(_ lane: Int) -> String {
    let element = instance.lanes[lane]
    let pool = instance.pools[Int(element.pool)].name
    let variant = instance.variant(ofLane: lane)
    guard variant >= 0 else { return pool }
    return "\(instance.variants[variant].name), batch \(element.batch), on \(pool)"
  }

  private func money(_ amount: Int128) -> String {
    instance.printed(Int64(clamping: amount)).description
  }

  private func table(_ rows: [[String]]) -> String {
    rows.isEmpty ? "  nothing\n" : Figures.table(rows)
  }
}
