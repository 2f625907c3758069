/// A placement instance with one family of limits taken out: shows whether the family matters.
public enum PlacementRelaxation: String, CaseIterable, Sendable {
  /// Memory of devices (P4).
  case memory = "P4"
  /// Compute of devices (P5).
  case compute = "P5"
  /// Power caps of sites (P6).
  case power = "P6"
  /// Room for artifacts (P7).
  case storage = "P7 storage"
  /// Cores and memory of hosts (P7).
  case host = "P7 host"
  /// Spread over failure domains (P8).
  case spread = "P8"
  /// Service when a domain fails (P9).
  case survival = "P9"
  /// Models that need others beside them (P10).
  case affinity = "P10 affinity"
  /// Models that must not lie together (P10).
  case antiAffinity = "P10 anti-affinity"
  /// Licensed copies (P11).
  case licence = "P11 licence"
  /// Budget of rents and openings (P11).
  case budget = "P11 budget"
  /// Bytes over uplinks (P12).
  case uplink = "P12 uplink"
  /// Number of moves (P12).
  case moves = "P12 moves"
  /// Live versions of a model (P13).
  case versions = "P13"
  /// Sites cut off that serve what is critical (P14).
  case autonomy = "P14"
  /// Quotas of tenants (P15).
  case quota = "P15 quota"
  /// Isolation of tenants (P15).
  case isolation = "P15 isolation"
  /// Models that must run at a site (P16).
  case pins = "P16"
  /// Least service of classes (P1).
  case floors = "P1 floors"

  /// The constraint it belongs to: `P7`.
  public var constraint: String { String(rawValue.prefix { $0 != " " }) }

  /// The instance without the family.
  public func relaxed(_ instance: PlacementInstance) -> PlacementInstance {
    var result = instance
    switch self {
    case .memory: for lane in result.lanes.indices { result.lanes[lane].deviceMiB = 0 }
    case .compute:
      for lane in result.lanes.indices { result.lanes[lane].milliShares = 0 }
    case .power: for site in result.sites.indices { result.sites[site].powerCap = nil }
    case .storage: for site in result.sites.indices { result.sites[site].storageMiB = nil }
    case .host:
      for pool in result.pools.indices {
        result.pools[pool].cpuMilliCores = nil
        result.pools[pool].hostMiB = nil
      }
    case .uplink: for site in result.sites.indices { result.sites[site].uplinkMiB = nil }
    case .moves: result.moveBudget = nil
    case .budget: result.hostingBudget = nil
    case .survival: drop(cases: "P9", in: &result)
    case .autonomy: drop(cases: "P14", in: &result)
    case .floors: result.serviceFloors = []
    case .pins: result.pins = []
    case .quota:
      for tenant in result.tenants.indices { result.tenants[tenant].quotaMilliShares = nil }
    case .isolation:
      for tenant in result.tenants.indices { result.tenants[tenant].isolation = .none }
    default: relaxModels(&result)
    }
    return result
  }

  private func relaxModels(_ instance: inout PlacementInstance) {
    for model in instance.models.indices {
      switch self {
      case .spread: instance.models[model].leastDomains = 0
      case .affinity: instance.models[model].affinity = []
      case .antiAffinity: instance.models[model].antiAffinity = []
      case .licence: instance.models[model].licenceCopies = nil
      default: instance.models[model].liveVersions = nil
      }
    }
  }

  private func drop(cases label: String, in instance: inout PlacementInstance) {
    instance.failureCases.removeAll { $0.label == label }
  }
}
