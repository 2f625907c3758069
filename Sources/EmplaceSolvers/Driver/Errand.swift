internal import Foundation
internal import Synchronization

/// Work on a thread of its own that somebody waits for, but not for ever.
final class Errand<Value: Sendable>: Sendable {
  private struct State {
    var value: Value?
    var isDone = false
    var waiting: CheckedContinuation<Value?, Never>?
  }

  private let state = Mutex(State())

  /// Starts the work.
  init(stackBytes: Int, _ work: @escaping @Sendable () -> Value) {
    let thread = Thread { [self] in finish(work()) }
    thread.stackSize = stackBytes
    thread.start()
  }

  /// What the work gives, or nil where nobody waited for it any longer.
  func value() async -> Value? {
    await withCheckedContinuation { continuation in
      let done = state.withLock { state -> (value: Value?, isDone: Bool) in
        if !state.isDone { state.waiting = continuation }
        return (state.value, state.isDone)
      }
      if done.isDone { continuation.resume(returning: done.value) }
    }
  }

  /// Ends the waiting after some seconds; the thread then goes on alone.
  func giveUp(after seconds: Double) {
    DispatchQueue.global().asyncAfter(deadline: .now() + seconds) { [self] in finish(nil) }
  }

  private func finish(_ value: Value?) {
    let waiting = state.withLock { state -> CheckedContinuation<Value?, Never>? in
      guard !state.isDone else { return nil }
      state.isDone = true
      state.value = value
      defer { state.waiting = nil }
      return state.waiting
    }
    waiting?.resume(returning: value)
  }
}

/// Lets the first caller through.
final class Latch: Sendable {
  private let state = Atomic<Bool>(true)

  /// Whether nobody came yet.
  var isOpen: Bool { state.load(ordering: .acquiring) }

  /// Whether the caller is the first.
  func close() -> Bool { state.exchange(false, ordering: .acquiringAndReleasing) }
}
