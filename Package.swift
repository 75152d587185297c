// swift-tools-version: 6.2
// The floors of the house, lowest first. A target imports only floors below its own;
// tools/check holds the arrows to that.
import PackageDescription

let swift: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableExperimentalFeature("Lifetimes"),
]

let optimisedC: [CSetting] = [.unsafeFlags(["-O3", "-std=c11", "-Wall", "-Wextra", "-Werror"])]

let package = Package(
  name: "colonnade",
  products: [
    .library(name: "Colonnade", targets: ["Colonnade"]),
    .executable(name: "colonnade", targets: ["ColonnadeCommand"]),
  ],
  dependencies: [
    // Parsing of the command line, its help, completions and man pages.
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0")
  ],
  targets: [
    // Floor 0: C. libzstd compresses pages; it is the codec the format names.
    .systemLibrary(
      name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
    .target(name: "CKernels", cSettings: optimisedC),
    // The structures of Arrow's C data and C stream interfaces.
    .target(name: "CArrow", cSettings: optimisedC),
    // simdjson parses JSON Lines, fast_float parses decimal text, zlib opens gzip input,
    // flatbuffers and lz4 read and write Arrow's messages and their compressed buffers.
    .target(
      name: "CIngest",
      cxxSettings: [.unsafeFlags(["-O3", "-Wall", "-Wextra", "-Werror"])],
      linkerSettings: [
        .linkedLibrary("simdjson"), .linkedLibrary("z"), .linkedLibrary("lz4"),
      ]),

    // Floor 1: errors, bytes, checksums, memory, the seam to the operating system.
    .target(name: "ColonnadeBase", dependencies: ["CKernels"], swiftSettings: swift),
    // Floor 2: types, column vectors, batches.
    .target(
      name: "ColonnadeArrays", dependencies: ["ColonnadeBase", "CArrow", "CKernels"],
      swiftSettings: swift),
    // Floor 3: one file.
    .target(
      name: "ColonnadeFormat",
      dependencies: ["ColonnadeArrays", "ColonnadeBase", "CKernels", "CZstd"],
      swiftSettings: swift),
    // Floor 4: many files.
    .target(
      name: "ColonnadeTable",
      dependencies: ["ColonnadeFormat", "ColonnadeArrays", "ColonnadeBase", "CKernels"],
      swiftSettings: swift),
    // Floor 5: from a predicate to batches.
    .target(
      name: "ColonnadeQuery",
      dependencies: [
        "ColonnadeTable", "ColonnadeFormat", "ColonnadeArrays", "ColonnadeBase", "CKernels",
      ],
      swiftSettings: swift),
    // Floor 6: text and Arrow in, Arrow out.
    .target(
      name: "ColonnadeIngest",
      dependencies: ["ColonnadeArrays", "ColonnadeBase", "CIngest", "CKernels", "CZstd"],
      swiftSettings: swift),
    // Floor 7: the public library.
    .target(
      name: "Colonnade",
      dependencies: [
        "ColonnadeQuery", "ColonnadeIngest", "ColonnadeTable", "ColonnadeFormat",
        "ColonnadeArrays", "ColonnadeBase",
      ],
      swiftSettings: swift),
    // The library's face to C: one header, and what frees Python's capsules.
    .target(
      name: "CColonnade", dependencies: ["CArrow"], cSettings: optimisedC),
    // Floor 8: the C interface, which tools/library links into libcolonnade.
    .target(
      name: "ColonnadeC",
      dependencies: [
        "CColonnade", "CArrow", "ColonnadeQuery", "ColonnadeTable", "ColonnadeFormat",
        "ColonnadeArrays", "ColonnadeBase",
      ],
      swiftSettings: swift),
    // Floor 8: commands for people.
    .executableTarget(
      name: "ColonnadeCommand",
      dependencies: [
        "Colonnade", "ColonnadeIngest", "ColonnadeQuery", "ColonnadeTable", "ColonnadeFormat",
        "ColonnadeArrays", "ColonnadeBase",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: swift),

    // Answers predicates over random tables, for the comparison with DuckDB.
    .executableTarget(
      name: "PredicateProbe",
      dependencies: [
        "ColonnadeQuery", "ColonnadeIngest", "ColonnadeFormat", "ColonnadeArrays", "ColonnadeBase",
      ],
      path: "Tests/PredicateProbe", swiftSettings: swift),

    // Draws bytes against time for what a writer may choose; see Benchmarks/README.md.
    .executableTarget(
      name: "Tradeoff",
      dependencies: [
        "ColonnadeQuery", "ColonnadeIngest", "ColonnadeFormat", "ColonnadeArrays", "ColonnadeBase",
      ],
      path: "Benchmarks/tradeoff", swiftSettings: swift),

    // Tests, one target per floor.
    // What is fuzzed, and the replay of seeds and findings in the ordinary tests.
    .target(
      name: "FuzzTargets",
      dependencies: [
        "ColonnadeQuery", "ColonnadeTable", "ColonnadeIngest", "ColonnadeFormat",
        "ColonnadeArrays", "ColonnadeBase", "CArrow",
      ],
      path: "Tests/FuzzTargets", swiftSettings: swift),
    .testTarget(
      name: "FuzzReplayTests", dependencies: ["FuzzTargets", "TestSupport"],
      swiftSettings: swift),
    // Seeded random numbers for every test target.
    .target(
      name: "TestSupport", dependencies: ["ColonnadeArrays"], path: "Tests/TestSupport",
      swiftSettings: swift),
    .testTarget(
      name: "ColonnadeArraysTests",
      dependencies: ["ColonnadeArrays", "ColonnadeBase", "CArrow", "TestSupport"],
      swiftSettings: swift),
    .testTarget(
      name: "ColonnadeBaseTests", dependencies: ["ColonnadeBase", "CKernels", "TestSupport"],
      swiftSettings: swift),
    .testTarget(
      name: "ColonnadeFormatTests",
      dependencies: [
        "ColonnadeFormat", "ColonnadeArrays", "ColonnadeBase", "CKernels", "TestSupport",
      ], swiftSettings: swift),
    .testTarget(
      name: "ColonnadeTableTests",
      dependencies: [
        "ColonnadeTable", "ColonnadeFormat", "ColonnadeArrays", "ColonnadeBase", "CKernels",
        "FuzzTargets", "TestSupport",
      ], swiftSettings: swift),
    .testTarget(
      name: "ColonnadeQueryTests",
      dependencies: [
        "ColonnadeQuery", "ColonnadeTable", "ColonnadeFormat", "ColonnadeArrays", "ColonnadeBase",
        "CKernels", "TestSupport",
      ],
      swiftSettings: swift),
    .testTarget(
      name: "ColonnadeTests", dependencies: ["Colonnade"], swiftSettings: swift),
    .testTarget(
      name: "ColonnadeCommandTests",
      dependencies: ["ColonnadeCommand", "ColonnadeTable", "ColonnadeArrays", "ColonnadeBase"],
      swiftSettings: swift),
    .testTarget(
      name: "ColonnadeIngestTests",
      dependencies: [
        "ColonnadeIngest", "ColonnadeArrays", "ColonnadeBase", "CIngest", "TestSupport",
      ],
      swiftSettings: swift),
  ],
  cLanguageStandard: .c11,
  cxxLanguageStandard: .cxx17
)

// libFuzzer's driver links only with the fuzzer's flags: tools/fuzz asks for it.
if Context.environment["COLONNADE_FUZZ"] != nil {
  package.targets.append(
    .executableTarget(
      name: "FuzzDriver", dependencies: ["FuzzTargets"], path: "Tests/FuzzDriver",
      swiftSettings: [.swiftLanguageMode(.v5)]))
}
