import Foundation

/// A spec file to be written; only what differs between tests.
struct Spec {
    enum Engine {
        case ifdV1
        case ifdV3
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
    var limits: [String] = []
    var sinks = ["{name: f, file: signals.ndjson}"]
    var extra = ""

    /// Two beats of so many milliseconds on a load that never closes.
    static func beats(_ milliseconds: Int, horizon: Int = 1, mark: String = "1s") -> Spec {
        let keys = ["interval_ms": milliseconds, "horizon_s": horizon]
        return Spec(
            id: "beats", calendar: "24x7", baseline: .metronome(keys), candidate: .metronome(keys), block: "1m",
            markInterval: mark)
    }

    func write(in folder: Folder, as name: String = "spec.yaml") throws -> String {
        let baseline = try text(of: baseline, "baseline-" + name, folder)
        let candidate = try text(of: candidate, "candidate-" + name, folder)
        return try folder.write(
            name,
            """
            id: \(id)
            calendar: \(calendar)
            feed: {mark_interval: \(markInterval)}
            baseline: {\(baseline)}
            candidate: {\(candidate)}
            assignment: {block: \(block)}
            engine_limits: {\(limits.joined(separator: ", "))}
            sinks: [\(sinks.joined(separator: ", "))]
            \(extra)

            """)
    }

    private func text(of engine: Engine, _ name: String, _ folder: Folder) throws -> String {
        switch engine {
        case .ifdV1: return "engine: ifd-v1"
        case .ifdV3: return "engine: ifd-v3"
        case .metronome(let keys, let flags):
            let lines = keys.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" } + flags.map { "\($0): true" }
            try folder.write(name, lines.joined(separator: "\n") + "\n")
            return "engine: metronome, config: \(name)"
        case .command(let words):
            return "command: [\(words.map { "\"\($0)\"" }.joined(separator: ", "))]"
        }
    }
}
