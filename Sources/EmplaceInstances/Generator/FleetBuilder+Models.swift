internal import EmplaceCore
internal import EmplaceFleet

extension FleetBuilder {
  private typealias H = HardwareList

  private static let tenantNames = [
    "city", "retail", "health", "media", "bank", "travel", "energy", "school", "games", "freight",
    "press", "farm",
  ]

  mutating func buildModels() {
    var random = random(.models)
    fleet.tenants = (0..<counts.tenants).map { index in
      let name = Self.tenantNames[index % Self.tenantNames.count]
      let round = index / Self.tenantNames.count
      return Tenant(id: round == 0 ? name : "\(name)-\(round + 1)")
    }
    buildPopularity(&random)
    for index in 0..<counts.models {
      let kind = ModelKind.all[index % ModelKind.all.count]
      let round = index / ModelKind.all.count
      let hasRounds = counts.models > ModelKind.all.count
      addModel(hasRounds ? "\(kind.name)-\(round + 1)" : kind.name, index, kind, &random)
    }
  }

  /// A heavy tail: weight 1 / (rank + 1), ranks in random order.
  private mutating func buildPopularity(_ random: inout RandomGenerator) {
    modelRank = random.shuffled(Array(0..<counts.models))
    // The largest language models are dear enough without being the most popular.
    for index in modelRank.indices
    where ModelKind.all[index % ModelKind.all.count].family == "llm-70b" {
      guard let last = modelRank.firstIndex(of: min(counts.models - 1, modelRank[index] + 4)) else {
        continue
      }
      modelRank.swapAt(index, last)
    }
    modelWeight = modelRank.map { 1_000_000 / Int64($0 + 1) }
  }

  private mutating func addModel(
    _ name: String, _ index: Int, _ kind: ModelKind, _ random: inout RandomGenerator
  ) {
    kinds.append(kind)
    modelPercent.append(random.integer(in: 75...135))
    let start = fleet.variants.count
    var known: [VariantKind] = []
    for var variant in kind.variants {
      // Always on its first accelerator, on the others as far as somebody has measured it.
      variant.accelerators = variant.accelerators.enumerated().filter {
        $0.offset == 0 || random.chance(counts.profilePercent)
      }.map(\.element)
      addVariant(variant, of: index, named: name, version: 1)
      known.append(variant)
    }
    let isVersioned = generator.size == .tiny ? index == 1 : random.chance(30)
    if isVersioned { addNewVersion(of: index, named: name, known) }
    var model = InferenceModel(
      id: name, tenant: index % counts.tenants, family: kind.family,
      variants: start..<fleet.variants.count)
    let isOnPhones = known.contains { $0.accelerators.contains(H.phoneChip) }
    model.trust = isOnPhones ? 0 : random.chance(12) ? 2 : 1
    if isVersioned { model.liveVersions = random.chance(60) ? 1 : 2 }
    if counts.models > 10, random.chance(10) { model.jurisdictions = allowedCountries(&random) }
    fleet.models.append(model)
  }

  /// All of the fleet's countries but some, where the weights may not lie.
  private func allowedCountries(_ random: inout RandomGenerator) -> Set<String> {
    let all = Set(fleet.sites.map(\.jurisdiction) + fleet.regions.map(\.jurisdiction))
    return all.subtracting(random.shuffled(all.sorted()).prefix(all.count / 5))
  }

  /// Version 2 of the smallest and of the best variant on accelerators: better and faster.
  private mutating func addNewVersion(
    of model: Int, named name: String, _ variants: [VariantKind]
  ) {
    let old = variants.filter { !$0.accelerators.isEmpty }
    for var variant in [old.first, old.last].compactMap({ $0 }) {
      variant.accuracyMillionths += 12_000
      variant.timePercent = variant.timePercent * 86 / 100
      variant.name += "-v2"
      addVariant(variant, of: model, named: name, version: 2)
    }
  }

  private mutating func addVariant(
    _ variant: VariantKind, of model: Int, named name: String, version: Int64
  ) {
    let isOnCPU = variant.accelerators.isEmpty
    let cpu = isOnCPU ? variant.cpuMilliCores : variant.cpuMilliCores * knobs.sharesPercent / 100
    var result = Variant(
      id: "\(name)/\(variant.name)", model: model, version: version,
      accuracyMillionths: variant.accuracyMillionths, artifactMiB: variant.artifactMiB,
      devices: variant.devices, memoryMiB: variant.memoryMiB,
      milliShares: min(1_000, variant.milliShares * knobs.sharesPercent / 100),
      cpuMilliCores: cpu, hostMemoryMiB: variant.hostMemoryMiB, profiles: [])
    let kind = kinds[model]
    result.interferenceClass = kind.interferenceClass
    result.warmUpSeconds = Double(5 + variant.artifactMiB / 800)
    if version > 1 { result.deltaMiB = [1: variant.artifactMiB / 4] }
    let percent = variant.timePercent * modelPercent[model] / 100
    if isOnCPU {
      for type in [H.cpu64, H.cpu32] {
        result.profiles.append(
          VariantProfile(
            hardware: .nodeType(type), profile: Self.profile(kind.speed, percent, percent)))
      }
    }
    for accelerator in variant.accelerators {
      let row = H.accelerators[accelerator]
      result.profiles.append(
        VariantProfile(
          hardware: .accelerator(accelerator),
          profile: Self.profile(
            kind.speed, percent * 100 / row.computePercent, percent * 100 / row.bandwidthPercent)))
    }
    fleet.variants.append(result)
    variantKinds.append(variant)
  }

  /// A profile whose compute takes `compute` percent and whose memory traffic `bandwidth` percent
  /// of the time on a whole L4.
  private static func profile(
    _ speed: ModelKind.Speed, _ compute: Int64, _ bandwidth: Int64
  ) -> Profile {
    switch speed {
    case .affine(let base, let slope, let limit):
      return .affine(
        baseMicroseconds: max(1, base * compute / 100),
        slopeMicroseconds: max(1, slope * compute / 100), batchLimit: limit)
    case .measured(let base, let slope, let limit):
      var (points, batch) = ([MeasuredPoint](), 1)
      while batch <= limit {
        let mean = max(1, (base + slope * Int64(batch)) * compute / 100)
        points.append(
          MeasuredPoint(batch: batch, meanMicroseconds: mean, p95Microseconds: mean * 115 / 100))
        batch *= 2
      }
      return .measured(points)
    case .tokens(let prefill, let perToken, let step, let sequence, let context, let kv, let limit):
      return .tokens(
        TokenProfile(
          prefillBaseNanoseconds: prefill * compute / 100,
          prefillPerTokenNanoseconds: max(1, perToken * compute / 100),
          stepBaseNanoseconds: step * bandwidth / 100,
          stepPerSequenceNanoseconds: sequence * bandwidth / 100,
          stepPerKiloContextNanoseconds: context * bandwidth / 100, kvBytesPerToken: kv,
          batchLimit: limit))
    }
  }

  // MARK: - Work

  /// Nanoseconds of one request of model `model` on hardware that takes `compute` and `bandwidth`
  /// percent of an L4's time, at a batch of `batch`, and of the whole batch or answer.
  static func time(
    _ kind: ModelKind, compute: Int64, bandwidth: Int64, batch: Int64
  ) -> (work: Int64, whole: Int64) {
    switch kind.speed {
    case .affine(let base, let slope, _), .measured(let base, let slope, _):
      let whole = (base + slope * batch) * compute * 10
      return (whole / batch, whole)
    case .tokens(let prefill, let perToken, let step, let sequence, _, _, _):
      let lengths = kind.lengths
      let input = lengths.reduce(0) { $0 + $1.input * $1.percent } / 100
      let output = lengths.reduce(0) { $0 + $1.output * $1.percent } / 100
      let first = (prefill + perToken * input) * compute / 100
      let each = (step + sequence * batch) * bandwidth / 100
      return (first + output * each / batch, each)
    }
  }
}
