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

  /// The program without cuts.
  let original: IntegerProgram
  private let shares: [Bool]
  /// In what each column is measured: shares in units of their range.
  private let ranges: [Double]
  private let shouldStop: @Sendable () -> Bool
  /// Every cut found; rows beyond the program's count from the first of them.
  private var found: [RoundingCuts.Found] = []
  /// Length of the coefficients of each, where columns are measured by ``ranges``.
  private var lengths: [Double] = []
  /// Which of them are loaded, in the order of their rows.
  private(set) var loaded: [Int] = []

  /// Most cuts of one round, and most rows of the simplex table that are rounded in one.
  private static let mostCuts = 200
  private static let mostTableRows = 200
  private static let mostTableRowsAtNode = 40
  /// Most cuts found before a search looks for no more, most of those known that are loaded at once,
  /// and how far a point is beyond one that is.
  private static let mostFound = 5000
  private static let mostKnown = 100
  private static let leastExcess = 1e-3
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
    ranges = shares.indices.map {
      shares[$0] ? max(1, Double(program.upper[$0]) - Double(program.lower[$0])) : 1
    }
    self.answer = answer
    self.shouldStop = shouldStop
  }

  /// The loaded cuts as steps, after a removal closed under what they are derived from.
  var cuts: [RoundingCut] { derivation(of: loaded).cuts }

  /// The cuts `used`, of all found, and those that they are derived from, as steps; and where each
  /// found one stands among them.
  func derivation(of used: [Int]) -> (cuts: [RoundingCut], place: [Int]) {
    var isUsed = [Bool](repeating: false, count: found.count)
    for index in used { isUsed[index] = true }
    for index in found.indices.reversed() where isUsed[index] {
      for row in found[index].cut.rows where row >= original.rowCount {
        isUsed[row - original.rowCount] = true
      }
    }
    var place = [Int](repeating: -1, count: found.count)
    var cuts: [RoundingCut] = []
    for index in found.indices where isUsed[index] {
      place[index] = cuts.count
      var cut = found[index].cut
      cut.rows = cut.rows.map {
        $0 < original.rowCount ? $0 : original.rowCount + place[$0 - original.rowCount]
      }
      cuts.append(cut)
    }
    return (cuts, place)
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
      let new = separate(values, try tableRows(values, most: Self.mostTableRows))
      if new.isEmpty { break }
      try load(new)
      try solve()
      let after = answer.objective ?? before
      stalls = after - before < 0.01 * (after - first) ? stalls + 1 : 0
      if stalls >= Self.mostStalls { break }
      if round % Self.roundsToPurge == 0 {
        try purge()
        try solve()
        tightened(self)
      }
    }
    try purge()
    try solve()
    tightened(self)
  }

  /// Loads cuts that `values` violate: known ones, else with `looksForNew` new ones; says whether
  /// there are some. The session has been solved to these values, and is to be solved again.
  mutating func tighten(at values: [Double], looksForNew: Bool) throws(BackendError) -> Bool {
    let known = violated(values)
    if !known.isEmpty {
      loaded += known
      try addRows(known.map { found[$0].row })
      return true
    }
    guard looksForNew, found.count < Self.mostFound else { return false }
    let new = separate(values, try tableRows(values, most: Self.mostTableRowsAtNode))
    try load(new)
    return !new.isEmpty
  }

  /// Cuts that are not loaded and that `values` violate, the farthest first.
  private func violated(_ values: [Double]) -> [Int] {
    var isLoaded = [Bool](repeating: false, count: found.count)
    for index in loaded { isLoaded[index] = true }
    var result: [(excess: Double, index: Int)] = []
    for index in found.indices where !isLoaded[index] {
      let row = found[index].row
      var sum = -Double(row.side)
      for (column, coefficient) in zip(row.columns, row.coefficients) {
        sum += Double(coefficient) * values[column]
      }
      let excess = sum / lengths[index]
      if excess > Self.leastExcess { result.append((excess, index)) }
    }
    result.sort { ($1.excess, $0.index) < ($0.excess, $1.index) }
    return result.prefix(Self.mostKnown).map(\.index)
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
  private func tableRows(_ values: [Double], most: Int) throws(BackendError) -> [[Double]] {
    var columns: [(distance: Double, column: Int)] = []
    for column in values.indices where !original.divisible[column] {
      let distance = abs(values[column] - values[column].rounded())
      if distance > 0.01 { columns.append((distance, column)) }
    }
    columns.sort { ($1.distance, $0.column) < ($0.distance, $1.column) }
    var result: [[Double]] = []
    for (_, column) in columns.prefix(most) {
      if let row = try session.tableRow(ofColumn: column) { result.append(row) }
    }
    return result
  }

  private mutating func load(_ new: [RoundingCuts.Found]) throws(BackendError) {
    let start = found.count
    for var element in new {
      let rows = element.cut.rows.map {
        $0 < original.rowCount ? $0 : original.rowCount + loaded[$0 - original.rowCount]
      }
      let order = rows.indices.sorted { rows[$0] < rows[$1] }
      let multipliers = element.cut.multipliers
      element.cut.rows = order.map { rows[$0] }
      element.cut.multipliers = order.map { multipliers[$0] }
      found.append(element)
      lengths.append(length(of: element.row))
    }
    loaded += start..<found.count
    try addRows(new.map(\.row))
  }

  private func length(of row: RoundingCut.Row) -> Double {
    let sum = zip(row.columns, row.coefficients).reduce(0.0) { sum, entry in
      let size = Double(entry.1) * ranges[entry.0]
      return sum + size * size
    }
    return max(sum.squareRoot(), 1e-300)
  }

  private mutating func addRows(_ rows: [RoundingCut.Row]) throws(BackendError) {
    for row in rows { program.add(row) }
    try session.addRows(rows.map(Self.backendRow))
  }

  private mutating func solve() throws(BackendError) {
    answer = try session.solve(LPOptions(), monitor: StoppingMonitor(shouldStop))
    guard answer.status == .optimal else { throw .failed("stopped") }
  }

  /// After an optimal solve, removes idle cuts that no cut which stays is derived from; the basis
  /// is optimal still.
  mutating func purge() throws(BackendError) {
    let isIdle = try session.idleRows()
    var stays = [Bool](repeating: false, count: found.count)
    for (position, index) in loaded.enumerated() {
      stays[index] = !isIdle[original.rowCount + position]
    }
    for index in found.indices.reversed() where stays[index] {
      for row in found[index].cut.rows where row >= original.rowCount {
        stays[row - original.rowCount] = true
      }
    }
    _ = try session.removeIdleRows(
      from: original.rowCount, keep: loaded.map { stays[$0] })
    loaded = loaded.filter { stays[$0] }
    program = original
    for index in loaded { program.add(found[index].row) }
  }

  private static func backendRow(_ row: RoundingCut.Row) -> Cut {
    Cut(
      columns: row.columns.map { Int32(truncatingIfNeeded: $0) }, coefficients: row.coefficients,
      relation: .atMost, rightHandSide: row.side)
  }
}
