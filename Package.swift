// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

/// A library target of ours: imports point only downwards, and this list says so.
func module(
  _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = [],
  resources: [Resource] = []
) -> Target {
  .target(
    name: name, dependencies: dependencies, exclude: exclude, resources: resources,
    swiftSettings: strict)
}

func tests(
  _ module: String, _ dependencies: [Target.Dependency] = [], resources: [Resource] = []
) -> Target {
  .testTarget(
    name: "\(module)Tests", dependencies: [.byName(name: module)] + dependencies,
    resources: resources, swiftSettings: strict)
}

let package = Package(
  name: "emplace",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "Emplace", targets: ["Emplace"]),
    .library(name: "EmplaceGLPK", targets: ["EmplaceGLPK"]),
    .executable(name: "emplace", targets: ["EmplaceCLI"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // The trusted kernel.
    module("EmplaceCore", []),
    module("EmplaceProblems", ["EmplaceCore", .product(name: "Crypto", package: "swift-crypto")]),
    // The document.
    module(
      "EmplaceFleet",
      [
        "EmplaceCore", "EmplaceProblems", "Yams",
        .product(name: "Crypto", package: "swift-crypto"),
      ],
      resources: [.embedInCode("Resources")]),
    // The world of doubles, and what searches in it.
    module("EmplaceMIP", ["EmplaceCore"]),
    module(
      "EmplaceSolvers",
      [
        "EmplaceCore", "EmplaceProblems", "EmplaceMIP",
        .product(name: "HeapModule", package: "swift-collections"),
      ]),
    module(
      "EmplaceInstances",
      [
        "EmplaceCore", "EmplaceProblems", "EmplaceFleet",
        .product(name: "Crypto", package: "swift-crypto"),
      ],
      resources: [.embedInCode("Resources")]),
    module("EmplaceReport", ["EmplaceCore", "EmplaceProblems", "EmplaceFleet"]),
    module(
      "Emplace",
      [
        "EmplaceCore", "EmplaceProblems", "EmplaceFleet", "EmplaceMIP", "EmplaceSolvers",
        "EmplaceInstances",
      ]),
    // What links GLPK (GPL-3.0-or-later); everything above is Apache-2.0.
    .target(name: "CGLPK", exclude: ["LICENSE"], linkerSettings: [.linkedLibrary("glpk")]),
    module("EmplaceGLPK", ["EmplaceCore", "EmplaceMIP", "CGLPK"], exclude: ["LICENSE"]),
    .executableTarget(
      name: "EmplaceCLI",
      dependencies: [
        "Emplace", "EmplaceGLPK", "EmplaceReport",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),
    // Tests, one target a module.
    .target(
      name: "EmplaceTestSupport",
      dependencies: ["EmplaceCore", "EmplaceProblems", "EmplaceFleet", "EmplaceMIP"],
      path: "Tests/EmplaceTestSupport", swiftSettings: strict),
    tests("EmplaceCore", ["EmplaceTestSupport"]),
    tests("EmplaceProblems", ["EmplaceTestSupport"]),
    tests("EmplaceFleet", ["EmplaceTestSupport"]),
    tests("EmplaceMIP", ["EmplaceTestSupport"]),
    tests("EmplaceGLPK", ["EmplaceTestSupport", "EmplaceMIP"]),
    tests("EmplaceSolvers", ["EmplaceTestSupport", "EmplaceInstances", "EmplaceGLPK"]),
    tests("EmplaceInstances", ["EmplaceTestSupport", "EmplaceSolvers"]),
    tests("EmplaceReport", ["EmplaceTestSupport", "EmplaceInstances", "EmplaceSolvers"]),
    tests(
      "EmplaceCLI",
      [
        "EmplaceTestSupport", "Emplace", "EmplaceGLPK",
        .product(name: "Crypto", package: "swift-crypto"),
      ]),
  ]
)
