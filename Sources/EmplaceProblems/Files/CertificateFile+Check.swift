public import EmplaceCore

/// The first step at which a certificate fails.
public enum CertificateRefusal: Error, Sendable, Hashable, CustomStringConvertible {
  /// The program of the instance has another size than the one the certificate was made for.
  case program(String)
  /// A solution that `verify` accepts breaks a row of the program, or costs something else there.
  case solution(String)
  /// A step of the replay fails.
  case replay(CertificateError)
  /// The replay proves something else than what the file states.
  case statement(stated: String, proven: String)

  /// The step and what fails there.
  public var description: String {
    switch self {
    case .program(let reason): "program: \(reason)"
    case .solution(let reason): "solution in the program: \(reason)"
    case .replay(let error): "replay: \(error)"
    case .statement(let stated, let proven):
      "statement: the file states \(stated), the replay proves \(proven)"
    }
  }
}

extension CertificateFile {
  /// Rebuilds the program from the instance, replays every step, and compares what is proven with
  /// what the file states. Integers only; no solver.
  public func check(on instance: PlacementInstance) throws(CertificateRefusal) -> Proof {
    try check(on: PlacementFormulation(instance: instance, links: links), holding: nil)
  }

  /// The same, and demands first that a verified solution with that objective satisfies every row
  /// of the program at equal cost, so that a formulation that forbids good plans is caught.
  public func check(
    on instance: PlacementInstance, holding solution: PlacementSolution, objective: Int64
  ) throws(CertificateRefusal) -> Proof {
    try check(
      on: PlacementFormulation(instance: instance, links: links), holding: (solution, objective))
  }

  private func check(
    on formulation: PlacementFormulation, holding: (solution: PlacementSolution, objective: Int64)?
  ) throws(CertificateRefusal) -> Proof {
    let program = formulation.program
    guard program.columnCount == columnCount, program.rowCount == rowCount else {
      throw .program(
        "it has \(program.columnCount) columns and \(program.rowCount) rows, the certificate was "
          + "made for \(columnCount) and \(rowCount)")
    }
    if let (solution, objective) = holding {
      let values = formulation.values(of: solution)
      if let name = program.firstViolation(at: values) { throw .solution("breaks \(name)") }
      let cost = program.objective(at: values)
      guard cost == Int128(objective) else {
        throw .solution("costs \(cost) there and \(objective) by verify")
      }
    }
    let proof: Proof
    do throws(CertificateError) {
      proof = try certificate.replay(on: program)
    } catch {
      throw .replay(error)
    }
    let proven = Self.words(statement(of: proof, formulation.instance))
    guard proven == Self.words(statement) else {
      throw .statement(stated: Self.words(statement), proven: proven)
    }
    return proof
  }

  private func statement(of proof: Proof, _ instance: PlacementInstance) -> Statement {
    switch proof {
    case .bound(let value): .bound(instance.printed(value))
    case .infeasible: .infeasible
    }
  }

  private static func words(_ statement: Statement) -> String {
    switch statement {
    case .bound(let number): "the bound \(number)"
    case .infeasible: "that there is no solution"
    }
  }
}
