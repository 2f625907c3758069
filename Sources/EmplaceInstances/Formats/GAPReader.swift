public import EmplaceCore
public import EmplaceProblems

/// Reads a generalised assignment problem as OR-Library and Yagiura write it, into a placement.
///
/// The text is numbers between blanks: `m n`, then m x n costs, m x n requirements (agent by
/// agent), then m capacities. Every job goes whole to one agent. The placement has one pool with
/// one lane an agent, of exactly one replica at no cost, and one demand of a single part a job.
/// Decimals are allowed: costs and loads are then scaled to whole numbers, exactly.
///
/// Sources: Chu, Beasley, doi:10.1016/S0305-0548(96)00032-9; Yagiura, Ibaraki, Glover,
/// doi:10.1287/ijoc.1030.0036.
public struct GAPReader: Sendable {
  /// What is done with the sum of the costs.
  public enum Sense: String, Sendable, Hashable, CaseIterable {
    /// Smallest sum.
    case minimise = "min"
    /// Largest sum; the placement holds negated costs.
    case maximise = "max"
  }

  /// What is done with the sum of the costs.
  public var sense: Sense

  /// A reader.
  public init(sense: Sense = .minimise) { self.sense = sense }

  /// Reads the bytes of a file; `file` is its name in messages.
  ///
  /// - Complexity: O(bytes); nothing is allocated before the counts are known to fit the file.
  public func read(
    _ bytes: [UInt8], file: String
  ) throws(InstanceError) -> PlacementInstance {
    var scanner = NumberScanner(bytes, file: file)
    let agents = try scanner.nextCount("number of agents", in: 1...Int64(Int32.max))
    let jobs = try scanner.nextCount("number of jobs", in: 1...Int64(Int32.max))
    try requireNumbers(2 * Int128(agents) * Int128(jobs) + Int128(agents) + 2, in: scanner)
    var (costs, loads) = (DecimalTable(), DecimalTable())
    let cells = agents * jobs
    try costs.read(cells, from: &scanner) { "cost of job \($0 % jobs) at agent \($0 / jobs)" }
    try loads.read(cells, from: &scanner) {
      "requirement of job \($0 % jobs) at agent \($0 / jobs)"
    }
    try loads.read(agents, from: &scanner) { "capacity of agent \($0)" }
    try scanner.finish()
    guard let cost = costs.scaled(to: costs.decimals), let load = loads.scaled(to: loads.decimals),
      let unit = powerOfTen(costs.decimals), worstSum(cost, jobs) <= largestTotal,
      load.reduce(Int128(0), { $0 + Int128($1) }) <= largestTotal
    else { throw tooLarge(scanner) }
    var instance = PlacementInstance.benchmark(
      demands: jobs, named: "job", parts: { _ in 1 }, pools: agents, named: "agent")
    instance.objectiveUnit = unit
    instance.isMaximisation = sense == .maximise
    for agent in 0..<agents {
      instance.lanes[agent].least = 1
      instance.lanes[agent].capacity = load[cells + agent]
    }
    instance.arcCost = sense == .maximise ? cost.map { -$0 } : cost
    instance.arcWork = Array(load[..<cells])
    instance.digest = hexadecimalDigest(bytes)
    return instance
  }
}

/// Largest sum of costs or loads that is accepted, so that no later sum can overflow.
let largestTotal: Int128 = 1 << 60

/// The dearest sum that picks one row of each of `columns` columns.
func worstSum(_ table: [Int64], _ columns: Int) -> Int128 {
  var worst = [Int64](repeating: 0, count: columns)
  for start in stride(from: 0, to: table.count, by: columns) {
    for column in 0..<columns { worst[column] = max(worst[column], table[start + column]) }
  }
  return worst.reduce(Int128(0)) { $0 + Int128($1) }
}

func tooLarge(_ scanner: NumberScanner) -> InstanceError {
  scanner.error(
    "sum of all numbers", value: "",
    "too large for exact 64-bit sums",
    suggestion: "the unit is too small: divide all costs, or all "
      + "requirements and capacities, by a common factor")
}

/// Refuses a file that holds fewer words than its counts ask for.
func requireNumbers(_ wanted: Int128, in scanner: NumberScanner) throws(InstanceError) {
  let found = scanner.wordCount()
  guard Int128(found) < wanted else { return }
  throw InstanceError(
    file: scanner.file, line: 0, field: "the file", value: "",
    message: "\(wanted) numbers are needed for the counts on the first line, \(found) are there",
    suggestion: "the file was cut off, or it has another format")
}

extension PlacementInstance {
  /// Demands, pools with one lane each, and room for arcs from every demand to every lane.
  static func benchmark(
    demands: Int, named demand: String, parts: (Int) -> Int64, pools: Int, named pool: String
  ) -> PlacementInstance {
    var instance = PlacementInstance()
    instance.demands = (0..<demands).map {
      Demand(name: "\(demand)\($0)", parts: parts($0), unservedCost: nil)
    }
    instance.rate = Array(repeating: 1, count: demands)
    for index in 0..<pools {
      instance.sites.append(Site(name: "\(pool)\(index)"))
      instance.pools.append(Pool(name: "\(pool)\(index)", site: Int32(index)))
      instance.lanes.append(Lane(pool: Int32(index)))
    }
    instance.arcStart = (0...pools).map { $0 * demands }
    instance.arcDemand.reserveCapacity(pools * demands)
    for _ in 0..<pools {
      instance.arcDemand.append(contentsOf: Int32(0)..<Int32(demands))
    }
    return instance
  }
}
