internal import Foundation
internal import MarketData
internal import Operator
internal import Signals

/// A run's summary for people.
enum SummaryText {
    static func print(_ summary: RunSummary, _ calendar: ExchangeCalendar) throws {
        if let records = summary.records {
            let rate = Double(records) / max(summary.seconds, 0.001) / 1e6
            try Output.line(
                "\(records) records in \(String(format: "%.1f", summary.seconds)) s (\(String(format: "%.2f", rate)) M/s)\(summary.isComplete ? "" : "; unfinished, start again to go on")"
            )
        }
        try Output.line("stage \(summary.stage), \(summary.status)")
        try Output.table(
            ["arm", "engine", "live", "shadow", "suppressed", "restarts", "peak MiB"],
            Arm.allCases.map { arm in
                let counts = summary.signals[arm.rawValue] ?? .init()
                let engine = summary.engines[arm.rawValue]
                return [
                    arm.rawValue, [engine?.engine, engine?.version].compactMap { $0 }.joined(separator: " "),
                    "\(counts.live)",
                    "\(counts.shadow)", "\(counts.suppressed)", engine.map { "\($0.restarts)" } ?? "unknown",
                    engine?.peakRssBytes.map { "\($0 >> 20)" } ?? "unknown",
                ]
            })
        for arm in Arm.allCases {
            for text in summary.engines[arm.rawValue]?.missing.prefix(3) ?? [] {
                try Output.line("\(arm.rawValue) lacks: \(text)")
            }
        }
        if !summary.transitions.isEmpty { try transitions(summary.transitions, calendar) }
        try Output.line(summary.isReproducible == false ? "digest: not reproducible" : "digest \(summary.digest)")
    }

    static func transitions(_ moves: [RunSummary.Move], _ calendar: ExchangeCalendar) throws {
        try Output.table(
            ["index", "feed time", "from", "to", "status", "cause", "actor", "reason"],
            moves.map {
                [
                    "\($0.index)", $0.time == 0 ? "before the feed" : calendar.format(Timestamp(nanos: $0.time)),
                    $0.from,
                    $0.to, $0.status, $0.cause, $0.actor, $0.reason,
                ]
            })
    }
}
