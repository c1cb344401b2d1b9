import MarketData

@testable import Monitors

/// Uptime as its rules say it, second by second, with flat arrays and linear scans: slow, and nothing in common with
/// the intervals of the report but the calendar's sessions.
///
/// A second in which nothing changes, after one in which nothing changes, is like that one; all others are worked out.
struct UptimeOracle {
    struct Incident: Equatable {
        var start: Int
        var end: Int?
        var seconds = 0
        var excluded = 0
        var cause: String
        var reason: String
    }

    struct Result: Equatable {
        var market = 0
        var whole = 0
        var bad = 0
        var excluded = 0
        var byCause = [String: Int]()
        var incidents: [Incident] = []
    }

    struct Rule {
        var first: UInt64
        var end: UInt64
        var cause: String
        var announced: UInt64
    }

    struct Verdict {
        var isGood: Bool
        var cause = ""
        var reason = ""
    }

    var presences: [ServicePresence]
    var states: [ServiceState]
    var rules: [Rule] = []

    init(presences: [ServicePresence], states: [ServiceState], rows: [EvidenceRow]) {
        self.presences = presences
        self.states = states
        // What each row began as, walking back from the rows that nobody replaced or withdrew.
        for row in rows where !rows.contains(where: { Self.names($0) == row.id }) {
            guard let last = Self.exclusion(row) else { continue }
            var chain = [row]
            while let name = Self.names(chain[0]), let earlier = rows.first(where: { $0.id == name }) {
                chain.insert(earlier, at: 0)
            }
            var announced = chain[0].recordedAt
            for (earlier, later) in zip(chain, chain.dropFirst()) {
                guard let old = Self.exclusion(earlier), let new = Self.exclusion(later) else { continue }
                if new.from < old.from || new.to > old.to || new.cause != old.cause { announced = later.recordedAt }
            }
            rules.append(Rule(first: last.from, end: last.to, cause: last.cause.rawValue, announced: announced))
        }
    }

    static func names(_ row: EvidenceRow) -> String? {
        switch row.content {
        case .correction(let target, _), .withdrawal(let target, _): target
        case .exclusion, .acknowledgement: nil
        }
    }

    static func exclusion(_ row: EvidenceRow) -> EvidenceRow.Exclusion? {
        switch row.content {
        case .exclusion(let exclusion), .correction(_, let exclusion): exclusion
        case .withdrawal, .acknowledgement: nil
        }
    }

    /// Whether the component is good in that presence at that instant; nil before its first state.
    private func state(_ component: String, _ epoch: Int, at time: UInt64) -> ServiceState? {
        var found: ServiceState?
        for state in states where state.epoch == epoch && state.component == component && state.time <= time {
            if found == nil || state.time >= found?.time ?? 0 { found = state }
        }
        return found
    }

    private func isGood(_ component: String, at time: UInt64) -> Bool {
        presences.contains { presence in
            presence.from <= time && time < presence.through
                && state(component, presence.epoch, at: time)?.isGood == true
        }
    }

    func verdict(_ component: String, second: Int) -> Verdict {
        let start = UInt64(second) * 1_000_000_000
        let stop = start + 1_000_000_000
        var instant = start
        if isGood(component, at: start) {
            // An outage that begins and ends in here; one that goes on is counted where the next second begins.
            var turns = [stop]
            for state in states where state.time > start && state.time < stop { turns.append(state.time) }
            for presence in presences {
                for time in [presence.from, presence.through] where time > start && time < stop { turns.append(time) }
            }
            turns.sort()
            guard let bad = turns.first(where: { $0 < stop && !isGood(component, at: $0) }),
                turns.contains(where: { $0 > bad && isGood(component, at: $0) })
            else { return Verdict(isGood: true) }
            instant = bad
        }
        var newest: ServicePresence?
        var last: ServicePresence?
        for presence in presences {
            if presence.from <= instant, instant < presence.through {
                let isGood = state(component, presence.epoch, at: instant)?.isGood == true
                if !isGood, presence.epoch > newest?.epoch ?? -1 { newest = presence }
            }
            if presence.through <= instant, (presence.through, presence.epoch) > (last?.through ?? 0, last?.epoch ?? -1)
            {
                last = presence
            }
        }
        if let newest {
            guard let state = state(component, newest.epoch, at: instant) else {
                return Verdict(isGood: false, cause: "telemetry", reason: "no telemetry")
            }
            return Verdict(isGood: false, cause: state.cause?.rawValue ?? "own", reason: state.reason)
        }
        return last?.endedCleanly == true
            ? Verdict(isGood: false, cause: "own", reason: "stopped")
            : Verdict(isGood: false, cause: "telemetry", reason: "no telemetry")
    }

    /// The rule that explains the second, if any, and whether planned downtime was announced in time.
    private func rule(_ second: Int) -> (cause: String, isAnnounced: Bool)? {
        let start = UInt64(second) * 1_000_000_000
        let covering = rules.filter { $0.first <= start && start < $0.end }
        for cause in ["exchange", "planned", "dependency"] {
            let found = covering.filter { $0.cause == cause }
            guard !found.isEmpty else { continue }
            return (cause, found.contains { $0.announced + 86_400_000_000_000 <= $0.first })
        }
        return nil
    }

    /// Seconds at which something changes, and the one after.
    private func changes(in all: Range<Int>) -> [Bool] {
        var changes = [Bool](repeating: false, count: all.count)
        var times = states.map(\.time)
        for presence in presences { times += [presence.from, presence.through] }
        for rule in rules { times += [rule.first, rule.end] }
        for time in times {
            let second = Int(time / 1_000_000_000)
            for touched in second - 1...second + 1 where all.contains(touched) {
                changes[touched - all.lowerBound] = true
            }
        }
        return changes
    }

    /// - Parameters:
    ///   - market: open stretches from the first of the period's month on, in seconds.
    ///   - months: first seconds of months.
    func result(
        _ component: String, market: [Range<Int>], period: Range<Int>, asOf: Int, months: [Int]
    ) -> Result {
        var result = Result()
        guard let first = market.first?.lowerBound, let end = market.last?.upperBound else { return result }
        let service = presences.map(\.from).min() ?? .max
        let serviceSecond = Int(service / 1_000_000_000) + (service % 1_000_000_000 > 0 ? 1 : 0)
        let changes = changes(in: first..<end)
        var plannedLeft = 3600
        var (whole, counted) = (0, 0)
        var closed = 0
        var wasBad = false
        for open in market {
            var nextMonth = months.first { $0 > open.lowerBound } ?? .max
            if months.contains(where: { $0 > closed && $0 <= open.lowerBound }) { plannedLeft = 3600 }
            closed = open.upperBound - 1
            var known: (verdict: Verdict, rule: (cause: String, isAnnounced: Bool)?)?
            var isKnownGood = false
            // Loops over ranges are slow in a debug build.
            var next = open.lowerBound
            while next < open.upperBound {
                let second = next
                next += 1
                if second == nextMonth {
                    plannedLeft = 3600
                    nextMonth = months.first { $0 > second } ?? .max
                }
                guard second >= serviceSecond else { continue }
                let isIn = second >= period.lowerBound && second < period.upperBound
                if isIn { whole += 1 }
                guard second < asOf, second < period.upperBound else { continue }
                if isIn { counted += 1 }
                if changes[second - first] || known == nil {
                    known = (verdict(component, second: second), rule(second))
                    isKnownGood = known?.verdict.isGood == true
                }
                if isKnownGood {
                    wasBad = false
                    continue
                }
                guard let known else { continue }
                let cause = known.rule?.cause ?? known.verdict.cause
                var isExcluded = known.rule?.cause == "exchange"
                if known.rule?.cause == "planned", known.rule?.isAnnounced == true, plannedLeft > 0 {
                    plannedLeft -= 1
                    isExcluded = true
                }
                guard isIn else { continue }
                if !wasBad || result.incidents.isEmpty {
                    result.incidents.append(
                        Incident(start: second, cause: cause, reason: known.verdict.reason))
                }
                wasBad = true
                let index = result.incidents.count - 1
                result.incidents[index].end = second + 1
                result.incidents[index].seconds += 1
                result.bad += 1
                result.byCause[cause, default: 0] += 1
                if isExcluded {
                    result.excluded += 1
                    result.incidents[index].excluded += 1
                }
            }
        }
        (result.whole, result.market) = (whole, counted)
        if wasBad, asOf < period.upperBound, let last = result.incidents.indices.last {
            result.incidents[last].end = nil
        }
        return result
    }
}
