import Foundation

/// Reads whole files, with messages that say what is wrong with them.
enum InputFile {
  /// Largest file that is read, in bytes.
  static let byteLimit = 1 << 30

  /// The bytes of a file.
  static func bytes(of path: String) throws(CommandFailure) -> [UInt8] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw CommandFailure(file: path, "there is no such file", maybe: "another path is meant")
    }
    guard !isFolder.boolValue else {
      throw CommandFailure(file: path, "this is a folder", maybe: "a file inside it is meant")
    }
    guard let handle = FileHandle(forReadingAtPath: path) else {
      throw CommandFailure(file: path, "cannot be opened", maybe: "its permissions forbid it")
    }
    defer { try? handle.close() }
    var result: [UInt8] = []
    do {
      while let chunk = try handle.read(upToCount: 1 << 24), !chunk.isEmpty {
        result.append(contentsOf: chunk)
        guard result.count <= byteLimit else {
          throw CommandFailure(file: path, "the file has more than \(byteLimit >> 20) MiB")
        }
      }
    } catch let failure as CommandFailure {
      throw failure
    } catch {
      throw CommandFailure(file: path, "cannot be read")
    }
    guard !result.isEmpty else { throw CommandFailure(file: path, "the file is empty") }
    return result
  }
}
