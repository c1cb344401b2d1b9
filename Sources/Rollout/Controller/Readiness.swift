internal import MarketData
internal import Signals

/// How long engines were not ready, by event time.
struct Readiness: Hashable, Sendable {
    private var notReadySince: [Arm: UInt64] = [:]
    /// Seconds of the session in which the candidate was not ready, without the stretch that runs.
    private var seconds: UInt64 = 0

    mutating func note(_ arm: Arm, isReady: Bool, at time: Timestamp) {
        guard isReady else {
            notReadySince[arm] = notReadySince[arm] ?? time.nanos
            return
        }
        guard let since = notReadySince.removeValue(forKey: arm), arm == .candidate else { return }
        seconds += (max(time.nanos, since) - since) / 1_000_000_000
    }

    func isReady(_ arm: Arm) -> Bool { notReadySince[arm] == nil }

    func candidateSeconds(at time: Timestamp) -> Int {
        let running = notReadySince[.candidate].map { (max(time.nanos, $0) - $0) / 1_000_000_000 } ?? 0
        return Int(seconds + running)
    }

    /// While the market is closed nothing is missed.
    mutating func closeSession() {
        seconds = 0
        if notReadySince[.candidate] != nil { notReadySince[.candidate] = .max }
    }

    mutating func openSession(at time: Timestamp) {
        if notReadySince[.candidate] != nil { notReadySince[.candidate] = time.nanos }
    }
}
