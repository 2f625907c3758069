internal import EmplaceCore
internal import EmplaceFleet

/// Builds one generated fleet, step by step; every step draws from a stream of its own.
struct FleetBuilder {
  /// What each step draws from.
  enum Stream: UInt64 {
    case geography = 1
    case roundTrips, hardware, models, demands, rates, scarcity, rules, incumbent
  }

  let generator: PlacementGenerator
  let counts: PlacementGenerator.Counts
  let knobs: PlacementGenerator.Knobs
  var fleet = Fleet()

  /// Table entry of each region and site.
  var regionCity: [City] = []
  var siteCity: [City] = []
  /// How much a region weighs in demand: people to the power 3/4.
  var regionWeight: [Int64] = []
  /// Round trip from region r to site s, microseconds, -1 where unreachable.
  var roundTrip: [Int64] = []
  /// Sites of each region by growing round trip, endpoints of others left out.
  var nearSites: [[Int]] = []
  /// Pools of each site.
  var poolsOfSite: [[Int]] = []

  /// What an edge site is short of.
  enum Shortage { case nothing, power, storage }

  /// What each site is short of.
  var shortages: [Shortage] = []

  /// Kind of each model.
  var kinds: [ModelKind] = []
  /// Kind of each variant of the fleet.
  var variantKinds: [VariantKind] = []
  /// Speed of each model against its kind, percent.
  var modelPercent: [Int64] = []
  /// Popularity of each model.
  var modelWeight: [Int64] = []
  /// Popularity rank of each model, 0 the most popular.
  var modelRank: [Int] = []

  /// How often each demand id was given.
  var usedIDs: [String: Int] = [:]
  /// Jurisdictions of the bloc of each country.
  var blocs: [String: Set<String>] = [:]
  /// Kind of reach of each demand.
  var reach: [ModelKind.Reach] = []
  /// Variant by which the need of each demand is counted.
  var referenceVariant: [Int] = []
  /// Billionths of an L4 that one request per second needs.
  var unitsPerRate: [Int64] = []
  /// Rate of each demand at the top of its curve, millionths.
  var topRate: [Int64] = []

  /// Replicas and milli-shares that each model's peak needs, as ``fitCapacity()`` finds.
  var replicasOfModel: [Int64] = []
  var sharesOfModel: [Int64] = []

  init(_ generator: PlacementGenerator) {
    self.generator = generator
    counts = generator.counts
    knobs = generator.knobs
  }

  func random(_ stream: Stream) -> RandomGenerator {
    RandomGenerator(seed: generator.seed).split(stream.rawValue)
  }

  mutating func build() -> Fleet {
    let (size, family) = (generator.size.rawValue, generator.family.rawValue)
    fleet.name = "\(family)-\(size)-\(generator.seed)"
    fleet.currency = "EUR"
    buildPolicy()
    buildHorizon()
    buildRegions()
    buildSites()
    buildNetwork()
    buildPools()
    buildShortages()
    buildModels()
    buildDemands()
    buildRates()
    buildScarcity()
    fitCapacity()
    buildRules()
    buildIncumbent()
    return fleet
  }

  private mutating func buildPolicy() {
    fleet.policy.utilisationCapMillionths = 800_000
    fleet.policy.batchLimitsPerProfile = counts.batchLimits
    fleet.policy.latencyPrice = knobs.latencyPrice
    fleet.policy.accuracyPrice = knobs.accuracyPrice
    fleet.policy.carbonPricePerKg = 80_000
    fleet.policy.migrationPricePerGiB = 20_000
    fleet.policy.evictionPrice = 20_000
    fleet.policy.windowHours = 168
    let names = ["gold", "silver", "bronze"]
    fleet.policy.priorityClasses = names.enumerated().map { index, name in
      PriorityClass(
        id: name, unservedPricePerThousand: 50_000 / Int64(index + 1), leastServedMillionths: 0,
        survivingMillionths: 0)
    }
  }

  private mutating func buildHorizon() {
    fleet.horizon.periods = ["quarter-1", "quarter-2", "quarter-3", "quarter-4"]
    fleet.horizon.periodHours = 2_190
    fleet.horizon.hoursUTC = counts.hoursUTC
    fleet.horizon.scenarios = [
      Scenario(
        id: "base", probabilityMillionths: 600_000,
        rateMultipliersMillionths: [1_000_000, 1_060_000, 1_120_000, 1_190_000]),
      Scenario(
        id: "boom", probabilityMillionths: 250_000,
        rateMultipliersMillionths: [1_050_000, 1_220_000, 1_420_000, 1_650_000]),
      Scenario(
        id: "lull", probabilityMillionths: 150_000,
        rateMultipliersMillionths: [950_000, 900_000, 870_000, 850_000]),
    ]
    fleet.horizon.curves = Self.curves
  }

  /// Multipliers by local hour, millionths of the top.
  static let curves: [String: [Int64]] = [
    "office": [
      12, 9, 8, 8, 9, 14, 26, 48, 74, 93, 100, 98, 88, 91, 97, 95, 86, 70, 52, 40, 32, 26, 20, 15,
    ].map { $0 * 10_000 },
    "evening": [
      38, 24, 16, 12, 11, 13, 20, 31, 40, 45, 48, 52, 57, 55, 53, 56, 63, 74, 86, 96, 100, 97, 82,
      58,
    ].map { $0 * 10_000 },
    "street": [
      30, 24, 21, 20, 24, 36, 58, 86, 95, 82, 74, 76, 80, 79, 80, 86, 96, 100, 92, 74, 58, 48, 41,
      35,
    ].map { $0 * 10_000 },
  ]
}

/// Largest integer whose square is at most `value`.
func integerSquareRoot(_ value: Int64) -> Int64 {
  guard value > 0 else { return 0 }
  var root = Int64(Double(value).squareRoot())
  while root * root > value { root -= 1 }
  while (root + 1) * (root + 1) <= value { root += 1 }
  return root
}

extension RandomGenerator {
  /// An integer in `range`.
  mutating func integer(in range: ClosedRange<Int64>) -> Int64 {
    range.lowerBound + Int64(below(Int(range.upperBound - range.lowerBound) + 1))
  }

  /// Whether an event of `percent` percent happens.
  mutating func chance(_ percent: Int) -> Bool { below(100) < percent }

  /// The index drawn with these weights, which must not all be zero.
  mutating func weighted(_ weights: [Int]) -> Int {
    var rest = below(max(1, weights.reduce(0, +)))
    for (index, weight) in weights.enumerated() {
      if rest < weight { return index }
      rest -= weight
    }
    return 0
  }

  /// The elements in random order.
  mutating func shuffled<Element>(_ elements: [Element]) -> [Element] {
    var result = elements
    var index = result.count - 1
    while index > 0 {
      result.swapAt(index, below(index + 1))
      index -= 1
    }
    return result
  }
}
