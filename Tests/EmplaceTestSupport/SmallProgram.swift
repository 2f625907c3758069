public import EmplaceCore

/// Small random programs, and the oracle that knows their optimum: every point is looked at.
public enum SmallProgram {
  /// A program of at most six columns with at most four values each, and at most five rows in all
  /// relations, with units, empty rows, negative bounds and repeated entries. About half of the
  /// seeds are feasible. With `noise` some right-hand sides are one part of a unit off a whole
  /// number, which solvers in doubles do not see.
  public static func random(seed: UInt64, noise: Bool = true) -> IntegerProgram {
    var random = RandomGenerator(seed: seed)
    var program = IntegerProgram(
      columnName: { "x[\($0)]" }, rowName: { "R\($0)[lane=\($0),hour=0]" })
    let units: [Int64] = [1, 10, 1_000, 1_000_000_000]
    program.objectiveUnit = units[random.below(4)]
    for _ in 0..<1 + random.below(6) {
      let lower = Int64(random.below(4)) - 2
      program.addColumn(
        lower: lower, upper: lower + Int64(random.below(4)),
        cost: Int64(random.below(41) - 20) * program.objectiveUnit + Int64(random.below(3)),
        divisible: random.below(2) == 0)
    }
    for _ in 0..<random.below(6) {
      addRow(to: &program, unit: units[random.below(4)], noise: noise, &random)
    }
    return program
  }

  private static func addRow(
    to program: inout IntegerProgram, unit: Int64, noise: Bool, _ random: inout RandomGenerator
  ) {
    let relations: [IntegerProgram.Relation] = [.atLeast, .atMost, .atMost, .equal]
    let relation = relations[random.below(4)]
    let extra = relation == .equal ? 0 : Int64(random.below(2))
    let side = Int64(random.below(13) - 4) * unit + (noise ? extra : 0)
    program.addRow(relation, side, unit: unit)
    for column in 0..<program.columnCount where random.below(3) > 0 {
      let coefficient = Int64(random.below(13) - 6) * unit
      program.addEntry(column: column, coefficient: coefficient)
      if random.below(8) == 0 { program.addEntry(column: column, coefficient: unit) }
    }
  }

  /// The least objective and where it stands, or nil when no point satisfies all rows.
  public static func optimum(of program: IntegerProgram) -> (objective: Int128, values: [Int64])? {
    var best: (objective: Int128, values: [Int64])?
    forEveryPoint(of: program) { values in
      let objective = program.objective(at: values)
      if objective < best?.objective ?? .max,
        (0..<program.rowCount).allSatisfy({
          program.holds(row: $0, activity: program.activity(ofRow: $0, at: values))
        })
      {
        best = (objective, values)
      }
    }
    return best
  }

  /// Calls `body` with every point between the bounds, in lexicographic order.
  public static func forEveryPoint(of program: IntegerProgram, _ body: ([Int64]) -> Void) {
    var values = program.lower
    while true {
      body(values)
      var column = values.count - 1
      while column >= 0, values[column] == program.upper[column] {
        values[column] = program.lower[column]
        column -= 1
      }
      if column < 0 { return }
      values[column] += 1
    }
  }
}

/// Programs that keep a solver busy, with a solution planted in them.
public enum HardProgram {
  /// Generalised assignment, costs against requirements (the literature's class D): `agents` x
  /// `jobs` binaries. The solution that was planted is feasible and far from optimal.
  public static func assignment(agents: Int, jobs: Int, seed: UInt64)
    -> (program: IntegerProgram, planted: [Int64])
  {
    var random = RandomGenerator(seed: seed)
    var program = IntegerProgram(columnName: { "x[\($0)]" }, rowName: { "A\($0)" })
    var weight: [Int64] = []
    for _ in 0..<agents * jobs {
      weight.append(Int64(1 + random.below(100)))
      let cost = 111 - weight[weight.count - 1] + Int64(random.below(21) - 10)
      program.addColumn(lower: 0, upper: 1, cost: cost)
    }
    var planted = [Int64](repeating: 0, count: agents * jobs)
    var load = [Int64](repeating: 0, count: agents)
    for job in 0..<jobs {
      program.addRow(.equal, 1, entries: (0..<agents).map { ($0 * jobs + job, 1) })
      let agent = (0..<agents).min { load[$0] < load[$1] } ?? 0
      planted[agent * jobs + job] = 1
      load[agent] += weight[agent * jobs + job]
    }
    let total = weight.reduce(0, +)
    for agent in 0..<agents {
      let capacity = max(load[agent], total * 8 / Int64(10 * agents * agents))
      program.addRow(
        .atMost, capacity,
        entries: (0..<jobs).map { (agent * jobs + $0, weight[agent * jobs + $0]) })
    }
    return (program, planted)
  }

  /// Facility location with a disaggregated link for each of the `near` sites of a customer, in
  /// nano-units: its relaxation alone takes seconds when it is large.
  public static func location(sites: Int, customers: Int, near: Int, seed: UInt64)
    -> IntegerProgram
  {
    var random = RandomGenerator(seed: seed)
    var program = IntegerProgram(columnName: { "x[\($0)]" }, rowName: { "L\($0)" })
    program.objectiveUnit = 1_000_000
    let place = (0..<sites).map { _ in (x: random.below(1_000), y: random.below(1_000)) }
    for _ in 0..<sites {
      program.addColumn(lower: 0, upper: 1, cost: Int64(3_000 + random.below(4_000)) * 1_000_000)
    }
    var served = [[(column: Int, load: Int64)]](repeating: [], count: sites)
    var total: Int64 = 0
    for _ in 0..<customers {
      let (x, y) = (random.below(1_000), random.below(1_000))
      let load = Int64(1 + random.below(20) * random.below(3)) * 1_000_000_000
      total += load
      func distance(_ site: Int) -> Int {
        (place[site].x - x) * (place[site].x - x) + (place[site].y - y) * (place[site].y - y)
      }
      let nearest = (0..<sites).sorted { (distance($0), $0) < (distance($1), $1) }.prefix(near)
      var entries: [(Int, Int64)] = []
      for site in nearest {
        let cost = (load / 1_000_000_000) * Int64(10_000 + distance(site)) * 1_000
        let column = program.addColumn(lower: 0, upper: 1, cost: cost)
        served[site].append((column, load))
        entries.append((column, 1))
        program.addRow(.atMost, 0, entries: [(column, 1), (site, -1)])
      }
      program.addRow(.equal, 1, entries: entries)
    }
    for site in 0..<sites {
      let row = served[site].map { ($0.column, $0.load) } + [(site, -total / Int64(sites) * 5 / 2)]
      program.addRow(.atMost, 0, unit: 1_000_000_000, entries: row)
    }
    return program
  }
}
