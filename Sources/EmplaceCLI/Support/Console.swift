import Foundation

/// Standard output and standard error, by plain writes: a reader that has gone away ends no
/// command, because the answer is in a file as well.
enum Console {
  /// Lets writes to a closed pipe fail instead of ending the process.
  static func ignoreBrokenPipes() { signal(SIGPIPE, SIG_IGN) }

  /// Writes text to standard output.
  static func write(_ text: String) { write(Array(text.utf8)) }

  /// Writes bytes to standard output; false when nobody reads them any more.
  @discardableResult
  static func write(_ bytes: [UInt8]) -> Bool { write(bytes, to: STDOUT_FILENO) }

  /// Writes a line about what went wrong to standard error.
  static func complain(_ message: String) {
    write(Array("emplace: \(message)\n".utf8), to: STDERR_FILENO)
  }

  /// Writes text to standard error as it is.
  static func remark(_ text: String) { write(Array(text.utf8), to: STDERR_FILENO) }

  /// Whether somebody watches standard error.
  static var isWatched: Bool { isatty(STDERR_FILENO) == 1 }

  @discardableResult
  private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    var done = 0
    return bytes.withUnsafeBytes { buffer in
      while done < buffer.count, let start = buffer.baseAddress {
        let count = Foundation.write(descriptor, start + done, buffer.count - done)
        if count < 0, errno == EINTR || errno == EAGAIN { continue }
        guard count > 0 else { return false }
        done += count
      }
      return true
    }
  }
}
