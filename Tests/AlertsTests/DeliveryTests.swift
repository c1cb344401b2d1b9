import Alerts
import Testing

@Suite struct DeliveryTests {
    private func urgent(_ first: [String], all: [String]) -> AlertTerms {
        var terms = AlertTerms()
        terms.channels = all
        terms.routes = [route(first)]
        return terms
    }

    // MARK: The figures of the contract

    @Test func aHealthyChannelHasItWithinASecond() throws {
        var world = AlertWorld(alertTerms("slack", "mail"))
        world.take(notice())
        world.run(to: wall(60))
        #expect(try #require(world.delivered()) <= 1)
        #expect(world.sent.map(\.delivery.channel) == ["mail", "slack"])
        #expect(world.misses.isEmpty && world.lastResorts.isEmpty)
    }

    @Test func retryAfterOneSecondIsDeliveredWithinTwoAndAHalf() throws {
        var world = AlertWorld(alertTerms("slack"))
        world.script["slack"] = { n, _ in n == 1 ? .retry(1) : .ok() }
        world.take(notice())
        world.run(to: wall(60))
        #expect(try #require(world.delivered()) <= 2.5)
        #expect(world.times(on: "slack") == [0, 1.05])
    }

    @Test(arguments: [AlertWorld.Answer.lost(8), .retry(nil, 0.01)])
    func withSlackDeadTheFallBackHasItWithinElevenSeconds(answer: AlertWorld.Answer) throws {
        var world = AlertWorld(urgent(["slack"], all: ["slack", "mail"]))
        world.script["slack"] = { _, _ in answer }
        world.take(notice())
        world.run(to: wall(60))
        #expect(world.times(on: "mail") == [10])
        #expect(try #require(world.delivered()) <= 11)
        #expect(world.misses.isEmpty && world.lastResorts.isEmpty)
    }

    @Test(arguments: [AlertWorld.Answer.lost(8), .retry(nil, 0.01), .refused(.config), .retry(600)])
    func withAllDeadTheLastResortComesAndTheMissIsRecorded(answer: AlertWorld.Answer) {
        var world = AlertWorld(urgent(["slack"], all: ["slack", "mail"]))
        world.script = ["slack": { _, _ in answer }, "mail": { _, _ in answer }]
        world.take(notice())
        world.run(to: wall(120))
        #expect(world.lastResorts.map { world.seconds($0.at) } == [25])
        #expect(world.misses.map { (world.seconds($0.at) * 1000).rounded() } == [30_000])
        #expect(world.delivered() == nil)
    }

    @Test func whatArrivesAfterTheDeadlineStaysAMiss() throws {
        var world = AlertWorld(alertTerms("slack"))
        world.script["slack"] = { _, at in at < wall(40) ? .retry() : .ok() }
        world.take(notice())
        world.run(to: wall(600))
        #expect(try #require(world.delivered()) > 40)
        #expect(world.misses.count == 1 && world.lastResorts.count == 1)
        let slo = DeliverySLO(
            errands: Array(world.errands.values), deliveries: Array(world.deliveries.values), at: wall(600))
        #expect(slo.missed == 1 && slo.met == 0 && slo.unknown == 0)
        #expect(world.deliveries.values.first?.isLate == true)
    }

    // MARK: The ladder

    @Test func sixTriesInThirtySecondsThenTheSlowLadderForADay() throws {
        var world = AlertWorld(alertTerms("slack"))
        world.script["slack"] = { _, _ in .retry(nil, 0) }
        world.take(notice())
        world.run(to: wall(3 * 86_400))
        let times = world.times(on: "slack")
        let gaps = zip(times, times.dropFirst()).map { $1 - $0 }
        let ladder = [0.5, 1, 2, 4, 8, 30, 120, 600] + Array(repeating: 3600.0, count: gaps.count - 8)
        for (gap, step) in zip(gaps, ladder) {
            #expect(gap >= 0.8 * step - 1e-6 && gap <= 1.2 * step + 1e-6, "\(gap), \(step)")
        }
        #expect(times.filter { $0 <= 30 }.count == 6)
        let last = try #require(times.last)
        #expect(last > 20 * 3600 && last <= 86_400)
        #expect(world.deliveries.values.map(\.status) == [.failed])
        // Not all the same: the jitter differs from step to step.
        #expect(Set(gaps.dropFirst(8).map { Int($0) }).count > 10)
    }

    @Test func equalHistoriesAreRepeatedEqually() {
        let runs = (0..<2).map { _ in
            var world = AlertWorld(alertTerms("slack", "mail"))
            world.script["slack"] = { _, _ in .retry(nil, 0.1) }
            world.take(notice())
            world.run(to: wall(600))
            return world.sent.map { "\($0.at) \($0.delivery.id) \($0.order.attempt)" }
        }
        #expect(runs[0] == runs[1])
    }

    @Test func retryAfterBeyondTheDeadlineFallsBackNow() throws {
        var world = AlertWorld(urgent(["slack"], all: ["slack", "mail"]))
        world.script["slack"] = { n, _ in n == 1 ? .retry(45) : .ok() }
        world.take(notice())
        world.run(to: wall(100))
        #expect(world.times(on: "mail") == [0.05])
        #expect(world.times(on: "slack") == [0, 45.05])
    }

    @Test func theProviderIsLeftAloneByOtherMessagesToo() {
        var world = AlertWorld(alertTerms("slack"))
        world.script["slack"] = { n, _ in n == 1 ? .retry(5) : .ok() }
        world.take(notice(.budget, .warning, id: "A-1"))
        world.run(to: wall(1))
        world.take(notice(.rollback, .critical, id: "A-2", at: wall(1)))
        world.run(to: wall(20))
        #expect(world.times(on: "slack").dropFirst().allSatisfy { $0 >= 5.05 })
        #expect(world.sent.map(\.delivery.alertID) == ["A-1", "A-2", "A-1"])
    }

    @Test func whatIsUrgentDoesNotWaitForAChannelThatIsPausedTooLong() throws {
        var world = AlertWorld(urgent(["slack"], all: ["slack", "mail"]))
        world.script["slack"] = { n, _ in n == 1 ? .retry(300) : .ok() }
        world.take(notice(.budget, .warning, id: "A-1"))
        world.run(to: wall(1))
        world.take(notice(.rollback, .critical, id: "A-2", at: wall(1)))
        world.run(to: wall(20))
        #expect(try #require(world.delivered("A-2")) <= 1.5)
    }

    // MARK: Classes

    @Test(arguments: ResponseClass.Scope.allCases)
    func aRefusalIsNotRepeatedAndFallsBackNow(scope: ResponseClass.Scope) {
        var world = AlertWorld(urgent(["slack"], all: ["slack", "mail"]))
        world.script["slack"] = { _, _ in .refused(scope) }
        world.take(notice())
        world.run(to: wall(600))
        #expect(world.times(on: "slack") == [0])
        #expect(world.times(on: "mail") == [0.05])
        let isRed = world.outbox.health.first { $0.channel == "slack" }?.redSince != nil
        #expect(isRed == (scope == .channel || scope == .config))
        #expect(world.outbox.health.first { $0.channel == "mail" }?.redSince == nil)
    }

    @Test func aRedChannelIsTriedBesideTheFallBackUntilItSucceeds() throws {
        var world = AlertWorld(urgent(["slack"], all: ["slack", "mail"]))
        world.script["slack"] = { n, _ in n == 1 ? .refused(.config) : .ok() }
        world.take(notice(id: "A-1"))
        world.run(to: wall(60))
        try world.crash()
        #expect(world.outbox.health.last?.redReason == "PERMANENT(config)")
        world.take(notice(id: "A-2", at: wall(60)))
        world.run(to: wall(120))
        #expect(world.times(on: "slack") == [0, 60] && world.times(on: "mail") == [0.05, 60])
        #expect(world.outbox.health.allSatisfy { $0.redSince == nil })
        world.take(notice(id: "A-3", at: wall(120)))
        world.run(to: wall(180))
        #expect(world.times(on: "mail").count == 2)
    }

    @Test func tooLongIsSentOncePlainAndThenRefused() {
        var world = AlertWorld(alertTerms("slack"))
        world.script["slack"] = { _, _ in .shrink }
        world.take(notice())
        world.run(to: wall(600))
        #expect(world.sent.map(\.delivery.isPlain) == [false, true])
        #expect(world.times(on: "slack")[1] < 0.1)
        #expect(world.deliveries.values.map(\.status) == [.failed])
    }

    @Test func anUnknownOutcomeIsSentAgainOnceQuicklyWithTheSameIDAndThenOnTheLadder() {
        var world = AlertWorld(alertTerms("slack"))
        world.script["slack"] = { n, _ in n < 4 ? .lost(0) : .ok() }
        world.take(notice())
        world.run(to: wall(60))
        let times = world.times(on: "slack")
        #expect(Set(world.sent.map(\.delivery.id)).count == 1 && times.count == 4)
        for (gap, step) in zip(zip(times, times.dropFirst()).map { $1 - $0 }, [0.5, 1, 2]) {
            #expect(gap >= 0.8 * step && gap <= 1.2 * step)
        }
    }

    @Test(arguments: [true, false])
    func aProviderThatCanBeAskedIsAskedFirst(arrives: Bool) throws {
        var terms = alertTerms("sms")
        terms.limits["sms"] = ChannelLimits()
        terms.limits["sms"]?.canReconcile = true
        var world = AlertWorld(terms)
        world.script["sms"] = { n, _ in n == 1 ? .lost(8, arrives: arrives) : .ok() }
        world.take(notice())
        world.run(to: wall(60))
        #expect(world.asked.map { world.seconds($0.at) } == [8])
        #expect(world.sent.count == (arrives ? 1 : 2))
        #expect(world.arrived.values.allSatisfy { $0 == 1 })
        #expect(try #require(world.delivered()) < 10)
    }

    @Test func aNoticeThatIsKnownChangesNothing() throws {
        var outbox = Outbox(alertTerms("slack"), calendar: nil)
        outbox.take(notice(), at: wall(0))
        _ = outbox.wake(at: wall(0))
        _ = outbox.takeChanges()
        outbox.take(notice(), at: wall(1))
        let (changes, actions) = (outbox.takeChanges(), outbox.wake(at: wall(1)))
        #expect(changes.isEmpty && actions.isEmpty)
    }

    @Test func anAnswerToAnotherAttemptChangesNothing() {
        var world = AlertWorld(alertTerms("slack"))
        world.script["slack"] = { _, _ in .lost(8) }
        world.take(notice())
        let id = world.sent[0].delivery.id
        world.change { outbox, now in
            outbox.ended(id, attempt: 2, .ok, at: now)
            outbox.ended("0000000000000000", attempt: 1, .ok, at: now)
        }
        #expect(world.delivered() == nil)
        world.change { outbox, now in outbox.ended(id, attempt: 1, .ok, at: now) }
        #expect(world.delivered() == 0)
        world.change { outbox, now in outbox.ended(id, attempt: 1, .retry(after: nil), at: now) }
        #expect(world.deliveries[id]?.status == .delivered)
    }
}
