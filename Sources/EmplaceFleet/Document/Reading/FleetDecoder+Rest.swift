/// The past, the network, interference, the present, and what was assumed.
extension FleetDecoder {
  // MARK: - History

  mutating func decodeHistory() {
    var seen: Set<Int> = []
    for node in rootObjects(.history, "histories") {
      guard let view = reader.open(.history, node) else { continue }
      defer { reader.close(view) }
      let demand = reader.reference(view, .demand)
      let rates = reader.integers(view, .ratesPerSecond)
      if let demand, !seen.insert(demand).inserted, let place = reader.node(view, .demand) {
        reader.problems.add(place, "a history of this demand stands before")
      }
      let start = reader.text(view, .start)
      let step = reader.integer(view, .stepHours)
      let growth = reader.integer(view, .growthPerYear)
      let seasons = reader.choices(view, .seasonality, RateHistory.Season.self)
      guard let demand, let rates else { continue }
      var history = RateHistory(demand: demand, ratesMicro: rates)
      if let start { history.start = start }
      if let step { history.stepHours = step }
      if let growth { history.growthPerYearMillionths = growth }
      if let seasons { history.seasonality = seasons }
      fleet.history.append(history)
    }
    fillRates()
  }

  /// Demands without a rate take the mean of their history.
  private mutating func fillRates() {
    guard !rateless.isEmpty else { return }
    var means: [Int: Int64] = [:]
    for history in fleet.history {
      let sum = history.ratesMicro.reduce(Int128(0)) { $0 + Int128($1) }
      let count = Int128(history.ratesMicro.count)
      means[history.demand] = Int64(truncatingIfNeeded: (sum + count - 1) / count)
    }
    for (demand, node) in rateless {
      guard let mean = means[demand], demand < fleet.demands.count else {
        reader.problems.addMissing(
          Key.ratePerSecond.name, of: node, "missing, and the demand has no history")
        continue
      }
      fleet.demands[demand].rateMicro = .constant(mean)
      assume(
        "demands[\(demand)].ratePerSecond",
        "\(DecimalText.text(mean, scale: 1_000_000)) requests/s", "mean of its history")
    }
  }

  // MARK: - Network

  /// Most pairs in a table of round trips.
  private static let pairLimit = 50_000_000

  mutating func decodeNetwork() {
    guard let view = openSection(.network, .network) else { return requireCoordinates() }
    defer { reader.close(view) }
    if let node = reader.node(view, .roundTripMs) { decodeRoundTrips(node) }
    if let node = reader.node(view, .siteRoundTripMs) { decodeSiteRoundTrips(node) }
    if let value = reader.real(view, .kilometresPerMs, 1...1000) {
      fleet.network.kilometresPerMillisecond = value
    }
    if let value = reader.real(view, .detour, 1...100) { fleet.network.detour = value }
    if let value = reader.real(view, .fixedMs, 0...100_000) {
      fleet.network.fixedMilliseconds = value
    }
    for node in objects(view, .siteLinks, "site links") {
      guard let link = reader.open(.siteLink, node) else { continue }
      defer { reader.close(link) }
      let from = reader.reference(link, .from)
      let to = reader.reference(link, .to)
      guard let from, let to, let speed = reader.integer(link, .mbps) else { continue }
      fleet.network.siteLinks.append(SiteLink(from: from, to: to, kilobitsPerSecond: speed))
    }
    if reader.node(view, .roundTripMs) == nil { requireCoordinates() }
  }

  /// Without a table, round trips come from coordinates, so every place has them.
  private mutating func requireCoordinates() {
    for (index, region) in fleet.regions.enumerated() where region.coordinates == nil {
      requireCoordinates(.region, index)
    }
    for (index, site) in fleet.sites.enumerated()
    where site.coordinates == nil && site.tier != .endpoint {
      requireCoordinates(.site, index)
    }
  }

  private mutating func requireCoordinates(_ kind: ObjectKind, _ index: Int) {
    guard let node = merged[kind]?.nodes[index], reader.tree.nodes[node].kind == .object,
      reader.tree.member(.latitude, of: node) == nil,
      reader.tree.member(.longitude, of: node) == nil
    else { return }
    reader.problems.addMissing(
      Key.latitude.name, of: node,
      "missing, and network.roundTripMs gives no round trips: they come from coordinates",
      maybe: "latitude and longitude")
  }

  private mutating func decodeRoundTrips(_ node: Int) {
    guard let view = reader.open(.roundTrips, node) else { return }
    defer { reader.close(view) }
    let width = count(.site)
    let size = count(.region).multipliedReportingOverflow(by: width)
    guard !size.overflow, size.partialValue <= Self.pairLimit else {
      reader.problems.add(
        node, "regions times sites are more than \(Self.pairLimit) pairs", hidesValue: true)
      return
    }
    var trips = [Int64](repeating: -1, count: size.partialValue)
    let rows = reader.references(view, .regions) ?? Array(0..<count(.region))
    let columns = reader.references(view, .sites) ?? Array(0..<width)
    if let table = reader.node(view, .table) {
      fill(&trips, width, table, rows, columns, reader.compiled(view, .table))
    }
    for element in objects(view, .entries, "round trips") {
      guard let entry = reader.open(.roundTrip, element) else { continue }
      defer { reader.close(entry) }
      let region = reader.reference(entry, .region)
      let site = reader.reference(entry, .site)
      guard let region, let site, let time = reader.integer(entry, .ms) else { continue }
      if trips[region * width + site] >= 0 {
        reader.problems.add(
          element, "the round trip of this pair stands before", hidesValue: true)
      }
      trips[region * width + site] = time
    }
    if reader.node(view, .table) == nil, reader.node(view, .entries) == nil {
      reader.reportMissing(view, .table, "", maybe: "entries")
    }
    fleet.network.roundTripMicroseconds = trips
  }

  private mutating func decodeSiteRoundTrips(_ node: Int) {
    guard let view = reader.open(.siteRoundTrips, node) else { return }
    defer { reader.close(view) }
    let width = count(.site)
    let size = width.multipliedReportingOverflow(by: width)
    guard !size.overflow, size.partialValue <= Self.pairLimit else {
      reader.problems.add(
        node, "sites times sites are more than \(Self.pairLimit) pairs", hidesValue: true)
      return
    }
    var trips = [Int64](repeating: -1, count: size.partialValue)
    let places = reader.references(view, .sites) ?? Array(0..<width)
    if let table = reader.node(view, .table) {
      fill(&trips, width, table, places, places, reader.compiled(view, .table))
    }
    fleet.network.siteRoundTripMicroseconds = trips
  }

  /// Fills the pairs of named rows and columns; null stays not reachable.
  private mutating func fill(
    _ trips: inout [Int64], _ width: Int, _ table: Int, _ rows: [Int], _ columns: [Int],
    _ spec: KeyTable.Compiled
  ) {
    guard let lines = reader.elements(table, "rows") else { return }
    guard lines.count == rows.count else {
      reader.problems.add(table, "expected \(rows.count) rows, found \(lines.count)")
      return
    }
    for (row, line) in zip(rows, lines) {
      guard let cells = reader.elements(line, "milliseconds") else { continue }
      guard cells.count == columns.count else {
        reader.problems.add(line, "expected \(columns.count) numbers, found \(cells.count)")
        continue
      }
      for (column, cell) in zip(columns, cells) where reader.tree.nodes[cell].kind != .null {
        if let time = reader.number(cell, spec) { trips[row * width + column] = time }
      }
    }
  }

  // MARK: - Interference

  mutating func decodeInterference() {
    var known: [InterferenceEntry: Int] = [:]
    for node in rootObjects(.interference, "slowdowns") {
      guard let view = reader.open(.interference, node) else { continue }
      defer { reader.close(view) }
      let accelerator = reader.reference(view, .accelerator)
      let subject = reader.text(view, .subject)
      let neighbour = reader.text(view, .neighbour)
      let slowdown = reader.integer(view, .slowdown)
      guard let accelerator, let subject, let neighbour, let slowdown else { continue }
      var entry = InterferenceEntry(
        accelerator: accelerator, subject: subject, neighbour: neighbour, slowdownMillionths: 0)
      let earlier = known[entry]
      if earlier == nil { known[entry] = fleet.interference.count }
      entry.slowdownMillionths = slowdown
      if let earlier {
        if reader.isOverride(node) {
          fleet.interference[earlier] = entry
        } else {
          reader.problems.add(
            node, "the slowdown of this pair stands before", maybe: "\"override\": true",
            hidesValue: true)
        }
      } else {
        fleet.interference.append(entry)
      }
    }
    for node in rootObjects(.interferenceModels, "interference models") {
      decodeInterferenceModel(node)
    }
  }

  private mutating func decodeInterferenceModel(_ node: Int) {
    guard let view = reader.open(.interferenceModel, node) else { return }
    defer { reader.close(view) }
    let accelerator = reader.reference(view, .accelerator)
    let label = reader.text(view, .name)
    var parameters: [String: Double] = [:]
    if let list = reader.node(view, .parameters) {
      for child in members(list, "numbers by name") ?? [] {
        parameters[name(of: child)] = reader.real(child, ObjectReader.anyReal)
      }
    }
    guard let accelerator, let label else { return }
    fleet.interferenceModels.append(
      InterferenceModel(accelerator: accelerator, name: label, parameters: parameters))
  }

  // MARK: - Incumbent

  mutating func decodeIncumbent() {
    guard let view = openSection(.incumbent, .incumbent) else { return }
    defer { reader.close(view) }
    var plan = IncumbentPlan()
    for node in objects(view, .replicas, "replicas") {
      guard let item = reader.open(.replicas, node) else { continue }
      defer { reader.close(item) }
      let variant = reader.reference(item, .variant)
      let pool = reader.reference(item, .pool)
      let batch = reader.integer(item, .batchLimit).map { Int($0) }
      guard let variant, let pool, let count = reader.integer(item, .count) else { continue }
      plan.replicas.append(.init(variant: variant, pool: pool, batch: batch, count: count))
    }
    for node in objects(view, .artifacts, "artifacts") {
      guard let item = reader.open(.artifact, node) else { continue }
      defer { reader.close(item) }
      let variant = reader.reference(item, .variant)
      guard let variant, let site = reader.reference(item, .site) else { continue }
      plan.artifacts.append(.init(variant: variant, site: site))
    }
    decodeRoutes(view, &plan)
    fleet.incumbent = plan
  }

  private mutating func decodeRoutes(_ view: ObjectReader.View, _ plan: inout IncumbentPlan) {
    for node in objects(view, .routes, "routes") {
      guard let item = reader.open(.route, node) else { continue }
      defer { reader.close(item) }
      let demand = reader.reference(item, .demand)
      let variant = reader.reference(item, .variant)
      let pool = reader.reference(item, .pool)
      guard let demand, let variant, let pool, let parts = reader.integer(item, .parts) else {
        continue
      }
      plan.routes.append(.init(demand: demand, variant: variant, pool: pool, parts: parts))
    }
    for node in objects(view, .reservations, "reservations") {
      guard let item = reader.open(.reservation, node) else { continue }
      defer { reader.close(item) }
      let pool = reader.reference(item, .pool)
      let periods = reader.integer(item, .periods)
      guard let pool, let periods, let nodes = reader.integer(item, .nodes) else { continue }
      plan.reservations.append(.init(pool: pool, nodes: nodes, periods: periods))
    }
  }

  // MARK: - Assumptions

  mutating func decodeAssumptions() {
    var earlier: [Assumption] = []
    for node in rootObjects(.assumptions, "assumptions") {
      guard let view = reader.open(.assumption, node) else { continue }
      defer { reader.close(view) }
      let path = reader.text(view, .path)
      let value = reader.text(view, .value)
      guard let path, let value, let source = reader.text(view, .source) else { continue }
      earlier.append(Assumption(path: path, value: value, source: source))
    }
    fleet.assumptions = earlier + fleet.assumptions
  }
}
