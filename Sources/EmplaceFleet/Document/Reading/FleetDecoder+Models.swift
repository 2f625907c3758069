/// Models, variants and profiles.
extension FleetDecoder {
  mutating func decodeModels() {
    for index in 0..<count(.model) {
      guard let view = open(.model, at: index) else { continue }
      defer { reader.close(view) }
      let id = reader.text(view, .id) ?? ""
      let first = fleet.variants.count
      for node in objects(view, .variants, "variants") { decodeVariant(node, of: index, id) }
      var model = InferenceModel(
        id: id, tenant: reader.reference(view, .tenant) ?? 0,
        family: reader.text(view, .family) ?? id, variants: first..<fleet.variants.count)
      decodeTerms(view, index, &model)
      if let slo = reader.node(view, .slo) {
        modelObjectives.append(.some(objective(slo)))
      } else {
        modelObjectives.append(.none)
      }
      fleet.models.append(model)
    }
  }

  private mutating func decodeTerms(
    _ view: ObjectReader.View, _ index: Int, _ model: inout InferenceModel
  ) {
    if let trust = reader.integer(view, .trust) { model.trust = Int(trust) }
    model.jurisdictions = textSet(view, .jurisdictions)
    model.licenceCopies = reader.integer(view, .licenceCopies)
    if let domains = reader.integer(view, .leastFailureDomains) { model.failureDomains = domains }
    model.liveVersions = reader.integer(view, .liveVersions)
    if let others = reader.references(view, .affinity) { model.affinity = others }
    if let others = reader.references(view, .antiAffinity) { model.antiAffinity = others }
    if model.antiAffinity.contains(index), let node = reader.node(view, .antiAffinity) {
      reader.problems.add(node, "a model cannot exclude itself")
    }
    if let sites = reader.references(view, .pinnedSites) { model.pinnedSites = sites }
    if let sites = reader.references(view, .forbiddenSites) { model.forbiddenSites = sites }
    requireApart(view, .model, (.affinity, model.affinity), (.antiAffinity, model.antiAffinity))
    requireApart(
      view, .site, (.pinnedSites, model.pinnedSites), (.forbiddenSites, model.forbiddenSites))
  }

  /// Reports what stands in two lists that exclude each other.
  private mutating func requireApart(
    _ view: ObjectReader.View, _ kind: ObjectKind, _ first: (key: Key, members: [Int]),
    _ second: (key: Key, members: [Int])
  ) {
    let wanted = Set(first.members)
    guard let both = second.members.first(where: { wanted.contains($0) }),
      let node = reader.node(view, second.key)
    else { return }
    let id = reader.ids[Int(kind.rawValue)].text(both)
    reader.problems.add(node, "\"\(shortened(id))\" stands in \(first.key.name) too")
  }

  // MARK: - Variants

  private mutating func decodeVariant(_ node: Int, of model: Int, _ modelID: String) {
    guard let view = reader.open(.variant, node) else { return }
    defer { reader.close(view) }
    let name = reader.text(view, .id) ?? ""
    let id = "\(modelID)/\(name)"
    if !name.isEmpty, !register(id, .variant), let place = reader.node(view, .id) {
      reader.problems.add(
        place, "two variants of the model have this id", maybe: "another id")
    }
    let devices = reader.integer(view, .devices) ?? 1
    if devices > 0, reader.node(view, .memoryGiB) == nil {
      reader.reportMissing(
        view, .memoryGiB, "and the variant uses devices", maybe: "\"devices\": 0 for CPU serving")
    }
    if devices == 0, reader.node(view, .cpuCores) == nil {
      reader.reportMissing(view, .cpuCores, "and the variant uses no device")
    }
    var variant = Variant(
      id: id, model: model, version: reader.integer(view, .version) ?? 1,
      accuracyMillionths: reader.integer(view, .accuracy) ?? 1_000_000,
      artifactMiB: reader.integer(view, .artifactGiB) ?? 0, devices: devices,
      memoryMiB: reader.integer(view, .memoryGiB) ?? 0,
      milliShares: reader.integer(view, .milliShares) ?? (devices > 0 ? 1000 : 0),
      cpuMilliCores: reader.integer(view, .cpuCores) ?? 0,
      hostMemoryMiB: reader.integer(view, .hostMemoryGiB) ?? 0,
      profiles: profiles(view, usesDevices: devices > 0))
    check(variant, view)
    if let name = reader.text(view, .interferenceClass) { variant.interferenceClass = name }
    if let seconds = reader.real(view, .warmUpSeconds, 0...1_000_000) {
      variant.warmUpSeconds = seconds
    }
    variant.deltaMiB = deltas(view)
    fleet.variants.append(variant)
  }

  /// A variant uses devices and says how much of them, or it uses none of them.
  private mutating func check(_ variant: Variant, _ view: ObjectReader.View) {
    if variant.devices > 0 {
      guard variant.milliShares == 0, let node = reader.node(view, .milliShares) else { return }
      reader.problems.add(
        node, "a variant with devices takes a share of each", maybe: "1000 for whole devices")
      return
    }
    let isNumber = reader.node(view, .cpuCores).map { reader.tree.nodes[$0].kind == .number }
    if variant.cpuMilliCores == 0, isNumber == true, let node = reader.node(view, .cpuCores),
      !reader.problems.has(node)
    {
      reader.problems.add(node, "a variant without devices needs host CPU")
    }
    for (key, value, other) in [
      (Key.memoryGiB, variant.memoryMiB, Key.hostMemoryGiB),
      (.milliShares, variant.milliShares, .cpuCores),
    ] where value > 0 {
      guard let node = reader.node(view, key) else { continue }
      reader.problems.add(
        node, "a variant with \"devices\": 0 uses none of a device", maybe: other.name)
    }
  }

  private mutating func deltas(_ view: ObjectReader.View) -> [Int64: Int64] {
    guard let node = reader.node(view, .deltaGiB),
      let children = members(node, "sizes by version")
    else { return [:] }
    let spec = reader.compiled(view, .deltaGiB)
    var result: [Int64: Int64] = [:]
    for child in children {
      guard let size = reader.number(child, spec) else { continue }
      let key = name(of: child)
      guard let version = Int64(key), version >= 0, String(version) == key else {
        reader.problems.add(
          child, "the key is the number of a version", maybe: "{\"1\": ...}")
        continue
      }
      result[version] = size
    }
    return result
  }

  // MARK: - Profiles

  private mutating func profiles(
    _ view: ObjectReader.View, usesDevices: Bool
  ) -> [VariantProfile] {
    guard let node = reader.node(view, .profiles) else { return [] }
    let kind: ObjectKind = usesDevices ? .accelerator : .nodeType
    guard let children = members(node, "profiles by \(kind.noun) id") else { return [] }
    var result: [VariantProfile] = []
    for child in children {
      let key = name(of: child)
      let hardware = reader.ids[Int(kind.rawValue)].find(key)
      if hardware == nil { reportHardware(child, key, kind) }
      guard let profile = profile(child), let hardware else { continue }
      result.append(
        VariantProfile(
          hardware: usesDevices ? .accelerator(hardware) : .nodeType(hardware),
          profile: profile))
    }
    return result
  }

  private mutating func reportHardware(_ node: Int, _ key: String, _ kind: ObjectKind) {
    let other: ObjectKind = kind == .accelerator ? .nodeType : .accelerator
    if reader.ids[Int(other.rawValue)].find(key) != nil {
      reader.problems.add(
        node,
        "the key is \(other.withArticle); "
          + (kind == .accelerator
            ? "a variant with devices has profiles by accelerator"
            : "a variant without devices has profiles by node type"),
        maybe: kind == .accelerator ? "\"devices\": 0 for CPU serving" : "\"devices\": 1")
      return
    }
    let table = reader.ids[Int(kind.rawValue)]
    let nearest = reader.problems.wantsSuggestions ? Nearest.word(to: key, in: table) : nil
    reader.problems.add(
      node, "no \(kind.noun) has the id \"\(shortened(key))\"",
      maybe: nearest.map { "\"\(shortened($0))\"" } ?? "")
  }

  private enum ProfileKind: String, CaseIterable {
    case affine, measured, tokens
  }

  private mutating func profile(_ node: Int) -> Profile? {
    guard reader.tree.nodes[node].kind == .object else {
      reader.problems.add(node, "expected an object, a profile")
      return nil
    }
    guard let kindNode = reader.tree.member(.kind, of: node) else {
      reader.problems.addMissing(
        Key.kind.name, of: node, "missing; every profile has it",
        maybe: "\"kind\": \"affine\", \"measured\" or \"tokens\"")
      return nil
    }
    guard let kind = reader.choice(kindNode, ProfileKind.self) else { return nil }
    switch kind {
    case .affine: return affine(node)
    case .measured: return measured(node)
    case .tokens: return tokens(node)
    }
  }

  private mutating func affine(_ node: Int) -> Profile? {
    guard let view = reader.open(.affineProfile, node) else { return nil }
    defer { reader.close(view) }
    let base = reader.integer(view, .baseMs)
    let slope = reader.integer(view, .perItemMs)
    let limit = reader.integer(view, .batchLimit)
    guard let base, let slope, let limit else { return nil }
    if base == 0, slope == 0 {
      reader.problems.add(node, "every batch would take no time", hidesValue: true)
    }
    return .affine(
      baseMicroseconds: base, slopeMicroseconds: slope, batchLimit: Int(limit))
  }

  private mutating func measured(_ node: Int) -> Profile? {
    guard let view = reader.open(.measuredProfile, node) else { return nil }
    defer { reader.close(view) }
    var points: [MeasuredPoint] = []
    for element in objects(view, .points, "measured points") {
      guard let point = reader.open(.point, element) else { continue }
      defer { reader.close(point) }
      let batch = reader.integer(point, .batch)
      let mean = reader.integer(point, .meanMs)
      let p95 = reader.integer(point, .p95Ms)
      guard let batch, let mean, let p95 else { continue }
      if let last = points.last, batch <= last.batch, let place = reader.node(point, .batch) {
        reader.problems.add(
          place, "points stand by increasing batch, the one before has \(last.batch)")
      }
      points.append(
        MeasuredPoint(batch: Int(batch), meanMicroseconds: mean, p95Microseconds: p95))
    }
    return points.isEmpty ? nil : .measured(points)
  }

  private mutating func tokens(_ node: Int) -> Profile? {
    guard let view = reader.open(.tokenProfile, node) else { return nil }
    defer { reader.close(view) }
    let prefillBase = reader.integer(view, .prefillBaseMs)
    let prefill = reader.integer(view, .prefillPerTokenMs)
    let base = reader.integer(view, .stepBaseMs)
    let sequence = reader.integer(view, .stepPerSequenceMs)
    let context = reader.integer(view, .stepPerKiloContextMs)
    let cache = reader.integer(view, .kvCacheBytesPerToken)
    let limit = reader.integer(view, .batchLimit)
    guard let prefillBase, let prefill, let base, let sequence, let context, let cache, let limit
    else { return nil }
    if base == 0, sequence == 0 {
      reader.problems.add(node, "every decode step would take no time", hidesValue: true)
    }
    return .tokens(
      TokenProfile(
        prefillBaseNanoseconds: prefillBase, prefillPerTokenNanoseconds: prefill,
        stepBaseNanoseconds: base, stepPerSequenceNanoseconds: sequence,
        stepPerKiloContextNanoseconds: context, kvBytesPerToken: cache, batchLimit: Int(limit)))
  }
}
