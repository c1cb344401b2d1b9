internal import Feeds
internal import Logging
internal import MarketData
internal import Monitors
internal import Rollout
package import Signals

/// Files as fast as the engines answer, released mark by mark: what comes of it depends on the input alone.
///
/// When both engines have answered a mark, everything up to it is sorted by (feed index; command, feed fact, signal;
/// baseline before candidate; position in the arm's output), journaled in one transaction and acted on.
package final class OrderedRun {
    private struct PendingMark {
        let mark: Mark
        let index: UInt64
        /// The records since the mark before, and this one.
        let chunks: [FeedChunk]
    }

    /// What orders events of one release.
    private struct Place: Comparable {
        var index: UInt64
        var rank: Int
        var arm: Arm
        var position: Int

        static func < (a: Place, b: Place) -> Bool {
            (a.index, a.rank, a.arm == .baseline ? 0 : 1, a.position) < (
                b.index, b.rank, b.arm == .baseline ? 0 : 1, b.position
            )
        }
    }

    private struct Item {
        var place: Place
        var event: Event
        var trace: SignalTrace?
        var request: ControlRequest?
    }

    private let desk: Desk
    private let context: RunContext
    private var schedule: Schedule
    /// Quarantines of an earlier run, by arm: nothing of the arm counts from that feed index on.
    private var quarantinedFrom: [Arm: UInt64]
    private var marks: [PendingMark] = []
    private let paper: PaperBook
    private let meters: RunMeters
    private var outcomeFiles: OutcomeFiles
    /// Of the sessions that the mark being released closes.
    private var closedQualities: [QualityReport] = []
    private var engineIsKnown: Set<Arm> = []
    /// Feed index below which everything was released.
    private var released: UInt64 = 0
    private var releasedTime = Timestamp(nanos: 0)
    private var requests: [ControlRequest] = []
    private var deaths: [Arm: (count: Int, answeredMark: UInt64?)] = [:]
    private var lastMark: [Arm: UInt64] = [:]
    private var facts: [Event] = []
    private var feedRecords: UInt64?
    private var stopSignal: Int32?
    /// Scheduled commands whose index the feed never came to.
    private var unreached = 0

    /// - Parameters:
    ///   - schedule: commands to come, and those of an earlier run to come again.
    ///   - quarantinedFrom: quarantines of an earlier run.
    package init(
        desk: Desk, context: RunContext, schedule: Schedule, quarantinedFrom: [Arm: UInt64] = [:]
    ) throws {
        self.desk = desk
        self.context = context
        self.schedule = schedule
        self.quarantinedFrom = quarantinedFrom
        paper = PaperBook(terms: context.spec.outcomes, quality: context.makeQualityWatch())
        meters = try RunMeters(desk: desk, context: context, basis: .replay)
        outcomeFiles = OutcomeFiles(folder: context.folder)
    }

    /// Runs to the end of the feed, or until a signal stops it.
    package func run() throws -> RunEnd {
        for arm in Arm.allCases { try begin(arm) }
        try context.pump.start()
        while true {
            for input in context.mailbox.take(waitingAtMost: 0.25) { try handle(input) }
            if let stopSignal { return try stop(stopSignal) }
            try releaseReady()
            if isOver { return try finish() }
            try watch()
            context.turn(feedTime: releasedTime)
        }
    }

    private var priceBand: Double { desk.controller.terms.triggers.priceBand }

    private var isOver: Bool { feedRecords != nil && marks.isEmpty && facts.isEmpty }

    private func begin(_ arm: Arm) throws {
        try context.folder.resetEngineState(arm)
        try context.start(arm, at: .beginning)
        desk.note(
            .process, arm: arm.rawValue, reason: "started", detail: "instance \(context.seat(arm).instance)",
            index: released)
    }

    // MARK: - Inputs

    private func handle(_ input: RouterInput) throws {
        switch input {
        case .mark(let mark, let index, let chunks):
            marks.append(PendingMark(mark: mark, index: index, chunks: chunks))
            schedule.resolve(time: mark.time.nanos, index: index)
        case .feedEnded(let records, let failure):
            if let failure { throw RunFailure.feed(failure) }
            feedRecords = records
        case .lines(let arm, let instance, let lines, let readAt): try take(lines, of: arm, instance, readAt)
        case .ended(let arm, let instance, let status):
            guard instance == context.seat(arm).instance else { return }
            try ended(arm, status)
        case .request(let request): try answer(request)
        // What is journaled here is what the same input gives again.
        case .channel: break
        case .stop(let signal): stopSignal = signal
        }
    }

    private func take(_ lines: [EngineLine], of arm: Arm, _ instance: Int, _ readAt: UInt64) throws {
        let seat = context.seat(arm)
        var errors = 0
        let violation = seat.accept(lines, instance: instance, readAt: readAt) { said in
            guard case .complaint(let complaint) = said else { return }
            errors += 1
            note(complaint, of: arm)
        }
        if desk.controller.state.judgesTime {
            meters.said(arm, messages: lines.count, errors: errors + (violation == nil ? 0 : 1))
            meters.answered(arm, below: seat.ledger.answered, readAt: readAt)
        }
        if let index = marks.last(where: { $0.index < seat.ledger.answered })?.index { lastMark[arm] = index }
        guard let violation else { return }
        desk.note(violation.violation, of: arm, firstBytes: violation.firstBytes, index: seat.ledger.answered)
        seat.kill()
    }

    private func note(_ complaint: EngineComplaint, of arm: Arm) {
        desk.note(
            .complaint, arm: arm.rawValue, reason: complaint.code, detail: complaint.message,
            index: context.seat(arm).ledger.answered)
    }

    private func answer(_ request: ControlRequest) throws {
        switch request.ask {
        case .status:
            request.reply(.status(context.status(desk, time: releasedTime, isOver: isOver)))
        case .restart(let arm):
            guard quarantinedFrom[arm] == nil else {
                return request.reply(
                    .refused(detail: "the \(arm.rawValue) engine is quarantined; in ordered mode it stays so"))
            }
            context.seat(arm).kill()
            request.reply(.done(detail: "the \(arm.rawValue) engine is restarted; its answers do not change"))
        case .command(let command, let isDryRun):
            if isDryRun {
                request.reply(RunContext.reply(to: desk.controller.preview(command)))
            } else {
                requests.append(request)
            }
        }
    }

    // MARK: - Engines

    private func ended(_ arm: Arm, _ status: ExitStatus) throws {
        let seat = context.seat(arm)
        let hasAnswered = quarantinedFrom[arm] != nil || (feedRecords.map { seat.ledger.answered >= $0 } ?? false)
        seat.ended(status)
        if status.isSuccess, hasAnswered { return }
        if quarantinedFrom[arm] != nil { return }
        if status.isBadConfiguration, seat.ledger.hello == nil {
            throw RunFailure.badConfiguration(arm, detail: seat.deathDetail(status))
        }
        if hasAnswered { return }
        desk.note(
            .process, arm: arm.rawValue, reason: "died", detail: seat.deathDetail(status), index: seat.ledger.answered)
        context.logger.warning("an engine died", metadata: ["arm": "\(arm.rawValue)", "status": "\(status)"])
        let answeredMark = lastMark[arm]
        let count = deaths[arm].map { $0.answeredMark == answeredMark ? $0.count + 1 : 1 } ?? 1
        deaths[arm] = (count, answeredMark)
        seat.ledger.forget(past: answeredMark)
        guard count < 2, !status.isBadConfiguration else {
            return quarantine(arm, from: (answeredMark.map { $0 + 1 } ?? 0), reason: seat.deathDetail(status))
        }
        try begin(arm)
    }

    private func quarantine(_ arm: Arm, from index: UInt64, reason: String) {
        quarantinedFrom[arm] = index
        facts.append(
            Event(index: index, payload: .health(arm, .quarantined(reason: "died twice without answering a mark"))))
        desk.note(.process, arm: arm.rawValue, reason: "quarantined", detail: reason, index: index)
        context.logger.error("an engine is quarantined", metadata: ["arm": "\(arm.rawValue)", "reason": "\(reason)"])
    }

    /// Limits that hold in both modes, and the one on wall time of this mode.
    private func watch() throws {
        for arm in Arm.allCases {
            let seat = context.seat(arm)
            guard let process = seat.process else { continue }
            if let reason = context.brokenLimit(of: seat) {
                desk.note(.process, arm: arm.rawValue, reason: "killed", detail: reason, index: seat.ledger.answered)
                seat.kill()
            } else if let since = process.oldestUnansweredMark(answered: seat.ledger.processAnswered),
                ContinuousClock.now - since > context.spec.limits.hangTimeout, quarantinedFrom[arm] == nil
            {
                throw RunFailure.hung(arm, seconds: Int(context.spec.limits.hangTimeout.components.seconds))
            }
        }
    }

    private func hasAnswered(_ arm: Arm, _ index: UInt64) -> Bool {
        if let from = quarantinedFrom[arm], from <= index { return true }
        return context.seat(arm).ledger.answered > index
    }

    // MARK: - Release

    private func releaseReady() throws {
        var count = 0
        while count < marks.count, Arm.allCases.allSatisfy({ hasAnswered($0, marks[count].index) }) {
            let pending = marks[count]
            try release(pending)
            count += 1
        }
        marks.removeFirst(count)
        guard count > 0 else { return }
        try desk.commit()
        meters.collect()
        meters.sumUp()
        context.pump.release(below: released)
        for (arm, from) in quarantinedFrom where from <= released { context.seat(arm).kill() }
    }

    /// Everything up to and with one mark, in order.
    private func release(_ pending: PendingMark) throws {
        var items = commands(through: pending.index)
        facts.removeAll { fact in
            guard fact.index <= pending.index else { return false }
            items.append(Item(place: Place(index: fact.index, rank: 1, arm: .baseline, position: 0), event: fact))
            return true
        }
        items.append(
            Item(
                place: Place(index: pending.index, rank: 1, arm: .baseline, position: 1),
                event: Event(index: pending.index, payload: .mark(pending.mark))))
        var signals: [PaperBook.Said] = []
        for arm in Arm.allCases {
            for (position, said) in context.seat(arm).ledger.release(through: pending.index).enumerated() {
                if let from = quarantinedFrom[arm], said.signal.cause >= from { continue }
                signals.append((arm, said.signal))
                if desk.controller.acts, let quote = paper.quote(against: said.signal, band: priceBand) {
                    items.append(
                        Item(place: Place(index: quote.index, rank: 1, arm: arm, position: position), event: quote))
                }
                items.append(
                    Item(
                        place: Place(index: said.signal.cause, rank: 2, arm: arm, position: position),
                        event: Event(index: said.signal.cause, payload: .signal(arm, said.signal, isLate: false)),
                        trace: SignalTrace(
                            arm: arm, write: context.seat(arm).latest?.write(of: said.signal.cause),
                            lineReadAt: said.readAt)))
            }
        }
        items += settle(pending, signals)
        closedQualities += paper.takeQuality()
        if desk.controller.gathersEvidence { items += dataOfClosedSessions(at: pending.index) + newEngines() }
        items.sort { $0.place < $1.place }
        for item in items { try take(item) }
        released = pending.index + 1
        releasedTime = pending.mark.time
        for arm in Arm.allCases { meters.answered(arm, below: released) }
        meters.add(closedQualities)
        closedQualities = []
        try meters.passed(pending.mark, pending.chunks)
        // Before the next session's first record may leave.
        if let session = pending.mark.closes { try outcomeFiles.close(session) }
    }

    /// What became of signals up to one mark; behind the mark where it is the mark that ends them.
    private func settle(_ pending: PendingMark, _ signals: [PaperBook.Said]) -> [Item] {
        let outcomes = paper.apply(pending.chunks, mark: pending.mark, index: pending.index, signals: signals)
        return outcomes.enumerated().map { position, outcome in
            outcomeFiles.add(outcome)
            return Item(
                place: Place(index: outcome.knownIndex, rank: 1, arm: .baseline, position: 2 + position),
                event: Event(index: outcome.knownIndex, payload: .outcome(outcome)))
        }
    }

    /// What the data of the sessions that a mark closes was worth, before the mark.
    private func dataOfClosedSessions(at index: UInt64) -> [Item] {
        closedQualities.map { report in
            Item(
                place: Place(index: index, rank: 1, arm: .baseline, position: 0),
                event: Event(index: index, payload: .data(SessionData(report))))
        }
    }

    /// Which engines speak, once each has said hello; before everything they cause.
    private func newEngines() -> [Item] {
        Arm.allCases.compactMap { arm in
            guard !engineIsKnown.contains(arm), let identity = context.seat(arm).identity else { return nil }
            engineIsKnown.insert(arm)
            return Item(
                place: Place(index: released, rank: 1, arm: arm, position: 0),
                event: Event(index: released, payload: .engine(arm, identity: identity)))
        }
    }

    /// Scheduled commands that are due, and what was typed or switched meanwhile, which takes the next free index.
    private func commands(through index: UInt64) -> [Item] {
        var position = 0
        func item(_ index: UInt64, _ payload: Event.Payload, _ request: ControlRequest? = nil) -> Item {
            position += 1
            return Item(
                place: Place(index: index, rank: 0, arm: .baseline, position: position),
                event: Event(index: index, payload: payload), request: request)
        }
        var items: [Item] = []
        for due in schedule.due(through: index) {
            if case .health = due.payload {
                items.append(
                    Item(
                        place: Place(index: due.index, rank: 1, arm: .baseline, position: 0),
                        event: Event(index: due.index, payload: due.payload)))
            } else {
                items.append(item(max(due.index, released), due.payload))
            }
        }
        let measured = meters.takeMeasured()
        guard !desk.isComparing else { return items }
        let switches = context.folder.switches
        if switches != desk.router.switches { items.append(item(released, .switches(switches))) }
        if let windows = context.changedWindows(desk) { items.append(item(released, .windows(windows))) }
        for sample in measured { items.append(item(released, .measured(sample))) }
        for request in requests {
            if case .command(let command, _) = request.ask { items.append(item(released, .command(command), request)) }
        }
        requests.removeAll()
        return items
    }

    private func take(_ item: Item) throws {
        let result = try desk.take(item.event, trace: item.trace)
        if let request = item.request {
            try desk.commit()
            request.reply(RunContext.reply(to: result.effect))
        }
    }

    /// Commands behind the last record: those of an earlier run, and typed ones while lingering.
    private func releaseRest() throws {
        for item in commands(through: .max).sorted(by: { $0.place < $1.place }) {
            if item.place.index <= released { try take(item) } else { unreached += 1 }
        }
    }

    // MARK: - Ends

    private func finish() throws -> RunEnd {
        try desk.add(.end, body: EventCodec.encode(["records": "\(released)"]), index: released)
        try releaseRest()
        if !schedule.isEmpty || unreached > 0 {
            context.logger.warning(
                "actions lie past the end of the feed and were not done",
                metadata: ["count": "\(schedule.count + unreached)", "records": "\(released)"])
        }
        if desk.isComparing { throw RunFailure.journalLonger(row: desk.journal.lastRow) }
        try desk.commit()
        try context.drainEngines { try self.handle($0) }
        func turn(_ inputs: [RouterInput]) throws {
            for input in inputs { try handle(input) }
            try releaseRest()
        }
        try context.settle(desk, until: { stopSignal != nil }, turn: turn)
        try meters.end(with: paper.takeQuality(atEnd: true))
        return stopSignal.map { .stopped(signal: $0) } ?? .finished
    }

    private func stop(_ signal: Int32) throws -> RunEnd {
        try releaseReady()
        context.halt(refusing: requests)
        try desk.commit()
        desk.sinks.drain(atMost: 5)
        try meters.end(with: paper.takeQuality(atEnd: true))
        return .stopped(signal: signal)
    }

}
