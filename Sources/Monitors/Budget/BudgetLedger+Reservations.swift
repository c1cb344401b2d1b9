package import MarketData

/// A wish to spend, before the paid call.
package struct ReservationRequest: Hashable, Sendable {
    package var id: String
    package var time: Timestamp
    package var tradingDate: CivilDate
    package var labels: CostLabels
    package var quantity: Int64
    package var unit: CostUnit
    package var unitPrice: UnitPrice?
    /// The most the call can cost; above 0.
    package var amountMicros: Int64
    package var actor: String

    package init(
        id: String, time: Timestamp, tradingDate: CivilDate, labels: CostLabels, quantity: Int64, unit: CostUnit,
        unitPrice: UnitPrice?, amountMicros: Int64, actor: String
    ) {
        self.id = id
        self.time = time
        self.tradingDate = tradingDate
        self.labels = labels
        self.quantity = quantity
        self.unit = unit
        self.unitPrice = unitPrice
        self.amountMicros = amountMicros
        self.actor = actor
    }
}

/// What a wish to spend is answered with.
package enum ReservationAnswer: Hashable, Sendable {
    package enum Refusal: String, Hashable, Sendable {
        /// The month has not enough room left.
        case month
        /// The trading day has not enough room left.
        case day
        /// What was set aside for rollback and alerts is used up, and the month or the day is full.
        case protection
    }

    package enum ApprovalRule: String, Hashable, Sendable {
        case amount
        /// More than half of what is left.
        case half
    }

    /// The call may be made once the row is stored.
    case granted(LedgerRow)
    case refused(Refusal, leftMicros: Int64)
    /// Historical data of that price wants an operator's approval row that names the request.
    case needsApproval(ApprovalRule, leftMicros: Int64)
    /// The equal wish was granted before. The call may be made while the state is `reserved`.
    case duplicate(LedgerEntry.State)
}

extension BudgetLedger {
    /// Sets money aside for a call that costs at most the amount, or says why not.
    ///
    /// The limits are those at `now`. A refusal leaves no row.
    package mutating func reserve(
        _ request: ReservationRequest, at now: Timestamp
    ) throws(BudgetError) -> ReservationAnswer {
        if self.row(request.id) != nil { return try duplicate(of: request) }
        let row = LedgerRow.cost(LedgerEntry(reserving: request, at: now))
        try row.validate()
        let room = room(in: BudgetPeriod(of: request.time), on: request.tradingDate, at: now)
        let left = room.left(request.labels.purpose)
        guard request.amountMicros <= left else {
            switch request.labels.purpose {
            case .ordinary: return .refused(room.month <= room.day ? .month : .day, leftMicros: left)
            case .protection: return .refused(.protection, leftMicros: left)
            }
        }
        if let rule = approvalRule(request, left: left, at: now) { return .needsApproval(rule, leftMicros: left) }
        _ = try add(row)
        return .granted(row)
    }

    /// Answers a wish whose id is known: it is a repeat when everything but the times is equal.
    private func duplicate(of request: ReservationRequest) throws(BudgetError) -> ReservationAnswer {
        guard let known = reservations[request.id] else { throw .conflict(id: request.id) }
        var repeated = LedgerEntry(reserving: request, at: known.entry.recordedAt)
        repeated.time = known.entry.time
        repeated.tradingDate = known.entry.tradingDate
        guard repeated == known.entry else { throw .conflict(id: request.id) }
        return .duplicate(known.state)
    }

    private func approvalRule(
        _ request: ReservationRequest, left: Int64, at now: Timestamp
    ) -> ReservationAnswer.ApprovalRule? {
        guard request.labels.category == .historical else { return nil }
        let rule: ReservationAnswer.ApprovalRule? =
            request.amountMicros > limits(at: now).approvalMicros
            ? .amount : request.amountMicros > left - request.amountMicros ? .half : nil
        guard let rule, !isApproved(request) else { return nil }
        return rule
    }

    private func isApproved(_ request: ReservationRequest) -> Bool {
        sideRows.contains { row in
            guard case .approval(let approval) = row else { return false }
            return approval.request == request.id && request.amountMicros <= approval.micros
        }
    }
}

/// What became of closing a reservation.
package enum ClosingAnswer: Hashable, Sendable {
    /// The row to store. `overMicros` is how much more than reserved the call cost, 0 as a rule; all of it counts.
    case closed(LedgerRow, overMicros: Int64)
    /// It was closed the same way before.
    case duplicate
}

extension BudgetLedger {
    /// How old a reservation may be when its holder is known to be gone.
    package static let graceSeconds: Int64 = 60

    /// Replaces the reservation by what the call did cost; the rest is free again.
    ///
    /// - Throws: `closedReservation` when it was committed with another amount, say at a restart, or released.
    package mutating func commit(
        _ id: String, quantity: Int64, actualMicros: Int64, at now: Timestamp, actor: String
    ) throws(BudgetError) -> ClosingAnswer {
        if let known = reservations[id], known.state == .committed, known.committedMicros == actualMicros {
            return .duplicate
        }
        let reserved = try openReservation(id)
        let entry = LedgerEntry(
            closing: reserved, as: .committed, quantity: quantity, amountMicros: actualMicros, at: now, actor: actor)
        _ = try add(.cost(entry))
        return .closed(.cost(entry), overMicros: max(0, actualMicros - reserved.amountMicros))
    }

    /// Gives the reservation back: the call was not made.
    package mutating func release(_ id: String, at now: Timestamp, actor: String) throws(BudgetError) -> ClosingAnswer {
        if reservations[id]?.state == .released { return .duplicate }
        let reserved = try openReservation(id)
        let entry = LedgerEntry(
            closing: reserved, as: .released, quantity: reserved.quantity, amountMicros: reserved.amountMicros, at: now,
            actor: actor)
        _ = try add(.cost(entry))
        return .closed(.cost(entry), overMicros: 0)
    }

    /// Commits in full what was reserved at least `graceSeconds` before `now` and never closed: its holder is gone, and
    /// what it did not report may have been spent.
    ///
    /// Call it at a start, and once more `graceSeconds` later for reservations that were younger. Until then they go on
    /// counting as reserved.
    package mutating func recover(at now: Timestamp, actor: String) throws(BudgetError) -> [LedgerRow] {
        let stale = reservations.values.filter { reservation in
            reservation.state == .reserved
                && reservation.entry.recordedAt.advanced(bySeconds: Self.graceSeconds) <= now
        }
        var rows: [LedgerRow] = []
        for entry in stale.map(\.entry).sorted(by: { ($0.recordedAt, $0.id) < ($1.recordedAt, $1.id) }) {
            let answer = try commit(
                entry.id, quantity: entry.quantity, actualMicros: entry.amountMicros, at: now, actor: actor)
            if case .closed(let row, _) = answer { rows.append(row) }
        }
        return rows
    }

    /// The reservations that are neither committed nor released, by id.
    package var openReservations: [LedgerEntry] {
        reservations.values.filter { $0.state == .reserved }.map(\.entry).sorted { $0.id < $1.id }
    }

    /// What a stream of that source and price was charged in a period, corrections apart, to go on metering after a
    /// restart.
    package func meter(_ source: String, price: UnitPrice, in period: BudgetPeriod) -> MeteredStream {
        var quantity: Int64 = 0
        var micros: Int64 = 0
        for entry in entries
        where entry.state == .committed && entry.corrects == nil && entry.labels.source == source
            && entry.unitPrice == price
            && entry.period == period
        {
            quantity += entry.quantity
            micros += entry.amountMicros
        }
        return MeteredStream(price: price, quantity: quantity, chargedMicros: micros)
    }
}

extension LedgerEntry {
    fileprivate init(reserving request: ReservationRequest, at now: Timestamp) {
        self.init(
            id: request.id, time: request.time, tradingDate: request.tradingDate, labels: request.labels,
            quantity: request.quantity, unit: request.unit, unitPrice: request.unitPrice,
            amountMicros: request.amountMicros, state: .reserved, recordedAt: now, actor: request.actor)
    }

    /// The row's id is the reservation's with its state: `r7/committed`.
    fileprivate init(
        closing reserved: LedgerEntry, as state: State, quantity: Int64, amountMicros: Int64, at now: Timestamp,
        actor: String
    ) {
        self = reserved
        id = "\(reserved.id)/\(state.rawValue)"
        reservation = reserved.id
        self.state = state
        self.quantity = quantity
        self.amountMicros = amountMicros
        recordedAt = now
        self.actor = actor
    }
}
