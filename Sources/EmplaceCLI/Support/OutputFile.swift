import Foundation

/// Writes a file so that it is always whole: to a temporary file beside it, which is flushed to
/// disk and renamed when it is complete. What is no plain file, a pipe or a device, is written to
/// as it is.
struct OutputFile: Sendable {
  /// Path as it was given.
  let path: String
  /// Path after symbolic links, so that a link stays one.
  private let target: String
  private let isPlain: Bool

  /// Checks that the file can be written, and leaves nothing behind.
  init(_ path: String) throws(CommandFailure) {
    self.path = path
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    guard !isFolder.boolValue else {
      throw CommandFailure(file: path, "this is a folder", maybe: "a file inside it is meant")
    }
    guard !path.isEmpty else { throw CommandFailure(file: path, "the name is empty") }
    target = exists ? URL(fileURLWithPath: path).resolvingSymlinksInPath().path : path
    var status = stat()
    isPlain = !exists || stat(path, &status) != 0 || status.st_mode & S_IFMT == S_IFREG
    guard isPlain else { return }
    let descriptor = open(temporaryPath, O_WRONLY | O_CREAT | O_TRUNC, 0o666)
    guard descriptor >= 0 else { throw failure("cannot be written") }
    close(descriptor)
    unlink(temporaryPath)
  }

  /// Writes all that `body` hands on.
  func write(
    _ body: ((_ chunk: [UInt8]) throws(CommandFailure) -> Void) throws(CommandFailure) -> Void
  ) throws(CommandFailure) {
    let place = isPlain ? temporaryPath : target
    let flags = isPlain ? O_WRONLY | O_CREAT | O_TRUNC : O_WRONLY
    let descriptor = open(place, flags, 0o666)
    guard descriptor >= 0 else { throw failure("cannot be written") }
    do throws(CommandFailure) {
      try body { (chunk) throws(CommandFailure) in try write(chunk, to: descriptor) }
      guard !isPlain || fsync(descriptor) == 0 else { throw failure("cannot be flushed to disk") }
    } catch {
      close(descriptor)
      if isPlain { unlink(place) }
      throw error
    }
    close(descriptor)
    guard isPlain else { return }
    guard rename(place, target) == 0 else {
      let error = failure("cannot be replaced")
      unlink(place)
      throw error
    }
    flushFolder()
  }

  /// Hidden, and of this process alone.
  private var temporaryPath: String {
    let url = URL(fileURLWithPath: target)
    let name = ".\(url.lastPathComponent).\(getpid()).part"
    return url.deletingLastPathComponent().appendingPathComponent(name).path
  }

  private func write(_ chunk: [UInt8], to descriptor: Int32) throws(CommandFailure) {
    var done = 0
    while done < chunk.count {
      let count = chunk.withUnsafeBytes { buffer in
        buffer.baseAddress.map {
          Foundation.write(descriptor, $0 + done, buffer.count - done)
        } ?? 0
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure("cannot be written") }
      done += count
    }
  }

  /// Makes the new name as lasting as the contents.
  private func flushFolder() {
    let folder = URL(fileURLWithPath: target).deletingLastPathComponent().path
    let descriptor = open(folder, O_RDONLY)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  private func failure(_ reason: String) -> CommandFailure {
    CommandFailure(
      file: path, "\(reason): \(String(cString: strerror(errno)))",
      maybe: "another folder, or other permissions")
  }
}
