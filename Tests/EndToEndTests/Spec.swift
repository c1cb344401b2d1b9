import Foundation

/// A spec file to be written; only what differs between tests.
struct Spec {
    enum Engine {
        case ifdV1
        case ifdV3
        /// A built-in engine with a configuration file of this text.
        case configured(String, String)
        /// The test engine with keys of its configuration.
        case metronome([String: Int], flags: [String] = [])
        case command([String])
    }

    var id = "ifd-v3"
    var calendar = "cme-globex-equity"
    var baseline = Engine.ifdV1
    var candidate = Engine.ifdV3
    var block = "30m"
    var markInterval = "10s"
    /// For runs that name no input.
    var files: [String] = []
    var limits: [String] = []
    var sinks = ["{name: f, file: signals.ndjson}"]
    /// What is said by hand or by a test alone moves: made-up engines say far more than limits let through.
    var decisions = "watch"
    var extra = ""

    /// Two beats of so many milliseconds on a load that never closes.
    ///
    /// An arm that speaks again before its horizon ends keeps the underlying: where both are to be heard, beats lie farther apart
    /// than `horizon` seconds.
    static func beats(_ milliseconds: Int, horizon: Int = 1, mark: String = "1s") -> Spec {
        let keys = ["interval_ms": milliseconds, "horizon_s": horizon]
        return Spec(
            id: "beats", calendar: "24x7", baseline: .metronome(keys), candidate: .metronome(keys), block: "1m",
            markInterval: mark)
    }

    /// IFD v1.0 that takes every strike with some volume for unusual: some 250 signals a session.
    static let talkativeV1 = Engine.configured(
        "ifd-v1",
        """
        min_vol_oi_ratio: 0.05
        min_volume: 20
        min_dollar_size: 1000
        max_distance_percent: 5
        confidence_thresholds: {moderate: 0.05, high: 0.2, very_high: 0.5, extreme: 1}
        max_open: 20
        horizon_s: 300
        """)

    /// IFD v3.0 that says nearly everything it sees, window by window: some 250 signals a session.
    static let talkativeV3 = Engine.configured(
        "ifd-v3",
        """
        min_confidence: 0.1
        confidence_thresholds: {high: 0.2, very_high: 0.6, extreme: 0.9}
        min_total_volume: 20
        full_volume: 500
        min_pressure_ratio: 1.2
        repeat_after_s: 240
        """)

    /// Both engines with thresholds so low that a session shows something.
    static let talkative = Spec(baseline: talkativeV1, candidate: talkativeV3)

    func write(in folder: Folder, as name: String = "spec.yaml") throws -> String {
        let baseline = try text(of: baseline, "baseline-" + name, folder)
        let candidate = try text(of: candidate, "candidate-" + name, folder)
        return try folder.write(
            name,
            """
            id: \(id)
            calendar: \(calendar)
            feed: {mark_interval: \(markInterval)\(files.isEmpty ? "" : ", files: [\(files.joined(separator: ", "))]")}
            baseline: {\(baseline)}
            candidate: {\(candidate)}
            assignment: {block: \(block)}
            engine_limits: {\(limits.joined(separator: ", "))}
            sinks: [\(sinks.joined(separator: ", "))]
            decisions: \(decisions)
            \(extra)

            """)
    }

    private func text(of engine: Engine, _ name: String, _ folder: Folder) throws -> String {
        switch engine {
        case .ifdV1: return "engine: ifd-v1"
        case .ifdV3: return "engine: ifd-v3"
        case .configured(let engine, let text):
            try folder.write(name, text + "\n")
            return "engine: \(engine), config: \(name)"
        case .metronome(let keys, let flags):
            let lines = keys.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" } + flags.map { "\($0): true" }
            try folder.write(name, lines.joined(separator: "\n") + "\n")
            return "engine: metronome, config: \(name)"
        case .command(let words):
            return "command: [\(words.map { "\"\($0)\"" }.joined(separator: ", "))]"
        }
    }
}
