internal import Feeds
internal import Foundation
package import Logging
package import MarketData
package import Rollout
package import Signals

/// Why there is nothing to judge.
package enum JudgeRunError: Error, Sendable, CustomStringConvertible {
    case labels(path: String, LabelError)
    case noLabels(path: String, reason: String)
    case noFiles(path: String)
    case stopped

    package var description: String {
        switch self {
        case .labels(let path, let error): return "\(path), \(error)"
        case .noLabels(let path, let reason): return "cannot read the labels \(path): \(reason)"
        case .noFiles(let path): return "\(path) holds no file that ends with .dbn or .dbn.zst"
        case .stopped: return "stopped before the end; nothing is judged"
        }
    }
}

/// Runs both engines over labelled sessions and holds what they said against the truth.
///
/// The run is that of the operator in ordered mode, in shadow, on a state folder of its own, with the engines in an empty
/// folder: they see market data and what closed sessions taught them, never the labels. Oracle and coin are followed in a
/// second pass by the same code that follows the engines' signals.
package struct JudgeRun {
    package var files: [String]
    package var labels: JudgeLabels
    package var calendar: ExchangeCalendar
    package var configurations: [Arm: [UInt8]]
    package var logger: Logger
    /// Called now and then with the records read and the feed's time.
    package var onProgress: (UInt64, Timestamp) -> Void

    package static let engines: [Arm: String] = [.baseline: "ifd-v1", .candidate: "ifd-v3"]
    /// Of the coin; any number does, and the same one gives the same report.
    package static let coinSeed: UInt64 = 1

    package init(
        files: [String], labels: JudgeLabels, calendar: ExchangeCalendar, configurations: [Arm: [UInt8]],
        logger: Logger, onProgress: @escaping (UInt64, Timestamp) -> Void = { _, _ in }
    ) {
        self.files = files
        self.labels = labels
        self.calendar = calendar
        self.configurations = configurations
        self.logger = logger
        self.onProgress = onProgress
    }

    package static func labels(at path: String) throws(JudgeRunError) -> JudgeLabels {
        let bytes: [UInt8]
        do { bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path))) } catch {
            throw .noLabels(path: path, reason: (error as NSError).localizedDescription)
        }
        do throws(LabelError) { return try JudgeLabels.read(bytes) } catch { throw .labels(path: path, error) }
    }

    /// The files themselves, and of folders the sessions in them by name.
    package static func files(_ paths: [String]) throws(JudgeRunError) -> [String] {
        var files: [String] = []
        for path in paths {
            guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
                files.append(path)
                continue
            }
            let sessions = names.filter { $0.hasSuffix(".dbn") || $0.hasSuffix(".dbn.zst") }.sorted()
            guard !sessions.isEmpty else { throw .noFiles(path: path) }
            files += sessions.map { path + "/" + $0 }
        }
        return files
    }

    /// - Parameter state: where the run keeps its journal; must not hold another run's.
    package func run(state: String) throws -> JudgeReport {
        let folder = StateFolder(path: state)
        let empty = folder.path + "/empty"
        try FileManager.default.createDirectory(atPath: empty, withIntermediateDirectories: true)
        let spec = spec(folder: empty)
        let rollout = try RolloutOperator(
            spec: spec, folder: folder, options: RunOptions(mode: .ordered, inputs: files), logger: logger)
        rollout.onProgress = onProgress
        let summary = try rollout.run()
        guard summary.isComplete else { throw JudgeRunError.stopped }

        let said = try JudgedJournal(folder: folder.path, calendar: calendar)
        var controls = JudgeControlRun(files: files, calendar: calendar, terms: spec.outcomes)
        let candidate = said.signals(of: .candidate)
        let controlled = try controls.run(
            coin: JudgeControls.coin(candidate, seed: Self.coinSeed), oracle: JudgeControls.oracle(labels),
            distances: candidate)
        func engine(_ arm: Arm) -> JudgeReport.Engine {
            let name = Self.engines[arm] ?? arm.rawValue
            return JudgeReport.Engine(
                name: name, version: summary.engines[arm.rawValue]?.version ?? "unknown",
                signals: said.judged(arm, engine: name))
        }
        return JudgeReport(
            labels: labels, baseline: engine(.baseline), candidate: engine(.candidate),
            oracle: controlled.oracle, coin: controlled.coin)
    }

    private func spec(folder: String) -> Spec {
        func engine(_ arm: Arm) -> EngineSpec {
            EngineSpec(
                arm: arm, kind: .builtIn(Self.engines[arm] ?? ""), configuration: configurations[arm],
                configurationPath: nil)
        }
        return Spec(
            path: folder + "/judge.yaml", plan: RolloutPlan(id: "judge", calendar: calendar),
            baseline: engine(.baseline), candidate: engine(.candidate))
    }
}
