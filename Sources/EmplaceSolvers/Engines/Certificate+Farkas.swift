public import EmplaceCore
internal import EmplaceMIP

extension Certificate {
  /// Proves by a Farkas ray of a backend that a program has no solution; nil where no rounding of
  /// it holds exactly.
  ///
  /// The finest multipliers come first; where their sums over a block are too large for the
  /// checker's integers, coarser ones may do.
  public init?(farkasRay ray: [Double], on program: IntegerProgram) {
    let ray = Array(ray.prefix(program.rowCount))
    for bits in stride(from: 61, through: 21, by: -8) {
      guard
        let multipliers = IntegerMultipliers(
          farkasRay: ray, for: program, reducedCostBits: bits)
      else { continue }
      let certificate = Certificate(
        denominator: multipliers.denominator, kept: [],
        multipliers: multipliers.dense(rowCount: program.rowCount), isFarkas: true)
      if let stated = try? certificate.stated(on: program), stated.proof == .infeasible {
        self = stated.certificate
        return
      }
    }
    return nil
  }
}
