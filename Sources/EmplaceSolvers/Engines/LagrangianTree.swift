public import EmplaceCore
internal import HeapModule

/// Branch and bound on the Lagrangian bound: every node is a set of column bounds with multipliers,
/// and the whole tree is a certificate at any moment.
///
/// Best bound first; a node first tries its parent's multipliers, then a short ascent.
/// Sources: Fisher 1981, doi:10.1287/mnsc.27.1.1; Land, Doig 1960, doi:10.2307/1910129.
public struct LagrangianTree {
  /// What the tree asks of the problem's side; it repairs minimisers of the blocks.
  public typealias Oracle = TreeOracle<[Int64]>

  private struct Node {
    var parent: Int
    /// The bound that this node adds to its parent's.
    var column: Int
    var lower: Int64
    var upper: Int64
    var multipliers: [Int64]
    var bound: Int64
    var isEmpty = false
    /// Split and children, once branched.
    var split: (column: Int, at: Int64)?
    var children: (first: Int, second: Int) = (-1, -1)
  }

  /// Iterations of a node below the root.
  public var iterationsPerNode = 40
  /// Nodes solved so far.
  public private(set) var nodeCount = 0
  private var ascent: BundleAscent
  private let granularity: Int64
  private var nodes: [Node] = []
  private var open = Heap<OpenNode>()
  private var restricted: Set<Int> = []
  /// Smallest bound among closed leaves.
  private var closedBound: Int64 = .max

  /// A tree whose root stands at the ascent's best multipliers.
  public init(ascent: BundleAscent) {
    self.ascent = ascent
    granularity = ascent.dual.program.objectiveGranularity
    let bound = ascent.bestValue.map { ascent.dual.bound($0, granularity: granularity) } ?? .min
    nodes.append(
      Node(
        parent: -1, column: -1, lower: 0, upper: 0, multipliers: ascent.bestMultipliers,
        bound: bound, isEmpty: ascent.isEmpty))
    open.insert(OpenNode(bound: bound, index: 0))
  }

  /// The bound that the tree proves now.
  public var bound: Int64 { min(open.min?.bound ?? .max, closedBound) }

  /// Whether every leaf is closed.
  public var isComplete: Bool { open.isEmpty }

  /// Solves up to `limit` nodes.
  public mutating func search(nodes limit: Int, oracle: Oracle) {
    for _ in 0..<limit {
      guard !oracle.shouldStop(), let next = open.popMin() else { break }
      if next.bound >= oracle.incumbent() {
        closedBound = min(closedBound, next.bound)
        continue
      }
      solve(next.index, oracle: oracle)
    }
  }

  private mutating func solve(_ index: Int, oracle: Oracle) {
    nodeCount += 1
    applyBounds(of: index)
    ascent.dual.multipliers = nodes[index].multipliers
    ascent.restart(restricted: restricted)
    ascent.scale = 1
    climb(index, iterations: iterationsPerNode, share: 0.1, oracle)
    if ascent.isEmpty {
      nodes[index].isEmpty = true
      nodes[index].multipliers = ascent.dual.multipliers
      return
    }
    oracle.repair(ascent.dual.values, false)
    if nodes[index].bound >= oracle.incumbent() {
      closedBound = min(closedBound, nodes[index].bound)
      return
    }
    branch(index, oracle: oracle)
  }

  /// Raises the bound of a node by some iterations of the ascent.
  private mutating func climb(_ index: Int, iterations: Int, share: Double, _ oracle: Oracle) {
    let incumbent = oracle.incumbent()
    let target = incumbent == .max ? estimatedTarget(index) : Double(incumbent)
    let granularity = granularity
    var isClosed = false
    do throws(BlockMinimiser.Failure) {
      try ascent.climb(
        iterations: iterations, target: target, share: share,
        shouldStop: { isClosed || oracle.shouldStop() },
        onEvaluation: { dual, value in
          isClosed = dual.bound(value, granularity: granularity) >= incumbent
        })
    } catch {
      // Numbers too large for a block here: the inherited bound stands, or what was reached.
    }
    if let value = ascent.bestValue, !ascent.isEmpty {
      let bound = ascent.dual.bound(value, granularity: granularity)
      if bound >= nodes[index].bound {
        nodes[index].bound = bound
        nodes[index].multipliers = ascent.bestMultipliers
      }
    }
  }

  private func estimatedTarget(_ index: Int) -> Double {
    let bound = Double(nodes[index].bound)
    return bound + 0.05 * abs(bound) + 1
  }

  private mutating func applyBounds(of index: Int) {
    let program = ascent.dual.program
    for column in restricted {
      ascent.dual.setBounds(
        column: column, lower: program.lower[column], upper: program.upper[column])
    }
    restricted.removeAll(keepingCapacity: true)
    var node = index
    while node > 0 {
      let element = nodes[node]
      let (lower, upper) = ascent.dual.bounds(ofColumn: element.column)
      ascent.dual.setBounds(
        column: element.column, lower: max(lower, element.lower),
        upper: min(upper, element.upper))
      restricted.insert(element.column)
      node = element.parent
    }
  }

  private mutating func branch(_ index: Int, oracle: Oracle) {
    guard let (column, at) = choice(oracle.branching, ascent.average()) else {
      // Nothing left to split: one solution, or none. A longer ascent finds what it costs, or that it
      // costs more than the incumbent.
      climb(index, iterations: 25 * iterationsPerNode, share: 0, oracle)
      closedBound = min(closedBound, nodes[index].bound)
      return
    }
    let (lower, upper) = ascent.dual.bounds(ofColumn: column)
    let (bound, multipliers) = (nodes[index].bound, nodes[index].multipliers)
    nodes[index].split = (column, at)
    nodes[index].children = (nodes.count, nodes.count + 1)
    for (low, high) in [(lower, at), (at + 1, upper)] {
      open.insert(OpenNode(bound: bound, index: nodes.count))
      nodes.append(
        Node(
          parent: index, column: column, lower: low, upper: high, multipliers: multipliers,
          bound: bound))
    }
  }

  /// The column whose averaged value is farthest from whole, in the first class that has one.
  private func choice(_ classes: [[Int]], _ average: [Double]) -> (column: Int, at: Int64)? {
    for tolerance in [0.02, 0.0] {
      for columns in classes {
        var best: (column: Int, at: Int64)?
        var bestDistance = tolerance
        for column in columns {
          let (lower, upper) = ascent.dual.bounds(ofColumn: column)
          guard lower < upper else { continue }
          let value = min(max(average[column], Double(lower)), Double(upper))
          let floor = min(value.rounded(.down), Double(upper) - 1)
          let distance = min(value - floor, floor + 1 - value)
          if distance > bestDistance || (best == nil && tolerance == 0) {
            bestDistance = max(distance, bestDistance)
            best = (column, Int64(floor))
          }
        }
        if let best { return best }
      }
    }
    return nil
  }

  /// The tree as it stands, as a certificate of ``bound``; leaf values are not stated yet.
  public func certificate() -> Certificate {
    var result: [Certificate.Node] = []
    // What already proves the tree's bound is a leaf, whatever was found below it.
    let bound = bound
    var stack: [(index: Int, parent: [Int64])] = [
      (0, Array(repeating: 0, count: ascent.dual.program.rowCount))
    ]
    while let (index, parent) = stack.popLast() {
      let node = nodes[index]
      let rows = parent.indices.filter { parent[$0] != node.multipliers[$0] }
      var kind = Certificate.Kind.bound(value: "")
      if node.isEmpty { kind = .emptyBlock(emptyBlock(at: index)) }
      if let split = node.split, node.bound < bound {
        kind = .split(.init(columns: [split.column], coefficients: [1], at: split.at))
        stack.append((node.children.second, node.multipliers))
        stack.append((node.children.first, node.multipliers))
      }
      result.append(
        .init(rows: rows, changes: rows.map { node.multipliers[$0] - parent[$0] }, kind: kind))
    }
    return Certificate(
      denominator: ascent.dual.denominator, kept: ascent.dual.keptRows, nodes: result)
  }

  private func emptyBlock(at index: Int) -> Int {
    var copy = self
    copy.applyBounds(of: index)
    copy.ascent.dual.multipliers = nodes[index].multipliers
    return (try? copy.ascent.dual.emptyBlock()) ?? 0
  }
}
