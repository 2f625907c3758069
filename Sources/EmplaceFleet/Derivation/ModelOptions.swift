/// Ways to serve one model on nodes of one type: its variants at their batch limits.
struct ModelOptions: Sendable {
  /// A variant at a batch limit.
  struct Option: Sendable {
    /// Index of the variant.
    var variant: Int32
    /// Batch limit.
    var batch: Int32
    /// What a replica takes.
    var fit: ReplicaFit
    /// Draw of a busy replica above idle, milliwatts before the site's overhead.
    var busyMilliwatts: Int64
  }

  /// Options by variant, then batch limit.
  var options: [Option] = []
  /// Slack of class c in option o at `c * options.count + o`.
  var slack: [Int32] = []
  /// Work, likewise.
  var work: [Int64] = []
  /// Mean latency, likewise.
  var latency: [Int64] = []
  /// Largest slack of each class in any option; below zero where it cannot be served.
  var reach: [Int32] = []
}

/// Builds the options of a fleet's models.
struct OptionBuilder: Sendable {
  let fleet: Fleet
  let index: DemandIndex
  let calculator: WaitingCalculator

  /// The profile of a variant on a node type.
  func profile(of variant: Variant, on type: Int) -> Profile? {
    let wanted: VariantProfile.Hardware
    if variant.devices == 0 {
      wanted = .nodeType(type)
    } else {
      guard let accelerator = fleet.nodeTypes[type].accelerator else { return nil }
      wanted = .accelerator(accelerator)
    }
    return variant.profiles.first { $0.hardware == wanted }?.profile
  }

  /// The fit of a variant on a node type.
  func fit(_ variant: Variant, on type: Int, cacheBytes: Int64) throws(ReplicaFit.Misfit)
    -> ReplicaFit
  {
    let element = fleet.nodeTypes[type]
    return try ReplicaFit(
      variant, on: element, accelerator: element.accelerator.map { fleet.accelerators[$0] },
      cacheBytes: cacheBytes)
  }

  /// Options of a model on each node type of `types`, in their order.
  func options(model: Int, types: [Int]) -> [ModelOptions] {
    let demands = index.models[model]
    var result = Array(repeating: ModelOptions(), count: types.count)
    guard !demands.demands.isEmpty else { return result }
    var chosen = Array(
      repeating: [(option: ModelOptions.Option, speed: SpeedTable.Candidate)](),
      count: types.count)
    for variant in fleet.models[model].variants {
      var tables: [VariantProfile.Hardware: SpeedTable] = [:]
      for (position, type) in types.enumerated() {
        guard let profile = profile(of: fleet.variants[variant], on: type) else { continue }
        let hardware: VariantProfile.Hardware =
          fleet.variants[variant].devices == 0
          ? .nodeType(type) : .accelerator(fleet.nodeTypes[type].accelerator ?? 0)
        let table =
          tables[hardware]
          ?? SpeedTable(
            variant: fleet.variants[variant], profile: profile, demands: demands,
            calculator: calculator)
        tables[hardware] = table
        chosen[position] += options(variant: variant, type: type, table: table, demands)
      }
    }
    for position in types.indices {
      result[position] = Self.assembled(chosen[position], classes: demands.classes.count)
    }
    return result
  }

  /// The short list of one variant on one node type.
  private func options(
    variant index: Int, type: Int, table: SpeedTable, _ demands: DemandIndex.OfModel
  ) -> [(option: ModelOptions.Option, speed: SpeedTable.Candidate)] {
    let variant = fleet.variants[index]
    let fits = table.candidates.map { try? fit(variant, on: type, cacheBytes: $0.cacheBytes) }
    let fitting = fits.indices.filter { fits[$0] != nil }
    let list = table.chosen(
      among: fitting, nearest: demands.nearest, most: fleet.policy.batchLimitsPerProfile)
    return list.compactMap { candidate in
      fits[candidate].map { fit in
        (
          ModelOptions.Option(
            variant: Int32(truncatingIfNeeded: index),
            batch: Int32(truncatingIfNeeded: table.candidates[candidate].batch), fit: fit,
            busyMilliwatts: busyMilliwatts(variant, on: type)),
          table.candidates[candidate]
        )
      }
    }
  }

  /// Draw of a busy replica above idle: its compute share of its devices, and its share of the
  /// host's cores, each rounded up.
  func busyMilliwatts(_ variant: Variant, on type: Int) -> Int64 {
    let node = fleet.nodeTypes[type]
    var draw: Int128 = 0
    if variant.devices > 0, let accelerator = node.accelerator.map({ fleet.accelerators[$0] }) {
      let range = max(0, accelerator.peakMilliwatts - accelerator.idleMilliwatts)
      let shares = Int128(variant.devices) * Int128(min(variant.milliShares, 1000))
      draw += (Int128(range) * shares + 999) / 1000
    }
    if node.cpuMilliCores > 0 {
      let cores = Int128(node.cpuMilliCores)
      draw += (Int128(node.busyMilliwatts) * Int128(variant.cpuMilliCores) + cores - 1) / cores
    }
    return Int64(clamping: draw)
  }

  private static func assembled(
    _ chosen: [(option: ModelOptions.Option, speed: SpeedTable.Candidate)], classes: Int
  ) -> ModelOptions {
    var result = ModelOptions()
    result.options = chosen.map(\.option)
    result.reach = Array(repeating: -1, count: classes)
    let size = classes * chosen.count
    result.slack.reserveCapacity(size)
    result.work.reserveCapacity(size)
    result.latency.reserveCapacity(size)
    for element in 0..<classes {
      for (_, speed) in chosen {
        result.slack.append(speed.slack[element])
        result.work.append(speed.work[element])
        result.latency.append(speed.latency[element])
        result.reach[element] = max(result.reach[element], speed.slack[element])
      }
    }
    return result
  }
}
