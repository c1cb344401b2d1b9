internal import MarketData
internal import Signals

/// Whether both arms said the same: a case is an underlying in a half hour of event time, from 00:00 UTC, in which one of them
/// had a direction. An arm's direction is the sign of its long less its short actionable signals; as many of each are none.
public struct ArmAgreement: Hashable, Sendable {
    /// How many cases, and which share of all.
    public struct Share: Hashable, Sendable, Encodable {
        public let count: Int
        /// `count` is cases; limits are by session.
        public let share: Estimate
    }

    /// Cases.
    public let cases: Int
    public let same: Share
    public let opposite: Share
    /// Only the baseline had a direction.
    public let missed: Share
    /// Only the candidate had one.
    public let extra: Share

    init(_ sessions: [Counts]) {
        cases = sessions.reduce(0) { $0 + $1.cases }
        func share(_ count: KeyPath<Counts, Int>) -> Share {
            Share(
                count: sessions.reduce(0) { $0 + $1[keyPath: count] },
                share: SessionStatistics.share(sessions.map { ($0[keyPath: count], $0.cases) })
                    .known(in: sessions.count { $0.cases > 0 }))
        }
        same = share(\.same)
        opposite = share(\.opposite)
        missed = share(\.missed)
        extra = share(\.extra)
    }

    /// Of one session.
    struct Counts: Hashable, Sendable {
        private(set) var same = 0
        private(set) var opposite = 0
        private(set) var missed = 0
        private(set) var extra = 0

        var cases: Int { same + opposite + missed + extra }

        /// - Parameters: long less short signals of each arm.
        mutating func add(baseline: Int, candidate: Int) {
            switch (baseline.signum(), candidate.signum()) {
            case (0, 0): break
            case (_, 0): missed += 1
            case (0, _): extra += 1
            case (let first, let second): if first == second { same += 1 } else { opposite += 1 }
            }
        }
    }
}

/// Long less short signals of both arms, by half hour and underlying; empty between sessions.
struct NetDirections {
    private struct Case: Hashable {
        let halfHour: UInt64
        let underlying: InstrumentID
    }

    private static let halfHourNanos: UInt64 = 1_800_000_000_000
    private var nets: [Case: (baseline: Int, candidate: Int)] = [:]

    mutating func add(_ signal: MeasuredSignal) {
        let key = Case(halfHour: signal.score.time / Self.halfHourNanos, underlying: signal.underlying)
        let sign = signal.direction == .long ? 1 : -1
        switch signal.arm {
        case .baseline: nets[key, default: (0, 0)].baseline += sign
        case .candidate: nets[key, default: (0, 0)].candidate += sign
        }
    }

    var counts: ArmAgreement.Counts {
        var counts = ArmAgreement.Counts()
        for net in nets.values { counts.add(baseline: net.baseline, candidate: net.candidate) }
        return counts
    }
}

extension ArmAgreement: Encodable {
    private enum CodingKeys: String, CodingKey { case cases, same, opposite, missed, extra }
}
