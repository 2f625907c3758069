public import EmplaceCore
public import EmplaceMIP

/// A backend whose relaxations fail after some solves, as one in numerical trouble does.
public struct FailingBackend: MIPBackend {
  private let backend: any MIPBackend
  private let solves: Int

  /// `backend`, each of whose sessions answers `solves` times and fails from then on.
  public init(_ backend: any MIPBackend, after solves: Int) {
    self.backend = backend
    self.solves = solves
  }

  /// The name of the backend behind it.
  public var name: String { backend.name }

  /// As the backend behind it.
  public func solve(
    _ program: IntegerProgram, options: MIPOptions, monitor: any MIPMonitor
  ) throws(BackendError) -> MIPAnswer {
    try backend.solve(program, options: options, monitor: monitor)
  }

  /// A session that fails after some solves.
  public func openRelaxation(_ program: IntegerProgram) throws(BackendError) -> any LPSession {
    FailingSession(try backend.openRelaxation(program), after: solves)
  }
}

private final class FailingSession: LPSession {
  private let session: any LPSession
  private var left: Int

  init(_ session: any LPSession, after solves: Int) {
    self.session = session
    left = solves
  }

  var rowCount: Int { session.rowCount }

  func setBounds(column: Int, lower: Int64, upper: Int64) throws(BackendError) {
    try session.setBounds(column: column, lower: lower, upper: upper)
  }

  func addRows(_ rows: [Cut]) throws(BackendError) { try session.addRows(rows) }

  func solve(_ options: LPOptions, monitor: any MIPMonitor) throws(BackendError) -> LPAnswer {
    guard left > 0 else {
      session.close()
      throw .failed("numerical trouble")
    }
    left -= 1
    return try session.solve(options, monitor: monitor)
  }

  func idleRows() throws(BackendError) -> [Bool] { try session.idleRows() }

  func removeIdleRows(from first: Int, keep: [Bool]) throws(BackendError) -> [Bool] {
    try session.removeIdleRows(from: first, keep: keep)
  }

  func tableRow(ofColumn column: Int) throws(BackendError) -> [Double]? {
    try session.tableRow(ofColumn: column)
  }

  func close() { session.close() }
}
