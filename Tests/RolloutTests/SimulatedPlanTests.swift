import Foundation
import MarketData
import Testing

@testable import Rollout

@Suite struct SimulatedPlanTests {
    @Test func gatesOfTheDefaultsAreDecidableForTheTarget() throws {
        let table = try gates(PlanStudy(runs: count(60, soak: 1000)))
        #expect(table.gates.map(\.stage) == [.canary, .limited, .full])
        #expect(table.gates.map(\.sessions) == [60, 60, 60])
        #expect(table.warnings == [])
    }

    /// 10 points at equal traffic are better at 10 % within 60 sessions in 55 % of rollouts (`decision-statistics.md`,
    /// section 4).
    @Test func gateThatStopsItsOwnTargetIsWarnedOf() throws {
        let table = try gates(PlanStudy(target: "better-10", runs: count(60, soak: 1000)))
        let limited = try #require(table.gates.first { $0.stage == .limited })
        let chance = try #require(limited.chance)
        #expect(!limited.isDecidable && abs(chance - 0.6) < 0.2, "\(chance)")
        #expect(table.gates.first { $0.stage == .canary }?.isDecidable == true)
        #expect(
            table.warnings.contains {
                $0.hasPrefix("the gate to limited is not decidable: better-10 passes it within 60")
            })
    }

    /// Accuracy above what the target has is never shown.
    @Test func accuracyBeyondTheTargetIsWarnedOf() throws {
        var terms = DecisionTerms()
        terms.gates[.full]?.accuracy?.point = 0.95
        let table = try gates(PlanStudy(SimulatedPlan(terms: terms), runs: 20))
        #expect(table.gates.map(\.isDecidable) == [true, true, false])
        #expect(table.warnings.count == 1)
    }

    @Test func gateNobodyReachesHasNoChance() throws {
        var terms = DecisionTerms()
        terms.gates[.canary]?.resolvedSignals = 1_000_000
        let table = try gates(PlanStudy(SimulatedPlan(terms: terms), runs: 3))
        #expect(table.gates.map(\.chance) == [0, nil, nil])
        #expect(table.warnings.last == "the gate to full is never reached by better-target")
    }

    /// A stage is left before its deadline or not at all.
    @Test func gateHasItsDeadlineToPass() throws {
        var terms = DecisionTerms()
        terms.deadlineSessions = [.shadow: 6, .canary: 60, .limited: 60]
        let table = try gates(PlanStudy(SimulatedPlan(terms: terms), runs: count(60, soak: 1000)))
        // Half of all targets are at canary after 7 sessions.
        let chance = try #require(table.gates.first?.chance)
        #expect(chance > 0.1 && chance < 0.7)
        #expect(table.gates.first?.sessions == 6)
    }

    /// (1.645 + 1.282)^2 / .28^2 is 109 sessions.
    @Test func oneLookNeedsWhatTheTextbookSays() {
        let runs = CaseRuns(name: "x", tandem: [])
        #expect(PlanTable.Row(runs, mean: 1.12, deviation: 4, error: 0.02).oneLookSessions == 110)
        #expect(PlanTable.Row(runs, mean: -1.12, deviation: 4, error: 0.02).oneLookSessions == 110)
        #expect(PlanTable.Row(runs, mean: 0.05, deviation: 4, error: 0.02).oneLookSessions == nil)
        #expect(PlanTable.Row(runs, mean: 0, deviation: 0, error: 0).oneLookSessions == nil)
    }

    @Test func unknownTargetIsRefused() {
        #expect(throws: PlanStudy.Failure.unknownTarget("best")) { try PlanStudy(target: "best") }
        #expect(PlanStudy.Failure.unknownTarget("best").description.contains("better-target"))
    }

    @Test func fewSessionsOfAJournalSayNothing() throws {
        let study = try PlanStudy(journal: sessions(d: Array(repeating: 2, count: 19)), runs: 1)
        #expect(study.jobs.first?.name == "equal")
        #expect(gates(study).notes.first?.hasPrefix("the journal has 19 observed sessions, fewer than 20") == true)
        #expect(
            try PlanStudy(journal: sessions(d: Array(repeating: 2, count: 20)), runs: 1).jobs.first?.name == "worse")
    }

    @Test func sessionsThatWereNotObservedAreNotDrawn() throws {
        var seen = sessions(d: Array(repeating: 2, count: 30))
        for index in 0..<11 { seen[index].state = index % 2 == 0 ? .tainted : .empty }
        let table = gates(try PlanStudy(journal: seen, runs: 1))
        #expect(!table.isFromJournal && table.journalSessions == 19)
    }

    /// Sessions that are all alike, moved to a mean of 0, are equal engines: canary at 20 and closed at 34.
    @Test func journalIsMovedToEachTruth() throws {
        let table = try PlanStudy(journal: sessions(d: Array(repeating: 2, count: 25)), runs: 3).table()
        #expect(table.isFromJournal)
        #expect(table.rows.map(\.name) == ["worse", "equal", "better", "as seen"])
        #expect(table.rows.map(\.meanR) == [-1.4, 0, 1.4, 2])
        let equal = table.rows[1]
        #expect(table.value(.canaryMedian, equal) == 20)
        #expect(table.value(.noGainMedian, equal) == 34)
        #expect(table.value(.closedBy60, table.rows[0]) == 1)
        #expect(table.value(.limited, table.rows[3]) == 1)
        #expect(table.target == "as seen")
    }

    /// D = -1 and 5 in turn, moved to 0: -3 and 3, drawn alike.
    @Test func journalKeepsItsSpread() throws {
        let journal = JournalSessions(sessions(d: (0..<40).map { $0 % 2 == 0 ? -1 : 5 }), EvidenceTerms())
        #expect(journal.mean == 2 && journal.deviation == 3)
        #expect(journal.truths == [-1.4, 0, 1.4, 2])
    }

    @Test func scoreBySignalIsMovedBySignal() throws {
        var terms = DecisionTerms()
        terms.evidence.score = .perSignal
        // 8 signals with 2 R more: .25 R a signal; moved to 0 they are equal.
        let study = try PlanStudy(
            SimulatedPlan(terms: terms), journal: sessions(d: Array(repeating: 2, count: 20)), runs: 1)
        #expect(study.journal?.truths == [-0.25, 0, 0.25, 0.25])
        var random = SimulationRandom(seed: 1)
        let run = study.journal?.run(truth: 0, study.plan, sessions: 120, &random)
        // A margin and a gain of 1 R are 2/3 of this score's clip: by hand (1 + c/2.5...) moves faster than for the account.
        #expect(run?.first(.harm) == nil && run?.first(.limited) == nil)
        #expect((run?.first(.noGain)).map { $0 < 34 } == true)
    }

    /// A session does not say which signals would have been live.
    @Test func liveFiguresOfAJournalAreUnknown() throws {
        let table = try PlanStudy(journal: sessions(d: Array(repeating: 2, count: 20)), runs: 1).table()
        for figure in [CaseFigure.liveMean, .liveP99, .anyLive, .loss, .liveRP5] {
            #expect(table.value(figure, table.rows[0]) == nil)
        }
        let object = try #require(JSONSerialization.jsonObject(with: JSONEncoder().encode(table)) as? [String: Any])
        #expect(object["basis"] as? String == "journal")
        let first = try #require((object["candidates"] as? [[String: Any]])?.first)
        #expect(first["live_mean"] is NSNull && first["mean_d_r"] as? Double == -1.4 && first["canary"] is Double)
        #expect((object["gates"] as? [[String: Any]])?.count == 3)
    }

    @Test func planSaysWhatItDoesNotSimulate() throws {
        var terms = DecisionTerms()
        terms.mode = .watch
        terms.gates[.canary]?.approvals = 1
        terms.gates[.limited]?.promotion = .manual
        terms.gates[.full] = nil
        let notes = gates(try PlanStudy(SimulatedPlan(terms: terms), runs: 1)).notes.dropFirst()
        #expect(
            Array(notes) == [
                "persons have to agree to canary: simulated as if they did at once",
                "persons have to agree to limited: simulated as if they did at once",
                "no gate leads to full: entered by hand only, which is not simulated",
                "the spec only watches: by itself it would do nothing of this",
            ])
    }

    @Test func textHasARowForEachCandidateAndItsWarnings() throws {
        var terms = DecisionTerms()
        terms.gates[.canary]?.resolvedSignals = 1_000_000
        let study = try PlanStudy(SimulatedPlan(terms: terms), runs: 1)
        let lines = study.table().text.split(separator: "\n")
        for name in PlanStudy.targets { #expect(lines.contains { $0.hasPrefix("\(name) ") }, "\(name)") }
        #expect(lines.contains { $0.hasPrefix("warning: the gate to canary is not decidable") })
    }

    /// The gates alone: the rows are left out.
    private func gates(_ study: PlanStudy) -> PlanTable {
        let rows = study.jobs.dropLast().map { CaseRuns(name: $0.name, tandem: []) }
        let gates = study.jobs.last.map { [study.run($0, runs: 0..<$0.runs)] } ?? []
        return study.table(rows + gates)
    }

    /// Observed sessions in which both engines sent 8 signals, and the candidate made so much more, R.
    private func sessions(d: [Double]) -> [SessionObservation] {
        d.enumerated().map { number, d in
            var (baseline, candidate) = (SessionObservation.ArmTally(), SessionObservation.ArmTally())
            (baseline.actionable, baseline.resolved, baseline.correct) = (8, 8, 6)
            candidate = baseline
            candidate.accountMicros = Int64(d * 1e6)
            candidate.sumMicros = Int64(d * 1e6)
            return SessionObservation(
                session: CivilDate(daysSince1970: 20_000 + number), state: .observed, baseline: baseline,
                candidate: candidate)
        }
    }
}
