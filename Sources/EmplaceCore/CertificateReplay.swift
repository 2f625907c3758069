extension Certificate {
  /// Replays every step and returns what is proven. Integers only; no solver.
  ///
  /// - Complexity: one evaluation of the blocks that a node touches, for each leaf.
  public func replay(on program: IntegerProgram) throws(CertificateError) -> Proof {
    var replay = try CertificateReplay(self, program)
    return try replay.run(filling: false).proof
  }

  /// The same certificate with the exact value of every leaf filled in, and what it proves.
  public func stated(on program: IntegerProgram) throws(CertificateError)
    -> (certificate: Certificate, proof: Proof)
  {
    var replay = try CertificateReplay(self, program)
    return try replay.run(filling: true)
  }
}

/// The state along one path of the tree.
struct CertificateReplay {
  private var certificate: Certificate
  private let program: IntegerProgram
  private var minimiser: BlockMinimiser
  private var multipliers: [Int64]
  private var reduced: [Int128]
  /// Sum of multipliers times right-hand sides.
  private var side: Int128 = 0
  /// Minimum of each block at `reduced`, where not dirty.
  private var minima: [Int128]
  private var isDirty: [Bool]
  private var dirty: [Int] = []
  private var blockOfColumn: [Int32]
  private var keptRow: [Int]
  private var splitRows: [SplitRow] = []
  private var best: Int64?

  /// A split row on the path, as a side of a general split.
  private struct SplitRow {
    var columns: [Int]
    var coefficients: [Int64]
    var relation: IntegerProgram.Relation
    var side: Int64
  }

  /// What a node changed, to be undone when its subtree is done.
  private struct Frame {
    var node: Int
    var childrenLeft: Int
    var restriction: Restriction?
  }

  private enum Restriction {
    case bounds(column: Int, lower: Int64, upper: Int64)
    case row
  }

  init(_ certificate: Certificate, _ program: IntegerProgram) throws(CertificateError) {
    if let flaw = program.structuralFlaw {
      throw CertificateError(node: -1, reason: "the program's blocks are malformed: \(flaw)")
    }
    guard certificate.denominator > 0 else {
      throw CertificateError(node: -1, reason: "the denominator is not positive")
    }
    guard (0...Certificate.coarseBitsLimit).contains(certificate.coarseBits) else {
      throw CertificateError(node: -1, reason: "the coarse bits are out of range")
    }
    let program = try program.adding(certificate.cuts)
    self.certificate = certificate
    self.program = program
    minimiser = BlockMinimiser(program: program)
    multipliers = Array(repeating: 0, count: program.rowCount)
    reduced = program.cost.map { Int128($0) * Int128(certificate.denominator) }
    minima = Array(repeating: 0, count: program.blocks.count)
    isDirty = Array(repeating: true, count: program.blocks.count)
    dirty = Array(program.blocks.indices)
    blockOfColumn = Array(repeating: 0, count: program.columnCount)
    for (index, block) in program.blocks.enumerated() {
      for column in block.columns { blockOfColumn[column] = Int32(truncatingIfNeeded: index) }
    }
    keptRow = Array(repeating: -1, count: program.blocks.count)
    for kept in certificate.kept {
      guard program.blocks.indices.contains(kept.block), kept.row >= 0, kept.row < program.rowCount
      else { throw CertificateError(node: -1, reason: "a kept row is out of range") }
      keptRow[kept.block] = kept.row
    }
  }

  /// Walks the tree in preorder.
  mutating func run(filling: Bool) throws(CertificateError)
    -> (certificate: Certificate, proof: Proof)
  {
    var stack: [Frame] = []
    for index in certificate.nodes.indices {
      var restriction: Restriction?
      if index > 0 {
        while let frame = stack.last, frame.childrenLeft == 0 {
          try undo(frame)
          stack.removeLast()
        }
        guard let parent = stack.last else {
          throw CertificateError(node: index, reason: "nodes follow a complete tree")
        }
        restriction = try restrict(parent, at: index)
        stack[stack.count - 1].childrenLeft -= 1
      }
      try change(index, sign: 1)
      var children = 0
      if case .split(let split) = certificate.nodes[index].kind {
        try check(split, at: index)
        children = 2
      } else {
        try evaluate(leaf: index, filling: filling)
      }
      stack.append(Frame(node: index, childrenLeft: children, restriction: restriction))
    }
    guard !stack.isEmpty, stack.allSatisfy({ $0.childrenLeft == 0 }) else {
      throw CertificateError(node: -1, reason: "the tree is not complete")
    }
    guard let best else {
      // With zero costs the multipliers may have any scale: the one that is written is 1.
      if filling { certificate.denominator = 1 }
      guard certificate.denominator == 1 else {
        throw CertificateError(
          node: -1, reason: "a proof that there is no solution has denominator 1")
      }
      return (certificate, .infeasible)
    }
    return (certificate, .bound(best))
  }

  // MARK: Path

  private func check(_ split: Certificate.Split, at node: Int) throws(CertificateError) {
    let inRange = split.columns.allSatisfy { $0 >= 0 && $0 < program.columnCount }
    let increasing = zip(split.columns, split.columns.dropFirst()).allSatisfy { $0 < $1 }
    guard inRange, increasing, !split.columns.isEmpty,
      split.columns.count == split.coefficients.count, split.at < .max
    else { throw CertificateError(node: node, reason: "the split is malformed") }
  }

  /// Adds the side of the parent's split that its next child stands for.
  private mutating func restrict(_ parent: Frame, at node: Int) throws(CertificateError)
    -> Restriction
  {
    guard case .split(let split) = certificate.nodes[parent.node].kind else {
      throw CertificateError(node: node, reason: "the parent is a leaf")
    }
    let isFirst = parent.childrenLeft == 2
    guard split.isUnit else {
      splitRows.append(
        SplitRow(
          columns: split.columns, coefficients: split.coefficients,
          relation: isFirst ? .atMost : .atLeast, side: isFirst ? split.at : split.at + 1))
      multipliers.append(0)
      return .row
    }
    let column = split.columns[0]
    let old = Restriction.bounds(
      column: column, lower: minimiser.lower[column], upper: minimiser.upper[column])
    if isFirst {
      minimiser.upper[column] = min(minimiser.upper[column], split.at)
    } else {
      minimiser.lower[column] = max(minimiser.lower[column], split.at + 1)
    }
    markDirty(Int(blockOfColumn[column]))
    return old
  }

  private mutating func undo(_ frame: Frame) throws(CertificateError) {
    try change(frame.node, sign: -1)
    switch frame.restriction {
    case .bounds(let column, let lower, let upper):
      minimiser.lower[column] = lower
      minimiser.upper[column] = upper
      markDirty(Int(blockOfColumn[column]))
    case .row:
      splitRows.removeLast()
      multipliers.removeLast()
    case nil: break
    }
  }

  /// Applies (or takes back) a node's changes of multipliers.
  private mutating func change(_ index: Int, sign: Int64) throws(CertificateError) {
    let node = certificate.nodes[index]
    guard node.rows.count == node.changes.count else {
      throw CertificateError(node: index, reason: "rows and changes differ in number")
    }
    for (row, value) in zip(node.rows, node.changes) {
      guard row >= 0, row < multipliers.count else {
        throw CertificateError(node: index, reason: "row \(row) is out of range")
      }
      let (delta, negated) = value.multipliedReportingOverflow(by: sign)
      let (sum, overflow) = multipliers[row].addingReportingOverflow(delta)
      guard !overflow, !negated else {
        throw CertificateError(node: index, reason: "a multiplier overflows")
      }
      multipliers[row] = sum
      try add(row: row, delta: Int128(delta) << Int128(coarseBits(ofRow: row)), at: index)
      let isLegal =
        switch relation(ofRow: row) {
        case .atLeast: sum >= 0
        case .atMost: sum <= 0
        case .equal: true
        }
      guard sign < 0 || isLegal else {
        throw CertificateError(
          node: index, reason: "the multiplier of row \(row) has the wrong sign")
      }
    }
  }

  private func relation(ofRow row: Int) -> IntegerProgram.Relation {
    row < program.rowCount ? program.relation[row] : splitRows[row - program.rowCount].relation
  }

  /// Bits by which a numerator counts more than over the denominator; none for split rows.
  private func coarseBits(ofRow row: Int) -> Int {
    guard certificate.coarseBits > 0, row < program.rowCount,
      Certificate.isCoarse(row: row, of: program)
    else { return 0 }
    return certificate.coarseBits
  }

  private mutating func add(row: Int, delta: Int128, at node: Int) throws(CertificateError) {
    if row < program.rowCount {
      let bound = try times(delta, program.rightHandSide[row], at: node)
      side = try plus(side, bound, at: node)
      for entry in program.entries(ofRow: row) {
        try subtract(
          delta, times: program.entryCoefficient[entry], column: Int(program.entryColumn[entry]),
          at: node)
      }
      return
    }
    let split = splitRows[row - program.rowCount]
    side = try plus(side, try times(delta, split.side, at: node), at: node)
    for (column, coefficient) in zip(split.columns, split.coefficients) {
      try subtract(delta, times: coefficient, column: column, at: node)
    }
  }

  private mutating func subtract(
    _ delta: Int128, times coefficient: Int64, column: Int, at node: Int
  ) throws(CertificateError) {
    let product = try times(-delta, coefficient, at: node)
    reduced[column] = try plus(reduced[column], product, at: node)
    markDirty(Int(blockOfColumn[column]))
  }

  private mutating func markDirty(_ block: Int) {
    guard !isDirty[block] else { return }
    isDirty[block] = true
    dirty.append(block)
  }

  // MARK: Leaves

  private mutating func evaluate(leaf index: Int, filling: Bool) throws(CertificateError) {
    switch certificate.nodes[index].kind {
    case .split: return
    case .emptyBlock(let block):
      guard program.blocks.indices.contains(block) else {
        throw CertificateError(node: index, reason: "block \(block) is out of range")
      }
      guard try minimum(block, reduced, at: index) == nil else {
        throw CertificateError(node: index, reason: "block \(block) is not empty")
      }
    case .infeasible(let stated):
      let value = try farkasValue(at: index)
      guard value > 0 else {
        throw CertificateError(node: index, reason: "the value \(value) is not positive")
      }
      if filling {
        certificate.nodes[index].kind = .infeasible(value: "\(value)")
      } else if stated != "\(value)" {
        throw CertificateError(node: index, reason: "states \(stated), replay gives \(value)")
      }
    case .bound(let stated):
      guard let value = try boundValue(at: index) else {
        // An unsolved leaf whose bounds leave a block empty holds no solution.
        if filling, let block = dirty.last {
          certificate.nodes[index].kind = .emptyBlock(block)
          return
        }
        throw CertificateError(node: index, reason: "a block is empty at a bound leaf")
      }
      if filling {
        certificate.nodes[index].kind = .bound(value: "\(value)")
      } else if stated != "\(value)" {
        throw CertificateError(node: index, reason: "states \(stated), replay gives \(value)")
      }
      let rounded = Self.roundUp(
        value, denominator: certificate.denominator, granularity: program.objectiveGranularity)
      best = min(best ?? .max, rounded)
    }
  }

  /// Smallest multiple of the granularity at or above `value / denominator`.
  static func roundUp(_ value: Int128, denominator: Int64, granularity: Int64) -> Int64 {
    let step = Int128(denominator) * Int128(granularity)
    var quotient = value / step
    if value % step > 0 { quotient += 1 }
    return Int64(clamping: quotient * Int128(granularity))
  }

  private mutating func boundValue(at node: Int) throws(CertificateError) -> Int128? {
    while let block = dirty.last {
      guard let value = try minimum(block, reduced, at: node) else { return nil }
      minima[block] = try times(value, program.blocks[block].multiplicity, at: node)
      isDirty[block] = false
      dirty.removeLast()
    }
    var sum = side
    for minimum in minima { sum = try plus(sum, minimum, at: node) }
    return sum
  }

  private mutating func farkasValue(at node: Int) throws(CertificateError) -> Int128 {
    var costless = reduced
    for column in costless.indices {
      let cost = Int128(program.cost[column]) * Int128(certificate.denominator)
      costless[column] = try plus(costless[column], -cost, at: node)
    }
    var sum = side
    for block in program.blocks.indices {
      guard let value = try minimum(block, costless, at: node) else { return .max }
      sum = try plus(sum, try times(value, program.blocks[block].multiplicity, at: node), at: node)
    }
    return sum
  }

  private func times(_ value: Int128, _ factor: Int64, at node: Int) throws(CertificateError)
    -> Int128
  {
    let (product, overflow) = value.multipliedReportingOverflow(by: Int128(factor))
    guard !overflow else { throw CertificateError(node: node, reason: "a sum overflows") }
    return product
  }

  private func plus(_ a: Int128, _ b: Int128, at node: Int) throws(CertificateError) -> Int128 {
    let (sum, overflow) = a.addingReportingOverflow(b)
    guard !overflow else { throw CertificateError(node: node, reason: "a sum overflows") }
    return sum
  }

  private mutating func minimum(_ block: Int, _ reduced: [Int128], at node: Int)
    throws(CertificateError) -> Int128?
  {
    do throws(BlockMinimiser.Failure) {
      return try minimiser.minimum(
        ofBlock: block, reduced: reduced, keeping: keptRow[block] < 0 ? nil : keptRow[block])
    } catch {
      throw CertificateError(node: node, reason: "\(error)")
    }
  }
}
