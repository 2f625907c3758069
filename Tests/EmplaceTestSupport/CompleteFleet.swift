/// A fleet document that uses every kind of object of the format, and almost every key.
public enum CompleteFleet {
  /// The document as JSON.
  public static let text = #"""
    {
      "schema": "emplace/fleet/1",
      "name": "Complete",
      "currency": "EUR",
      "policy": {
        "utilisationCap": 0.75, "waitingRule": "md1", "batchLimitsPerProfile": 2,
        "latencyPricePerHour": 0.02, "accuracyPricePerHour": 0.5, "carbonPricePerKg": 0.08,
        "migrationPricePerGiB": 0.01, "evictionPrice": 0.001, "windowHours": 24,
        "priorityClasses": [
          {"id": "gold", "unservedPricePerThousand": 2.5, "leastServedShare": 0.9,
           "survivingShare": 0.5},
          {"id": "best-effort", "unservedPricePerThousand": 0.125}
        ],
        "moveBudget": 40, "hostingBudgetPerHour": 120.5, "survive": ["zone-a"],
        "budgetsPerPeriod": [1000000, 500000], "carbonCapsKgPerPeriod": 25000.5,
        "tailWeight": 0.25, "tailShare": 0.05, "safetyDeviations": 1.645,
        "discountPerYear": 0.07
      },
      "horizon": {
        "periods": ["2026Q1", "2026Q2"], "periodHours": 2190,
        "periodStarts": ["2026-01-01", "2026-04-01"], "hoursUTC": [8, 20],
        "scenarios": [
          {"id": "base", "probability": 0.7},
          {"id": "boom", "probability": 0.3, "rateMultipliers": [1.5, 2.25]}
        ],
        "curves": {"office": [0, 0, 0, 0, 0, 0, 0.5, 1, 1.5, 2, 2, 2, 1.75, 2, 2, 2, 2, 1.5, 1,
          0.75, 0.5, 0.25, 0, 0]}
      },
      "accelerators": [
        {"id": "a100", "product": "NVIDIA-A100-SXM4-80GB", "memoryGiB": 80,
         "sharing": ["exclusive", "mps", "mig"],
         "mig": [{"name": "3g.40gb", "computeSlices": 3, "memorySlices": 4, "starts": [0, 4]}],
         "migComputeSlices": 7, "migMemorySlices": 8, "idleWatts": 55.5, "peakWatts": 400,
         "purchasePrice": 14000, "lifeYears": 5, "embodiedCarbonKg": 150.25,
         "onDemandPricePerHour": 2.1, "reservedPricePerHour": 1.4, "spotPricePerHour": 0.9,
         "leadTimePeriods": 1},
        {"id": "orin", "memoryGiB": 7.5, "sharing": ["exclusive"], "idleWatts": 5,
         "peakWatts": 25}
      ],
      "nodeTypes": [
        {"id": "a100x8", "accelerator": "a100", "devices": 8, "fastInterconnect": true,
         "cpuCores": 96, "memoryGiB": 1024, "rackUnits": 5, "idleWatts": 450,
         "busyWatts": 700.5, "purchasePrice": 30000, "lifeYears": 6, "embodiedCarbonKg": 900,
         "onDemandPricePerHour": 1.5, "reservedPricePerHour": 1.1, "spotPricePerHour": 0.6,
         "leadTimePeriods": 2},
        {"id": "phone", "accelerator": "orin", "cpuCores": 4, "memoryGiB": 8},
        {"id": "cpu", "cpuCores": 63.5, "memoryGiB": 256, "onDemandPricePerHour": 1.25}
      ],
      "sites": [
        {"id": "paris", "tier": "cloud", "jurisdiction": "FR",
         "failureDomains": ["zone-a", "region-1"], "latitude": 48.8566, "longitude": 2.3522,
         "powerCapWatts": 40000, "rackUnits": 42, "pue": 1.25,
         "energyPricePerKWh": [0.11, 0.145], "carbonGramsPerKWh": 56.5,
         "locationPremium": 1.1, "openingPricePerHour": 3, "storageGiB": 2000,
         "uplinkChangeGiB": 500, "uplinkMbps": 10000, "trust": 3,
         "autonomousRegions": ["ile-de-france"], "egressPricePerGiB": 0.05},
        {"id": "lyon", "tier": "edge", "jurisdiction": "FR", "failureDomains": ["zone-b"],
         "latitude": 45.764, "longitude": 4.8357},
        {"id": "phones", "tier": "endpoint", "jurisdiction": "FR",
         "population": {"devices": 100000, "shareOnline": 0.35, "region": "rhone"}}
      ],
      "pools": [
        {"id": "main", "site": "paris", "nodeType": "a100x8", "owned": 4, "reserved": 2,
         "rentable": 6, "spotRentable": 3, "nodeLimit": 20},
        {"site": "lyon", "nodeType": "cpu", "owned": 2, "rentable": 3,
         "rentPricePerHour": 1.375},
        {"site": "phones", "nodeType": "phone", "owned": 1}
      ],
      "tenants": [
        {"id": "acme"},
        {"id": "bank", "quotaMilliShares": 16000, "isolation": "device"}
      ],
      "models": [
        {"id": "chat", "tenant": "bank", "family": "llama", "trust": 2,
         "jurisdictions": ["FR", "DE"], "licenceCopies": 12, "affinity": ["detect"],
         "leastFailureDomains": 2, "liveVersions": 2,
         "slo": {"percentile": 0.99, "timeToFirstTokenMs": 800, "timePerOutputTokenMs": 60,
           "lengths": [{"inputTokens": 512, "outputTokens": 128, "share": 0.75},
             {"inputTokens": 4096, "outputTokens": 512, "share": 0.25}]},
         "variants": [
           {"id": "fp16-tp2", "version": 3, "accuracy": 0.91, "artifactGiB": 130.5,
            "deltaGiB": {"1": 40, "2": 12.5}, "devices": 2, "memoryGiB": 66.25,
            "milliShares": 1000, "cpuCores": 8, "hostMemoryGiB": 64,
            "interferenceClass": "heavy", "warmUpSeconds": 90.5,
            "profiles": {"a100": {"kind": "tokens", "prefillBaseMs": 12,
              "prefillPerTokenMs": 0.085, "stepBaseMs": 24.5, "stepPerSequenceMs": 0.31,
              "stepPerKiloContextMs": 0.0125, "kvCacheBytesPerToken": 327680,
              "batchLimit": 64}}}
         ]},
        {"id": "detect", "antiAffinity": ["spare"], "pinnedSites": ["paris"],
         "forbiddenSites": ["phones"],
         "variants": [
           {"id": "fp16", "artifactGiB": 0.25, "memoryGiB": 1.5, "milliShares": 250,
            "profiles": {
              "a100": {"kind": "affine", "baseMs": 2.5, "perItemMs": 0.75, "batchLimit": 32},
              "orin": {"kind": "measured", "points": [
                {"batch": 1, "meanMs": 14, "p95Ms": 17.5},
                {"batch": 4, "meanMs": 41, "p95Ms": 47}]}}},
           {"id": "cpu", "accuracy": 0.8, "artifactGiB": 0.125, "devices": 0, "cpuCores": 2.5,
            "hostMemoryGiB": 2,
            "profiles": {"cpu": {"kind": "affine", "baseMs": 10, "perItemMs": 20,
              "batchLimit": 2}}}
         ]},
        {"id": "spare", "slo": {"latencyMs": 1000},
         "variants": [
           {"id": "only", "artifactGiB": 1, "memoryGiB": 2,
            "profiles": {"orin": {"kind": "affine", "baseMs": 1, "perItemMs": 1,
              "batchLimit": 8}}}
         ]}
      ],
      "regions": [
        {"id": "ile-de-france", "jurisdiction": "FR", "latitude": 48.85, "longitude": 2.35,
         "utcOffsetHours": 1, "population": 12000000},
        {"id": "rhone", "latitude": 45.75, "longitude": 4.85, "utcOffsetHours": -2}
      ],
      "demands": [
        {"id": "chat-paris", "region": "ile-de-france", "model": "chat", "ratePerSecond": 3.5,
         "curve": "office", "rateDeviationPerSecond": 0.8,
         "scenarioRates": [{"period": "2026Q2", "scenario": "boom", "ratePerSecond": [4, 9]}],
         "residency": ["FR"], "dataSite": "paris", "dataBytesPerRequest": 65536,
         "requestBytes": 2048, "leastAccuracy": 0.9, "oldestVersion": 2,
         "priorityClass": "best-effort", "critical": true, "valuePerThousand": 4,
         "parts": 1},
        {"region": "rhone", "model": "detect", "ratePerSecond": [120, 80.25],
         "slo": {"latencyMs": 150}},
        {"region": "ile-de-france", "model": "detect", "slo": {"latencyMs": 99.5}}
      ],
      "demandTables": [
        {"regions": ["rhone", "ile-de-france"], "models": ["spare", "chat"],
         "ratePerSecond": [[0.5, null], [1.25, 2]], "idSuffix": "table", "parts": 100}
      ],
      "network": {
        "roundTripMs": {"table": [[2, 9.5, null], [9, 1.5, 0]]},
        "siteRoundTripMs": {"sites": ["lyon", "paris"], "table": [[0, 8], [8, 0]]},
        "kilometresPerMs": 95.5, "detour": 1.25, "fixedMs": 1.5,
        "siteLinks": [{"from": "paris", "to": "lyon", "mbps": 8000}]
      },
      "interference": [
        {"accelerator": "a100", "subject": "heavy", "neighbour": "light", "slowdown": 1.3}
      ],
      "interferenceModels": [
        {"accelerator": "a100", "name": "contention", "parameters": {"alpha": 0.5, "beta": -2e-3}}
      ],
      "history": [
        {"demand": "ile-de-france/detect", "start": "2025-11-01T00:00:00Z", "stepHours": 6,
         "ratesPerSecond": [10, 20, 40], "growthPerYear": 1.2, "seasonality": ["daily"]}
      ],
      "incumbent": {
        "replicas": [{"variant": "detect/cpu", "pool": "lyon/cpu", "batchLimit": 2, "count": 3}],
        "artifacts": [{"variant": "chat/fp16-tp2", "site": "paris"}],
        "routes": [{"demand": "rhone/detect", "variant": "detect/cpu", "pool": "lyon/cpu",
          "parts": 700}],
        "reservations": [{"pool": "main", "nodes": 2, "periods": 4}]
      }
    }
    """#
}
