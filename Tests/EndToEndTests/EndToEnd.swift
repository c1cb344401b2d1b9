import Foundation
import Testing

/// The release binary with real processes: each test starts what a user would start.
///
/// One at a time: several of the claims are about deadlines, and a machine with two cores keeps them only so.
@Suite(.serialized, .needsBinary, .timeLimit(.minutes(60))) enum EndToEnd {}

/// What is tested, and how much of it.
enum Tandem {
    /// Absolute path of the binary; empty when TANDEM_BINARY is not set.
    static let binary: String = {
        guard let path = ProcessInfo.processInfo.environment["TANDEM_BINARY"], !path.isEmpty else { return "" }
        return path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    }()

    /// Full counts, as `make soak` wants them.
    static let isSoak = ProcessInfo.processInfo.environment["TANDEM_SOAK"] == "1"
    /// Public market data outside the repository.
    static let testData = ProcessInfo.processInfo.environment["TANDEM_TESTDATA"]

    static func count(_ reduced: Int, soak: Int) -> Int { isSoak ? soak : reduced }

    /// The checkout this file is part of.
    static let repository: String = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
}

extension Trait where Self == ConditionTrait {
    static var needsBinary: Self {
        .enabled(if: FileManager.default.isExecutableFile(atPath: Tandem.binary), "TANDEM_BINARY names no program")
    }

    static var needsTestData: Self { .enabled(if: Tandem.testData != nil, "TANDEM_TESTDATA is not set") }
}

/// A test's own fault: something that had to happen did not in time.
struct Late: Error, CustomStringConvertible {
    let description: String
}

/// Asks until there is an answer; the deadline is the only fixed time in these tests.
@discardableResult
func eventually<T>(
    _ what: String, within seconds: Double = 20, every pauseMicroseconds: UInt32 = 5_000, _ body: () throws -> T?
) throws -> T {
    let deadline = ContinuousClock.now + .milliseconds(Int(seconds * 1000))
    while true {
        if let answer = try body() { return answer }
        guard ContinuousClock.now < deadline else { throw Late(description: "not within \(seconds) s: \(what)") }
        usleep(pauseMicroseconds)
    }
}

func seconds(since start: ContinuousClock.Instant) -> Double { (ContinuousClock.now - start) / .seconds(1) }

/// SplitMix64 (Steele, Lea and Flood 2014): a seeded generator, so that a failure can be repeated.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
