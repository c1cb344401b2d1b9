import MarketData
import Testing

@testable import Rollout

private typealias Fixture = ExplainFixture

/// What `explain` says of the gate to the next stage.
@Suite struct ExplainGateTests {
    /// B of `decision-statistics.md`, section 9: E+(0) is 2.406508706 after ten sessions. Mean 2, squares 154.5 / 9, so
    /// 6 + 2 ln 10 x 17.1667 / 4 = 25.8.
    private let golden: [Double] = [3, -1, 4, -1.5, 5, 9, -2, 6, -5, 3.5]

    private func check(_ report: ExplainReport, _ metric: GateCheck.Metric) throws -> ExplainReport.Check {
        try #require(report.gate?.checks.first { $0.metric == metric })
    }

    @Test func theAnswerComesFirstInOneSentence() throws {
        let evidence = Fixture.evidence(golden)
        let report = Fixture.report(Fixture.state(.canary, evidence, sessions: 5), evidence)
        #expect(
            report.summary
                == "canary, running: waits for proof that the candidate is better (E 2.40 of 10), about 16 more sessions if "
                + "it goes on as so far")
        let text = report.text(rollout: "ifd-v3")
        #expect(
            text.hasPrefix(
                "canary, running: waits for proof that the candidate is better (E 2.40 of 10), about 16 more sessions\n"
                    + "if it goes on as so far\n\n"))
    }

    @Test func aProofHasValuePIntervalAndWhatIsMissing() throws {
        let evidence = Fixture.evidence(golden)
        let better = try check(Fixture.report(Fixture.state(.canary, evidence, sessions: 5), evidence), .better)
        #expect(abs((better.value ?? 0) - 2.406508706) < 1e-8)
        #expect(abs((better.p ?? 0) - 1 / 2.406508706) < 1e-8)
        #expect(better.threshold == 10 && better.verdict == .inconclusive)
        // The same table's confidence sequence.
        #expect(better.estimate?.value == 2 && better.estimate?.count == 10)
        #expect(abs((better.estimate?.low ?? 0) + 2.53768006) < 1e-7)
        #expect(abs((better.estimate?.high ?? 0) - 5.37381746) < 1e-7)
        #expect(better.missing == "2.40 of 10: about 16 more sessions")
        #expect(better.wait?.nineInTen == 52 - 10...65 - 10)
    }

    @Test func pIsNeverAboveOne() throws {
        let evidence = Fixture.evidence([-3, -2, -4, -3, -1], Fixture.terms)
        let better = try check(Fixture.report(Fixture.state(.canary, evidence), evidence), .better)
        #expect((better.value ?? 1) < 1 && better.p == 1)
    }

    @Test func sessionsAndSignalsAreSubtracted() throws {
        let evidence = Fixture.evidence([3, -1, 4], Fixture.terms)
        let report = Fixture.report(Fixture.state(.shadow, evidence), evidence)
        let sessions = try check(report, .sessions)
        #expect(sessions.missing == "3 of 5: about 2 more sessions" && sessions.wait?.sessions == 2)
        // 12 in three sessions, 8 more at 4 a session.
        let signals = try check(report, .resolvedSignals)
        #expect(signals.missing == "12 of 20: about 2 more sessions")
        #expect(try check(report, .notWorse).wait?.sessions == nil)
        // Stakes 4/7, 0 and 5/7: E = 1 + .5 x 9/7 + .3325 x 20/49 = 1.7786, where .3325 is the mean square of the bets.
        #expect(
            report.summary
                == "shadow, running: waits for proof that the candidate is not worse by 1 R a session (E 1.77 of 5) and 2 "
                + "other checks; how long cannot be told: fewer than 5 sessions to judge by")
    }

    @Test func aCandidateThatIsNotAheadIsSaidToBe() throws {
        let evidence = Fixture.evidence([-3, 2, -4, 3, -1, 0], Fixture.terms)
        let better = try check(Fixture.report(Fixture.state(.canary, evidence), evidence), .better)
        #expect(better.wait?.sessions == nil)
        #expect(better.wait?.basis == "cannot be told: so far the candidate is not ahead")
    }

    /// Mean of D + 1 is 1.5, squares of D 0.25 x 6 / 5: d^2 = 2.25 / .3 = 7.5; 6 + 2 ln 5 / 7.5 = 6.43.
    @Test func notWorseIsCountedFromItsMargin() throws {
        let evidence = Fixture.evidence([1, 0, 1, 0, 1, 0], Fixture.terms)
        let check = try check(Fixture.report(Fixture.state(.shadow, evidence), evidence), .notWorse)
        #expect(check.wait?.sessions == 1)
        #expect(check.wait?.basis.contains("by session 7, nine in ten by 14 to 18") == true)
        #expect(check.wait?.basis.contains("at 2.74 standard deviations") == true)
    }

    @Test func levelsHaveNoExpectedWait() throws {
        var evidence = Evidence(terms: Fixture.terms)
        for number in 0..<6 { evidence.commit(Fixture.session(number, -0.5, correct: 2)) }
        let report = Fixture.report(Fixture.state(.limited, evidence), evidence)
        let mean = try check(report, .stageMean)
        #expect(mean.verdict == .fail && mean.missing == "-0.50 of at least 0.00" && mean.wait?.sessions == nil)
        let accuracy = try check(report, .accuracy)
        #expect(accuracy.missing == "50.0 % of at least 70.0 %")
        #expect(accuracy.estimate?.value == 0.5 && accuracy.estimate?.count == 24)
    }

    /// A quarter of D each, from four signals against none of the baseline's two; 9 / 4 is clipped to 1.5. The interval is
    /// that of values clipped to 8, made smaller as its clip is.
    @Test func qualityHasItsOwnClip() {
        let evidence = Fixture.evidence(golden)
        let quality = Fixture.report(Fixture.state(.canary, evidence), evidence).evidence.meanQuality
        let values = [3, -1, 4, -1.5, 5, 6, -2, 6, -5, 3.5].map { $0 / 4 }
        #expect(abs((quality.value ?? 0) - values.reduce(0, +) / 10) < 1e-12)
        let wide = ConfidenceSequence.interval(of: values.map { $0 * 8 / 1.5 }, clip: 8, alpha: 0.05)
        #expect(abs((quality.low ?? 9) - wide.low * 1.5 / 8) < 1e-9)
        #expect(abs((quality.high ?? 9) - wide.high * 1.5 / 8) < 1e-9)
    }

    // MARK: - Measurements

    @Test func inAReplayMeasurementsAreNotJudged() throws {
        let evidence = Fixture.evidence(golden)
        var state = Fixture.state(.canary, evidence, sessions: 5)
        state.measured[.latency] = Measured(.latency, value: 60_000, threshold: 50_000, verdict: .fail)
        let report = Fixture.report(state, evidence)
        for metric in [GateCheck.Metric.latency, .uptime, .errors, .cost] {
            let check = try check(report, metric)
            #expect(check.verdict == .notJudged && check.value == nil && check.threshold == nil)
            #expect(check.missing == nil && check.wait == nil)
        }
        let line = report.text(rollout: "r").split(separator: "\n").first { $0.hasPrefix("latency") }
        #expect(line?.split(separator: " ") == ["latency", "unknown", "not", "judged", "(replay)"])
    }

    @Test func measurementsHaveTheUnitsOfPeople() throws {
        let evidence = Fixture.evidence(golden)
        var state = Fixture.state(.canary, evidence, sessions: 5)
        state.judgesTime = true
        state.measured[.latency] = Measured(.latency, value: 60_000, threshold: 50_000, verdict: .fail)
        state.measured[.cost] = Measured(.cost, value: 20_000, threshold: 10_000, verdict: .fail)
        let report = Fixture.report(state, evidence)
        let latency = try check(report, .latency)
        #expect(latency.value == 0.06 && latency.threshold == 0.05)
        #expect(latency.missing == "6.0 % of at most 5.0 %")
        #expect(try check(report, .cost).missing == "$0.02 of at most $0.01")
        let errors = try check(report, .errors)
        #expect(errors.verdict == .error && errors.value == nil && errors.threshold == nil)
        #expect(errors.missing == "not measured")
    }

    // MARK: - Sessions that cannot be judged

    /// Against committing sessions until the verdict turns.
    @Test(arguments: [[0, 1, 2, 3, 4], [0, 3, 4, 8, 9, 10], [11, 12, 13, 14, 15, 16, 17], [2, 25, 26, 27, 28, 29]])
    func taintIsOverWhenEnoughOfItIsOld(tainted: [Int]) throws {
        var evidence = Evidence(terms: Fixture.terms)
        for number in 0..<30 where number <= (tainted.last ?? 0) + 3 {
            evidence.commit(Fixture.session(number, 1, state: tainted.contains(number) ? .tainted : .observed))
        }
        let report = Fixture.report(Fixture.state(.canary, evidence), evidence)
        let wait = try check(report, .taintedSessions).wait?.sessions
        var more = 0
        while evidence.isTooTainted {
            evidence.commit(Fixture.session(100 + more, 1))
            more += 1
        }
        #expect(wait == more)
    }

    @Test func theCoolDownIsCountedDown() throws {
        let evidence = Fixture.evidence(golden, Fixture.terms)
        var state = Fixture.state(.shadow, evidence)
        state.coolDown = 3
        #expect(try check(Fixture.report(state, evidence), .coolDown).wait?.sessions == 3)
    }

    // MARK: - Looks

    @Test func whatHasNotPassedNeverReadsAsIfItHad() {
        #expect(ReportUnit.evidence.text(9.9999) == "9.99")
        #expect(ReportUnit.evidence.text(19.99) == "19.9")
        #expect(ReportUnit.evidence.text(1 / 0.05) == "20")
        #expect(ReportUnit.evidence.text(1 / 0.10) == "10")
        #expect(ReportUnit.share.text(0.69996, against: 0.70) == "69.996 %")
        #expect(ReportUnit.r.text(-0.0004, against: 0) == "-0.0004")
        #expect(ReportUnit.share.text(0.70, against: 0.70) == "70.0 %")
    }

    @Test func eValuesOfAnySizeAreSpelt() {
        #expect(ReportUnit.evidence.text(1e300) == "over 1,000,000")
        #expect(ReportUnit.evidence.text(0) == "below 0.001")
        #expect(ReportUnit.evidence.text(1461.4) == "1,461")
        #expect(ReportUnit.evidence.text(0.0123) == "0.0123")
    }

    @Test func aPassedGateSaysSo() {
        let evidence = Fixture.evidence(Array(repeating: 8, count: 20), Fixture.terms)
        let report = Fixture.report(Fixture.state(.canary, evidence), evidence)
        #expect(report.gate?.isPassed == true)
        #expect(report.summary == "canary, running: the gate is passed; goes up to limited now")
        #expect(report.next.action == "promote" && report.next.target == .limited)
    }
}
