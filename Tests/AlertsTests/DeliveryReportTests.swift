import MarketData
import Testing

@testable import Alerts

/// Messages whose provider tells later what became of them.
@Suite struct DeliveryReportTests {
    /// An SMS first, then mail ten seconds later, if need be; the SMS is taken after .2 s.
    private func world(_ report: @escaping (Int) -> DeliveryReport) -> AlertWorld {
        var terms = alertTerms("sms", "mail", routes: [route(["sms"])])
        terms.limits["sms"] = ChannelLimits()
        terms.limits["sms"]?.canReconcile = true
        var world = AlertWorld(terms)
        world.reports["sms"] = report
        return world
    }

    @Test func theProviderIsAskedFourTimesAndThenBelieved() throws {
        var world = world { _ in .unknown }
        world.take(notice(isMoment: true))
        world.run(to: wall(3600))
        #expect(world.inquired.map { world.seconds($0.at) } == [2.2, 5.2, 10.2, 20.2])
        #expect(world.delivered() == 0.2 && world.times(on: "mail").isEmpty && world.misses.isEmpty)
        #expect(world.outbox.open.isEmpty)
        #expect(
            world.attempts.values.filter { $0.kind == .inquire }.map(\.response)
                == Array(repeating: "UNKNOWN", count: 4))
    }

    @Test func whatArrivedIsAskedForNoMore() {
        var world = world { $0 == 2 ? .arrived : .unknown }
        world.take(notice(isMoment: true))
        world.run(to: wall(3600))
        #expect(world.inquired.count == 2 && world.outbox.open.isEmpty && world.times(on: "mail").isEmpty)
    }

    /// Refused for good at 2.3 s: the mail goes out at once, and its acknowledgement is the first.
    @Test func whoeverIsNextIsToldWhenItDidNotArrive() {
        var world = world { _ in .failed(.permanent(.recipient)) }
        world.take(notice(isMoment: true))
        world.run(to: wall(3600))
        #expect(world.times(on: "mail") == [2.3] && world.delivered() == 2.5)
        #expect(world.times(on: "sms") == [0] && world.inquired.count == 1)
        #expect(world.deliveries.values.first { $0.channel == "sms" }?.status == .failed)
    }

    /// Nobody has it then: the machine itself says so after 25 s, and the miss is recorded after 30.
    @Test func whatReachedNobodyIsMissedForAllThatItWasTaken() {
        var terms = alertTerms("sms")
        terms.limits["sms"] = ChannelLimits()
        terms.limits["sms"]?.canReconcile = true
        var world = AlertWorld(terms)
        world.reports["sms"] = { $0 == 4 ? .failed(.permanent(.recipient)) : .unknown }
        world.take(notice())
        world.run(to: wall(60))
        #expect(world.delivered() == nil)
        #expect(world.lastResorts.map { world.seconds($0.at) } == [25])
        #expect(world.misses.map { ($0.at - wall(30)) / 1_000_000 } == [0])
    }

    /// A queue that was full: sent again, and asked for again from then on.
    @Test func whatCanBeTriedAgainIs() {
        var world = world { $0 == 1 ? .failed(.retry(after: nil)) : .arrived }
        world.take(notice(isMoment: true))
        world.run(to: wall(3600))
        let times = world.times(on: "sms")
        #expect(times.count == 2 && times[1] > 2.6 && times[1] < 3)
        #expect(Set(world.sent.filter { $0.delivery.channel == "sms" }.map(\.delivery.id)).count == 1)
        #expect(world.inquired.count == 2 && world.outbox.open.isEmpty)
    }

    /// The status is asked for again after a restart, the question that was under way counts as asked.
    @Test func aRestartGoesOnAsking() throws {
        var world = world { _ in .unknown }
        world.take(notice(isMoment: true))
        world.run(to: wall(2.25))
        #expect(world.inquired.count == 1)
        try world.crash()
        world.run(to: wall(3600))
        #expect(world.inquired.map { world.seconds($0.at) } == [2.2, 5.2, 10.2, 20.2])
        #expect(world.attempts.values.allSatisfy { $0.endedAt != nil } && world.sent.count == 1)
    }

    /// Nothing urgent hides behind what may still turn out not to have arrived.
    @Test func whatIsOnlyTakenHidesNothingUrgent() throws {
        var world = world { $0 == 2 ? .arrived : .unknown }
        world.take(notice(.enginesDown, .emergency, id: "A-1"))
        world.run(to: wall(1))
        world.take(notice(.baselineDown, .emergency, id: "A-2", at: wall(1)))
        world.run(to: wall(6))
        world.take(notice(.candidateDown, .critical, id: "A-3", at: wall(6)))
        #expect(world.errands["A-2/1"]?.hold == nil)
        #expect(world.errands["A-3/1"]?.hold == .inhibition(alertID: "A-1"))
    }

    /// Asked after an answer that was lost, the provider may know that it failed.
    @Test func aLostMessageThatFailedIsNoSuccess() {
        var outbox = Outbox(world { _ in .unknown }.terms, calendar: nil)
        outbox.take(notice(isMoment: true), at: wall(0))
        guard case .attempt(let order)? = outbox.wake(at: wall(0)).first else {
            Issue.record("no attempt")
            return
        }
        outbox.ended(order.delivery.id, attempt: 1, .ambiguous, at: wall(1))
        _ = outbox.wake(at: wall(1))
        outbox.reconciled(order.delivery.id, attempt: 2, .failed(.permanent(.recipient)), at: wall(2))
        let actions = outbox.wake(at: wall(2))
        guard case .attempt(let next)? = actions.first else {
            Issue.record("nobody else is told")
            return
        }
        #expect(next.delivery.channel == "mail")
    }
}
