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

  /// Runs `body` and what it awaits on threads beside the cooperative pool, which other tests may
  /// block for long: what `body` measures is its own time.
  public static func besidePool(
    _ body: @escaping @Sendable () async throws -> Void
  ) async throws {
    try await withTaskExecutorPreference(Executor()) { try await body() }
  }

  private final class Executor: TaskExecutor {
    func enqueue(_ job: consuming ExecutorJob) {
      let job = UnownedJob(job)
      DispatchQueue.global().async { [self] in job.runSynchronously(on: asUnownedTaskExecutor()) }
    }
  }
}
