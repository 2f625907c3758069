/// What one replica takes of nodes of one type, and how many there may be.
struct ReplicaFit: Sendable, Hashable {
  /// Devices; 0 for CPU serving.
  var devices: Int64
  /// Memory on each device, MiB, KV cache included.
  var deviceMiB: Int64
  /// Compute on each device; a whole one where devices are exclusive.
  var milliShares: Int64
  /// Host CPU, milli-cores.
  var cpuMilliCores: Int64
  /// Host memory, MiB.
  var hostMiB: Int64
  /// Nodes that a replica spans; 1 unless it needs more devices than one has.
  var nodes: Int64
  /// Most replicas on the nodes that one spans.
  var perNodes: Int64

  /// Why a replica does not fit a node type.
  enum Misfit: Error, Sendable, Hashable {
    /// The node has other devices, or fewer, than it needs: devices needed, devices there.
    case devices(needed: Int64, there: Int64)
    /// It would span devices that no fast interconnect joins.
    case interconnect(devices: Int64)
    /// Device memory in MiB.
    case deviceMemory(needed: Int64, there: Int64)
    /// Compute share in milli-shares.
    case share(needed: Int64)
    /// Host CPU in milli-cores.
    case cpu(needed: Int64, there: Int64)
    /// Host memory in MiB.
    case hostMemory(needed: Int64, there: Int64)
  }

  /// The fit of a variant with `cacheBytes` of KV cache on a node type.
  init(
    _ variant: Variant, on type: NodeType, accelerator: Accelerator?, cacheBytes: Int64
  ) throws(Misfit) {
    devices = variant.devices
    cpuMilliCores = variant.cpuMilliCores
    hostMiB = variant.hostMemoryMiB
    (deviceMiB, milliShares, nodes, perNodes) = (0, 0, 1, .max)
    if devices > 0 {
      guard let accelerator, type.devices > 0 else {
        throw .devices(needed: devices, there: 0)
      }
      let cache = Int128(cacheBytes) + (Int128(devices) << 20) - 1
      deviceMiB = variant.memoryMiB + Int64(clamping: cache / (Int128(devices) << 20))
      let isShared = accelerator.sharing.contains { $0 != .exclusive }
      milliShares = isShared ? variant.milliShares : max(variant.milliShares, 1000)
      try place(type, accelerator)
    } else if cacheBytes > 0 {
      hostMiB += (cacheBytes + (1 << 20) - 1) >> 20
    }
    try host(type)
  }

  /// Devices, their memory and compute.
  private mutating func place(_ type: NodeType, _ accelerator: Accelerator) throws(Misfit) {
    guard devices == 1 || type.fastInterconnect else {
      throw .interconnect(devices: devices)
    }
    if devices > type.devices {
      guard devices % type.devices == 0 else {
        throw .devices(needed: devices, there: type.devices)
      }
      nodes = devices / type.devices
    }
    guard deviceMiB <= accelerator.memoryMiB else {
      throw .deviceMemory(needed: deviceMiB, there: accelerator.memoryMiB)
    }
    guard milliShares <= 1000 else { throw .share(needed: milliShares) }
    if devices > 1 {
      perNodes = nodes > 1 ? 1 : type.devices / devices
    } else {
      var perDevice = Int64.max
      if deviceMiB > 0 { perDevice = min(perDevice, accelerator.memoryMiB / deviceMiB) }
      if milliShares > 0 { perDevice = min(perDevice, 1000 / milliShares) }
      perNodes = perDevice.multipliedClamped(by: type.devices)
    }
  }

  /// Host CPU and memory.
  private mutating func host(_ type: NodeType) throws(Misfit) {
    let cpu = type.cpuMilliCores.multipliedClamped(by: nodes)
    guard cpuMilliCores <= cpu else { throw .cpu(needed: cpuMilliCores, there: cpu) }
    let memory = type.memoryMiB.multipliedClamped(by: nodes)
    guard hostMiB <= memory else { throw .hostMemory(needed: hostMiB, there: memory) }
    if cpuMilliCores > 0 { perNodes = min(perNodes, cpu / cpuMilliCores) }
    if hostMiB > 0 { perNodes = min(perNodes, memory / hostMiB) }
  }

  /// Most replicas on `count` nodes.
  func most(onNodes count: Int64) -> Int64 {
    (count / nodes).multipliedClamped(by: perNodes)
  }
}

extension Int64 {
  /// The product of two numbers that are not negative, at most `Int64.max`.
  func multipliedClamped(by other: Int64) -> Int64 {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return overflow ? .max : product
  }
}
