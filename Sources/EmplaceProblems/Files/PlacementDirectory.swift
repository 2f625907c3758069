/// Finds entities of an instance by the names that files of answers use.
struct PlacementDirectory {
  let instance: PlacementInstance
  private let demands: [String: Int32]
  private let variants: [String: Int32]
  private let pools: [String: Int32]
  private let sites: [String: Int32]
  private let tenants: [String: Int32]
  /// First lane of each pool and one past the last; lanes are ordered by pool, then artifact.
  private let laneStart: [Int]

  init(instance: PlacementInstance) {
    self.instance = instance
    demands = Self.numbers(instance.demands.lazy.map(\.name))
    variants = Self.numbers(instance.variants.lazy.map(\.name))
    pools = Self.numbers(instance.pools.lazy.map(\.name))
    sites = Self.numbers(instance.sites.lazy.map(\.name))
    tenants = Self.numbers(instance.tenants.lazy.map(\.name))
    var start = [Int](repeating: 0, count: instance.pools.count + 1)
    for lane in instance.lanes { start[Int(lane.pool) + 1] += 1 }
    for pool in instance.pools.indices { start[pool + 1] += start[pool] }
    laneStart = start
  }

  private static func numbers(_ names: some Collection<String>) -> [String: Int32] {
    var result: [String: Int32] = [:]
    result.reserveCapacity(names.count)
    for (index, name) in names.enumerated() { result[name] = Int32(truncatingIfNeeded: index) }
    return result
  }

  func demand(_ name: String) -> Int? { demands[name].map(Int.init) }
  func pool(_ name: String) -> Int? { pools[name].map(Int.init) }
  func site(_ name: String) -> Int? { sites[name].map(Int.init) }
  func tenant(_ name: String) -> Int? { tenants[name].map(Int.init) }
  func variant(_ name: String) -> Int? { variants[name].map(Int.init) }

  /// The lane of a pool with that variant (nil in benchmarks) and batch limit.
  func lane(pool: Int, variant: Int?, batch: Int64) -> Int? {
    let range = laneStart[pool]..<laneStart[pool + 1]
    let wanted = variant ?? -1
    var (low, high) = (range.lowerBound, range.upperBound)
    while low < high {
      let middle = (low + high) / 2
      if instance.variant(ofLane: middle) < wanted { low = middle + 1 } else { high = middle }
    }
    while low < range.upperBound, instance.variant(ofLane: low) == wanted {
      if Int64(instance.lanes[low].batch) == batch, Int(instance.lanes[low].pool) == pool {
        return low
      }
      low += 1
    }
    return nil
  }

  /// The artifact of a variant at a site; artifacts are ordered by site, then variant.
  func artifact(variant: Int, site: Int) -> Int? {
    var (low, high) = (0, instance.artifacts.count)
    while low < high {
      let middle = (low + high) / 2
      let element = instance.artifacts[middle]
      if (Int(element.site), Int(element.variant)) < (site, variant) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    guard low < instance.artifacts.count, Int(instance.artifacts[low].site) == site,
      Int(instance.artifacts[low].variant) == variant
    else { return nil }
    return low
  }
}
