/// What is wrong with a benchmark file: where, which value, and a way out.
public struct BenchmarkError: Error, Sendable, Hashable, CustomStringConvertible {
  /// File as it was named by the caller.
  public var file: String
  /// Line, from 1; 0 where the whole file is meant.
  public var line: Int
  /// What should stand there: `cost of job 3 at agent 0`.
  public var field: String
  /// What stands there, shortened; empty where nothing does.
  public var value: String
  /// What is wrong, and `Maybe ...` as a way out.
  public var message: String

  /// An error.
  public init(file: String, line: Int, field: String, value: String, message: String) {
    self.file = file
    self.line = line
    self.field = field
    self.value = value
    self.message = message
  }

  /// One line: place, field, value, sentence.
  public var description: String {
    let place = line > 0 ? "\(file):\(line)" : file
    let stands = value.isEmpty ? "" : " is \"\(value)\""
    return "\(place): \(field)\(stands): \(message)"
  }
}
