public import EmplaceProblems

/// A placement instance with one family of limits taken out: shows whether the family matters.
public enum PlacementRelaxation: String, CaseIterable, Sendable {
  case memory = "P4"
  case compute = "P5"
  case power = "P6"
  case storage = "P7 storage"
  case host = "P7 host"
  case spread = "P8"
  case survival = "P9"
  case affinity = "P10 affinity"
  case antiAffinity = "P10 anti-affinity"
  case licence = "P11 licence"
  case budget = "P11 budget"
  case uplink = "P12 uplink"
  case moves = "P12 moves"
  case versions = "P13"
  case autonomy = "P14"
  case quota = "P15 quota"
  case isolation = "P15 isolation"
  case floors = "P1 floors"

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
