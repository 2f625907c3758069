import EmplaceCore
public import EmplaceMIP

/// What every ``MIPBackend`` has to pass: one list of cases, each of which says in words what a
/// backend gets wrong. A backend's tests run all of them, and name those it cannot pass with a
/// reason.
public enum MIPBackendConformance {
  /// All cases.
  public static let cases: [Case] =
    knownCases + randomCases + proofCases + limitCases + steeringCases + sessionCases
    + hostileCases

  /// One case.
  public struct Case: Sendable, CustomStringConvertible {
    /// Its name, by which it is excluded.
    public let name: String
    let check: @Sendable (any MIPBackend, inout Findings) throws -> Void

    init(
      _ name: String, _ check: @escaping @Sendable (any MIPBackend, inout Findings) throws -> Void
    ) {
      self.name = name
      self.check = check
    }

    /// What `backend` gets wrong, in words; empty when it conforms.
    public func findings(for backend: any MIPBackend) -> [String] {
      var findings = Findings()
      do {
        try check(backend, &findings)
      } catch {
        findings.add("threw: \(error)")
      }
      return findings.list
    }

    /// The name.
    public var description: String { name }
  }

  /// What is wrong, in words.
  struct Findings {
    private(set) var list: [String] = []

    mutating func add(_ finding: String) {
      // Enough to understand; a systematic mistake would fill pages.
      if list.count < 10 { list.append(finding) }
    }

    mutating func expect(_ condition: Bool, _ finding: @autoclosure () -> String) {
      if !condition { add(finding()) }
    }

    /// Expects an error of one kind.
    mutating func expectError(
      _ what: String, _ matches: (BackendError) -> Bool, _ body: () throws -> Void
    ) {
      do {
        try body()
        add("\(what): nothing was thrown")
      } catch let error as BackendError {
        expect(matches(error), "\(what): \(error)")
      } catch {
        add("\(what): \(error)")
      }
    }

    /// Expects that the answer's solution satisfies the program exactly at the objective stated,
    /// and that the bound does not exceed it.
    mutating func expectSolution(_ answer: MIPAnswer, of program: IntegerProgram, _ where: String) {
      guard let values = answer.values, let objective = answer.objective else {
        return add("\(`where`): \(answer.status) without values or objective")
      }
      let whole = values.compactMap { Int64(exactly: $0) }
      expect(whole.count == values.count, "\(`where`): values are not whole")
      guard whole.count == program.columnCount else {
        return add("\(`where`): \(whole.count) whole values for \(program.columnCount) columns")
      }
      if let violation = program.firstViolation(at: whole) { add("\(`where`): \(violation)") }
      let exact = Double(program.objective(at: whole))
      expect(
        abs(objective - exact) <= 1e-9 * max(1, abs(exact)),
        "\(`where`): objective \(objective), exactly \(exact)")
      if let bound = answer.bound {
        expect(
          bound <= objective + 1e-6 * max(1, abs(objective)),
          "\(`where`): bound \(bound) above objective \(objective)")
      }
    }
  }
}

extension BackendError {
  /// Whether the program or an option was refused as malformed.
  var isInvalid: Bool { if case .invalid = self { true } else { false } }
  /// Whether it names a failure.
  var isFailure: Bool { if case .failed = self { true } else { false } }
}
