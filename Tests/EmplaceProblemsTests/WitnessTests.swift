import EmplaceCore
import EmplaceProblems
import Testing

@Suite("First fit as a witness")
struct WitnessTests {
  /// A pool of nodes with devices, and lanes with the sizes given: devices, memory, share, CPU.
  private static func instance(
    nodes: Int64, devices: Int64, cpu: Int64?, lanes: [(Int64, Int64, Int64, Int64)]
  ) -> PlacementInstance {
    var instance = PlacementInstance()
    instance.sites = [.init(name: "site")]
    instance.pools = [.init(name: "pool", site: 0)]
    instance.pools[0].owned = nodes
    instance.pools[0].devices = devices
    instance.pools[0].deviceMiB = 100
    instance.pools[0].cpuMilliCores = cpu
    for (devices, memory, share, cpu) in lanes {
      var lane = PlacementInstance.Lane(pool: 0)
      (lane.devices, lane.deviceMiB, lane.milliShares) = (devices, memory, share)
      lane.cpuMilliCores = cpu
      instance.lanes.append(lane)
      instance.arcStart.append(0)
    }
    return instance
  }

  private static func left(
    _ instance: PlacementInstance, _ counts: [Int64], rented: Int64 = 0
  ) -> Int64 {
    let solution = PlacementSolution(
      replicas: counts.enumerated().filter { $0.1 > 0 }.map { .init(lane: $0.0, count: $0.1) },
      rented: rented > 0 ? [.init(pool: 0, count: rented)] : [])
    return Placement.packingMisfits(of: solution, against: instance).first?.replicas ?? 0
  }

  @Test func packsWhatFits() {
    let instance = Self.instance(
      nodes: 2, devices: 2, cpu: nil, lanes: [(1, 60, 500, 0), (1, 40, 500, 0)])
    #expect(Self.left(instance, [4, 4]) == 0)
    #expect(Self.left(instance, [5, 0]) == 1)
    #expect(Self.left(instance, [4, 5]) == 1)
    #expect(Self.left(instance, [5, 3], rented: 1) == 0)
  }

  /// Half of the memory is free on every device, and no replica of 60 finds its place.
  @Test func seesWhatSumsDoNot() {
    let instance = Self.instance(nodes: 1, devices: 4, cpu: nil, lanes: [(1, 60, 100, 0)])
    #expect(Self.left(instance, [6]) == 2)
  }

  /// By size, one device takes six of the heavy ones and no more; mixed, each takes some of both.
  @Test func mixesWhatNoOrderOfSizePacks() {
    let instance = Self.instance(
      nodes: 1, devices: 2, cpu: nil, lanes: [(1, 4, 125, 0), (1, 16, 125, 0)])
    #expect(Self.left(instance, [9, 7]) == 0)
    #expect(Self.left(instance, [9, 8]) == 1)
  }

  @Test func severalDevicesStandOnOneNode() {
    let instance = Self.instance(
      nodes: 2, devices: 3, cpu: nil, lanes: [(2, 80, 800, 0), (1, 80, 800, 0)])
    #expect(Self.left(instance, [2, 2]) == 0)
    #expect(Self.left(instance, [3, 0]) == 1)
  }

  @Test func wholeNodesAreTakenForWideReplicas() {
    let instance = Self.instance(
      nodes: 5, devices: 2, cpu: nil, lanes: [(4, 50, 500, 0), (1, 10, 100, 0)])
    #expect(Self.left(instance, [2, 20]) == 0)
    #expect(Self.left(instance, [3, 0]) == 1)
    #expect(Self.left(instance, [2, 21]) == 1)
  }

  @Test func hostsLimitToo() {
    let instance = Self.instance(
      nodes: 3, devices: 0, cpu: 1000, lanes: [(0, 0, 0, 400), (0, 0, 0, 200)])
    #expect(Self.left(instance, [6, 3]) == 0)
    #expect(Self.left(instance, [6, 4]) == 1)
  }

  @Test func isolatedTenantsShareNoDevice() {
    for (isolation, expected) in [
      (PlacementInstance.Tenant.Isolation.none, Int64(0)), (.device, 1), (.node, 1),
    ] {
      var instance = Self.instance(
        nodes: 2, devices: 2, cpu: nil, lanes: [(1, 10, 250, 0), (1, 10, 300, 0)])
      instance.tenants = [.init(name: "open"), .init(name: "bank")]
      instance.tenants[1].isolation = isolation
      instance.models = [.init(name: "a"), .init(name: "b")]
      (instance.models[0].tenant, instance.models[1].tenant) = (0, 1)
      instance.variants = [.init(name: "a", model: 0), .init(name: "b", model: 1)]
      instance.artifacts = [.init(variant: 0, site: 0), .init(variant: 1, site: 0)]
      (instance.lanes[0].artifact, instance.lanes[1].artifact) = (0, 1)
      // One replica of the bank, and as many of the other as the rest of the pool holds, plus some.
      let rest: Int64 = isolation == .none ? 14 : isolation == .device ? 13 : 9
      #expect(Self.left(instance, [rest, 1]) == expected)
    }
  }

  /// Equal to first fit by decreasing size on single nodes and replicas, one by one.
  @Test(arguments: UInt64(1)...200)
  func agreesWithOneByOne(seed: UInt64) {
    var random = RandomGenerator(seed: seed)
    let devices = Int64(random.below(4))
    let nodes = Int64(1 + random.below(6))
    let cpu = random.below(2) == 0 ? nil : Int64(1000 + random.below(3000))
    let lanes = (0..<1 + random.below(5)).map { _ in
      (
        devices == 0 ? 0 : Int64(1 + random.below(Int(devices))), Int64(random.below(90)),
        Int64(random.below(900)), Int64(random.below(700))
      )
    }
    let counts = lanes.map { _ in Int64(random.below(12)) }
    let instance = Self.instance(nodes: nodes, devices: devices, cpu: cpu, lanes: lanes)
    let best = (0..<6).map { oneByOne(instance, counts, nodes: nodes, order: $0) }.min()
    #expect(Self.left(instance, counts) == best)
  }

  private func oneByOne(
    _ instance: PlacementInstance, _ counts: [Int64], nodes: Int64, order: Int
  ) -> Int64 {
    let pool = instance.pools[0]
    struct Node {
      var devices: [(memory: Int64, share: Int64)]
      var cpu: Int64
    }
    var state = (0..<nodes).map { _ in
      Node(
        devices: Array(repeating: (pool.deviceMiB, 1000), count: Int(pool.devices)),
        cpu: pool.cpuMilliCores ?? .max)
    }
    func size(_ lane: PlacementInstance.Lane) -> Int64 {
      let (memory, compute) = (lane.deviceMiB * 10_000, lane.milliShares * 1000)
      let cpu = pool.cpuMilliCores.map { lane.cpuMilliCores * 1_000_000 / $0 } ?? 0
      return [
        lane.devices == 0 ? cpu : max(memory, compute),
        (memory + compute) * lane.devices + cpu * pool.devices, compute, memory, cpu,
        lane.devices == 0 ? cpu : max(memory, compute),
      ][order]
    }
    let lanes = instance.lanes.indices.sorted {
      let (a, b) = (instance.lanes[$0], instance.lanes[$1])
      if a.devices != b.devices { return a.devices > b.devices }
      return size(a) == size(b) ? $0 < $1 : size(a) > size(b)
    }
    // Lanes with how many of each to place next.
    var sequence = lanes.map { ($0, counts[$0]) }
    if order == 5 {
      let small = lanes.filter { instance.lanes[$0].devices <= 1 }
      sequence = sequence.filter { !small.contains($0.0) }
      let turns = small.map { counts[$0] }.max() ?? 0
      for turn in 0..<turns {
        for index in small {
          let due = (0...1).map {
            (Double(counts[index]) * Double(turn + $0) / Double(turns)).rounded()
          }
          sequence.append((index, Int64(due[1] - due[0])))
        }
      }
    }
    var left: Int64 = 0
    for (index, count) in sequence {
      let lane = instance.lanes[index]
      for _ in 0..<count {
        var isPlaced = false
        for node in state.indices where !isPlaced && state[node].cpu >= lane.cpuMilliCores {
          let free = state[node].devices.indices.filter {
            state[node].devices[$0].memory >= lane.deviceMiB
              && state[node].devices[$0].share >= lane.milliShares
          }
          guard free.count >= Int(lane.devices) else { continue }
          for device in free.prefix(Int(lane.devices)) {
            state[node].devices[device].memory -= lane.deviceMiB
            state[node].devices[device].share -= lane.milliShares
          }
          if pool.cpuMilliCores != nil { state[node].cpu -= lane.cpuMilliCores }
          isPlaced = true
        }
        if !isPlaced { left += 1 }
      }
    }
    return left
  }

  @Test func hugeNumbersTakeNoTime() {
    let instance = Self.instance(
      nodes: .max, devices: 8, cpu: .max,
      lanes: [(1, 0, 0, 0), (2, 1, 1, 1), (8, 100, 1000, 0), (9, 1, 1, 0)])
    _ = Self.left(instance, [.max, .max, .max, .max], rented: .max)
    let wide = Self.instance(nodes: 1, devices: .max, cpu: nil, lanes: [(1, 1, 1, 0)])
    #expect(Self.left(wide, [5]) == 5)
  }
}
