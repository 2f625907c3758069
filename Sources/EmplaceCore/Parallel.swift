internal import Dispatch
internal import Synchronization

/// Results of `body(0) ..< body(count - 1)` in order, computed by up to `threads` threads that take
/// the next index whenever they are free. The results do not depend on the number of threads.
package func parallelMap<Element: Sendable>(
  _ count: Int, threads: Int, _ body: @Sendable (Int) -> Element
) -> [Element] {
  guard threads > 1, count > 1 else { return (0..<max(count, 0)).map(body) }
  let next = Atomic<Int>(0)
  let parts = Mutex<[[(Int, Element)]]>([])
  DispatchQueue.concurrentPerform(iterations: min(threads, count)) { _ in
    var own: [(Int, Element)] = []
    while true {
      let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard index < count else { break }
      own.append((index, body(index)))
    }
    parts.withLock { $0.append(own) }
  }
  var all = parts.withLock { $0.flatMap(\.self) }
  all.sort { $0.0 < $1.0 }
  return all.map(\.1)
}
