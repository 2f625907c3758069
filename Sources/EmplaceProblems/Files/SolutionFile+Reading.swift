internal import EmplaceCore

extension SolutionFile {
  /// Reads a file of a solution to `instance`; `file` is its name in messages.
  ///
  /// Refused is what names something unknown, was made from another instance, or does not have its
  /// checksum. The objective and the constraints are `verify`'s to judge.
  /// - Complexity: O(bytes).
  public static func read(
    _ bytes: [UInt8], file: String, for instance: PlacementInstance
  ) throws(AnswerError) -> SolutionFile {
    var parser = SolutionParser(instance: instance, isLenient: false)
    var reader = AnswerReader(bytes, file: file)
    try parser.read(&reader)
    let result = parser.file
    guard parser.checksum == result.checksum(for: instance) else {
      throw AnswerError(
        kind: .refused,
        problem: .init(
          file: file, path: "checksum", value: "\"\(parser.checksum)\"",
          message: "not the checksum of what the file says",
          suggestion: "the file was edited or damaged after it was made"))
    }
    return result
  }

  /// Reads what a file says about `instance` although it may have been made from another one, to
  /// start a search from; returns the solution and how many entries named what is not there.
  public static func readWarmStart(
    _ bytes: [UInt8], file: String, for instance: PlacementInstance
  ) throws(AnswerError) -> (solution: PlacementSolution, dropped: Int) {
    var parser = SolutionParser(instance: instance, isLenient: true)
    var reader = AnswerReader(bytes, file: file)
    try parser.read(&reader)
    return (parser.file.solution, parser.dropped)
  }
}

/// Reads the members of a solution file.
private struct SolutionParser {
  private static let fileKeys = AnswerReader.Keys(
    AnswerHeader.keys + [
      "objective", "replicas", "routes", "artifacts", "rentedNodes", "isolatedUnits",
      "failureCases", "checksum",
    ])
  private static let replicaKeys = AnswerReader.Keys(
    ["pool", "count"], optional: ["variant", "batch"])
  private static let routeKeys = AnswerReader.Keys(
    ["demand", "pool", "parts"], optional: ["variant", "batch"])
  private static let artifactKeys = AnswerReader.Keys(["variant", "site"])
  private static let rentedKeys = AnswerReader.Keys(["pool", "count"])
  private static let isolatedKeys = AnswerReader.Keys(["tenant", "pool", "count"])
  private static let caseKeys = AnswerReader.Keys(["label", "case", "routes"])

  private let instance: PlacementInstance
  private let directory: PlacementDirectory
  private let isLenient: Bool
  private var header: AnswerHeaderReader
  private var solution = PlacementSolution()
  private var objective = PlainNumber(0)
  private(set) var checksum = ""
  /// Entries that name what is not there.
  private(set) var dropped = 0
  private var unknown: AnswerError?

  /// What an entry says, before it is known whether all of it exists.
  private struct Entry {
    var demand = 0
    var variant: Int?
    var pool = 0
    var site = 0
    var tenant = 0
    var batch: Int64 = 0
    var count: Int64 = 0
    var isKnown = true
  }

  init(instance: PlacementInstance, isLenient: Bool) {
    self.instance = instance
    self.isLenient = isLenient
    directory = PlacementDirectory(instance: instance)
    header = AnswerHeaderReader(
      expected: AnswerHeader(of: instance), schema: SolutionFile.schema, checksDigest: !isLenient)
  }

  /// What was read, with every list in the instance's order.
  var file: SolutionFile {
    var sorted = solution
    sorted.replicas.sort { $0.lane < $1.lane }
    sorted.routes.sort { ($0.demand, $0.lane) < ($1.demand, $1.lane) }
    sorted.artifacts.sort()
    sorted.rented.sort { $0.pool < $1.pool }
    sorted.isolated.sort { ($0.tenant, $0.pool) < ($1.tenant, $1.pool) }
    for index in sorted.failureRoutes.indices {
      sorted.failureRoutes[index].sort { ($0.demand, $0.lane) < ($1.demand, $1.lane) }
    }
    return SolutionFile(header: header.header, objective: objective, solution: sorted)
  }

  mutating func read(_ reader: inout AnswerReader) throws(AnswerError) {
    try reader.object(Self.fileKeys) { reader, key throws(AnswerError) in
      if try !header.take(key, from: &reader) { try readMember(key, &reader) }
    }
    try reader.finish()
    try header.requireAgreement()
    if let unknown, !isLenient { throw unknown }
  }

  private mutating func readMember(
    _ key: String, _ reader: inout AnswerReader
  ) throws(AnswerError) {
    switch key {
    case "objective": objective = try reader.decimal()
    case "checksum": checksum = try reader.string()
    case "replicas":
      try list(Self.replicaKeys, &reader) { parser, entry in
        guard let lane = parser.lane(of: entry) else { return false }
        parser.solution.replicas.append(.init(lane: lane, count: entry.count))
        return true
      }
    case "routes": solution.routes = try routes(&reader)
    case "artifacts":
      try list(Self.artifactKeys, &reader) { parser, entry in
        guard let variant = entry.variant,
          let artifact = parser.directory.artifact(variant: variant, site: entry.site)
        else { return false }
        parser.solution.artifacts.append(artifact)
        return true
      }
    case "rentedNodes":
      try list(Self.rentedKeys, &reader) { parser, entry in
        parser.solution.rented.append(.init(pool: entry.pool, count: entry.count))
        return true
      }
    case "isolatedUnits":
      try list(Self.isolatedKeys, &reader) { parser, entry in
        parser.solution.isolated.append(
          .init(tenant: entry.tenant, pool: entry.pool, count: entry.count))
        return true
      }
    default: try readFailureCases(&reader)
    }
  }

  /// Reads an array of entries; `take` adds one to the solution and says whether it exists.
  private mutating func list(
    _ keys: AnswerReader.Keys, _ reader: inout AnswerReader,
    _ take: (inout SolutionParser, Entry) -> Bool
  ) throws(AnswerError) {
    try reader.array { reader throws(AnswerError) in
      let entry = try entry(keys, &reader)
      if !entry.isKnown {
        dropped += 1
      } else if !take(&self, entry) {
        note(reader.refused("the instance has no such lane or artifact"))
        dropped += 1
      }
    }
  }

  private mutating func routes(
    _ reader: inout AnswerReader
  ) throws(AnswerError) -> [PlacementSolution.Route] {
    var routes: [PlacementSolution.Route] = []
    try list(Self.routeKeys, &reader) { parser, entry in
      guard let lane = parser.lane(of: entry) else { return false }
      routes.append(.init(demand: entry.demand, lane: lane, parts: entry.count))
      return true
    }
    return routes
  }

  private func lane(of entry: Entry) -> Int? {
    directory.lane(pool: entry.pool, variant: entry.variant, batch: entry.batch)
  }

  private mutating func entry(
    _ keys: AnswerReader.Keys, _ reader: inout AnswerReader
  ) throws(AnswerError) -> Entry {
    var entry = Entry()
    try reader.object(keys) { reader, key throws(AnswerError) in
      switch key {
      case "count", "parts": entry.count = try reader.integer()
      case "batch":
        entry.batch = try reader.integer()
        if entry.batch == 0 { throw reader.refused("a batch limit is at least 1") }
      default:
        let name = try reader.string()
        guard let index = index(of: name, key) else {
          entry.isKnown = false
          note(reader.refused("the instance has no such \(key)"))
          return
        }
        switch key {
        case "demand": entry.demand = index
        case "variant": entry.variant = index
        case "pool": entry.pool = index
        case "site": entry.site = index
        default: entry.tenant = index
        }
      }
    }
    return entry
  }

  private func index(of name: String, _ key: String) -> Int? {
    switch key {
    case "demand": directory.demand(name)
    case "variant": directory.variant(name)
    case "pool": directory.pool(name)
    case "site": directory.site(name)
    default: directory.tenant(name)
    }
  }

  private mutating func note(_ error: @autoclosure () -> AnswerError) {
    if unknown == nil { unknown = error() }
  }

  /// The cases must be those of the instance, in its order.
  private mutating func readFailureCases(_ reader: inout AnswerReader) throws(AnswerError) {
    try reader.array { reader throws(AnswerError) in
      let position = solution.failureRoutes.count
      var (label, name) = ("", "")
      var routes: [PlacementSolution.Route] = []
      try reader.object(Self.caseKeys) { reader, key throws(AnswerError) in
        switch key {
        case "label": label = try reader.string()
        case "case": name = try reader.string()
        default: routes = try self.routes(&reader)
        }
      }
      let isExpected =
        position < instance.failureCases.count
        && instance.failureCases[position].label == label
        && instance.failureCases[position].name == name
      if !isExpected { note(reader.refused("the instance has no such case at this place")) }
      solution.failureRoutes.append(routes)
    }
    if isLenient {
      let wanted = instance.failureCases.count
      let missing = max(0, wanted - solution.failureRoutes.count)
      solution.failureRoutes += Array(repeating: [], count: missing)
      solution.failureRoutes.removeLast(solution.failureRoutes.count - wanted)
    }
  }
}
