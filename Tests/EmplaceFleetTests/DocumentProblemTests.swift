import EmplaceCore
import Testing

@testable import EmplaceFleet

/// Single mistakes, each with the exact path, message and way out.
@Suite struct DocumentProblemTests {
  /// A change of the complete document and the one problem it makes.
  struct Mistake: Sendable, CustomTestStringConvertible {
    var find: String
    var put: String
    var problem: String
    /// Whether other problems follow from it.
    var hasConsequences = false
    var testDescription: String { "\(find) -> \(put)" }

    init(_ find: String, _ put: String, _ problem: String, hasConsequences: Bool = false) {
      (self.find, self.put, self.problem) = (find, put, problem)
      self.hasConsequences = hasConsequences
    }
  }

  static let mistakes: [Mistake] = [
    // Keys.
    .init(
      #""memoryGiB": 7.5"#, #""memory": 7.5"#,
      #"accelerators[1].memory: an accelerator has no key "memory". Maybe memoryGiB"#),
    .init(
      #""memoryGiB": 7.5"#, #""memoryMiB": 7680"#,
      #"accelerators[1].memoryMiB: an accelerator has no key "memoryMiB". Maybe memoryGiB"#),
    .init(
      #""slo": {"latencyMs": 150}"#, #""slo": {"latency": 150}"#,
      #"demands[1].slo.latency: a service level objective has no key "latency". Maybe latencyMs"#),
    .init(
      #""slo": {"latencyMs": 150}"#, #""slo": {"latencySeconds": 150}"#,
      "demands[1].slo.latencySeconds: a service level objective has no key \"latencySeconds\". "
        + "Maybe latencyMs"),
    .init(
      #""powerCapWatts": 40000"#, #""powerCapKW": 40"#,
      #"sites[0].powerCapKW: a site has no key "powerCapKW". Maybe powerCapWatts"#),
    .init(
      #""jurisdiction": "FR", "failureDomains": ["zone-b"]"#,
      #""juristiction": "FR", "failureDomains": ["zone-b"]"#,
      #"sites[1].juristiction: a site has no key "juristiction". Maybe jurisdiction"#),
    .init(
      #""detour": 1.25"#, #""detour": 1.25, "colour": 3"#,
      #"network.colour: a network has no key "colour""#),
    .init(
      #""pue": 1.25"#, #""pue": 1.25, "pue": 1.25"#,
      "sites[0].pue: the key stands twice in this object. Maybe remove one of the two"),
    .init(
      #""schema": "emplace/fleet/1""#, #""schema": "emplace/fleet/2""#,
      "schema: unknown version of the format; this program reads emplace/fleet/1. "
        + #"Maybe "emplace/fleet/1""#),
    .init(
      #""schema": "emplace/fleet/1","#, "", "schema: missing; every document has it"),
    .init(
      #""jurisdiction": "FR", "failureDomains": ["zone-b"],"#, #""failureDomains": ["zone-b"],"#,
      "sites[1].jurisdiction: missing; every site has it"),
    // Ids.
    .init(
      #""id": "lyon""#, #""id": "paris""#,
      "sites[1].id: this site is defined twice, first as sites[0] of fleet.json. "
        + #"Maybe another id, or "override": true to replace keys"#, hasConsequences: true),
    .init(
      #""id": "only""#, #""id": """#,
      "models[2].variants[0].id: the text is empty. Maybe leave the key out"),
    .init(
      #""id": "cpu", "accuracy""#, #""id": "fp16", "accuracy""#,
      "models[1].variants[1].id: two variants of the model have this id. Maybe another id",
      hasConsequences: true),
    .init(
      #"{"id": "best-effort", "unserved"#, #"{"id": "gold", "unserved"#,
      "policy.priorityClasses[1].id: two of the priority classes have this id. Maybe another id",
      hasConsequences: true),
    // References.
    .init(
      #""region": "rhone", "model": "detect""#, #""region": "rhine", "model": "detect""#,
      #"demands[1].region: no region has this id. Maybe "rhone""#, hasConsequences: true),
    .init(
      #""dataSite": "paris""#, #""dataSite": "tokyo""#,
      "demands[0].dataSite: no site has this id"),
    .init(
      #""tenant": "bank""#, #""tenant": "banc""#,
      #"models[0].tenant: no tenant has this id. Maybe "bank""#),
    .init(
      #""curve": "office""#, #""curve": "ofice""#,
      #"demands[0].curve: no curve of horizon.curves has this name. Maybe "office""#),
    .init(
      #""period": "2026Q2""#, #""period": "2026Q3""#,
      #"demands[0].scenarioRates[0].period: no period of horizon.periods has this name. "#
        + #"Maybe "2026Q1""#),
    .init(
      #""survive": ["zone-a"]"#, #""survive": ["zone-c"]"#,
      #"policy.survive[0]: no site belongs to this failure domain. Maybe "zone-a""#),
    .init(
      #""orin": {"kind": "measured""#, #""oryn": {"kind": "measured""#,
      #"models[1].variants[0].profiles.oryn: no accelerator has the id "oryn". Maybe "orin""#),
    .init(
      #""profiles": {"cpu": {"kind": "affine", "baseMs": 10"#,
      #""profiles": {"orin": {"kind": "affine", "baseMs": 10"#,
      "models[1].variants[1].profiles.orin: the key is an accelerator; a variant without devices "
        + #"has profiles by node type. Maybe "devices": 1"#),
    .init(
      #""affinity": ["detect"]"#, #""affinity": ["detect", "detect"]"#,
      "models[0].affinity[1]: stands twice in the list. Maybe remove one of the two"),
    // Numbers.
    .init(
      #""powerCapWatts": 40000"#, #""powerCapWatts": -5"#,
      "sites[0].powerCapWatts: must not be negative. Maybe 5"),
    .init(
      #""powerCapWatts": 40000"#, #""powerCapWatts": 1e30"#,
      "sites[0].powerCapWatts: does not fit the integer unit: at most 9000000000000 W. "
        + "Maybe the number is in another unit than the key says"),
    .init(
      #""powerCapWatts": 40000"#, #""powerCapWatts": NaN"#,
      "sites[0].powerCapWatts: expected a number (W); numbers are finite. Maybe leave the key out"),
    .init(
      #""powerCapWatts": 40000"#, #""powerCapWatts": -Infinity"#,
      "sites[0].powerCapWatts: expected a number (W); numbers are finite. Maybe leave the key out"),
    .init(
      #""powerCapWatts": 40000"#, #""powerCapWatts": "40000""#,
      "sites[0].powerCapWatts: expected a number (W), found text. Maybe 40000 without quotes"),
    .init(
      #""powerCapWatts": 40000"#, #""powerCapWatts": null"#,
      "sites[0].powerCapWatts: expected a number (W). Maybe leave the key out"),
    .init(
      #""powerCapWatts": 40000"#, #""powerCapWatts": [1]"#,
      "sites[0].powerCapWatts: expected a number (W)"),
    .init(
      #""devices": 8"#, #""devices": 7.5"#,
      "nodeTypes[0].devices: must be a whole number. Maybe 8"),
    .init(
      #""milliShares": 250"#, #""milliShares": 2500"#,
      "models[1].variants[0].milliShares: must be at most 1000. Maybe 1000"),
    .init(
      #""milliShares": 250"#, #""milliShares": 0"#,
      "models[1].variants[0].milliShares: a variant with devices takes a share of each. "
        + "Maybe 1000 for whole devices"),
    .init(
      #""shareOnline": 0.35"#, #""shareOnline": 35"#,
      "sites[2].population.shareOnline: must be at most 1, it is a share. Maybe 0.35"),
    .init(
      #""percentile": 0.99"#, #""percentile": 99.5"#,
      "models[0].slo.percentile: must be at most 1, it is a share. Maybe 0.995"),
    .init(
      #""percentile": 0.99"#, #""percentile": 1"#,
      "models[0].slo.percentile: a percentile is below 1. Maybe 0.999"),
    .init(
      #""pue": 1.25"#, #""pue": 0.9"#, "sites[0].pue: must be at least 1 factor. Maybe 1"),
    .init(
      #""slowdown": 1.3"#, #""slowdown": 0.5"#,
      "interference[0].slowdown: must be at least 1 factor. Maybe 1"),
    .init(
      #""latitude": 45.764"#, #""latitude": 145.764"#,
      "sites[1].latitude: must be from -90 to 90"),
    .init(
      #""latitude": 45.764, "longitude": 4.8357"#, #""latitude": 45.764"#,
      "sites[1].longitude: missing; beside latitude"),
    .init(
      #""beta": -2e-3"#, #""beta": 1e999"#,
      "interferenceModels[0].parameters.beta: does not fit a number of 64 bits"),
    .init(
      #""parts": 1}"#, #""parts": 0}"#, "demands[0].parts: must be at least 1. Maybe 1"),
    .init(
      #""critical": true"#, #""critical": "yes""#, "demands[0].critical: expected true or false"),
    .init(
      #""currency": "EUR""#, #""currency": "euro""#,
      #"currency: a currency is three capital letters (ISO 4217). Maybe "EUR""#),
    .init(
      #""currency": "EUR""#, #""currency": "usd""#,
      #"currency: a currency is three capital letters (ISO 4217). Maybe "USD""#),
    .init(
      #""tier": "edge""#, #""tier": "egde""#,
      "sites[1].tier: must be one of cloud, edge, endpoint. Maybe \"edge\""),
    // Sums.
    .init(
      #""probability": 0.3"#, #""probability": 0.2"#,
      "horizon.scenarios: the probabilities sum to 0.9, not to 1"),
    .init(
      #""share": 0.25"#, #""share": 0.5"#,
      "models[0].slo.lengths: the shares sum to 1.25, not to 1"),
    // Lists.
    .init(
      #""hoursUTC": [8, 20]"#, #""hoursUTC": [8, 8]"#,
      "horizon.hoursUTC[1]: stands twice in the list. Maybe remove one of the two"),
    .init(
      #""residency": ["FR"]"#, #""residency": []"#,
      "demands[0].residency: an empty list of texts. Maybe leave the key out"),
    .init(
      #""sharing": ["exclusive"]"#, #""sharing": []"#,
      "accelerators[1].sharing: an empty list of words. Maybe leave the key out"),
    .init(
      #""sharing": ["exclusive"]"#, #""sharing": "exclusive""#,
      "accelerators[1].sharing: expected a list of words. Maybe [...] around it"),
    .init(
      #""ratePerSecond": [120, 80.25]"#, #""ratePerSecond": [120, 80.25, 1]"#,
      "demands[1].ratePerSecond: expected one number or 2, one for each of horizon.hoursUTC, "
        + "found 3"),
    .init(
      #""ratePerSecond": [120, 80.25]"#, #""ratePerSecond": [120, 80.25], "curve": "office""#,
      "demands[1].curve: a curve multiplies one number; this rate has a value for each hour. "
        + "Maybe remove the curve"),
    .init(
      #"[[0.5, null], [1.25, 2]]"#, #"[[0.5, null], [1.25]]"#,
      "demandTables[0].ratePerSecond[1]: expected 2 rates, found 1"),
    .init(
      #"[[0.5, null], [1.25, 2]]"#, #"[[0.5, null]]"#,
      "demandTables[0].ratePerSecond: expected 2 rows, found 1"),
    .init(
      #"[[2, 9.5, null], [9, 1.5, 0]]"#, #"[[2, 9.5], [9, 1.5, 0]]"#,
      "network.roundTripMs.table[0]: expected 3 numbers, found 2"),
    .init(
      #"0.75, 0.5, 0.25, 0, 0]"#, "0.75, 0.5]",
      "horizon.curves.office: expected 24 multipliers, one a local hour, found 21",
      hasConsequences: true),
    // What belongs together.
    .init(
      #""tier": "cloud""#, #""tier": "endpoint""#,
      "sites[0].population: missing; of an endpoint site"),
    .init(
      #""tier": "endpoint""#, #""tier": "edge""#,
      "sites[2].population: only endpoint sites stand for a population of devices. "
        + #"Maybe "tier": "endpoint""#),
    .init(
      #""id": "phone", "accelerator": "orin""#, #""id": "phone", "devices": 1"#,
      "nodeTypes[1].accelerator: missing; and the node has devices. Maybe devices: 0"),
    .init(
      #""accelerator": "a100", "devices": 8"#, #""accelerator": "a100", "devices": 0"#,
      "nodeTypes[0].devices: a node with an accelerator has at least one device. "
        + "Maybe no accelerator: CPU serving"),
    .init(
      #""rentPricePerHour": 1.375"#, #""rentPricePerHour": -1"#,
      "pools[1].rentPricePerHour: must not be negative. Maybe 1"),
    .init(
      #""nodeLimit": 20"#, #""nodeLimit": 5"#,
      "pools[0].nodeLimit: more nodes are there already (owned and reserved): 6"),
    .init(
      #""antiAffinity": ["spare"]"#, #""antiAffinity": ["detect"]"#,
      "models[1].antiAffinity: a model cannot exclude itself"),
    .init(
      #""slo": {"latencyMs": 150}"#, #""slo": {"latencyMs": 150, "timeToFirstTokenMs": 1}"#,
      "demands[1].slo.latencyMs: stands beside timeToFirstTokenMs: either the whole latency or "
        + "tokens. Maybe remove one of the two"),
    .init(
      #""slo": {"latencyMs": 150}"#, #""slo": {}"#,
      "demands[1].slo.latencyMs: missing; every service level objective has it. "
        + "Maybe timeToFirstTokenMs, timePerOutputTokenMs and lengths"),
    .init(
      #""ratePerSecond": [120, 80.25],"#, "",
      "demands[1].ratePerSecond: missing, and the demand has no history"),
    .init(
      #""dataSite": "paris", "#, "", "demands[0].dataSite: missing; and the demand fetches data"),
    .init(
      #""kind": "affine", "baseMs": 1, "perItemMs": 1"#,
      #""kind": "afine", "baseMs": 1, "perItemMs": 1"#,
      "models[2].variants[0].profiles.orin.kind: must be one of affine, measured, tokens. "
        + "Maybe \"affine\""),
    .init(
      #""kind": "affine", "baseMs": 1, "perItemMs": 1"#,
      #""kind": "affine", "baseMs": 0, "perItemMs": 0"#,
      "models[2].variants[0].profiles.orin: every batch would take no time"),
    .init(
      #""batch": 4, "meanMs": 41"#, #""batch": 1, "meanMs": 41"#,
      "models[1].variants[0].profiles.orin.points[1].batch: points stand by increasing batch, the "
        + "one before has 1"),
    .init(
      #""starts": [0, 4]"#, #""starts": [0, 5]"#,
      "accelerators[0].mig[0].starts: the slice would end behind the 8 of the device"),
    .init(
      #""idleWatts": 5,"#, #""idleWatts": 50,"#,
      "accelerators[1].idleWatts: an idle device draws more than a busy one (peakWatts)"),
    .init(
      #""memoryGiB": 7.5, "#, "",
      #"accelerators[1].memoryGiB: missing; and "orin" is not in the catalogue"#),
    .init(
      #""deltaGiB": {"1": 40"#, #""deltaGiB": {"v1": 40"#,
      #"models[0].variants[0].deltaGiB.v1: the key is the number of a version. Maybe {"1": ...}"#),
    .init(
      #""interference": ["#,
      #""interference": [{"accelerator": "a100", "subject": "heavy", "neighbour": "light", "slowdown": 1.5},"#,
      "interference[1]: the slowdown of this pair stands before. Maybe \"override\": true"),
  ]

  @Test(arguments: mistakes) func oneMistakeIsOneProblem(_ mistake: Mistake) throws {
    let document = DocumentFixtures.complete
    try #require(document.ranges(of: mistake.find).count == 1, "\(mistake.find) stands once")
    let changed = document.replacing(mistake.find, with: mistake.put)
    let problems = DocumentFixtures.problems(changed)
    if mistake.hasConsequences {
      #expect(problems.map(\.short).contains(mistake.problem))
    } else {
      #expect(problems.map(\.short) == [mistake.problem])
    }
    for problem in problems {
      #expect(problem.file == "fleet.json")
      #expect(problem.line != nil && problem.column != nil)
    }
  }
}
