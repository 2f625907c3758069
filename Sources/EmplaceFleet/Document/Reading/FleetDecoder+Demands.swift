/// Demands, their objectives and their rates.
extension FleetDecoder {
  mutating func decodeDemands() {
    fleet.demands.reserveCapacity(count(.demand))
    for index in 0..<count(.demand) {
      guard let view = open(.demand, at: index) else { continue }
      defer { reader.close(view) }
      let region = reader.reference(view, .region)
      let model = reader.reference(view, .model)
      var demand = terms(view, region: region, model: model)
      if reader.node(view, .id) != nil {
        demand.id = reader.text(view, .id) ?? ""
      } else if let region, let model {
        demand.id = defaultID(region, model)
      }
      if let rate = reader.series(view, .ratePerSecond) {
        demand.rateMicro = shaped(rate, view, region)
      } else if reader.node(view, .ratePerSecond) == nil {
        rateless.append((fleet.demands.count, view.node))
      }
      if let deviation = reader.integer(view, .rateDeviationPerSecond) {
        demand.rateDeviationMicro = deviation
      }
      if reader.node(view, .scenarioRates) != nil { demand.scenarioRates = scenarioRates(view) }
      fleet.demands.append(demand)
    }
  }

  private func defaultID(_ region: Int, _ model: Int) -> String {
    guard region < fleet.regions.count, model < fleet.models.count else { return "" }
    return fleet.regions[region].id + "/" + fleet.models[model].id
  }

  // MARK: - Terms

  /// What a demand and a table of demands have in common; the rate is zero.
  private mutating func terms(
    _ view: ObjectReader.View, region: Int?, model: Int?
  ) -> Demand {
    let priority = reader.reference(view, .priorityClass) ?? 0
    let classPrice = fleet.policy.priorityClasses[priority].unservedPricePerThousand
    var demand = Demand(
      id: "", region: region ?? 0, model: model ?? 0, objective: .latency(microseconds: 1),
      valuePerThousand: reader.integer(view, .valuePerThousand) ?? classPrice,
      rateMicro: .constant(0))
    demand.priorityClass = priority
    if let slo = reader.node(view, .slo) {
      if let (percentile, objective) = objective(slo) {
        demand.percentileMillionths = percentile
        demand.objective = objective
      }
    } else if let model {
      adoptObjective(of: model, view, &demand)
    }
    demand.residency = textSet(view, .residency)
    demand.dataSite = reader.reference(view, .dataSite)
    if let bytes = reader.integer(view, .dataBytesPerRequest) {
      demand.dataBytesPerRequest = bytes
      if bytes > 0, reader.node(view, .dataSite) == nil {
        reader.reportMissing(view, .dataSite, "and the demand fetches data")
      }
    }
    if let bytes = reader.integer(view, .requestBytes) { demand.requestBytes = bytes }
    if let least = reader.integer(view, .leastAccuracy) { demand.leastAccuracyMillionths = least }
    if let version = reader.integer(view, .oldestVersion) { demand.oldestVersion = version }
    if let critical = reader.flag(view, .critical) { demand.isCritical = critical }
    if let parts = reader.integer(view, .parts) { demand.parts = parts }
    return demand
  }

  /// Takes the objective of the model, or reports that it has none; false in that case.
  @discardableResult
  private mutating func adoptObjective(
    of model: Int, _ view: ObjectReader.View, _ demand: inout Demand
  ) -> Bool {
    if let given = modelObjectives[model] {
      guard let (percentile, objective) = given else { return true }
      demand.percentileMillionths = percentile
      demand.objective = objective
      return true
    } else {
      let id = reader.ids[Int(ObjectKind.model.rawValue)].text(model)
      reader.reportMissing(
        view, .slo, "and the model \"\(shortened(id))\" has none",
        maybe: "\"slo\": {\"latencyMs\": ...}")
      return false
    }
  }

  /// The percentile and the objective of a service level objective.
  mutating func objective(_ node: Int) -> (percentile: Int64, objective: Demand.Objective)? {
    guard let view = reader.open(.slo, node) else { return nil }
    defer { reader.close(view) }
    let percentile = reader.integer(view, .percentile) ?? 950_000
    if percentile == 1_000_000, let place = reader.node(view, .percentile) {
      reader.problems.add(place, "a percentile is below 1", maybe: "0.999")
    }
    let latency = reader.integer(view, .latencyMs)
    let tokenKeys: [Key] = [.timeToFirstTokenMs, .timePerOutputTokenMs, .lengths]
    let given = tokenKeys.filter { reader.node(view, $0) != nil }
    if let place = reader.node(view, .latencyMs) {
      guard given.isEmpty else {
        reader.problems.add(
          place, "stands beside \(given[0].name): either the whole latency or tokens",
          maybe: "remove one of the two")
        return nil
      }
      return latency.map { (percentile, .latency(microseconds: $0)) }
    }
    guard !given.isEmpty else {
      reader.reportMissing(
        view, .latencyMs, "", maybe: "timeToFirstTokenMs, timePerOutputTokenMs and lengths")
      return nil
    }
    for key in tokenKeys where reader.node(view, key) == nil {
      reader.reportMissing(view, key, "beside \(given[0].name)")
    }
    guard let first = reader.integer(view, .timeToFirstTokenMs),
      let each = reader.integer(view, .timePerOutputTokenMs), let lengths = lengths(view)
    else { return nil }
    return (
      percentile,
      .tokens(firstTokenMicroseconds: first, perTokenMicroseconds: each, lengths: lengths)
    )
  }

  private mutating func lengths(_ slo: ObjectReader.View) -> [Demand.LengthBucket]? {
    guard let list = reader.node(slo, .lengths) else { return nil }
    var buckets: [Demand.LengthBucket] = []
    var isComplete = true
    for node in reader.elements(list, "lengths") ?? [] {
      guard let view = reader.open(.length, node) else {
        isComplete = false
        continue
      }
      defer { reader.close(view) }
      let input = reader.integer(view, .inputTokens)
      let output = reader.integer(view, .outputTokens)
      let share = reader.integer(view, .share)
      guard let input, let output, let share else {
        isComplete = false
        continue
      }
      buckets.append(Demand.LengthBucket(input: input, output: output, shareMillionths: share))
    }
    guard isComplete, !buckets.isEmpty else { return nil }
    let given = buckets.map(\.shareMillionths)
    guard let shares = Self.normalised(given) else {
      reader.problems.add(list, "the shares sum to \(Self.sumText(given)), not to 1")
      return nil
    }
    for index in buckets.indices { buckets[index].shareMillionths = shares[index] }
    return buckets
  }

  // MARK: - Rates

  /// The rate with the daily curve that the demand names, in the region's local time.
  private mutating func shaped(
    _ rate: Series, _ view: ObjectReader.View, _ region: Int?
  ) -> Series {
    guard let curve = curve(view) else { return rate }
    guard case .constant(let mean) = rate else {
      if let node = reader.node(view, .curve) {
        reader.problems.add(
          node, "a curve multiplies one number; this rate has a value for each hour",
          maybe: "remove the curve")
      }
      return rate
    }
    guard let region, region < fleet.regions.count else { return rate }
    return hourly(mean, curve, region, view.node)
  }

  private mutating func curve(_ view: ObjectReader.View) -> [Int64]? {
    guard let node = reader.node(view, .curve), let name = reader.text(node) else { return nil }
    if let curve = fleet.horizon.curves[name] { return curve }
    let nearest = reader.nearest(name, among: fleet.horizon.curves.keys.sorted())
    reader.problems.add(node, "no curve of horizon.curves has this name", maybe: nearest)
    return nil
  }

  private mutating func hourly(
    _ mean: Int64, _ curve: [Int64], _ region: Int, _ node: Int
  ) -> Series {
    let offset = fleet.regions[region].utcOffsetHours
    var values: [Int64] = []
    values.reserveCapacity(reader.hourCount)
    for hour in fleet.horizon.hoursUTC {
      let local = ((hour + offset) % 24 + 24) % 24
      let product = Int128(mean) * Int128(curve[local])
      let value = (product + 999_999) / 1_000_000
      guard value <= Int128(Quantity.largest) else {
        reader.problems.add(
          node, "its rate times the curve does not fit the integer unit", hidesValue: true)
        return .constant(mean)
      }
      values.append(Int64(truncatingIfNeeded: value))
    }
    return .hourly(values)
  }

  private mutating func scenarioRates(_ demand: ObjectReader.View) -> [Demand.ScenarioRate] {
    var result: [Demand.ScenarioRate] = []
    var seen: Set<Int> = []
    for node in objects(demand, .scenarioRates, "scenario rates") {
      guard let view = reader.open(.scenarioRate, node) else { continue }
      defer { reader.close(view) }
      var period: Int?
      if let place = reader.node(view, .period), let name = reader.text(place) {
        period = periodIndex[name]
        if period == nil {
          let nearest = reader.nearest(name, among: fleet.horizon.periods)
          reader.problems.add(
            place, "no period of horizon.periods has this name", maybe: nearest)
        }
      }
      let scenario = reader.reference(view, .scenario)
      guard let rate = reader.series(view, .ratePerSecond) else { continue }
      let pair = (period ?? -1) * Self.periodLimit * 2 + (scenario ?? -1)
      if !seen.insert(pair).inserted {
        reader.problems.add(
          node, "a rate for this period and scenario stands before", hidesValue: true)
      }
      result.append(
        Demand.ScenarioRate(period: period, scenario: scenario, rateMicro: rate))
    }
    return result
  }

  // MARK: - Tables

  mutating func decodeDemandTables() {
    for node in rootObjects(.demandTables, "demand tables") {
      guard let view = reader.open(.demandTable, node) else { continue }
      decodeDemandTable(view)
      reader.close(view)
    }
  }

  private mutating func decodeDemandTable(_ view: ObjectReader.View) {
    let shared = terms(view, region: nil, model: nil)
    let curve = curve(view)
    let suffix = reader.text(view, .idSuffix).map { "/" + $0 } ?? ""
    let regions = reader.references(view, .regions)
    let models = reader.references(view, .models)
    guard let table = reader.node(view, .ratePerSecond),
      let rows = reader.elements(table, "rows")
    else { return }
    let height = regions?.count ?? fleet.regions.count
    guard rows.count == height else {
      reader.problems.add(table, "expected \(height) rows, found \(rows.count)")
      return
    }
    let width = models?.count ?? fleet.models.count
    // Made when a row has the right length, so that the document is as long as the work.
    var templates: [Demand] = []
    for (position, row) in rows.enumerated() {
      let region = regions?[position] ?? position
      guard let cells = reader.elements(row, "rates") else { continue }
      guard cells.count == width else {
        reader.problems.add(row, "expected \(width) rates, found \(cells.count)")
        continue
      }
      if templates.isEmpty { templates = self.templates(view, shared, models) }
      for (template, cell) in zip(templates, cells)
      where reader.tree.nodes[cell].kind != .null {
        guard let rate = reader.number(cell, reader.compiled(view, .ratePerSecond)) else {
          continue
        }
        var demand = template
        demand.region = region
        demand.id = defaultID(region, demand.model) + suffix
        demand.rateMicro = curve.map { hourly(rate, $0, region, cell) } ?? .constant(rate)
        if !register(demand.id, .demand) {
          reader.problems.add(
            cell, "the demand \"\(shortened(demand.id))\" is defined twice",
            maybe: "an idSuffix for this table")
        }
        fleet.demands.append(demand)
      }
    }
  }

  /// A demand of each column, with the model's objective where the table gives none.
  private mutating func templates(
    _ view: ObjectReader.View, _ shared: Demand, _ models: [Int]?
  ) -> [Demand] {
    var templates: [Demand] = []
    for model in models ?? Array(fleet.models.indices) {
      var demand = shared
      demand.model = model
      if reader.node(view, .slo) == nil { adoptObjective(of: model, view, &demand) }
      templates.append(demand)
    }
    return templates
  }
}
