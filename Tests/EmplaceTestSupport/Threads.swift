import Foundation

/// Plain threads for tests: solvers run on threads of their own, not on the cooperative pool.
public enum Threads {
  /// Runs `body` on `count` threads at once and waits for all of them.
  public static func run(count: Int, _ body: @escaping @Sendable () -> Void) {
    let done = DispatchSemaphore(value: 0)
    for _ in 0..<count {
      let thread = Thread {
        body()
        done.signal()
      }
      thread.stackSize = 8 << 20
      thread.start()
    }
    for _ in 0..<count { done.wait() }
  }
}
