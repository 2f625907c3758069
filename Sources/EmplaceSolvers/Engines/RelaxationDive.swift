internal import EmplaceCore
internal import EmplaceMIP

/// Walks down a loaded relaxation to values that are whole in all classes but the last, many
/// columns at a step, and gives the session back as it was.
///
/// Source: Berthold 2006, "Primal heuristics for mixed integer programs" (diving).
struct RelaxationDive {
  private let session: any LPSession
  private let program: IntegerProgram
  private let classes: [[Int]]
  private let shouldStop: @Sendable () -> Bool
  private var changed: [Int] = []

  /// A dive in `session`, whose columns have the bounds of `program`; `classes` are those of a
  /// ``TreeOracle``.
  init(
    _ session: any LPSession, _ program: IntegerProgram, classes: [[Int]],
    shouldStop: @escaping @Sendable () -> Bool
  ) {
    self.session = session
    self.program = program
    self.classes = classes
    self.shouldStop = shouldStop
  }

  /// From the values of the relaxation to whole ones, or to the last ones on the way where nothing
  /// is left below them. A step rounds the `share` of the fractional columns of a class that are
  /// nearest to whole; `held` columns stay at zero.
  mutating func run(
    from start: [Double], share: Double, holding held: [Int]
  ) throws(BackendError) -> [Double] {
    var values = start
    for column in held { try set(column, 0) }
    while !shouldStop(), let step = nextStep(values, share) {
      guard let reached = try fix(step, values) else { break }
      values = reached
    }
    for column in changed {
      try session.setBounds(
        column: column, lower: program.lower[column], upper: program.upper[column])
    }
    changed = []
    return values
  }

  /// Fractional columns of the first class that has some, the nearest to whole first; nil when all
  /// are whole.
  private func nextStep(_ values: [Double], _ share: Double) -> [Int]? {
    for columns in classes.dropLast() {
      let fractional = columns.filter { abs(values[$0] - values[$0].rounded()) > 1e-6 }
      guard !fractional.isEmpty else { continue }
      let sorted = fractional.sorted {
        let (a, b) = (
          abs(values[$0] - values[$0].rounded()), abs(values[$1] - values[$1].rounded())
        )
        return (a, $0) < (b, $1)
      }
      return Array(sorted.prefix(max(1, Int(share * Double(sorted.count)))))
    }
    return nil
  }

  /// Fixes columns at the nearest whole values, fewer of them where nothing is left then, and at
  /// last the first of them the other way.
  private mutating func fix(_ columns: [Int], _ values: [Double]) throws(BackendError) -> [Double]?
  {
    var count = columns.count
    while count > 0, !shouldStop() {
      for column in columns.prefix(count) { try set(column, Int64(values[column].rounded())) }
      if let reached = try solve() { return reached }
      for column in columns.prefix(count) {
        try session.setBounds(
          column: column, lower: program.lower[column], upper: program.upper[column])
      }
      count /= 4
    }
    let value = values[columns[0]]
    let other = value.rounded() > value ? value.rounded(.down) : value.rounded(.up)
    try set(columns[0], Int64(other))
    return try solve()
  }

  private mutating func set(_ column: Int, _ value: Int64) throws(BackendError) {
    let whole = min(max(value, program.lower[column]), program.upper[column])
    try session.setBounds(column: column, lower: whole, upper: whole)
    changed.append(column)
  }

  private func solve() throws(BackendError) -> [Double]? {
    let answer = try session.solve(LPOptions(), monitor: StoppingMonitor(shouldStop))
    if answer.status == .cancelled { throw .failed("stopped") }
    return answer.values
  }
}
