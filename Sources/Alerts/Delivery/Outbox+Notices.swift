extension Outbox {
    /// Takes the next notice of the journal in. One that it knows already changes nothing.
    public mutating func take(_ notice: AlertNotice, at now: UInt64) {
        let id = Errand.id(alertID: notice.alert.id, number: notice.number)
        guard errands[id] == nil else { return }
        switch notice.kind {
        case .opened: tell(notice, at: now)
        case .raised:
            supersede(notice.alert.id, at: now)
            tell(notice, at: now)
        case .repeated: refresh(notice, at: now)
        case .resolved: resolve(notice, at: now)
        }
    }

    /// A person has it: nobody else is alarmed. What is under way goes on.
    ///
    /// - Returns: false when nothing of that alert is open here.
    @discardableResult
    public mutating func acknowledge(_ alertID: String, by person: String, at now: UInt64) -> Bool {
        let known = errands(of: alertID)
        for var errand in known where errand.acknowledgedAt == nil && errand.notice.kind != .resolved {
            errand.acknowledgedBy = person
            errand.acknowledgedAt = now
            if errand.isUrgent { errand.pending = [] }
            keep(errand)
            dropEscalations(of: errand, at: now)
            touch(errand.id, at: now)
        }
        return !known.isEmpty
    }

    /// The silences as they are now. What one held that is gone is told, if it still is so.
    public mutating func set(_ silences: [AlertSilence], at now: UInt64) {
        self.silences = silences
        for errand in open {
            if case .silence = errand.hold { touch(errand.id, at: now) }
        }
    }

    private mutating func tell(_ notice: AlertNotice, at now: UInt64) {
        // A clock that was set back between fact and courier does not postpone anything.
        let errand = Errand(notice, since: min(notice.alert.updatedAt, now), at: now)
        enter(errand)
        send(errand, at: now)
    }

    /// Finds out who is told and begins with it.
    mutating func send(_ errand: Errand, at now: UInt64) {
        var errand = errand
        let plan = terms.plan(
            for: errand.notice, at: now, market: market(at: now), silences: silences, open: hidingAlerts)
        errand.why = plan.why
        errand.hold = nil
        var pooledUntil: UInt64?
        switch plan.heldBy {
        case .silence(let id):
            errand.hold = .silence(id: id)
            countHit(of: id)
        case .inhibition(let alertID): errand.hold = .inhibition(alertID: alertID)
        case .digest(let seconds): pooledUntil = later(now, seconds)
        case nil: break
        }
        if errand.hold == nil {
            errand.pending = plan.who
            keep(errand)
            releaseNext(errand.id, pooledUntil: pooledUntil, at: now)
        } else {
            keep(errand)
        }
        touch(errand.id, at: now)
    }

    private mutating func countHit(of id: String) {
        guard let index = silences.firstIndex(where: { $0.id == id }) else { return }
        silences[index].hits += 1
        keep(silences[index])
    }

    /// What was not told of a lower severity is told by the higher one; urgent things are told each.
    private mutating func supersede(_ alertID: String, at now: UInt64) {
        for var errand in errands(of: alertID) {
            errand.isSuperseded = true
            if !errand.isUrgent {
                errand.pending = []
                errand.hold = nil
                for delivery in deliveries(of: errand) where delivery.status == .waiting { abandon(delivery, at: now) }
            }
            keep(errand)
            dropEscalations(of: errand, at: now)
            touch(errand.id, at: now)
        }
    }

    /// What has not been told shows how it stands now.
    private mutating func refresh(_ notice: AlertNotice, at now: UInt64) {
        for var errand in errands(of: notice.alert.id)
        where errand.deliveredAt == nil && errand.notice.alert.severity == notice.alert.severity {
            errand.notice.alert = notice.alert
            keep(errand)
        }
    }

    /// Whoever was told is told that it is over. Who was not gets one message that tells both, in place of the first.
    private mutating func resolve(_ notice: AlertNotice, at now: UInt64) {
        for var errand in errands(of: notice.alert.id) {
            errand.over = notice
            if !errand.isUrgent, errand.deliveredAt != nil { errand.pending = [] }
            keep(errand)
            dropEscalations(of: errand, at: now)
            for delivery in deliveries(of: errand) {
                if delivery.status == .delivered { tellOver(delivery, errand, since: notice.alert.updatedAt, at: now) }
                if delivery.status == .waiting, delivery.isLate, delivery.gatheredIn == nil, !errand.isUrgent {
                    abandon(delivery, at: now)
                }
            }
        }
        for errand in errands(of: notice.alert.id) { touch(errand.id, at: now) }
        guard Inhibition.canHide(notice.alert.cause) else { return }
        for errand in open {
            if case .inhibition(notice.alert.id) = errand.hold { tellHidden(errand, at: now) }
        }
    }

    /// What hid it is gone.
    mutating func tellHidden(_ errand: Errand, at now: UInt64) {
        guard !errand.isAlertOver else {
            var errand = errand
            errand.hold = nil
            keep(errand)
            return touch(errand.id, at: now)
        }
        var errand = errand
        errand.since = now
        send(errand, at: now)
    }

    /// Tells the recipient of `told` that the alert is over.
    mutating func tellOver(_ told: Delivery, _ errand: Errand, since: UInt64, at now: UInt64) {
        guard let notice = errand.over else { return }
        let id = Errand.id(alertID: notice.alert.id, number: notice.number)
        if errands[id] == nil {
            var over = Errand(notice, since: min(since, now), at: now)
            over.why = ["those who were told are told that it is over"]
            enter(over)
            keep(over)
        }
        let target = RoutePlan.Target(told.channel, recipient: told.recipient)
        let pooledUntil = told.isForDigest ? later(now, terms.digest.secondsToNext(market(at: now))) : nil
        put(
            Delivery(
                alertID: notice.alert.id, number: notice.number, target: target, severity: notice.alert.severity,
                at: now
            ), pooledUntil: pooledUntil)
        touch(id, at: now)
    }

    mutating func abandon(_ delivery: Delivery, at now: UInt64) {
        var delivery = delivery
        delivery.status = .abandoned
        delivery.endedAt = now
        keep(delivery)
        guard delivery.isPooled else { return }
        channels[delivery.channel]?.pool.removeAll { $0 == delivery.id }
    }

    private mutating func dropEscalations(of errand: Errand, at now: UInt64) {
        for delivery in deliveries(of: errand) where delivery.escalation > 0 && delivery.status == .waiting {
            abandon(delivery, at: now)
        }
    }
}
