package import Feeds
internal import MarketData
internal import Signals

/// Reads the merged stream on a thread of its own into the log, and tells the router of every mark.
package final class FeedPump: Sendable {
    package enum Pace: Sendable, Hashable {
        /// As fast as the release follows, at most `window` records ahead of it.
        case released(window: UInt64)
        /// Event time times `speed`; a baseline that lags more than `window` records holds the feed up, a candidate that
        /// does is cut off. Chunks up to feed index `catchUpTo` come at full speed.
        case clock(speed: Double, window: UInt64, catchUpTo: UInt64)
    }

    private struct State {
        var released: UInt64 = 0
        var marks: [UInt64] = []
        var isCancelled = false
        var readRecords: UInt64 = 0
        var sourceRecords: UInt64 = 0
        var truncations: [Truncation] = []
        /// The next records are there, and not due yet.
        var isWaitingForPace = false
    }

    private let plan: FeedPlan
    private let pace: Pace
    private let log: FeedLog
    private let mailbox: Mailbox
    private let monitor = Monitor(State())

    package init(_ plan: FeedPlan, pace: Pace, log: FeedLog, mailbox: Mailbox) {
        self.plan = plan
        self.pace = pace
        self.log = log
        self.mailbox = mailbox
    }

    package func start() throws {
        try DedicatedThread.start("feed") { [self] in run() }
    }

    /// Everything below feed index `index` was released: the feed may run ahead of that.
    package func release(below index: UInt64) {
        monitor.update { state in
            state.released = max(state.released, index)
            state.marks.removeAll { $0 < index }
        }
    }

    package func cancel() {
        monitor.update { $0.isCancelled = true }
        log.cancel()
    }

    /// Records read so far, all and those of the sources, and where files ended inside a record.
    package var counts: (records: UInt64, source: UInt64, truncations: [Truncation]) {
        monitor.read { ($0.readRecords, $0.sourceRecords, $0.truncations) }
    }

    /// Whether the feed is silent because its next records are not due yet.
    package var isWaitingForPace: Bool { monitor.read(\.isWaitingForPace) }

    private func run() {
        var failure: FeedError?
        do throws(FeedError) {
            let feed = try MergedFeed(plan)
            var clock = PaceClock()
            var unmarked: [FeedChunk] = []
            while !monitor.read(\.isCancelled), let chunk = try feed.nextChunk() {
                wait(for: chunk, &clock)
                unmarked.append(chunk)
                count(chunk)
                let readAt = MonotonicClock.now()
                if let mark = chunk.mark, let index = chunk.markIndex {
                    mailbox.post(.mark(mark, index: index, chunks: unmarked))
                    unmarked.removeAll()
                }
                log.append(chunk, readAt: readAt)
                throttle(after: chunk)
            }
            monitor.update { $0.truncations = feed.truncations }
        } catch {
            failure = error
        }
        log.finish()
        mailbox.post(.feedEnded(records: monitor.read(\.readRecords), failure: failure))
    }

    private func count(_ chunk: FeedChunk) {
        monitor.update { state in
            state.readRecords = chunk.endIndex
            state.sourceRecords += UInt64(chunk.sourceRecordCount)
            if let index = chunk.markIndex { state.marks.append(index) }
        }
    }

    /// Sleeps until the wall clock has come to the chunk's time.
    private func wait(for chunk: FeedChunk, _ clock: inout PaceClock) {
        guard case .clock(let speed, _, let catchUpTo) = pace, chunk.endIndex > catchUpTo else { return }
        monitor.update { $0.isWaitingForPace = true }
        defer { monitor.update { $0.isWaitingForPace = false } }
        while let seconds = clock.secondsUntil(chunk.time, speed: speed), seconds > 0 {
            let isCancelled = monitor.wait(atMost: min(seconds, 1)) { $0.isCancelled ? true : nil } ?? false
            if isCancelled { return }
        }
    }

    private func throttle(after chunk: FeedChunk) {
        switch pace {
        case .released(let window):
            // Without an unreleased mark nothing can be released: the next mark must be read first, however far it is.
            _ = monitor.wait { state -> Bool? in
                if state.isCancelled || state.marks.isEmpty { return true }
                if chunk.mark?.closes != nil { return nil }
                return state.readRecords - min(state.released, state.readRecords) <= window ? true : nil
            }
        case .clock(_, let window, _):
            log.waitUntil(.baseline, lagsAtMost: window)
            if log.lag(of: .candidate) > window { log.detach(.candidate) }
        }
    }
}

/// Ties event time to the wall clock from the first chunk on.
private struct PaceClock {
    private var start: (event: UInt64, wall: ContinuousClock.Instant)?

    /// Seconds until `time` is due; the longest gap waited for is a minute, so that closed hours pass quickly.
    mutating func secondsUntil(_ time: Timestamp, speed: Double) -> Double? {
        let now = ContinuousClock.now
        guard let (event, wall) = start else {
            start = (time.nanos, now)
            return nil
        }
        let due = Double(time.nanos - min(event, time.nanos)) / 1e9 / speed
        let passed = (now - wall) / .seconds(1)
        if due - passed > 60 {
            start = (time.nanos, now + .seconds(60))
            return 60
        }
        return due - passed
    }
}
