import Foundation
import MarketData
import Testing

@testable import Monitors

/// Random months of a service: the report must be to the second what a slow and simple count says.
@Suite struct UptimeOracleTests {
    private static let rounds = ProcessInfo.processInfo.environment["TANDEM_SOAK"] == nil ? 50 : 1000

    @Test func reportsAreThoseOfACountSecondBySecond() throws {
        var badMonths = 0
        for seed in 0..<UInt64(Self.rounds) {
            var month = try UptimeMonth(seed: seed)
            let report = try month.report()
            let expected = try month.expected("route")
            badMonths += expected.bad > 0 ? 1 : 0
            #expect(Self.found(report) == expected, "seed \(seed), \(report.period) on \(report.calendar)")
            #expect(report.periodSeconds == expected.whole, "seed \(seed)")
            #expect(report.explanation.reduce(0) { $0 + $1.seconds } == expected.bad, "seed \(seed)")
            #expect(
                report.explanation.reduce(0) { $0 + ($1.isCounted ? 0 : $1.seconds) } == expected.excluded,
                "seed \(seed)")
            #expect(report.explanation.allSatisfy { Int($0.end - $0.start) == $0.seconds * 1_000_000_000 }, "\(seed)")
            #expect(report.days.reduce(0) { $0 + $1.bad.reduce(0, +) } == expected.bad, "seed \(seed)")
            #expect(report.days.reduce(0) { $0 + $1.inService.reduce(0, +) } == expected.market, "seed \(seed)")
            let feed = try month.expected("feed")
            let component = try #require(report.components.last)
            #expect(component.badSeconds == feed.bad || component.badSeconds == nil, "seed \(seed)")
            if expected.market > 0 { #expect(component.badSeconds != nil || !month.hasFeed, "seed \(seed)") }
        }
        #expect(badMonths > Self.rounds / 2)
    }

    private static func found(_ report: SLAReport) -> UptimeOracle.Result {
        var result = UptimeOracle.Result()
        result.market = report.marketSeconds
        result.whole = report.periodSeconds
        result.bad = report.badSecondsRaw
        result.excluded = report.badSecondsRaw - report.badSecondsAdjusted
        for cause in DowntimeCause.allCases where report.byCause[cause] > 0 {
            result.byCause[cause.rawValue] = report.byCause[cause]
        }
        result.incidents = report.incidents.map { incident in
            UptimeOracle.Incident(
                start: Int(incident.start / 1_000_000_000), end: incident.end.map { Int($0 / 1_000_000_000) },
                seconds: incident.seconds, excluded: incident.excludedSeconds, cause: incident.cause.rawValue,
                reason: incident.reason)
        }
        return result
    }
}

/// A random history: mostly good, with trouble in one to five sessions.
private struct UptimeMonth {
    private var random: RenderingRandom
    private let calendar: ExchangeCalendar
    private let period: SLAPeriod
    private let asOf: Timestamp
    private var presences: [ServicePresence] = []
    private var states: [ServiceState] = []
    private var rows: [EvidenceRow] = []
    private let sessions: [Session]
    let hasFeed: Bool

    init(seed: UInt64) throws {
        var random = RenderingRandom(seed: seed)
        calendar = try ExchangeCalendar(named: random.chance(30) ? "cme-globex-equity" : "us-equity-rth")
        let year = Int.random(in: 2023...2026, using: &random)
        let number = random.chance(40) ? random.pick([3, 11]) : Int.random(in: 2...12, using: &random)
        let first = try #require(CivilDate(year: year, month: number, day: 1))
        let summary = try calendar.monthSummary(year: year, month: number)
        switch Int.random(in: 0..<10, using: &random) {
        case 0: period = try SLAPeriod(session: random.pick(summary.sessions).date, calendar: calendar)
        case 1:
            let start = first.adding(days: Int.random(in: 0...27, using: &random))
            period = try SLAPeriod(
                from: start, through: start.adding(days: Int.random(in: 0...20, using: &random)), calendar: calendar)
        default: period = try SLAPeriod(month: String("\(first)".prefix(7)), calendar: calendar)
        }
        let length = period.to.nanos - period.from.nanos
        asOf =
            random.chance(60)
            ? period.to : Timestamp(nanos: period.from.nanos + UInt64.random(in: 0...length, using: &random))
        sessions = summary.sessions
        hasFeed = !random.chance(10)
        self.random = random
        makeHistory()
        makeEvidence()
        if self.random.chance(50) { makeMaintenance() }
    }

    /// A time in or around the sessions of trouble: often a whole second, or a nanosecond beside one.
    private func time(_ sessions: [Session], _ random: inout RenderingRandom) -> UInt64 {
        let segment = random.pick(random.pick(sessions).segments)
        let length = segment.upperBound.nanos - segment.lowerBound.nanos
        var time = segment.lowerBound.nanos + UInt64.random(in: 0...length, using: &random)
        switch Int.random(in: 0..<12, using: &random) {
        case 0: time = segment.lowerBound.nanos
        case 1: time = segment.upperBound.nanos
        case 2: time = segment.upperBound.nanos + UInt64.random(in: 0...7200, using: &random) * 1_000_000_000
        default: break
        }
        if random.chance(60) { time -= time % 1_000_000_000 }
        return random.chance(30) ? time + UInt64.random(in: 0...2, using: &random) - 1 : time
    }

    private mutating func makeHistory() {
        let troubled = (0..<Int.random(in: 1...5, using: &random)).map { _ in random.pick(sessions) }
        var begin = sessions[0].open.nanos - 86_400_000_000_000
        if random.chance(20) { begin = time(troubled, &random) }
        let end = sessions[sessions.count - 1].close.nanos + 40 * 86_400_000_000_000
        let deaths = (0..<Int.random(in: 0...5, using: &random)).map { _ in time(troubled, &random) }.sorted()
        for (epoch, death) in (deaths + [end]).enumerated() where death > begin || epoch == 0 {
            presences.append(
                ServicePresence(epoch: epoch, from: begin, through: max(begin, death), endedCleanly: random.chance(40)))
            makeStates(epoch: epoch, from: begin, to: max(begin + 1, death), troubled)
            let gap = UInt64.random(in: 0...1 << UInt64.random(in: 20...44, using: &random), using: &random)
            // Some hand over with both there, some within one instant.
            begin = random.chance(30) ? death - min(death, gap / 2) : random.chance(20) ? death : death + gap
        }
        presences.shuffle(using: &random)
        // Order matters only between states of one time.
        states = states.enumerated().sorted { ($0.element.epoch, -$0.offset) < ($1.element.epoch, -$1.offset) }
            .map(\.element)
    }

    private mutating func makeStates(epoch: Int, from begin: UInt64, to end: UInt64, _ troubled: [Session]) {
        for component in hasFeed ? ["route", "feed"] : ["route"] {
            let delay = random.chance(60) ? 0 : UInt64.random(in: 0...90_000_000_000, using: &random)
            states.append(ServiceState(epoch: epoch, time: begin + delay, component: component, isGood: true))
            for number in 0..<Int.random(in: 0...8, using: &random) {
                let bad = time(troubled, &random)
                guard bad >= begin, bad < end else { continue }
                let length = UInt64.random(in: 0...1 << UInt64.random(in: 24...43, using: &random), using: &random)
                let cause = random.pick([nil, .own, .telemetry, .dependency] as [DowntimeCause?])
                states.append(
                    ServiceState(
                        epoch: epoch, time: bad, component: component, isGood: false, cause: cause,
                        reason: "fault \(number % 3)"))
                let back = random.chance(30) ? (bad + length) / 1_000_000_000 * 1_000_000_000 : bad + length
                states.append(ServiceState(epoch: epoch, time: back, component: component, isGood: true))
            }
        }
    }

    private mutating func makeEvidence() {
        let troubles = states.filter { !$0.isGood }.map(\.time) + presences.map(\.through)
        for number in 0..<Int.random(in: 0...7, using: &random) {
            var id = "e\(number)"
            var exclusion = exclusion(near: random.pick(troubles))
            let notice = random.pick([0, 3600, 86_399, 86_400, 200_000] as [UInt64]) * 1_000_000_000
            var recorded = exclusion.from - notice
            rows.append(EvidenceRow(id: id, author: "ann", recordedAt: recorded, content: .exclusion(exclusion)))
            for step in 0..<Int.random(in: 0...2, using: &random) {
                let (original, old) = (id, exclusion)
                id = "e\(number).\(step)"
                recorded += UInt64.random(in: 0...100_000, using: &random) * 1_000_000_000
                if random.chance(20) {
                    rows.append(
                        EvidenceRow(
                            id: id, author: "bob", recordedAt: recorded,
                            content: .withdrawal(of: original, reason: "wrong")))
                    break
                }
                exclusion = self.exclusion(near: old.from)
                if random.chance(50) {
                    exclusion = old
                    exclusion.to -= min(1_500_000_000, (old.to - old.from) / 2)
                }
                rows.append(
                    EvidenceRow(
                        id: id, author: "bob", recordedAt: recorded, content: .correction(of: original, exclusion)))
            }
        }
    }

    /// Hours of planned downtime that was announced: more than a month's hour.
    private mutating func makeMaintenance() {
        for number in 0..<3 {
            guard let presence = presences.randomElement(using: &random) else { return }
            let start = time(sessions, &random)
            guard presence.from < start, start + 5_400_000_000_000 < presence.through else { continue }
            for (time, isGood) in [(start, false), (start + 5_400_000_000_000, true)] {
                states.append(
                    ServiceState(
                        epoch: presence.epoch, time: time, component: "route", isGood: isGood, reason: "works"))
            }
            let exclusion = EvidenceRow.Exclusion(
                from: start, to: start + 4_500_000_000_000, cause: .planned, evidence: "plan", reason: "works")
            rows.append(
                EvidenceRow(
                    id: "m\(number)", author: "ann", recordedAt: start - 90_000_000_000_000,
                    content: .exclusion(exclusion)))
        }
    }

    private mutating func exclusion(near time: UInt64) -> EvidenceRow.Exclusion {
        var from = time - UInt64.random(in: 0...600_000_000_000, using: &random)
        var to = time + UInt64.random(in: 1...1 << UInt64.random(in: 30...43, using: &random), using: &random)
        if random.chance(50) { from -= from % 1_000_000_000 }
        if random.chance(50) { to += 1_000_000_000 - to % 1_000_000_000 }
        return EvidenceRow.Exclusion(
            from: from, to: to, cause: random.pick(EvidenceRow.causes), evidence: "notice", reason: "because")
    }

    mutating func report() throws -> SLAReport {
        try SLAReport(
            ServiceHistory(presences: presences, states: states), evidence: EvidenceBook(rows), period: period,
            asOf: asOf, calendar: calendar, basis: .arrival,
            components: [ServiceComponent("route"), ServiceComponent("feed")])
    }

    func expected(_ component: String) throws -> UptimeOracle.Result {
        let local = calendar.localTime(of: period.from).date
        let first = local.adding(days: 1 - local.day)
        let months = [0, 31, 62].map { days in
            let date = first.adding(days: days)
            return Int(
                calendar.timestamp(localDate: date.adding(days: 1 - date.day), hour: 0, minute: 0).seconds)
        }
        var market: [Range<Int>] = []
        for day in -4...70 {
            let date = first.adding(days: day)
            guard calendar.coverage.contains(date) else { continue }
            for segment in try calendar.session(on: date)?.segments ?? [] {
                let range = Int(segment.lowerBound.seconds)..<Int(segment.upperBound.seconds)
                let part = range.clamped(to: months[0]..<Int(period.to.seconds))
                if !part.isEmpty { market.append(part) }
            }
        }
        let oracle = UptimeOracle(presences: presences, states: states, rows: rows)
        return oracle.result(
            component, market: market, period: Int(period.from.seconds)..<Int(period.to.seconds),
            asOf: Int(asOf.seconds), months: months)
    }
}
