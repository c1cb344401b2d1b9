internal import Feeds
internal import MarketData
internal import Monitors
internal import Rollout
internal import Signals

/// What a run measures of itself on the way, for the journal: latencies, what its data cost, and what it was worth.
final class RunMeters {
    /// What samples are kept apart by.
    private struct Place: Hashable {
        let session: CivilDate
        let stage: Stage
        let baseline: String?
        let candidate: String?
    }

    private let desk: Desk
    private let context: RunContext
    private let basis: Basis
    private var latency: LatencyBook
    private let costs: CostMeter?
    private var session: CivilDate?
    private var place: Place?
    private var nextRowsAt: UInt64 = 0
    private var alarms: [Arm: LatencyAlarm] = [:]
    private var samples: DecisionSamples?
    /// For the desk, with the next turn.
    private var measured: [Measured] = []
    /// Sessions that closed and are not summed up yet.
    private var closed: [CivilDate] = []

    init(desk: Desk, context: RunContext, basis: Basis) throws {
        self.desk = desk
        self.context = context
        self.basis = basis
        latency = LatencyBook(epoch: context.epoch, basis: basis)
        let kept = try JournalReader(folder: context.folder.path).memory(of: Self.budget)
        costs = try CostMeter(
            context.spec.monitors, calendar: context.plan.calendar, folder: context.folder, epoch: context.epoch,
            thresholds: kept.map { try BudgetThresholds(line: $0) }, stage: { desk.router.stage.rawValue },
            passed: { threshold, reading in
                Self.note(
                    desk, context, "budget", to: threshold.severity.rawValue,
                    "\(threshold.rawValue): \(Dollars.text(reading.spentMicros)) of "
                        + "\(Dollars.text(reading.limitMicros)) spent in \(reading.period)")
                desk.tell(.budget(threshold, reading, desk.router), index: context.pump.counts.records)
            })
        if desk.controller.gathersEvidence, desk.controller.state.judgesTime {
            samples = DecisionSamples(
                desk.controller.terms.triggers, targetNanos: context.spec.monitors.latency.target)
        }
        for arm in Arm.allCases {
            alarms[arm] = LatencyAlarm(try LatencyAlarm.Settings(thresholds: context.spec.monitors.latency))
        }
    }

    private static let budget = "budget"

    /// Journals that a monitor's level became another one, and logs it.
    private static func note(
        _ desk: Desk, _ context: RunContext, arm: Arm? = nil, _ monitor: String, to level: String, _ detail: String
    ) {
        desk.note(
            .monitor, arm: arm?.rawValue, reason: "\(monitor) \(level)", detail: detail,
            index: context.pump.counts.records)
        context.logger.warning("\(monitor) \(level)", metadata: ["detail": "\(detail)"])
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
        let writes = context.seat(arm).latest?.takeWrites(below: index) ?? []
        latency.answered(writes, by: arm, readAt: readAt)
        if let readAt { samples?.answered(writes, by: arm, readAt: readAt) }
    }

    /// An engine said so many messages, some of them errors or broken.
    func said(_ arm: Arm, messages: Int, errors: Int) { samples?.said(arm, messages: messages, errors: errors) }

    /// What decisions are to know, in the order in which it was found.
    func takeMeasured() -> [Measured] {
        defer { measured = [] }
        return measured
    }

    /// An engine's process is gone, with what it had not answered.
    func died(_ arm: Arm) {
        let left = context.seat(arm).latest?.takeWrites(below: .max) ?? []
        latency.died(arm, unanswered: left.filter(\.endsWithMark).map(\.writtenAt), at: MonotonicClock.now())
    }

    /// What data was worth, of sessions that closed and everything in them with them, or of the one the run ends in.
    func add(_ reports: [QualityReport]) {
        guard !reports.isEmpty else { return }
        closed += reports.map(\.session)
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
        let committed = desk.takeTraces()
        let delivered = desk.sinks.takeDelivered()
        latency.committed(committed)
        samples?.committed(committed)
        measured += samples?.take(all: false) ?? []
        latency.delivered(delivered)
        judge(committed, delivered)
    }

    /// After a commit: sums up the sessions that it closed.
    func sumUp() {
        for session in closed {
            let texts = SessionSummary.write(session, folder: context.folder, logger: context.logger, records)
            let index = context.pump.counts.records
            if let text = texts.daily { desk.tell(.summary(of: session, text, desk.router), index: index) }
            if let text = texts.weekly {
                desk.tell(.weeklySummary(endingWith: session, text, desk.router), index: index)
            }
            measure(session)
        }
        closed = []
    }

    private func records() throws -> RolloutRecords {
        try RolloutRecords(
            context.folder, JournalReader(folder: context.folder.path), rollout: context.spec.plan.id, basis: basis,
            calendar: context.plan.calendar, terms: context.spec.monitors)
    }

    /// What decisions read of a session that closed; what cannot be measured is not told.
    private func measure(_ session: CivilDate) {
        guard var samples else { return }
        measured += samples.take(all: true)
        self.samples = samples
        do {
            measured += try records().measured(session)
        } catch {
            context.logger.warning(
                "uptime and cost of the session are unknown to decisions",
                metadata: ["session": "\(session)", "reason": "\(error)"])
        }
    }

    /// Latency decides and alarms in arrival mode alone.
    private func judge(_ committed: [SignalTrace], _ delivered: [SignalTrace]) {
        guard basis == .arrival else { return }
        let now = MonotonicClock.now()
        for arm in Arm.allCases {
            guard var alarm = alarms[arm] else { continue }
            var changes = committed.filter { $0.arm == arm && $0.isLate }.map { _ in alarm.lost(at: now) }
            for trace in delivered where trace.arm == arm {
                guard let read = trace.causeReadAt else { continue }
                changes.append(alarm.observe(trace.deliveredAt - min(trace.deliveredAt, read), at: trace.deliveredAt))
            }
            changes.append(alarm.passed(to: now))
            alarms[arm] = alarm
            for change in changes.compactMap({ $0 }) {
                let value = change.nanos.map { NumberFormat.duration(nanoseconds: $0) } ?? "unknown"
                Self.note(
                    desk, context, arm: arm, "latency", to: change.to.rawValue,
                    "was \(change.from.rawValue), 90 % within \(value) of the last \(change.samples)")
                desk.tell(.latency(arm, change, desk.router), index: context.pump.counts.records)
            }
        }
    }

    /// One turn of arrival mode's loop.
    func turn() {
        collect()
        let now = MonotonicClock.now()
        guard now >= nextRowsAt else { return }
        nextRowsAt = now + 1_000_000_000
        writeRows()
    }

    /// The run ends: what is open is settled, committed and summed up.
    ///
    /// - Parameter qualities: what the data of the session that is open was worth, too.
    func end(with qualities: [QualityReport]) throws {
        add(qualities)
        collect()
        latency.end()
        try costs?.end()
        writeRows()
        try desk.commit()
        sumUp()
        try desk.commit()
    }

    private func begin() {
        guard let session else { return }
        let place = Place(
            session: session, stage: desk.router.stage, baseline: context.seat(.baseline).ledger.hello?.version,
            candidate: context.seat(.candidate).ledger.hello?.version)
        guard place != self.place else { return }
        self.place = place
        var versions: [LatencyArm: String] = [:]
        versions[.baseline] = place.baseline
        versions[.candidate] = place.candidate
        latency.begin(session: session, stage: place.stage.rawValue, versions: versions)
    }

    private func writeRows() {
        var measured = Measurements()
        measured.latencies = latency.takeRows()
        if let line = costs?.takeThresholds() { measured.memories[Self.budget] = line }
        desk.measure(measured)
    }
}
