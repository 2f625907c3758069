public import EmplaceCore
public import EmplaceProblems

/// Reads a facility location problem with capacities and fixed costs into a placement.
///
/// The text is numbers between blanks, in one of two orders:
/// - sites first (Holmberg, Yang): `m n`, m lines `capacity fixedCost`, n demands, then m x n
///   costs of serving the whole customer, facility by facility;
/// - customers first (Delmaire): `n m`, n x m costs customer by customer, n demands, m fixed costs,
///   m capacities.
///
/// The number of numbers tells the order; where m = n it does not, and a second line of exactly
/// two numbers means sites first. The placement has one pool with one lane of at most one replica
/// a facility, whose cost is the fixed cost.
///
/// Sources: Holmberg, Ronnqvist, Yuan, doi:10.1016/S0377-2217(98)00008-3; Yang, Chu, Chen,
/// doi:10.1016/j.ejor.2012.02.037; Delmaire, Diaz, Fernandez, Ortega, INFOR 37 (1999) 194-225.
public struct FacilityReader: Sendable {
  /// How a customer may be served.
  public enum Service: String, Sendable, Hashable, CaseIterable {
    /// Whole, by one facility.
    case singleSource = "sscflp"
    /// In pieces, by several.
    case multiSource = "cflp"
  }

  /// How a customer may be served.
  public var service: Service

  /// A reader.
  public init(service: Service = .singleSource) { self.service = service }

  /// Reads the bytes of a file; `file` is its name in messages.
  ///
  /// With several sources, demands are split into parts of their common divisor (of all demands
  /// and capacities; some optimum splits no finer), and the cost of a customer is spread over its
  /// parts. The objective is kept in the largest unit that makes this exact; where no such unit
  /// fits, in the largest power of ten that does, and every part's cost is rounded to it: the
  /// objective of a plan is then off by at most half a unit a part, below 1e-5 on every public
  /// file.
  ///
  /// - Complexity: O(bytes); nothing is allocated before the counts are known to fit the file.
  public func read(
    _ bytes: [UInt8], file: String
  ) throws(InstanceError) -> PlacementInstance {
    var scanner = NumberScanner(bytes, file: file)
    let table = try FacilityTable(&scanner)
    var instance = try table.instance(service, scanner)
    instance.digest = hexadecimalDigest(bytes)
    return instance
  }
}

/// What a facility location file says, in whole numbers.
struct FacilityTable {
  var facilities = 0
  var customers = 0
  /// Cost of customer j at facility i at `i * customers + j`, times `costUnit`.
  var cost: [Int64] = []
  var fixedCost: [Int64] = []
  var costUnit: Int64 = 1
  var demand: [Int64] = []
  var capacity: [Int64] = []

  init(_ scanner: inout NumberScanner) throws(InstanceError) {
    let range = 1...Int64(Int32.max)
    let first = try scanner.nextCount("first count", in: range)
    let second = try scanner.nextCount("second count", in: range)
    let (a, b) = (Int128(first), Int128(second))
    let words = Int128(scanner.wordCount())
    let (sitesFirst, customersFirst) = (2 + 2 * a + b + a * b, 2 + a + 2 * b + a * b)
    if words == sitesFirst, a != b || scanner.wordsOnNextLine() == 2 {
      (facilities, customers) = (first, second)
      try readSitesFirst(&scanner)
    } else if words == customersFirst {
      (facilities, customers) = (second, first)
      try readCustomersFirst(&scanner)
    } else {
      throw InstanceError(
        file: scanner.file, line: 0, field: "the file", value: "",
        message: "it holds \(words) numbers; the counts \(first) and \(second) ask for "
          + "\(sitesFirst) (facilities first) or \(customersFirst) (customers first)",
        suggestion: "the file was cut off, or it has another format")
    }
    try scanner.finish()
  }

  private mutating func readSitesFirst(_ scanner: inout NumberScanner) throws(InstanceError) {
    let (m, n) = (facilities, customers)
    var (costs, loads) = (DecimalTable(), DecimalTable())
    for index in 0..<m {
      try loads.read(1, from: &scanner) { _ in "capacity of facility \(index)" }
      try costs.read(1, from: &scanner) { _ in "fixed cost of facility \(index)" }
    }
    try loads.read(n, from: &scanner) { "demand of customer \($0)" }
    try costs.read(m * n, from: &scanner) {
      "cost of customer \($0 % n) at facility \($0 / n)"
    }
    try scale(costs, loads, scanner)
    capacity = Array(demand[..<m])
    demand.removeFirst(m)
    fixedCost = Array(cost[..<m])
    cost.removeFirst(m)
  }

  private mutating func readCustomersFirst(_ scanner: inout NumberScanner) throws(InstanceError) {
    let (m, n) = (facilities, customers)
    var (costs, loads) = (DecimalTable(), DecimalTable())
    try costs.read(m * n, from: &scanner) {
      "cost of customer \($0 / m) at facility \($0 % m)"
    }
    try loads.read(n, from: &scanner) { "demand of customer \($0)" }
    try costs.read(m, from: &scanner) { "fixed cost of facility \($0)" }
    try loads.read(m, from: &scanner) { "capacity of facility \($0)" }
    try scale(costs, loads, scanner)
    capacity = Array(demand[n...])
    demand.removeLast(m)
    fixedCost = Array(cost[(m * n)...])
    let byCustomer = cost
    cost = (0..<m * n).map { byCustomer[$0 % n * m + $0 / n] }
  }

  /// Puts all costs into `cost` and all loads into `demand`, in the order of the file.
  private mutating func scale(
    _ costs: DecimalTable, _ loads: DecimalTable, _ scanner: NumberScanner
  ) throws(InstanceError) {
    guard let cost = costs.scaled(to: costs.decimals), let load = loads.scaled(to: loads.decimals),
      let unit = powerOfTen(costs.decimals),
      // No plan pays more than all fixed costs and every customer's dearest service.
      cost.reduce(Int128(0), { $0 + Int128($1) }) <= largestTotal,
      load.reduce(Int128(0), { $0 + Int128($1) }) <= largestTotal
    else { throw tooLarge(scanner) }
    (self.cost, self.demand, self.costUnit) = (cost, load, unit)
  }
}
