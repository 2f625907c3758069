internal import EmplaceCore
internal import EmplaceMIP

/// Tightens a loaded relaxation by rounding cuts until they gain too little.
struct CutLoop {
  /// The program with the cuts that hold the relaxation up.
  private(set) var program: IntegerProgram
  /// Those cuts, and those that they are derived from, as rows after the program's.
  private(set) var cuts: [RoundingCut] = []
  /// The relaxation of ``program``, loaded.
  private(set) var session: any LPSession
  /// Its solution.
  private(set) var answer: LPAnswer

  private let backend: any MIPBackend
  private let original: IntegerProgram
  private let isOver: @Sendable () -> Bool
  /// Every cut found; rows beyond the program's count from the first of them.
  private var found: [RoundingCuts.Found] = []
  /// Which of them are loaded, increasing.
  private var loaded: [Int] = []

  /// Most cuts of one round, and most rows of the simplex table that are rounded in one.
  private static let mostCuts = 200
  private static let mostTableRows = 200

  /// Over a relaxation of `program` that has been solved.
  init(
    _ program: IntegerProgram, backend: any MIPBackend, session: any LPSession, answer: LPAnswer,
    isOver: @escaping @Sendable () -> Bool
  ) {
    self.program = program
    original = program
    self.backend = backend
    self.session = session
    self.answer = answer
    self.isOver = isOver
  }

  /// Adds cuts for up to `rounds` rounds.
  mutating func run(rounds: Int) throws(BackendError) {
    var stalls = 0
    let first = answer.objective ?? 0
    for round in 0..<rounds {
      guard let values = answer.values, let before = answer.objective, !isOver() else { return }
      let new = RoundingCuts(program).separate(
        values, sums: try tableRows(values), limit: Self.mostCuts, shouldStop: isOver)
      if new.isEmpty { break }
      try load(new)
      guard let objective = answer.objective else { return }
      let gain = (objective - before) / max(objective - first, 1e-9)
      if debugCuts { debugLine("round", round, new.count, loaded.count, objective, answer.iterations) }
      stalls = gain < 0.01 ? stalls + 1 : 0
      if stalls >= 4 { break }
      if round % 4 == 3 { try reload(loaded.indices.filter(carries).map { loaded[$0] }) }
    }
    try reload(closure(of: loaded.indices.filter(carries).map { loaded[$0] }))
    let place = Dictionary(uniqueKeysWithValues: zip(loaded, loaded.indices))
    cuts = loaded.map { index in
      var cut = found[index].cut
      cut.rows = cut.rows.map {
        $0 < original.rowCount ? $0 : original.rowCount + place[$0 - original.rowCount]!
      }
      return cut
    }
  }

  /// Rows of the simplex table of basic columns that are far from whole.
  private func tableRows(_ values: [Double]) throws(BackendError) -> [[Double]] {
    var columns: [(distance: Double, column: Int)] = []
    for column in values.indices where !original.divisible[column] {
      let distance = abs(values[column] - values[column].rounded())
      if distance > 0.01 { columns.append((distance, column)) }
    }
    if debugCuts { debugLine("fractional", columns.count) }
    columns.sort { ($1.distance, $0.column) < ($0.distance, $1.column) }
    var result: [[Double]] = []
    for (_, column) in columns.prefix(Self.mostTableRows) {
      if let row = try session.tableRow(ofColumn: column) { result.append(row) }
    }
    return result
  }

  private mutating func load(_ new: [RoundingCuts.Found]) throws(BackendError) {
    for var element in new {
      element.cut.rows = element.cut.rows.map {
        $0 < original.rowCount ? $0 : original.rowCount + loaded[$0 - original.rowCount]
      }
      found.append(element)
    }
    loaded += (found.count - new.count)..<found.count
    for element in new { program.add(element.row) }
    try session.addRows(new.map { Self.backendRow($0.row) })
    try solve()
  }

  private mutating func solve() throws(BackendError) {
    answer = try session.solve(LPOptions(), monitor: StoppingMonitor(isOver))
    guard answer.status == .optimal else { throw .failed("stopped") }
  }

  /// Whether a loaded cut has a multiplier.
  private func carries(_ position: Int) -> Bool {
    abs(answer.duals?[original.rowCount + position] ?? 0) > 1e-9
  }

  /// Cuts with all that they are derived from.
  private func closure(of indices: [Int]) -> [Int] {
    var isNeeded = [Bool](repeating: false, count: found.count)
    for index in indices { isNeeded[index] = true }
    for index in found.indices.reversed() where isNeeded[index] {
      for row in found[index].cut.rows where row >= original.rowCount {
        isNeeded[row - original.rowCount] = true
      }
    }
    return found.indices.filter { isNeeded[$0] }
  }

  /// Loads the relaxation anew with these cuts alone.
  private mutating func reload(_ indices: [Int]) throws(BackendError) {
    loaded = indices
    program = original
    for index in indices { program.add(found[index].row) }
    session.close()
    session = try backend.openRelaxation(program)
    try solve()
  }

  private static func backendRow(_ row: RoundingCut.Row) -> Cut {
    Cut(
      columns: row.columns.map { Int32(truncatingIfNeeded: $0) }, coefficients: row.coefficients,
      relation: .atMost, rightHandSide: row.side)
  }
}
import Foundation
let debugCuts = ProcessInfo.processInfo.environment["DBG"] != nil
func debugLine(_ items: Any...) { FileHandle.standardError.write(Data((items.map { "\($0)" }.joined(separator: " ") + "\n").utf8)) }
