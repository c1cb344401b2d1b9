import Alerts
import Testing

@Suite struct RoutingHoldTests {
    private let market = MarketMoment(hours: .open, secondOfDay: 12 * 3600)

    private func hold(
        _ notice: AlertNotice, silences: [AlertSilence] = [], open: [OpenAlert] = [], at: UInt64 = wall(60)
    ) -> RoutePlan.Hold? {
        alertTerms("slack").plan(for: notice, at: at, market: market, silences: silences, open: open).heldBy
    }

    // MARK: Silences

    /// Of an hour from noon on.
    private func silence(_ matchers: AlertSilence.Matcher...) -> AlertSilence {
        AlertSilence(
            id: "S-1", author: "anna", reason: "known", createdAt: wall(0), expiresAt: wall(3600), matchers: matchers)
    }

    /// What a pattern covers: the shell's rules for `*` and `?`.
    @Test(arguments: [
        ("latency", true), ("late*", true), ("*", true), ("l?tency", true), ("*ten*y", true), ("*a*e*y*", true),
        ("latenc", false), ("latency?", false), ("?latency", false), ("*x*", false), ("", false), ("Latency", false),
    ])
    func aWarningIsSilencedByAPattern(pattern: String, isHeld: Bool) {
        let held = hold(notice(.latency, .warning), silences: [silence(.init(.cause, pattern))])
        #expect(held == (isHeld ? .silence(id: "S-1") : nil))
    }

    @Test func allMatchersHaveToMatch() {
        let both = silence(.init(.cause, "latency"), .init(.subject, "baseline"))
        #expect(hold(notice(.latency, .warning, subject: "baseline"), silences: [both]) != nil)
        #expect(hold(notice(.latency, .warning, subject: "candidate"), silences: [both]) == nil)
        #expect(hold(notice(.errors, .warning, subject: "baseline"), silences: [both]) == nil)
        #expect(hold(notice(.latency, .warning), silences: [silence()]) == nil)
    }

    /// `critical` and `emergency` have to be named by cause and severity.
    @Test func anUrgentAlertIsSilencedOnlyByItsName() {
        let table: [([AlertSilence.Matcher], Bool)] = [
            ([.init(.cause, "latency"), .init(.severity, "critical")], true),
            ([.init(.cause, "latency"), .init(.severity, "critical"), .init(.subject, "*")], true),
            ([.init(.cause, "latency")], false), ([.init(.severity, "critical")], false),
            ([.init(.cause, "latenc?"), .init(.severity, "critical")], false),
            ([.init(.cause, "*"), .init(.severity, "critical")], false),
            ([.init(.cause, "latency"), .init(.severity, "crit*")], false),
            ([.init(.cause, "latency"), .init(.severity, "warning")], false),
            ([.init(.subject, "candidate")], false),
        ]
        for (matchers, isHeld) in table {
            var silence = silence()
            silence.matchers = matchers
            #expect((hold(notice(.latency, .critical), silences: [silence]) != nil) == isHeld, "\(matchers)")
        }
    }

    @Test func aSilenceHoldsFromItsBeginningToBeforeItsEnd() {
        let silence = silence(.init(.cause, "latency"))
        let warning = notice(.latency, .warning)
        let held = [wall(0) - 1, wall(0), wall(3600) - 1, wall(3600)].map {
            hold(warning, silences: [silence], at: $0) != nil
        }
        #expect(held == [false, true, true, false])
    }

    @Test func aSilenceNeedsAuthorReasonEndAndSomethingToMatch() {
        #expect(silence(.init(.cause, "late*")).problems(maxHours: 8).isEmpty)
        func problems(_ change: (inout AlertSilence) -> Void) -> [String] {
            var silence = silence(.init(.cause, "latency"))
            change(&silence)
            return silence.problems(maxHours: 8)
        }
        #expect(problems { $0.author = "" } == ["a silence needs an author"])
        #expect(problems { $0.reason = "" } == ["a silence needs a reason"])
        #expect(problems { $0.expiresAt = $0.createdAt } == ["a silence has to expire after it begins"])
        #expect(problems { $0.expiresAt = $0.createdAt + 8 * 3_600_000_000_000 }.isEmpty)
        #expect(
            problems { $0.expiresAt = $0.createdAt + 8 * 3_600_000_000_000 + 1 } == ["a silence may last 8 h at most"])
        #expect(problems { $0.matchers = [] }.count == 1)
        #expect(problems { $0.matchers = [.init(.cause, "latenzy")] } == ["no cause is matched by \"latenzy\""])
        #expect(problems { $0.matchers = [.init(.severity, "crit")] } == ["no severity is matched by \"crit\""])
    }

    // MARK: Inhibition

    private func other(
        _ cause: AlertCause, _ severity: AlertSeverity = .critical, isDelivered: Bool = true,
        rollout: String = "ifd-v3",
        isOver: Bool = false
    ) -> OpenAlert {
        var alert = notice(cause, severity, id: "A-000000000f").alert
        alert.rollout = rollout
        if isOver { alert.resolvedAt = wall(1) }
        return OpenAlert(alert, isDelivered: isDelivered)
    }

    /// All pairs of causes: what hides what.
    @Test func theLargerAlertHidesWhatItExplains() {
        let hidden: [AlertCause: Set<AlertCause>] = [
            .operatorDown: [.candidateDown, .baselineDown, .enginesDown],
            .enginesDown: [.candidateDown, .baselineDown],
            .feedDown: [.latency, .dataQuality],
        ]
        for hider in AlertCause.allCases {
            for cause in AlertCause.allCases {
                let isHidden = hold(notice(cause, .warning), open: [other(hider)]) != nil
                #expect(isHidden == (hidden[hider]?.contains(cause) ?? false), "\(hider) hides \(cause)")
            }
        }
    }

    @Test func anUrgentAlertHidesOnlyBehindAnUrgentOneThatWasTold() {
        let down = notice(.baselineDown, .critical)
        #expect(hold(down, open: [other(.enginesDown, .emergency)]) == .inhibition(alertID: "A-000000000f"))
        #expect(hold(down, open: [other(.enginesDown, .emergency, isDelivered: false)]) == nil)
        #expect(hold(down, open: [other(.enginesDown, .warning)]) == nil)
        let warning = notice(.baselineDown, .warning)
        #expect(hold(warning, open: [other(.enginesDown, .warning, isDelivered: false)]) != nil)
    }

    @Test func nothingHidesBehindAnotherRolloutOrWhatIsOver() {
        let warning = notice(.latency, .warning)
        #expect(hold(warning, open: [other(.feedDown, rollout: "other")]) == nil)
        #expect(hold(warning, open: [other(.feedDown, isOver: true)]) == nil)
    }
}
