// swift-tools-version: 6.2
import PackageDescription

let common: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]
let strict = common + [.enableUpcomingFeature("MemberImportVisibility")]
// Beside SwiftNIO the compiler takes libc's structures for members of a private module (CDispatch), so targets that use
// both cannot ask for member import visibility.
let withLibc = common

// Shown by `tandem --version`. The Makefile says it: what a manifest finds by itself is cached until the manifest changes.
let revision =
    Context.environment["TANDEM_REVISION"].flatMap { $0.isEmpty ? nil : $0 }
    ?? Context.gitInformation.map { $0.currentCommit.prefix(12) + ($0.hasUncommittedChanges ? "-dirty" : "") }

func product(_ name: String, _ package: String) -> Target.Dependency { .product(name: name, package: package) }

let package = Package(
    name: "tandem",
    products: [.executable(name: "tandem", targets: ["tandem"])],
    dependencies: [
        // Command-line parsing, help and completion scripts.
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        // The supervisor's own log on standard error.
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        // SQLite for the journal: migrations, statements, read-only readers.
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        // Who is on the other end of the control socket.
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        // HDR histograms of latencies.
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", exact: "0.2.0"),
        // HTTP over the control socket.
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1", traits: []),
        // YAML with line numbers for specs.
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    ],
    targets: [
        // Zstandard frames of market data; the reference implementation.
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        // SHA-256 for assignment, digest and journal chain.
        .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        // HTTP, TLS and SMTP for alerts, with time-outs for each phase.
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),

        .target(name: "MarketData", dependencies: ["CZstd", "CCrypto"], swiftSettings: strict),
        .target(name: "Signals", dependencies: ["MarketData"], swiftSettings: strict),
        .target(name: "Engines", dependencies: ["MarketData", "Signals"], swiftSettings: strict),
        .target(
            name: "Monitors", dependencies: ["MarketData", product("Histogram", "hdrhistogram-swift")],
            swiftSettings: strict),
        .target(name: "Rollout", dependencies: ["MarketData", "Signals", "Monitors"], swiftSettings: strict),
        .target(name: "Alerts", dependencies: ["MarketData"], swiftSettings: strict),
        .target(name: "Feeds", dependencies: ["MarketData"], swiftSettings: strict),
        .target(
            name: "Operator",
            dependencies: [
                "MarketData", "Signals", "Engines", "Monitors", "Rollout", "Feeds", "Alerts", "CCurl",
                product("GRDB", "GRDB.swift"), product("Hummingbird", "hummingbird"),
                product("NIOCore", "swift-nio"),
                product("Logging", "swift-log"), product("Yams", "Yams"),
            ],
            swiftSettings: withLibc),
        .target(name: "CRevision", cSettings: [.define("TANDEM_REVISION", to: "\"\(revision ?? "unknown")\"")]),
        // The pages of runbooks/, embedded by the C compiler: what the program prints is the file itself, without a bundle
        // beside it.
        .target(name: "CRunbooks"),
        .executableTarget(
            name: "tandem",
            dependencies: [
                "Operator", "Alerts", "Engines", "Feeds", "MarketData", "Monitors", "Rollout", "Signals", "CRevision",
                "CRunbooks",
                product("ArgumentParser", "swift-argument-parser"), product("Logging", "swift-log"),
            ],
            swiftSettings: withLibc),

        .testTarget(name: "MarketDataTests", dependencies: ["MarketData"], swiftSettings: strict),
        .testTarget(name: "SignalsTests", dependencies: ["MarketData", "Signals"], swiftSettings: strict),
        .testTarget(name: "EnginesTests", dependencies: ["MarketData", "Signals", "Engines"], swiftSettings: strict),
        .testTarget(name: "MonitorsTests", dependencies: ["MarketData", "Monitors"], swiftSettings: strict),
        .testTarget(name: "RolloutTests", dependencies: ["MarketData", "Signals", "Rollout"], swiftSettings: strict),
        .testTarget(name: "AlertsTests", dependencies: ["MarketData", "Alerts"], swiftSettings: strict),
        .testTarget(name: "FeedsTests", dependencies: ["MarketData", "Feeds"], swiftSettings: strict),
        .testTarget(
            name: "OperatorTests",
            dependencies: [
                "MarketData", "Signals", "Engines", "Monitors", "Rollout", "Feeds", "Alerts", "Operator",
                product("Logging", "swift-log"),
            ],
            exclude: ["BadSpecs"], swiftSettings: withLibc),
        // Starts the release binary that TANDEM_BINARY names; links nothing of it.
        .testTarget(name: "EndToEndTests", dependencies: ["MarketData"], swiftSettings: withLibc),
    ]
)

// The test targets that are built, with what they need; all where it is not set. A build under a sanitizer makes everything
// anew, and no two of them need the same.
if let tests = Context.environment["TANDEM_TESTS"] {
    var waiting = tests.split(separator: " ").map(String.init)
    var needed: Set<String> = []
    while let name = waiting.popLast() {
        guard needed.insert(name).inserted else { continue }
        for case .byNameItem(let other, _) in package.targets.first(where: { $0.name == name })?.dependencies ?? [] {
            waiting.append(other)
        }
    }
    package.targets.removeAll { !needed.contains($0.name) }
    package.products = []
}
