/// A plan under repair and improvement: jobs without an agent are inserted, then shifted and swapped
/// while that saves.
///
/// Source: Nagata, Bräysy 2009, doi:10.1016/j.orl.2009.04.006 (ejection by counted failures).
struct AssignmentPlan {
  let instance: AssignmentInstance
  /// Agent of each job, or -1.
  private(set) var agent: [Int32]
  private var room: [Int64]
  private var load: [Int32]
  private var missing: [Int32] = []

  /// Ejections beyond one a job after which a plan is given up.
  private static let mostEjections = 100

  init(_ instance: AssignmentInstance) {
    self.instance = instance
    agent = Array(repeating: -1, count: instance.jobs)
    room = instance.capacity.map { Int64($0) }
    load = Array(repeating: 0, count: instance.agents)
  }

  /// A complete plan that fits.
  init(_ instance: AssignmentInstance, plan: [Int32]) {
    self.init(instance)
    for (job, agent) in plan.enumerated() { take(job, by: Int(agent)) }
  }

  /// Decided jobs, then each job of the last minimiser at the cheapest agent that chose it.
  init(minimiserOf dual: AssignmentDual) {
    self.init(dual.instance)
    let jobs = instance.jobs
    var wish = dual.forced
    for agent in 0..<instance.agents where dual.isOpen[agent] {
      for place in dual.chosenStart[agent]..<dual.chosenStart[agent + 1] {
        let job = Int(dual.chosen[place])
        if wish[job] < 0
          || instance.cost[agent * jobs + job] < instance.cost[Int(wish[job]) * jobs + job]
        {
          wish[job] = Int32(agent)
        }
      }
    }
    for job in 0..<jobs {
      if wish[job] >= 0, fits(job, Int(wish[job])) {
        take(job, by: Int(wish[job]))
      } else {
        missing.append(Int32(job))
      }
    }
  }

  /// The plan's cost.
  var cost: Int64 { instance.cost(of: agent) }

  @inline(__always)
  private func fits(_ job: Int, _ agent: Int) -> Bool {
    Int64(instance.weight[agent * instance.jobs + job]) <= room[agent]
  }

  /// Whether a job fits where another is, once that one has left.
  private func fits(_ job: Int, inPlaceOf other: Int) -> Bool {
    let (row, from) = (Int(agent[other]) * instance.jobs, Int(agent[other]))
    return Int64(instance.weight[row + job]) <= room[from] + Int64(instance.weight[row + other])
  }

  private mutating func take(_ job: Int, by agent: Int) {
    self.agent[job] = Int32(agent)
    room[agent] -= Int64(instance.weight[agent * instance.jobs + job])
    load[agent] += 1
  }

  private mutating func leave(_ job: Int) {
    let old = Int(agent[job])
    agent[job] = -1
    room[old] += Int64(instance.weight[old * instance.jobs + job])
    load[old] -= 1
  }

  /// Cost of a job on an agent, its opening included where it is closed.
  private func price(_ job: Int, on agent: Int) -> Int64 {
    let own = instance.cost[agent * instance.jobs + job]
    return load[agent] == 0 && instance.mayClose[agent] ? own + instance.openingCost[agent] : own
  }

  // MARK: Insertion

  /// Gives every missing job an agent, the one with the largest regret first; one that fits nowhere
  /// shifts another, or takes the place of one that has been easy to insert. False where that does
  /// not end.
  mutating func complete() -> Bool {
    var ejections = 0
    var failures = [Int32](repeating: 0, count: instance.jobs)
    while !missing.isEmpty {
      var pick: (place: Int, agent: Int, regret: Int64)?
      for (place, job) in missing.enumerated() {
        let (first, second, at) = cheapestTwo(Int(job))
        guard at >= 0 else {
          pick = nil
          missing.remove(at: place)
          if makeRoom(for: Int(job)) { break }
          failures[Int(job)] += 1
          ejections += 1
          guard ejections <= Self.mostEjections + instance.jobs, eject(for: Int(job), failures)
          else { return false }
          break
        }
        let regret = second == .max ? Int64.max : second - first
        if pick == nil || regret > pick?.regret ?? .min { pick = (place, at, regret) }
      }
      if let pick {
        take(Int(missing[pick.place]), by: pick.agent)
        missing.remove(at: pick.place)
      }
    }
    return true
  }

  private func cheapestTwo(_ job: Int) -> (first: Int64, second: Int64, agent: Int) {
    var (first, second, at) = (Int64.max, Int64.max, -1)
    for agent in 0..<instance.agents where fits(job, agent) {
      let value = price(job, on: agent)
      if value < first {
        (second, first, at) = (first, value, agent)
      } else if value < second {
        second = value
      }
    }
    return (first, second, at)
  }

  /// Shifts one job elsewhere so that this one fits, as cheaply as can be.
  private mutating func makeRoom(for job: Int) -> Bool {
    let jobs = instance.jobs
    var best: (other: Int, to: Int, cost: Int64)?
    for other in 0..<jobs where agent[other] >= 0 && fits(job, inPlaceOf: other) {
      let from = Int(agent[other])
      for to in 0..<instance.agents where to != from && fits(other, to) {
        let cost =
          price(other, on: to) - instance.cost[from * jobs + other]
          + instance.cost[from * jobs + job]
        if cost < best?.cost ?? .max { best = (other, to, cost) }
      }
    }
    guard let best else { return false }
    let from = Int(agent[best.other])
    leave(best.other)
    take(best.other, by: best.to)
    take(job, by: from)
    return true
  }

  /// Puts a job in the place of another, which is missing then: one that has failed least, and of
  /// these the one that leaves the cheapest plan.
  private mutating func eject(for job: Int, _ failures: [Int32]) -> Bool {
    let jobs = instance.jobs
    var best: (other: Int, failures: Int32, cost: Int64)?
    for other in 0..<jobs where agent[other] >= 0 && fits(job, inPlaceOf: other) {
      let from = Int(agent[other])
      let cost = instance.cost[from * jobs + job] - instance.cost[from * jobs + other]
      if best == nil || (failures[other], cost) < (best?.failures ?? 0, best?.cost ?? 0) {
        best = (other, failures[other], cost)
      }
    }
    guard let best else { return false }
    let from = Int(agent[best.other])
    leave(best.other)
    take(job, by: from)
    missing.append(Int32(best.other))
    return true
  }

  // MARK: Improvement

  /// Shifts and swaps of jobs while they save.
  mutating func descend() {
    var improves = true
    while improves {
      improves = shiftAll()
      if swapAll() { improves = true }
    }
  }

  private mutating func shiftAll() -> Bool {
    let jobs = instance.jobs
    var improves = false
    for job in 0..<jobs {
      let from = Int(agent[job])
      var gain = instance.cost[from * jobs + job]
      if load[from] == 1, instance.mayClose[from] { gain += instance.openingCost[from] }
      var best = (cost: gain, agent: -1)
      for to in 0..<instance.agents where to != from && fits(job, to) {
        let cost = price(job, on: to)
        if cost < best.cost { best = (cost, to) }
      }
      if best.agent >= 0 {
        leave(job)
        take(job, by: best.agent)
        improves = true
      }
    }
    return improves
  }

  private mutating func swapAll() -> Bool {
    let jobs = instance.jobs
    var improves = false
    let (cost, weight) = (instance.cost, instance.weight)
    cost.withUnsafeBufferPointer { cost in
      weight.withUnsafeBufferPointer { weight in
        for one in 0..<jobs {
          var a = Int(agent[one])
          for two in one + 1..<jobs {
            let b = Int(agent[two])
            guard a != b else { continue }
            let change =
              cost[b * jobs + one] + cost[a * jobs + two] - cost[a * jobs + one]
              - cost[b * jobs + two]
            guard change < 0,
              Int64(weight[a * jobs + two]) <= room[a] + Int64(weight[a * jobs + one]),
              Int64(weight[b * jobs + one]) <= room[b] + Int64(weight[b * jobs + two])
            else { continue }
            leave(one)
            leave(two)
            take(one, by: b)
            take(two, by: a)
            a = b
            improves = true
          }
        }
      }
    }
    return improves
  }
}
