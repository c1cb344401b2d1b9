package import MarketData
package import Monitors

/// Sees, turn by turn of the router's loop, which parts of the service stand, and vouches for the operator once a second.
///
/// What it finds goes into the journal as changes; a part's state holds until its next change or, where the heartbeat
/// ends, no longer than that. Nothing here decides anything.
package struct ServiceWatch: Sendable {
    /// How one part stands now.
    package struct Standing: Sendable, Hashable {
        package var component: String
        package var isGood: Bool
        package var cause: String?
        package var reason: String
        /// Monotonic time at which it stopped moving, if that was before it was seen.
        package var sinceAt: UInt64?

        package static func good(_ component: String) -> Standing {
            Standing(component: component, isGood: true, cause: nil, reason: "")
        }

        package static func bad(
            _ component: String, _ reason: String, cause: DowntimeCause = .own, sinceAt: UInt64? = nil
        ) -> Standing {
            Standing(component: component, isGood: false, cause: cause.rawValue, reason: reason, sinceAt: sinceAt)
        }
    }

    /// A part that does not move for this long is not well.
    package static let patienceNanos: UInt64 = 2_000_000_000
    private static let heartbeatNanos: UInt64 = 1_000_000_000

    private let epoch: Int
    private let basis: String
    private var clock: MarketClock
    private var standings: [String: Standing] = [:]
    private var presence: Measurements.Presence?
    private var lastTurnAt: UInt64?
    private var nextHeartbeatAt: UInt64 = 0
    /// Market time of the last turn; 0 before the first mark.
    private(set) var lastTime: UInt64 = 0

    /// - Parameters:
    ///   - last: what the operator before this one vouched for; nil for the first.
    ///   - wall: ns since 1970 by the wall clock, at monotonic time `at`.
    package init(epoch: Int, basis: String, speed: Double, after last: Measurements.Presence?, wall: UInt64, at: UInt64)
    {
        self.epoch = epoch
        self.basis = basis
        let resumed = last.map { last in
            (last.through + UInt64(Double(wall - min(wall, last.throughAt)) * speed), at)
        }
        clock = MarketClock(speed: speed, resumed: resumed)
    }

    /// The feed came to a mark.
    package mutating func passed(_ mark: Mark, at: UInt64) { clock.passed(mark, at: at) }

    /// Market time, never falling; nil before the first mark.
    package mutating func time(at: UInt64) -> UInt64? {
        guard let now = clock.now(at: at) else { return nil }
        lastTime = max(lastTime, now)
        return lastTime
    }

    /// One turn of the loop: what changed since the turn before, and the heartbeat when it is due.
    ///
    /// - Parameters:
    ///   - commitNanos: what the last commit took.
    ///   - wall: the wall clock.
    package mutating func turn(
        _ found: [Standing], commitNanos: UInt64, at: UInt64, wall: UInt64, isLast: Bool = false
    ) -> Measurements {
        var measured = Measurements()
        let before = lastTime
        guard let now = time(at: at) else { return measured }
        if let lastTurnAt, at - lastTurnAt > Self.patienceNanos {
            let reason = "did nothing for \((at - lastTurnAt) / 1_000_000) ms"
            let part = commitNanos > Self.patienceNanos ? "journal" : "router"
            for component in [part, "route"] { note(.bad(component, reason), at: before, in: &measured) }
        }
        lastTurnAt = at
        for standing in [.good("router"), .good("journal")] + found { note(standing, at: now, in: &measured) }
        if presence == nil || isLast || at >= nextHeartbeatAt {
            nextHeartbeatAt = at + Self.heartbeatNanos
            var current =
                presence
                ?? Measurements.Presence(
                    epoch: epoch, basis: basis, from: now, through: now, fromAt: wall, throughAt: wall,
                    endedCleanly: false)
            (current.through, current.throughAt, current.endedCleanly) = (now, wall, isLast)
            presence = current
            measured.presence = current
        }
        return measured
    }

    private mutating func note(_ standing: Standing, at time: UInt64, in measured: inout Measurements) {
        guard standings[standing.component] != standing else { return }
        standings[standing.component] = standing
        measured.states.append(
            Measurements.State(
                epoch: epoch, time: time, component: standing.component, isGood: standing.isGood,
                cause: standing.cause, reason: standing.reason,
                since: standing.sinceAt.flatMap { clock.now(at: $0) }.map { min($0, time) }))
    }
}
