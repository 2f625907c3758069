/// Names of columns and rows, in the document's words, with the labels of the constraints. Blanks
/// become underscores, so that other solvers can read them.
struct PlacementNames: Sendable {
  typealias Kind = PlacementLayout.Kind

  let instance: PlacementInstance
  let columns: [PlacementLayout.Label]
  let rows: [PlacementLayout.Label]

  func column(_ index: Int) -> String {
    let (first, second) = (Int(columns[index].first), Int(columns[index].second))
    let name =
      switch columns[index].kind {
      case .route: "x[\(demand(first)),\(lane(second))]"
      case .caseRoute: caseRoute(first, arc: second)
      case .replicas: "y[\(lane(first))]"
      case .loaded: "a[\(artifact(first)),\(pool(second))]"
      case .present: "z[\(artifact(first))]"
      case .rented: "w[\(pool(first))]"
      case .apart: "n[\(tenant(first)),\(pool(second))]"
      case .unserved: "u[\(demand(first))]"
      case .open: "o[\(site(first))]"
      case .inDomain: "f[\(model(first)),\(domain(second))]"
      case .live: "v[\(model(first)),\(second)]"
      default: "one"
      }
    return Self.legal(name)
  }

  func row(_ index: Int) -> String {
    let (first, second) = (Int(rows[index].first), Int(rows[index].second))
    return Self.legal(serviceName(rows[index].kind, first, second, index))
  }

  private func serviceName(_ kind: Kind, _ first: Int, _ second: Int, _ index: Int) -> String {
    switch kind {
    case .cover: "P1[demand=\(demand(first))]"
    case .floor: "P1[class=\(instance.serviceFloors[first].name)]"
    case .total: "P2[total]"
    case .load: "P2[\(lane(first)),hour=\(second)]"
    case .caseLoad: "P9[\(lane(first)),hour=\(second),row=\(index)]"
    case .gate: "P3[\(lane(first))]"
    case .gateSite: "P3[\(artifact(first)),\(pool(second))]"
    case .siteOpen: "P3[\(artifact(first)),site]"
    case .link: "P3[\(demand(first)),\(lane(second))]"
    case .caseCover: "\(label(first))[\(failure(first)),demand=\(demand(second))]"
    case .caseFloor:
      "\(label(first))[\(failure(first)),class=\(instance.failureCases[first].floors[second].name)]"
    default: limitName(kind, first, second)
    }
  }

  private func limitName(_ kind: Kind, _ first: Int, _ second: Int) -> String {
    switch kind {
    case .memory: "P4[\(pool(first))]"
    case .memoryCount: "P4[\(pool(first)),count]"
    case .compute: "P5[\(pool(first))]"
    case .computeCount: "P5[\(pool(first)),count]"
    case .places: "P5[\(pool(first)),places=\(second)]"
    case .hostCPU: "P7[\(pool(first)),cpu]"
    case .hostMemory: "P7[\(pool(first)),memory]"
    case .power: "P6[\(site(first))]"
    case .storage: "P7[\(site(first)),storage]"
    case .spreadLink: "P8[\(model(first)),\(domain(second))]"
    case .spread: "P8[\(model(first))]"
    case .affinity: "P10[\(artifact(first)),with=\(model(second))]"
    case .antiAffinity: "P10[\(artifact(first)),not=\(artifact(second))]"
    case .licence: "P11[\(model(first))]"
    case .budget: "P11[hosting]"
    case .uplink: "P12[\(site(first))]"
    case .moves: "P12[moves]"
    case .versionLink: "P13[\(artifact(first))]"
    case .versions: "P13[\(model(first))]"
    case .quota: "P15[\(tenant(first))]"
    case .pin: "P16[model=\(model(first)),site=\(site(second))]"
    case .apartCompute: "P15[\(pool(first)),\(tenant(second)),compute]"
    case .apartMemory: "P15[\(pool(first)),\(tenant(second)),memory]"
    case .apartCPU: "P15[\(pool(first)),\(tenant(second)),cpu]"
    case .apartHost: "P15[\(pool(first)),\(tenant(second)),host]"
    case .restCompute: "P15[\(pool(first)),rest,compute]"
    case .restMemory: "P15[\(pool(first)),rest,memory]"
    case .restCPU: "P15[\(pool(first)),rest,cpu]"
    case .restHost: "P15[\(pool(first)),rest,host]"
    case .restNodes: "P15[\(pool(first)),rest,nodes]"
    default: "row"
    }
  }

  static func legal(_ name: String) -> String {
    name.utf8.contains(UInt8(ascii: " ")) ? name.replacing(" ", with: "_") : name
  }

  private func caseRoute(_ index: Int, arc: Int) -> String {
    // The lane of an arc is the last one that starts at or before it.
    var (low, high) = (0, instance.lanes.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if instance.arcStart[middle] <= arc { low = middle } else { high = middle }
    }
    return "x[\(failure(index)),\(demand(Int(instance.arcDemand[arc]))),\(lane(low))]"
  }

  private func demand(_ index: Int) -> String { instance.demands[index].name }
  private func lane(_ index: Int) -> String { instance.name(ofLane: index) }
  private func artifact(_ index: Int) -> String { instance.name(ofArtifact: index) }
  private func pool(_ index: Int) -> String { instance.pools[index].name }
  private func site(_ index: Int) -> String { instance.sites[index].name }
  private func model(_ index: Int) -> String { instance.models[index].name }
  private func tenant(_ index: Int) -> String { instance.tenants[index].name }
  private func failure(_ index: Int) -> String { instance.failureCases[index].name }
  private func label(_ index: Int) -> String { instance.failureCases[index].label }
  private func domain(_ index: Int) -> String {
    index < instance.domains.count
      ? instance.domains[index] : instance.sites[index - instance.domains.count].name
  }
}
