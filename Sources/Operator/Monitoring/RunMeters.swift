internal import Feeds
internal import MarketData
internal import Monitors
internal import Signals

/// What a run measures of itself on the way, for the journal: latencies, what its data cost, and what it was worth.
final class RunMeters {
    private let desk: Desk
    private let context: RunContext
    private let basis: Basis
    private var latency: LatencyBook
    private let costs: CostMeter?
    private var session: CivilDate?
    private var nextRowsAt: UInt64 = 0

    init(desk: Desk, context: RunContext, basis: Basis) throws {
        self.desk = desk
        self.context = context
        self.basis = basis
        latency = LatencyBook(epoch: context.epoch, basis: basis)
        costs = try CostMeter(
            context.spec.monitors, calendar: context.plan.calendar, folder: context.folder, epoch: context.epoch
        ) { desk.router.stage.rawValue }
    }

    /// The feed came to a mark, with these chunks since the one before.
    func passed(_ mark: Mark, _ chunks: [FeedChunk]) throws {
        if session == nil || mark.opens != nil {
            session = try mark.opens ?? context.plan.calendar.sessionDate(at: mark.time)
            begin()
        }
        try costs?.charge(chunks, mark: mark)
        if mark.closes != nil { writeRows() }
    }

    /// An engine answered everything below a feed index; `readAt` is when that was read, nil where it waited for others.
    func answered(_ arm: Arm, below index: UInt64, readAt: UInt64? = nil) {
        let writes = context.seat(arm).process?.takeWrites(below: index) ?? []
        latency.answered(writes, by: arm, readAt: readAt)
    }

    /// An engine's process is gone, with what it had not answered.
    func died(_ arm: Arm) {
        let left = context.seat(arm).process?.takeWrites(below: .max) ?? []
        latency.died(arm, unanswered: left.filter(\.endsWithMark).map(\.writtenAt), at: MonotonicClock.now())
    }

    func add(_ reports: [QualityReport]) {
        guard !reports.isEmpty else { return }
        var measured = Measurements()
        measured.qualities = reports.compactMap { report in
            guard let line = try? report.line() else { return nil }
            return Measurements.Quality(
                session: report.session.description, basis: basis.rawValue,
                report: String(decoding: line, as: UTF8.self))
        }
        desk.measure(measured)
    }

    /// Takes the ways of the signals that were committed and delivered.
    func collect() {
        begin()
        latency.committed(desk.takeTraces())
        latency.delivered(desk.sinks.takeDelivered())
    }

    /// One turn of arrival mode's loop.
    func turn() {
        collect()
        let now = MonotonicClock.now()
        guard now >= nextRowsAt else { return }
        nextRowsAt = now + 1_000_000_000
        writeRows()
    }

    /// The run ends: what is open is settled.
    func end() throws {
        collect()
        latency.end()
        writeRows()
        try costs?.settle()
    }

    private func begin() {
        guard let session else { return }
        var versions: [LatencyArm: String] = [:]
        for arm in Arm.allCases { versions[LatencyArm(arm)] = context.seat(arm).ledger.hello?.version }
        latency.begin(session: session, stage: desk.router.stage.rawValue, versions: versions)
    }

    private func writeRows() {
        var measured = Measurements()
        measured.latencies = latency.takeRows()
        desk.measure(measured)
    }
}
