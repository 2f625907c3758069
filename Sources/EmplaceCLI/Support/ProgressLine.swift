import Emplace
import Foundation
import Synchronization

/// One line on standard error that shows incumbent, bound, gap and time while somebody watches.
final class ProgressLine: Sendable {
  private let instance: PlacementInstance
  /// The run that is shown, nil before its beginning and after its end.
  private let run = Mutex<Run<Placement>?>(nil)

  /// A line, or nil where standard error is no terminal.
  init?(for instance: PlacementInstance) {
    guard Console.isWatched else { return nil }
    self.instance = instance
  }

  /// Shows a run from now on, four times a second.
  func show(_ run: Run<Placement>) {
    self.run.withLock { $0 = run }
    let thread = Thread { [self] in
      repeat { Thread.sleep(forTimeInterval: 0.25) } while draw()
    }
    thread.start()
  }

  /// Takes the line away.
  func end() {
    run.withLock {
      $0 = nil
      Console.remark("\r\u{1B}[2K")
    }
  }

  /// Draws the line once; false when there is no run any more.
  private func draw() -> Bool {
    run.withLock { run in
      guard let run else { return false }
      let incumbent = run.incumbent?.objective
      let bound = run.certifiedBound?.value ?? run.claimedBound?.value
      let text = Self.text(incumbent, bound, run.elapsedSeconds, instance)
      Console.remark("\r\u{1B}[2K" + text)
      return true
    }
  }

  /// `12.3 s  incumbent 41.27  bound 40.91  gap 0.88 %`.
  static func text(
    _ incumbent: Int64?, _ bound: Int64?, _ seconds: Double, _ instance: PlacementInstance
  ) -> String {
    var text = "\(Figures.fixed(seconds, 1)) s"
    text += "  incumbent \(incumbent.map { instance.printed($0).description } ?? "-")"
    text += "  bound \(bound.map { instance.printed($0).description } ?? "-")"
    if let incumbent, let bound {
      let gap = Run<Placement>.gap(objective: incumbent, bound: bound)
      text += "  gap \(Figures.percent(gap))"
    }
    return text
  }
}
