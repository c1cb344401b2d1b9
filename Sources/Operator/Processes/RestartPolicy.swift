/// Decides what follows an unexpected end of an engine in arrival mode (alerts-sla-budget.md, section 5.3).
///
/// Times are durations since any fixed moment of a monotonic clock. A drained engine's exit 0 is not a death: do not pass it on.
package struct RestartPolicy: Sendable {
    package enum Role: Hashable, Sendable {
        /// Never gives up.
        case baseline
        /// Is quarantined when it dies too often.
        case candidate
    }

    package enum Action: Hashable, Sendable {
        case restart(after: Duration)
        case quarantine(reason: String)
        /// Exit 78: the same configuration would fail again, for either arm.
        case neverRestart(reason: String)
    }

    /// Before the first, second … restart in a row; the last one repeats.
    package static let delays: [Duration] = [
        .zero, .milliseconds(500), .seconds(1), .seconds(2), .seconds(4), .seconds(8), .seconds(15), .seconds(30),
        .seconds(60),
    ]
    /// A delay is spread over ± this share of it.
    package static let jitterShare = 0.2
    /// An engine that was ready for so long starts again at the first delay.
    package static let stableAfter = Duration.seconds(600)
    /// Deaths within a time that make a crash loop. The times include both ends.
    package static let crashLoops: [(deaths: Int, within: Duration)] = [(3, .seconds(30)), (5, .seconds(120))]

    package let role: Role
    /// Deaths in a row without ten stable minutes between them.
    package private(set) var attempts = 0
    private var readySince: Duration?
    private var deaths: [Duration] = []

    package init(role: Role) { self.role = role }

    /// The engine answers. Call again after each time it was not ready: a stalling engine is not stable.
    package mutating func becameReady(at now: Duration) { readySince = readySince ?? now }

    package mutating func becameUnready() { readySince = nil }

    /// Records an unexpected end at `now` and says what to do.
    ///
    /// - Parameter jitter: a random number, 0 ≤ jitter < 1; 0.5 is no change.
    package mutating func died(_ status: ExitStatus, at now: Duration, jitter: Double) -> Action {
        if let readySince, now - readySince >= Self.stableAfter { attempts = 0 }
        readySince = nil
        if status.isBadConfiguration { return .neverRestart(reason: "\(status)") }

        attempts += 1
        deaths.append(now)
        let longest = Self.crashLoops.map(\.within).max() ?? .zero
        deaths.removeAll { now - $0 > longest }
        if role == .candidate {
            for loop in Self.crashLoops {
                let count = deaths.count { now - $0 <= loop.within }
                guard count >= loop.deaths else { continue }
                let seconds = loop.within.components.seconds
                return .quarantine(reason: "\(count) deaths in \(seconds) s, the last: \(status)")
            }
        }
        let delay = Self.delays[min(attempts, Self.delays.count) - 1]
        let factor = 1 - Self.jitterShare + 2 * Self.jitterShare * min(max(jitter, 0), 1)
        return .restart(after: delay * factor)
    }
}
