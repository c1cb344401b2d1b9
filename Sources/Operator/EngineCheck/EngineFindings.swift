internal import Signals

/// The rules of the contract that a check looks at.
enum ContractRule: String, CaseIterable {
    case hello, lines, progress, causes, end, exit, repeats, pieces

    var demand: String {
        switch self {
        case .hello: return "hello in time, as the first line, before any input"
        case .lines: return "every line a message of the contract, at most 64 KiB; an id never with other content"
        case .progress:
            return
                "a progress line after every mark, in time, with its ts_event, never falling and never ahead of the input"
        case .causes:
            return
                "causes never decrease, are never ahead of the input nor behind progress, and have their record's ts_event"
        case .end: return "the last progress counts every record"
        case .exit: return "exit 0 in time at end of input"
        case .repeats: return "a second run gives the same signals"
        case .pieces: return "input in pieces of any size gives the same signals"
        }
    }
}

/// Collects faults by rule.
struct EngineFindings {
    private static let shown = 5
    private var faults: [ContractRule: [String]] = [:]
    private var counts: [ContractRule: Int] = [:]

    mutating func add(_ fault: String, to rule: ContractRule) {
        counts[rule, default: 0] += 1
        if faults[rule, default: []].count < Self.shown { faults[rule, default: []].append(fault) }
    }

    mutating func add(_ outcome: EngineProbe.Outcome, run: String) {
        for rule in ContractRule.allCases {
            for fault in outcome.faults.faults[rule] ?? [] { add("\(run): \(fault)", to: rule) }
            let unseen = (outcome.faults.counts[rule] ?? 0) - (outcome.faults.faults[rule]?.count ?? 0)
            counts[rule, default: 0] += unseen
        }
    }

    mutating func compare(_ a: EngineProbe.Outcome, _ b: EngineProbe.Outcome, _ rule: ContractRule, run: String) {
        if a.signals == b.signals { return }
        let position = zip(a.signals, b.signals).prefix { $0 == $1 }.count
        func shown(_ signals: [[UInt8]]) -> String {
            position < signals.count ? String(decoding: signals[position].prefix(120), as: UTF8.self) : "nothing"
        }
        add(
            "\(run): \(b.signals.count) signals instead of \(a.signals.count), the first difference at signal \(position): "
                + "\(shown(a.signals)) became \(shown(b.signals))", to: rule)
    }

    func report(_ first: EngineProbe.Outcome, stream: PreparedStream) -> EngineCheckReport {
        let started = first.hello != nil
        let rules = ContractRule.allCases.map { rule in
            let count = counts[rule] ?? 0
            let isUnjudged = !started && rule != .hello && count == 0
            var detail = (faults[rule] ?? []).joined(separator: "\n")
            if count > Self.shown { detail += "\nand \(count - Self.shown) more" }
            if isUnjudged { detail = "not judged: no hello" }
            if count == 0, !isUnjudged { detail = passedDetail(rule, first) }
            return EngineCheckReport.Rule(
                name: rule.rawValue, demand: rule.demand, passed: count == 0 && !isUnjudged, detail: detail)
        }
        return EngineCheckReport(
            rules: rules, engine: first.hello?.engine, version: first.hello?.version, records: stream.count,
            marks: stream.marks.count, signals: first.signals.count, progressLines: first.progressLines,
            unknownFields: first.unknownFields, unknownLines: first.unknownLines)
    }

    private func passedDetail(_ rule: ContractRule, _ first: EngineProbe.Outcome) -> String {
        func milliseconds(_ seconds: Double?) -> String {
            seconds.map { "\(Int(($0 * 1000).rounded())) ms" } ?? "unknown"
        }
        switch rule {
        case .hello: return "after \(milliseconds(first.helloSeconds))"
        case .lines: return "\(first.lines) lines"
        case .progress:
            return "\(first.steps) marks waited for, the slowest answer took \(milliseconds(first.slowestAnswer))"
        case .causes: return "\(first.signals.count) signals"
        case .end: return "\(first.lastProgress ?? 0) records"
        case .exit: return "after \(milliseconds(first.exitSeconds))"
        case .repeats, .pieces:
            return first.signals.isEmpty ? "no signals to compare" : "\(first.signals.count) signals alike"
        }
    }
}
