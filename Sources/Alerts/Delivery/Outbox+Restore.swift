extension Outbox {
    mutating func restore(_ errands: [Errand], _ deliveries: [Delivery], _ attempts: [Attempt], at now: UInt64) {
        for errand in errands.sorted(by: { $0.notice.number < $1.notice.number }) where !errand.isFinished {
            enter(errand)
        }
        let byTime = deliveries.sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }
        for delivery in byTime where delivery.isLive || self.errands[delivery.errandID] != nil { file(delivery) }
        for delivery in byTime where delivery.status == .waiting {
            if let digest = delivery.gatheredIn { members[digest, default: []].append(delivery.id) }
            guard delivery.isPooled else { continue }
            channels[delivery.channel]?.pool.append(delivery.id)
            let due = min(channels[delivery.channel]?.poolDue ?? .max, delivery.nextAt)
            channels[delivery.channel]?.poolDue = due
        }
        restoreHealth(attempts)
        for attempt in attempts where attempt.endedAt == nil { underWay[attempt.delivery] = attempt }
        for delivery in byTime where delivery.status == .inFlight { lose(delivery, at: now) }
        for delivery in byTime where delivery.inquiry != nil {
            reported(delivery.id, attempt: delivery.attempts, .unknown, at: now)
        }
        for id in self.errands.keys.sorted() { touch(id, at: now) }
    }

    /// An attempt was under way when the process ended: it may have arrived.
    private mutating func lose(_ delivery: Delivery, at now: UInt64) {
        let detail = "the operator ended before an answer came"
        guard delivery.isToBeReconciled else {
            return ended(delivery.id, attempt: delivery.attempts, .ambiguous, detail: detail, at: now)
        }
        // Asking changes nothing, and is done again.
        guard var asked = close(delivery.id, delivery.attempts, "UNKNOWN", nil, detail, at: now) else { return }
        asked.nextAt = now
        keep(asked)
    }

    /// A channel is red when its provider's last word was that nothing will come through.
    private mutating func restoreHealth(_ attempts: [Attempt]) {
        let refusals = [ResponseClass.Scope.channel, .config].map { ResponseClass.permanent($0).name }
        for attempt in attempts.sorted(by: { ($0.endedAt ?? 0, $0.delivery) < ($1.endedAt ?? 0, $1.delivery) }) {
            guard let at = attempt.endedAt, let response = attempt.response else { continue }
            if response == ResponseClass.ok.name || response == "FOUND" {
                channels[attempt.channel]?.redSince = nil
                channels[attempt.channel]?.redReason = nil
            } else if refusals.contains(response), channels[attempt.channel]?.redSince == nil {
                channels[attempt.channel]?.redSince = at
                channels[attempt.channel]?.redReason = response
            }
        }
    }
}
