internal import MarketData

/// Proposes thresholds of IFD v3.0 from what became of its signals, and changes nothing.
///
/// A search over four thresholds, one after the other and one step each, for a higher composite (`TuningMeasure`). Only
/// what the journal can answer is judged: a stricter threshold takes signals away whose outcomes are known, and a lower
/// `confidence_thresholds.high` acts on signals that were only monitored, whose outcomes are known too. Whatever
/// else a looser threshold lets in was never said, so there is nothing to judge it by. A threshold that earned `apply`
/// holds for those judged after it, so that one gain is not counted twice.
public struct ThresholdTuning {
    static let leastSignals = 10
    static let leastSessions = 2
    /// Of the value in force.
    static let largestChange = 0.5

    /// - Parameters:
    ///   - configuration: in force when the signals were made, a JSON object; nil for the defaults.
    ///   - observations: the signals of that configuration with known outcomes, in any order.
    ///   - unresolved: how many signals were left out because no profit could be told; only reported.
    /// - Throws: when the engine does not accept the configuration.
    public static func report(
        configuration bytes: [UInt8]?, observations: [TuningObservation], unresolved: Int = 0
    ) throws(ConfigurationError) -> TuningReport {
        let engine = try IFDv3(configuration: bytes)
        var tuning = ThresholdTuning(
            configuration: TunedConfiguration(bytes), engine: engine, observations: observations)
        tuning.counts.unresolved = unresolved
        return tuning.report()
    }

    private let configuration: TunedConfiguration
    private let version: String
    private let inForce: Thresholds
    /// By session, in order of date.
    private let sessions: [[ThresholdReading]]
    private var counts: TuningReport.Counts
    /// What earned `apply` so far.
    private var changes: [TunedParameter: Micros] = [:]

    private init(configuration: TunedConfiguration, engine: IFDv3, observations: [TuningObservation]) {
        self.configuration = configuration
        version = engine.version
        inForce = Thresholds(engine.configuration)
        var readings: [Int: [ThresholdReading]] = [:]
        for observation in observations {
            guard let reading = ThresholdReading(observation) else { continue }
            readings[observation.session.daysSince1970, default: []].append(reading)
        }
        sessions = readings.sorted { $0.key < $1.key }.map(\.value)
        let resolved = sessions.reduce(0) { $0 + $1.count }
        counts = TuningReport.Counts(
            resolved: resolved, actionable: sessions.reduce(0) { $0 + $1.count(where: \.isActionable) },
            sessions: sessions.count { $0.contains(where: \.isActionable) },
            incomplete: observations.count - resolved, unresolved: 0)
    }

    private mutating func report() -> TuningReport {
        let lacking = self.lacking
        let proposals = lacking.isEmpty ? TunedParameter.allCases.map { propose($0) } : []
        return TuningReport(
            version: version, counts: counts, lacking: lacking, proposals: proposals, together: together,
            bounds: TuningReport.bounds)
    }

    private var lacking: [String] {
        var sentences: [String] = []
        let foreign = sessions.joined().count { inForce.acts($0) != $0.isActionable || !inForce.speaks($0) }
        if foreign > 0 {
            sentences.append(
                "\(foreign) of \(counts.resolved) signals do not follow the configuration, so it was not in force when they were made"
            )
        }
        if counts.actionable < Self.leastSignals || counts.sessions < Self.leastSessions {
            sentences.append(
                "needed are \(Self.leastSignals) actionable signals with known outcomes in \(Self.leastSessions) sessions; there are \(counts.actionable) in \(counts.sessions)"
            )
        }
        return sentences
    }

    private var together: TuningReport.Together? {
        // Each change was accepted by the engine when it was judged.
        guard !changes.isEmpty, let engine = try? configuration.engine(changes),
            let effect = effect(from: inForce, to: thresholds(changes))
        else { return nil }
        return TuningReport.Together(
            version: engine.version, yaml: TunedConfiguration.fragment(changes), effect: effect)
    }

    private func thresholds(_ changes: [TunedParameter: Micros]) -> Thresholds {
        changes.reduce(into: inForce) { $0[$1.key] = $1.value }
    }

    private func effect(from before: Thresholds, to after: Thresholds) -> TuningEffect? {
        TuningEffect(
            sessions.map { readings in
                readings.reduce(into: TuningChange.Session()) { session, reading in
                    if before.acts(reading) { session.before = session.before + reading.sums }
                    if after.acts(reading) { session.after = session.after + reading.sums }
                }
            })
    }
}

extension ThresholdTuning {
    /// A value that could be judged.
    private struct Trial {
        let value: Micros
        let effect: TuningEffect
    }

    private mutating func propose(_ parameter: TunedParameter) -> TuningProposal {
        let now = inForce[parameter]
        var trials: [Trial] = []
        var obstacles: [String] = []
        for value in candidates(parameter, from: now) {
            switch trial(parameter, value, from: now) {
            case .success(let trial): trials.append(trial)
            case .failure(let obstacle): obstacles.append(obstacle.sentence)
            }
        }
        guard let best = trials.max(by: { $0.effect.after.composite < $1.effect.after.composite }) else {
            let reason =
                obstacles.isEmpty ? "there is no step left within the bounds" : obstacles.joined(separator: "; ")
            return TuningProposal(parameter, now: now, proposed: nil, effect: nil, verdict: .none, reason: reason)
        }
        let (verdict, reason) = Self.verdict(best.effect)
        if verdict == .apply { changes[parameter] = best.value }
        return TuningProposal(
            parameter, now: now, proposed: best.value, effect: best.effect, verdict: verdict, reason: reason)
    }

    /// One step in every direction the journal can answer, cut to the bounds.
    private func candidates(_ parameter: TunedParameter, from now: Micros) -> [Micros] {
        let step = parameter.step.value
        let bounds = parameter.bounds
        // Below `min_confidence` nothing was said, so nothing monitored has an outcome there.
        let looser = Micros(now.value - step)
        let isKnown = parameter == .high && looser >= thresholds(changes).minConfidence
        return ([Micros(now.value + step)] + (isKnown ? [looser] : []))
            .map { min(max($0, bounds.lowerBound), bounds.upperBound) }
            .filter { $0 != now && (parameter == .high || $0 > now) }
    }

    private struct Obstacle: Error { let sentence: String }

    private func trial(_ parameter: TunedParameter, _ value: Micros, from now: Micros) -> Result<Trial, Obstacle> {
        func refused(_ why: String) -> Result<Trial, Obstacle> {
            .failure(Obstacle(sentence: "\(value.decimal) \(why)"))
        }
        guard abs(Double(value.value - now.value)) <= Self.largestChange * Double(now.value) else {
            return refused("is more than \(Int(Self.largestChange * 100)) % away from what is in force")
        }
        var tried = changes
        tried[parameter] = value
        do throws(ConfigurationError) {
            _ = try configuration.engine(tried)
        } catch {
            return refused("is refused: \(error.problems.joined(separator: "; "))")
        }
        let after = thresholds(tried)
        let kept = sessions.map { $0.count { after.acts($0) } }
        guard kept.reduce(0, +) >= Self.leastSignals, kept.count(where: { $0 > 0 }) >= Self.leastSessions,
            let effect = effect(from: thresholds(changes), to: after)
        else {
            return refused(
                "would keep \(kept.reduce(0, +)) signals in \(kept.count { $0 > 0 }) sessions, too few to judge")
        }
        return .success(Trial(value: value, effect: effect))
    }

    private static func verdict(_ effect: TuningEffect) -> (TuningProposal.Verdict, String) {
        guard effect.after != effect.before else { return (.none, "no actionable signal would change") }
        guard let value = effect.composite.value, value > 0 else { return (.none, "the composite would not rise") }
        guard let low = effect.composite.low else {
            return (.monitor, "the composite would rise, and how far that is chance cannot be told")
        }
        guard low > 0 else { return (.monitor, "the composite would rise, and that may be chance") }
        guard effect.after.totalR >= effect.before.totalR else {
            let given = PortableMath.threeDigits(effect.before.totalR - effect.after.totalR)
            return (.monitor, "the composite would rise, and \(given) R of profit would be given up")
        }
        return (.apply, "the composite rises beyond chance, and no profit is given up")
    }
}
