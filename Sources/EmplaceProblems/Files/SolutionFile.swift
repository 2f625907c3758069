/// A placement as a file, `emplace/solution/1`: decisions in the fleet's own names, never indices,
/// with the objective that ``Placement/verify(_:against:)`` must find again and a checksum over
/// everything, so that no single number can be changed unnoticed.
public struct SolutionFile: Sendable, Hashable {
  /// Schema of the file.
  public static let schema = "emplace/solution/1"

  /// Problem, instance, digest, sense, currency.
  public var header: AnswerHeader
  /// What the file states as its objective, in the unit of results.
  public var objective: PlainNumber
  /// The decisions.
  public var solution: PlacementSolution

  /// The file of a verified solution; `objective` is the verdict's, in units of the instance.
  public init(_ solution: PlacementSolution, objective: Int64, of instance: PlacementInstance) {
    header = AnswerHeader(of: instance)
    self.objective = instance.printed(objective)
    self.solution = solution
  }

  init(header: AnswerHeader, objective: PlainNumber, solution: PlacementSolution) {
    self.header = header
    self.objective = objective
    self.solution = solution
  }

  /// Whether the objective stated is that of a verdict on the solution.
  public func states(_ objective: Int64, of instance: PlacementInstance) -> Bool {
    self.objective == instance.printed(objective)
  }
}

extension PlacementInstance {
  /// A value of the objective, or of a bound on it, as files and results print it: in the unit of
  /// the result, negated where the benchmark maximises.
  public func printed(_ objective: Int64) -> PlainNumber {
    PlainNumber(objective, unit: objectiveUnit, isNegated: isMaximisation)
  }
}

// MARK: - Writing

extension SolutionFile {
  /// The bytes of the file; the solution's indices must be those of `instance`.
  public func bytes(for instance: PlacementInstance) -> [UInt8] {
    var result: [UInt8] = []
    write(for: instance) { result.append(contentsOf: $0) }
    return result
  }

  /// Writes the file in pieces of about 64 KiB.
  ///
  /// - Complexity: O(bytes).
  public func write<Failure: Error>(
    for instance: PlacementInstance, to sink: ([UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    var writer = AnswerWriter()
    try write(instance, &writer, sink)
    writer.closeWithChecksum()
    try sink(writer.take())
  }

  /// The checksum that the file must state.
  func checksum(for instance: PlacementInstance) -> String {
    var writer = AnswerWriter()
    write(instance, &writer) { _ in }
    return writer.checksum()
  }

  private func write<Failure: Error>(
    _ instance: PlacementInstance, _ writer: inout AnswerWriter,
    _ sink: ([UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    writer.openObject()
    header.write(Self.schema, to: &writer)
    writer.newLine()
    writer.key("objective")
    writer.value(objective)
    try list("replicas", solution.replicas, &writer, sink) { element, writer in
      Self.lane(element.lane, instance, &writer)
      Self.count("count", element.count, &writer)
    }
    try list("routes", solution.routes, &writer, sink) { element, writer in
      Self.route(element, instance, &writer)
    }
    try list("artifacts", solution.artifacts, &writer, sink) { artifact, writer in
      let element = instance.artifacts[artifact]
      Self.name("variant", instance.variants[Int(element.variant)].name, &writer)
      Self.name("site", instance.sites[Int(element.site)].name, &writer)
    }
    try list("rentedNodes", solution.rented, &writer, sink) { element, writer in
      Self.name("pool", instance.pools[element.pool].name, &writer)
      Self.count("count", element.count, &writer)
    }
    try list("isolatedUnits", solution.isolated, &writer, sink) { element, writer in
      Self.name("tenant", instance.tenants[element.tenant].name, &writer)
      Self.name("pool", instance.pools[element.pool].name, &writer)
      Self.count("count", element.count, &writer)
    }
    try writeFailureCases(instance, &writer, sink)
  }

  private func writeFailureCases<Failure: Error>(
    _ instance: PlacementInstance, _ writer: inout AnswerWriter,
    _ sink: ([UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    writer.newLine()
    writer.key("failureCases")
    writer.openArray()
    for (failure, routes) in zip(instance.failureCases, solution.failureRoutes) {
      writer.newLine()
      writer.openObject()
      Self.name("label", failure.label, &writer)
      Self.name("case", failure.name, &writer)
      try list("routes", routes, &writer, sink) { element, writer in
        Self.route(element, instance, &writer)
      }
      writer.closeObject()
    }
    writer.closeArray(onNewLine: !solution.failureRoutes.isEmpty)
  }

  /// A member that holds one object a line.
  private func list<Element, Failure: Error>(
    _ key: StaticString, _ elements: [Element], _ writer: inout AnswerWriter,
    _ sink: ([UInt8]) throws(Failure) -> Void, _ body: (Element, inout AnswerWriter) -> Void
  ) throws(Failure) {
    writer.newLine()
    writer.key(key)
    writer.openArray()
    for element in elements {
      writer.newLine()
      writer.openObject()
      body(element, &writer)
      writer.closeObject()
      if writer.isFull { try sink(writer.take()) }
    }
    writer.closeArray(onNewLine: !elements.isEmpty)
  }

  private static func route(
    _ route: PlacementSolution.Route, _ instance: PlacementInstance, _ writer: inout AnswerWriter
  ) {
    name("demand", instance.demands[route.demand].name, &writer)
    lane(route.lane, instance, &writer)
    count("parts", route.parts, &writer)
  }

  /// Variant, pool and batch limit; benchmarks have a pool alone.
  private static func lane(
    _ lane: Int, _ instance: PlacementInstance, _ writer: inout AnswerWriter
  ) {
    let variant = instance.variant(ofLane: lane)
    if variant >= 0 { name("variant", instance.variants[variant].name, &writer) }
    name("pool", instance.pools[Int(instance.lanes[lane].pool)].name, &writer)
    if instance.lanes[lane].batch != 0 {
      count("batch", Int64(instance.lanes[lane].batch), &writer)
    }
  }

  private static func name(
    _ key: StaticString, _ value: String, _ writer: inout AnswerWriter
  ) {
    writer.key(key)
    writer.value(value)
  }

  private static func count(
    _ key: StaticString, _ value: Int64, _ writer: inout AnswerWriter
  ) {
    writer.key(key)
    writer.value(value)
  }
}
