package import Feeds
internal import Foundation
internal import Glibc
package import Logging
package import MarketData
internal import Monitors
package import Rollout
package import Signals

/// How a run was asked for.
package struct RunOptions: Sendable {
    package enum Mode: Sendable, Hashable {
        /// As fast as the engines answer, reproducible.
        case ordered
        /// Event time times `speed`, judged by the wall clock.
        case arrival(speed: Double)
    }

    package var mode: Mode
    package var inputs: [String]
    package var window: Int?
    package var startStage: Stage
    package var actions: Schedule
    /// Folder with what engines have learnt before, one subfolder an arm.
    package var engineState: String?
    package var lingers = false
    /// In ordered mode, lets what the wall clock measures decide, too: the digest is not reproducible then.
    package var judgesTime = false
    /// Whether alerts leave the machine; in ordered mode only by request.
    package var sendsAlerts = true

    /// Event time in wall time; 1 in ordered mode, which has no pace.
    package var speed: Double {
        if case .arrival(let speed) = mode { return speed }
        return 1
    }

    package init(
        mode: Mode, inputs: [String], window: Int? = nil, startStage: Stage = .shadow, actions: Schedule = Schedule(),
        engineState: String? = nil, lingers: Bool = false
    ) {
        self.mode = mode
        self.inputs = inputs
        self.window = window
        self.startStage = startStage
        self.actions = actions
        self.engineState = engineState
        self.lingers = lingers
    }
}

/// What both modes need of the machine: the feed, the engines' seats, and how to tell people.
package final class RunContext {
    package let spec: Spec
    package let folder: StateFolder
    package let options: RunOptions
    package let epoch: Int
    package let mailbox: Mailbox
    package let log: FeedLog
    package let plan: FeedPlan
    package let pump: FeedPump
    package let logger: Logger
    private let baseline: EngineSeat
    private let candidate: EngineSeat
    /// Called now and then with the feed's time and the records released.
    package var onProgress: ((_ records: UInt64, _ time: Timestamp) -> Void)?
    private var nextReaping = ContinuousClock.now
    private var nextMemoryCheck: [Arm: ContinuousClock.Instant] = [:]

    package init(
        spec: Spec, folder: StateFolder, options: RunOptions, epoch: Int,
        seats: (baseline: EngineSeat, candidate: EngineSeat),
        mailbox: Mailbox, log: FeedLog, plan: FeedPlan, pump: FeedPump, logger: Logger
    ) {
        self.spec = spec
        self.folder = folder
        self.options = options
        self.epoch = epoch
        self.mailbox = mailbox
        self.log = log
        self.plan = plan
        self.pump = pump
        self.logger = logger
        baseline = seats.baseline
        candidate = seats.candidate
    }

    /// Looks at the merged feed's quality, by the spec's terms.
    package func makeQualityWatch() -> QualityWatch {
        QualityWatch(
            QualityMonitor(calendar: plan.calendar, terms: QualityTerms(markIntervalNanos: plan.markIntervalNanos)))
    }

    /// When promotion may happen, where the spec says otherwise by now than the rollout knows.
    package func changedWindows(_ desk: Desk) -> PromotionWindows? {
        let windows = spec.monitors.promotion
        return desk.controller.gathersEvidence && windows != desk.controller.windows ? windows : nil
    }

    package func seat(_ arm: Arm) -> EngineSeat { arm == .baseline ? baseline : candidate }

    package func start(_ arm: Arm, at start: StreamStart, lateBelow: UInt64 = 0) throws {
        try seat(arm).startProcess(at: start, lateBelow: lateBelow, plan: plan, log: log, mailbox: mailbox)
    }

    /// What comes round with every turn of a run's loop: progress, and the remains of processes nobody else waits for.
    package func turn(feedTime: Timestamp) {
        onProgress?(pump.counts.records, feedTime)
        guard ContinuousClock.now >= nextReaping else { return }
        nextReaping = .now + .seconds(1)
        let remains = ChildRegistry.shared.reapAdopted()
        if !remains.isEmpty { logger.debug("reaped adopted processes", metadata: ["count": "\(remains.count)"]) }
    }

    /// The limit a process breaks, in words: no `hello` in time, or too much memory.
    package func brokenLimit(of seat: EngineSeat) -> String? {
        guard let process = seat.process else { return nil }
        let limits = spec.limits
        if seat.ledger.processIsSilent, .now - process.startedAt > limits.startTimeout {
            return "no hello within \(limits.startTimeout.components.seconds) s (engine_limits.start_timeout)"
        }
        guard nextMemoryCheck[seat.arm].map({ .now >= $0 }) ?? true else { return nil }
        nextMemoryCheck[seat.arm] = .now + .milliseconds(500)
        if let resident = process.child.residentBytes(), resident > limits.maxMemoryBytes {
            return
                "\(resident >> 20) MiB resident, more than \(limits.maxMemoryBytes >> 20) MiB (engine_limits.max_memory)"
        }
        return nil
    }

    /// A signal stops the run: nothing more is read or obeyed, and engines are ended.
    func halt(refusing requests: [ControlRequest]) {
        for request in requests { request.reply(.failed(detail: "the operator is stopping; nothing was changed")) }
        pump.cancel()
        for arm in Arm.allCases { seat(arm).kill() }
    }

    /// After the last record: engines have their end of input; waits for their exits, and ends those that do not come.
    package func drainEngines(_ handle: (RouterInput) throws -> Void) rethrows {
        let deadline = ContinuousClock.now + spec.limits.drainTimeout
        while Arm.allCases.contains(where: { seat($0).process != nil }) {
            let left = (deadline - .now) / .seconds(1)
            if left <= 0 {
                for arm in Arm.allCases where seat(arm).process != nil {
                    logger.warning("an engine did not end in time", metadata: ["arm": "\(arm.rawValue)"])
                    seat(arm).kill()
                }
            }
            for input in mailbox.take(waitingAtMost: left > 0 ? left : 1) { try handle(input) }
            if left < -5 { return }
        }
    }

    /// After the end of the feed: waits a while for the sinks to have everything, lingers where asked to, and goes on
    /// obeying people meanwhile.
    package func settle(
        _ desk: Desk, until isStopped: () -> Bool, turn: ([RouterInput]) throws -> Void
    ) throws {
        func next(waitingAtMost seconds: Double) throws {
            try turn(mailbox.take(waitingAtMost: seconds))
            try desk.commit()
        }
        let deadline = ContinuousClock.now + .seconds(10)
        while !isStopped(), ContinuousClock.now < deadline, !desk.sinks.drain(atMost: 0.05) {
            try next(waitingAtMost: 0)
        }
        while options.lingers, !isStopped() { try next(waitingAtMost: 0.25) }
        try desk.commit()
    }

    package func status(_ desk: Desk, time: Timestamp, isOver: Bool) -> SupervisorStatus {
        let router = desk.router
        let engines = Arm.allCases.map { arm -> SupervisorStatus.Engine in
            let seat = seat(arm)
            let health = HealthBody(router.health[arm] ?? .ready)
            return SupervisorStatus.Engine(
                arm: arm.rawValue, engine: seat.ledger.hello?.engine, version: seat.ledger.hello?.version,
                health: health.state, reason: health.reason, pid: seat.process?.child.pid, restarts: seat.restarts,
                answered: seat.ledger.answered, residentBytes: seat.process?.child.residentBytes(),
                missing: seat.ledger.missing)
        }
        let mode =
            switch options.mode {
            case .ordered: "ordered"
            case .arrival(let speed): "arrival at \(speed) x"
            }
        return SupervisorStatus(
            rollout: spec.plan.id, mode: mode, stage: router.stage.rawValue, status: router.status.rawValue,
            weight: Double(spec.plan.weight(in: router.stage).tenThousandths) / 10_000, kill: router.switches.kill,
            stop: router.switches.stop, epoch: epoch, pid: getpid(), feedIndex: pump.counts.records,
            feedTime: time.nanos == 0 ? nil : time.nanos, isFeedOver: isOver, engines: engines, seq: desk.seq,
            sinks: desk.sinks.cursors)
    }

    package static func reply(to effect: Effect?) -> ControlReply {
        switch effect {
        case .moved(let move)?:
            return .done(
                detail:
                    "\(move.from.rawValue)/\(move.statusBefore.rawValue) -> \(move.to.rawValue)/\(move.status.rawValue)"
            )
        case .refused(let reason)?: return .refused(detail: reason)
        case .unchanged(let reason)?: return .unchanged(detail: reason)
        case .approved(let stage, let detail)?: return .done(detail: "approved \(stage.rawValue): \(detail)")
        case .decided?, nil: return .done(detail: "done")
        }
    }
}
