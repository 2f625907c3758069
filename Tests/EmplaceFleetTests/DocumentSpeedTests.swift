import EmplaceCore
import EmplaceFleet
import EmplaceTestSupport
import Foundation
import Testing

/// How fast a large document is read; the figure is held where speed is measured.
@Suite(.serialized) struct DocumentSpeedTests {
  /// A document with many demands, about 600 bytes each, beside a small fleet.
  static func large(demands: Int) -> [UInt8] {
    let regions = 1000
    let models = (demands + regions - 1) / regions
    var text = #"{"schema": "emplace/fleet/1", "name": "large", "#
    text += #""horizon": {"hoursUTC": [0, 4, 8, 12, 16, 20]}, "#
    text += #""nodeTypes": [{"id": "cpu", "cpuCores": 64, "memoryGiB": 256}], "sites": ["#
    text += (0..<300).map {
      #"{"id": "site-\#($0)", "tier": "edge", "jurisdiction": "FR", "latitude": \#($0 % 90), "#
        + #""longitude": \#($0 % 180), "powerCapWatts": 12000.5, "storageGiB": 512}"#
    }.joined(separator: ",\n")
    text += #"], "pools": ["#
    text += (0..<300).map { #"{"site": "site-\#($0)", "nodeType": "cpu", "owned": 4}"# }
      .joined(separator: ",\n")
    text += #"], "models": ["#
    text += (0..<models).map {
      #"{"id": "model-\#($0)", "variants": [{"id": "v", "artifactGiB": 1.5, "devices": 0, "#
        + #""cpuCores": 2, "profiles": {"cpu": {"kind": "affine", "baseMs": 5, "perItemMs": 1, "#
        + #""batchLimit": 4}}}]}"#
    }.joined(separator: ",\n")
    text += #"], "regions": ["#
    text += (0..<regions).map {
      #"{"id": "region-\#($0)", "latitude": \#($0 % 90), "longitude": \#($0 % 180)}"#
    }.joined(separator: ",\n")
    text += #"], "demands": ["#
    var bytes = Array(text.utf8)
    for index in 0..<demands {
      let demand = #"""
        \#(index == 0 ? "" : ",")
            {
              "id": "demand-\#(index)",
              "region": "region-\#(index % regions)",
              "model": "model-\#(index / regions)",
              "ratePerSecond": [
                \#(index % 97).25, \#(index % 89).125, \#(index % 83).0625,
                \#(index % 79).5, \#(index % 73).75, \#(index % 71).875
              ],
              "slo": {
                "percentile": 0.99,
                "latencyMs": \#(100 + index % 400).5
              },
              "residency": ["FR", "DE", "\#(index % 5)"],
              "leastAccuracy": 0.8\#(index % 10),
              "requestBytes": \#(2000 + index % 4000),
              "valuePerThousand": 1.\#(100 + index % 900),
              "critical": \#(index % 7 == 0),
              "parts": 1000
            }
        """#
      bytes += demand.utf8
    }
    bytes += "]}".utf8
    return bytes
  }

  private static func threadSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  @Test func hundredThousandDemandsAreReadInSeconds() throws {
    let demands = Effort.measuresSpeed ? 100_000 : 2_000
    let bytes = Self.large(demands: demands)
    // Time of this thread on a core, so that what else runs does not count.
    let start = Self.threadSeconds()
    let fleet = try FleetReader.read(documents: [("large.json", bytes)])
    let reading = Self.threadSeconds() - start
    #expect(fleet.demands.count == demands)
    let middle = Self.threadSeconds()
    let written = FleetWriter.bytes(of: fleet)
    let writing = Self.threadSeconds() - middle
    let again = Self.threadSeconds()
    #expect(try FleetReader.read(documents: [("canonical.json", written)]) == fleet)
    let rereading = Self.threadSeconds() - again
    let size = Double(bytes.count) / 1e6
    print(
      "read \(size) MB in \(reading) s (\(size / reading) MB/s), "
        + "written \(Double(written.count) / 1e6) MB in \(writing) s, read again in \(rereading) s")
    if Effort.measuresSpeed { #expect(size / reading > 40) }
  }

  /// YAML passes through Yams and is slower: its size limit is what a few seconds allow.
  @Test func yamlIsReadInSeconds() throws {
    let demands = Effort.measuresSpeed ? 4_000 : 200
    let text = String(decoding: Self.large(demands: demands), as: UTF8.self)
    let bytes = Array(DocumentValue(text).yaml().utf8)
    let start = Self.threadSeconds()
    let fleet = try FleetReader.read(documents: [("large.yaml", bytes)])
    let reading = Self.threadSeconds() - start
    #expect(fleet.demands.count == demands)
    let size = Double(bytes.count) / 1e6
    print("read \(size) MB of YAML in \(reading) s (\(size / reading) MB/s)")
  }
}
