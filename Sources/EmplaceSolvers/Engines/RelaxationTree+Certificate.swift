public import EmplaceCore

// What a tree proves, as numbers.

extension RelaxationTree {
  /// The tree as it stands, as a certificate of ``bound``; leaf values are not stated yet.
  public func certificate() -> Certificate {
    var result: [Certificate.Node] = []
    // Inner nodes repeat the multipliers of the root; a leaf changes them to its own, or to those
    // of the nearest node above that has some.
    let root = nodes[0].multipliers ?? []
    // What already proves the tree's bound is a leaf, whatever was found below it.
    let bound = bound
    var stack = [(index: 0, multipliers: root)]
    while let (index, inherited) = stack.popLast() {
      let node = nodes[index]
      let own = node.multipliers ?? inherited
      if let split = node.split, node.bound < bound {
        result.append(
          .init(
            rows: index == 0 ? root.indices.filter { root[$0] != 0 } : [],
            changes: index == 0 ? root.filter { $0 != 0 } : [],
            kind: .split(.init(columns: [split.column], coefficients: [1], at: split.at))))
        stack.append((node.children.second, own))
        stack.append((node.children.first, own))
        continue
      }
      var kind = Certificate.Kind.bound(value: "")
      if let block = node.emptyBlock { kind = .emptyBlock(block) }
      if node.isInfeasible { kind = .infeasible(value: "") }
      let base = index == 0 ? [] : root
      let rows = own.indices.filter { own[$0] != (base.isEmpty ? 0 : base[$0]) }
      result.append(
        .init(
          rows: rows, changes: rows.map { own[$0] - (base.isEmpty ? 0 : base[$0]) }, kind: kind))
    }
    return Certificate(
      denominator: dual.denominator, coarseBits: dual.coarseBits, kept: dual.keptRows, cuts: cuts,
      nodes: result)
  }
}
