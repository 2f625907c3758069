/// A validated fleet document: the one description that all four timescales read.
///
/// Everything that decides feasibility or cost is an integer in one small unit, named in the
/// property: MiB, microseconds, milliwatts, milli-shares, micro-units of the currency.
/// References between entities are indices into the arrays of this value.
public struct Fleet: Sendable, Hashable {
  /// Name of the fleet, for reports.
  public var name = ""
  /// ISO 4217 code in which every price is given.
  public var currency = "EUR"
  /// SHA-256 of the canonical document, hexadecimal.
  public var digest = ""
  /// Rules that hold for the whole fleet.
  public var policy = Policy()
  /// Periods, representative hours and scenarios.
  public var horizon = Horizon()
  /// Places where hardware stands.
  public var sites: [Site] = []
  /// Kinds of accelerator.
  public var accelerators: [Accelerator] = []
  /// Kinds of node.
  public var nodeTypes: [NodeType] = []
  /// Nodes of one type at one site.
  public var pools: [Pool] = []
  /// Who owns models; the first tenant is the default.
  public var tenants: [Tenant] = []
  /// What is served.
  public var models: [InferenceModel] = []
  /// All variants of all models; a model names its own by index.
  public var variants: [Variant] = []
  /// Where users are.
  public var regions: [Region] = []
  /// Who asks for what, where.
  public var demands: [Demand] = []
  /// Round trips, bandwidth, egress.
  public var network = Network()
  /// Slowdown of classes beside each other.
  public var interference: [InterferenceEntry] = []
  /// Named models of slowdown.
  public var interferenceModels: [InterferenceModel] = []
  /// Past rates of demands.
  public var history: [RateHistory] = []
  /// What runs now.
  public var incumbent: IncumbentPlan?
  /// Figures that came from the catalogue or from a default, for the report.
  public var assumptions: [Assumption] = []

  /// An empty fleet.
  public init() {}
}

/// A figure that the document left out and something else filled in.
public struct Assumption: Sendable, Hashable {
  /// JSON path of the missing key.
  public var path: String
  /// The figure with its unit.
  public var value: String
  /// Where it came from: catalogue row with its source, or the documented default.
  public var source: String

  /// An assumption.
  public init(path: String, value: String, source: String) {
    self.path = path
    self.value = value
    self.source = source
  }
}

/// A value for each representative hour, or one for all of them.
public enum Series: Sendable, Hashable {
  /// The same at all hours.
  case constant(Int64)
  /// One value an hour; as many as the horizon has hours.
  case hourly([Int64])

  /// The value at hour `hour`.
  public subscript(hour: Int) -> Int64 {
    switch self {
    case .constant(let value): value
    case .hourly(let values): values[hour]
    }
  }
}

/// Rules of the whole fleet.
public struct Policy: Sendable, Hashable {
  /// Highest share of its capacity that a replica is planned to be busy, in millionths.
  public var utilisationCapMillionths: Int64 = 800_000
  /// Name of the waiting rule (`md1`, `mg1`, `batch`, ...).
  public var waitingRule = "md1"
  /// At most this many batch limits are considered per variant and node type.
  public var batchLimitsPerProfile = 3
  /// Price of latency: micro-units per hour for each request per second delayed by one second.
  public var latencyPrice: Int64 = 0
  /// Price of carbon, micro-units per kilogram of CO2 equivalent.
  public var carbonPricePerKg: Int64 = 0
  /// Price of accuracy: micro-units per hour for each request per second served at one whole unit
  /// (100 percentage points) below the best admissible variant.
  public var accuracyPrice: Int64 = 0
  /// Price of moving one GiB of artifact to a site, micro-units, spread over the window.
  public var migrationPricePerGiB: Int64 = 0
  /// Price of removing one artifact that runs now, micro-units, spread over the window.
  public var evictionPrice: Int64 = 0
  /// Length of the placement window in hours, over which migration is spread.
  public var windowHours: Int64 = 168
  /// Priority classes, the most important first.
  public var priorityClasses: [PriorityClass] = []
  /// Most copies of artifacts that may move (added or removed), nil for no limit (P12).
  public var moveBudget: Int64?
  /// Most micro-units per hour for rented nodes and opened sites, nil for no limit (P11).
  public var hostingBudget: Int64?
  /// Failure domains whose loss the plan must survive (P9).
  public var survive: [String] = []
  /// Most micro-units in each period (C4): one value a period, or one for all; empty for no limit.
  public var budgetsPerPeriod: [Int64] = []
  /// Most grams of CO2 equivalent in each period (C7): one value a period, or one for all; empty
  /// for no limit.
  public var carbonCapsGramsPerPeriod: [Int64] = []
  /// Weight in millionths of the mean cost of the worst scenarios.
  public var tailWeightMillionths: Int64 = 0
  /// Share of probability in millionths that counts as the worst scenarios.
  public var tailShareMillionths: Int64 = 100_000
  /// Standard deviations of the pooled rate kept as safety stock (C6), in millionths.
  public var safetyDeviationsMillionths: Int64 = 0
  /// Discount rate per year for later costs, in millionths.
  public var discountPerYearMillionths: Int64 = 0

  /// The defaults.
  public init() {}
}

/// A class of demands that share a price of failure.
public struct PriorityClass: Sendable, Hashable {
  /// Name, unique.
  public var id: String
  /// Micro-units per thousand requests that are not served, where the demand gives no value.
  public var unservedPricePerThousand: Int64
  /// Share of the class, in millionths, that must be served; 0 lets the price decide.
  public var leastServedMillionths: Int64
  /// Share of the class that must still be served when a domain of `survive` is lost (P9).
  public var survivingMillionths: Int64

  /// A class.
  public init(
    id: String, unservedPricePerThousand: Int64, leastServedMillionths: Int64,
    survivingMillionths: Int64
  ) {
    self.id = id
    self.unservedPricePerThousand = unservedPricePerThousand
    self.leastServedMillionths = leastServedMillionths
    self.survivingMillionths = survivingMillionths
  }
}

/// Who owns models.
public struct Tenant: Sendable, Hashable {
  /// What a tenant shares with others.
  public enum Isolation: String, Sendable, Hashable, CaseIterable {
    /// Devices are shared with everybody.
    case none
    /// No device is shared with another tenant.
    case device
    /// No node is shared with another tenant.
    case node
  }

  /// Name, unique.
  public var id: String
  /// Most milli-shares of compute over all sites, nil for no limit (P15).
  public var quotaMilliShares: Int64?
  /// What it shares.
  public var isolation: Isolation

  /// A tenant.
  public init(id: String, quotaMilliShares: Int64? = nil, isolation: Isolation = .none) {
    self.id = id
    self.quotaMilliShares = quotaMilliShares
    self.isolation = isolation
  }
}

/// Periods, representative hours and scenarios.
public struct Horizon: Sendable, Hashable {
  /// Names of the periods of a capacity plan.
  public var periods: [String] = ["now"]
  /// ISO 8601 date of the first day of each period; empty where it is not stated.
  public var periodStarts: [String] = []
  /// Length of each period in hours.
  public var periodHours: Int64 = 2190
  /// Start of each representative hour in UTC, 0...23; placement holds in each of them.
  public var hoursUTC: [Int] = [0]
  /// Scenarios with their probability in millionths, which sum to one million.
  public var scenarios: [Scenario] = [Scenario(id: "base", probabilityMillionths: 1_000_000)]
  /// Daily curves by name: 24 multipliers in millionths, by local hour.
  public var curves: [String: [Int64]] = [:]

  /// One period, one hour, one scenario.
  public init() {}
}

/// One way the future may go.
public struct Scenario: Sendable, Hashable {
  /// Name, unique.
  public var id: String
  /// Probability in millionths.
  public var probabilityMillionths: Int64
  /// Multiplier of all rates per period, in millionths; one value a period, or one for all.
  public var rateMultipliersMillionths: [Int64]

  /// A scenario.
  public init(
    id: String, probabilityMillionths: Int64, rateMultipliersMillionths: [Int64] = [1_000_000]
  ) {
    self.id = id
    self.probabilityMillionths = probabilityMillionths
    self.rateMultipliersMillionths = rateMultipliersMillionths
  }
}

/// What runs now.
public struct IncumbentPlan: Sendable, Hashable {
  /// Replicas by variant, pool and batch limit.
  public struct Replicas: Sendable, Hashable {
    /// Index of the variant.
    public var variant: Int
    /// Index of the pool.
    public var pool: Int
    /// Batch limit, nil where it is not known.
    public var batch: Int?
    /// How many.
    public var count: Int64

    /// Replicas.
    public init(variant: Int, pool: Int, batch: Int?, count: Int64) {
      self.variant = variant
      self.pool = pool
      self.batch = batch
      self.count = count
    }
  }

  /// An artifact that lies at a site.
  public struct Artifact: Sendable, Hashable {
    /// Index of the variant.
    public var variant: Int
    /// Index of the site.
    public var site: Int

    /// An artifact.
    public init(variant: Int, site: Int) {
      self.variant = variant
      self.site = site
    }
  }

  /// Pieces of a demand that are served in one place.
  public struct Route: Sendable, Hashable {
    /// Index of the demand.
    public var demand: Int
    /// Index of the variant.
    public var variant: Int
    /// Index of the pool.
    public var pool: Int
    /// Pieces of the demand.
    public var parts: Int64

    /// A route.
    public init(demand: Int, variant: Int, pool: Int, parts: Int64) {
      self.demand = demand
      self.variant = variant
      self.pool = pool
      self.parts = parts
    }
  }

  /// Nodes under a reservation.
  public struct Reservation: Sendable, Hashable {
    /// Index of the pool.
    public var pool: Int
    /// How many nodes.
    public var nodes: Int64
    /// Periods for which it still holds.
    public var periods: Int64

    /// A reservation.
    public init(pool: Int, nodes: Int64, periods: Int64) {
      self.pool = pool
      self.nodes = nodes
      self.periods = periods
    }
  }

  /// What runs.
  public var replicas: [Replicas] = []
  /// What lies there.
  public var artifacts: [Artifact] = []
  /// Who is served from where.
  public var routes: [Route] = []
  /// Nodes under reservation.
  public var reservations: [Reservation] = []

  /// Nothing runs.
  public init() {}
}
