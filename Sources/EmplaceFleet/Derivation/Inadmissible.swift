/// Why a variant in a pool may not serve a demand, with the figures that say so.
public enum Inadmissible: Sendable, Hashable {
  /// The kinds of reasons, in the order in which they are looked for.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    case otherModel, noRequests, endpointRegion, endpointOffline, residency, weightsJurisdiction
    case forbidden, trust, accuracy, version, noNodes, noProfile, otherObjective, doesNotFit,
      unreachable
    case dataUnreachable, latency, firstToken, perToken
  }

  /// An objective on a time that is not kept.
  public struct Late: Sendable, Hashable {
    /// Percentile in millionths.
    public var percentileMillionths: Int64
    /// What is promised at the batch limit, the network included, microseconds; nil where nothing
    /// is.
    public var promisedMicroseconds: Int64?
    /// The objective, microseconds.
    public var limitMicroseconds: Int64
    /// Of it, the round trip and the fetch of data, microseconds.
    public var networkMicroseconds: Int64
    /// The batch limit that comes closest.
    public var batch: Int

    /// An objective that is missed.
    public init(
      percentileMillionths: Int64, promisedMicroseconds: Int64?, limitMicroseconds: Int64,
      networkMicroseconds: Int64, batch: Int
    ) {
      self.percentileMillionths = percentileMillionths
      self.promisedMicroseconds = promisedMicroseconds
      self.limitMicroseconds = limitMicroseconds
      self.networkMicroseconds = networkMicroseconds
      self.batch = batch
    }
  }

  /// The variant is of another model.
  case otherModel
  /// Nothing is asked for in any hour.
  case noRequests
  /// A population serves only its own region: the demand's region, the population's.
  case endpointRegion(demand: String, population: String)
  /// No device, or less than one part's share of them, is on line.
  case endpointOffline(devices: Int64, onlineMillionths: Int64)
  /// The site's jurisdiction is not among those where the demand may be served.
  case residency(site: String, allowed: [String])
  /// The site's jurisdiction is not among those where the weights may lie.
  case weightsJurisdiction(site: String, allowed: [String])
  /// The model may not run at the site.
  case forbidden(model: String)
  /// The site is trusted less than the model needs.
  case trust(site: Int, needed: Int)
  /// The variant is less accurate than the demand needs, in millionths.
  case accuracy(variant: Int64, needed: Int64)
  /// The variant is older than the demand tolerates.
  case version(variant: Int64, oldest: Int64)
  /// The pool has no nodes.
  case noNodes
  /// Nobody measured the variant on that hardware.
  case noProfile(hardware: String)
  /// The demand states tokens and the profile knows none, or the other way round.
  case otherObjective
  /// A replica needs more devices than a node has.
  case devices(needed: Int64, there: Int64)
  /// A replica would span devices without a fast interconnect.
  case interconnect(devices: Int64)
  /// A replica needs more memory than a device has, MiB, at the smallest batch limit.
  case deviceMemory(needed: Int64, there: Int64)
  /// A replica needs more than a whole device, milli-shares.
  case share(needed: Int64)
  /// A replica needs more host CPU than there is, milli-cores.
  case hostCPU(needed: Int64, there: Int64)
  /// A replica needs more host memory than there is, MiB.
  case hostMemory(needed: Int64, there: Int64)
  /// There are fewer nodes than one replica spans.
  case nodes(needed: Int64, there: Int64)
  /// There is no way from the region to the site.
  case unreachable
  /// The demand's data cannot be fetched to the site.
  case dataUnreachable(from: String)
  /// The percentile of the whole latency is above its limit.
  case latency(Late)
  /// The percentile of the time to first token is above its limit.
  case firstToken(Late)
  /// The percentile of the time per output token is above its limit.
  case perToken(Late)

  /// The kind.
  public var kind: Kind {
    switch self {
    case .otherModel: .otherModel
    case .noRequests: .noRequests
    case .endpointRegion: .endpointRegion
    case .endpointOffline: .endpointOffline
    case .residency: .residency
    case .weightsJurisdiction: .weightsJurisdiction
    case .forbidden: .forbidden
    case .trust: .trust
    case .accuracy: .accuracy
    case .version: .version
    case .noNodes: .noNodes
    case .noProfile: .noProfile
    case .otherObjective: .otherObjective
    case .devices, .interconnect, .deviceMemory, .share, .hostCPU, .hostMemory, .nodes: .doesNotFit
    case .unreachable: .unreachable
    case .dataUnreachable: .dataUnreachable
    case .latency: .latency
    case .firstToken: .firstToken
    case .perToken: .perToken
    }
  }
}

// MARK: - Sentences

extension Inadmissible: CustomStringConvertible {
  /// One sentence with the figures and their units.
  public var description: String {
    switch self {
    case .otherModel: "the variant is of another model"
    case .noRequests: "nothing is asked for in any hour"
    case .endpointRegion(let demand, let population):
      "devices of \(population) serve only their own users, not those of \(demand)"
    case .endpointOffline(let devices, let online):
      "of \(devices) devices \(Self.percent(online)) are on line, which is less than one part"
    case .residency(let site, let allowed):
      "the demand may not be served in \(site), only in \(Self.list(allowed))"
    case .weightsJurisdiction(let site, let allowed):
      "the weights may not lie in \(site), only in \(Self.list(allowed))"
    case .forbidden(let model): "no replica of \(model) may run at the site"
    case .trust(let site, let needed):
      "the site has trust level \(site), the model needs \(needed)"
    case .accuracy(let variant, let needed):
      "the variant's accuracy is \(Self.percent(variant)), the demand needs \(Self.percent(needed))"
    case .version(let variant, let oldest):
      "the variant is version \(variant), the demand tolerates \(oldest) or newer"
    case .noNodes: "the pool has no nodes, owned or rentable"
    case .noProfile(let hardware): "the variant has no profile on \(hardware)"
    case .otherObjective:
      "the demand states tokens and the profile knows none, or the other way round"
    case .devices(let needed, let there):
      "a replica takes \(needed) devices, a node has \(there)"
    case .interconnect(let devices):
      "a replica spans \(devices) devices, which need a fast interconnect"
    case .deviceMemory(let needed, let there):
      "a replica takes \(needed) MiB of a device's \(there) MiB"
    case .share(let needed): "a replica takes \(needed) milli-shares of a device's 1000"
    case .hostCPU(let needed, let there):
      "a replica takes \(needed) milli-cores of the host's \(there)"
    case .hostMemory(let needed, let there):
      "a replica takes \(needed) MiB of the host's \(there) MiB"
    case .nodes(let needed, let there): "a replica spans \(needed) nodes, the pool has \(there)"
    case .unreachable: "the site cannot be reached from the region"
    case .dataUnreachable(let site): "the data cannot be fetched from \(site)"
    case .latency(let late): Self.sentence("latency", late)
    case .firstToken(let late): Self.sentence("time to first token", late)
    case .perToken(let late): Self.sentence("time per output token", late)
    }
  }

  private static func sentence(_ what: String, _ late: Late) -> String {
    let percentile = "P" + decimal(late.percentileMillionths, digits: 4)
    let limit = "\(decimal(late.limitMicroseconds, digits: 3)) ms"
    let network =
      late.networkMicroseconds > 0
      ? ", of it \(decimal(late.networkMicroseconds, digits: 3)) ms network" : ""
    guard let promised = late.promisedMicroseconds else {
      return
        "\(percentile) of the \(what) has no bound at batch limit \(late.batch), limit \(limit)"
    }
    return
      "\(percentile) of the \(what) is \(decimal(promised, digits: 3)) ms\(network), above the "
      + "limit \(limit) at batch limit \(late.batch)"
  }

  private static func percent(_ millionths: Int64) -> String {
    decimal(millionths, digits: 4) + " %"
  }

  private static func list(_ names: [String]) -> String {
    names.isEmpty ? "no jurisdiction" : names.joined(separator: ", ")
  }

  /// `value / 10^digits` without needless zeros.
  static func decimal(_ value: Int64, digits: Int) -> String {
    var divisor: Int64 = 1
    for _ in 0..<digits { divisor *= 10 }
    var fraction = String(value.magnitude % UInt64(divisor))
    fraction = String(repeating: "0", count: digits - fraction.count) + fraction
    while fraction.last == "0" { fraction.removeLast() }
    let whole = (value < 0 ? "-" : "") + String(value.magnitude / UInt64(divisor))
    return fraction.isEmpty ? whole : "\(whole).\(fraction)"
  }
}
