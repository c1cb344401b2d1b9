import Foundation
import MarketData
import Testing

@testable import Monitors

private typealias Stream = QualityStream

@Suite struct QualityReportTests {
    private func report() throws -> QualityReport {
        var stream = Stream.clean()
        stream.records[stream.place(at: Stream.open + Stream.halfHour)][36] |= RecordFlags.maybeBadBook
        var report = try #require(
            try stream.report(facts: { $0.quote(of: InstrumentID(Stream.instrument), bid: 1, ask: 2, at: $1) }))
        report.taint(.halt, from: Stream.open, to: Stream.open + Stream.halfHour + 1)
        return report
    }

    @Test func aLineGivesTheReportBack() throws {
        let report = try report()
        let line = try report.line()
        #expect(line.last == UInt8(ascii: "\n"))
        #expect(line.count { $0 == UInt8(ascii: "\n") } == 1)
        let read = try QualityReport(line: line)
        #expect(read == report)
        #expect(try read.line() == line)
    }

    @Test func aLineNamesItsKeysInSnakeCaseAndShowsWhatFollows() throws {
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(try report().line())) as? [String: Any])
        #expect(
            object.keys.sorted() == [
                "calendar", "complete", "counts", "gaps", "instruments", "parts", "score", "segments", "session",
                "tainted",
                "tainted_half_hours", "tainted_share", "through", "underlyings", "unmeasured", "version",
            ])
        #expect(object["tainted_share"] as? Double == 2.0 / 46)
        #expect(object["unmeasured"] as? [String] == [])
        #expect((object["parts"] as? [String: Any])?.count == QualityPart.allCases.count)
    }

    @Test func whatWasNotMeasuredIsNullAndNamed() throws {
        let report = try #require(try Stream.clean(step: 30 * Stream.second).report())
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(try report.line())) as? [String: Any])
        #expect(object["unmeasured"] as? [String] == ["crossed", "stale"])
        #expect((object["parts"] as? [String: Any])?["crossed"] is NSNull)
        #expect(report.score == 1)
    }

    @Test(arguments: [
        ("\"version\":1", "\"version\":2", "has version 2"),
        ("\"session\":\"2026-11-03\"", "\"session\":\"2026-13-03\"", "2026-13-03 is no date"),
        ("\"half_hours\":46", "\"half_hours\":47", "half_hours does not follow"),
        ("\"complete\":true", "\"complete\":1", "complete"),
        ("\"repeats\":0", "\"repeats\":-1", "negative"),
        ("\"reasons\":[\"halt\"]", "\"reasons\":[]", "reasons are empty"),
        ("\"reasons\":[\"halt\"]", "\"reasons\":[\"rain\"]", "rain"),
        ("\"gaps\":", "\"gap\":", "gaps is missing"),
        ("\"segments\":[[1793660400000000000,", "\"segments\":[[1993660400000000000,", "segments"),
        ("{", "", "no quality report"),
    ])
    func aSpoiledLineIsRefusedWithTheReason(find: String, replacement: String, reason: String) throws {
        let text = String(decoding: try report().line(), as: UTF8.self)
        let place = try #require(text.range(of: find))
        let spoiled = text.replacingCharacters(in: place, with: replacement)
        let error = #expect(throws: QualityLineError.self) { try QualityReport(line: Array(spoiled.utf8)) }
        #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
    }

    @Test func aLateCorrectionTaintsAClosedSession() throws {
        var report = try #require(try Stream.clean(step: 30 * Stream.second).report())
        report.taint(.halt, from: Stream.open - 99 * Stream.halfHour, to: Stream.open + 1)
        report.addGap(.reported, from: Stream.close - 1, to: Stream.close + Stream.halfHour)
        // What lies outside of the session is not in it.
        #expect(report.taintedHalfHours.map(\.start) == [Stream.open, Stream.close - Stream.halfHour])
        #expect(report.taintedHalfHours.map(\.reasons) == [[.halt], [.gap]])
    }

    // MARK: Periods

    private func plain(_ session: String, wrong: Int = 0, isComplete: Bool = true) throws -> QualityReport {
        let date = try #require(CivilDate(session))
        let calendar = try ExchangeCalendar(named: "cme-globex-equity")
        let hours = QualityHours(try #require(try calendar.session(on: date)))
        var report = QualityReport(session: date, calendar: calendar.name, hours: hours)
        report.counts.minutes = hours.minutes
        report.counts.minutesWithData = hours.minutes
        report.counts.marketRecords = 100_000
        report.counts.records = 100_000
        report.counts.orderedRecords = 100_000
        report.counts.outOfOrder = wrong
        report.isComplete = isComplete
        return report
    }

    @Test func aPeriodIsJudgedByItsSums() throws {
        var tainted = try plain("2026-11-04", wrong: 40)
        tainted.taint(.gap, from: tainted.hours.open, to: tainted.hours.open + 10 * Stream.halfHour)
        let reports = [tainted, try plain("2026-11-03", wrong: 20), try plain("2026-11-05")]
        let expected = ["2026-11-03", "2026-11-04", "2026-11-05", "2026-11-06"].compactMap { CivilDate($0) }
        let summary = QualitySummary(reports, expected: expected)
        #expect(summary.sessions == Array(expected.prefix(3)))
        #expect(summary.missing == [expected[3]])
        #expect(summary.counts.outOfOrder == 60)
        // 60 of 300,000 against 1 in 1,000.
        let order: Double = 1 - 60 / (300_000 * 0.001)
        #expect(summary.value(of: .order) == order)
        #expect(summary.value(of: .marks) == nil)
        #expect(summary.taintedSessions == [expected[1]])
        #expect(summary.taintedShare == 10.0 / 138)
        let worst: Double = 1 - 40 / (100_000 * 0.001)
        #expect(summary.worst == .init(session: expected[1], score: worst))
        #expect(summary.score == summary.value(of: .order))
    }

    @Test func ofTwoReportsTheCompleteOneCounts() throws {
        let whole = try plain("2026-11-03", wrong: 1)
        let part = try plain("2026-11-03", wrong: 7, isComplete: false)
        #expect(QualitySummary([whole, part]).counts.outOfOrder == 1)
        #expect(QualitySummary([part, whole]).counts.outOfOrder == 1)
    }

    @Test func nothingIsKnownOfAPeriodWithoutReports() {
        let summary = QualitySummary([])
        #expect(summary.score == nil)
        #expect(summary.taintedShare == nil)
        #expect(summary.worst == nil)
    }

    // MARK: Text

    @Test func aTableFitsEightyColumns() throws {
        var report = try plain("2026-11-03", wrong: 99_999, isComplete: false)
        report.taint(.gap, from: report.hours.open, to: report.hours.close)
        report.counts.repeatable = 100_000
        report.counts.repeats = 100_000
        for index in 0..<999 {
            report.addGap(.reported, from: report.hours.open + UInt64(index), to: report.hours.close)
        }
        let widths = zip(QualityText.columns, QualityText.row(report)).map { max($0.count, $1.count) }
        #expect(widths.reduce(0, +) + 2 * (widths.count - 1) <= 80)
        #expect(QualityText.row(report)[0] == "2026-11-03*")
        for row in QualityText.parts(report.counts, gapHalfHours: report.gapHalfHours) {
            #expect(row[0].count <= 12)
            #expect(row[1].count <= 7)
            #expect(row[2].count <= 57)
        }
    }

    @Test func whatIsNotPerfectNeverReadsOne() throws {
        let rows = QualityText.parts(try plain("2026-11-03", wrong: 1).counts, gapHalfHours: 0)
        // 1 of 100,000 against 1 in 1,000: 0.99.
        #expect(rows.first { $0[0] == "order" }?[1] == "0.990")
        var counts = QualityCounts()
        counts.orderedRecords = 1_000_000_000
        counts.outOfOrder = 1
        #expect(QualityText.parts(counts, gapHalfHours: 0).first { $0[0] == "order" }?[1] == "0.999")
        #expect(
            QualityText.parts(counts, gapHalfHours: 0).first { $0[0] == "stale" } == [
                "stale", "unknown", "not measured",
            ])
    }

    @Test func aCSVRowHasAFieldForEachColumn() throws {
        let row = QualityText.csvRow(try plain("2026-11-03", wrong: 50))
        #expect(row.count == QualityText.csvColumns.count)
        #expect(row.allSatisfy { !$0.contains(",") && !$0.contains("\"") })
        let named = Dictionary(uniqueKeysWithValues: zip(QualityText.csvColumns, row))
        #expect(named["score"] == "0.5")
        #expect(named["part_marks"] == "")
        #expect(named["missing_packets"] == "")
    }
}
