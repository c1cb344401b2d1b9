extension Outbox {
    /// How an attempt to send ended.
    ///
    /// - Parameters:
    ///   - attempt: of the order; what comes for another one changes nothing.
    ///   - detail: for people, without secrets.
    public mutating func ended(
        _ id: String, attempt: Int, _ response: ResponseClass, providerID: String? = nil, detail: String? = nil,
        at now: UInt64
    ) {
        guard var delivery = close(id, attempt, response.name, providerID, detail, at: now) else { return }
        switch response {
        case .ok: return deliver(delivery, providerID, at: now)
        case .retry(let seconds): schedule(&delivery, after: seconds, at: now)
        case .ambiguous:
            delivery.ambiguities += 1
            if terms.limits(of: delivery.channel).canReconcile {
                delivery.isToBeReconciled = true
                delivery.nextAt = now
            } else {
                resend(&delivery, at: now)
            }
        case .shrink where !delivery.isPlain:
            delivery.isPlain = true
            delivery.nextAt = now
        case .shrink: return refuse(delivery, .content, response.name, at: now)
        case .permanent(let scope): return refuse(delivery, scope, response.name, at: now)
        }
        settle(delivery, at: now)
    }

    /// What the provider said when asked.
    public mutating func reconciled(_ id: String, attempt: Int, _ result: Reconciliation, at now: UInt64) {
        let name =
            switch result {
            case .found: "FOUND"
            case .failed(let response): response.name
            case .absent: "ABSENT"
            case .unknown: "UNKNOWN"
            }
        var providerID: String?
        if case .found(let found) = result { providerID = found }
        guard var delivery = close(id, attempt, name, providerID, nil, at: now) else { return }
        delivery.isToBeReconciled = false
        switch result {
        case .found: return deliver(delivery, providerID, at: now)
        case .failed(let response): return failed(delivery, response, at: now)
        case .absent: schedule(&delivery, after: nil, at: now)
        case .unknown: resend(&delivery, at: now)
        }
        settle(delivery, at: now)
    }

    /// Ends the attempt under way; nil when it is another one.
    mutating func close(
        _ id: String, _ number: Int, _ response: String, _ providerID: String?, _ detail: String?, at now: UInt64
    ) -> Delivery? {
        guard var delivery = deliveries[id], delivery.status == .inFlight, delivery.attempts == number,
            var attempt = underWay[id]
        else { return nil }
        attempt.endedAt = now
        attempt.response = response
        attempt.providerID = providerID
        attempt.detail = detail
        keep(attempt)
        delivery.status = .waiting
        keep(delivery)
        return delivery
    }

    // MARK: It arrived

    private mutating func deliver(_ delivery: Delivery, _ providerID: String?, at now: UInt64) {
        channels[delivery.channel]?.redSince = nil
        channels[delivery.channel]?.redReason = nil
        var delivery = delivery
        if !delivery.isDigest, providerID != nil, terms.limits(of: delivery.channel).canReconcile {
            delivery.inquiry = .init(nextAt: later(now, RetryLadder.inquiries[0]))
        }
        finish(delivery, .delivered, providerID, at: now)
        for id in members.removeValue(forKey: delivery.id) ?? [] {
            guard let member = deliveries[id], member.status == .waiting else { continue }
            finish(member, .delivered, providerID, at: now)
        }
        if delivery.isDigest { deliveries[delivery.id] = nil }
    }

    private mutating func finish(
        _ delivery: Delivery, _ status: Delivery.Status, _ providerID: String? = nil, at now: UInt64
    ) {
        var delivery = delivery
        delivery.status = status
        delivery.endedAt = now
        delivery.providerID = providerID
        keep(delivery)
        guard var errand = errands[delivery.errandID] else { return }
        if status == .delivered {
            if errand.deliveredAt == nil {
                errand.deliveredAt = now
                // Whoever is next may still be needed.
                if delivery.inquiry == nil { errand.pending = [] }
                keep(errand)
            }
            dropOtherLinks(of: errand, than: delivery, at: now)
            if errand.over != nil, !delivery.tellsOver { tellOver(delivery, errand, since: now, at: now) }
        } else {
            fallBack(errand.id, at: now)
        }
        touch(errand.id, at: now)
    }

    /// One of a chain has it: the others need not. What is urgent goes to all who were chosen.
    private mutating func dropOtherLinks(of errand: Errand, than delivered: Delivery, at now: UInt64) {
        guard !errand.isUrgent else { return }
        for delivery in deliveries(of: errand)
        where delivery.status == .waiting && delivery.gatheredIn == nil && delivery.escalation == 0
            && delivery.afterSeconds != delivered.afterSeconds
        {
            abandon(delivery, at: now)
        }
    }

    // MARK: It did not, or nobody knows

    mutating func refuse(_ delivery: Delivery, _ scope: ResponseClass.Scope, _ reason: String, at now: UInt64) {
        if scope == .channel || scope == .config, channels[delivery.channel]?.redSince == nil {
            channels[delivery.channel]?.redSince = now
            channels[delivery.channel]?.redReason = reason
        }
        fail(delivery, at: now)
    }

    private mutating func fail(_ delivery: Delivery, at now: UInt64) {
        finish(delivery, .failed, at: now)
        for id in members.removeValue(forKey: delivery.id) ?? [] {
            guard let member = deliveries[id], member.status == .waiting else { continue }
            finish(member, .failed, at: now)
        }
        if delivery.isDigest { deliveries[delivery.id] = nil }
    }

    /// Once quickly with the same id; a second time it is like any other retry.
    private mutating func resend(_ delivery: inout Delivery, at now: UInt64) {
        guard delivery.ambiguities == 1 else { return schedule(&delivery, after: nil, at: now) }
        let wait = RetryLadder.fast[0] * RetryLadder.spread(delivery.id, delivery.attempts)
        delivery.nextAt = later(now, wait)
    }

    mutating func schedule(_ delivery: inout Delivery, after seconds: Double?, at now: UInt64) {
        let asked = seconds.flatMap { $0 > 0 ? min($0, RetryLadder.longestPauseSeconds) : nil }
        if let asked {
            // The provider counts what comes over the channel, whichever message it is.
            let until = max(channels[delivery.channel]?.pausedUntil ?? 0, later(now, asked))
            channels[delivery.channel]?.pausedUntil = until
        }
        let window = later(delivery.createdAt, RetryLadder.fastWindowSeconds)
        let end = errands[delivery.errandID].flatMap { $0.isUrgent ? $0.deadline : nil } ?? window
        if let wait = asked ?? RetryLadder.fastWait(delivery.id, sends: delivery.sends),
            delivery.sends <= RetryLadder.fast.count, !delivery.isLate
        {
            delivery.nextAt = later(now, wait)
            if delivery.nextAt <= (asked == nil ? window : end) { return }
        }
        let wait = RetryLadder.slowWait(delivery.id, steps: delivery.slowSteps)
        delivery.nextAt = later(now, max(wait, asked ?? 0))
        delivery.slowSteps += 1
        delivery.isLate = true
    }

    /// Keeps a delivery that is to be tried again, unless nobody needs that any more.
    mutating func settle(_ delivery: Delivery, at now: UInt64) {
        if delivery.nextAt > later(delivery.createdAt, RetryLadder.endSeconds) { return fail(delivery, at: now) }
        keep(delivery)
        if delivery.isLate { markMembersLate(delivery) }
        let ids = [delivery.errandID] + (members[delivery.id] ?? []).compactMap { deliveries[$0]?.errandID }
        if let errand = errands[delivery.errandID], isMoot(delivery, errand) { abandon(delivery, at: now) }
        for id in ids {
            if delivery.isLate { fallBack(id, at: now) }
            touch(id, at: now)
        }
    }

    private mutating func markMembersLate(_ digest: Delivery) {
        for var member in (members[digest.id] ?? []).compactMap({ deliveries[$0] }) where !member.isLate {
            member.isLate = true
            keep(member)
        }
    }

    private func isMoot(_ delivery: Delivery, _ errand: Errand) -> Bool {
        if delivery.escalation > 0 { return errand.over != nil || errand.acknowledgedAt != nil }
        guard !errand.isUrgent else { return false }
        return delivery.isLate && errand.over != nil
            || deliveries(of: errand).contains {
                $0.status == .delivered && $0.afterSeconds != delivery.afterSeconds
            }
            || errand.isSuperseded
    }
}
