internal import Feeds
internal import Logging
package import MarketData
internal import Monitors
internal import Rollout
package import Signals

/// Files at a pace, judged by the wall clock: events happen in the order in which this one thread takes them.
///
/// Nothing waits for the candidate. Stalls, lag, deaths and memory decide here, as journaled health events.
package final class ArrivalRun {
    /// The life of one arm's engine.
    private enum Phase {
        /// No `hello` yet, or not yet answered everything up to `handover`.
        case catchingUp
        case ready
        /// Answers too late for now.
        case stalled
        case dead(restartAt: ContinuousClock.Instant)
        case quarantined
    }

    private let desk: Desk
    private let context: RunContext
    private var schedule: Schedule
    /// Marks up to here were journaled by an earlier run.
    private let resumeIndex: UInt64
    private let resumeTime: Timestamp
    private var phase: [Arm: Phase] = [:]
    private var handover: [Arm: UInt64] = [:]
    private var policies: [Arm: RestartPolicy]
    private var lastProgressAt: [Arm: ContinuousClock.Instant] = [:]
    /// Where the present session begins in the stream.
    private var sessionStart = StreamStart.beginning
    private var feedIndex: UInt64 = 0
    private var feedTime = Timestamp(nanos: 0)
    private var requests: [ControlRequest] = []
    private var feedRecords: UInt64?
    private var stopSignal: Int32?
    private let startedAt = ContinuousClock.now
    private var paper: PaperQueue
    private let meters: RunMeters
    private var watch: ArrivalWatch

    /// - Parameters:
    ///   - resumeIndex: feed index of the last mark an earlier run journaled, with its time.
    ///   - signals: what engines said to an earlier run in time.
    ///   - settled: signals whose outcomes it journaled.
    package init(
        desk: Desk, context: RunContext, schedule: Schedule, resumeIndex: UInt64 = 0, resumeTime: Timestamp,
        signals: [Arm: [Signal]] = [:], settled: [Arm: Set<String>] = [:], lastPresence: Measurements.Presence? = nil
    ) throws {
        self.desk = desk
        self.context = context
        self.schedule = schedule
        self.resumeIndex = resumeIndex
        self.resumeTime = resumeTime
        paper = PaperQueue(
            terms: context.spec.outcomes, quality: context.makeQualityWatch(), folder: context.folder,
            signals: signals, known: settled)
        policies = [.baseline: RestartPolicy(role: .baseline), .candidate: RestartPolicy(role: .candidate)]
        meters = try RunMeters(desk: desk, context: context, basis: .arrival)
        watch = try ArrivalWatch(desk: desk, context: context, after: lastPresence)
    }

    package func run() throws -> RunEnd {
        for arm in Arm.allCases {
            if case .quarantined? = desk.router.health[arm] {
                phase[arm] = .quarantined
                continue
            }
            try setHealth(arm, .starting)
            try begin(arm, at: .beginning, handover: resumeIndex)
        }
        try desk.commit()
        try context.pump.start()
        while true {
            let inputs = context.mailbox.take(waitingAtMost: 0.05)
            try obeySwitches()
            for input in inputs { try handle(input) }
            try obeyRequests()
            try judge()
            try settle()
            watch.turn(isFeedOver: feedRecords != nil)
            meters.turn()
            let start = MonotonicClock.now()
            try desk.commit()
            watch.committed(in: MonotonicClock.now() - start)
            meters.sumUp()
            for measured in meters.takeMeasured() {
                try desk.take(Event(index: feedIndex, payload: .measured(measured)))
            }
            if let stopSignal { return try stop(stopSignal) }
            if let feedRecords, hasAnsweredAll(feedRecords) { return try finish() }
            context.turn(feedTime: feedTime)
        }
    }

    private func begin(_ arm: Arm, at start: StreamStart, handover: UInt64) throws {
        let seat = context.seat(arm)
        self.handover[arm] = handover
        phase[arm] = .catchingUp
        lastProgressAt[arm] = .now
        let lateBelow = handover > 0 ? handover + 1 : 0
        do {
            try context.start(arm, at: start, lateBelow: lateBelow)
        } catch let error as SpawnError {
            note(arm, "not started", "\(error)")
            return schedule(arm, after: policies[arm]?.died(ExitStatus(.lost), at: elapsed, jitter: .random(in: 0..<1)))
        }
        note(arm, "started", "instance \(seat.instance)")
    }

    private var elapsed: Duration { .now - startedAt }

    private func note(_ arm: Arm, _ reason: String, _ detail: String) {
        desk.note(.process, arm: arm.rawValue, reason: reason, detail: detail, index: feedIndex)
        context.logger.info("engine \(reason)", metadata: ["arm": "\(arm.rawValue)", "detail": "\(detail)"])
    }

    // MARK: - Inputs

    private func handle(_ input: RouterInput) throws {
        switch input {
        case .mark(let mark, let index, let chunks): try take(mark, index: index, chunks: chunks)
        case .feedEnded(let records, let failure):
            if let failure { throw RunFailure.feed(failure) }
            feedRecords = records
        case .lines(let arm, let instance, let lines, let readAt): try take(lines, of: arm, instance, readAt)
        case .ended(let arm, let instance, let status):
            guard instance == context.seat(arm).instance else { return }
            try ended(arm, status)
        case .request(let request): requests.append(request)
        case .channel(let name, let refusal): desk.tell(.channel(name, refusal, desk.router), index: feedIndex)
        case .stop(let signal): stopSignal = signal
        }
    }

    private func take(_ mark: Mark, index: UInt64, chunks: [FeedChunk]) throws {
        if mark.closes != nil, let last = chunks.last {
            sessionStart = StreamStart(chunk: last.number + 1, index: index + 1)
        }
        paper.add(mark, index: index, chunks: chunks)
        feedIndex = index + 1
        try meters.passed(mark, chunks)
        guard index > resumeIndex || resumeIndex == 0 else { return }
        feedTime = mark.time
        watch.passed(mark)
        schedule.resolve(time: mark.time.nanos, index: index)
        for due in schedule.due(through: index) { try desk.take(Event(index: index, payload: due.payload)) }
        try desk.take(Event(index: index, payload: .mark(mark)))
    }

    private func take(_ lines: [EngineLine], of arm: Arm, _ instance: Int, _ readAt: UInt64) throws {
        let seat = context.seat(arm)
        var hasProgress = false
        var errors = 0
        let violation = seat.accept(lines, instance: instance, readAt: readAt) { said in
            switch said {
            case .progress: hasProgress = true
            case .complaint(let complaint):
                errors += 1
                desk.note(
                    .complaint, arm: arm.rawValue, reason: complaint.code, detail: complaint.message, index: feedIndex)
            case .hello, .signal, .nothing: break
            }
        }
        meters.said(arm, messages: lines.count, errors: errors + (violation == nil ? 0 : 1))
        if desk.controller.gathersEvidence, let identity = seat.identity, identity != desk.controller.engines[arm] {
            try desk.take(Event(index: feedIndex, payload: .engine(arm, identity: identity)))
        }
        if hasProgress {
            lastProgressAt[arm] = .now
            try becomeReady(arm)
        }
        // Its signals are judged by what it has answered with them.
        let pending = seat.ledger.release()
        if case .quarantined? = phase[arm] { return }
        let isMeasured =
            switch phase[arm] {
            case .ready?: true
            // Later it reads again what was answered once.
            case .catchingUp?: handover[arm] == 0
            default: false
            }
        let writes = pending.map { isMeasured ? seat.latest?.write(of: $0.signal.cause) : nil }
        meters.answered(arm, below: seat.ledger.answered, readAt: isMeasured ? readAt : nil)
        for (said, write) in zip(pending, writes) {
            let isLate = said.isLate && isOld(said.signal)
            let band = desk.controller.terms.triggers.priceBand
            if desk.controller.acts, let quote = paper.quote(against: said.signal, band: band) { try desk.take(quote) }
            try desk.take(
                Event(index: said.signal.cause, payload: .signal(arm, said.signal, isLate: isLate)),
                trace: SignalTrace(arm: arm, write: write, lineReadAt: said.readAt))
            // What came too late to act on is not scored either.
            guard !isLate, let outcome = paper.add(said.signal, of: arm, at: feedIndex) else { continue }
            try desk.take(Event(index: feedIndex, payload: .outcome(outcome)))
        }
        if let violation {
            desk.note(violation.violation, of: arm, firstBytes: violation.firstBytes, index: feedIndex)
            try setHealth(arm, .notReady(reason: "broke the contract: \(violation.violation)"))
            seat.kill()
        }
    }

    /// What became of signals, as far as every engine that keeps up has come.
    private func settle() throws {
        let outcomes = try paper.settle { index in
            Arm.allCases.allSatisfy { arm in
                switch phase[arm] {
                case .ready?: return context.seat(arm).ledger.answered > index
                // Of its beginning everything counts; later its old records are not waited for.
                case .catchingUp?: return handover[arm] != 0 || context.seat(arm).ledger.answered > index
                default: return true
                }
            }
        }
        for outcome in outcomes { try desk.take(Event(index: outcome.knownIndex, payload: .outcome(outcome))) }
        let qualities = paper.takeQuality()
        for report in qualities where desk.controller.lacksData(of: report.session) {
            try desk.take(Event(index: feedIndex, payload: .data(SessionData(report))))
        }
        meters.add(qualities)
    }

    /// A signal that a restart held up is still worth something while it is younger than `max_signal_age`.
    private func isOld(_ signal: Signal) -> Bool {
        let age = context.spec.maxSignalAge
        return signal.tsEvent.advanced(bySeconds: age.components.seconds) < max(feedTime, resumeTime)
    }

    private func becomeReady(_ arm: Arm) throws {
        guard case .catchingUp? = phase[arm], !context.seat(arm).ledger.processIsSilent,
            context.seat(arm).ledger.processAnswered > handover[arm] ?? 0
        else { return }
        phase[arm] = .ready
        policies[arm]?.becameReady(at: elapsed)
        try setHealth(arm, .ready)
    }

    private func setHealth(_ arm: Arm, _ health: Health) throws {
        guard desk.router.health[arm] != health else { return }
        try desk.take(Event(index: feedIndex, payload: .health(arm, health)))
    }

    // MARK: - Engines

    private func ended(_ arm: Arm, _ status: ExitStatus) throws {
        let seat = context.seat(arm)
        meters.died(arm)
        seat.ended(status)
        let isDone = feedRecords.map { seat.ledger.answered >= $0 } ?? false
        if status.isSuccess, isDone { return }
        if case .quarantined? = phase[arm] { return }
        note(arm, "died", seat.deathDetail(status))
        try setHealth(arm, .notReady(reason: "died: \(status)"))
        policies[arm]?.becameUnready()
        if isDone { return }
        schedule(arm, after: policies[arm]?.died(status, at: elapsed, jitter: .random(in: 0..<1)))
        if case .quarantined? = phase[arm] {
            try setHealth(arm, .quarantined(reason: "\(status)"))
        }
    }

    private func schedule(_ arm: Arm, after action: RestartPolicy.Action?) {
        switch action {
        case .restart(let delay)?: phase[arm] = .dead(restartAt: .now + delay)
        case .quarantine(let reason)?, .neverRestart(let reason)?:
            phase[arm] = .quarantined
            note(arm, "quarantined", reason)
            context.logger.critical(
                "an engine is given up", metadata: ["arm": "\(arm.rawValue)", "reason": "\(reason)"])
        case nil: break
        }
    }

    /// Looks at what only the passing of time shows.
    private func judge() throws {
        for arm in Arm.allCases {
            if case .dead(let restartAt)? = phase[arm], ContinuousClock.now >= restartAt {
                // Everything up to the last mark that it says anew is late.
                try begin(arm, at: sessionStart, handover: max(feedIndex > 0 ? feedIndex - 1 : 0, resumeIndex))
            }
            let seat = context.seat(arm)
            guard let process = seat.process else { continue }
            if let reason = context.brokenLimit(of: seat) {
                note(arm, "killed", reason)
                try setHealth(arm, .notReady(reason: reason))
                seat.kill()
                continue
            }
            try judgeAnswers(of: arm, seat, process)
        }
    }

    private func judgeAnswers(of arm: Arm, _ seat: EngineSeat, _ process: EngineProcess) throws {
        let limits = context.spec.limits
        guard !seat.ledger.processIsSilent,
            let since = process.oldestUnansweredMark(answered: seat.ledger.processAnswered)
        else { return try recover(arm) }
        let now = ContinuousClock.now
        // An engine that works through a backlog answers all the time; one that stalls does not.
        let waited = now - max(since, lastProgressAt[arm] ?? since)
        if waited > limits.killTimeout {
            note(arm, "killed", "a mark was not answered for \(limits.killTimeout)")
            seat.kill()
        } else if waited > limits.stallTimeout {
            try stall(arm, "a mark was not answered for \(limits.stallTimeout)")
        } else if now - since > limits.maxLag {
            try stall(arm, "its answers lag by more than \(limits.maxLag)")
        } else {
            try recover(arm)
        }
    }

    private func stall(_ arm: Arm, _ reason: String) throws {
        guard case .ready? = phase[arm] else { return }
        phase[arm] = .stalled
        try setHealth(arm, .notReady(reason: reason))
    }

    private func recover(_ arm: Arm) throws {
        guard case .stalled? = phase[arm] else { return }
        phase[arm] = .ready
        try setHealth(arm, .ready)
    }

    // MARK: - People

    private func obeySwitches() throws {
        let switches = context.folder.switches
        if switches != desk.router.switches { try desk.take(Event(index: feedIndex, payload: .switches(switches))) }
        if let windows = context.changedWindows(desk) {
            try desk.take(Event(index: feedIndex, payload: .windows(windows)))
        }
    }

    private func obeyRequests() throws {
        for request in requests {
            switch request.ask {
            case .status:
                request.reply(.status(context.status(desk, time: feedTime, isOver: feedRecords != nil)))
            case .restart(let arm): try restart(arm, request)
            case .command(let command, let isDryRun):
                if isDryRun {
                    request.reply(RunContext.reply(to: desk.controller.preview(command)))
                } else {
                    let result = try desk.take(Event(index: feedIndex, payload: .command(command)))
                    try desk.commit()
                    request.reply(RunContext.reply(to: result.effect))
                }
            }
        }
        requests.removeAll()
    }

    private func restart(_ arm: Arm, _ request: ControlRequest) throws {
        policies[arm] = RestartPolicy(role: arm == .baseline ? .baseline : .candidate)
        note(arm, "restart asked for", "by a person")
        if context.seat(arm).process != nil {
            context.seat(arm).kill()
        } else {
            phase[arm] = .dead(restartAt: .now)
            try setHealth(arm, .notReady(reason: "restarting"))
        }
        request.reply(.done(detail: "the \(arm.rawValue) engine is restarting from the session's first record"))
    }

    // MARK: - Ends

    private func hasAnsweredAll(_ records: UInt64) -> Bool {
        Arm.allCases.allSatisfy { arm in
            if case .quarantined? = phase[arm] { return true }
            return context.seat(arm).ledger.answered >= records
        }
    }

    private func finish() throws -> RunEnd {
        try settle()
        watch.turn(isFeedOver: true, isLast: true)
        try desk.add(.end, body: EventCodec.encode(["records": "\(feedRecords ?? 0)"]), index: feedIndex)
        try desk.commit()
        try context.drainEngines { try self.handle($0) }
        func turn(_ inputs: [RouterInput]) throws {
            for input in inputs { try handle(input) }
            try obeySwitches()
            try obeyRequests()
        }
        try context.settle(desk, until: { stopSignal != nil }, turn: turn)
        try meters.end(with: paper.takeQuality(atEnd: true))
        return stopSignal.map { .stopped(signal: $0) } ?? .finished
    }

    private func stop(_ signal: Int32) throws -> RunEnd {
        context.halt(refusing: requests)
        watch.turn(isFeedOver: feedRecords != nil, isLast: true)
        try desk.commit()
        desk.sinks.drain(atMost: 5)
        try meters.end(with: paper.takeQuality(atEnd: true))
        return .stopped(signal: signal)
    }
}
