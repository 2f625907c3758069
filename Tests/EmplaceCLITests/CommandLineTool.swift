import Foundation
import Testing

/// Tests that run processes. `make test` runs those that hold times once more, alone.
@Suite enum CommandLineSuite {}

/// Runs the executable that was built beside the tests, in a folder of its own.
final class CommandLineTool {
  /// What a finished process left.
  struct Result {
    var code: Int32
    /// Whether a signal ended it.
    var wasKilled: Bool
    var output: String
    var errors: String
    var seconds: Double
  }

  /// Folder in which commands run; removed at the end.
  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("emplace-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// The executable: `emplace` in the folder of the test bundle.
  static var executable: URL {
    get throws {
      var candidates = [URL(fileURLWithPath: CommandLine.arguments[0])]
      candidates += Bundle.allBundles.map(\.bundleURL)
      for candidate in candidates {
        let file = candidate.resolvingSymlinksInPath().deletingLastPathComponent()
          .appendingPathComponent("emplace")
        if FileManager.default.isExecutableFile(atPath: file.path) { return file }
      }
      throw NoExecutable()
    }
  }

  struct NoExecutable: Error {}

  // MARK: Files

  /// Writes a file into the folder and returns its name.
  @discardableResult
  func write(_ text: String, to name: String) throws -> String {
    try write(Array(text.utf8), to: name)
    return name
  }

  /// Writes a file of bytes into the folder.
  func write(_ bytes: [UInt8], to name: String) throws {
    try Data(bytes).write(to: folder.appendingPathComponent(name))
  }

  /// Removes a file.
  func remove(_ name: String) throws {
    try FileManager.default.removeItem(at: folder.appendingPathComponent(name))
  }

  /// Gives a file another name, in place of what had it.
  func rename(_ name: String, to other: String) throws {
    if has(other) { try remove(other) }
    try FileManager.default.moveItem(
      at: folder.appendingPathComponent(name), to: folder.appendingPathComponent(other))
  }

  /// The text of a file in the folder.
  func read(_ name: String) throws -> String {
    String(decoding: try Data(contentsOf: folder.appendingPathComponent(name)), as: UTF8.self)
  }

  /// Whether the folder has a file of that name.
  func has(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: folder.appendingPathComponent(name).path)
  }

  /// Names of all files in the folder.
  var names: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()
  }

  // MARK: Processes

  /// Runs a command to its end, but at most `patience` seconds.
  @discardableResult
  func run(_ arguments: String..., patience: Double = 120) throws -> Result {
    try run(arguments, patience: patience)
  }

  /// The same with a list of arguments.
  @discardableResult
  func run(_ arguments: [String], patience: Double = 120) throws -> Result {
    let running = try start(arguments)
    return try running.wait(patience: patience)
  }

  /// Starts a command.
  func start(_ arguments: [String]) throws -> RunningCommand {
    try RunningCommand(executable: Self.executable, arguments, folder: folder)
  }

  /// Runs a line in a shell, in which `emplace` is the executable.
  func shell(_ line: String) throws -> Result {
    let prelude = "set -o pipefail; emplace() { \"\(try Self.executable.path)\" \"$@\"; }; "
    let running = try RunningCommand(
      executable: URL(fileURLWithPath: "/bin/bash"), ["-c", prelude + line], folder: folder)
    return try running.wait(patience: 120)
  }
}

/// A process that was started, with its output in files.
final class RunningCommand {
  private let process = Process()
  private let outputFile: URL
  private let errorFile: URL
  private let start = ContinuousClock.now

  init(executable: URL, _ arguments: [String], folder: URL) throws {
    let mark = UUID().uuidString
    outputFile = folder.deletingLastPathComponent().appendingPathComponent("out-\(mark)")
    errorFile = folder.deletingLastPathComponent().appendingPathComponent("err-\(mark)")
    for file in [outputFile, errorFile] {
      try Data().write(to: file)
    }
    process.executableURL = executable
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: outputFile)
    process.standardError = try FileHandle(forWritingTo: errorFile)
    try process.run()
  }

  deinit {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    try? FileManager.default.removeItem(at: outputFile)
    try? FileManager.default.removeItem(at: errorFile)
  }

  /// Sends a signal.
  func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

  /// Waits for the end; a process that takes longer is killed and the test fails.
  func wait(patience: Double) throws -> CommandLineTool.Result {
    let end = ContinuousClock.now + .seconds(patience)
    while process.isRunning {
      if ContinuousClock.now > end {
        kill(process.processIdentifier, SIGKILL)
        Issue.record("the command did not end within \(patience) s")
        break
      }
      Thread.sleep(forTimeInterval: 0.01)
    }
    process.waitUntilExit()
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    return CommandLineTool.Result(
      code: process.terminationStatus, wasKilled: process.terminationReason == .uncaughtSignal,
      output: String(decoding: try Data(contentsOf: outputFile), as: UTF8.self),
      errors: String(decoding: try Data(contentsOf: errorFile), as: UTF8.self), seconds: seconds)
  }
}

/// Waits until something holds; says whether it did in time.
func waitUntil(seconds: Double, _ condition: () -> Bool) -> Bool {
  let end = ContinuousClock.now + .seconds(seconds)
  while ContinuousClock.now < end {
    if condition() { return true }
    Thread.sleep(forTimeInterval: 0.02)
  }
  return condition()
}

/// Small benchmark files.
enum Benchmarks {
  /// Three agents, eight jobs; by enumeration the smallest sum is 47 and the largest 53.
  static let gap = """
    3 8
    8 5 6 9 4 7 3 6
    7 6 5 8 5 6 4 7
    9 4 7 7 6 5 5 5
    5 7 4 6 3 8 5 4
    6 5 5 7 4 6 6 5
    4 6 6 5 5 7 4 6
    14 13 13
    """

  /// Three agents, six jobs; its proof takes a tree.
  static let branchingGap = """
    3 6
    9 16 20 4 7 18
    4 19 8 16 10 16
    9 3 10 7 7 9
    24 20 17 16 12 23
    5 5 14 22 22 8
    21 6 25 5 19 24
    31 21 26
    """

  /// Two sites, three customers.
  static let facility = """
    2 3
    20 100
    30 120
    5 7 9
    1 2 3
    3 2 1
    """

  /// One agent that is too small for its jobs: no assignment exists.
  static let infeasibleGap = """
    1 2
    3 4
    5 6
    10
    """
}
