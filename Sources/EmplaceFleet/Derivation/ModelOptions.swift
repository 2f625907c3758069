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

  /// An option and its speed.
  private typealias Chosen = (option: ModelOptions.Option, speed: SpeedTable.Candidate)

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

  /// The hardware for which a variant has a profile on a node type.
  private func hardware(of variant: Int, on type: Int) -> VariantProfile.Hardware? {
    let element = fleet.variants[variant]
    guard profile(of: element, on: type) != nil else { return nil }
    return element.devices == 0
      ? .nodeType(type) : fleet.nodeTypes[type].accelerator.map { .accelerator($0) }
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
    var chosen = Array(repeating: [Chosen](), count: types.count)
    for variant in fleet.models[model].variants {
      for hardware in Self.groups(of: types, by: { self.hardware(of: variant, on: $0) }) {
        add(variant, on: hardware.map { types[$0] }, demands) { position, options in
          chosen[hardware[position]] += options
        }
      }
    }
    for position in types.indices {
      result[position] = Self.assembled(chosen[position], classes: demands.classes.count)
    }
    return result
  }

  /// Most classes with which batch limits are chosen.
  private static let sampleSize = 64

  /// Positions of node types with equal hardware, in order of appearance; those without a profile
  /// are left out.
  private static func groups(of types: [Int], by key: (Int) -> VariantProfile.Hardware?) -> [[Int]]
  {
    var keys: [VariantProfile.Hardware] = []
    var groups: [[Int]] = []
    for (position, type) in types.enumerated() {
      guard let key = key(type) else { continue }
      if let known = keys.firstIndex(of: key) {
        groups[known].append(position)
      } else {
        keys.append(key)
        groups.append([position])
      }
    }
    return groups
  }

  /// Hands out the short lists of a variant on node types of the same hardware.
  private func add(
    _ index: Int, on types: [Int], _ demands: DemandIndex.OfModel,
    to result: (Int, [Chosen]) -> Void
  ) {
    let variant = fleet.variants[index]
    guard let type = types.first, let profile = profile(of: variant, on: type) else { return }
    let sample = demands.sample(Self.sampleSize)
    let table = SpeedTable(
      variant: variant, profile: profile, batches: profile.candidateBatches,
      demands: sample ?? demands, calculator: calculator)
    for (position, type) in types.enumerated() {
      let fits = table.candidates.map { try? fit(variant, on: type, cacheBytes: $0.cacheBytes) }
      let list = table.chosen(
        among: fits.indices.filter { fits[$0] != nil }, nearest: (sample ?? demands).nearest,
        most: fleet.policy.batchLimitsPerProfile)
      // Chosen with a sample, then worked out for all classes.
      let whole =
        sample == nil
        ? list.map { table.candidates[$0] }
        : SpeedTable(
          variant: variant, profile: profile, batches: list.map { table.candidates[$0].batch },
          demands: demands, calculator: calculator
        ).candidates
      result(
        position,
        zip(list, whole).compactMap { candidate, speed in
          fits[candidate].map { fit in
            let option = ModelOptions.Option(
              variant: Int32(truncatingIfNeeded: index),
              batch: Int32(truncatingIfNeeded: speed.batch), fit: fit,
              busyMilliwatts: busyMilliwatts(variant, on: type))
            return (option, speed)
          }
        })
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
    _ chosen: [Chosen], classes: Int
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
