/// A place where hardware stands.
public struct Site: Sendable, Hashable {
  /// Where in the continuum it is.
  public enum Tier: String, Sendable, Hashable, CaseIterable {
    /// Central cloud.
    case cloud
    /// Edge cloud.
    case edge
    /// A population of user devices that serves only its own region.
    case endpoint
  }

  /// A population of devices: an artifact lies on every one of them, and they do not pool.
  public struct Population: Sendable, Hashable {
    /// Number of devices.
    public var count: Int64
    /// Share on line, in millionths: the most that can be served there.
    public var onlineMillionths: Int64
    /// Index of the region whose users carry the devices.
    public var region: Int

    /// A population.
    public init(count: Int64, onlineMillionths: Int64, region: Int) {
      self.count = count
      self.onlineMillionths = onlineMillionths
      self.region = region
    }
  }

  /// Name, unique.
  public var id: String
  /// Where in the continuum.
  public var tier: Tier
  /// Jurisdiction whose law holds there: `FR`.
  public var jurisdiction: String
  /// Failure domains it belongs to, by name.
  public var failureDomains: [String] = []
  /// Degrees north and east, nil where unknown.
  public var coordinates: Coordinates?
  /// Most electric power at the meter, milliwatts, nil for no limit (P6).
  public var powerCapMilliwatts: Int64?
  /// Rack units, nil for no limit.
  public var rackUnits: Int64?
  /// Power usage effectiveness in millionths.
  public var pueMillionths: Int64 = 1_000_000
  /// Micro-units per kWh.
  public var energyPricePerKWh: Series = .constant(0)
  /// Grams of CO2 equivalent per kWh, in thousandths.
  public var carbonMilligramsPerKWh: Series = .constant(0)
  /// Factor on rents and purchases, in millionths.
  public var locationPremiumMillionths: Int64 = 1_000_000
  /// Micro-units per hour while anything runs there.
  public var openingPricePerHour: Int64 = 0
  /// Room for artifacts in MiB, nil for no limit (P7).
  public var storageMiB: Int64?
  /// Most MiB of artifacts that may be moved in over the uplink in the window, nil for no limit
  /// (P12).
  public var uplinkChangeMiB: Int64?
  /// Uplink in kilobits per second, nil where unknown.
  public var uplinkKilobitsPerSecond: Int64?
  /// Trust level, compared with what a model needs.
  public var trust: Int = 0
  /// Regions whose critical demand it must serve when cut off from the centre, by index (P14);
  /// empty where it is not autonomous.
  public var autonomousRegions: [Int] = []
  /// Set for endpoint sites only.
  public var population: Population?

  /// A site.
  public init(id: String, tier: Tier, jurisdiction: String) {
    self.id = id
    self.tier = tier
    self.jurisdiction = jurisdiction
  }
}

/// A point on the globe.
public struct Coordinates: Sendable, Hashable {
  /// Degrees north, -90...90.
  public var latitude: Double
  /// Degrees east, -180...180.
  public var longitude: Double

  /// A point.
  public init(latitude: Double, longitude: Double) {
    self.latitude = latitude
    self.longitude = longitude
  }
}

/// A kind of accelerator device.
public struct Accelerator: Sendable, Hashable {
  /// How several replicas use one device.
  public enum Sharing: String, Sendable, Hashable, CaseIterable {
    /// One replica a device.
    case exclusive
    /// Turns.
    case timeSlicing
    /// NVIDIA Multi-Process Service.
    case mps
    /// NVIDIA Multi-Instance GPU.
    case mig
  }

  /// A MIG profile: what a slice takes and where it may start.
  public struct MIGProfile: Sendable, Hashable {
    /// Name: `3g.40gb`.
    public var name: String
    /// Compute slices.
    public var computeSlices: Int
    /// Memory slices.
    public var memorySlices: Int
    /// Legal first memory slices.
    public var starts: [Int]

    /// A profile.
    public init(name: String, computeSlices: Int, memorySlices: Int, starts: [Int]) {
      self.name = name
      self.computeSlices = computeSlices
      self.memorySlices = memorySlices
      self.starts = starts
    }
  }

  /// Name, unique.
  public var id: String
  /// Product name in the catalogue, if any.
  public var product: String?
  /// Device memory in MiB.
  public var memoryMiB: Int64
  /// Modes in which a device may be shared.
  public var sharing: [Sharing]
  /// MIG profiles, empty without MIG.
  public var migProfiles: [MIGProfile] = []
  /// Compute slices of one device under MIG.
  public var migComputeSlices = 7
  /// Memory slices of one device under MIG.
  public var migMemorySlices = 8
  /// Draw of an idle device, milliwatts.
  public var idleMilliwatts: Int64
  /// Draw of a busy device, milliwatts.
  public var peakMilliwatts: Int64
  /// Micro-units to buy one device.
  public var purchasePrice: Int64 = 0
  /// Years of use.
  public var lifeYears: Int64 = 4
  /// Embodied carbon, grams of CO2 equivalent.
  public var embodiedCarbonGrams: Int64 = 0
  /// Micro-units per device-hour.
  public var onDemandPricePerHour: Int64 = 0
  /// Micro-units per device-hour, reserved.
  public var reservedPricePerHour: Int64 = 0
  /// Micro-units per device-hour, spot.
  public var spotPricePerHour: Int64 = 0
  /// Periods between order and use.
  public var leadTimePeriods: Int64 = 0

  /// An accelerator.
  public init(
    id: String, memoryMiB: Int64, sharing: [Sharing], idleMilliwatts: Int64,
    peakMilliwatts: Int64
  ) {
    self.id = id
    self.memoryMiB = memoryMiB
    self.sharing = sharing
    self.idleMilliwatts = idleMilliwatts
    self.peakMilliwatts = peakMilliwatts
  }
}

/// A kind of node.
public struct NodeType: Sendable, Hashable {
  /// Name, unique.
  public var id: String
  /// Index of its accelerator, nil for CPU serving.
  public var accelerator: Int?
  /// Devices per node: 0, 1, 2, 4, 8.
  public var devices: Int64
  /// Whether replicas may span its devices at full speed.
  public var fastInterconnect: Bool = false
  /// Host CPU in milli-cores.
  public var cpuMilliCores: Int64
  /// Host memory in MiB.
  public var memoryMiB: Int64
  /// Rack units of one node.
  public var rackUnits: Int64 = 1
  /// Draw of the host without devices, milliwatts, whenever the node is on.
  public var idleMilliwatts: Int64 = 0
  /// Further draw of the host when all its cores are busy, milliwatts.
  public var busyMilliwatts: Int64 = 0
  /// Micro-units to buy one node without its devices.
  public var purchasePrice: Int64 = 0
  /// Years of use.
  public var lifeYears: Int64 = 4
  /// Embodied carbon without its devices, grams of CO2 equivalent.
  public var embodiedCarbonGrams: Int64 = 0
  /// Micro-units per node-hour without its devices.
  public var onDemandPricePerHour: Int64 = 0
  /// Micro-units per node-hour without its devices, reserved.
  public var reservedPricePerHour: Int64 = 0
  /// Micro-units per node-hour without its devices, spot.
  public var spotPricePerHour: Int64 = 0
  /// Periods between order and use.
  public var leadTimePeriods: Int64 = 0

  /// A node type.
  public init(
    id: String, accelerator: Int?, devices: Int64, cpuMilliCores: Int64, memoryMiB: Int64
  ) {
    self.id = id
    self.accelerator = accelerator
    self.devices = devices
    self.cpuMilliCores = cpuMilliCores
    self.memoryMiB = memoryMiB
  }
}

/// Nodes of one type at one site.
public struct Pool: Sendable, Hashable {
  /// Name, unique; `site/nodeType` unless given.
  public var id: String
  /// Index of the site.
  public var site: Int
  /// Index of the node type.
  public var nodeType: Int
  /// Nodes that are there and paid for (owned or reserved).
  public var owned: Int64
  /// Of the nodes in `owned`, how many stand under a reservation.
  public var reserved: Int64 = 0
  /// Nodes that may be rented on top, on demand.
  public var rentable: Int64
  /// Nodes that may be rented at the spot price.
  public var spotRentable: Int64 = 0
  /// Most nodes that may ever stand there, nil for no limit.
  public var nodeLimit: Int64?
  /// Micro-units per rented node and hour, location premium included.
  public var rentPricePerHour: Int64

  /// A pool.
  public init(
    id: String, site: Int, nodeType: Int, owned: Int64, rentable: Int64, rentPricePerHour: Int64
  ) {
    self.id = id
    self.site = site
    self.nodeType = nodeType
    self.owned = owned
    self.rentable = rentable
    self.rentPricePerHour = rentPricePerHour
  }
}
