import Foundation
import MarketData
import Monitors
import Signals
import Testing

@testable import Operator

@Suite struct LatencyBookTests {
    private static let millisecond: UInt64 = 1_000_000

    private func book() throws -> LatencyBook {
        var book = LatencyBook(epoch: 4, basis: .arrival)
        book.begin(
            session: try #require(CivilDate("2026-11-02")), stage: "canary",
            versions: [.baseline: "1.0", .candidate: "3.0"])
        return book
    }

    /// Read at 10 ms, written at 11, answered at 15, decided at 16, committed at 20, delivered at 22.
    private func trace(_ arm: Arm, isLive: Bool = true, isLate: Bool = false) -> SignalTrace {
        var trace = SignalTrace(
            arm: arm, causeReadAt: 10 * Self.millisecond, causeWrittenAt: 11 * Self.millisecond,
            lineReadAt: 15 * Self.millisecond)
        trace.isLive = isLive
        trace.isLate = isLate
        trace.takenAt = 16 * Self.millisecond
        trace.committedAt = 20 * Self.millisecond
        trace.deliveredAt = 22 * Self.millisecond
        return trace
    }

    private func spans(_ rows: [Measurements.Latency], _ arm: String) throws -> [String: UInt64] {
        var spans: [String: UInt64] = [:]
        for row in rows where row.arm == arm {
            spans[row.span] = try LatencyHistogram(decoding: row.histogram).maxNanos.map { $0 / Self.millisecond }
        }
        return spans
    }

    @Test func everySpanOfASignalsWayIsMeasured() throws {
        var book = try book()
        book.committed([trace(.candidate)])
        book.delivered([trace(.candidate)])
        let rows = book.takeRows()
        #expect(
            try spans(rows, "candidate") == ["engine": 4, "route": 1, "commit": 4, "sink": 2, "end_to_end": 12])
        #expect(rows.allSatisfy { $0.version == "3.0" && $0.stage == "canary" && $0.session == "2026-11-02" })
    }

    /// The later row of a key holds the earlier's samples: the journal keeps one.
    @Test func rowsAddUp() throws {
        var book = try book()
        book.committed([trace(.baseline)])
        #expect(book.takeRows().count == 3)
        #expect(book.takeRows().isEmpty)
        book.committed([trace(.baseline), trace(.baseline)])
        let row = try #require(book.takeRows().first { $0.span == "route" })
        #expect(try LatencyHistogram(decoding: row.histogram).count == 3)
    }

    /// A signal that came too late to act on, and one that no sink had when the run ended, were not in time.
    @Test func whatIsLostCountsAsSlow() throws {
        var book = try book()
        book.committed([trace(.candidate, isLive: false, isLate: true), trace(.candidate), trace(.candidate)])
        book.delivered([trace(.candidate)])
        book.end()
        let row = try #require(book.takeRows().first { $0.span == "end_to_end" })
        let histogram = try LatencyHistogram(decoding: row.histogram)
        #expect(histogram.count == 3 && histogram.lost == 2)
    }

    @Test func marksThatADeathLeavesUnansweredCountTheirWait() throws {
        var book = try book()
        book.died(
            .baseline, unanswered: [1000 * Self.millisecond, 3000 * Self.millisecond], at: 4000 * Self.millisecond)
        let row = try #require(book.takeRows().first)
        let histogram = try LatencyHistogram(decoding: row.histogram)
        #expect(row.span == "mark_answer" && histogram.count == 2)
        #expect(histogram.count(atMost: 1100 * Self.millisecond) == 1)
    }
}

@Suite struct HeartbeatTests {
    private let presence = Measurements.Presence(
        epoch: 3, basis: "arrival", from: 100, through: 200, fromAt: 1100, throughAt: 1200, endedCleanly: false)

    @Test func theLastMomentOfAKilledOperatorIsKnown() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("heartbeat")
        #expect(Heartbeat(contentsOf: path) == nil)
        let file = try Descriptor.open(path, O_WRONLY | O_CREAT)
        for through in [210, 260] as [UInt64] {
            Heartbeat(epoch: 3, through: through, throughAt: 1000 + through).write(to: file)
        }
        let beat = Heartbeat(contentsOf: path)
        #expect(beat == Heartbeat(epoch: 3, through: 260, throughAt: 1260))
        #expect(presence.extended(by: beat).through == 260)
        var other = presence
        other.epoch = 4
        #expect(other.extended(by: beat) == other)
    }

    /// A torn or foreign file vouches for nothing.
    @Test func whatDoesNotAddUpIsNoHeartbeat() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("heartbeat")
        let file = try Descriptor.open(path, O_WRONLY | O_CREAT)
        Heartbeat(epoch: 3, through: 260, throughAt: 1260).write(to: file)
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        bytes[8] ^= 1
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        #expect(Heartbeat(contentsOf: path) == nil)
        try Data(bytes.prefix(20)).write(to: URL(fileURLWithPath: path))
        #expect(Heartbeat(contentsOf: path) == nil)
    }
}
