/// A model that tenants serve, in one or several variants.
public struct InferenceModel: Sendable, Hashable {
  /// Name, unique.
  public var id: String
  /// Index of the tenant.
  public var tenant: Int
  /// Family, for delta transfer and reports.
  public var family: String
  /// Trust level a site needs.
  public var trust: Int = 0
  /// Jurisdictions where its weights may lie; nil for all.
  public var jurisdictions: Set<String>?
  /// Most replicas over all sites, nil for no limit (P11).
  public var licenceCopies: Int64?
  /// Models that must be present at every site where this one is, by index (P10).
  public var affinity: [Int] = []
  /// Models that may not be at a site where this one is, by index (P10).
  public var antiAffinity: [Int] = []
  /// Fewest failure domains with a replica (P8).
  public var failureDomains: Int64 = 1
  /// Sites where at least one replica of it must run, by index (P16).
  public var pinnedSites: [Int] = []
  /// Sites where none of it may run, by index.
  public var forbiddenSites: [Int] = []
  /// Most versions live at once, nil for no limit (P13).
  public var liveVersions: Int64?
  /// Its variants, indices into the fleet's variants.
  public var variants: Range<Int>

  /// A model.
  public init(id: String, tenant: Int, family: String, variants: Range<Int>) {
    self.id = id
    self.tenant = tenant
    self.family = family
    self.variants = variants
  }
}

/// One way to serve a model.
public struct Variant: Sendable, Hashable {
  /// Name, unique in the fleet: `model/variant`.
  public var id: String
  /// Index of the model.
  public var model: Int
  /// Version, ordered; larger is newer.
  public var version: Int64
  /// Accuracy in millionths.
  public var accuracyMillionths: Int64
  /// Artifact size in MiB.
  public var artifactMiB: Int64
  /// Size in MiB of the difference from another version of the same model.
  public var deltaMiB: [Int64: Int64] = [:]
  /// Devices of one replica; 0 for CPU serving.
  public var devices: Int64
  /// Weights and activations per device, MiB, without KV cache.
  public var memoryMiB: Int64
  /// Compute share per device in milli-shares; 1000 is a whole device.
  public var milliShares: Int64
  /// Host CPU in milli-cores.
  public var cpuMilliCores: Int64
  /// Host memory in MiB.
  public var hostMemoryMiB: Int64
  /// Interference class, for packing.
  public var interferenceClass: String = ""
  /// Seconds from start to first request.
  public var warmUpSeconds: Double = 0
  /// Speed by accelerator (or, for CPU serving, by node type).
  public var profiles: [VariantProfile]

  /// A variant.
  public init(
    id: String, model: Int, version: Int64, accuracyMillionths: Int64, artifactMiB: Int64,
    devices: Int64, memoryMiB: Int64, milliShares: Int64, cpuMilliCores: Int64,
    hostMemoryMiB: Int64, profiles: [VariantProfile]
  ) {
    self.id = id
    self.model = model
    self.version = version
    self.accuracyMillionths = accuracyMillionths
    self.artifactMiB = artifactMiB
    self.devices = devices
    self.memoryMiB = memoryMiB
    self.milliShares = milliShares
    self.cpuMilliCores = cpuMilliCores
    self.hostMemoryMiB = hostMemoryMiB
    self.profiles = profiles
  }
}

/// Speed of a variant on one kind of hardware.
public struct VariantProfile: Sendable, Hashable {
  /// The hardware: an accelerator, or a node type for CPU serving.
  public enum Hardware: Sendable, Hashable {
    /// Index of the accelerator.
    case accelerator(Int)
    /// Index of the node type.
    case nodeType(Int)
  }

  /// Where it was measured.
  public var hardware: Hardware
  /// The speed.
  public var profile: Profile

  /// A profile.
  public init(hardware: Hardware, profile: Profile) {
    self.hardware = hardware
    self.profile = profile
  }
}

/// How fast a replica is. Times are microseconds.
public enum Profile: Sendable, Hashable {
  /// latency(b) = base + slope * b for every batch b <= limit.
  case affine(baseMicroseconds: Int64, slopeMicroseconds: Int64, batchLimit: Int)
  /// Measured points by increasing batch.
  case measured([MeasuredPoint])
  /// A language model.
  case tokens(TokenProfile)
}

/// One measurement.
public struct MeasuredPoint: Sendable, Hashable {
  /// Batch size.
  public var batch: Int
  /// Mean latency of the batch, microseconds.
  public var meanMicroseconds: Int64
  /// 95th percentile of it, microseconds.
  public var p95Microseconds: Int64

  /// A point.
  public init(batch: Int, meanMicroseconds: Int64, p95Microseconds: Int64) {
    self.batch = batch
    self.meanMicroseconds = meanMicroseconds
    self.p95Microseconds = p95Microseconds
  }
}

/// Speed of a language model under continuous batching. Times are nanoseconds, because one token
/// of prefill is short.
public struct TokenProfile: Sendable, Hashable {
  /// Fixed time of a prefill.
  public var prefillBaseNanoseconds: Int64
  /// Time of a prefill per input token.
  public var prefillPerTokenNanoseconds: Int64
  /// Decode step: a.
  public var stepBaseNanoseconds: Int64
  /// Decode step: c, per sequence in the batch.
  public var stepPerSequenceNanoseconds: Int64
  /// Decode step: e, per sequence and 1,000 tokens of its context.
  public var stepPerKiloContextNanoseconds: Int64
  /// KV cache per token and replica, bytes over all its devices.
  public var kvBytesPerToken: Int64
  /// Largest batch.
  public var batchLimit: Int

  /// A profile.
  public init(
    prefillBaseNanoseconds: Int64, prefillPerTokenNanoseconds: Int64, stepBaseNanoseconds: Int64,
    stepPerSequenceNanoseconds: Int64, stepPerKiloContextNanoseconds: Int64,
    kvBytesPerToken: Int64, batchLimit: Int
  ) {
    self.prefillBaseNanoseconds = prefillBaseNanoseconds
    self.prefillPerTokenNanoseconds = prefillPerTokenNanoseconds
    self.stepBaseNanoseconds = stepBaseNanoseconds
    self.stepPerSequenceNanoseconds = stepPerSequenceNanoseconds
    self.stepPerKiloContextNanoseconds = stepPerKiloContextNanoseconds
    self.kvBytesPerToken = kvBytesPerToken
    self.batchLimit = batchLimit
  }
}

/// A region of users.
public struct Region: Sendable, Hashable {
  /// Name, unique.
  public var id: String
  /// Jurisdiction of its users.
  public var jurisdiction: String = ""
  /// Where it is, nil where unknown.
  public var coordinates: Coordinates?
  /// Hours ahead of UTC, for daily curves.
  public var utcOffsetHours: Int = 0
  /// People, for pictures.
  public var population: Int64 = 0

  /// A region.
  public init(id: String) { self.id = id }
}

/// Requests for a model from a region.
public struct Demand: Sendable, Hashable {
  /// What must hold for its requests.
  public enum Objective: Sendable, Hashable {
    /// The percentile of the whole latency is at most `microseconds`.
    case latency(microseconds: Int64)
    /// For token profiles: time to first token and time per output token.
    case tokens(
      firstTokenMicroseconds: Int64, perTokenMicroseconds: Int64, lengths: [LengthBucket])
  }

  /// A share of requests with these lengths.
  public struct LengthBucket: Sendable, Hashable {
    /// Input tokens.
    public var input: Int64
    /// Output tokens.
    public var output: Int64
    /// Share in millionths; the buckets of a demand sum to one million.
    public var shareMillionths: Int64

    /// A bucket.
    public init(input: Int64, output: Int64, shareMillionths: Int64) {
      self.input = input
      self.output = output
      self.shareMillionths = shareMillionths
    }
  }

  /// A rate of one period or scenario.
  public struct ScenarioRate: Sendable, Hashable {
    /// Index of the period, nil for all.
    public var period: Int?
    /// Index of the scenario, nil for all.
    public var scenario: Int?
    /// Requests per second in each representative hour, in millionths.
    public var rateMicro: Series

    /// A rate.
    public init(period: Int?, scenario: Int?, rateMicro: Series) {
      self.period = period
      self.scenario = scenario
      self.rateMicro = rateMicro
    }
  }

  /// Name, unique.
  public var id: String
  /// Index of the region.
  public var region: Int
  /// Index of the model.
  public var model: Int
  /// Percentile of the objective in millionths: 950,000 is P95.
  public var percentileMillionths: Int64 = 950_000
  /// What must hold.
  public var objective: Objective
  /// Jurisdictions in which it may be served, nil for all.
  public var residency: Set<String>?
  /// Index of the site where its data lies, if it must be fetched.
  public var dataSite: Int?
  /// Bytes fetched from there per request.
  public var dataBytesPerRequest: Int64 = 0
  /// Bytes of request and answer between region and site.
  public var requestBytes: Int64 = 4096
  /// Least accuracy in millionths.
  public var leastAccuracyMillionths: Int64 = 0
  /// Oldest version that it tolerates (P13).
  public var oldestVersion: Int64 = .min
  /// Index of its priority class.
  public var priorityClass: Int = 0
  /// Whether autonomous sites of its region must hold it.
  public var isCritical = false
  /// Micro-units per thousand requests that are not served.
  public var valuePerThousand: Int64
  /// Requests per second in each representative hour, in millionths.
  public var rateMicro: Series
  /// Standard deviation of the rate in millionths, for pooled safety stocks (C6).
  public var rateDeviationMicro: Int64 = 0
  /// Rates of single periods and scenarios, where they are not the rate times the multiplier.
  public var scenarioRates: [ScenarioRate] = []
  /// Pieces it may be split into; 1 is single source.
  public var parts: Int64 = 1000

  /// A demand.
  public init(
    id: String, region: Int, model: Int, objective: Objective, valuePerThousand: Int64,
    rateMicro: Series
  ) {
    self.id = id
    self.region = region
    self.model = model
    self.objective = objective
    self.valuePerThousand = valuePerThousand
    self.rateMicro = rateMicro
  }
}
