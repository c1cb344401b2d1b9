internal import Alerts
internal import Feeds
internal import Foundation
internal import Glibc
package import Logging
package import MarketData
internal import Rollout
internal import Signals

/// One rollout from start to end on one state folder: opens what it needs, resumes what an earlier start left, runs, and
/// sums up.
package final class RolloutOperator {
    private let spec: Spec
    private let folder: StateFolder
    private let options: RunOptions
    private let logger: Logger
    private let mailbox = Mailbox()
    private let lock: StateLock
    private let journal: Journal
    private let epoch: Int
    /// Called now and then with the records read and the feed's time.
    package var onProgress: ((_ records: UInt64, _ time: Timestamp) -> Void)?

    /// Takes the state folder; refuses one that is in use or belongs to another spec.
    package init(spec: Spec, folder: StateFolder, options: RunOptions, logger: Logger) throws {
        self.spec = spec
        self.folder = folder
        self.options = options
        self.logger = logger
        signal(SIGPIPE, SIG_IGN)
        try ChildRegistry.shared.becomeSubreaper()
        for path in options.inputs where access(path, R_OK) != 0 { throw StartError.missingInput(path: path) }
        guard !options.inputs.isEmpty else { throw StartError.noInput(spec: spec.path) }
        try folder.create()
        lock = try StateLock(stateFolder: folder.path)
        if let stored = FileManager.default.contents(atPath: folder.specFile) {
            let keys = spec.differences(from: String(decoding: stored, as: UTF8.self))
            guard keys.isEmpty else { throw StateFolderError.differentSpec(path: folder.path, keys: keys) }
        }
        journal = try Journal(folder: folder.path)
        epoch = try journal.beginEpoch(at: Desk.wallClock())
        for found in BootSweep(stateFolder: folder.path, selection: .epochs(before: epoch)).run() {
            logger.warning(
                "ended a process an earlier operator left behind",
                metadata: ["pid": "\(found.pid)", "command": "\(found.command)", "gone": "\(found.isGone)"])
        }
    }

    /// Asks the run to stop; safe from any thread.
    package var stopper: @Sendable (_ signal: Int32) -> Void { { [mailbox] in mailbox.post(.stop(signal: $0)) } }

    /// Runs to the end of the feed or to a stop.
    package func run() throws -> RunSummary {
        let started = ContinuousClock.now
        let reader = try JournalReader(folder: folder.path)
        let courier = try makeCourier()
        if try reader.last([.end]) != nil {
            try deliverRest(reader, courier)
            logger.info("the rollout in this state folder is complete already", metadata: ["state": "\(folder.path)"])
            return try RunSummary(reader: reader, seconds: 0, end: .finished)
        }
        try prepareEngineState()
        let sinks = try makeSinks()
        let control = ControlServer(path: folder.socket, mailbox: mailbox, logger: logger)
        let context = try makeContext()
        context.onProgress = onProgress
        defer {
            mailbox.close()
            control.stop()
            sinks.stop()
            for arm in Arm.allCases {
                context.seat(arm).kill()
                context.seat(arm).capture.close()
            }
            context.pump.cancel()
        }
        let (desk, schedule, resumed) = try open(sinks, reader)
        try sinks.start(
            cursors: reader.cursors(), committed: journal.lastSeq, revokedThrough: reader.revokedThrough())
        try control.start()
        if let courier { desk.onNotices = { courier.nudge() } }
        try courier?.start()
        defer { courier?.stop(atMost: 10) }
        let end = try run(desk, context, schedule, resumed)
        var summary = try RunSummary(reader: reader, seconds: (.now - started) / .seconds(1), end: end)
        summary.add(context, latencies: sinks.latencies)
        summary.takeBack = RunSummary.Latency(desk.takeBacks)
        return summary
    }

    /// What sinks had not taken when the rollout ended, and who had not been told.
    private func deliverRest(_ reader: JournalReader, _ courier: AlertCourier?) throws {
        try courier?.start()
        defer { courier?.stop(atMost: 10) }
        let sinks = try makeSinks()
        defer { sinks.stop() }
        try sinks.start(cursors: reader.cursors(), committed: journal.lastSeq, revokedThrough: reader.revokedThrough())
        sinks.drain(atMost: 10)
        try journal.append([], cursors: sinks.cursors)
    }

    private func run(_ desk: Desk, _ context: RunContext, _ schedule: Schedule, _ resumed: Resumed) throws -> RunEnd {
        switch options.mode {
        case .ordered:
            return try OrderedRun(
                desk: desk, context: context, schedule: schedule, quarantinedFrom: resumed.quarantinedFrom
            ).run()
        case .arrival:
            for (arm, signals) in resumed.signals {
                for signal in signals { context.seat(arm).ledger.remember(signal) }
            }
            return try ArrivalRun(
                desk: desk, context: context, schedule: schedule, resumeIndex: resumed.lastMark?.feedIndex ?? 0,
                resumeTime: Timestamp(nanos: resumed.lastMark?.time ?? 0), signals: resumed.followed,
                settled: resumed.settled, lastPresence: try lastPresence()
            ).run()
        }
    }

    /// What the operator before this one vouched for, the journal's row brought up to its last heartbeat.
    private func lastPresence() throws -> Measurements.Presence? {
        let reader = try JournalReader(folder: folder.path)
        guard let last = try reader.presences().last else { return nil }
        var measured = Measurements()
        measured.presence = last.extended(by: Heartbeat(contentsOf: folder.heartbeatFile))
        if measured.presence != last {
            try journal.append([], cursors: reader.cursors(), measurements: measured)
        }
        return measured.presence
    }

    // MARK: - Opening

    /// What an earlier start on the same folder left behind.
    private struct Resumed {
        var lastMark: JournalRow?
        var quarantinedFrom: [Arm: UInt64] = [:]
        var signals: [Arm: [Signal]] = [:]
        /// Those of them that came in time.
        var followed: [Arm: [Signal]] = [:]
        /// Signals with an outcome.
        var settled: [Arm: Set<String>] = [:]
    }

    private func open(_ sinks: SinkHub, _ reader: JournalReader) throws -> (Desk, Schedule, Resumed) {
        var resumed = Resumed()
        var schedule = options.actions
        guard let first = try reader.last([.begin]) else {
            let mode: BeginBody.Mode = if case .ordered = options.mode { .ordered } else { .arrival }
            let body = BeginBody(
                mode: mode, stage: options.startStage, spec: spec, judgesTime: options.judgesTime)
            try Data(spec.canonicalJSON.utf8).write(to: URL(fileURLWithPath: folder.specFile), options: .atomic)
            guard let controller = body.controller else { throw StartError.spec(path: spec.path) }
            let desk = try makeDesk(sinks, Sequencer(controller: controller), reader)
            try desk.add(.begin, body: EventCodec.encode(body), index: 0)
            try desk.commit()
            return (desk, schedule, resumed)
        }
        let begin: BeginBody = try EventCodec.decode(first)
        try check(begin)
        // What may change between runs may have changed; reports go by the last.
        try Data(spec.canonicalJSON.utf8).write(to: URL(fileURLWithPath: folder.specFile), options: .atomic)
        guard let controller = begin.controller else { throw EventCodec.damaged(first, "it describes no rollout") }
        resumed.lastMark = try reader.last([.mark])
        let desk = try makeDesk(sinks, Sequencer(controller: controller, recorded: try RecordedRows(reader)), reader)
        try desk.add(.begin, body: first.body, index: 0)
        if let mark = resumed.lastMark { schedule.dropPlaces(through: mark.feedIndex, time: mark.time) }
        // Commands of which the journal has more than the mark they came with.
        try reader.scan(JournalReader.Filter(kinds: [.command]), after: resumed.lastMark?.n ?? 0) { row in
            if let event = try EventCodec.event(from: row) { schedule.drop(event.payload) }
        }
        switch options.mode {
        case .ordered: try repeatInputs(reader, &schedule, &resumed)
        case .arrival: try takeAgain(reader, desk, &resumed)
        }
        desk.note(
            .resumed, arm: nil, reason: "epoch \(epoch)", detail: "resumed after row \(journal.lastRow)",
            index: resumed.lastMark?.feedIndex ?? 0)
        if begin.mode == .arrival {
            desk.tell(.resumed(epoch, desk.router), index: resumed.lastMark?.feedIndex ?? 0)
        }
        return (desk, schedule, resumed)
    }

    private func makeDesk(_ sinks: SinkHub, _ sequencer: Sequencer, _ reader: JournalReader) throws -> Desk {
        var alerts = AlertBook(rollout: spec.plan.id)
        for (_, notice) in try reader.notices() { alerts.restore(notice) }
        let isOrdered = if case .ordered = options.mode { true } else { false }
        return Desk(
            folder: folder, journal: journal, sinks: sinks, sequencer: sequencer, alerts: alerts,
            deliversBeforeTakingBack: isOrdered)
    }

    private func check(_ begin: BeginBody) throws {
        switch (options.mode, begin.mode) {
        case (.ordered, .ordered), (.arrival, .arrival): break
        default: throw StartError.differentMode(path: folder.path, was: begin.mode.rawValue)
        }
        if options.judgesTime, begin.mode == .ordered, begin.isReproducible {
            throw StartError.judgesNoTime(path: folder.path)
        }
        if options.startStage != .shadow, options.startStage.rawValue != begin.stage {
            throw StartError.differentStage(path: folder.path, was: begin.stage)
        }
    }

    /// Ordered mode: what came from outside comes again at its feed index; the rest follows from the feed.
    private func repeatInputs(_ reader: JournalReader, _ schedule: inout Schedule, _ resumed: inout Resumed) throws {
        var entries: [Schedule.Entry] = []
        try reader.scan(JournalReader.Filter(kinds: [.command, .switches, .health, .windows, .measured])) { row in
            guard let event = try EventCodec.event(from: row) else { return }
            entries.append(Schedule.Entry(place: .index(event.index), payload: event.payload))
            if case .health(let arm, .quarantined) = event.payload { resumed.quarantinedFrom[arm] = event.index }
        }
        schedule.addFirst(entries)
    }

    /// Arrival mode: the journaled events are taken again, and must lead to what is journaled.
    private func takeAgain(_ reader: JournalReader, _ desk: Desk, _ resumed: inout Resumed) throws {
        try reader.scan { row in
            guard let event = try EventCodec.event(from: row) else { return }
            try desk.take(event)
            switch event.payload {
            case .signal(let arm, let signal, let isLate):
                resumed.signals[arm, default: []].append(signal)
                if !isLate { resumed.followed[arm, default: []].append(signal) }
            case .outcome(let outcome): resumed.settled[outcome.arm, default: []].insert(outcome.id)
            default: break
            }
        }
    }

    private func prepareEngineState() throws {
        guard journal.lastRow == 0, let given = options.engineState else { return }
        for arm in Arm.allCases {
            let source = given + "/" + arm.rawValue
            if FileManager.default.fileExists(atPath: source) {
                try StateFolder.copyFolder(source, over: folder.engineBeginning(arm))
            }
        }
    }

    // MARK: - Parts

    private func makeContext() throws -> RunContext {
        let window = UInt64(options.window ?? spec.feed.window)
        let span: UInt64
        let pace: FeedPump.Pace
        switch options.mode {
        case .ordered:
            span = .max
            pace = .released(window: window)
        case .arrival(let speed):
            // Five milliseconds of wall time: the grain at which a paced feed comes.
            span = UInt64(max(1, speed * 5_000_000))
            let catchUp = try JournalReader(folder: folder.path).last([.mark])?.feedIndex ?? 0
            pace = .clock(speed: speed, window: window, catchUpTo: catchUp)
        }
        let plan = FeedPlan(
            files: options.inputs, calendar: spec.plan.calendar,
            markIntervalNanos: UInt64(spec.feed.markInterval / .nanoseconds(1)), chunkSpanNanos: span)
        let log = FeedLog()
        return RunContext(
            spec: spec, folder: folder, options: options, epoch: epoch,
            seats: (try makeSeat(.baseline), try makeSeat(.candidate)), mailbox: mailbox, log: log, plan: plan,
            pump: FeedPump(plan, pace: pace, log: log, mailbox: mailbox), logger: logger)
    }

    /// Nil where nothing is to leave the machine, or nobody is named to be told.
    private func makeCourier() throws -> AlertCourier? {
        guard options.sendsAlerts else { return nil }
        return try AlertCourier(
            spec.alerts, folder: folder, calendar: spec.plan.calendar, logger: logger,
            onChannel: { [mailbox] in mailbox.post(.channel($0, refusal: $1)) })
    }

    private func makeSeat(_ arm: Arm) throws -> EngineSeat {
        let engine = spec.engine(arm)
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
        var environment = [
            "PATH": path, "LANG": "C.UTF-8", "TZ": "UTC", "TANDEM_ENGINE_STATE": folder.engineState(arm),
            "TANDEM_EPOCH": String(epoch),
        ]
        if let configuration = engine.configuration {
            try Data(configuration).write(to: URL(fileURLWithPath: folder.engineConfiguration(arm)), options: .atomic)
            environment["TANDEM_ENGINE_CONFIG"] = folder.engineConfiguration(arm)
        }
        let executable: String
        let arguments: [String]
        let isBuiltIn: Bool
        switch engine.kind {
        case .builtIn(let name):
            executable = try Self.ownExecutable()
            arguments = ["engine", name]
            isBuiltIn = true
        case .command(let words):
            executable = try find(words, for: arm, path: path)
            arguments = Array(words.dropFirst())
            isBuiltIn = false
        }
        var launch = EngineLaunch(
            arm: arm, executable: executable, arguments: arguments, workingDirectory: workingFolder,
            environment: environment, isBuiltIn: isBuiltIn,
            maxHorizonSeconds: Int(spec.maxHorizon.components.seconds), stateFolder: folder.path, epoch: epoch)
        if !isBuiltIn { launch.programHash = programHash([executable] + arguments) }
        return EngineSeat(launch: launch, capture: try LogCapture(directory: folder.logs, name: arm.rawValue))
    }

    /// Of the program and those of its arguments that are files, such as a script.
    private func programHash(_ words: [String]) -> String {
        var hash = SHA256()
        for word in words {
            let path = word.hasPrefix("/") ? word : workingFolder + "/" + word
            guard let bytes = FileManager.default.contents(atPath: path) else { continue }
            hash.update(Array(bytes))
        }
        return SHA256.hex(hash.digest())
    }

    private func find(_ words: [String], for arm: Arm, path: String) throws -> String {
        switch spec.executable(words.first ?? "", searchPath: path) {
        case .found(let executable): return executable
        case .notExecutable(let file): throw StartError.engine(arm, reason: "\(file) is not executable (chmod +x?)")
        case .missing(let places):
            throw StartError.engine(
                arm, reason: "\(words.first ?? "") is not to be found; looked at \(places.joined(separator: ", "))")
        }
    }

    /// Programs of the spec start in its folder.
    private var workingFolder: String { StateFolder(path: spec.folder.isEmpty ? "." : spec.folder).path }

    /// This very binary, also when it was started by a relative path.
    package static func ownExecutable() throws -> String {
        try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    }

    private func makeSinks() throws -> SinkHub {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
        let sinks = try spec.sinks.map { sink -> (name: String, sink: any Sink) in
            switch sink.kind {
            case .file(let name):
                return (sink.name, FileSink(path: name.hasPrefix("/") ? name : folder.path + "/" + name))
            case .standardOutput: return (sink.name, StandardOutputSink())
            case .executable(let words):
                guard case .found(let program) = spec.executable(words.first ?? "", searchPath: path) else {
                    throw SinkError.cannotOpen(
                        path: words.first ?? "",
                        reason: "the program of sink \(sink.name) is not to be found, or not executable")
                }
                let launch = SpawnRequest(
                    executable: program, arguments: Array(words.dropFirst()),
                    environment: [
                        "PATH": path, "LANG": "C.UTF-8", "TZ": "UTC", "TANDEM_STATE": folder.path,
                        "TANDEM_EPOCH": String(epoch),
                    ], workingDirectory: workingFolder)
                let capture = try LogCapture(directory: folder.logs, name: "sink-\(sink.name)")
                return (sink.name, ExecutableSink(launch: launch, capture: capture))
            }
        }
        return SinkHub(sinks, folder: folder.path, logger: logger)
    }
}
