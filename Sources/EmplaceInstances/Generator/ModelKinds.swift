internal import EmplaceFleet

/// What a generated model does, how fast it is on an L4, and who asks for it when.
struct ModelKind: Sendable {
  /// How far from its users it may run, by growing round trip.
  enum Reach: Int, CaseIterable {
    case city, country, continent, world

    /// Round trip that the objective leaves for the network, microseconds.
    var roundTripMicroseconds: Int64 {
      switch self {
      case .city: 8_000
      case .country: 28_000
      case .continent: 75_000
      case .world: 260_000
      }
    }
  }

  var name: String
  var family: String
  var curve: String
  /// Weight of each reach, nearest first.
  var reach: [Int]
  var percentileMillionths: Int64 = 950_000
  var requestBytes: Int64
  var interferenceClass: String
  var speed: Speed
  var variants: [VariantKind]
  /// Input and output tokens of its buckets, with shares in percent.
  var lengths: [(input: Int64, output: Int64, percent: Int64)] = []
  /// For token profiles, what a full batch at the utilisation cap keeps at the percentile on the
  /// first hardware of a variant of 100 % time: first token and each further one, microseconds.
  var target: (first: Int64, each: Int64) = (0, 0)

  /// Speed on a whole L4, before a variant's and the hardware's factor.
  enum Speed: Sendable {
    /// Base and slope in microseconds, and the batch limit.
    case affine(Int64, Int64, Int)
    /// As affine, but written as measured points with a spread of 15 %.
    case measured(Int64, Int64, Int)
    /// Prefill base and per token, step base, per sequence, per 1,000 tokens of context, in
    /// nanoseconds; bytes of KV cache per token; batch limit.
    case tokens(Int64, Int64, Int64, Int64, Int64, Int64, Int)
  }
}

/// One variant of a kind.
///
/// Replicas on accelerators are made to pack: a whole device, a half, a quarter or an eighth, no smaller
/// a part than their memory takes of the smallest server device they run on, and cores in powers of
/// two; on an L4, those of a whole device are at least the two that slim nodes have for each.
struct VariantKind: Sendable {
  var name: String
  var accuracyMillionths: Int64
  var artifactMiB: Int64
  var devices: Int64
  var memoryMiB: Int64
  var milliShares: Int64
  var cpuMilliCores: Int64
  var hostMemoryMiB: Int64
  /// Time against the kind's speed, percent.
  var timePercent: Int64
  /// Accelerators it runs on; empty for CPU serving.
  var accelerators: [Int]
}

extension ModelKind {
  private typealias H = HardwareList

  private static func gpu(
    _ name: String, _ accuracy: Int64, artifact: Int64, _ devices: Int64 = 1, memory: Int64,
    shares: Int64, cpu: Int64, host: Int64, time: Int64, on accelerators: [Int]
  ) -> VariantKind {
    VariantKind(
      name: name, accuracyMillionths: accuracy * 1000, artifactMiB: artifact, devices: devices,
      memoryMiB: memory, milliShares: shares, cpuMilliCores: cpu, hostMemoryMiB: host,
      timePercent: time, accelerators: accelerators)
  }

  private static func cpu(
    _ name: String, _ accuracy: Int64, artifact: Int64, cores: Int64, host: Int64, time: Int64
  ) -> VariantKind {
    VariantKind(
      name: name, accuracyMillionths: accuracy * 1000, artifactMiB: artifact, devices: 0,
      memoryMiB: 0, milliShares: 0, cpuMilliCores: cores * 1000, hostMemoryMiB: host,
      timePercent: time, accelerators: [])
  }

  /// All kinds. The first ones make up the smallest fleets.
  static let all: [ModelKind] = [
    ModelKind(
      name: "detect", family: "vision-detection", curve: "street", reach: [45, 45, 10, 0],
      requestBytes: 2_500, interferenceClass: "vision", speed: .affine(5_000, 2_600, 8),
      variants: [
        gpu(
          "nano-int8", 372, artifact: 1_900, memory: 1_600, shares: 125, cpu: 500, host: 900,
          time: 55, on: [H.l4, H.t4, H.orin, H.l40s, H.phoneChip]),
        gpu(
          "small-fp16", 447, artifact: 2_300, memory: 1_900, shares: 125, cpu: 500, host: 1_100,
          time: 80, on: [H.l4, H.t4, H.l40s, H.a100]),
        gpu(
          "medium-fp16", 502, artifact: 2_900, memory: 3_300, shares: 250, cpu: 1_000, host: 1_400,
          time: 110, on: [H.l4, H.l40s, H.a100]),
        cpu("nano-cpu", 368, artifact: 1_200, cores: 4, host: 1_500, time: 420),
      ]),
    ModelKind(
      name: "chat-8b", family: "llm-8b", curve: "office", reach: [0, 25, 55, 20],
      percentileMillionths: 900_000, requestBytes: 4_000, interferenceClass: "llm",
      speed: .tokens(25_000_000, 160_000, 32_000_000, 700_000, 60_000, 131_072, 32),
      variants: [
        gpu(
          "int4", 664, artifact: 6_300, memory: 5_600, shares: 500, cpu: 1_000, host: 6_000,
          time: 100, on: [H.l4, H.orin, H.l40s, H.a100]),
        gpu(
          "fp8", 682, artifact: 9_600, memory: 10_300, shares: 1_000, cpu: 2_000, host: 8_000,
          time: 120, on: [H.l4, H.l40s, H.h100]),
        gpu(
          "fp16", 689, artifact: 16_900, memory: 17_800, shares: 1_000, cpu: 2_000, host: 9_000,
          time: 150, on: [H.l40s, H.a100, H.h100]),
      ],
      lengths: [(200, 100, 50), (600, 240, 35), (1_500, 400, 15)], target: (700_000, 105_000)),
    ModelKind(
      name: "speech", family: "asr", curve: "office", reach: [15, 55, 25, 5],
      requestBytes: 2_500, interferenceClass: "audio", speed: .measured(9_000, 3_600, 8),
      variants: [
        gpu(
          "small", 861, artifact: 2_600, memory: 3_300, shares: 250, cpu: 1_000, host: 2_000,
          time: 60, on: [H.l4, H.t4, H.orin, H.l40s, H.phoneChip]),
        gpu(
          "medium", 903, artifact: 4_100, memory: 5_400, shares: 250, cpu: 1_000, host: 3_000,
          time: 100, on: [H.l4, H.l40s]),
        gpu(
          "large", 927, artifact: 6_400, memory: 7_900, shares: 500, cpu: 1_000, host: 4_000,
          time: 150, on: [H.l40s, H.a100, H.l4]),
        cpu("base-cpu", 832, artifact: 1_500, cores: 8, host: 3_000, time: 520),
      ]),
    ModelKind(
      name: "embed", family: "embedding", curve: "office", reach: [0, 45, 40, 15],
      requestBytes: 1_500, interferenceClass: "text", speed: .affine(4_500, 700, 32),
      variants: [
        gpu(
          "base-int8", 621, artifact: 1_700, memory: 1_900, shares: 125, cpu: 1_000, host: 1_500,
          time: 60, on: [H.l4, H.t4, H.orin]),
        gpu(
          "large-fp16", 645, artifact: 3_100, memory: 4_100, shares: 250, cpu: 1_000, host: 2_500,
          time: 110, on: [H.l4, H.l40s, H.a100]),
        cpu("base-cpu", 618, artifact: 1_100, cores: 4, host: 2_500, time: 460),
      ]),
    ModelKind(
      name: "rerank", family: "rerank", curve: "office", reach: [0, 45, 45, 10],
      requestBytes: 3_000, interferenceClass: "text", speed: .affine(7_000, 1_900, 16),
      variants: [
        gpu(
          "small-int8", 701, artifact: 1_800, memory: 1_900, shares: 125, cpu: 500, host: 1_600,
          time: 70, on: [H.l4, H.t4, H.l40s]),
        gpu(
          "base-fp16", 742, artifact: 2_700, memory: 4_200, shares: 250, cpu: 500, host: 2_200,
          time: 100, on: [H.l4, H.l40s]),
        gpu(
          "large-fp16", 768, artifact: 4_300, memory: 5_600, shares: 500, cpu: 1_000, host: 3_400,
          time: 150, on: [H.l40s, H.a100]),
      ]),
    ModelKind(
      name: "recommend", family: "ranking", curve: "evening", reach: [0, 50, 40, 10],
      percentileMillionths: 990_000, requestBytes: 1_500, interferenceClass: "text",
      speed: .affine(2_200, 160, 64),
      variants: [
        gpu(
          "compact", 781, artifact: 5_200, memory: 4_700, shares: 250, cpu: 1_000, host: 5_000,
          time: 80, on: [H.l4, H.l40s]),
        gpu(
          "full", 796, artifact: 9_800, memory: 9_300, shares: 500, cpu: 1_000, host: 8_000,
          time: 100, on: [H.l4, H.l40s, H.a100]),
        cpu("compact-cpu", 779, artifact: 4_800, cores: 8, host: 12_000, time: 380),
      ]),
    ModelKind(
      name: "segment", family: "vision-segmentation", curve: "street", reach: [25, 45, 30, 0],
      requestBytes: 12_000, interferenceClass: "vision", speed: .affine(9_000, 5_500, 4),
      variants: [
        gpu(
          "tiny", 431, artifact: 2_400, memory: 2_200, shares: 250, cpu: 1_000, host: 1_800,
          time: 60, on: [H.l4, H.t4, H.orin, H.l40s]),
        gpu(
          "base", 468, artifact: 3_400, memory: 4_100, shares: 500, cpu: 1_000, host: 2_600,
          time: 100, on: [H.l4, H.l40s]),
        gpu(
          "large", 489, artifact: 5_000, memory: 6_900, shares: 500, cpu: 1_000, host: 3_400,
          time: 150, on: [H.l40s, H.a100]),
      ]),
    ModelKind(
      name: "assist-3b", family: "llm-3b", curve: "evening", reach: [10, 45, 40, 5],
      percentileMillionths: 900_000, requestBytes: 3_000, interferenceClass: "llm",
      speed: .tokens(12_000_000, 100_000, 14_000_000, 350_000, 30_000, 57_344, 32),
      variants: [
        gpu(
          "int4", 571, artifact: 3_200, memory: 2_600, shares: 250, cpu: 1_000, host: 3_000,
          time: 100, on: [H.l4, H.t4, H.orin, H.l40s, H.phoneChip]),
        gpu(
          "int8", 596, artifact: 4_600, memory: 4_400, shares: 500, cpu: 1_000, host: 4_000,
          time: 115, on: [H.l4, H.t4, H.l40s]),
        gpu(
          "fp16", 604, artifact: 7_700, memory: 7_600, shares: 500, cpu: 1_000, host: 5_000,
          time: 150, on: [H.l4, H.l40s, H.a100]),
      ],
      lengths: [(200, 60, 60), (700, 160, 40)], target: (320_000, 70_000)),
    ModelKind(
      name: "reason-70b", family: "llm-70b", curve: "office", reach: [0, 0, 40, 60],
      percentileMillionths: 900_000, requestBytes: 6_000, interferenceClass: "llm",
      speed: .tokens(120_000_000, 2_000_000, 260_000_000, 2_600_000, 160_000, 327_680, 32),
      variants: [
        gpu(
          "int4-tp1", 791, artifact: 39_500, memory: 43_000, shares: 1_000, cpu: 2_000,
          host: 24_000,
          time: 100, on: [H.a100, H.h100]),
        gpu(
          "fp8-tp2", 812, artifact: 70_500, 2, memory: 39_000, shares: 1_000, cpu: 4_000,
          host: 40_000, time: 80, on: [H.a100, H.h100]),
        gpu(
          "fp16-tp4", 818, artifact: 141_000, 4, memory: 40_000, shares: 1_000, cpu: 4_000,
          host: 64_000,
          time: 65, on: [H.a100, H.h100]),
      ],
      lengths: [(400, 220, 60), (1_200, 420, 40)], target: (3_700_000, 185_000)),
    ModelKind(
      name: "see-12b", family: "vlm-12b", curve: "evening", reach: [0, 30, 55, 15],
      percentileMillionths: 900_000, requestBytes: 12_000, interferenceClass: "llm",
      speed: .tokens(40_000_000, 250_000, 46_000_000, 1_000_000, 80_000, 163_840, 32),
      variants: [
        gpu(
          "int4", 602, artifact: 9_400, memory: 10_000, shares: 1_000, cpu: 2_000, host: 9_000,
          time: 100, on: [H.l4, H.l40s, H.a100]),
        gpu(
          "int8", 621, artifact: 14_200, memory: 15_000, shares: 1_000, cpu: 2_000, host: 10_000,
          time: 115, on: [H.l4, H.l40s, H.a100]),
        gpu(
          "fp16-tp2", 628, artifact: 25_600, 2, memory: 14_500, shares: 1_000, cpu: 2_000,
          host: 16_000,
          time: 85, on: [H.a100, H.h100]),
      ],
      lengths: [(700, 120, 60), (1_000, 260, 40)], target: (1_200_000, 180_000)),
  ]
}
