import MarketData
import Testing

@testable import Monitors

/// October 2026 on Globex, 22 sessions of 23 hours less the evening of the last day, and times within it.
enum UptimeFixture {
    static let second: UInt64 = 1_000_000_000
    static let hour: UInt64 = 3600 * second
    static let day: UInt64 = 24 * hour

    static func globex() throws -> ExchangeCalendar { try ExchangeCalendar(named: "cme-globex-equity") }

    /// A time of Chicago's clock.
    static func time(_ date: String, _ hour: Int, _ minute: Int = 0, _ second: Int = 0) throws -> UInt64 {
        try globex().timestamp(
            localDate: try #require(CivilDate(date)), hour: hour, minute: minute, second: second
        ).nanos
    }

    /// Vouched for all the time, from a day before the month on, with the route good from the begin.
    struct Service {
        var presences: [ServicePresence] = []
        var states: [ServiceState] = []
        var rows: [EvidenceRow] = []

        init(from: UInt64, through: UInt64) {
            presences = [ServicePresence(epoch: 1, from: from, through: through, endedCleanly: false)]
            states = [ServiceState(epoch: 1, time: from, component: "route", isGood: true)]
        }

        init() throws { self.init(from: try time("2026-09-29", 12), through: try time("2026-12-15", 12)) }

        /// The route is bad for that many seconds.
        mutating func fail(
            at time: UInt64, seconds: UInt64, cause: DowntimeCause? = nil, since: UInt64? = nil,
            component: String = "route"
        ) {
            states += [
                ServiceState(
                    epoch: 1, time: time, component: component, isGood: false, cause: cause, reason: "stuck",
                    since: since),
                ServiceState(epoch: 1, time: time + seconds * second, component: component, isGood: true),
            ]
        }

        mutating func exclude(
            _ id: String, _ cause: DowntimeCause, from: UInt64, seconds: UInt64, recordedAt: UInt64 = 0
        ) {
            rows.append(
                EvidenceRow(
                    id: id, author: "ann", recordedAt: recordedAt,
                    content: .exclusion(Self.exclusion(cause, from: from, seconds: seconds))))
        }

        static func exclusion(_ cause: DowntimeCause, from: UInt64, seconds: UInt64) -> EvidenceRow.Exclusion {
            EvidenceRow.Exclusion(
                from: from, to: from + seconds * second, cause: cause, evidence: "notice 17", reason: "as stated")
        }

        func report(
            _ month: String = "2026-10", asOf: UInt64? = nil, target: Int = 999_000, basis: Basis = .arrival,
            components: [ServiceComponent] = ServiceComponent.standard
        ) throws -> SLAReport {
            try report(
                SLAPeriod(month: month, calendar: globex()), asOf: asOf, target: target, basis: basis,
                components: components)
        }

        func report(
            _ period: SLAPeriod, asOf: UInt64? = nil, target: Int = 999_000, basis: Basis = .arrival,
            components: [ServiceComponent] = ServiceComponent.standard
        ) throws -> SLAReport {
            try SLAReport(
                ServiceHistory(presences: presences, states: states), evidence: EvidenceBook(rows), period: period,
                asOf: asOf.map { Timestamp(nanos: $0) } ?? period.to, calendar: globex(), target: target, basis: basis,
                components: components)
        }
    }
}
