internal import EmplaceFleet

/// Kinds of accelerator and node that generated fleets use, with speeds relative to an L4.
///
/// Memory, power and MIG geometries are those of the makers' data sheets; prices are rounded
/// averages of what clouds and resellers ask. Compute speeds are dense FP16 or INT8 throughput and
/// memory speeds bandwidth, both relative to an L4 and rounded.
enum HardwareList {
  /// A kind of accelerator with its speeds.
  struct Row {
    var accelerator: Accelerator
    /// Compute against an L4, percent.
    var computePercent: Int64
    /// Memory bandwidth against an L4, percent.
    var bandwidthPercent: Int64
  }

  static let h100 = 0
  static let a100 = 1
  static let l40s = 2
  static let l4 = 3
  static let t4 = 4
  static let orin = 5
  static let phoneChip = 6

  static let accelerators: [Row] = [
    row("h100", 81_920, [.exclusive, .mps, .mig], 70, 700, price: 28_000, rent: 3.2, 650, 1100),
    row("a100", 81_920, [.exclusive, .mps, .mig], 50, 400, price: 14_000, rent: 2.0, 330, 650),
    row(
      "l40s", 46_080, [.exclusive, .timeSlicing, .mps], 35, 350, price: 8_000, rent: 1.1, 260, 290),
    row("l4", 23_034, [.exclusive, .timeSlicing, .mps], 16, 72, price: 2_500, rent: 0.6, 100, 100),
    row("t4", 15_360, [.exclusive, .timeSlicing, .mps], 10, 70, price: 900, rent: 0.3, 45, 100),
    row("orin", 28_672, [.exclusive, .timeSlicing], 9, 40, price: 1_100, rent: 0.25, 35, 65),
    row("phone-npu", 4_096, [.exclusive], 0.2, 4, price: 0, rent: 0, 30, 25),
  ]

  private static func row(
    _ id: String, _ memory: Int64, _ sharing: [Accelerator.Sharing], _ idle: Double,
    _ peak: Double, price: Int64, rent: Double, _ compute: Int64, _ bandwidth: Int64
  ) -> Row {
    var result = Accelerator(
      id: id, memoryMiB: memory, sharing: sharing, idleMilliwatts: Int64(idle * 1000),
      peakMilliwatts: Int64(peak * 1000))
    result.purchasePrice = price * 1_000_000
    result.onDemandPricePerHour = Int64(rent * 1_000_000)
    result.reservedPricePerHour = result.onDemandPricePerHour * 65 / 100
    result.spotPricePerHour = result.onDemandPricePerHour * 40 / 100
    result.embodiedCarbonGrams = peak < 10 ? 5_000 : 90_000 + Int64(peak) * 150
    result.leadTimePeriods = memory > 80_000 ? 1 : 0
    if sharing.contains(.mig) {
      result.migProfiles = [
        .init(name: "1g.10gb", computeSlices: 1, memorySlices: 1, starts: [0, 1, 2, 3, 4, 5, 6]),
        .init(name: "1g.20gb", computeSlices: 1, memorySlices: 2, starts: [0, 2, 4, 6]),
        .init(name: "2g.20gb", computeSlices: 2, memorySlices: 2, starts: [0, 2, 4]),
        .init(name: "3g.40gb", computeSlices: 3, memorySlices: 4, starts: [0, 4]),
        .init(name: "4g.40gb", computeSlices: 4, memorySlices: 4, starts: [0]),
        .init(name: "7g.80gb", computeSlices: 7, memorySlices: 8, starts: [0]),
      ]
    }
    return Row(accelerator: result, computePercent: compute, bandwidthPercent: bandwidth)
  }

  static let h100x8 = 0
  static let a100x4 = 1
  static let l40sx4 = 2
  static let l40sx2 = 3
  static let l4x4 = 4
  static let l4x4Slim = 5
  static let l4x2 = 6
  static let l4x1 = 7
  static let t4x2 = 8
  static let orinx1 = 9
  static let cpu64 = 10
  static let cpu32 = 11
  static let phone = 12
  static let l4x2Slim = 13

  static let nodeTypes: [NodeType] = [
    node("h100x8", h100, 8, cores: 160, 1_536, fast: true, units: 8, idle: 900, busy: 900),
    node("a100x4", a100, 4, cores: 96, 768, fast: true, units: 4, idle: 350, busy: 450),
    node("l40sx4", l40s, 4, cores: 96, 384, units: 4, idle: 280, busy: 420),
    node("l40sx2", l40s, 2, cores: 48, 192, units: 2, idle: 160, busy: 240),
    node("l4x4", l4, 4, cores: 64, 192, units: 2, idle: 180, busy: 300),
    node("l4x4-slim", l4, 4, cores: 8, 96, units: 1, idle: 110, busy: 110),
    node("l4x2", l4, 2, cores: 32, 96, units: 1, idle: 110, busy: 160),
    node("l4x1", l4, 1, cores: 16, 48, units: 1, idle: 70, busy: 90),
    node("t4x2", t4, 2, cores: 24, 64, units: 1, idle: 90, busy: 130),
    node("orinx1", orin, 1, cores: 12, 30, units: 1, idle: 12, busy: 15),
    node("cpu64", nil, 0, cores: 64, 256, units: 1, idle: 130, busy: 320),
    node("cpu32", nil, 0, cores: 32, 128, units: 1, idle: 80, busy: 170),
    node("phone", phoneChip, 1, cores: 4, 6, units: 0, idle: 0.1, busy: 3),
    node("l4x2-slim", l4, 2, cores: 4, 48, units: 1, idle: 60, busy: 50),
  ]

  private static func node(
    _ id: String, _ accelerator: Int?, _ devices: Int64, cores: Int64, _ memoryGiB: Int64,
    fast: Bool = false, units: Int64, idle: Double, busy: Double
  ) -> NodeType {
    var result = NodeType(
      id: id, accelerator: accelerator, devices: devices, cpuMilliCores: cores * 1000,
      memoryMiB: memoryGiB * 1024)
    result.fastInterconnect = fast
    result.rackUnits = units
    result.idleMilliwatts = Int64(idle * 1000)
    result.busyMilliwatts = Int64(busy * 1000)
    return result
  }

  /// Micro-units per hour of a rented node before the location's premium: its devices, and
  /// 0.025 a core with its memory.
  static func rent(of nodeType: Int) -> Int64 {
    let type = nodeTypes[nodeType]
    let device = type.accelerator.map { accelerators[$0].accelerator.onDemandPricePerHour } ?? 0
    return type.devices * device + type.cpuMilliCores * 25
  }

  /// Work that a node does against one L4, percent; CPU nodes by their cores.
  static func computePercent(of nodeType: Int) -> Int64 {
    let type = nodeTypes[nodeType]
    guard let accelerator = type.accelerator else { return type.cpuMilliCores * 12 / 10_000 }
    return type.devices * accelerators[accelerator].computePercent
  }

  /// Draw of a node when its devices and cores are busy, milliwatts.
  static func busyMilliwatts(of nodeType: Int) -> Int64 {
    let type = nodeTypes[nodeType]
    let device = type.accelerator.map { accelerators[$0].accelerator }
    return type.idleMilliwatts + type.busyMilliwatts + type.devices * (device?.peakMilliwatts ?? 0)
  }

  /// Draw of a node that does nothing, milliwatts.
  static func idleMilliwatts(of nodeType: Int) -> Int64 {
    let type = nodeTypes[nodeType]
    let device = type.accelerator.map { accelerators[$0].accelerator }
    return type.idleMilliwatts + type.devices * (device?.idleMilliwatts ?? 0)
  }
}
