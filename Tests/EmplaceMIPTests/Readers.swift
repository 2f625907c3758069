import Foundation

/// Other programs that read MPS and LP files, where they are installed.
enum Readers {
  /// Whether GLPK's command is here.
  static let hasGLPSol = run(["glpsol", "--version"]) != nil
  /// Whether HiGHS can be imported by Python.
  static let hasHiGHS = run(["python3", "-c", "import highspy"]) != nil

  /// What a reader found: the optimum, or nil where it found none; and the names it read.
  struct Reading: Equatable {
    var objective: Double?
    var columns: [String] = []
  }

  /// Runs a command found on the path; nil when it fails.
  static func run(_ command: [String]) -> String? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return process.terminationStatus == 0 ? String(decoding: output, as: UTF8.self) : nil
  }

  /// Optimum by GLPK's command. Its solution file says `s mip ROWS COLUMNS STATUS OBJECTIVE`.
  static func glpsol(_ file: URL) -> Reading? {
    let answer = file.appendingPathExtension("answer")
    let format = file.pathExtension == "lp" ? "--lp" : "--freemps"
    guard run(["glpsol", format, file.path, "-w", answer.path, "--tmlim", "20"]) != nil,
      let text = try? String(contentsOf: answer, encoding: .utf8)
    else { return nil }
    let summary = text.split(separator: "\n").first { $0.hasPrefix("s ") }?.split(separator: " ")
    guard let summary, summary.count >= 6 || summary.count >= 5 else { return nil }
    let isOptimal = summary[summary.count - 2] == "o"
    return Reading(objective: isOptimal ? Double(summary[summary.count - 1]) : nil)
  }

  /// Optima by HiGHS for all files, by name.
  static func highs(_ files: [URL]) -> [String: Reading]? {
    let script = """
      import highspy, sys
      for line in open(sys.argv[1]):
        name = line.strip()
        h = highspy.Highs()
        h.setOptionValue('output_flag', False)
        h.setOptionValue('mip_rel_gap', 0.0)
        if h.readModel(name) != highspy.HighsStatus.kOk:
          print('FILE', name, 'unreadable')
          continue
        h.run()
        optimal = h.getModelStatus() == highspy.HighsModelStatus.kOptimal
        empty = h.getModelStatus() == highspy.HighsModelStatus.kModelEmpty
        value = repr(h.getObjectiveValue()) if optimal or empty else 'none'
        print('FILE', name, value, *h.getLp().col_names_)
      """
    guard let folder = files.first?.deletingLastPathComponent() else { return [:] }
    let list = folder.appendingPathComponent("list.txt")
    let names = files.map(\.path).joined(separator: "\n")
    guard (try? names.write(to: list, atomically: true, encoding: .utf8)) != nil,
      let output = run(["python3", "-c", script, list.path])
    else { return nil }
    var readings: [String: Reading] = [:]
    for line in output.split(separator: "\n") where line.hasPrefix("FILE ") {
      let words = line.split(separator: " ").map(String.init)
      guard words.count >= 3, words[2] != "unreadable" else { continue }
      readings[words[1]] = Reading(objective: Double(words[2]), columns: Array(words.dropFirst(3)))
    }
    return readings
  }
}
