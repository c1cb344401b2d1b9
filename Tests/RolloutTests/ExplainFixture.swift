import Foundation
import MarketData
import Rollout

/// Sessions, states and evidence for reports, made by hand.
enum ExplainFixture {
    static func seeds(_ few: Int, soak many: Int) -> Range<UInt64> {
        0..<UInt64(ProcessInfo.processInfo.environment["TANDEM_SOAK"] == nil ? few : many)
    }

    /// 2026-01-05 and the days after it.
    static func date(_ number: Int) -> CivilDate { CivilDate(daysSince1970: 20_458).adding(days: number) }

    /// A session in which the baseline made nothing and the candidate `d` R with four signals.
    static func session(
        _ number: Int, _ d: Double, state: SessionObservation.State = .observed, correct: Int = 3, resolved: Int = 4,
        actionable: Int = 4
    ) -> SessionObservation {
        var (baseline, candidate) = (SessionObservation.ArmTally(), SessionObservation.ArmTally())
        if state != .empty {
            candidate.accountMicros = Int64((d * 1e6).rounded())
            candidate.sumMicros = candidate.accountMicros
            candidate.actionable = actionable
            candidate.admitted = actionable
            candidate.resolved = resolved
            candidate.correct = correct
            baseline.actionable = 2
            baseline.admitted = 2
            baseline.resolved = 2
            baseline.correct = 1
        }
        return SessionObservation(session: date(number), state: state, baseline: baseline, candidate: candidate)
    }

    static func evidence(_ differences: [Double], _ terms: DecisionTerms = DecisionTerms()) -> Evidence {
        var evidence = Evidence(terms: terms)
        for (number, d) in differences.enumerated() { evidence.commit(session(number, d)) }
        return evidence
    }

    /// Terms without wall-clock measurements in their gates.
    static var terms: DecisionTerms {
        var terms = DecisionTerms()
        for stage in Stage.allCases { terms.gates[stage]?.measures = [] }
        return terms
    }

    /// The state after these sessions in `stage`.
    static func state(_ stage: Stage, _ evidence: Evidence, sessions: Int? = nil) -> RolloutState {
        var state = RolloutState(stage: stage, judgesTime: false)
        for session in evidence.sessions.suffix(sessions ?? evidence.sessions.count) {
            state.committed(session, evidence.terms.evidence)
        }
        return state
    }

    static let now = Moment(time: at(noon))

    static func report(
        _ state: RolloutState, _ evidence: Evidence, now: Moment = now, counts: [Trigger: Double] = [:]
    ) -> ExplainReport {
        ExplainReport(state: state, evidence: evidence, now: now, counts: counts)
    }

    static func json(_ value: some Encodable) throws -> [String: Any] {
        let object = try JSONSerialization.jsonObject(with: try JSONEncoder().encode(value))
        return object as? [String: Any] ?? [:]
    }
}
