internal import EmplaceCore
internal import EmplaceProblems

extension FacilityTable {
  /// Sum of all costs up to which the unit of the objective is refined, so that every sum is also
  /// exact in a double.
  private static let finestTotal: Int128 = 1_000_000_000_000_000

  /// The placement in which a customer is one demand and a facility one lane.
  func instance(
    _ service: FacilityReader.Service, _ scanner: NumberScanner
  ) throws(InstanceError) -> PlacementInstance {
    let (parts, unitFactor) = try split(service, scanner)
    var instance = PlacementInstance.benchmark(
      demands: customers, named: "customer", parts: { parts[$0] }, pools: facilities,
      named: "facility")
    // A customer without demand still needs an open facility: it counts as less than one unit.
    let empty = Int64(demand.count { $0 == 0 })
    let loadFactor = empty + 1
    guard
      (demand + capacity).reduce(Int128(0), { $0 + Int128($1) }) * Int128(loadFactor)
        <= largestTotal,
      let unit = multiply(costUnit, unitFactor), let scaledFixed = multiply(fixedCost, unitFactor)
    else { throw tooLarge(scanner) }
    instance.objectiveUnit = unit
    for facility in 0..<facilities {
      instance.lanes[facility].cost = scaledFixed[facility]
      instance.lanes[facility].capacity = capacity[facility] * loadFactor + empty
    }
    instance.arcCost.reserveCapacity(cost.count)
    instance.arcWork.reserveCapacity(cost.count)
    for index in cost.indices {
      let customer = index % customers
      let product = Int128(cost[index]) * Int128(unitFactor)
      let divisor = Int128(parts[customer])
      instance.arcCost.append(Int64(clamping: (product + divisor / 2) / divisor))
      instance.arcWork.append(max(demand[customer] * loadFactor, 1))
    }
    return instance
  }

  /// Parts of each customer, and the factor on the unit of the objective that spreads the costs.
  private func split(
    _ service: FacilityReader.Service, _ scanner: NumberScanner
  ) throws(InstanceError) -> (parts: [Int64], unitFactor: Int64) {
    guard service == .multiSource else {
      return (Array(repeating: 1, count: customers), 1)
    }
    let divisor = max(1, (demand + capacity).reduce(0, greatestCommonDivisor))
    let parts = demand.map { max(1, $0 / divisor) }
    if let large = parts.firstIndex(where: { $0 > Int64(Int32.max) }) {
      throw scanner.error(
        "demand of customer \(large)", value: "\(demand[large])",
        "more than 2^31 pieces when it may be split",
        suggestion: "the unit is too small, or single source is meant: --from sscflp")
    }
    let total = worstSum(cost, customers) + fixedCost.reduce(Int128(0)) { $0 + Int128($1) }
    let finest = Int64(clamping: max(1, Self.finestTotal / max(1, total)))
    if let exact = exactFactor(parts), exact <= finest { return (parts, exact) }
    var factor: Int64 = 1
    while factor <= finest / 10 { factor *= 10 }
    return (parts, factor)
  }

  /// Smallest factor that makes every cost divisible by the parts of its customer, or nil.
  private func exactFactor(_ parts: [Int64]) -> Int64? {
    var factor: Int64 = 1
    for customer in 0..<customers {
      var common = parts[customer]
      for facility in 0..<facilities where common > 1 {
        common = greatestCommonDivisor(common, cost[facility * customers + customer])
      }
      let needed = parts[customer] / common
      let missing = needed / greatestCommonDivisor(needed, factor)
      guard let product = multiply(factor, missing) else { return nil }
      factor = product
    }
    return factor
  }

  private func multiply(_ a: Int64, _ b: Int64) -> Int64? {
    let (product, overflow) = a.multipliedReportingOverflow(by: b)
    return overflow ? nil : product
  }

  private func multiply(_ values: [Int64], _ factor: Int64) -> [Int64]? {
    var result: [Int64] = []
    for value in values {
      guard let product = multiply(value, factor) else { return nil }
      result.append(product)
    }
    return result
  }
}
