/// Everything that is wrong with the files of an instance, found in one reading.
///
/// Every reader of instance files throws it: fleet documents, benchmark formats, generators'
/// options. It always holds at least one problem.
public struct InstanceError: Error, Sendable, Hashable, CustomStringConvertible {
  /// One thing that is wrong: where, what stands there, why that cannot be, and a way out.
  public struct Problem: Sendable, Hashable, CustomStringConvertible {
    /// Name of the file as it was given.
    public var file: String
    /// Line from 1, nil where it is not known.
    public var line: Int?
    /// Column in bytes from 1, nil where it is not known.
    public var column: Int?
    /// Path inside the document, `sites[3].powerCapWatts`; empty for the whole file.
    public var path: String
    /// What stands there, shortened; empty where something is missing.
    public var value: String
    /// Why it cannot be, without a full stop.
    public var message: String
    /// A way out, without "Maybe" and without a full stop; empty where none is known.
    public var suggestion: String

    /// A problem.
    public init(
      file: String, line: Int? = nil, column: Int? = nil, path: String = "", value: String = "",
      message: String, suggestion: String = ""
    ) {
      self.file = file
      self.line = line
      self.column = column
      self.path = path
      self.value = value
      self.message = message
      self.suggestion = suggestion
    }

    /// `fleet.json:12:5: sites[3].powerCapWatts = -5: must not be negative. Maybe 5.`
    public var description: String {
      var text = file
      if let line { text += ":\(line)" }
      if line != nil, let column { text += ":\(column)" }
      if !text.isEmpty { text += ": " }
      if !path.isEmpty { text += path }
      if !value.isEmpty { text += path.isEmpty ? value : " = \(value)" }
      if !path.isEmpty || !value.isEmpty { text += ": " }
      text += message + "."
      if !suggestion.isEmpty { text += " Maybe \(suggestion)." }
      return text
    }
  }

  /// How many problems ``description`` prints before it only counts.
  public static let printedProblems = 100

  /// The problems in the order of the files and of their places in them.
  public var problems: [Problem]
  /// How many further problems were found but not kept.
  public var furtherCount: Int

  /// An error with all its problems.
  public init(problems: [Problem], furtherCount: Int = 0) {
    self.problems = problems
    self.furtherCount = furtherCount
  }

  /// An error with one problem.
  public init(_ problem: Problem) {
    self.init(problems: [problem])
  }

  /// One line a problem, at most ``printedProblems`` of them, and how many more there are.
  public var description: String {
    var lines = problems.prefix(Self.printedProblems).map(\.description)
    let more = problems.count - lines.count + furtherCount
    if more > 0 { lines.append("and \(more) more") }
    return lines.joined(separator: "\n")
  }
}
