/// What becomes of a message that its provider took but has not handed on yet, such as an SMS.
extension Outbox {
    func inquiryAt(_ errand: Errand) -> UInt64? {
        deliveries(of: errand).compactMap { underWay[$0.id] == nil ? $0.inquiry?.nextAt : nil }.min()
    }

    mutating func inquire(of id: String, at now: UInt64, _ actions: inout [OutboxAction]) {
        for var delivery in errands[id].map(deliveries(of:)) ?? [] {
            guard var inquiry = delivery.inquiry, let at = inquiry.nextAt, at <= now, underWay[delivery.id] == nil,
                let content = content(of: delivery)
            else { continue }
            inquiry.asked += 1
            // From when the provider took it.
            inquiry.nextAt =
                inquiry.asked < RetryLadder.inquiries.count
                ? later(delivery.endedAt ?? now, RetryLadder.inquiries[inquiry.asked]) : nil
            delivery.inquiry = inquiry
            delivery.attempts += 1
            keep(delivery)
            keep(
                Attempt(
                    delivery: delivery.id, number: delivery.attempts, kind: .inquire, channel: delivery.channel,
                    startedAt: now))
            actions.append(
                .inquire(DeliveryOrder(delivery: delivery, attempt: delivery.attempts, content: content)))
        }
    }

    /// What the provider said of a message that it has.
    ///
    /// - Parameter detail: its own word for that.
    public mutating func reported(
        _ id: String, attempt: Int, _ report: DeliveryReport, detail: String? = nil, at now: UInt64
    ) {
        guard var delivery = deliveries[id], delivery.attempts == attempt, let inquiry = delivery.inquiry,
            var asked = underWay[id]
        else { return }
        asked.endedAt = now
        asked.response = report.name
        asked.detail = detail
        keep(asked)
        if case .failed(let response) = report { return failed(delivery, response, at: now) }
        if report == .arrived || inquiry.nextAt == nil {
            delivery.inquiry = nil
            keep(delivery)
            dropPending(delivery.errandID)
        }
        touch(delivery.errandID, at: now)
    }

    private mutating func dropPending(_ id: String) {
        guard var errand = errands[id], errand.deliveredAt != nil, !errand.pending.isEmpty,
            !deliveries(of: errand).contains(where: { $0.inquiry != nil })
        else { return }
        errand.pending = []
        keep(errand)
    }

    /// It did not get there, for all that it was taken: what rested on it is undone, and others are told.
    mutating func failed(_ delivery: Delivery, _ response: ResponseClass, at now: UInt64) {
        var delivery = delivery
        delivery.inquiry = nil
        delivery.status = .waiting
        delivery.endedAt = nil
        keep(delivery)
        if var errand = errands[delivery.errandID] {
            let others = deliveries(of: errand).filter { $0.status == .delivered }
            errand.deliveredAt = others.compactMap(\.endedAt).min()
            keep(errand)
        }
        if case .permanent(let scope) = response { return refuse(delivery, scope, response.name, at: now) }
        var seconds: Double?
        if case .retry(let asked) = response { seconds = asked }
        schedule(&delivery, after: seconds, at: now)
        settle(delivery, at: now)
    }
}
