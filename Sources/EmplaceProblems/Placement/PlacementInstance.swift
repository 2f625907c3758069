/// One case of the placement problem: which replicas run in which lane, and which lane serves how
/// many parts of each demand.
///
/// Flat arrays of integers, derived once from a fleet or read from a benchmark file. A generalised
/// assignment problem has one lane an agent with its count fixed at one; a facility location
/// problem one lane a facility with a count of zero or one and the fixed cost as its cost.
/// The constraints P1...P16 are in the formulation's page.
public struct PlacementInstance: Sendable {
  /// Name for results.
  public var name = ""
  /// SHA-256 of the documents it was made from, hexadecimal.
  public var digest = ""
  /// ISO code of the currency, empty for benchmarks in their own unit.
  public var currency = ""
  /// Divisor from the objective's integers to the printed unit: 1,000,000 for money.
  public var objectiveUnit: Int64 = 1
  /// True where a benchmark maximises: costs are stored negated and results printed negated.
  public var isMaximisation = false
  /// Cost that no decision changes, reported apart.
  public var constant: Int64 = 0

  /// Number of representative hours, at least 1.
  public var hours = 1
  /// What asks to be served.
  public var demands: [Demand] = []
  /// Rate of demand `d` in hour `t` at `d * hours + t`.
  public var rate: [Int64] = []
  /// Divisor of loads: load per part = ceil(rate * work / (parts * rateScale)).
  public var rateScale: Int64 = 1

  /// Sites, in the fleet's order.
  public var sites: [Site] = []
  /// Pools, in the fleet's order.
  public var pools: [Pool] = []
  /// Variants, in the fleet's order.
  public var variants: [Variant] = []
  /// Models, in the fleet's order.
  public var models: [Model] = []
  /// Tenants, in the fleet's order.
  public var tenants: [Tenant] = []
  /// Artifacts that some lane needs or that lie at a site now, ordered by site, then variant.
  public var artifacts: [Artifact] = []
  /// Lanes, ordered by pool, then artifact.
  public var lanes: [Lane] = []

  /// Arcs of lane `l` stand at `arcStart[l]..<arcStart[l + 1]`.
  public var arcStart: [Int] = [0]
  /// Demand of each arc; within a lane increasing.
  public var arcDemand: [Int32] = []
  /// Work of one unit of rate of the arc's demand on the lane, in load units.
  public var arcWork: [Int64] = []
  /// Cost of one part of the demand on the arc, never negative for fleets.
  public var arcCost: [Int64] = []
  /// Most parts of the demand that the arc may carry; empty where it is always all parts.
  public var arcLimit: [Int32] = []

  /// Least service of a group of demands in normal operation.
  public var serviceFloors: [ServiceFloor] = []
  /// Failures and isolation in which routes of their own must exist (P9, P14).
  public var failureCases: [FailureCase] = []
  /// Names of failure domains.
  public var domains: [String] = []
  /// Most artifacts that may be added or removed, nil for no limit (P12).
  public var moveBudget: Int64?
  /// Most cost of rented nodes and opened sites, nil for no limit (P11).
  public var hostingBudget: Int64?
  /// Models that must run at a site (P16), each pair once.
  public var pins: [Pin] = []

  /// An empty instance.
  public init() {}

  /// Something that asks to be served.
  public struct Demand: Sendable, Hashable {
    /// Name, unique.
    public var name: String
    /// Pieces it may be split into.
    public var parts: Int64
    /// Cost of one part that is not served; nil where it must be served whole.
    public var unservedCost: Int64?
    /// Index of the model, -1 in benchmarks.
    public var model: Int32
    /// Index of the region, -1 in benchmarks.
    public var region: Int32
    /// Index of the priority class, -1 in benchmarks.
    public var priorityClass: Int32

    /// A demand.
    public init(
      name: String, parts: Int64, unservedCost: Int64?, model: Int32 = -1, region: Int32 = -1,
      priorityClass: Int32 = -1
    ) {
      self.name = name
      self.parts = parts
      self.unservedCost = unservedCost
      self.model = model
      self.region = region
      self.priorityClass = priorityClass
    }
  }

  /// A place with limits over all its pools.
  public struct Site: Sendable, Hashable {
    /// Name, unique.
    public var name: String
    /// Cost while any artifact lies there.
    public var openingCost: Int64 = 0
    /// Most milliwatts of its replicas and nodes (P6).
    public var powerCap: Int64?
    /// Room for artifacts in MiB (P7).
    public var storageMiB: Int64?
    /// Most MiB of new artifacts over its uplink (P12).
    public var uplinkMiB: Int64?
    /// Failure domain that spread counts (P8), index into `domains`, -1 for one of its own.
    public var domain: Int32 = -1

    /// A site without limits.
    public init(name: String) { self.name = name }
  }

  /// Nodes of one type at a site.
  public struct Pool: Sendable, Hashable {
    /// Name, unique.
    public var name: String
    /// Index of the site.
    public var site: Int32
    /// Nodes there already.
    public var owned: Int64 = 1
    /// Nodes that may be rented on top.
    public var rentable: Int64 = 0
    /// Cost of one rented node.
    public var rentCost: Int64 = 0
    /// Devices per node; 0 for CPU serving.
    public var devices: Int64 = 0
    /// Memory of one device in MiB (P4).
    public var deviceMiB: Int64 = 0
    /// Host CPU per node in milli-cores (P7), nil for no limit.
    public var cpuMilliCores: Int64?
    /// Host memory per node in MiB (P7), nil for no limit.
    public var hostMiB: Int64?
    /// Milliwatts of one owned or rented node at the meter before any replica (P6). Owned nodes
    /// are on; a rented one is on when rented.
    public var nodeMilliwatts: Int64 = 0

    /// A pool without limits.
    public init(name: String, site: Int32) {
      self.name = name
      self.site = site
    }
  }

  /// A variant of a model.
  public struct Variant: Sendable, Hashable {
    /// Name, unique.
    public var name: String
    /// Index of the model.
    public var model: Int32
    /// Index of its version among the versions of the model, 0 the oldest.
    public var version: Int32

    /// A variant.
    public init(name: String, model: Int32, version: Int32 = 0) {
      self.name = name
      self.model = model
      self.version = version
    }
  }

  /// A model.
  public struct Model: Sendable, Hashable {
    /// Name, unique.
    public var name: String
    /// Index of the tenant, -1 without.
    public var tenant: Int32 = -1
    /// Fewest failure domains with a replica (P8).
    public var leastDomains: Int64 = 0
    /// Most replicas over all sites (P11).
    public var licenceCopies: Int64?
    /// Most versions at once (P13).
    public var liveVersions: Int64?
    /// Number of versions.
    public var versions: Int32 = 1
    /// Models that must lie wherever it lies (P10).
    public var affinity: [Int32] = []
    /// Models that may not lie where it lies (P10).
    public var antiAffinity: [Int32] = []

    /// A model without limits.
    public init(name: String) { self.name = name }
  }

  /// A tenant.
  public struct Tenant: Sendable, Hashable {
    /// What it shares with others (P15).
    public enum Isolation: UInt8, Sendable, Hashable {
      /// Everything.
      case none
      /// No device.
      case device
      /// No node.
      case node
    }

    /// Name, unique.
    public var name: String
    /// Most milli-shares over all sites (P15).
    public var quotaMilliShares: Int64?
    /// What it shares.
    public var isolation: Isolation = .none

    /// A tenant without limits.
    public init(name: String) { self.name = name }
  }

  /// A variant that may lie at a site.
  public struct Artifact: Sendable, Hashable {
    /// Index of the variant.
    public var variant: Int32
    /// Index of the site.
    public var site: Int32
    /// Cost of bringing it, 0 where it lies there now.
    public var addCost: Int64 = 0
    /// Cost of removing it, 0 where it does not lie there now.
    public var removeCost: Int64 = 0
    /// Room it takes (P7).
    public var sizeMiB: Int64 = 0
    /// What moves over the uplink when it is brought (P12).
    public var transferMiB: Int64 = 0
    /// Whether it lies there now.
    public var isIncumbent = false

    /// An artifact.
    public init(variant: Int32, site: Int32) {
      self.variant = variant
      self.site = site
    }
  }

  /// A batching policy of a variant on a pool.
  public struct Lane: Sendable, Hashable {
    /// Index of the pool.
    public var pool: Int32
    /// Index of the artifact, -1 in benchmarks.
    public var artifact: Int32 = -1
    /// Batch limit, 0 in benchmarks.
    public var batch: Int32 = 0
    /// Fewest replicas.
    public var least: Int64 = 0
    /// Most replicas.
    public var most: Int64 = 1
    /// Cost of one replica.
    public var cost: Int64 = 0
    /// Load that one replica carries, utilisation cap included (P2).
    public var capacity: Int64 = 0
    /// Devices of one replica, 0 for CPU serving.
    public var devices: Int64 = 0
    /// Memory on each of its devices in MiB, KV cache included (P4).
    public var deviceMiB: Int64 = 0
    /// Compute on each of its devices in milli-shares (P5).
    public var milliShares: Int64 = 0
    /// Host CPU in milli-cores (P7).
    public var cpuMilliCores: Int64 = 0
    /// Host memory in MiB (P7).
    public var hostMiB: Int64 = 0
    /// Draw at the meter in milliwatts (P6).
    public var milliwatts: Int64 = 0

    /// A lane.
    public init(pool: Int32) { self.pool = pool }
  }

  /// A model of which at least one replica, of whichever variant, must run at a site.
  public struct Pin: Sendable, Hashable {
    /// Index of the model.
    public var model: Int32
    /// Index of the site.
    public var site: Int32

    /// A pin.
    public init(model: Int32, site: Int32) {
      self.model = model
      self.site = site
    }
  }

  /// At least `least` of the weighted parts of these demands are served.
  public struct ServiceFloor: Sendable, Hashable {
    /// Name: the priority class.
    public var name: String
    /// Demands, increasing.
    public var demands: [Int32]
    /// Weight of one part of each.
    public var weights: [Int64]
    /// Least weighted sum of served parts.
    public var least: Int64

    /// A floor.
    public init(name: String, demands: [Int32], weights: [Int64], least: Int64) {
      self.name = name
      self.demands = demands
      self.weights = weights
      self.least = least
    }
  }

  /// A failure, or a site cut off, that must be survived on the same replicas by other routes.
  public struct FailureCase: Sendable, Hashable {
    /// `P9` or `P14`.
    public var label: String
    /// Name: the domain lost, or the site cut off.
    public var name: String
    /// For each site whether its lanes serve in this case.
    public var siteServes: [Bool]
    /// What must be served.
    public var floors: [ServiceFloor]

    /// A case.
    public init(label: String, name: String, siteServes: [Bool], floors: [ServiceFloor]) {
      self.label = label
      self.name = name
      self.siteServes = siteServes
      self.floors = floors
    }
  }
}

// MARK: - Derived figures

extension PlacementInstance {
  /// Number of arcs.
  public var arcCount: Int { arcDemand.count }
  /// Arcs of a lane.
  public func arcs(ofLane lane: Int) -> Range<Int> { arcStart[lane]..<arcStart[lane + 1] }

  /// Load of one part of the arc's demand in hour `hour`, rounded up; at least 1 where the demand
  /// has any rate and work in any hour is positive, so that nothing is served by no replica.
  public func load(ofArc arc: Int, hour: Int) -> Int64 {
    let demand = Int(arcDemand[arc])
    let product = Int128(rate[demand * hours + hour]) * Int128(arcWork[arc])
    let divisor = Int128(demands[demand].parts) * Int128(rateScale)
    return Int64(clamping: (product + divisor - 1) / divisor)
  }

  /// Most parts of its demand that an arc may carry.
  public func limit(ofArc arc: Int) -> Int64 {
    arcLimit.isEmpty ? demands[Int(arcDemand[arc])].parts : Int64(arcLimit[arc])
  }

  /// The arc of `demand` in `lane`, or nil where it is not admissible.
  public func arc(lane: Int, demand: Int) -> Int? {
    var (low, high) = (arcStart[lane], arcStart[lane + 1])
    let wanted = Int32(truncatingIfNeeded: demand)
    while low < high {
      let middle = (low + high) / 2
      if arcDemand[middle] < wanted { low = middle + 1 } else { high = middle }
    }
    return low < arcStart[lane + 1] && arcDemand[low] == wanted ? low : nil
  }

  /// Site of a lane.
  public func site(ofLane lane: Int) -> Int { Int(pools[Int(lanes[lane].pool)].site) }
  /// Variant of a lane, -1 in benchmarks.
  public func variant(ofLane lane: Int) -> Int {
    lanes[lane].artifact < 0 ? -1 : Int(artifacts[Int(lanes[lane].artifact)].variant)
  }
  /// Model of a lane, -1 in benchmarks.
  public func model(ofLane lane: Int) -> Int {
    let variant = variant(ofLane: lane)
    return variant < 0 ? -1 : Int(variants[variant].model)
  }
  /// The pin that a replica of a lane would satisfy, if there is one.
  public func pin(ofLane lane: Int) -> Pin {
    Pin(
      model: Int32(truncatingIfNeeded: model(ofLane: lane)),
      site: Int32(truncatingIfNeeded: site(ofLane: lane)))
  }
  /// Tenant of a lane, -1 without.
  public func tenant(ofLane lane: Int) -> Int {
    let model = model(ofLane: lane)
    return model < 0 ? -1 : Int(models[model].tenant)
  }

  /// What the tenant of a lane shares with others.
  public func isolation(ofLane lane: Int) -> Tenant.Isolation {
    let tenant = tenant(ofLane: lane)
    return tenant < 0 ? .none : tenants[tenant].isolation
  }

  /// Name of a lane, unique: `variant@pool/b8`, or the pool's name in benchmarks.
  public func name(ofLane lane: Int) -> String { name(of: kind(ofLane: lane)) }

  /// Name of an artifact: `variant@site`.
  public func name(ofArtifact artifact: Int) -> String {
    let element = artifacts[artifact]
    return "\(variants[Int(element.variant)].name)@\(sites[Int(element.site)].name)"
  }
}
