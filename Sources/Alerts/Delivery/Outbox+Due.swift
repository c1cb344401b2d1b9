extension Outbox {
    /// What waits in a queue behind others is tried elsewhere after so long, seconds.
    private static let queuePatienceSeconds = 60.0

    // MARK: What is due

    /// Brings the errand's next due time up to date after a change, and lets go of it when nothing is left to do.
    mutating func touch(_ id: String, at now: UInt64) {
        guard let errand = errands[id] else { return }
        dues[id] = due(errand, at: now)
        firstDue = min(firstDue, dues[id] ?? .max)
        guard dues[id] == nil, isFinished(errand) else { return }
        var done = errand
        done.isFinished = true
        keep(done)
        forget(done)
        for other in errands(of: done.notice.alert.id) where other.notice.kind == .resolved { touch(other.id, at: now) }
    }

    private func isFinished(_ errand: Errand) -> Bool {
        let isWaited = deliveries(of: errand).contains { $0.isLive || $0.inquiry != nil }
        guard errand.isAlertOver, !isWaited else { return false }
        // Whoever gets the alert only now is told its end once, too.
        if errand.notice.kind == .resolved, errands(of: errand.notice.alert.id).count > 1 { return false }
        return errand.hold != nil || errand.deliveredAt != nil || errand.pending.isEmpty
    }

    private func due(_ errand: Errand, at now: UInt64) -> UInt64? {
        switch errand.hold {
        case .inhibition: return nil
        case .silence(let id):
            guard !errand.isAlertOver else { return nil }
            return silences.first { $0.id == id }?.expiresAt ?? now
        case nil:
            let dues = [
                nextStepAt(errand, at: now), lastResortAt(errand), missAt(errand), escalationAt(errand),
                inquiryAt(errand),
            ]
            return dues.compactMap(\.self).min()
        }
    }

    private func nextStepAt(_ errand: Errand, at now: UInt64) -> UInt64? {
        guard errand.deliveredAt == nil, let next = errand.pending.first else { return nil }
        if errand.isUrgent { return later(errand.since, next.afterSeconds) }
        let told = deliveries(of: errand).filter { $0.escalation == 0 }
        if told.allSatisfy(\.hasGivenUp) { return now }
        guard !told.contains(where: \.isPooled), let place = told.map(\.afterSeconds).max() else { return nil }
        let began = told.filter { $0.afterSeconds == place }.compactMap(\.firstAttemptAt).min()
        let queuedAt = told.map(\.nextAt).reduce(errand.releasedAt, max)
        return began.map { later($0, next.afterSeconds - place) } ?? later(queuedAt, Self.queuePatienceSeconds)
    }

    /// Nobody is alarmed by the machine itself for what is over, or what a person has.
    private func lastResortAt(_ errand: Errand) -> UInt64? {
        guard errand.isUrgent, errand.notice.kind != .resolved, errand.deliveredAt == nil, errand.lastResortAt == nil,
            errand.acknowledgedAt == nil
        else { return nil }
        return later(errand.since, AlertTerms.lastResortSeconds)
    }

    private func missAt(_ errand: Errand) -> UInt64? {
        guard errand.isUrgent, errand.missedAt == nil else { return nil }
        if let deliveredAt = errand.deliveredAt, deliveredAt <= errand.deadline { return nil }
        return errand.deadline + 1
    }

    private func escalationAt(_ errand: Errand) -> UInt64? {
        guard errand.notice.alert.severity >= terms.escalation.from, errand.notice.kind != .resolved,
            errand.acknowledgedAt == nil, errand.over == nil, !errand.isSuperseded,
            let step = terms.escalation.step(errand.escalations + 1)
        else { return nil }
        return later(errand.since, step.afterMinutes * 60)
    }

    // MARK: Doing it

    /// Does everything of the errand that is due.
    mutating func attend(_ id: String, at now: UInt64, _ actions: inout [OutboxAction]) {
        guard let errand = errands[id] else { return }
        if case .silence(let silence) = errand.hold {
            // It may have been made longer since.
            if !silences.contains(where: { $0.id == silence && $0.isActive(at: now) }) { tellHidden(errand, at: now) }
            return touch(id, at: now)
        }
        if let at = lastResortAt(errand), at <= now {
            errands[id]?.lastResortAt = now
            actions.append(.lastResort(errand.over ?? errand.notice))
        }
        if let at = missAt(errand), at <= now {
            errands[id]?.missedAt = now
            actions.append(.recordMiss(errand.notice))
        }
        if let changed = errands[id], changed != errand { keep(changed) }
        if let at = nextStepAt(errand, at: now), at <= now { releaseNext(id, at: now) }
        escalate(id, at: now, &actions)
        inquire(of: id, at: now, &actions)
        touch(id, at: now)
    }

    /// Each step that is due; of the repetitions only the last, when nobody was there to do them.
    private mutating func escalate(_ id: String, at now: UInt64, _ actions: inout [OutboxAction]) {
        while var errand = errands[id], let at = escalationAt(errand), at <= now {
            errand.escalations += 1
            keep(errand)
            let isStale = errand.escalations > terms.escalation.steps.count && (escalationAt(errand) ?? .max) <= now
            guard !isStale, let step = terms.escalation.step(errand.escalations), !isSilenced(errand, at: now) else {
                continue
            }
            actions.append(.escalate(errand.notice, step: errand.escalations))
            for channel in step.channels where terms.channels.contains(channel) {
                put(errand, terms.targets(of: channel), escalation: errand.escalations, at: now)
            }
        }
    }

    private func isSilenced(_ errand: Errand, at now: UInt64) -> Bool {
        silences.contains { $0.isActive(at: now) && $0.covers(errand.notice.alert) }
    }

    // MARK: Releasing

    /// Tells the next of the errand's targets. An urgent one for which none of them is well tells the rest as well.
    mutating func releaseNext(_ id: String, pooledUntil: UInt64? = nil, at now: UInt64) {
        guard var errand = errands[id], let seconds = errand.pending.first?.afterSeconds else { return }
        let isNext = { (target: RoutePlan.Target) in target.afterSeconds <= seconds }
        var next = errand.pending.filter(isNext)
        errand.pending.removeAll(where: isNext)
        if errand.isUrgent, !next.contains(where: { canReach($0.channel, by: errand.deadline) }) {
            next += errand.pending
            errand.pending = []
        }
        errand.releasedAt = now
        keep(errand)
        put(errand, next, pooledUntil: pooledUntil, at: now)
    }

    private func canReach(_ channel: String, by deadline: UInt64) -> Bool {
        guard let channel = channels[channel] else { return false }
        return channel.redSince == nil && channel.pausedUntil <= deadline
    }

    private mutating func put(
        _ errand: Errand, _ targets: [RoutePlan.Target], escalation: Int = 0, pooledUntil: UInt64? = nil, at now: UInt64
    ) {
        let alert = errand.notice.alert
        for target in targets {
            let delivery = Delivery(
                alertID: alert.id, number: errand.notice.number, escalation: escalation, target: target,
                severity: alert.severity, at: now)
            put(delivery, pooledUntil: pooledUntil)
        }
    }

    /// Once per key.
    mutating func put(_ delivery: Delivery, pooledUntil: UInt64?) {
        guard deliveries[delivery.id] == nil else { return }
        var delivery = delivery
        if let pooledUntil {
            delivery.isForDigest = true
            delivery.isPooled = true
            // What comes later leaves with the first.
            delivery.nextAt = min(pooledUntil, channels[delivery.channel]?.poolDue ?? .max)
        }
        keep(delivery)
        guard delivery.isPooled else { return }
        channels[delivery.channel]?.pool.append(delivery.id)
        channels[delivery.channel]?.poolDue = delivery.nextAt
    }

    /// A delivery gave up or will be late: the next are told without waiting. An urgent errand tells all that are left;
    /// another only when nobody is left to wait for.
    mutating func fallBack(_ id: String, at now: UInt64) {
        guard let errand = errands[id], errand.deliveredAt == nil, !errand.pending.isEmpty else { return }
        guard errand.isUrgent else {
            if deliveries(of: errand).allSatisfy(\.hasGivenUp) { releaseNext(id, at: now) }
            return
        }
        while errands[id]?.pending.isEmpty == false { releaseNext(id, at: now) }
    }
}
