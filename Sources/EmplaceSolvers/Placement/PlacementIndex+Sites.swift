internal import EmplaceCore
internal import EmplaceProblems

/// Sites: limits over all pools, and members.
struct SiteTable {
  let count: Int
  /// Milliwatts above the idle draw of owned nodes; `Int64.max` without a cap, negative where owned
  /// nodes alone exceed it.
  let powerRoom: FlatArray<Int64>
  let storage: FlatArray<Int64>
  let uplink: FlatArray<Int64>
  let openingCost: FlatArray<Int64>
  let pools: FlatLists
  let artifacts: FlatLists

  init(_ instance: PlacementInstance, _ arena: Arena) {
    count = instance.sites.count
    var idle = [Int128](repeating: 0, count: count)
    for pool in instance.pools {
      idle[Int(pool.site)] += Int128(pool.nodeMilliwatts) * Int128(pool.owned)
    }
    powerRoom = arena.array(
      zip(instance.sites, idle).map { site, idle in
        site.powerCap.map { Int64(clamping: Int128($0) - idle) } ?? .max
      })
    storage = arena.array(instance.sites.map { $0.storageMiB ?? .max })
    uplink = arena.array(instance.sites.map { $0.uplinkMiB ?? .max })
    openingCost = arena.array(instance.sites.map(\.openingCost))
    pools = FlatLists(owners: count, in: arena) { visit in
      for (index, pool) in instance.pools.enumerated() { visit(Int(pool.site), index) }
    }
    artifacts = FlatLists(owners: count, in: arena) { visit in
      for (index, artifact) in instance.artifacts.enumerated() { visit(Int(artifact.site), index) }
    }
  }
}

/// Artifacts: what bringing and removing one means.
struct ArtifactTable {
  let count: Int
  let addCost: FlatArray<Int64>
  let removeCost: FlatArray<Int64>
  let size: FlatArray<Int64>
  /// What moves over the uplink when it is brought; 0 where it lies there now.
  let transfer: FlatArray<Int64>
  let isIncumbent: FlatArray<Bool>
  let site: FlatArray<Int32>
  let model: FlatArray<Int32>
  let version: FlatArray<Int32>
  let lanes: FlatLists

  init(_ instance: PlacementInstance, _ arena: Arena) {
    let all = instance.artifacts
    count = all.count
    addCost = arena.array(all.map(\.addCost))
    removeCost = arena.array(all.map(\.removeCost))
    size = arena.array(all.map { min(max($0.sizeMiB, 0), 1 << 40) })
    transfer = arena.array(all.map { $0.isIncumbent ? 0 : min(max($0.transferMiB, 0), 1 << 40) })
    isIncumbent = arena.array(all.map(\.isIncumbent))
    site = arena.array(all.map(\.site))
    model = arena.array(all.map { instance.variants[Int($0.variant)].model })
    version = arena.array(all.map { instance.variants[Int($0.variant)].version })
    lanes = FlatLists(owners: count, in: arena) { visit in
      for (index, lane) in instance.lanes.enumerated() where lane.artifact >= 0 {
        visit(Int(lane.artifact), index)
      }
    }
  }
}

/// Models and tenants: licences, versions, spread, affinity, quotas.
struct ModelTable {
  let count: Int
  let licence: FlatArray<Int64>
  let liveVersions: FlatArray<Int64>
  let leastDomains: FlatArray<Int64>
  let quota: FlatArray<Int64>
  let lanes: FlatLists

  /// Versions of model `m` that are counted: slots from `versionStart[m]`; none without a limit.
  let versionStart: FlatArray<Int32>
  /// Artifacts of each counted version.
  let artifactsOfVersion: FlatLists
  /// Model-and-domain slot of a lane, -1 where its model asks for no spread.
  let spreadSlot: FlatArray<Int32>
  let spreadSlots: Int

  /// Position of a model among those with affinity or anti-affinity of any kind, -1 elsewhere.
  let paired: FlatArray<Int32>
  let pairedCount: Int
  /// Models that must lie where model `m` lies.
  let needs: FlatLists
  /// Models that need model `m` beside them.
  let neededBy: FlatLists
  /// Models that may not lie where model `m` lies, by either's word.
  let conflicts: FlatLists

  init(_ instance: PlacementInstance, _ arena: Arena) {
    let models = instance.models
    count = models.count
    licence = arena.array(models.map { $0.licenceCopies ?? .max })
    liveVersions = arena.array(models.map { $0.liveVersions ?? .max })
    leastDomains = arena.array(models.map(\.leastDomains))
    quota = arena.array(instance.tenants.map { $0.quotaMilliShares ?? .max })
    lanes = FlatLists(owners: count, in: arena) { visit in
      for lane in instance.lanes.indices {
        let model = instance.model(ofLane: lane)
        if model >= 0 { visit(model, lane) }
      }
    }
    let versionStart = Self.versions(instance, arena)
    self.versionStart = versionStart
    artifactsOfVersion = FlatLists(owners: Int(versionStart[count]), in: arena) { visit in
      for (index, artifact) in instance.artifacts.enumerated() {
        let variant = instance.variants[Int(artifact.variant)]
        let slot = versionStart[variant.model] + variant.version
        if slot < versionStart[variant.model + 1] { visit(Int(slot), index) }
      }
    }
    (spreadSlot, spreadSlots) = Self.spread(instance, arena)
    needs = FlatLists(owners: count, in: arena) { visit in
      for (index, model) in models.enumerated() {
        for other in model.affinity { visit(index, Int(other)) }
      }
    }
    neededBy = FlatLists(owners: count, in: arena) { visit in
      for (index, model) in models.enumerated() {
        for other in model.affinity { visit(Int(other), index) }
      }
    }
    conflicts = FlatLists(owners: count, in: arena) { visit in
      for (index, model) in models.enumerated() {
        for other in model.antiAffinity {
          visit(index, Int(other))
          if Int(other) != index { visit(Int(other), index) }
        }
      }
    }
    paired = arena.array(Int32(-1), count: count)
    var pairedCount = 0
    for model in 0..<count
    where
      !(needs.range(model).isEmpty && neededBy.range(model).isEmpty
      && conflicts.range(model).isEmpty)
    {
      paired[model] = Int32(pairedCount)
      pairedCount += 1
    }
    self.pairedCount = pairedCount
  }

  /// Number of slots of counted versions.
  var versionSlots: Int { Int(versionStart[count]) }

  /// Slots of the versions of a model, the oldest first; none where it does not limit them.
  @inline(__always)
  func versionSlots(_ model: Int32) -> Range<Int32> {
    versionStart[model]..<versionStart[model + 1]
  }

  private static func versions(_ instance: PlacementInstance, _ arena: Arena)
    -> FlatArray<Int32>
  {
    var versions = instance.models.map { max($0.versions, 1) }
    for variant in instance.variants {
      versions[Int(variant.model)] = max(versions[Int(variant.model)], variant.version + 1)
    }
    let start = arena.array(Int32(0), count: versions.count + 1)
    for (index, model) in instance.models.enumerated() {
      start[index + 1] = start[index] + (model.liveVersions == nil ? 0 : versions[index])
    }
    return start
  }

  private static func spread(_ instance: PlacementInstance, _ arena: Arena)
    -> (FlatArray<Int32>, Int)
  {
    let slots = arena.array(Int32(-1), count: instance.lanes.count)
    var slotOf: [[Int]: Int32] = [:]
    guard instance.models.contains(where: { $0.leastDomains > 0 }) else { return (slots, 0) }
    for lane in instance.lanes.indices {
      let model = instance.model(ofLane: lane)
      guard model >= 0, instance.models[model].leastDomains > 0 else { continue }
      let key = [model, instance.domain(ofSite: instance.site(ofLane: lane))]
      let slot = slotOf[key] ?? Int32(slotOf.count)
      slotOf[key] = slot
      slots[lane] = slot
    }
    return (slots, slotOf.count)
  }
}

/// Least service of groups of demands, in normal operation and in all failure cases.
struct FloorTable {
  let least: FlatArray<Int64>
  /// Floors of each demand in normal operation, as positions in `weight`.
  let ofDemand: FlatLists
  /// Floor and weight of each membership.
  let floor: FlatArray<Int32>
  let weight: FlatArray<Int64>
  let member: FlatArray<Int32>
  /// Memberships of floor `f`: `memberStart[f]..<memberStart[f + 1]`.
  let memberStart: FlatArray<Int32>
  var count: Int { least.count }

  init(_ instance: PlacementInstance, _ arena: Arena) {
    self.init(instance.serviceFloors, owners: instance.demands.count, arena) { _, demand in
      Int(demand)
    }
  }

  /// Floors whose members are named by `owner(floor, demand)`.
  init(
    _ floors: [PlacementInstance.ServiceFloor], owners: Int, _ arena: Arena,
    owner: (Int, Int32) -> Int
  ) {
    var floorOf: [Int32] = []
    var weights: [Int64] = []
    var members: [Int32] = []
    var start: [Int32] = [0]
    for (index, floor) in floors.enumerated() {
      for (demand, weight) in zip(floor.demands, floor.weights) {
        floorOf.append(Int32(index))
        weights.append(weight)
        members.append(Int32(owner(index, demand)))
      }
      start.append(Int32(floorOf.count))
    }
    least = arena.array(floors.map(\.least))
    floor = arena.array(floorOf)
    weight = arena.array(weights)
    member = arena.array(members)
    memberStart = arena.array(start)
    ofDemand = FlatLists(owners: owners, in: arena) { visit in
      for (position, member) in members.enumerated() { visit(Int(member), position) }
    }
  }

  @inline(__always)
  func members(_ floor: Int) -> Range<Int> { Int(memberStart[floor])..<Int(memberStart[floor + 1]) }
}

/// Failure cases as routing problems of their own: entries (case, demand) with their options over
/// the lanes that serve.
struct CaseTable {
  let count: Int
  /// Entries of case `c`: `entryStart[c]..<entryStart[c + 1]`.
  let entryStart: FlatArray<Int32>
  let entryDemand: FlatArray<Int32>
  /// Options of entry `e`: `optionStart[e]..<optionStart[e + 1]`.
  let optionStart: FlatArray<Int32>
  /// Option of normal operation that a case option stands for.
  let option: FlatArray<Int32>
  let optionEntry: FlatArray<Int32>
  /// Case lane of a case option.
  let optionLane: FlatArray<Int32>
  /// Lanes of cases: the lane, and its first load slot among those of all cases.
  let lane: FlatArray<Int32>
  let laneSlot: FlatArray<Int32>
  let slotCount: Int
  /// Case lanes of each lane.
  let ofLane: FlatLists
  /// Case options of each case lane.
  let optionsOfLane: FlatLists
  /// Floors of all cases; members are entries.
  let floors: FloorTable
  /// Case of each floor.
  let floorCase: FlatArray<Int32>

  @inline(__always)
  func options(_ entry: Int) -> Range<Int> {
    Int(optionStart[entry])..<Int(optionStart[entry + 1])
  }

  init(
    _ instance: PlacementInstance, _ lanes: LaneTable, _ options: OptionTable, _ arena: Arena
  ) {
    var lists = CaseLists()
    for failure in instance.failureCases { lists.add(failure, lanes, options) }
    count = instance.failureCases.count
    entryStart = arena.array(lists.entryStart)
    entryDemand = arena.array(lists.entryDemand)
    optionStart = arena.array(lists.optionStart)
    option = arena.array(lists.option)
    optionEntry = arena.array(lists.optionEntry)
    optionLane = arena.array(lists.optionLane)
    lane = arena.array(lists.lane)
    laneSlot = arena.array(lists.laneSlot)
    slotCount = lists.slots
    ofLane = FlatLists(owners: lanes.count, in: arena) { visit in
      for (index, lane) in lists.lane.enumerated() { visit(Int(lane), index) }
    }
    optionsOfLane = FlatLists(owners: lists.lane.count, in: arena) { visit in
      for (index, lane) in lists.optionLane.enumerated() { visit(Int(lane), index) }
    }
    let (entries, caseOf) = (lists.entryOf, lists.floorCase)
    floors = FloorTable(lists.floors, owners: lists.entryDemand.count, arena) { floor, demand in
      Int(entries[Int(caseOf[floor])][demand] ?? 0)
    }
    floorCase = arena.array(caseOf)
  }
}

/// Failure cases while they are collected.
private struct CaseLists {
  var entryStart: [Int32] = [0]
  var entryDemand: [Int32] = []
  var optionStart: [Int32] = [0]
  var option: [Int32] = []
  var optionEntry: [Int32] = []
  var optionLane: [Int32] = []
  var lane: [Int32] = []
  var laneSlot: [Int32] = []
  var slots = 0
  var floors: [PlacementInstance.ServiceFloor] = []
  var floorCase: [Int32] = []
  /// Entry of each demand, by case.
  var entryOf: [[Int32: Int32]] = []
  private var laneOf: [Int32: Int32] = [:]

  mutating func add(
    _ failure: PlacementInstance.FailureCase, _ lanes: LaneTable, _ options: OptionTable
  ) {
    laneOf.removeAll(keepingCapacity: true)
    var entries: [Int32: Int32] = [:]
    for floor in failure.floors {
      for demand in floor.demands where entries[demand] == nil {
        entries[demand] = Int32(entryDemand.count)
        entryDemand.append(demand)
        for index in options.range(Int(demand))
        where failure.siteServes[Int(lanes.site[options.lane[index]])] {
          option.append(Int32(index))
          optionEntry.append(Int32(entryDemand.count - 1))
          optionLane.append(caseLane(options.lane[index], lanes))
        }
        optionStart.append(Int32(option.count))
      }
      floorCase.append(Int32(entryOf.count))
      floors.append(floor)
    }
    entryOf.append(entries)
    entryStart.append(Int32(entryDemand.count))
  }

  private mutating func caseLane(_ index: Int32, _ lanes: LaneTable) -> Int32 {
    if let known = laneOf[index] { return known }
    let result = Int32(lane.count)
    laneOf[index] = result
    lane.append(index)
    laneSlot.append(Int32(slots))
    slots += lanes.slots(Int(index)).count
    return result
  }
}
