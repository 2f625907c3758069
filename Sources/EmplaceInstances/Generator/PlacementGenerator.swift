public import EmplaceFleet

/// Generates complete fleets that look like real ones and are hard to place well.
///
/// Real cities carry regions and sites of three tiers; models with a heavy tail of popularity are
/// asked for in local time; sites own less than the whole need and run short of different things
/// (device memory, compute, host CPU, power, storage), and clouds rent the rest at a price. Every
/// fleet has a feasible plan: everything has a price when it is not served, and what must hold all
/// the same (spread, survival, autonomous sites) is held by the incumbent plan without a move.
///
/// The same size, family and seed give the same fleet on every machine.
public struct PlacementGenerator: Sendable {
  /// Sites x models x regions, and at least how many demands.
  public enum Size: String, Sendable, Hashable, CaseIterable {
    /// 6 x 4 x 10, 40 demands.
    case tiny
    /// 20 x 10 x 30, 150 demands.
    case s
    /// 100 x 50 x 100, 2,000 demands.
    case m
    /// 300 x 100 x 300, 15,000 demands.
    case l
    /// 1,000 x 300 x 1,000, 100,000 demands.
    case xl
  }

  /// What the edge looks like.
  public enum Family: String, Sendable, Hashable, CaseIterable {
    /// Sites of some nodes with several devices: many replicas a lane.
    case metro
    /// Sites of one to four small nodes: two to four replicas a lane.
    case lumpy
  }

  /// Size of the fleet.
  public var size: Size
  /// What the edge looks like.
  public var family: Family
  /// Where every draw comes from.
  public var seed: UInt64
  /// How scarce and how dear things are.
  public var knobs: Knobs

  /// A generator with the calibrated knobs of its size and family.
  public init(size: Size, family: Family = .metro, seed: UInt64) {
    self.size = size
    self.family = family
    self.seed = seed
    self.knobs = Knobs(size: size, family: family)
  }

  /// The fleet.
  ///
  /// - Complexity: O(regions x sites + demands).
  public func fleet() -> Fleet {
    var builder = FleetBuilder(self)
    return builder.build()
  }
}

extension PlacementGenerator {
  /// What calibration may turn: how scarce and how dear things are.
  public struct Knobs: Sendable, Hashable {
    /// Share of the need at the peak hour that owned nodes can carry, percent.
    public var ownedPercent: Int64 = 150
    /// Nodes of an edge site's main pool.
    public var edgeNodes: ClosedRange<Int64> = 12...60
    /// Most of a city's own capacity that demand which is served nowhere else may take, percent.
    public var tightPercent: Int64 = 55
    /// What clouds rent, of each kind of accelerator, in percent of the need of their users.
    public var cloudPercent: Int64 = 130
    /// Compute shares and cores of replicas against their kind's, percent: small boxes are shared
    /// coarsely.
    public var sharesPercent: Int64 = 100
    /// Share of edge sites that may rent further nodes, percent.
    public var rentableEdgePercent: Int = 60
    /// Price of not serving a request over the price of serving it on rented nodes, by priority
    /// class: gold, silver, bronze.
    public var valueFactors: [Int64] = [60, 25, 12]
    /// Micro-units per hour for each request per second delayed by one second.
    public var latencyPrice: Int64 = 30_000
    /// Micro-units per hour for each request per second served at one whole unit of accuracy less.
    public var accuracyPrice: Int64 = 1_000
    /// Factor on all rents, percent.
    public var rentPercent: Int64 = 100
    /// Artifacts that may move, in percent of those that the incumbent holds.
    public var movePercent: Int64 = 100
    /// Storage of sites that are short of it, in percent of all artifacts of the models near them.
    public var shortStoragePercent: Int64 = 28
    /// Power of sites that are short of it above their idle draw, percent of the rest.
    public var shortPowerPercent: Int64 = 44
    /// Share of demands that must be served in their own country, percent.
    public var countryResidencyPercent: Int = 8
    /// Share of demands that must be served in the bloc of their country, percent.
    public var blocResidencyPercent: Int = 40
    /// Licensed copies of a model, in percent of the replicas that its busiest hour takes.
    public var licencePercent: Int64 = 95
    /// Quota of a tenant that has one, in percent of the shares that its models take.
    public var quotaPercent: Int64 = 105

    /// The calibrated knobs of a size and family.
    public init(size: Size, family: Family) {
      if family == .lumpy {
        edgeNodes = size == .tiny ? 2...4 : 1...4
        ownedPercent = 65
        rentableEdgePercent = 0
        sharesPercent = 200
        latencyPrice = 15_000
        shortStoragePercent = 25
        shortPowerPercent = 40
      }
      switch (size, family) {
      case (.tiny, .metro):
        edgeNodes = 4...12
        ownedPercent = 75
        movePercent = 25
      case (.tiny, .lumpy):
        ownedPercent = 75
        shortPowerPercent = 22
        licencePercent = 55
        quotaPercent = 75
        movePercent = 15
      case (.s, .metro):
        movePercent = 40
      default:
        break
      }
    }
  }

  /// Counts of a size.
  struct Counts {
    var sites: Int
    var clouds: Int
    var endpoints: Int
    var models: Int
    var regions: Int
    var demands: Int
    /// As many demands stay in any case.
    var leastDemands: Int { demands * 100 / 101 }
    var tenants: Int
    var hoursUTC: [Int]
    /// Distance of the cities from the one in their middle, nil for several continents.
    var radiusKilometres: Int64?
    /// Edge sites take no users from further away.
    var edgeKilometres: Int64
    /// Share of the hardware that a variant could run on for which it is profiled, percent.
    var profilePercent: Int
    /// Batch limits per profile.
    var batchLimits: Int
  }

  var counts: Counts {
    switch size {
    case .tiny:
      Counts(
        sites: 6, clouds: 2, endpoints: 1, models: 4, regions: 10, demands: 42, tenants: 3,
        hoursUTC: [3, 9, 15, 21], radiusKilometres: 1_500, edgeKilometres: 3_000,
        profilePercent: 100, batchLimits: 3)
    case .s:
      Counts(
        sites: 20, clouds: 3, endpoints: 2, models: 10, regions: 30, demands: 160, tenants: 4,
        hoursUTC: [3, 9, 15, 21], radiusKilometres: 2_600, edgeKilometres: 2_500,
        profilePercent: 100, batchLimits: 2)
    case .m:
      Counts(
        sites: 100, clouds: 7, endpoints: 7, models: 50, regions: 100, demands: 2_050, tenants: 8,
        hoursUTC: [1, 5, 9, 13, 17, 21], radiusKilometres: nil, edgeKilometres: 2_000,
        profilePercent: 70, batchLimits: 2)
    case .l:
      Counts(
        sites: 300, clouds: 18, endpoints: 18, models: 100, regions: 300, demands: 15_200,
        tenants: 12, hoursUTC: [3, 9, 15, 21], radiusKilometres: nil, edgeKilometres: 1_100,
        profilePercent: 55, batchLimits: 2)
    case .xl:
      Counts(
        sites: 1_000, clouds: 50, endpoints: 50, models: 300, regions: 1_000, demands: 101_000,
        tenants: 24, hoursUTC: [3, 9, 15, 21], radiusKilometres: nil, edgeKilometres: 260,
        profilePercent: 45, batchLimits: 2)
    }
  }
}
