internal import EmplaceProblems

/// The Lagrangian dual of an assignment: the rows that give each job one agent are relaxed, every
/// agent is a knapsack, and the capacity of all open agents stays a knapsack over them.
///
/// Multipliers are whole numbers in units of the cost over ``scale``, so that every value is exact.
/// Sources: Fisher, Jaikumar, Van Wassenhove 1986, doi:10.1287/mnsc.32.9.1095; Klincewicz, Luss
/// 1986, doi:10.1057/jors.1986.84.
struct AssignmentDual {
  /// What is decided of an agent.
  enum Opening: Int8 { case free, open, closed }

  let instance: AssignmentInstance
  /// Units of a multiplier in one unit of cost.
  let scale: Int64
  /// Agent of each job that is decided, or -1.
  private(set) var forced: [Int32]
  /// What is decided of each agent.
  private(set) var opening: [Opening]

  /// The last minimiser: jobs chosen by agent at `chosenStart[i]..<chosenStart[i + 1]`, for open and
  /// closed agents alike; which are open; how often each free job is chosen.
  private(set) var chosen: [Int32] = []
  private(set) var chosenStart: [Int]
  private(set) var isOpen: [Bool]
  private(set) var timesChosen: [Int32]
  /// Price of a unit of capacity, and what the optimum lacks to the bound at it, for each agent.
  private(set) var price: [Int64]
  private(set) var slack: [Int64]
  /// Value of each agent when open: its opening less what its jobs gain.
  private(set) var openValue: [Int64]
  /// The same for the knapsack over agents.
  private var openPrice: Int64 = 0
  private var openSlack: Int64 = 0
  /// Capacity of all agents that may be open beyond the least.
  private var spare: Int64 = 0

  /// Cost of each pair times the scale; ``never`` where it is ruled out.
  private var scaled: [Int64]
  /// Capacity that decided jobs leave.
  private var room: [Int64]
  /// Cost of decided jobs times the scale.
  private var decidedCost: Int64 = 0
  private var items: [AssignmentItem]
  private var knapsack = AssignmentKnapsack()

  /// Size that multipliers stay within: enough to pay for any plan.
  let largestMultiplier: Double

  static let never = Int64.max / 4
  /// Largest product of scale and ``AssignmentInstance/reach``.
  private static let largest = 0x1p40

  /// The dual of a placement; nil where that is no assignment, has no jobs, or costs that are too large
  /// for exact numbers.
  init?(_ placement: PlacementInstance) {
    guard let instance = AssignmentInstance(placement), instance.jobs > 0 else { return nil }
    let scale = min(1000, (Self.largest / max(1, instance.reach)).rounded(.down))
    guard scale >= 1, instance.cost.allSatisfy({ abs(Double($0)) * scale < Self.largest }) else {
      return nil
    }
    self.init(instance, scale: Int64(scale))
  }

  init(_ instance: AssignmentInstance, scale: Int64) {
    self.instance = instance
    self.scale = scale
    let (agents, jobs) = (instance.agents, instance.jobs)
    let largestCost = instance.cost.reduce(0.0) { max($0, abs(Double($1))) }
    largestMultiplier = Double(scale) * (largestCost + instance.reach)
    forced = Array(repeating: -1, count: jobs)
    opening = instance.mayClose.map { $0 ? .free : .open }
    chosenStart = Array(repeating: 0, count: agents + 1)
    isOpen = Array(repeating: false, count: agents)
    timesChosen = Array(repeating: 0, count: jobs)
    price = Array(repeating: 0, count: agents)
    slack = Array(repeating: 0, count: agents)
    openValue = Array(repeating: 0, count: agents)
    scaled = zip(instance.cost, instance.weight).map {
      $1 == AssignmentInstance.tooHeavy ? Self.never : $0 * scale
    }
    room = instance.capacity.map { Int64($0) }
    items = Array(
      repeating: AssignmentItem(job: 0, weight: 0, profit: 0), count: max(agents, jobs))
  }

  /// Multipliers to start from: the cheapest agent of each job, its share of the opening included;
  /// without openings a tenth of a unit for each unit of capacity.
  var start: [Int64] {
    let instance = instance
    return (0..<instance.jobs).map { job in
      var least = Double.infinity
      for agent in 0..<instance.agents {
        let place = agent * instance.jobs + job
        guard instance.weight[place] != AssignmentInstance.tooHeavy else { continue }
        let share =
          instance.mayClose[agent]
          ? Double(instance.openingCost[agent]) / Double(max(1, instance.capacity[agent])) : 0.1
        least = min(least, Double(instance.cost[place]) + share * Double(instance.weight[place]))
      }
      return least.isFinite ? Int64((least * Double(scale)).rounded()) : 0
    }
  }

  /// Least value that proves a cost, where all costs are multiples of `granularity`.
  func least(reaching cost: Int64, in granularity: Int64) -> Int64 {
    (cost - granularity) * scale + 1
  }

  // MARK: Decisions

  /// Whether an agent may still close: it has no jobs yet.
  func mayClose(_ agent: Int) -> Bool {
    opening[agent] == .free && room[agent] == Int64(instance.capacity[agent])
  }

  /// Whether a pair is still possible and not decided.
  func isFree(_ pair: Int) -> Bool { scaled[pair] != Self.never }

  /// Whether the job fits beside what is decided.
  func fits(_ job: Int, _ agent: Int) -> Bool {
    Int64(instance.weight[agent * instance.jobs + job]) <= room[agent]
  }

  mutating func forbid(_ pair: Int) { scaled[pair] = Self.never }

  mutating func allow(_ pair: Int) { scaled[pair] = instance.cost[pair] * scale }

  /// Gives a job to an agent, and to no other.
  mutating func force(job: Int, to agent: Int) {
    let place = agent * instance.jobs + job
    forced[job] = Int32(agent)
    room[agent] -= Int64(instance.weight[place])
    decidedCost += instance.cost[place] * scale
  }

  mutating func release(job: Int) {
    let agent = Int(forced[job])
    let place = agent * instance.jobs + job
    forced[job] = -1
    room[agent] += Int64(instance.weight[place])
    decidedCost -= instance.cost[place] * scale
  }

  mutating func set(agent: Int, _ decision: Opening) { opening[agent] = decision }

  /// A multiplier so low that no agent gains by the job.
  func lowest(_ job: Int) -> Int64 {
    var least = Int64.max
    for agent in 0..<instance.agents {
      let place = agent * instance.jobs + job
      if instance.weight[place] != AssignmentInstance.tooHeavy {
        least = min(least, instance.cost[place])
      }
    }
    return least == .max ? 0 : least * scale
  }
}

// MARK: - Value

extension AssignmentDual {
  /// Value of the dual at the multipliers, times the scale; nil where the decisions leave nothing.
  mutating func evaluate(_ multipliers: [Int64]) -> Int64? {
    for job in timesChosen.indices { timesChosen[job] = 0 }
    chosen.removeAll(keepingCapacity: true)
    for agent in 0..<instance.agents {
      guard room[agent] >= 0 else { return nil }
      chosenStart[agent] = chosen.count
      if opening[agent] == .closed {
        guard room[agent] == Int64(instance.capacity[agent]) else { return nil }
        openValue[agent] = 0
        continue
      }
      let gain = gain(of: agent, multipliers)
      chosen.append(contentsOf: knapsack.chosen)
      price[agent] = knapsack.price
      slack[agent] = knapsack.slack
      openValue[agent] = instance.openingCost[agent] * scale - gain
    }
    chosenStart[instance.agents] = chosen.count
    guard let opened = open() else { return nil }
    var value = decidedCost + opened
    for (job, agent) in forced.enumerated() where agent < 0 { value += multipliers[job] }
    for agent in 0..<instance.agents where isOpen[agent] {
      for place in chosenStart[agent]..<chosenStart[agent + 1] {
        timesChosen[Int(chosen[place])] += 1
      }
    }
    return value
  }

  /// What an agent gains by jobs at most: takes them from those it gains by at all.
  private mutating func gain(of agent: Int, _ multipliers: [Int64]) -> Int64 {
    let (jobs, start) = (instance.jobs, agent * instance.jobs)
    let room = room[agent]
    return items.withUnsafeMutableBufferPointer { items in
      var count = 0
      scaled.withUnsafeBufferPointer { scaled in
        instance.weight.withUnsafeBufferPointer { weight in
          multipliers.withUnsafeBufferPointer { multipliers in
            forced.withUnsafeBufferPointer { forced in
              for job in 0..<jobs {
                let profit = multipliers[job] &- scaled[start &+ job]
                let weight = weight[start &+ job]
                items[count] = AssignmentItem(
                  job: Int32(truncatingIfNeeded: job), weight: weight, profit: profit)
                count &+= profit > 0 && Int64(weight) <= room && forced[job] < 0 ? 1 : 0
              }
            }
          }
        }
      }
      return knapsack.maximum(.init(rebasing: items[..<count]), capacity: room)
    }
  }

  /// Opens agents at least value, so that they hold all jobs; nil where they cannot.
  private mutating func open() -> Int64? {
    var sum: Int64 = 0
    spare = instance.leastCapacity == 0 ? Self.never : -instance.leastCapacity
    for agent in 0..<instance.agents {
      isOpen[agent] = opening[agent] != .closed
      guard isOpen[agent] else { continue }
      sum += openValue[agent]
      spare += Int64(instance.capacity[agent])
    }
    guard spare >= 0 else { return nil }
    // Of those that cost more than they gain, as many close as the spare capacity lets.
    var count = 0
    for agent in 0..<instance.agents
    where mayClose(agent) && openValue[agent] > 0 && Int64(instance.capacity[agent]) <= spare {
      items[count] = AssignmentItem(
        job: Int32(agent), weight: instance.capacity[agent], profit: openValue[agent])
      count += 1
    }
    let capacity = spare
    sum -= items.withUnsafeMutableBufferPointer {
      knapsack.maximum(.init(rebasing: $0[..<count]), capacity: capacity)
    }
    for agent in knapsack.chosen { isOpen[Int(agent)] = false }
    openPrice = knapsack.price
    openSlack = knapsack.slack
    return sum
  }
}

// MARK: - Losses

extension AssignmentDual {
  /// At least how much more the dual value is when an agent is open, or closed, than it is now.
  func loss(opening agent: Int, _ isOpened: Bool) -> Int64 {
    guard mayClose(agent) else { return 0 }
    guard Int64(instance.capacity[agent]) <= spare else { return isOpened ? 0 : Self.never }
    let worth = openValue[agent] - openPrice * Int64(instance.capacity[agent])
    // Opened it loses what closing gains; closed the reverse.
    return max(0, (isOpened ? worth : -worth) - openSlack)
  }

  /// At least how much more the value is when a job goes to an agent than when it does not take it.
  func loss(taking job: Int, by agent: Int, _ multipliers: [Int64]) -> Int64 {
    let place = agent * instance.jobs + job
    guard fits(job, agent) else { return Self.never }
    let surplus = surplus(place, agent, job, multipliers)
    return max(0, -surplus - slack[agent])
  }

  /// At least how much more the value is when an open agent does without a job.
  func loss(leaving job: Int, by agent: Int, _ multipliers: [Int64]) -> Int64 {
    let place = agent * instance.jobs + job
    guard fits(job, agent), scaled[place] != Self.never else { return 0 }
    return max(0, surplus(place, agent, job, multipliers) - slack[agent])
  }

  private func surplus(_ place: Int, _ agent: Int, _ job: Int, _ multipliers: [Int64]) -> Int64 {
    multipliers[job] - scaled[place] - price[agent] * Int64(instance.weight[place])
  }
}
