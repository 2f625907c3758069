public import EmplaceCore

// What a tree proves, as numbers.

extension RelaxationTree {
  /// The tree as it stands, as a certificate of ``bound``; leaf values are not stated yet.
  public func certificate() -> Certificate {
    var result: [Certificate.Node] = []
    // Inner nodes repeat the multipliers of the root; a leaf changes them to its own, or to those
    // of the nearest node above that has some.
    let root = nodes[0].multipliers ?? SparseMultipliers([])
    // What already proves the tree's bound is a leaf, whatever was found below it.
    let bound = bound
    var stack = [(index: 0, multipliers: root)]
    while let (index, inherited) = stack.popLast() {
      let node = nodes[index]
      let own = node.multipliers ?? inherited
      if let split = node.split, node.bound < bound {
        result.append(
          .init(
            rows: index == 0 ? root.rows.map { Int($0) } : [],
            changes: index == 0 ? root.numerators : [],
            kind: .split(.init(columns: [split.column], coefficients: [1], at: split.at))))
        stack.append((node.children.second, own))
        stack.append((node.children.first, own))
        continue
      }
      var kind = Certificate.Kind.bound(value: "")
      if let block = node.emptyBlock { kind = .emptyBlock(block) }
      if node.isInfeasible { kind = .infeasible(value: "") }
      let change = index == 0 ? own : own.change(from: root)
      result.append(
        .init(rows: change.rows.map { Int($0) }, changes: change.numerators, kind: kind))
    }
    return Certificate(
      denominator: dual.denominator, coarseBits: dual.coarseBits, kept: dual.keptRows,
      cuts: number(&result), nodes: result)
  }

  /// Numbers the cuts that the nodes use, and gives these with what they are derived from.
  private func number(_ nodes: inout [Certificate.Node]) -> [RoundingCut] {
    guard let loop else { return [] }
    let first = loop.original.rowCount
    let used = nodes.flatMap(\.rows).filter { $0 >= first }.map { $0 - first }
    let (cuts, place) = loop.derivation(of: used)
    for index in nodes.indices {
      nodes[index].rows = nodes[index].rows.map { $0 < first ? $0 : first + place[$0 - first] }
    }
    return cuts
  }
}
