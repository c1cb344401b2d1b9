import Foundation
import Testing

/// Public market data that is not part of the repository: found through the environment variable TANDEM_TESTDATA only.
enum TestData {
    static let folder = ProcessInfo.processInfo.environment["TANDEM_TESTDATA"]
    static var isPresent: Bool { folder != nil }

    static func path(_ name: String) -> String { (folder ?? "") + "/dbn/" + name }
}

extension Trait where Self == ConditionTrait {
    /// Skips a test by name where the data is not there.
    static var needsTestData: Self { .enabled(if: TestData.isPresent, "TANDEM_TESTDATA is not set") }
}
