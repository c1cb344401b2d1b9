import Alerts
import Foundation
import Testing

@Suite struct DeliveryFlowTests {
    // MARK: Chains

    @Test func aWarningGoesToTheNextOfTheChainOnlyWhenTheFirstDoesNotHaveIt() {
        var well = AlertWorld(alertTerms("slack", "mail"))
        well.take(notice(.budget, .warning))
        well.run(to: wall(600))
        #expect(well.sent.map(\.delivery.channel) == ["slack"])
        var slow = AlertWorld(alertTerms("slack", "mail"))
        slow.script["slack"] = { _, _ in .lost(60) }
        slow.take(notice(.budget, .warning))
        slow.run(to: wall(600))
        #expect(slow.times(on: "mail") == [10])
        #expect(slow.times(on: "slack") == [0], "what another has is not sent again")
        var refused = AlertWorld(alertTerms("slack", "mail"))
        refused.script["slack"] = { _, _ in .refused(.channel) }
        refused.take(notice(.budget, .warning))
        refused.run(to: wall(600))
        #expect(refused.times(on: "mail") == [0.05])
    }

    @Test func aWarningHasNoLastResortAndNoMiss() {
        var world = AlertWorld(alertTerms("slack"))
        world.script["slack"] = { _, _ in .retry() }
        world.take(notice(.budget, .warning))
        world.run(to: wall(3600))
        #expect(world.lastResorts.isEmpty && world.misses.isEmpty)
    }

    @Test func oneRecipientRefusedDoesNotFallBackForAWarningThatTheOtherHas() {
        var terms = alertTerms("sms", "mail")
        terms.recipients["sms"] = ["anna", "bert"]
        var world = AlertWorld(terms)
        world.script["sms"] = { n, _ in n == 1 ? .refused(.recipient) : .ok() }
        world.take(notice(.budget, .warning))
        world.run(to: wall(600))
        #expect(
            world.sent.map(\.delivery.recipient) == ["anna", "bert"]
                || world.sent.map(\.delivery.recipient) == ["bert", "anna"])
    }

    // MARK: Turns

    @Test func urgentGoesFirstAndOthersWaitForTheTokensItBorrowed() {
        var world = AlertWorld(alertTerms("slack"))
        world.script["slack"] = { _, _ in .ok(0.01) }
        for n in 1...6 { world.change { o, now in o.take(notice(.budget, .warning, id: "A-w\(n)"), at: now) } }
        // Three of the bucket have gone, three wait for a token each.
        world.run(to: wall(0.5))
        for n in 1...3 { world.take(notice(.rollback, .critical, id: "A-c\(n)", at: wall(0.5))) }
        world.run(to: wall(60))
        #expect(world.sent.map(\.delivery.alertID).dropFirst(3).prefix(3) == ["A-c1", "A-c2", "A-c3"])
        #expect(world.times(on: "slack").dropFirst(3).prefix(3).allSatisfy { $0 == 0.5 })
        // 3 at 0 s and 3 borrowed leave -3 at 0 s: tokens at 4, 5 and 6 s.
        #expect(world.times(on: "slack").suffix(3).map { $0.rounded() } == [4, 5, 6])
    }

    @Test func urgentDoesNotWaitBehindWhatIsUnderWay() {
        var world = AlertWorld(alertTerms("slack"))
        world.script["slack"] = { n, _ in n == 1 ? .lost(8) : .ok() }
        world.take(notice(.budget, .warning, id: "A-1"))
        world.take(notice(.budget, .warning, id: "A-2"))
        world.run(to: wall(1))
        #expect(world.times(on: "slack") == [0], "one at a time")
        world.take(notice(.rollback, .critical, id: "A-3", at: wall(1)))
        #expect(world.times(on: "slack") == [0, 1])
    }

    @Test func anUrgentRetryWaitsForNoTokenEither() {
        var terms = alertTerms("slack")
        terms.limits["slack"] = ChannelLimits()
        terms.limits["slack"]?.burst = 1
        terms.limits["slack"]?.perSecond = 0.01
        var world = AlertWorld(terms)
        world.script["slack"] = { n, _ in n == 1 ? .retry(nil, 0) : .ok() }
        world.take(notice())
        world.run(to: wall(0.7))
        #expect(world.sent.count == 2)
    }

    @Test func emergencyGoesBeforeCritical() {
        var terms = alertTerms("slack")
        terms.limits["slack"] = ChannelLimits()
        terms.limits["slack"]?.urgentInFlight = 1
        var world = AlertWorld(terms)
        for (n, severity) in [AlertSeverity.critical, .critical, .emergency].enumerated() {
            world.take(notice(.rollback, severity, id: "A-\(n)"))
        }
        world.run(to: wall(10))
        #expect(world.sent.map(\.delivery.alertID) == ["A-0", "A-2", "A-1"])
    }

    // MARK: Digests

    @Test func infoIsGatheredForAnHourIntoOneMessage() {
        var world = AlertWorld(alertTerms("slack", "mail"))
        for n in 0..<30 {
            world.take(notice(.promotion, .info, id: "A-\(n)", at: wall(Double(n)), isMoment: true))
            world.run(to: wall(Double(n + 1)))
        }
        #expect(world.sent.isEmpty)
        world.run(to: wall(7200))
        #expect(world.times(on: "slack") == [3600] && world.times(on: "mail") == [])
        guard case .digest(let named, let more)? = world.sent.first?.order.content else {
            Issue.record("no digest")
            return
        }
        #expect(named.count == 20 && more == 10)
        #expect(world.deliveries.values.allSatisfy { $0.status == .delivered })
        #expect(world.errands.values.allSatisfy { $0.isFinished })
    }

    @Test func aSingleOneIsToldAsItIs() {
        var world = AlertWorld(alertTerms("slack"))
        world.take(notice(.promotion, .info, isMoment: true))
        world.run(to: wall(7200))
        #expect(world.times(on: "slack") == [3600])
        #expect(world.sent.first?.order.content == .notice(notice(.promotion, .info, isMoment: true)))
    }

    @Test func aDigestThatIsRefusedIsToldByTheNextChannel() {
        var world = AlertWorld(alertTerms("slack", "mail"))
        world.script["slack"] = { _, _ in .refused(.config) }
        for n in 0..<5 { world.take(notice(.promotion, .info, id: "A-\(n)", isMoment: true)) }
        world.run(to: wall(7200))
        #expect(world.times(on: "slack") == [3600])
        #expect(world.sent(on: "mail").count == 5 && world.errands.values.allSatisfy { $0.deliveredAt != nil })
    }

    @Test func moreThanTwentyWaitingAreGathered() {
        var world = AlertWorld(alertTerms("slack"))
        for n in 0..<25 { world.change { o, now in o.take(notice(.errors, .warning, id: "A-\(n)"), at: now) } }
        world.run(to: wall(60))
        // One is under way at once; of the others 21 make the message too much, and the rest join it.
        #expect(world.sent.count <= 5)
        #expect(world.errands.values.allSatisfy { $0.deliveredAt != nil })
    }

    /// 10,000 facts of 50 kinds in a minute, 10 of them critical, through the book: the figures of the contract. Flapping
    /// is slower, as nearly every fact opens or ends an alert: its first 12 s are enough by default.
    @Test(arguments: [false, true])
    func aStormStaysReadable(isFlapping: Bool) throws {
        var book = AlertBook(rollout: "ifd-v3")
        var world = AlertWorld(alertTerms("slack", "mail"))
        var critical: [String: UInt64] = [:]
        var journaled = 0
        let isSoak = ProcessInfo.processInfo.environment["TANDEM_SOAK"] != nil
        for n in 0..<(isFlapping && !isSoak ? 2_000 : 10_000) {
            let kind = n % 50
            let at = Double(n) * 0.006
            world.run(to: wall(at))
            let isOver = isFlapping && kind >= 10 && n / 50 % 2 == 1
            let one = fact(.errors, "kind \(kind)", kind < 10 ? .critical : .warning, isOver: isOver)
            guard let told = book.take(one, at: wall(at)) else { continue }
            journaled += 1
            if told.alert.severity == .critical, told.kind == .opened { critical[told.alert.id] = wall(at) }
            world.take(told)
        }
        world.run(to: wall(60))
        for channel in ["slack", "mail"] {
            #expect(world.sent(on: channel).count <= 60, "\(channel): \(world.sent(on: channel).count)")
        }
        #expect(critical.count == 10)
        for (id, at) in critical {
            let delivered = try #require(world.errands["\(id)/1"]?.deliveredAt)
            #expect(delivered - at <= 1_000_000_000)
        }
        #expect(journaled < (isFlapping ? 8100 : 110))
        #expect(world.misses.isEmpty)
        world.run(to: wall(300))
        #expect(world.errands.values.allSatisfy { $0.deliveredAt != nil || $0.isFinished })
    }

    // MARK: The end

    @Test func theEndIsToldToThoseWhoWereToldAndToNobodyElse() {
        var world = AlertWorld(alertTerms("slack", "mail", "sms", routes: [route(["slack", "sms"])]))
        world.take(notice())
        world.run(to: wall(100))
        world.take(notice(kind: .resolved, number: 2, at: wall(100)))
        world.run(to: wall(200))
        let ends = world.sent.filter { $0.delivery.number == 2 }
        #expect(Set(ends.map(\.delivery.channel)) == ["slack", "sms"] && ends.count == 2)
        #expect(world.seconds(ends[0].at) == 100)
        #expect(world.errands.values.allSatisfy { $0.isFinished } && world.outbox.open.isEmpty)
    }

    @Test func theEndHasADeadlineOfItsOwnAndNoLastResort() {
        var world = AlertWorld(alertTerms("slack", "mail", routes: [route(["slack"])]))
        world.script["slack"] = { n, _ in n == 1 ? .ok() : .retry() }
        world.take(notice())
        world.run(to: wall(100))
        world.take(notice(kind: .resolved, number: 2, at: wall(100)))
        world.run(to: wall(200))
        #expect(world.misses.map { (world.seconds($0.at) * 1000).rounded() } == [130_000])
        #expect(world.lastResorts.isEmpty && world.times(on: "mail").isEmpty)
    }

    @Test func whatIsOverBeforeItLeftIsToldAsOneMessage() {
        for severity in [AlertSeverity.critical, .warning] {
            var world = AlertWorld(alertTerms("slack"))
            world.script["slack"] = { _, at in at < wall(5) ? .retry() : .ok() }
            world.take(notice(.errors, severity))
            world.run(to: wall(4))
            let over = notice(.errors, severity, kind: .resolved, number: 2, at: wall(4), opened: wall(0))
            world.take(over)
            world.run(to: wall(100))
            let arrived = world.sent.filter { world.arrived[$0.delivery.id] != nil && $0.at > wall(5) }
            #expect(arrived.map(\.order.content) == [.notice(over)])
            #expect(arrived.first?.delivery.number == 1 && world.outbox.open.isEmpty)
        }
    }

    @Test func whatIsOverWhileItIsUnderWayIsToldAfterwards() {
        var world = AlertWorld(alertTerms("slack"))
        world.script["slack"] = { n, _ in .ok(n == 1 ? 3 : 0.1) }
        world.take(notice())
        world.run(to: wall(1))
        world.take(notice(kind: .resolved, number: 2, at: wall(1)))
        #expect(world.sent.count == 1)
        world.run(to: wall(10))
        #expect(world.sent.map(\.delivery.number) == [1, 2] && world.times(on: "slack")[1] == 3)
    }

    // MARK: Raised

    @Test func aHigherSeverityReplacesWhatHasNotLeft() {
        var world = AlertWorld(alertTerms("slack", "mail"))
        world.script["slack"] = { _, at in at < wall(8) ? .retry() : .ok() }
        world.take(notice(.budget, .warning))
        world.run(to: wall(5))
        world.take(notice(.budget, .critical, kind: .raised, number: 2, at: wall(5)))
        world.run(to: wall(100))
        #expect(world.sent.filter { $0.at > wall(5) }.allSatisfy { $0.delivery.number == 2 })
        #expect(world.delivered("A-0000000001", 2) != nil)
    }

    // MARK: Held

    @Test func whatASilenceHeldIsToldWhenItEndsAndStillIsSo() {
        let silence = AlertSilence(
            id: "S-1", author: "anna", reason: "known", createdAt: wall(0), expiresAt: wall(600),
            matchers: [.init(.cause, "errors"), .init(.severity, "critical")])
        var world = AlertWorld(alertTerms("slack"), silences: [silence])
        world.take(notice(.errors, id: "A-1"))
        world.take(notice(.errors, id: "A-2"))
        world.run(to: wall(300))
        world.take(notice(.errors, id: "A-2", kind: .resolved, number: 2, at: wall(300)))
        #expect(world.outbox.silences.first?.hits == 2)
        world.run(to: wall(599))
        #expect(world.sent.isEmpty && world.misses.isEmpty && world.lastResorts.isEmpty)
        world.run(to: wall(700))
        #expect(world.sent.map(\.delivery.alertID) == ["A-1"] && world.times(on: "slack") == [600])
        #expect(world.misses.isEmpty)
    }

    @Test func aSilenceThatIsTakenBackTellsAtOnce() {
        let silence = AlertSilence(
            id: "S-1", author: "anna", reason: "known", createdAt: wall(0), expiresAt: wall(600),
            matchers: [.init(.cause, "err*")])
        var world = AlertWorld(alertTerms("slack"), silences: [silence])
        world.take(notice(.errors, .warning))
        world.run(to: wall(100))
        world.change { outbox, now in outbox.set([], at: now) }
        #expect(world.times(on: "slack") == [100])
    }

    @Test func whatALargerAlertHidIsToldWhenThatIsOver() {
        var world = AlertWorld(alertTerms("slack"))
        world.take(notice(.enginesDown, .emergency, id: "A-1"))
        world.run(to: wall(10))
        world.take(notice(.baselineDown, .critical, id: "A-2", at: wall(10)))
        world.take(notice(.candidateDown, .warning, id: "A-3", at: wall(10)))
        world.run(to: wall(100))
        #expect(world.sent.map(\.delivery.alertID) == ["A-1"] && world.misses.isEmpty)
        world.take(notice(.candidateDown, .warning, id: "A-3", kind: .resolved, number: 2, at: wall(100)))
        world.take(notice(.enginesDown, .emergency, id: "A-1", kind: .resolved, number: 2, at: wall(110)))
        world.run(to: wall(200))
        #expect(
            world.sent.map { "\($0.delivery.alertID)/\($0.delivery.number)" }.sorted() == ["A-1/1", "A-1/2", "A-2/1"])
    }

    @Test func anUrgentAlertIsNotHiddenByOneThatNobodyGot() {
        var world = AlertWorld(alertTerms("slack"))
        world.script["slack"] = { _, _ in .lost(8) }
        world.take(notice(.enginesDown, .emergency, id: "A-1"))
        world.take(notice(.baselineDown, .critical, id: "A-2"))
        #expect(world.sent.map(\.delivery.alertID) == ["A-1", "A-2"])
    }

    @Test func anUrgentAlertIsNotHiddenByOneThatArrivedOnlyAsAWarning() {
        var world = AlertWorld(alertTerms("slack"))
        world.script["slack"] = { n, _ in n == 1 ? .ok() : .lost(8) }
        world.take(notice(.enginesDown, .warning, id: "A-1"))
        world.run(to: wall(5))
        world.take(notice(.enginesDown, .emergency, id: "A-1", kind: .raised, number: 2, at: wall(5)))
        world.take(notice(.baselineDown, .critical, id: "A-2", at: wall(5)))
        #expect(world.sent.map(\.delivery.alertID) == ["A-1", "A-1", "A-2"])
    }

    // MARK: Escalation

    private var escalating: AlertTerms {
        var terms = alertTerms("slack", "sms", routes: [route(["slack"])])
        terms.escalation.steps = [
            .init(afterMinutes: 5, channels: ["sms"]), .init(afterMinutes: 15, channels: ["slack", "sms"]),
        ]
        return terms
    }

    @Test func itEscalatesUntilSomebodyAcknowledges() {
        var world = AlertWorld(escalating)
        world.take(notice(isMoment: true))
        world.run(to: wall(7200))
        #expect(world.times(on: "sms") == [300, 900] && world.times(on: "slack") == [0, 900])
        #expect(world.escalations.map(\.step) == [1, 2] && world.outbox.open.isEmpty)
        var known = AlertWorld(escalating)
        known.take(notice())
        known.run(to: wall(400))
        known.change { outbox, now in outbox.acknowledge("A-0000000001", by: "anna", at: now) }
        known.run(to: wall(7200))
        #expect(known.times(on: "sms") == [300] && known.times(on: "slack") == [0])
        #expect(known.errands.values.first?.acknowledgedBy == "anna")
    }

    @Test func theLastStepRepeatsForADayAndOnceAfterAPause() {
        var terms = escalating
        terms.escalation.repeatMinutes = 60
        var world = AlertWorld(terms)
        world.take(notice())
        world.run(to: wall(2 * 86_400))
        // Steps at 5 and 15 min, then each hour before minute 1440: 75, 135 ... 1395.
        #expect(world.escalations.count == 2 + 23)
        var away = AlertWorld(terms)
        away.take(notice(at: wall(0) - 6 * 3_600_000_000_000))
        #expect(away.escalations.map(\.step) == [1, 2, 7])
    }

    @Test func itDoesNotEscalateForWarningsOrWhatIsOver() {
        var world = AlertWorld(escalating)
        world.take(notice(.budget, .warning, id: "A-1"))
        world.take(notice(id: "A-2"))
        world.run(to: wall(100))
        world.take(notice(id: "A-2", kind: .resolved, number: 2, at: wall(100)))
        world.run(to: wall(7200))
        #expect(world.escalations.isEmpty)
    }

    @Test func aPersonWhoHasItStopsTheFallBackAndTheLastResortButNotTheMiss() {
        var world = AlertWorld(alertTerms("slack", "mail", routes: [route(["slack"])]))
        world.script["slack"] = { _, _ in .retry() }
        world.take(notice())
        world.run(to: wall(5))
        world.change { outbox, now in outbox.acknowledge("A-0000000001", by: "anna", at: now) }
        world.run(to: wall(100))
        #expect(world.times(on: "mail").isEmpty && world.lastResorts.isEmpty && world.misses.count == 1)
    }
}
