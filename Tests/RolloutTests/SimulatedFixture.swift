import Foundation

@testable import Rollout

/// A count for every day, or a large one when TANDEM_SOAK is set.
func count(_ usual: Int, soak: Int) -> Int { ProcessInfo.processInfo.environment["TANDEM_SOAK"] == nil ? usual : soak }

extension SimulatedCase {
    /// - Precondition: there is such a case.
    static func named(_ name: String, in cases: [SimulatedCase] = all) -> SimulatedCase {
        cases.first { $0.name == name } ?? cases[0]
    }
}
