import ArgumentParser
import Emplace
import Foundation

/// How instance files are read: the same for every command that reads them.
struct ReadingOptions: ParsableArguments {
  /// Formats of instance files.
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case fleet, gap, sscflp, cflp
  }

  /// What is done with the sum of the costs.
  enum Sense: String, CaseIterable, ExpressibleByArgument {
    case min, max
  }

  @Option(
    name: .customLong("from"),
    help: ArgumentHelp(
      "Format of the instance: fleet (JSON or YAML), gap, sscflp or cflp.",
      discussion: """
        gap: generalised assignment as OR-Library and Yagiura write it. sscflp and cflp: facility \
        location with a single source a customer, or several. Costs of benchmarks stay in their \
        own unit.
        """))
  var format = Format.fleet

  @Option(help: "min, or max for gap files whose costs are profits.")
  var sense = Sense.min

  func validate() throws {
    if sense == .max, format != .gap {
      throw ValidationError("--sense max is for --from gap: \(format.rawValue) has costs only.")
    }
  }

  /// Reads the instance from its files.
  func read(_ files: [String], threads: Int) throws -> LoadedInstance {
    guard let first = files.first else {
      throw CommandFailure(.badInput, "no instance file is given. Maybe the path is missing.")
    }
    if format == .fleet { return try readFleet(files, threads: threads) }
    guard files.count == 1 else {
      throw CommandFailure(
        .badInput,
        "\(files.count) files are given, a \(format.rawValue) instance is one. "
          + "Maybe --from fleet is meant.")
    }
    let bytes = try InputFile.bytes(of: first)
    var instance: PlacementInstance
    switch format {
    case .gap:
      instance = try GAPReader(sense: sense == .max ? .maximise : .minimise)
        .read(bytes, file: first)
    case .sscflp, .fleet:
      instance = try FacilityReader(service: .singleSource).read(bytes, file: first)
    case .cflp:
      instance = try FacilityReader(service: .multiSource).read(bytes, file: first)
    }
    instance.name = URL(fileURLWithPath: first).lastPathComponent
    return LoadedInstance(instance: instance, fleet: nil, derivation: nil)
  }

  private func readFleet(_ files: [String], threads: Int) throws -> LoadedInstance {
    for file in files { try requireFile(file) }
    let fleet = try FleetReader.read(files: files.map { URL(fileURLWithPath: $0) })
    let derivation = PlacementDerivation(fleet: fleet, threads: threads)
    let instance = try derivation.instance(threads: threads)
    return LoadedInstance(instance: instance, fleet: fleet, derivation: derivation)
  }

  private func requireFile(_ path: String) throws(CommandFailure) {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw CommandFailure(file: path, "there is no such file", maybe: "another path is meant")
    }
    guard !isFolder.boolValue else {
      throw CommandFailure(file: path, "this is a folder", maybe: "a file inside it is meant")
    }
  }
}

/// An instance with what it was derived from, if that was a fleet.
struct LoadedInstance: Sendable {
  var instance: PlacementInstance
  var fleet: Fleet?
  var derivation: PlacementDerivation?
}
