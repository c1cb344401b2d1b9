import MarketData
import Testing

@testable import Monitors

private typealias Stream = QualityStream

/// One thing is wrong in an otherwise clean session.
@Suite struct QualityDefectTests {
    /// 02:00 into the session, the beginning of its fifth half hour.
    private let place = Stream.open + 4 * Stream.halfHour
    private var halfHour: UInt64 { place }

    private func quoted(_ monitor: inout QualityMonitor, _ time: UInt64) {
        monitor.quote(of: InstrumentID(Stream.instrument), bid: 100, ask: 101, at: time)
    }

    @Test func aCleanSessionScoresOneInEveryPart() throws {
        let report = try #require(try Stream.clean().report(facts: quoted))
        #expect(report.session.description == "2026-11-03")
        #expect(report.isComplete)
        #expect(report.score == 1)
        for part in QualityPart.allCases { #expect(report.value(of: part) == 1, "\(part)") }
        #expect(report.taintedHalfHours.isEmpty)
        #expect(report.gaps.isEmpty)
        #expect(report.counts.minutes == 1380)
        #expect(report.counts.minutesWithData == 1380)
        #expect(report.counts.halfHoursWithData == 46)
        #expect(report.instruments == .init(seen: 1))
        // One order each 5 s, beginning after 1 s: 23 h have 16,560.
        #expect(report.counts.marketRecords == 16_560)
        #expect(report.counts.marksDue == 8279)
    }

    @Test func aMaybeBadBookIsAGapAndTaintsItsHalfHour() throws {
        var stream = Stream.clean()
        stream.records[stream.place(at: place + Stream.second)][36] |= RecordFlags.maybeBadBook
        let report = try #require(try stream.report())
        #expect(report.gaps.map(\.kind) == [.badBook])
        #expect(report.taintedHalfHours == [.init(start: halfHour, reasons: [.gap])])
        #expect(report.value(of: .continuity) == 1 - 1.0 / 46)
        #expect(report.score == 1 - 1.0 / 46)
        #expect(report.taint(at: halfHour + Stream.halfHour - 1) == [.gap])
        #expect(report.taint(at: halfHour - 1).isEmpty)
        #expect(report.taint(at: halfHour + Stream.halfHour).isEmpty)
    }

    @Test func badBooksOfOneHalfHourAreOneGapWithACount() throws {
        var stream = Stream.clean()
        let first = stream.place(at: place + Stream.second)
        for index in first..<first + 9 where stream.records[index][1] == RecordType.mbo {
            stream.records[index][36] |= RecordFlags.maybeBadBook
        }
        let report = try #require(try stream.report())
        #expect(report.gaps.count == 1)
        // Of nine records in a row three are marks: one order each 5 s, one mark each 10 s.
        #expect(report.gaps.first?.count == 6)
    }

    @Test func skippedRecordsAreAGap() throws {
        var stream = Stream.clean()
        let error = RecordBuilder.record(
            type: RecordType.error, publisherID: 0, instrumentID: 0, tsEvent: place + Stream.second,
            numbers: ["code": 7])
        stream.records.insert(error, at: stream.place(at: place + Stream.second))
        let report = try #require(try stream.report())
        #expect(report.gaps.map(\.kind) == [.skipped])
        #expect(report.taintedHalfHours.map(\.start) == [halfHour])
    }

    @Test func aRecordReceivedBeforeItsPredecessorIsOutOfOrder() throws {
        var stream = Stream.clean()
        let index = stream.place(at: place + Stream.second)
        let before = Stream.received(stream.records[index])
        Stream.set(before - 7 * Stream.second, in: &stream.records[index], at: 40, bytes: 8)
        Stream.set(before - 8 * Stream.second, in: &stream.records[index], at: 8, bytes: 8)
        let report = try #require(try stream.report())
        #expect(report.counts.outOfOrder == 1)
        // The record before came 5 s earlier.
        #expect(report.counts.worstDisorderNanos == 2 * Stream.second)
        #expect(report.taintedHalfHours.isEmpty)
        // 1 of 16,560 against a limit of one in a thousand.
        #expect(report.value(of: .order) == 1 - 1 / (16_560 * 0.001))
        #expect(report.worstPart == .order)
    }

    @Test func anUntrustworthyReceiveTimeCountsAndIsNotUsed() throws {
        var stream = Stream.clean()
        let index = stream.place(at: place + Stream.second)
        stream.records[index][36] |= RecordFlags.badReceiveTime
        // Years ahead: as a time it would end the session.
        Stream.set(Stream.close * 2, in: &stream.records[index], at: 40, bytes: 8)
        let report = try #require(try stream.report())
        #expect(report.counts.badReceiveTimes == 1)
        #expect(report.counts.outOfOrder == 0)
        #expect(report.counts.orderedRecords == 16_559)
        #expect(report.isComplete)
    }

    @Test func snapshotsAreNotJudged() throws {
        var stream = Stream.clean()
        let snapshot = (0..<20).map { index in
            Stream.order(
                at: place, event: place - 5 * Stream.halfHour, sequence: UInt32(30 - index), id: UInt64(index),
                flags: RecordFlags.snapshot | RecordFlags.badReceiveTime)
        }
        stream.records.insert(contentsOf: snapshot, at: stream.place(at: place + Stream.second))
        let report = try #require(try stream.report())
        #expect(report.counts.snapshotRecords == 20)
        #expect(report.counts.lateRecords == 0)
        #expect(report.counts.badReceiveTimes == 0)
        #expect(report.score == 1)
    }

    @Test func clocksThatRunAheadAreFound() throws {
        var stream = Stream.clean(to: Stream.open + Stream.halfHour)
        for index in stream.records.indices where stream.records[index][1] == RecordType.mbo {
            Stream.set(Stream.received(stream.records[index]) + 250, in: &stream.records[index], at: 8, bytes: 8)
        }
        let report = try #require(try stream.report())
        #expect(report.counts.skewed == report.counts.samples)
        #expect(report.counts.worstSkewNanos == 250)
        #expect(report.value(of: .clocks) == 0)
    }

    // MARK: Definitions

    @Test func anInstrumentWithoutADefinitionIsNamed() throws {
        var stream = Stream.clean(to: Stream.open + Stream.halfHour)
        stream.records.removeAll { $0[1] == RecordType.definition }
        let report = try #require(try stream.report())
        #expect(report.instruments == .init(seen: 1, undefined: 1, undefinedIDs: [Stream.instrument]))
        #expect(report.value(of: .definitions) == 0)
        #expect(report.score == 0)
    }

    @Test func anAnnouncedInstrumentNeedsADefinitionToo() throws {
        var stream = Stream.clean(to: Stream.open + Stream.halfHour)
        stream.records.insert(
            RecordBuilder.symbolMapping(instrumentID: InstrumentID(77), rawSymbol: "X", at: Stream.open), at: 1)
        let report = try #require(try stream.report())
        #expect(report.instruments == .init(seen: 2, undefined: 1, undefinedIDs: [77]))
        #expect(report.value(of: .definitions) == 1)
    }

    @Test func aDeletedDefinitionIsNone() throws {
        var stream = Stream.clean(to: Stream.open + Stream.halfHour)
        let middle = Stream.open + Stream.halfHour / 2
        stream.records.insert(
            Stream.definition(Stream.instrument, at: middle, action: "D"), at: stream.place(at: middle))
        let report = try #require(try stream.report(run: 1))
        // Record by record all are samples: 360 orders, of which the first half came before.
        #expect(report.counts.samples == 360)
        #expect(report.counts.undefined == 180)
    }

    @Test func aDefinitionOfAnEarlierSessionCounts() throws {
        var stream = Stream.clean(to: Stream.open + Stream.halfHour)
        stream.records.removeAll { $0[1] == RecordType.definition }
        let report = try #require(
            try stream.report(facts: { monitor, _ in monitor.define(InstrumentID(Stream.instrument)) }))
        #expect(report.instruments.undefined == 0)
    }

    // MARK: What others say

    @Test func aTruncatedFileIsAGapWhereItEnded() throws {
        let report = try #require(
            try Stream.clean(to: place).report(after: { $0.fileWasTruncated(at: place - Stream.second) }))
        #expect(report.gaps.map(\.kind) == [.truncatedFile])
        #expect(report.taintedHalfHours.map(\.start) == [halfHour - Stream.halfHour])
        #expect(!report.isComplete)
    }

    @Test func timesWithoutTheFeedTaintAllTheyTouch() throws {
        let report = try #require(
            try Stream.clean(to: place).report(after: {
                $0.feedWasDown(from: place - Stream.second - Stream.halfHour, to: place - Stream.second)
            }))
        #expect(report.gaps.map(\.kind) == [.reported])
        #expect(report.taintedHalfHours.map(\.start) == [halfHour - 2 * Stream.halfHour, halfHour - Stream.halfHour])
    }

    @Test func anUnreadyBaselineTaintsAndIsNoGap() throws {
        let report = try #require(
            try Stream.clean(to: place).report(after: {
                $0.taint(.baselineNotReady, from: Stream.open + 60 * Stream.second, to: Stream.open + Stream.halfHour)
                $0.taint(.gap, from: Stream.open, to: Stream.open)
            }))
        // The end is excluded: the second half hour stays clean.
        #expect(report.taintedHalfHours == [.init(start: Stream.open, reasons: [.baselineNotReady, .gap])])
        #expect(report.gapHalfHours == 1)
    }

    @Test(arguments: [(9, false), (10, true)])
    func moreThanAFifthOfTheHalfHoursTaintsTheSession(halfHours: Int, isTainted: Bool) throws {
        // A fifth of 46 is 9.2.
        var report = try #require(try Stream.clean(step: 30 * Stream.second).report())
        report.taint(.halt, from: Stream.open, to: Stream.open + UInt64(halfHours) * Stream.halfHour)
        #expect(report.taintedHalfHours.count == halfHours)
        #expect(report.isTainted == isTainted)
    }
}

extension InstrumentQuality {
    init(seen: Int, undefined: Int = 0, undefinedIDs: [UInt32] = []) {
        self.init()
        self.seen = seen
        self.undefined = undefined
        self.undefinedIDs = undefinedIDs
    }
}
