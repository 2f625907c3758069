import EmplaceCore
import EmplaceProblems
import Testing

@Suite("Solution files")
struct FilesSolutionTests {
  @Test func theCaseIsFeasible() {
    #expect(Placement.verify(FilesCase.solution, against: FilesCase.instance).violations == [])
  }

  @Test func readsBackWhatWasWritten() throws {
    let file = try FilesCase.read(FilesCase.text)
    #expect(file == FilesCase.file)
    #expect(file.states(FilesCase.objective, of: FilesCase.instance))
    #expect(!file.states(FilesCase.objective + 1, of: FilesCase.instance))
  }

  @Test func namesThingsInTheFleetsWords() {
    let text = FilesCase.text
    #expect(text.contains(#""schema": "emplace/solution/1""#))
    #expect(text.contains(#""instance": "two \"towns\"""#))
    #expect(
      text.contains(
        #"{"demand": "köln/chat", "variant": "chat/int8", "pool": "köln-l4", "batch": 4, "parts": 10}"#
      ))
    #expect(text.contains(#"{"variant": "asr/small", "site": "köln"}"#))
    #expect(text.contains(#"{"tenant": "bank", "pool": "köln-l4", "count": 2}"#))
  }

  @Test func anEmptySolutionIsAFile() throws {
    let empty = PlacementSolution(failureRoutes: [[]])
    let bytes = SolutionFile(empty, objective: 5, of: FilesCase.instance)
      .bytes(for: FilesCase.instance)
    let file = try SolutionFile.read(bytes, file: "", for: FilesCase.instance)
    #expect(file.solution == empty)
    #expect(file.objective.description == "0.000005")
  }

  /// Blanks, escapes, other notations of a number and the order of entries carry no meaning.
  @Test func notationDoesNotMatter() throws {
    var text = FilesCase.text.replacing("ö", with: #"\u00F6"#)
    #expect(try FilesCase.read(text) == FilesCase.file)
    text = FilesCase.text.replacing(": ", with: ":\t").replacing("\n", with: " ")
    #expect(try FilesCase.read(text) == FilesCase.file)
    let objective = "\(FilesCase.file.objective)"
    text = FilesCase.text.replacing(objective, with: "\(objective)000")
    #expect(try FilesCase.read(text) == FilesCase.file)
    var lines = FilesCase.text.split(separator: "\n").map(String.init)
    let schema = lines.remove(at: 1)
    lines.insert(schema, at: 6)
    #expect(try FilesCase.read(lines.joined(separator: "\n")) == FilesCase.file)
  }

  @Test func benchmarksHaveAPoolAloneAndNegatedObjectives() throws {
    var instance = PlacementInstance()
    instance.demands = [.init(name: "job0", parts: 1, unservedCost: nil)]
    instance.rate = [1]
    instance.isMaximisation = true
    instance.sites = [.init(name: "agent0")]
    instance.pools = [.init(name: "agent0", site: 0)]
    instance.lanes = [.init(pool: 0)]
    instance.lanes[0].capacity = 1
    instance.arcDemand = [0]
    instance.arcWork = [1]
    instance.arcCost = [-17]
    instance.arcStart = [0, 1]
    let solution = PlacementSolution(
      replicas: [.init(lane: 0, count: 1)], routes: [.init(demand: 0, lane: 0, parts: 1)])
    let file = SolutionFile(solution, objective: -17, of: instance)
    let text = String(decoding: file.bytes(for: instance), as: UTF8.self)
    #expect(text.contains(#""objective": 17,"#))
    #expect(text.contains(#""sense": "max""#))
    #expect(text.contains(#"{"demand": "job0", "pool": "agent0", "parts": 1}"#))
    #expect(try SolutionFile.read(Array(text.utf8), file: "", for: instance) == file)
    instance.isMaximisation = false
    let error = #expect(throws: AnswerError.self) {
      try SolutionFile.read(Array(text.utf8), file: "", for: instance)
    }
    #expect(error?.description.contains("Maybe --sense max") == true)
  }
}

@Suite("Solution files that are refused")
struct FilesSolutionRefusalTests {
  /// Every digit of the file, changed to every other digit.
  @Test func oneDigitChangedAnywhereIsRefused() {
    var bytes = Array(FilesCase.text.utf8)
    var forgeries = 0
    for index in bytes.indices where Self.isDigit(bytes[index]) {
      let original = bytes[index]
      for digit in UInt8(ascii: "0")...UInt8(ascii: "9") where digit != original {
        bytes[index] = digit
        #expect(throws: AnswerError.self) {
          try SolutionFile.read(bytes, file: "plan.json", for: FilesCase.instance)
        }
        forgeries += 1
      }
      bytes[index] = original
    }
    #expect(forgeries > 1000)
  }

  /// A forger who knows the checksum meets the verifier.
  @Test func aForgedChecksumDoesNotHelp() throws {
    let instance = FilesCase.instance
    var forged: [SolutionFile] = []
    for change: Int64 in [-1, 1, 2] {
      for index in FilesCase.solution.replicas.indices {
        var file = FilesCase.file
        file.solution.replicas[index].count += change
        forged.append(file)
      }
      for index in FilesCase.solution.routes.indices {
        var file = FilesCase.file
        file.solution.routes[index].parts += change
        forged.append(file)
      }
      var file = FilesCase.file
      file.solution.rented[0].count += change
      forged.append(file)
      file = FilesCase.file
      file.objective = instance.printed(FilesCase.objective + change)
      forged.append(file)
    }
    for file in forged {
      let bytes = file.bytes(for: instance)
      let read = try SolutionFile.read(bytes, file: "", for: instance)
      let verdict = Placement.verify(read.solution, against: instance)
      #expect(!verdict.isFeasible || !read.states(verdict.objective, of: instance))
    }
  }

  @Test func everyPrefixIsUnreadable() {
    let bytes = Array(FilesCase.text.utf8)
    for length in 0..<bytes.count - 2 {
      let error = #expect(throws: AnswerError.self) {
        try SolutionFile.read(Array(bytes[..<length]), file: "p", for: FilesCase.instance)
      }
      #expect(error?.kind == .unreadable)
    }
  }

  @Test func randomBytesNeverCrashAndNeverPass() {
    let original = Array(FilesCase.text.utf8)
    var generator = RandomGenerator(seed: 11)
    for _ in 0..<4000 {
      var bytes = original
      for _ in 0...generator.below(3) {
        let index = generator.below(bytes.count)
        switch generator.below(3) {
        case 0: bytes[index] = UInt8(truncatingIfNeeded: generator.next())
        case 1: bytes.remove(at: index)
        default: bytes.insert(bytes[generator.below(bytes.count)], at: index)
        }
      }
      let file = try? SolutionFile.read(bytes, file: "p", for: FilesCase.instance)
      #expect(file == nil || file == FilesCase.file)
    }
  }

  @Test(arguments: [
    (#""count": 1}"#, #""count": 1, "count": 1}"#, "replicas[0].count", "stands twice"),
    (#""count": 1}"#, #""count": 1, "cuont": 1}"#, "replicas[0].cuont", "no such key"),
    (#", "count": 1}"#, "}", "replicas[0].count", "missing"),
    (#""count": 1}"#, #""count": "1"}"#, "replicas[0].count", "a number is needed"),
    (#""batch": 4, "count": 1"#, #""batch": 4, "count": 1.5"#, "replicas[0].count", "whole"),
    (#""batch": 4, "count": 1"#, #""batch": 4, "count": 1e999"#, "replicas[0].count", "fits"),
    (#""pool": "paris-l4""#, #""pool": "paris-l5""#, "replicas[0].pool", "no such pool"),
    (#""batch": 4, "count": 1"#, #""batch": 5, "count": 1"#, "replicas[0]", "no such lane"),
    (#""case": "paris lost""#, #""case": "rome lost""#, "failureCases[0]", "no such case"),
    ("emplace/solution/1", "emplace/fleet/1", "schema", "not the schema"),
    (#""placement""#, #""packing""#, "problem", "placement"),
    ("5a5a", "5a5b", "digest", "was changed after this file was made"),
    ("\n}\n", "\n}\n{}", "", "follows the end"),
  ])
  func errorsSayWhereAndWhy(old: String, new: String, path: String, words: String) throws {
    let text = FilesCase.text
    let range = try #require(text.firstRange(of: old))
    let error = #expect(throws: AnswerError.self) {
      try FilesCase.read(text.replacingCharacters(in: range, with: new))
    }
    #expect(error?.problem.path == path)
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    #expect(error?.problem.file == "plan.json")
  }

  @Test func deepNestingIsNoProblem() {
    for opening in ["[", "{\"a\":", "{\"replicas\":["] {
      let text = String(repeating: opening, count: 100_000)
      #expect(throws: AnswerError.self) { try FilesCase.read(text) }
    }
  }

  @Test func aWarmStartFromAnotherFleetKeepsWhatIsStillThere() throws {
    var smaller = FilesCase.instance
    smaller.digest = String(repeating: "00", count: 32)
    smaller.pools[2].name = "renamed"
    smaller.demands[2].name = "köln/speech"
    let bytes = Array(FilesCase.text.utf8)
    #expect(throws: AnswerError.self) { try SolutionFile.read(bytes, file: "", for: smaller) }
    let (solution, dropped) = try SolutionFile.readWarmStart(bytes, file: "", for: smaller)
    #expect(dropped == 1)
    #expect(solution.routes == Array(FilesCase.solution.routes.dropLast()))
    #expect(solution.replicas == FilesCase.solution.replicas)
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
  }
}

extension String {
  fileprivate func replacingCharacters(in range: Range<Index>, with other: String) -> String {
    self[..<range.lowerBound] + other + self[range.upperBound...]
  }
}
