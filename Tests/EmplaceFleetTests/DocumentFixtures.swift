import EmplaceCore
import EmplaceFleet
import EmplaceTestSupport

/// Documents for tests.
enum DocumentFixtures {
  /// A fleet that uses every kind of object of the format, and almost every key.
  static let complete = CompleteFleet.text

  /// The least that a fleet can be.
  static let minimal = #"""
    {"schema": "emplace/fleet/1",
     "nodeTypes": [{"id": "cpu", "cpuCores": 4, "memoryGiB": 16}],
     "sites": [{"id": "here", "tier": "edge", "jurisdiction": "FR", "latitude": 1, "longitude": 2}],
     "pools": [{"site": "here", "nodeType": "cpu", "owned": 1}],
     "models": [{"id": "m", "variants": [{"id": "v", "artifactGiB": 1, "devices": 0, "cpuCores": 1,
       "profiles": {"cpu": {"kind": "affine", "baseMs": 5, "perItemMs": 1, "batchLimit": 4}}}]}],
     "regions": [{"id": "r", "latitude": 1, "longitude": 2.5}],
     "demands": [{"region": "r", "model": "m", "ratePerSecond": 1, "slo": {"latencyMs": 100}}]}
    """#

  /// Reads one document from memory.
  static func read(_ text: String, name: String = "fleet.json") throws(InstanceError) -> Fleet {
    try FleetReader.read(documents: [(name, Array(text.utf8))])
  }

  /// The problems of documents that cannot be read; empty when they can.
  static func problems(_ documents: [(name: String, text: String)]) -> [InstanceError.Problem] {
    problems(bytes: documents.map { ($0.name, Array($0.text.utf8)) })
  }

  /// The problems of one document.
  static func problems(_ text: String, name: String = "fleet.json") -> [InstanceError.Problem] {
    problems([(name, text)])
  }

  /// The problems of documents as bytes.
  static func problems(
    bytes documents: [(name: String, bytes: [UInt8])]
  ) -> [InstanceError.Problem] {
    do throws(InstanceError) {
      _ = try FleetReader.read(documents: documents)
      return []
    } catch {
      return error.problems
    }
  }
}

extension InstanceError.Problem {
  /// Path, message and way out in one line, for expectations.
  var short: String { "\(path): \(message)" + (suggestion.isEmpty ? "" : ". Maybe \(suggestion)") }
}
