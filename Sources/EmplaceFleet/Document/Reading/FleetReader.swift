public import EmplaceCore
public import Foundation

/// Reads fleet documents `emplace/fleet/1` from one or several files, JSON or YAML.
///
/// Either everything holds and a ``Fleet`` comes back, or an error lists every problem with file,
/// line, path, value and a way out. No input makes it crash: sizes, nesting, aliases and numbers
/// are limited.
public enum FleetReader {
  /// Largest size of all files together, in bytes.
  public static let byteLimit = 256 << 20

  /// Reads files and merges them by id, in their order.
  ///
  /// A file is YAML when its name ends in `.yaml` or `.yml`, or when it does not begin with `{`.
  /// - Complexity: O(bytes).
  public static func read(files: [URL]) throws(InstanceError) -> Fleet {
    var contents: [(name: String, bytes: [UInt8])] = []
    var problems: [InstanceError.Problem] = []
    var room = byteLimit
    for file in files {
      let name = file.isFileURL ? file.relativePath : file.absoluteString
      do throws(InstanceError.Problem.Reason) {
        let bytes = try load(file, limit: room)
        room -= bytes.count
        contents.append((name, bytes))
      } catch {
        problems.append(
          InstanceError.Problem(file: name, message: error.message, suggestion: error.suggestion))
      }
    }
    guard problems.isEmpty else { throw InstanceError(problems: problems) }
    return try read(documents: contents)
  }

  /// Reads documents from memory and merges them by id, in their order; names stand in messages,
  /// and their endings decide between JSON and YAML as for files.
  /// - Complexity: O(bytes).
  public static func read(
    documents: [(name: String, bytes: [UInt8])]
  ) throws(InstanceError) -> Fleet {
    guard !documents.isEmpty else {
      throw InstanceError(
        InstanceError.Problem(
          file: "", message: "no file is given", suggestion: "the path of a fleet document"))
    }
    var tree = DocumentTree()
    var problems = ProblemList()
    for document in documents {
      add(document.name, document.bytes, to: &tree, &problems)
    }
    // A file that cannot be parsed hides the ids that others refer to: nothing more can be said.
    if let error = problems.fileError(in: tree) { throw error }
    var decoder = FleetDecoder(tree, problems)
    return try decoder.decode()
  }

  private static func load(
    _ file: URL, limit: Int
  ) throws(InstanceError.Problem.Reason) -> [UInt8] {
    let handle: FileHandle
    do {
      handle = try FileHandle(forReadingFrom: file)
    } catch {
      throw .init(message: "cannot be opened", suggestion: "another path, or other permissions")
    }
    defer { try? handle.close() }
    var bytes: [UInt8] = []
    do {
      while bytes.count <= limit, let chunk = try handle.read(upToCount: 1 << 24), !chunk.isEmpty {
        bytes.append(contentsOf: chunk)
      }
    } catch {
      throw .init(message: "cannot be read", suggestion: "a file, not a folder")
    }
    if bytes.count > limit {
      throw .init(
        message: "the files have more than \(byteLimit >> 20) MiB together", suggestion: "")
    }
    return bytes
  }

  private static func add(
    _ name: String, _ bytes: [UInt8], to tree: inout DocumentTree, _ problems: inout ProblemList
  ) {
    guard tree.text.count + bytes.count <= byteLimit else {
      problems.add(
        InstanceError.Problem(
          file: name, message: "the files have more than \(byteLimit >> 20) MiB together"))
      return
    }
    let isYAML = isYAML(name, bytes)
    let firstByte = tree.text.count
    tree.files.append(
      DocumentTree.File(
        name: name, firstNode: tree.nodes.count, firstByte: firstByte, isYAML: isYAML))
    if isYAML {
      do throws(YAMLParser.Failure) {
        try YAMLParser.parse(bytes, into: &tree)
      } catch {
        problems.add(
          InstanceError.Problem(
            file: name, line: error.line, column: error.column, path: error.path,
            message: error.message, suggestion: error.suggestion))
      }
      return
    }
    if tree.text.isEmpty { tree.text = bytes } else { tree.text.append(contentsOf: bytes) }
    do throws(JSONParser.Failure) {
      for node in try JSONParser.parse(into: &tree, from: firstByte) {
        problems.add(
          node, "the key stands twice in this object", maybe: "remove one of the two")
      }
    } catch {
      let (line, column) = DocumentTree.lineAndColumn(
        of: error.offset, from: firstByte, in: tree.text)
      problems.add(
        InstanceError.Problem(
          file: name, line: line, column: column, message: error.message,
          suggestion: error.suggestion))
    }
  }

  private static func isYAML(_ name: String, _ bytes: [UInt8]) -> Bool {
    let lowered = name.lowercased()
    if lowered.hasSuffix(".yaml") || lowered.hasSuffix(".yml") { return true }
    if lowered.hasSuffix(".json") { return false }
    let first = bytes.first { byte in byte > 0x20 && byte != 0xEF && byte != 0xBB && byte != 0xBF }
    return first != nil && first != UInt8(ascii: "{") && first != UInt8(ascii: "[")
  }
}

extension InstanceError.Problem {
  /// Why a file cannot be read.
  fileprivate struct Reason: Error {
    var message: String
    var suggestion: String
  }
}
