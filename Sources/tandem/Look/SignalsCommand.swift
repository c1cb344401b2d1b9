internal import ArgumentParser
internal import Foundation
internal import MarketData
internal import Operator

struct SignalsOf: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "signals", abstract: "Signals and what became of them.",
        discussion: """
            Live signals only, unless --all. -f follows. -o digest prints the text whose SHA-256 is the run's digest:
            tandem signals --all -o digest | sha256sum
            """)

    enum Form: String, ExpressibleByArgument, CaseIterable { case table, json, digest }

    @OptionGroup var state: StateOptions
    @Option(name: [.customShort("o"), .customLong("output")], help: "table, json (one object a line) or digest.")
    var form: Form = .table
    @Flag(help: "Shadow and suppressed ones too.") var all = false
    @Flag(name: .shortAndLong, help: "Go on as new ones come.") var follow = false
    @Option(help: "baseline or candidate.") var arm: String?
    @Option(help: "live, shadow or suppressed.") var decision: String?
    @Option(help: "An instrument or underlying id.") var instrument: UInt32?
    @Option(help: "From this event time on.") var from: String?
    @Option(help: "Before this event time.") var to: String?

    func validate() throws {
        if let arm, !["baseline", "candidate"].contains(arm) {
            throw ValidationError("--arm is baseline or candidate")
        }
        if let decision, !["live", "shadow", "suppressed"].contains(decision) {
            throw ValidationError("--decision is live, shadow or suppressed")
        }
        if form == .digest,
            follow || !all || arm != nil || decision != nil || instrument != nil || from != nil || to != nil
        {
            throw ValidationError("-o digest is of all signals: give --all and no filter")
        }
    }

    private struct View: Encodable {
        var row: Int64
        var feedIndex: UInt64
        var arm: String
        var id: String
        var decision: String
        var reason: String
        var stage: String
        var seq: Int64?
        var decidedAt: UInt64
    }

    func run() throws {
        let reader = try JournalReader(folder: state.folder.path)
        if form == .digest { return try Verifier.digestLines(reader) { try Output.write(Array($0.utf8)) } }
        let calendar = try StatusOf.calendar(reader)
        let filter = JournalReader.Filter(
            kinds: [.signal], arm: arm, decision: decision ?? (all ? nil : "live"), instrumentID: instrument,
            from: try from.map { try TimeText.parse($0).nanos }, to: try to.map { try TimeText.parse($0).nanos })
        var last: Int64 = 0
        if form == .table {
            try Output.line(
                Self.columns([
                    "event time", "arm", "symbol", "dir", "action", "conf", "price", "decision", "stage", "seq",
                ]))
        }
        while true {
            try reader.scan(filter, after: last) { row in
                try show(row, calendar)
                last = row.n
            }
            guard follow else { return }
            usleep(200_000)
        }
    }

    private func show(_ row: JournalRow, _ calendar: ExchangeCalendar) throws {
        if form == .json {
            let view = View(
                row: row.n, feedIndex: row.feedIndex, arm: row.arm ?? "", id: row.id ?? "",
                decision: row.decision ?? "",
                reason: row.reason ?? "", stage: row.stage, seq: row.seq, decidedAt: row.at)
            let head = try Output.jsonText(view).dropLast()
            return try Output.line(head + ",\"signal\":{" + EventCodec.signalFields(of: row) + "}")
        }
        guard case .signal(_, let signal, _)? = try EventCodec.event(from: row)?.payload else { return }
        try Output.line(
            Self.columns([
                calendar.format(signal.tsEvent), row.arm ?? "", "\(signal.symbol) (\(signal.instrumentID))",
                signal.direction.rawValue, signal.action.rawValue, String(format: "%.2f", signal.confidence),
                signal.price.description, "\(row.decision ?? ""): \(row.reason ?? "")", row.stage,
                row.seq.map { "\($0)" } ?? "",
            ]))
    }

    private static func columns(_ cells: [String]) -> String {
        let widths = [26, 9, 24, 5, 11, 4, 9, 22, 7, 6]
        var line = zip(cells, widths).map { cell, width in
            cell.count < width ? cell + String(repeating: " ", count: width - cell.count) : cell
        }.joined(separator: "  ")
        while line.last == " " { line.removeLast() }
        return line
    }
}
