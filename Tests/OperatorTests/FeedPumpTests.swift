import Feeds
import Foundation
import MarketData
import Operator
import Testing

/// Law 4: the baseline never waits for the candidate.
@Suite struct FeedPumpTests {
    private static let window: UInt64 = 4096

    private func load(_ folder: TemporaryFolder, records: Int) throws -> FeedPlan {
        var bytes = Data()
        try SyntheticLoad(records: records, instruments: 20, seed: 5).write { bytes.append(contentsOf: $0) }
        try bytes.write(to: URL(fileURLWithPath: folder.file("load.dbn")))
        return FeedPlan(
            files: [folder.file("load.dbn")], calendar: try ExchangeCalendar(named: "24x7"),
            chunkSpanNanos: 1_000_000_000)
    }

    @Test func aCandidateThatTakesNothingIsCutOffAndHoldsNothingUp() throws {
        let folder = try TemporaryFolder()
        let plan = try load(folder, records: 50_000)
        let log = FeedLog()
        #expect(log.attach(.baseline, at: 0) && log.attach(.candidate, at: 0))
        let pump = FeedPump(
            plan, pace: .clock(speed: 1e9, window: Self.window, catchUpTo: 0), log: log, mailbox: Mailbox())
        try pump.start()
        // One chunk, and never another.
        guard case .chunk = log.next(for: .candidate, isStopped: { false }) else {
            Issue.record("no first chunk")
            return
        }
        // A baseline that waits for ever fails, and does not hang.
        let watch = DispatchWorkItem { log.cancel() }
        DispatchQueue.global().asyncAfter(deadline: .now() + 20, execute: watch)
        defer { watch.cancel() }
        var records: UInt64 = 0
        reading: while true {
            switch log.next(for: .baseline, isStopped: { false }) {
            case .chunk(let chunk, _): records = chunk.endIndex
            case .end: break reading
            case .cancelled:
                Issue.record("the baseline was turned away, or waited for twenty seconds")
                break reading
            }
        }
        pump.cancel()
        #expect(records > 50_000 && records == pump.counts.records)
        guard case .cancelled = log.next(for: .candidate, isStopped: { false }) else {
            Issue.record("the candidate was not cut off")
            return
        }
    }

    /// A feeder that catches up waits for the one before it to leave, and is never ahead of the feed.
    @Test func catchingUpWaitsForTheFeederBefore() throws {
        let folder = try TemporaryFolder()
        let plan = try load(folder, records: 5000)
        let log = FeedLog()
        let feed = try MergedFeed(plan)
        #expect(log.attach(.baseline, at: 0))
        var last = 0
        while let chunk = try feed.nextChunk(), chunk.number < 3 {
            log.append(chunk, readAt: 0)
            last = chunk.number
        }
        let (taken, next) = (EventBox(), last + 1)
        let thread = Thread {
            taken.value = log.attachCatchingUp(.baseline, at: next) { false }
        }
        thread.start()
        Thread.sleep(forTimeInterval: 0.2)
        #expect(taken.value == nil)
        log.detach(.baseline)
        let deadline = Date(timeIntervalSinceNow: 10)
        while taken.value == nil, Date() < deadline { Thread.sleep(forTimeInterval: 0.01) }
        #expect(taken.value == true)
        log.detach(.baseline)
        // What the log let go is to be read again from the files.
        #expect(!log.attachCatchingUp(.baseline, at: 0) { false })
        // And a process that is gone waits for nothing.
        #expect(!log.attachCatchingUp(.baseline, at: last + 7) { true })
    }
}

/// What another thread found.
private final class EventBox: @unchecked Sendable {
    private let lock = NSLock()
    private var stored: Bool?

    var value: Bool? {
        get { lock.withLock { stored } }
        set { lock.withLock { stored = newValue } }
    }
}
