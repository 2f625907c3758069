/// Keys of the document, of the rules of the fleet, and of its time.
extension KeyTable {
  static let root: [KeySpec] = [
    .may(.dollarSchema, .anyText, "none", "For editors; not read."),
    .must(.schema, .choice([schemaName]), "Version of the format; in every file."),
    .may(.name, .text, "empty", "Name of the fleet, for reports."),
    .may(.currency, .text, "EUR", "ISO 4217 code in which every price is given."),
    .may(
      .override, .flag, "false",
      "Lets `name` and `currency` of this file replace those of earlier files."),
    .may(.policy, .object(.policy), "all defaults", "Rules of the whole fleet."),
    .may(.horizon, .object(.horizon), "one period, hour and scenario", "Time and chance."),
    .may(.accelerators, .objects(.accelerator), "none", "Kinds of accelerator."),
    .may(.nodeTypes, .objects(.nodeType), "none; a fleet has at least one", "Kinds of node."),
    .may(.sites, .objects(.site), "none; a fleet has at least one", "Where hardware stands."),
    .may(.pools, .objects(.pool), "none; a fleet has at least one", "Nodes at sites."),
    .may(
      .tenants, .objects(.tenant), "one tenant `default`",
      "Who owns models; the first is the default."),
    .may(.models, .objects(.model), "none; a fleet has at least one", "What is served."),
    .may(.regions, .objects(.region), "none; a fleet has at least one", "Where users are."),
    .may(
      .demands, .objects(.demand), "none; a fleet has at least one, here or in a table",
      "Who asks for what, where."),
    .may(
      .demandTables, .objects(.demandTable), "none",
      "Demands as a table of regions and models."),
    .may(.network, .object(.network), "round trips from coordinates", "Round trips and links."),
    .may(
      .interference, .objects(.interference), "none",
      "Measured slowdown of classes beside each other."),
    .may(
      .interferenceModels, .objects(.interferenceModel), "none",
      "Named models of slowdown with their parameters."),
    .may(.history, .objects(.history), "none", "Past rates, from which forecasts are made."),
    .may(.incumbent, .object(.incumbent), "nothing runs", "What runs now."),
    .may(
      .assumptions, .objects(.assumption), "none",
      "Figures that an earlier reading filled in; written by Emplace."),
  ]

  static let policy: [KeySpec] = [
    override,
    .may(
      .utilisationCap, .quantity(.share(.down, atLeast: 1)), "0.8",
      "Highest share of its capacity that a replica is planned to be busy."),
    .may(.waitingRule, .text, "md1", "Name of the rule for waiting time."),
    .may(
      .batchLimitsPerProfile, .whole(1...8), "3",
      "Batch limits considered for a variant on one kind of hardware."),
    .may(
      .latencyPricePerHour, .quantity(.need(.money)), "0",
      "For each request per second that is delayed by one second."),
    .may(
      .accuracyPricePerHour, .quantity(.need(.money)), "0",
      "For each request per second served at an accuracy lower by 1 than the best admissible."),
    .may(.carbonPricePerKg, .quantity(.need(.money)), "0", "Price of CO2 equivalent."),
    .may(
      .migrationPricePerGiB, .quantity(.need(.money)), "0",
      "Price of moving an artifact to a site, spread over the window."),
    .may(
      .evictionPrice, .quantity(.need(.money)), "0",
      "Price of removing one artifact, spread over the window."),
    .may(.windowHours, .whole(1...1_000_000), "168", "Hours that one placement is meant for."),
    .may(
      .priorityClasses, .objects(.priorityClass), "one class `standard` at 1 per thousand",
      "Classes of demands, the most important first."),
    .may(
      .moveBudget, .whole(counts), "no limit", "Most artifacts that may be added or removed (P12)."),
    .may(
      .hostingBudgetPerHour, .quantity(.room(.money)), "no limit",
      "Most for rented nodes and opened sites (P11)."),
    .may(.survive, .texts, "none", "Failure domains whose loss a plan must survive (P9)."),
    .may(
      .budgetsPerPeriod, .quantities(.room(.money)), "no limit",
      "Most to spend in each period of a capacity plan (C4); one value, or one a period."),
    .may(
      .carbonCapsKgPerPeriod, .quantities(.room(.kilograms)), "no limit",
      "Most CO2 equivalent in each period (C7); one value, or one a period."),
    .may(
      .tailWeight, .quantity(.share(.up)), "0",
      "Weight of the mean cost of the worst scenarios in a capacity plan's objective."),
    .may(
      .tailShare, .quantity(.share(.up, atLeast: 1)), "0.1",
      "Share of probability that counts as the worst scenarios."),
    .may(
      .safetyDeviations, .quantity(.need(.factor)), "0",
      "Standard deviations of the pooled rate kept as safety stock (C6)."),
    .may(
      .discountPerYear, .quantity(.share(.up)), "0", "Discount rate for costs of later periods."),
  ]

  static let priorityClass: [KeySpec] = [
    .must(.id, .identifier, "Name, unique among classes."),
    .must(
      .unservedPricePerThousand, .quantity(.need(.money)),
      "For each thousand requests that are not served, where the demand gives no value."),
    .may(
      .leastServedShare, .quantity(.share(.up)), "0",
      "Share of the class that must be served."),
    .may(
      .survivingShare, .quantity(.share(.up)), "0",
      "Share that must still be served when a domain of `survive` is lost (P9)."),
  ]

  static let horizon: [KeySpec] = [
    override,
    .may(.periods, .texts, "now", "Names of the periods of a capacity plan."),
    .may(.periodHours, .whole(1...1_000_000), "2190", "Length of a period."),
    .may(
      .periodStarts, .texts, "not stated",
      "ISO 8601 date of the first day of each period, in the order of `periods`."),
    .may(
      .hoursUTC, .wholes(0...23, distinct: true), "0",
      "Start of each representative hour in UTC; placement holds in each."),
    .may(
      .scenarios, .objects(.scenario), "one scenario `base`",
      "Ways the future may go; probabilities sum to 1."),
    .may(
      .curves, .quantityMap(.need(.factor), count: 24), "none",
      "Daily curves by name: 24 multipliers of a rate, by local hour."),
  ]

  static let scenario: [KeySpec] = [
    .must(.id, .identifier, "Name, unique among scenarios."),
    .must(.probability, .quantity(.share(.up)), "Probability."),
    .may(
      .rateMultipliers, .quantities(.need(.factor)), "1",
      "Multiplier of all rates; one value, or one a period."),
  ]
}
