import ArgumentParser
import Emplace

/// Where a document goes: the same for every command that makes one.
struct DocumentOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Where the document goes. (default: standard output)", valueName: "file"),
    completion: .file())
  var output: String?

  /// Opens it, so that what cannot be written is known before the work begins.
  func open() throws(CommandFailure) -> DocumentSink {
    DocumentSink(file: try output.map { path throws(CommandFailure) in try OutputFile(path) })
  }
}

/// A file, or standard output.
struct DocumentSink {
  fileprivate let file: OutputFile?

  /// Writes a fleet document.
  func write(_ fleet: Fleet) throws(CommandFailure) {
    guard let file else { return FleetWriter.write(fleet) { _ = Console.write($0) } }
    try file.write { (sink) throws(CommandFailure) in try FleetWriter.write(fleet, to: sink) }
  }

  /// Writes text.
  func write(_ text: String) throws(CommandFailure) {
    guard let file else { return Console.write(text) }
    try file.write { (sink) throws(CommandFailure) in try sink(Array(text.utf8)) }
  }
}
