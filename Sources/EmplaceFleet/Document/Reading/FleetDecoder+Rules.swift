/// Time, rules and tenants.
extension FleetDecoder {
  mutating func decodeHorizon() {
    guard let view = openSection(.horizon, .horizon) else { return }
    defer { reader.close(view) }
    if let periods = reader.texts(view, .periods) {
      fleet.horizon.periods = periods
      if periods.count > Self.periodLimit, let node = reader.node(view, .periods) {
        reader.problems.add(node, "more than \(Self.periodLimit) periods")
      }
    }
    for (index, name) in fleet.horizon.periods.enumerated() { periodIndex[name] = index }
    if let hours = reader.integer(view, .periodHours) { fleet.horizon.periodHours = hours }
    if let starts = reader.texts(view, .periodStarts) {
      fleet.horizon.periodStarts = starts
      let count = fleet.horizon.periods.count
      if starts.count != count, let node = reader.node(view, .periodStarts) {
        reader.problems.add(node, "expected \(count) dates, one a period, found \(starts.count)")
      }
    }
    if let hours = wholes(view, .hoursUTC) { fleet.horizon.hoursUTC = hours.map { Int($0) } }
    // Where an hour is wrong, series are still counted by what the list has.
    let list = reader.node(view, .hoursUTC).map { reader.tree.nodes[$0] }
    reader.hourCount =
      list.map { $0.kind == .array ? max(1, Int($0.length)) : 1 } ?? fleet.horizon.hoursUTC.count
    decodeScenarios(view)
    decodeCurves(view)
  }

  /// Most periods, and most scenarios.
  static let periodLimit = 1000

  /// Different whole numbers, at least one.
  mutating func wholes(_ view: ObjectReader.View, _ key: Key) -> [Int64]? {
    guard let node = reader.node(view, key), let children = reader.elements(node, "numbers")
    else { return nil }
    let spec = reader.compiled(view, key)
    var seen: Set<Int64> = []
    var result: [Int64] = []
    for child in children {
      guard let value = reader.number(child, spec) else { continue }
      if seen.insert(value).inserted {
        result.append(value)
      } else {
        reader.problems.add(child, "stands twice in the list", maybe: "remove one of the two")
      }
    }
    return result.isEmpty ? nil : result
  }

  private mutating func decodeScenarios(_ horizon: ObjectReader.View) {
    guard let list = reader.node(horizon, .scenarios) else {
      for scenario in fleet.horizon.scenarios { register(scenario.id, .scenario) }
      return
    }
    var scenarios: [Scenario] = []
    var isComplete = true
    for node in reader.elements(list, "scenarios") ?? [] {
      guard let view = reader.open(.scenario, node) else { continue }
      defer { reader.close(view) }
      let id = newID(view, .scenario)
      var scenario = Scenario(
        id: id, probabilityMillionths: reader.integer(view, .probability) ?? 0)
      if let multipliers = perPeriod(view, .rateMultipliers) {
        scenario.rateMultipliersMillionths = multipliers
      }
      isComplete = isComplete && reader.node(view, .probability) != nil
      scenarios.append(scenario)
    }
    if scenarios.count > Self.periodLimit {
      reader.problems.add(list, "more than \(Self.periodLimit) scenarios")
    }
    guard !scenarios.isEmpty, isComplete else { return }
    if let shares = Self.normalised(scenarios.map(\.probabilityMillionths)) {
      for index in scenarios.indices { scenarios[index].probabilityMillionths = shares[index] }
    } else {
      reader.problems.add(
        list,
        "the probabilities sum to \(Self.sumText(scenarios.map(\.probabilityMillionths))), "
          + "not to 1")
    }
    fleet.horizon.scenarios = scenarios
  }

  static func sumText(_ shares: [Int64]) -> String {
    DecimalText.text(shares.reduce(0, +), scale: 1_000_000)
  }

  private mutating func decodeCurves(_ horizon: ObjectReader.View) {
    guard let node = reader.node(horizon, .curves) else { return }
    let spec = reader.compiled(horizon, .curves)
    guard let names = members(node, "curves by name") else { return }
    for child in names {
      guard reader.tree.nodes[child].kind == .array else {
        reader.problems.add(child, "expected a list of 24 multipliers, one a local hour")
        continue
      }
      let count = reader.tree.nodes[child].length
      if count != 24 {
        reader.problems.add(child, "expected 24 multipliers, one a local hour, found \(count)")
      } else if let values = reader.numbers(child, spec) {
        fleet.horizon.curves[name(of: child)] = values
      }
    }
  }

  /// Members of an object whose keys are names of the document's own, at least one.
  mutating func members(_ node: Int, _ what: String) -> [Int]? {
    guard reader.tree.nodes[node].kind == .object else {
      reader.problems.add(node, "expected an object, \(what)")
      return nil
    }
    if reader.tree.nodes[node].length == 0 {
      reader.problems.add(node, "an empty object of \(what)", maybe: "leave the key out")
      return nil
    }
    return Array(reader.tree.children(of: node))
  }

  /// The key under which a member stands.
  func name(of member: Int) -> String {
    let key = reader.tree.nodes[member].key
    return key < 0 ? "" : reader.tree.keys.text(key)
  }

  /// One value, or one a period.
  mutating func perPeriod(_ view: ObjectReader.View, _ key: Key) -> [Int64]? {
    guard let values = reader.integers(view, key), let node = reader.node(view, key) else {
      return nil
    }
    let count = fleet.horizon.periods.count
    guard values.count == 1 || values.count == count else {
      reader.problems.add(
        node,
        "expected one number or \(count), one for each of horizon.periods, "
          + "found \(values.count)")
      return nil
    }
    return values
  }

  /// The id of an object in a nested list, which no earlier one may have.
  mutating func newID(_ view: ObjectReader.View, _ kind: ObjectKind) -> String {
    guard let id = reader.text(view, .id), let node = reader.node(view, .id) else { return "" }
    if !register(id, kind) {
      reader.problems.add(
        node, "two of the \(kind.plural) have this id", maybe: "another id")
    }
    return id
  }

  /// Makes an id known; false where it already was.
  @discardableResult
  mutating func register(_ id: String, _ kind: ObjectKind) -> Bool {
    reader.ids[Int(kind.rawValue)].intern(id).isNew
  }

  // MARK: - Policy

  mutating func decodePolicy() {
    if let view = openSection(.policy, .policy) {
      decodePrices(view)
      decodeLimits(view)
      decodeClasses(view)
      reader.close(view)
    }
    guard fleet.policy.priorityClasses.isEmpty else { return }
    fleet.policy.priorityClasses = [
      PriorityClass(
        id: "standard", unservedPricePerThousand: 1_000_000, leastServedMillionths: 0,
        survivingMillionths: 0)
    ]
    register("standard", .priorityClass)
    assume(
      "policy.priorityClasses", "one class \"standard\", 1 \(fleet.currency) per thousand",
      "default of \(KeyTable.schemaName)")
  }

  /// Records a figure that the document left out.
  mutating func assume(_ path: String, _ value: String, _ source: String) {
    fleet.assumptions.append(Assumption(path: path, value: value, source: source))
  }

  private mutating func decodePrices(_ view: ObjectReader.View) {
    if let value = reader.integer(view, .latencyPricePerHour) { fleet.policy.latencyPrice = value }
    if let value = reader.integer(view, .accuracyPricePerHour) {
      fleet.policy.accuracyPrice = value
    }
    if let value = reader.integer(view, .carbonPricePerKg) {
      fleet.policy.carbonPricePerKg = value
    }
    if let value = reader.integer(view, .migrationPricePerGiB) {
      fleet.policy.migrationPricePerGiB = value
    }
    if let value = reader.integer(view, .evictionPrice) { fleet.policy.evictionPrice = value }
    if let value = reader.integer(view, .tailWeight) { fleet.policy.tailWeightMillionths = value }
    if let value = reader.integer(view, .tailShare) { fleet.policy.tailShareMillionths = value }
    if let value = reader.integer(view, .safetyDeviations) {
      fleet.policy.safetyDeviationsMillionths = value
    }
    if let value = reader.integer(view, .discountPerYear) {
      fleet.policy.discountPerYearMillionths = value
    }
  }

  private mutating func decodeLimits(_ view: ObjectReader.View) {
    if let value = reader.integer(view, .utilisationCap) {
      fleet.policy.utilisationCapMillionths = value
    }
    if let rule = reader.text(view, .waitingRule) { fleet.policy.waitingRule = rule }
    if let value = reader.integer(view, .batchLimitsPerProfile) {
      fleet.policy.batchLimitsPerProfile = Int(value)
    }
    if let value = reader.integer(view, .windowHours) { fleet.policy.windowHours = value }
    fleet.policy.moveBudget = reader.integer(view, .moveBudget)
    fleet.policy.hostingBudget = reader.integer(view, .hostingBudgetPerHour)
    if let values = perPeriod(view, .budgetsPerPeriod) { fleet.policy.budgetsPerPeriod = values }
    if let values = perPeriod(view, .carbonCapsKgPerPeriod) {
      fleet.policy.carbonCapsGramsPerPeriod = values
    }
    if let domains = reader.texts(view, .survive) { fleet.policy.survive = domains }
  }

  private mutating func decodeClasses(_ policy: ObjectReader.View) {
    for node in objects(policy, .priorityClasses, "priority classes") {
      guard let view = reader.open(.priorityClass, node) else { continue }
      defer { reader.close(view) }
      fleet.policy.priorityClasses.append(
        PriorityClass(
          id: newID(view, .priorityClass),
          unservedPricePerThousand: reader.integer(view, .unservedPricePerThousand) ?? 0,
          leastServedMillionths: reader.integer(view, .leastServedShare) ?? 0,
          survivingMillionths: reader.integer(view, .survivingShare) ?? 0))
    }
  }

  // MARK: - Tenants

  mutating func decodeTenants() {
    for index in 0..<count(.tenant) {
      guard let view = open(.tenant, at: index) else { continue }
      defer { reader.close(view) }
      fleet.tenants.append(
        Tenant(
          id: reader.text(view, .id) ?? "",
          quotaMilliShares: reader.integer(view, .quotaMilliShares),
          isolation: reader.choice(view, .isolation, Tenant.Isolation.self) ?? .none))
    }
    guard fleet.tenants.isEmpty, count(.tenant) == 0 else { return }
    fleet.tenants = [Tenant(id: "default")]
    register("default", .tenant)
  }
}
