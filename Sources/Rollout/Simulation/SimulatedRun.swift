/// What came of one simulated rollout.
public struct SimulatedRun: Hashable, Sendable {
    /// What can happen to it.
    public enum Event: Int, Hashable, Sendable, CaseIterable {
        case canary, limited, full, harm, loss, fall, noGain, deadline
    }

    /// Sessions in which each event came first, from 1; 0: never.
    private var firsts = SIMD8<Int16>.zero
    /// The candidate's live signals.
    public internal(set) var live = 0
    /// What they made from the session on from which the case counts.
    public internal(set) var liveMicros: Int64 = 0

    init() {}

    /// The session in which an event came first, from 1; nil: it never came.
    public func first(_ event: Event) -> Int? { firsts[event.rawValue] > 0 ? Int(firsts[event.rawValue]) : nil }

    /// Whether any of the events came by a session.
    func came(_ events: [Event], by session: Int = .max) -> Bool {
        events.contains { first($0).map { $0 <= session } ?? false }
    }

    mutating func note(_ event: Event, in session: Int) {
        if firsts[event.rawValue] == 0 { firsts[event.rawValue] = Int16(clamping: session) }
    }
}

/// The candidate's live signals of a session: routed by half hours, bound by the stage's limits, their outcomes known at
/// once (`decision-statistics.md`, section 6).
struct LiveSession {
    private(set) var signals = 0
    private(set) var micros: Int64 = 0

    init(_ market: SimulatedMarket, weight: Weight, limits: LiveLimits? = nil) {
        guard weight > .zero else { return }
        let share = Double(weight.tenThousandths) / 10_000
        for signal in market.candidate where market.units[signal.halfHour] < share {
            if let most = limits?.perSession, signals >= most { return }
            if let loss = limits?.lossRSession, Double(micros) <= -loss * 1e6 { return }
            signals += 1
            micros += signal.rMicros
        }
    }
}
