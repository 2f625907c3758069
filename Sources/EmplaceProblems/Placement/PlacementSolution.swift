/// Decisions of a placement, by index into the instance; every list is sorted and holds no zeros.
public struct PlacementSolution: Sendable, Codable, Hashable {
  /// Replicas of a lane.
  public struct Replicas: Sendable, Codable, Hashable {
    /// Index of the lane.
    public var lane: Int
    /// How many, positive.
    public var count: Int64

    /// Replicas.
    public init(lane: Int, count: Int64) {
      self.lane = lane
      self.count = count
    }
  }

  /// Parts of a demand that a lane serves.
  public struct Route: Sendable, Codable, Hashable {
    /// Index of the demand.
    public var demand: Int
    /// Index of the lane.
    public var lane: Int
    /// How many parts, positive.
    public var parts: Int64

    /// A route.
    public init(demand: Int, lane: Int, parts: Int64) {
      self.demand = demand
      self.lane = lane
      self.parts = parts
    }
  }

  /// Nodes rented in a pool.
  public struct RentedNodes: Sendable, Codable, Hashable {
    /// Index of the pool.
    public var pool: Int
    /// How many, positive.
    public var count: Int64

    /// Rented nodes.
    public init(pool: Int, count: Int64) {
      self.pool = pool
      self.count = count
    }
  }

  /// Devices or nodes of a pool set apart for a tenant that asks for isolation (P15).
  public struct IsolatedUnits: Sendable, Codable, Hashable {
    /// Index of the tenant.
    public var tenant: Int
    /// Index of the pool.
    public var pool: Int
    /// Devices (or nodes, if the tenant isolates nodes), positive.
    public var count: Int64

    /// Units set apart.
    public init(tenant: Int, pool: Int, count: Int64) {
      self.tenant = tenant
      self.pool = pool
      self.count = count
    }
  }

  /// Replicas, by lane.
  public var replicas: [Replicas]
  /// Routes in normal operation, by demand, then lane. What is not routed is unserved.
  public var routes: [Route]
  /// Artifacts that lie at their site, increasing indices.
  public var artifacts: [Int]
  /// Rented nodes, by pool.
  public var rented: [RentedNodes]
  /// Units set apart, by tenant, then pool.
  public var isolated: [IsolatedUnits]
  /// Routes of each failure case, in the order of the instance's cases.
  public var failureRoutes: [[Route]]

  /// A solution.
  public init(
    replicas: [Replicas] = [], routes: [Route] = [], artifacts: [Int] = [],
    rented: [RentedNodes] = [], isolated: [IsolatedUnits] = [], failureRoutes: [[Route]] = []
  ) {
    self.replicas = replicas
    self.routes = routes
    self.artifacts = artifacts
    self.rented = rented
    self.isolated = isolated
    self.failureRoutes = failureRoutes
  }
}
