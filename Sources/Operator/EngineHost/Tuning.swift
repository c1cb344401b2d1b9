package import Engines
internal import MarketData
internal import Rollout
package import Signals

extension EngineHost {
    /// Why a state folder's journal cannot be asked about an engine's thresholds.
    package enum TuningError: Error, Hashable, Sendable, CustomStringConvertible {
        case notBegun(folder: String)
        case otherEngine(arm: Arm, engine: String)
        case badConfiguration(problems: [String])

        package var description: String {
            switch self {
            case .notBegun(let folder): return "the journal in \(folder) has no first row yet: nothing has run"
            case .otherEngine(let arm, let engine):
                return
                    "the \(arm.rawValue) is \(engine), thresholds are proposed for ifd-v3 only; name its arm with --arm"
            case .badConfiguration(let problems):
                return "the configuration in the journal is refused: \(problems.joined(separator: "; "))"
            }
        }
    }

    /// Proposes thresholds of IFD v3.0 from the signals and outcomes in a state folder's journal, which is only read.
    ///
    /// Outcomes that a halt or a gap in the feed touched are left out, as scores leave them out.
    ///
    /// - Throws: `TuningError`, `JournalError`, and what the calendar says of a date beyond its data.
    package static func tune(stateFolder: String, arm: Arm) throws -> TuningReport {
        let reader = try JournalReader(folder: stateFolder)
        guard let first = try reader.last([.begin]) else { throw TuningError.notBegun(folder: stateFolder) }
        let begin: BeginBody = try EventCodec.decode(first)
        let configuration = try tunedConfiguration(begin, arm, row: first)
        guard let calendar = begin.calendar else { throw EventCodec.damaged(first, "its calendar is not known") }

        var waiting: [String: Signal] = [:]
        var observations: [TuningObservation] = []
        var unresolved = 0
        let filter = JournalReader.Filter(kinds: [.signal, .outcome], arm: arm.rawValue)
        try reader.scan(filter) { row in
            switch try EventCodec.event(from: row)?.payload {
            case .signal(_, let signal, _)?: waiting[signal.id] = signal
            case .outcome(let outcome)?:
                guard let signal = waiting.removeValue(forKey: outcome.id) else { return }
                guard outcome.isResolved, outcome.flags.isDisjoint(with: .tainted) else {
                    unresolved += 1
                    return
                }
                observations.append(
                    TuningObservation(
                        features: signal.features, confidence: signal.confidence, action: signal.action,
                        rMicros: outcome.rMicros, costMicros: costMicros(of: outcome),
                        session: try calendar.sessionDate(at: signal.tsEvent)))
            default: return
            }
        }
        do throws(ConfigurationError) {
            return try ThresholdTuning.report(
                configuration: configuration, observations: observations, unresolved: unresolved + waiting.count)
        } catch {
            throw TuningError.badConfiguration(problems: error.problems)
        }
    }

    /// Of the arm's engine, as the first row holds it; nil for the defaults.
    private static func tunedConfiguration(_ begin: BeginBody, _ arm: Arm, row: JournalRow) throws -> [UInt8]? {
        let spec: CanonicalJSON
        do throws(CanonicalJSON.SyntaxError) {
            spec = try CanonicalJSON.read(Array(begin.spec.utf8), maxDepth: 2 * YAMLDocument.maxDepth)
        } catch {
            throw EventCodec.damaged(row, "its spec does not read: \(error.message)")
        }
        let engine = spec[arm.rawValue]
        guard case .text(let name)? = engine?["engine"] else {
            throw TuningError.otherEngine(arm: arm, engine: "a program of its own")
        }
        guard name == BuiltInEngine.ifdV3.rawValue else { throw TuningError.otherEngine(arm: arm, engine: name) }
        return engine?["config"]?.bytes
    }

    /// What the fills cost, in millionths of the risk, rounded up: the profit the same fills had made for nothing, less
    /// the one they made.
    private static func costMicros(of outcome: Outcome) -> Int64 {
        let free = outcome.recomputed(under: OutcomeTerms(costPerSideMicros: 0, slippageTicks: 0)).profitMicros
        let costs = Int128(free) - Int128(outcome.profitMicros)
        let risk = max(Int128(outcome.riskMicros), 1)
        return Int64(clamping: (max(costs, 0) * 1_000_000 + risk - 1) / risk)
    }
}
