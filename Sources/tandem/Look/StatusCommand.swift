internal import ArgumentParser
internal import Foundation
internal import MarketData
internal import Operator
internal import Rollout

struct StatusOf: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Stage, engines and sinks of a rollout, now.",
        discussion: "Exit code 5: degraded, rolled back or closed. 6: held. 0: healthy.")

    @OptionGroup var state: StateOptions
    @OptionGroup var format: FormatOptions
    @Flag(name: .shortAndLong, help: "Show it again every second until interrupted.") var watch = false

    func run() throws {
        while true {
            let code = try show()
            guard watch else {
                if code != 0 { throw Quit(code: code) }
                return
            }
            sleep(1)
            try Output.write(Array("\u{1B}[H\u{1B}[2J".utf8))
        }
    }

    /// What `status -o json` prints.
    private struct View: Encodable {
        var supervisor: String
        var stage: String
        var status: String
        var live: SupervisorStatus?
        var journalRows: Int64
        var signals: [String: RunSummary.Counts]
        var complete: Bool
        var monitors: [MonitorLine]
        var account: LiveReading?
    }

    private func show() throws -> Int32 {
        let reader = try JournalReader(folder: state.folder.path)
        let live = try? ControlClient(folder: state.folder).status()
        let summary = try RunSummary.read(reader)
        let records = try RolloutRecords(state.folder)
        let view = View(
            supervisor: live == nil ? "not running" : "running", stage: live?.stage ?? summary.stage,
            status: live?.status ?? summary.status, live: live, journalRows: try reader.head().row,
            signals: summary.signals,
            complete: summary.isComplete, monitors: records.monitorLines(), account: try records.account())
        if format.format == .json { try Output.json(view) } else { try show(view, reader) }
        return code(view)
    }

    private func code(_ view: View) -> Int32 {
        if [Status.rolledBack, .failed].map(\.rawValue).contains(view.status) { return FailureCode.degraded }
        if view.live == nil, !view.complete { return FailureCode.degraded }
        if view.live?.engines.contains(where: { $0.health != "ready" }) ?? false { return FailureCode.degraded }
        return view.status == Status.held.rawValue ? FailureCode.held : 0
    }

    private func show(_ view: View, _ reader: JournalReader) throws {
        let calendar = try Self.calendar(reader)
        guard let live = view.live else {
            try Output.line(
                "stage \(view.stage), \(view.status); the operator is not running\(view.complete ? " (the feed is complete)" : "")"
            )
            try signals(view)
            return try monitors(view)
        }
        try Output.line(
            "\(live.rollout)  stage \(live.stage) (\(Int(live.weight * 100)) %), \(live.status)\(live.kill ? ", KILL" : "")\(live.stop ? ", STOP" : "")"
        )
        let time = live.feedTime.map { calendar.format(Timestamp(nanos: $0)) } ?? "no mark yet"
        try Output.line("feed     record \(live.feedIndex), \(time)\(live.isFeedOver ? ", over" : "")")
        try Output.line("operator pid \(live.pid), epoch \(live.epoch), \(live.mode)")
        try Output.table(
            ["arm", "engine", "health", "pid", "restarts", "answered", "MiB"],
            live.engines.map {
                [
                    $0.arm, [$0.engine, $0.version].compactMap { $0 }.joined(separator: " "),
                    $0.reason.map { reason in "\(reason)" } ?? $0.health, $0.pid.map { "\($0)" } ?? "-",
                    "\($0.restarts)",
                    "\($0.answered)", $0.residentBytes.map { "\($0 >> 20)" } ?? "unknown",
                ]
            })
        try signals(view)
        for name in live.sinks.keys.sorted() {
            try Output.line("sink \(name): \(live.sinks[name] ?? 0) of \(live.seq)")
        }
        try monitors(view)
    }

    private func monitors(_ view: View) throws {
        for line in view.monitors {
            try Output.line(line.monitor + String(repeating: " ", count: max(1, 10 - line.monitor.count)) + line.text)
        }
    }

    private func signals(_ view: View) throws {
        try Output.table(
            ["signals", "live", "shadow", "suppressed"],
            view.signals.keys.sorted().map { arm in
                let counts = view.signals[arm] ?? .init()
                return [arm, "\(counts.live)", "\(counts.shadow)", "\(counts.suppressed)"]
            })
    }

    /// The market whose zone times are shown in.
    static func calendar(_ reader: JournalReader) throws -> ExchangeCalendar {
        guard let first = try reader.last([.begin]) else { throw JournalError.notFound(path: reader.path) }
        let begin: BeginBody = try EventCodec.decode(first)
        guard let calendar = begin.calendar else { throw EventCodec.damaged(first, "its calendar is not known") }
        return calendar
    }
}

struct History: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "What happened to the rollout: commands, triggers, transitions, engines' deaths.",
        discussion: "-o actions prints the commands as a file for `tandem replay --actions`.")

    enum Form: String, ExpressibleByArgument, CaseIterable { case table, json, actions }

    @OptionGroup var state: StateOptions
    @Option(name: [.customShort("o"), .customLong("output")], help: "table, json or actions.") var form: Form = .table

    private struct Entry: Encodable {
        var row: Int64
        var feedIndex: UInt64
        var time: UInt64
        var at: UInt64
        var kind: String
        var arm: String?
        var from: String?
        var stage: String
        var status: String
        var what: String?
        /// Of triggers.
        var action: String?
        var body: String
    }

    private struct Action: Encodable {
        var atIndex: UInt64
        var verb: String
        var to: String?
        var reason: String
    }

    func run() throws {
        let reader = try JournalReader(folder: state.folder.path)
        if form == .actions { return try actions(reader) }
        let kinds: [JournalRow.Kind] = [
            .begin, .command, .trigger, .transition, .switches, .health, .process, .complaint, .resumed, .monitor, .end,
        ]
        var entries: [Entry] = []
        try reader.scan(JournalReader.Filter(kinds: kinds)) { row in
            entries.append(
                Entry(
                    row: row.n, feedIndex: row.feedIndex, time: row.time, at: row.at, kind: row.kind.rawValue,
                    arm: row.arm,
                    from: row.kind == .transition ? row.decision : nil, stage: row.stage, status: row.status,
                    what: row.reason, action: row.kind == .trigger ? row.decision : nil, body: row.body))
        }
        if form == .json { return try Output.json(entries) }
        let calendar = try StatusOf.calendar(reader)
        try Output.table(
            ["row", "index", "decided at", "event", "arm", "stage", "status", "what"],
            entries.map { entry in
                let detail = entry.kind == "begin" ? "" : Self.detail(entry.body)
                return [
                    "\(entry.row)", "\(entry.feedIndex)", calendar.format(Timestamp(nanos: entry.at)), entry.kind,
                    entry.arm ?? "", entry.from.map { "\($0) -> \(entry.stage)" } ?? entry.stage, entry.status,
                    [entry.what, entry.action, detail].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: ": "),
                ]
            })
    }

    /// The part of a row's body that is for people.
    private static func detail(_ body: String) -> String {
        guard let object = (try? JSONSerialization.jsonObject(with: Data(body.utf8))) as? [String: Any] else {
            return ""
        }
        let figures = ["value", "threshold"].compactMap { object[$0] as? Double }.map { String(format: "%.4g", $0) }
        let words = ["actor", "reason", "detail", "result"].compactMap { object[$0] as? String }
        return (words + (figures.count == 2 ? [figures.joined(separator: " of ")] : [])).joined(separator: ", ")
    }

    private func actions(_ reader: JournalReader) throws {
        try reader.scan(JournalReader.Filter(kinds: [.command])) { row in
            let body: CommandBody = try EventCodec.decode(row)
            guard body.result == "applied" else { return }
            try Output.json(Action(atIndex: row.feedIndex, verb: body.verb, to: body.to, reason: body.reason))
        }
    }
}
