internal import MarketData
internal import Signals

/// How long engines were not ready, by event time; while the market is closed nothing is missed.
struct Readiness: Hashable, Sendable {
    private let calendar: ExchangeCalendar
    private var notReadySince: [Arm: Timestamp] = [:]
    /// Open seconds of the session in which the candidate was not ready, without the stretch that runs.
    private var seconds = 0

    init(calendar: ExchangeCalendar) { self.calendar = calendar }

    mutating func note(_ arm: Arm, isReady: Bool, at time: Timestamp) {
        guard isReady else {
            notReadySince[arm] = notReadySince[arm] ?? time
            return
        }
        guard let since = notReadySince.removeValue(forKey: arm), arm == .candidate else { return }
        seconds += openSeconds(from: since, to: time)
    }

    /// The feed's time is known: who was not ready before its first moment is missed from that on.
    mutating func begin(at time: Timestamp) {
        for (arm, since) in notReadySince where since.nanos == 0 { notReadySince[arm] = time }
    }

    func isReady(_ arm: Arm) -> Bool { notReadySince[arm] == nil }

    func candidateSeconds(at time: Timestamp) -> Int {
        seconds + (notReadySince[.candidate].map { openSeconds(from: $0, to: time) } ?? 0)
    }

    /// Each session has its own count.
    mutating func closeSession(at time: Timestamp) {
        seconds = 0
        if notReadySince[.candidate] != nil { notReadySince[.candidate] = time }
    }

    private func openSeconds(from start: Timestamp, to end: Timestamp) -> Int {
        // The feed ends with an error before any time the calendar does not cover; before its first there is nothing to miss.
        start.nanos > 0 && start < end ? (try? calendar.openSeconds(from: start, to: end)) ?? 0 : 0
    }
}
