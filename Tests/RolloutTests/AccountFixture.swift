internal import Foundation
import Rollout

/// How often a random test runs: `few` times, `many` when asked for.
func accountRounds(_ few: Int, _ many: Int) -> Int {
    ProcessInfo.processInfo.environment["TANDEM_SOAK"] == nil ? few : many
}

func accountMicros(_ value: Double) -> Int64 { Int64((value * 1e6).rounded()) }

/// Seconds after `noon`, which begins a half hour.
func scoredSignal(
    at second: Double, until exit: Double?, r: Double = 1, isResolved: Bool = true, isTainted: Bool = false
) -> ScoredSignal {
    ScoredSignal(
        time: outcomeTime(second), exitTime: exit.map { outcomeTime($0) }, rMicros: accountMicros(r),
        isResolved: isResolved,
        isTaintedHalfHour: isTainted)
}
