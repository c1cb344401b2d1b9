import MarketData
import Testing

@testable import Monitors

private typealias Stream = QualityStream

/// Silence, marks, sessions, and underlyings that are stale, crossed or halted.
@Suite struct QualityTimeTests {
    private let place = Stream.open + 4 * Stream.halfHour
    private let id = InstrumentID(Stream.instrument)

    private func without(_ from: UInt64, _ to: UInt64, marks: Bool = false) -> Stream {
        var stream = Stream.clean()
        stream.records.removeAll { record in
            switch record[1] {
            case RecordType.mbo: (from..<to).contains(Stream.received(record))
            case RecordType.system: marks && (from..<to).contains(Stream.number(record, 8, 8))
            default: false
            }
        }
        return stream
    }

    // MARK: Silence

    @Test(arguments: [false, true])
    func aMinuteWithoutAnyDataIsAGap(marksToo: Bool) throws {
        // Orders come at 1, 6, 11 ... s: taking those of 1 to 61 s out leaves -4 and 66 s.
        let report = try #require(
            try without(place, place + 62 * Stream.second, marks: marksToo).report())
        let gap = QualityGap(
            kind: .silence, from: place - 4 * Stream.second, to: place + 66 * Stream.second, count: 1)
        #expect(report.gaps == [gap])
        #expect(report.taintedHalfHours.map(\.start) == [place - Stream.halfHour, place])
        #expect(report.counts.minutesWithData == 1379)
        // The mark of 60 s is due before the order of 66 s.
        #expect(report.counts.marksMissing == (marksToo ? 1 : 0))
    }

    @Test func sixtySecondsAreNotYetTooLong() throws {
        // 6 to 61 s taken out: from 1 s to 66 s are 65; up to 56 s: 60.
        #expect(try without(place + 2 * Stream.second, place + 57 * Stream.second).report()?.gaps.isEmpty == true)
        #expect(try without(place + 2 * Stream.second, place + 62 * Stream.second).report()?.gaps.count == 1)
    }

    @Test func silenceIsKnownWhileItLasts() throws {
        var stream = Stream.clean(to: place)
        stream.records += (0...10).map { RecordBuilder.mark(at: place + $0 * 10 * Stream.second) }
        let report = try #require(try stream.report())
        #expect(report.gaps.map(\.to) == [place + 100 * Stream.second])
        #expect(report.taint(at: place) == [.gap])
        #expect(report.through == place + 100 * Stream.second)
    }

    @Test func theClosedMarketMayBeSilent() throws {
        // Martin Luther King's day 2026: Sunday 18 January 17:00 CT to Monday 12:00, and 17:00 to Tuesday 16:00.
        let open: UInt64 = 1_768_777_200 * Stream.second
        let (halt, reopen) = (open + 19 * 3600 * Stream.second, open + 24 * 3600 * Stream.second)
        let close = open + 47 * 3600 * Stream.second
        var stream = Stream.clean(step: 30 * Stream.second, from: open, to: halt)
        var rest = Stream.clean(step: 30 * Stream.second, from: reopen, to: close)
        rest.records.append(RecordBuilder.mark(at: close))
        for index in rest.records.indices where rest.records[index][1] == RecordType.mbo {
            Stream.set(
                UInt64(Stream.sequence(rest.records[index])) + 100_000, in: &rest.records[index], at: 52, bytes: 4)
        }
        stream.records += rest.records
        let report = try #require(try stream.report())
        #expect(report.session.description == "2026-01-20")
        #expect(report.isComplete)
        #expect(report.counts.halfHours == 38 + 46)
        #expect(report.counts.minutes == 42 * 60)
        #expect(report.gaps.isEmpty)
        #expect(report.score == 1)
    }

    @Test func aSessionThatBeganBeforeTheStreamHasAGap() throws {
        let report = try #require(try Stream.clean(from: place).report())
        #expect(report.gaps == [.init(kind: .silence, from: Stream.open, to: place + Stream.second, count: 1)])
        #expect(report.taintedHalfHours.count == 5)
        #expect(report.counts.minutesWithData == 1380 - 120)
        #expect(report.value(of: .completeness) == 1 - 120.0 / 1380)
    }

    @Test func aSessionWithoutDataIsReportedAndWorthNothing() throws {
        var stream = Stream()
        stream.records = [RecordBuilder.mark(at: Stream.open), RecordBuilder.mark(at: Stream.close)]
        let report = try #require(try stream.report())
        #expect(report.isComplete)
        #expect(report.score == 0)
        #expect(report.isTainted)
        #expect(report.value(of: .order) == nil)
        #expect(report.value(of: .definitions) == nil)
    }

    @Test func sessionsAreReportedOneByOne() throws {
        var stream = Stream.clean(step: 30 * Stream.second)
        let next = Stream.close + 3600 * Stream.second
        stream.records += Stream.clean(step: 30 * Stream.second, from: next, to: next + Stream.halfHour).records
        var monitor = QualityMonitor(calendar: try ExchangeCalendar(named: "cme-globex-equity"))
        stream.records.flatMap { $0 }.withUnsafeBytes { monitor.apply(RecordRun(within: $0, from: 0)) }
        let finished = monitor.takeFinished()
        #expect(finished.map(\.session.description) == ["2026-11-03"])
        #expect(finished.first?.score == 1)
        let none = monitor.takeFinished()
        #expect(none.isEmpty)
        let soFar = monitor.current
        let current = try #require(soFar)
        // Sequences began anew with the session, and nobody minds.
        #expect(current.session.description == "2026-11-04")
        #expect(current.score == 1)
        #expect(current.counts.marketRecords == 60)
    }

    @Test func timesOutsideOfTheCalendarAreNotJudged() throws {
        var stream = Stream()
        stream.records = [Stream.order(at: 4_000_000_000 * Stream.second, sequence: 1, id: 1)]
        #expect(try stream.report() == nil)
    }

    // MARK: Marks

    @Test func aMarkThatIsNotThereIsMissed() throws {
        var stream = Stream.clean()
        let due = place + 20 * Stream.second
        stream.records.removeAll { $0[1] == RecordType.system && Stream.number($0, 8, 8) == due }
        let report = try #require(try stream.report())
        #expect(report.counts.marksMissing == 1)
        #expect(report.value(of: .marks) == 1 - 1 / (8279 * 0.1))
        let terms = QualityTerms(markIntervalNanos: nil)
        #expect(try stream.report(terms)?.value(of: .marks) == nil)
    }

    // MARK: Underlyings

    private func quote(_ monitor: inout QualityMonitor, _ time: UInt64, bid: Int64 = 100, ask: Int64 = 101) {
        monitor.quote(of: id, bid: bid, ask: ask, at: time)
    }

    @Test func anUnderlyingThatFallsSilentIsStale() throws {
        // A quote each 5 s is the usual; 20 times that are 100 s. Without quotes from 1 to 301 s, the last at -4 s.
        let (from, to) = (place, place + 302 * Stream.second)
        let report = try #require(
            try Stream.clean().report(facts: { monitor, time in
                if !(from..<to).contains(time) { quote(&monitor, time) }
                let stale = monitor.staleInstruments(at: time)
                #expect(stale == ((from + 101 * Stream.second..<to).contains(time) ? [id] : []))
            }))
        let underlying = try #require(report.underlyings.first)
        #expect(underlying.usualIntervalNanos == 5 * Stream.second)
        #expect(underlying.silences == 1)
        // Silent for 310 s, of which 100 s are as may be.
        #expect(underlying.staleNanos == 210 * Stream.second)
        #expect(report.gaps.isEmpty)
        let quoted = Double(23 * 3600 - 1)
        #expect(report.value(of: .stale) == 1 - 210 / (quoted * 0.05))
    }

    @Test func anUnderlyingMayBeSilentWhileItIsHalted() throws {
        let (from, to) = (place, place + 302 * Stream.second)
        let report = try #require(
            try Stream.clean().report(facts: { monitor, time in
                if !(from..<to).contains(time) { quote(&monitor, time) }
                if time == place + Stream.second { monitor.tradingHalted(of: id, at: time) }
                if time == place + 301 * Stream.second { monitor.tradingResumed(of: id, at: time) }
            }))
        #expect(report.value(of: .stale) == 1)
        #expect(report.taintedHalfHours == [.init(start: place, reasons: [.halt])])
        #expect(report.value(of: .continuity) == 1)
        #expect(report.score == 1)
    }

    @Test func aHaltTaintsUntilItEnds() throws {
        let report = try #require(
            try Stream.clean(to: place + Stream.halfHour).report(facts: { monitor, time in
                quote(&monitor, time)
                if time == place - 4 * Stream.second { monitor.tradingHalted(of: id, at: time) }
                if time == place + Stream.second { monitor.tradingPaused(of: id, at: time) }
            }))
        #expect(report.taintedHalfHours.map(\.start) == [place - Stream.halfHour, place])
        #expect(report.taintedHalfHours.allSatisfy { $0.reasons == [.halt] })
    }

    @Test func aBidAboveTheAskIsCrossedForAsLongAsItLasts() throws {
        let report = try #require(
            try Stream.clean().report(facts: { monitor, time in
                let isCrossed = (place..<place + 21 * Stream.second).contains(time)
                quote(&monitor, time, bid: isCrossed ? 102 : 101)
            }))
        let underlying = try #require(report.underlyings.first)
        // Crossed from 1 s to 21 s; locked at all other times, which is allowed.
        #expect(underlying.crossings == 1)
        #expect(underlying.crossedNanos == 20 * Stream.second)
        #expect(report.value(of: .crossed) == 1 - 20 / (Double(23 * 3600 - 1) * 0.01))
    }

    @Test func crossedBeforeTheOpenOrInAnAuctionIsNormal() throws {
        var monitor = QualityMonitor(calendar: try ExchangeCalendar(named: "cme-globex-equity"))
        RecordBuilder.mark(at: Stream.open - 600 * Stream.second).withUnsafeBytes {
            monitor.apply(RecordRun(within: $0, from: 0))
        }
        quote(&monitor, Stream.open - 300 * Stream.second, bid: 200)
        quote(&monitor, Stream.open, bid: 100)
        monitor.tradingPaused(of: id, at: Stream.open + 10 * Stream.second)
        quote(&monitor, Stream.open + 20 * Stream.second, bid: 200)
        quote(&monitor, Stream.open + 30 * Stream.second, bid: 200)
        // Crossed when trading begins, until the next quote.
        monitor.tradingResumed(of: id, at: Stream.open + 40 * Stream.second)
        quote(&monitor, Stream.open + 43 * Stream.second, bid: 100)
        let report = monitor.current
        let underlying = try #require(report?.underlyings.first)
        #expect(underlying.crossings == 1)
        #expect(underlying.crossedNanos == 3 * Stream.second)
    }

    @Test func whatStillLastsIsInTheReportSoFarAndCountedOnce() throws {
        var monitor = QualityMonitor(calendar: try ExchangeCalendar(named: "cme-globex-equity"))
        func report(_ monitor: inout QualityMonitor, markedAt time: UInt64) -> QualityReport? {
            RecordBuilder.mark(at: time).withUnsafeBytes { monitor.apply(RecordRun(within: $0, from: 0)) }
            return monitor.current
        }
        _ = report(&monitor, markedAt: Stream.open)
        quote(&monitor, Stream.open + Stream.second, bid: 200)
        for _ in 0..<2 {
            let soFar = report(&monitor, markedAt: Stream.open + 11 * Stream.second)
            #expect(soFar?.counts.crossedNanos == 10 * Stream.second)
        }
        quote(&monitor, Stream.open + 21 * Stream.second)
        let later = report(&monitor, markedAt: Stream.open + 31 * Stream.second)
        #expect(later?.counts.crossedNanos == 20 * Stream.second)
        #expect(later?.underlyings.first?.crossings == 1)
    }
}
