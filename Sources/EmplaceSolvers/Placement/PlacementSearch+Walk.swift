internal import EmplaceCore
internal import EmplaceProblems
internal import Foundation

// The walk: ruin and recreate steps accepted by annealing, improvements offered to the run.

extension PlacementSearch {
  /// Steps of the first stretch of annealing.
  private static let firstCycle = 4000
  /// Where improvements go.
  struct Door {
    /// The run that verifies them.
    let run: Run<Placement>
    /// What the run writes beside them.
    let source: String
    /// Steps between two offers: an offer costs as much as many steps.
    let interval: Int
    /// Whether the best state has not been offered yet.
    var isWaiting = false
    /// First step at which the next offer may go out.
    var next = 0

    init(_ run: Run<Placement>, source: String, index: PlacementIndex) {
      self.run = run
      self.source = source
      interval = (index.laneCount + index.options.lane.count / 4) / 200
    }
  }

  /// Takes `iterations` ruin and recreate steps from the state; it ends at the best state found.
  /// Returns the number of steps taken.
  @discardableResult
  func walk(_ door: inout Door, iterations: Int) -> Int {
    state.tidy()
    state.commit()
    guard index.options.lane.count > 0 else {
      if door.isWaiting { offerBest(&door, 0) }
      return 0
    }
    var best = cost
    var step = 0
    var cycle = state.memory.cycle ?? Cycle(length: Self.firstCycle)
    while step < iterations {
      if step % 16 == 0, door.run.shouldStop() { break }
      let (mark, before) = (state.mark(), cost)
      takeStep(mark)
      let after = cost
      let isAccepted = after < before + cycle.allowance(&random)
      cycle.note(after - before)
      if isAccepted {
        if after < best - 0.5 {
          best = after
          state.commit()
          door.isWaiting = door.isWaiting || state.isFeasible
        }
      } else {
        state.rollback(to: mark)
      }
      step += 1
      cycle.advance()
      if cycle.isOver {
        state.rollback(to: 0)
        cycle = cycle.next()
        if refine(door.run) {
          best = cost
          door.isWaiting = door.isWaiting || state.isFeasible
        }
      }
      if door.isWaiting, step >= door.next { offerBest(&door, step) }
      if step % 256 == 0 { best += adaptPrice() }
    }
    state.rollback(to: 0)
    state.tidy()
    state.commit()
    if door.isWaiting { offerBest(&door, step) }
    state.memory.cycle = cycle
    state.memory.shortfallPrice = shortfallPrice
    return step
  }

  /// Improves the routes of the best state; says whether that helped.
  private func refine(_ run: Run<Placement>) -> Bool {
    let before = cost
    polish(rounds: 4) { run.shouldStop() }
    let isBetter = keep(0, below: before)
    state.commit()
    return isBetter
  }

  /// One step: ruin, then recreate.
  private func takeStep(_ mark: Int) {
    clearPending()
    guard let kind = Ruin(rawValue: random.below(Ruin.allCases.count)) else { return }
    ruin(kind)
    if random.below(2) == 0 { state.tidy() }
    collectPending(since: mark)
    addUnserved(since: mark)
    recreate(noise: 1)
    if random.below(4) == 0 { closeTouched(since: mark) }
  }

  /// Tries to close what the step left badly filled.
  private func closeTouched(since mark: Int) {
    var tried = 0
    var lanes: [Int] = []
    for position in mark..<state.log.count where state.log[position].kind == .replicas {
      lanes.append(Int(state.log[position].index))
    }
    for lane in lanes where tried < 3 && state.replicas[lane] > 0 && fill(lane) < 0.4 {
      tried += 1
      _ = close(lane, isWhole: false)
    }
  }

  /// How full the last replica of a lane is in its worst hour.
  func fill(_ lane: Int) -> Double {
    let each = index.lanes.capacity[lane]
    guard each > 0 else { return 1 }
    var peak: Int64 = 0
    for slot in index.lanes.slots(lane) { peak = max(peak, state.load[slot]) }
    return Double(peak - each * (state.replicas[lane] - 1)) / Double(each)
  }

  /// Offers the best state: back to it, out, and forward again to where the walk stands.
  private func offerBest(_ door: inout Door, _ step: Int) {
    let entries = state.log.array
    state.rollback(to: 0)
    if state.isFeasible, state.objective < door.run.objective {
      door.run.offer(state.solution(), source: door.source)
    }
    for entry in entries { state.repeatChange(entry) }
    door.isWaiting = false
    door.next = step + door.interval
  }

  /// Raises the price of shortfall while it lasts, lowers it slowly where there is none; returns how
  /// much that changes the cost of the state the log begins at.
  private func adaptPrice() -> Double {
    let before = shortfallPrice
    if state.shortfall > 0 {
      shortfallPrice *= 1.2
    } else {
      return 0
    }
    let entries = state.log.array
    guard !entries.isEmpty else { return (shortfallPrice - before) * Double(state.shortfall) }
    state.rollback(to: 0)
    let change = (shortfallPrice - before) * Double(state.shortfall)
    for entry in entries { state.repeatChange(entry) }
    return change
  }
}

extension PlacementState {
  /// Repeats a change that was taken back.
  func repeatChange(_ entry: LogEntry) {
    let index = Int(entry.index)
    switch entry.kind {
    case .replicas: applyReplicas(index, entry.amount)
    case .parts: applyParts(index, Int32(truncatingIfNeeded: entry.amount))
    case .presence: applyPresence(index, entry.amount > 0)
    case .caseParts: applyCaseParts(index, Int32(truncatingIfNeeded: entry.amount))
    }
  }
}

/// A stretch of annealing: the temperature falls from a share of what a typical step loses to
/// almost nothing.
struct Cycle {
  let length: Int
  private var position = 0
  private var typicalLoss = 0.0
  private var losses = 0
  /// Temperature at the start, as a share of the typical loss.
  private static let heat = 0.5
  /// Temperature at the end, as a share of that at the start.
  private static let decay = 0.01

  init(length: Int) { self.length = length }

  var isOver: Bool { position >= length }
  mutating func advance() { position += 1 }

  /// The next stretch, longer.
  func next() -> Cycle {
    var result = Cycle(length: min(length * 2, 1 << 20))
    result.typicalLoss = typicalLoss
    result.losses = min(losses, 50)
    return result
  }

  /// Notes what a step changed.
  mutating func note(_ change: Double) {
    guard change > 0 else { return }
    losses += 1
    typicalLoss += (change - typicalLoss) / Double(min(losses, 500))
  }

  /// By how much the next step may be worse.
  func allowance(_ random: inout RandomGenerator) -> Double {
    let temperature =
      typicalLoss * Self.heat * pow(Self.decay, Double(position) / Double(length))
    return -temperature * log(max(random.unit(), 1e-12))
  }
}
