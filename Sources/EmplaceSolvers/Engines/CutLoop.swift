internal import EmplaceCore
internal import EmplaceMIP

/// Tightens a loaded relaxation by rounding cuts, round by round, until they gain too little.
struct CutLoop {
  /// The program with the cuts that hold the relaxation up, and those that they are derived from.
  private(set) var program: IntegerProgram
  /// The relaxation of ``program``, loaded.
  let session: any LPSession
  /// Its solution.
  private(set) var answer: LPAnswer

  private let original: IntegerProgram
  private let shares: [Bool]
  private let shouldStop: @Sendable () -> Bool
  /// Every cut found; rows beyond the program's count from the first of them.
  private var found: [RoundingCuts.Found] = []
  /// Which of them are loaded, increasing.
  private var loaded: [Int] = []

  /// Most cuts of one round, and most rows of the simplex table that are rounded in one.
  private static let mostCuts = 200
  private static let mostTableRows = 200
  /// Rounds between two removals of the cuts that carry nothing.
  private static let roundsToPurge = 4
  /// Rounds in a row that may gain less than a hundredth of what all have gained.
  private static let mostStalls = 4

  /// Over a relaxation of `program` that has been solved to its optimum. `shares` says which columns
  /// are parts of something, be they whole or not.
  init(
    _ program: IntegerProgram, session: any LPSession, answer: LPAnswer, shares: [Bool],
    shouldStop: @escaping @Sendable () -> Bool
  ) {
    self.program = program
    original = program
    self.session = session
    self.shares = shares
    self.answer = answer
    self.shouldStop = shouldStop
  }

  /// The loaded cuts as steps, after a removal closed under what they are derived from.
  var cuts: [RoundingCut] {
    var place = [Int](repeating: 0, count: found.count)
    for (position, index) in loaded.enumerated() { place[index] = position }
    return loaded.map { index in
      var cut = found[index].cut
      cut.rows = cut.rows.map {
        $0 < original.rowCount ? $0 : original.rowCount + place[$0 - original.rowCount]
      }
      return cut
    }
  }

  /// Adds cuts for up to `rounds` rounds, while `goesOn` says so; `tightened` sees the loop after
  /// each removal, the last one included.
  ///
  /// Throws when the session fails or is stopped in the middle of a solve; it is closed then.
  mutating func run(
    rounds: Int, goesOn: () -> Bool, tightened: (CutLoop) -> Void
  ) throws(BackendError) {
    let first = answer.objective ?? 0
    var stalls = 0
    for round in 1...rounds {
      guard let values = answer.values, let before = answer.objective, goesOn() else { break }
      let new = separate(values, try tableRows(values))
      if new.isEmpty { break }
      try load(new)
      let after = answer.objective ?? before
      stalls = after - before < 0.01 * (after - first) ? stalls + 1 : 0
      if stalls >= Self.mostStalls { break }
      if round % Self.roundsToPurge == 0 {
        try purge()
        tightened(self)
      }
    }
    try purge()
    tightened(self)
  }

  /// Cuts that aggregate the divisible columns, and cuts that aggregate all shares.
  private func separate(_ values: [Double], _ sums: [[Double]]) -> [RoundingCuts.Found] {
    let kinds = shares == program.divisible ? [shares] : [program.divisible, shares]
    return kinds.flatMap {
      RoundingCuts(program, divisible: $0).separate(
        values, sums: sums, limit: Self.mostCuts, shouldStop: shouldStop)
    }
  }

  /// Rows of the simplex table of basic columns that are far from whole, the farthest first.
  private func tableRows(_ values: [Double]) throws(BackendError) -> [[Double]] {
    var columns: [(distance: Double, column: Int)] = []
    for column in values.indices where !original.divisible[column] {
      let distance = abs(values[column] - values[column].rounded())
      if distance > 0.01 { columns.append((distance, column)) }
    }
    columns.sort { ($1.distance, $0.column) < ($0.distance, $1.column) }
    var result: [[Double]] = []
    for (_, column) in columns.prefix(Self.mostTableRows) {
      if let row = try session.tableRow(ofColumn: column) { result.append(row) }
    }
    return result
  }

  private mutating func load(_ new: [RoundingCuts.Found]) throws(BackendError) {
    let start = found.count
    for var element in new {
      element.cut.rows = element.cut.rows.map {
        $0 < original.rowCount ? $0 : original.rowCount + loaded[$0 - original.rowCount]
      }
      found.append(element)
    }
    loaded += start..<found.count
    for element in new { program.add(element.row) }
    try session.addRows(new.map { Self.backendRow($0.row) })
    try solve()
  }

  private mutating func solve() throws(BackendError) {
    answer = try session.solve(LPOptions(), monitor: StoppingMonitor(shouldStop))
    guard answer.status == .optimal else { throw .failed("stopped") }
  }

  /// Removes idle cuts that no cut which stays is derived from.
  private mutating func purge() throws(BackendError) {
    let isIdle = try session.idleRows()
    var stays = [Bool](repeating: false, count: found.count)
    for (position, index) in loaded.enumerated() {
      stays[index] = !isIdle[original.rowCount + position]
    }
    for index in loaded.reversed() where stays[index] {
      for row in found[index].cut.rows where row >= original.rowCount {
        stays[row - original.rowCount] = true
      }
    }
    _ = try session.removeIdleRows(
      from: original.rowCount, keep: loaded.map { stays[$0] })
    loaded = loaded.filter { stays[$0] }
    program = original
    for index in loaded { program.add(found[index].row) }
    try solve()
  }

  private static func backendRow(_ row: RoundingCut.Row) -> Cut {
    Cut(
      columns: row.columns.map { Int32(truncatingIfNeeded: $0) }, coefficients: row.coefficients,
      relation: .atMost, rightHandSide: row.side)
  }
}
