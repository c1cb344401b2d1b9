internal import MarketData

/// Digests: what is only good to know, and what would be too many messages.
extension Outbox {
    /// With more waiting on a channel they are told in one message.
    private static let mostWaiting = 20
    /// Named in a digest; the others are counted.
    private static let mostNamed = 20
    /// After a digest of what was too much the next one gathers for so long, seconds.
    private static let gatherSeconds = 10.0

    mutating func flushPool(of name: String, at now: UInt64) {
        guard let channel = channels[name], let due = channel.poolDue, due <= now else { return }
        channels[name]?.pool = []
        channels[name]?.poolDue = nil
        var pooled = channel.pool.compactMap { deliveries[$0] }
        for index in pooled.indices {
            pooled[index].isPooled = false
            pooled[index].nextAt = now
            keep(pooled[index])
        }
        gather(pooled, on: name, due: now, at: now)
        for delivery in pooled { touch(delivery.errandID, at: now) }
    }

    /// Urgent ones, and those that have been tried, are left alone.
    mutating func gatherExcess(of name: String, at now: UInt64) {
        guard let channel = channels[name], channel.ordinary > 0 else { return }
        let ordinary = channel.waiting.compactMap { deliveries[$0] }.filter { !$0.severity.isUrgent }
        let fresh = ordinary.filter { $0.sends == 0 && !$0.isDigest }
        let hasDigest = ordinary.contains(where: \.canGrow)
        guard fresh.count > Self.mostWaiting || hasDigest && !fresh.isEmpty else { return }
        let due = max(now, channel.gatherUntil)
        if !hasDigest { channels[name]?.gatherUntil = later(due, Self.gatherSeconds) }
        gather(fresh, on: name, due: due, at: now)
        for delivery in fresh { touch(delivery.errandID, at: now) }
    }

    /// One digest for each recipient, or more for one that waits already. A single one stays as it is.
    private mutating func gather(_ gathered: [Delivery], on name: String, due: UInt64, at now: UInt64) {
        for (recipient, group) in Dictionary(grouping: gathered, by: \.recipient) {
            let waiting = (channels[name]?.waiting ?? []).compactMap { deliveries[$0] }
                .first { $0.canGrow && $0.recipient == recipient }
            let group = group.sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }
            guard waiting != nil || group.count > 1 else { continue }
            var digest = waiting ?? newDigest(group.map(\.id), name, recipient, at: now)
            if waiting == nil { digest.nextAt = due }
            digest.severity = group.map(\.severity).reduce(digest.severity, max)
            digest.isForDigest = true
            keep(digest)
            for var member in group {
                member.gatheredIn = digest.id
                keep(member)
            }
            members[digest.id, default: []] += group.map(\.id)
        }
    }

    private func newDigest(_ ids: [String], _ channel: String, _ recipient: String?, at now: UInt64) -> Delivery {
        let id = "G-" + SHA256.hex(SHA256.digest(ids.joined(separator: "\n"))).prefix(10)
        return Delivery(
            alertID: id, number: 0, target: .init(channel, recipient: recipient), severity: .info, at: now)
    }

    /// What `delivery` tells; nil when nothing is left to tell.
    func content(of delivery: Delivery) -> DeliveryOrder.Content? {
        guard delivery.isDigest else {
            return errands[delivery.errandID].map { .notice($0.over ?? $0.notice) }
        }
        let told = (members[delivery.id] ?? []).compactMap { deliveries[$0] }.filter(\.isLive)
            .compactMap { errands[$0.errandID] }.map { $0.over ?? $0.notice }
        guard !told.isEmpty else { return nil }
        let named = told.sorted {
            let (a, b) = ($0.alert, $1.alert)
            return a.severity != b.severity
                ? a.severity > b.severity : (a.updatedAt, a.id, $0.number) < (b.updatedAt, b.id, $1.number)
        }
        .prefix(Self.mostNamed)
        return .digest(Array(named), more: told.count - named.count)
    }
}

extension Delivery {
    /// A digest that nobody has seen may tell more.
    fileprivate var canGrow: Bool { isDigest && status == .waiting && ambiguities == 0 && !isLate }
}
