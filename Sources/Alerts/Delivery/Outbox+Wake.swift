/// What is to be done now.
public enum OutboxAction: Hashable, Sendable {
    /// It has begun: send it, and say how that ended.
    case attempt(DeliveryOrder)
    /// It has begun: ask the provider whether it has the message, and say what it said.
    case reconcile(DeliveryOrder)
    /// Likewise: ask the provider, who has it, whether it got there.
    case inquire(DeliveryOrder)
    /// No channel has it: tell whoever is at this machine.
    case lastResort(AlertNotice)
    /// The deadline passed.
    case recordMiss(AlertNotice)
    /// Nobody acknowledged it; the messages of this step, from 1, follow as attempts.
    case escalate(AlertNotice, step: Int)
}

/// A message to be sent.
public struct DeliveryOrder: Hashable, Sendable {
    public enum Content: Hashable, Sendable {
        /// As it is to be told now: resolved, when that overtook the message.
        case notice(AlertNotice)
        /// The most important ones, and how many more there are.
        case digest([AlertNotice], more: Int)
    }

    public var delivery: Delivery
    /// To be given back with the answer.
    public var attempt: Int
    public var content: Content
}

extension Outbox {
    /// Everything that is to be done at `now`. Attempts it names have begun.
    public mutating func wake(at now: UInt64) -> [OutboxAction] {
        var actions: [OutboxAction] = []
        if firstDue <= now {
            let due = dues.filter { $0.value <= now }.keys.compactMap { errands[$0] }
            for errand in due.sorted(by: Self.isBefore) { attend(errand.id, at: now, &actions) }
            firstDue = dues.values.min() ?? .max
        }
        for name in channels.keys.sorted() {
            flushPool(of: name, at: now)
            gatherExcess(of: name, at: now)
            begin(on: name, at: now, &actions)
        }
        return actions
    }

    /// When `wake` may have something to do, unless something happens before; nil: not by itself.
    public var nextWake: UInt64? {
        let queues = channels.values.flatMap { [nextBegin($0), $0.poolDue] }
        return (queues + [dues.isEmpty ? nil : firstDue]).compactMap(\.self).min()
    }

    private static func isBefore(_ a: Errand, _ b: Errand) -> Bool {
        let (x, y) = (a.notice.alert.severity, b.notice.alert.severity)
        return x != y ? x > y : (a.since, a.id) < (b.since, b.id)
    }

    private static func isBefore(_ a: Delivery, _ b: Delivery) -> Bool {
        a.severity != b.severity ? a.severity > b.severity : (a.createdAt, a.id) < (b.createdAt, b.id)
    }

    private func nextBegin(_ channel: ChannelQueue) -> UInt64? {
        var next: UInt64?
        for delivery in channel.waiting.compactMap({ deliveries[$0] }) {
            let isUrgent = delivery.severity.isUrgent
            guard channel.inFlight < (isUrgent ? channel.limits.urgentInFlight : channel.limits.inFlight) else {
                continue
            }
            let at = max(delivery.nextAt, channel.pausedUntil, isUrgent ? 0 : channel.nextTokenAt)
            next = min(next ?? at, at)
        }
        return next
    }

    /// Begins what may begin, urgent ones first. They need no token, and others wait for what they took.
    private mutating func begin(on name: String, at now: UInt64, _ actions: inout [OutboxAction]) {
        channels[name]?.refill(at: now)
        guard let channel = channels[name], !channel.waiting.isEmpty else { return }
        let ready = channel.waiting.compactMap { deliveries[$0] }.filter { $0.nextAt <= now }.sorted(by: Self.isBefore)
        guard channel.pausedUntil <= now else {
            for delivery in ready where delivery.severity.isUrgent {
                guard let errand = errands[delivery.errandID], channel.pausedUntil > errand.deadline else { continue }
                fallBack(errand.id, at: now)
                touch(errand.id, at: now)
            }
            return
        }
        for delivery in ready {
            guard let channel = channels[name] else { return }
            if delivery.severity.isUrgent {
                guard channel.inFlight < channel.limits.urgentInFlight else { continue }
            } else {
                guard channel.inFlight < channel.limits.inFlight, channel.hasToken else { continue }
            }
            if let action = begin(delivery, at: now) { actions.append(action) }
        }
    }

    private mutating func begin(_ delivery: Delivery, at now: UInt64) -> OutboxAction? {
        guard let content = content(of: delivery) else {
            abandon(delivery, at: now)
            if delivery.isDigest { (deliveries[delivery.id], members[delivery.id]) = (nil, nil) }
            return nil
        }
        var delivery = delivery
        delivery.status = .inFlight
        delivery.attempts += 1
        if !delivery.isToBeReconciled {
            delivery.sends += 1
            delivery.tellsOver = errands[delivery.errandID]?.over != nil
            channels[delivery.channel]?.takeToken()
        }
        let isFirst = delivery.firstAttemptAt == nil
        if isFirst { delivery.firstAttemptAt = now }
        keep(delivery)
        keep(
            Attempt(
                delivery: delivery.id, number: delivery.attempts, kind: delivery.isToBeReconciled ? .reconcile : .send,
                channel: delivery.channel, startedAt: now))
        touch(delivery.errandID, at: now)
        if isFirst { markMembers(of: delivery, at: now) }
        let order = DeliveryOrder(delivery: delivery, attempt: delivery.attempts, content: content)
        return delivery.isToBeReconciled ? .reconcile(order) : .attempt(order)
    }

    /// The chains of what a digest tells count from its first attempt.
    private mutating func markMembers(of digest: Delivery, at now: UInt64) {
        for var member in (members[digest.id] ?? []).compactMap({ deliveries[$0] }) where member.firstAttemptAt == nil {
            member.firstAttemptAt = now
            keep(member)
            touch(member.errandID, at: now)
        }
    }
}
