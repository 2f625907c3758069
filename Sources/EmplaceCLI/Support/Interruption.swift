import Foundation

/// Turns the first SIGINT or SIGTERM into a call, and leaves the second one deadly.
struct Interruption {
  private let sources: [any DispatchSourceSignal]

  /// Watches from now on; `stop` is called once, on a queue of the system.
  init(_ stop: @escaping @Sendable () -> Void) {
    sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        signal(SIGINT, SIG_DFL)
        signal(SIGTERM, SIG_DFL)
        stop()
      }
      source.resume()
      return source
    }
  }

  /// Ends the watch.
  func end() {
    for source in sources { source.cancel() }
  }
}
