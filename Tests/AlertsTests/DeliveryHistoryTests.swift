import Alerts
import Foundation
import Testing

/// Random histories: facts of all kinds, channels that fail in every class, persons, and crashes between any two events.
@Suite struct DeliveryHistoryTests {
    private static let count: UInt64 = ProcessInfo.processInfo.environment["TANDEM_SOAK"] == nil ? 15 : 300

    @Test func noUrgentNoticeIsDroppedAndNoAttemptIsDoubled() throws {
        for seed in 1...Self.count {
            var random = AlertRandom(seed: seed)
            let history = try play(&random, crashes: false)
            check(history, "seed \(seed)")
            #expect(history.world.arrived.values.allSatisfy { (0...1).contains($0) } || history.hasLost, "seed \(seed)")
        }
    }

    @Test func aCrashAtAnyPointLosesNothingAndRepeatsAtMostWhatWasUnderWay() throws {
        for seed in 1...Self.count {
            var random = AlertRandom(seed: seed &* 1_000_003)
            let history = try play(&random, crashes: true)
            check(history, "seed \(seed)")
            // Channels here always say what became of a message, so that only a crash can repeat one.
            let repeated = history.world.arrived.values.reduce(0) { $0 + $1 - 1 }
            #expect(repeated <= history.underWayAtCrashes, "seed \(seed)")
        }
    }

    /// At every event of one history the process dies: whatever is told without is told with it, at most once more.
    @Test func everyPointOfAHistoryMayBeTheLast() throws {
        func run(crashAt point: Int?) throws -> (world: AlertWorld, events: Int) {
            var world = AlertWorld(alertTerms("slack", "mail", routes: [route(["slack"])]))
            world.script["slack"] = { n, _ in n % 3 == 1 ? .retry(nil, 0.2) : .ok(0.3) }
            var events = 0
            func event(_ act: (inout AlertWorld) -> Void) throws {
                act(&world)
                events += 1
                if events == point { try world.crash() }
            }
            for second in stride(from: 0.0, to: 60, by: 0.1) {
                if second == 0 { try event { $0.take(notice(id: "A-1", at: wall(0))) } }
                if second == 2 { try event { $0.take(notice(.errors, .warning, id: "A-2", at: wall(2))) } }
                if second == 5 { try event { $0.take(notice(id: "A-1", kind: .resolved, number: 2, at: wall(5))) } }
                try event { $0.run(to: wall(second + 0.1)) }
            }
            return (world, events)
        }
        let plain = try run(crashAt: nil)
        for point in 1...plain.events where point < 150 || point % 50 == 0 {
            let crashed = try run(crashAt: point).world
            for (id, count) in plain.world.arrived {
                let again = crashed.arrived[id] ?? 0
                #expect(again >= count && again <= count + 1, "\(id) after \(point) events")
            }
            #expect(crashed.arrived.values.reduce(0, +) <= plain.world.arrived.values.reduce(0, +) + 1)
        }
    }

    private struct History {
        var world: AlertWorld
        var notices: [AlertNotice]
        var hasLost: Bool
        var underWayAtCrashes: Int
    }

    private func play(_ random: inout AlertRandom, crashes: Bool) throws -> History {
        var terms = alertTerms("slack", "mail", "sms")
        terms.routes = [
            route(["slack"]) { $0.causes = [.rollback, .errors] },
            route("b", ["mail", "slack"]) { $0.mode = random.chance(50) ? .fanOut : nil },
        ]
        terms.recipients["sms"] = ["anna", "bert"]
        terms.digest.minutes = 5
        terms.escalation.steps = [.init(afterMinutes: 3, channels: ["sms"])]
        terms.limits["sms"] = ChannelLimits()
        terms.limits["sms"]?.canReconcile = true
        var world = AlertWorld(terms)
        let hasLost = !crashes && random.chance(50)
        let reports = random.next()
        world.reports["sms"] = { n in
            var dice = AlertRandom(seed: reports &+ UInt64(n))
            return switch Int.random(in: 0..<4, using: &dice) {
            case 0: .arrived
            case 1: .failed([.retry(after: 3), .permanent(.recipient)].randomElement(using: &dice) ?? .ambiguous)
            default: .unknown
            }
        }
        for (index, channel) in terms.channels.enumerated() {
            let seed = random.next()
            let bad = Int.random(in: 0...90, using: &random)
            world.script[channel] = { n, _ in
                var dice = AlertRandom(seed: seed &+ UInt64(n * 10 + index))
                guard dice.chance(bad) else { return .ok(Double.random(in: 0.01...3, using: &dice)) }
                switch Int.random(in: 0..<7, using: &dice) {
                case 0: return .retry(Double.random(in: 0...40, using: &dice))
                case 1:
                    return .refused([.recipient, .content, .channel, .config].randomElement(using: &dice) ?? .config)
                case 2: return .shrink
                case 3 where hasLost: return .lost(Double.random(in: 0...8, using: &dice), arrives: dice.chance(50))
                default: return .retry(nil, Double.random(in: 0...8, using: &dice))
                }
            }
        }
        var book = AlertBook(rollout: "ifd-v3")
        var notices: [AlertNotice] = []
        var underWay = 0
        for step in 0..<120 {
            world.run(to: world.now + UInt64.random(in: 0...5_000_000_000, using: &random))
            let cause =
                [AlertCause.rollback, .errors, .latency, .feedDown, .enginesDown, .baselineDown]
                .randomElement(using: &random) ?? .errors
            let next = fact(
                cause, "s\(Int.random(in: 0..<3, using: &random))",
                AlertSeverity.allCases.randomElement(using: &random) ?? .info,
                isOver: random.chance(40), isMoment: random.chance(10))
            if let told = book.take(next, at: world.now) {
                notices.append(told)
                world.take(told)
            }
            if random.chance(5), let some = notices.randomElement(using: &random) {
                world.change { outbox, now in outbox.acknowledge(some.alert.id, by: "anna", at: now) }
            }
            if crashes, random.chance(10) {
                underWay += world.outbox.health.reduce(0) { $0 + $1.inFlight }
                try world.crash()
            }
            _ = step
        }
        world.run(to: world.now + 400_000_000_000)
        return History(world: world, notices: notices, hasLost: hasLost, underWayAtCrashes: underWay)
    }

    private func check(_ history: History, _ seed: Comment) {
        let world = history.world
        #expect(world.repeatsInFlight == 0, seed)
        #expect(
            Set(
                world.deliveries.values.map {
                    "\($0.alertID) \($0.number) \($0.escalation) \($0.channel) \($0.recipient ?? "")"
                }
            ).count
                == world.deliveries.count, seed)
        let missed = Set(world.errands.values.filter { $0.missedAt != nil }.map(\.id))
        for notice in history.notices where notice.alert.severity.isUrgent && [.opened, .raised].contains(notice.kind) {
            let id = "\(notice.alert.id)/\(notice.number)"
            guard let errand = world.errands[id] else {
                Issue.record("\(seed): \(id) was lost")
                continue
            }
            guard errand.hold == nil else {
                // Only behind an urgent alert that somebody got.
                #expect(hider(of: errand, world)?.isUrgent == true, seed)
                continue
            }
            let isInTime = (errand.deliveredAt ?? .max) <= errand.deadline
            #expect(isInTime != missed.contains(id), "\(seed): \(id)")
            let wasLoud = world.lastResorts.contains { $0.id == notice.alert.id } || errand.acknowledgedAt != nil
            // Nobody was alarmed while it seemed to have arrived.
            let wasTaken = world.deliveries.values.contains {
                $0.errandID == id && $0.channel == "sms" && ($0.sends > 1 || $0.status != .delivered)
            }
            #expect(
                isInTime || wasLoud || wasTaken || (errand.deliveredAt ?? .max) <= errand.deadline + 1, "\(seed): \(id)"
            )
            #expect(
                world.sent.contains { $0.delivery.errandID == id && $0.at <= errand.deadline }
                    || isOutOfReach(id, world), "\(seed): \(id)")
        }
        // Who is told of an end was told of the alert.
        for end in world.sent
        where end.delivery.number > 1 && world.errands[end.delivery.errandID]?.notice.kind == .resolved {
            let before = world.deliveries.values.contains {
                // Some were taken, and told of the end, before it was known that they had not got there.
                $0.alertID == end.delivery.alertID && $0.number < end.delivery.number
                    && ($0.status == .delivered || $0.channel == "sms" && $0.sends > 0)
                    && $0.channel == end.delivery.channel && $0.recipient == end.delivery.recipient
            }
            #expect(before, seed)
        }
    }

    private func hider(of errand: Errand, _ world: AlertWorld) -> Errand? {
        guard case .inhibition(let id) = errand.hold else { return nil }
        return world.errands.values.first { $0.notice.alert.id == id && $0.isUrgent && $0.deliveredAt != nil }
    }

    /// All its channels asked to be left alone until after its deadline.
    private func isOutOfReach(_ id: String, _ world: AlertWorld) -> Bool {
        world.lastResorts.contains { id.hasPrefix($0.id) }
    }
}
