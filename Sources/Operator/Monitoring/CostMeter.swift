internal import Feeds
internal import Foundation
internal import MarketData
internal import Monitors

/// Why no more paid data may be read.
package struct BudgetStop: Error, Sendable, CustomStringConvertible {
    package let schema: String
    /// `month` or `day`.
    package let limit: String
    package let leftMicros: Int64

    package var description: String {
        "the \(limit)'s budget has no room for the next \(schema) data (left \(Dollars.text(leftMicros))): paid data is "
            + "not read any more; `tandem budget override` grants more, and the same `run` goes on where this one ended"
    }
}

/// Charges the bytes of the merged feed, schema by schema, to the ledger: a slice is reserved before its bytes count, and
/// committed when they are used up, at a session's close and at the end.
///
/// A stream that is read again after a restart is charged from where the ledger has it: what was charged for a month and
/// schema is a place in the bytes read.
final class CostMeter {
    private struct Meter {
        let period: BudgetPeriod
        let price: UnitPrice
        var stream: MeteredStream
        /// Of the month, counted from the stream's first record.
        var read: Int64 = 0
        var slice: (id: String, quantity: Int64, used: Int64)?
    }

    private let prices: DataPrices
    private let stage: () -> String
    private let calendar: ExchangeCalendar
    private let store: LedgerStore
    private var meters: [String: Meter] = [:]
    private let epoch: Int
    private var thresholds: BudgetThresholds?
    private var hasChanged = false
    /// Of the last mark.
    private var lastTime: Timestamp?
    /// Rows of the ledger at the last look at the thresholds.
    private var judgedRows = 0
    private let passed: (BudgetThreshold, BudgetReading) -> Void
    private static let actor = "operator"
    /// What a schema's stream is called in the ledger, before its name.
    static let source = "feed/"

    /// Nil when nothing has a price or a fee.
    ///
    /// - Parameters:
    ///   - thresholds: as the operator before this one left them.
    ///   - passed: told of each threshold that fires.
    init?(
        _ terms: MonitorTerms, calendar: ExchangeCalendar, folder: StateFolder, epoch: Int,
        thresholds: BudgetThresholds?, stage: @escaping () -> String,
        passed: @escaping (BudgetThreshold, BudgetReading) -> Void
    ) throws {
        guard !terms.prices.isEmpty || !terms.budget.fixedMicros.isEmpty else { return nil }
        prices = terms.prices
        self.stage = stage
        self.calendar = calendar
        self.epoch = epoch
        self.thresholds = thresholds
        self.passed = passed
        store = try LedgerStore(folder: folder, limits: terms.budget)
        // Whoever held the folder before is gone, and may have read what it had reserved.
        try store.change { ledger in
            var rows: [LedgerRow] = []
            for open in ledger.openReservations where open.labels.source.hasPrefix(Self.source) {
                let answer = try ledger.commit(
                    open.id, quantity: open.quantity, actualMicros: open.amountMicros, at: Self.wallClock(),
                    actor: Self.actor)
                if case .closed(let row, _) = answer { rows.append(row) }
            }
            return rows
        }
    }

    /// Charges the chunks up to and with a mark.
    func charge(_ chunks: [FeedChunk], mark: Mark) throws {
        for chunk in chunks {
            for part in chunk.sourceBytes {
                guard let name = Schema.name(part.schema), let price = prices.bySchema[name] else { continue }
                try charge(Int64(part.bytes), of: name, at: price, chunk.time)
            }
        }
        lastTime = mark.time
        if let session = mark.closes {
            try settle()
            try accrue(session, at: mark.time)
        }
        try judge(at: mark.time)
    }

    /// The run ends: every open slice is committed, and what was spent is judged once more.
    func end() throws {
        try settle()
        if let lastTime { try judge(at: lastTime) }
    }

    /// The thresholds to go on with after a restart, if they changed since this was last asked.
    func takeThresholds() -> String? {
        defer { hasChanged = false }
        return hasChanged ? thresholds?.line : nil
    }

    /// Holds what was spent against the thresholds, whenever the ledger has new rows.
    private func judge(at time: Timestamp) throws {
        guard store.ledger.rows.count != judgedRows else { return }
        judgedRows = store.ledger.rows.count
        let (period, date) = (BudgetPeriod(of: time), try calendar.sessionDate(at: time))
        let reading = BudgetReading(
            store.ledger, period: period, tradingDate: date, at: time,
            forecast: try BudgetForecast(store.ledger, period: period, at: time, calendar: calendar))
        var thresholds = thresholds ?? BudgetThresholds(period: period, tradingDate: date)
        for threshold in thresholds.take(reading) { passed(threshold, reading) }
        hasChanged = hasChanged || thresholds != self.thresholds
        self.thresholds = thresholds
    }

    /// Commits what was used of every open slice.
    private func settle() throws {
        for name in meters.keys.sorted() { try commit(name) }
    }

    private func charge(_ bytes: Int64, of name: String, at price: UnitPrice, _ time: Timestamp) throws {
        let period = BudgetPeriod(of: time)
        if let meter = meters[name], meter.period != period {
            try commit(name)
            meters[name] = nil
        }
        var meter =
            meters[name]
            ?? Meter(
                period: period, price: price, stream: store.ledger.meter(Self.source + name, price: price, in: period))
        meter.read += bytes
        meters[name] = meter
        while let meter = meters[name] {
            let left = meter.read - meter.stream.quantity - (meter.slice?.used ?? 0)
            if left <= 0 { return }
            guard let slice = meter.slice else {
                try reserve(name, meter, at: time)
                continue
            }
            meters[name]?.slice?.used += min(left, slice.quantity - slice.used)
            if left >= slice.quantity - slice.used { try commit(name) }
        }
    }

    /// A trading day's share of each monthly fee; the shares of a month add up to the fee.
    private func accrue(_ session: CivilDate, at time: Timestamp) throws {
        let fees = store.ledger.limits(at: time).fixedMicros
        guard !fees.isEmpty else { return }
        let days = try calendar.monthSummary(year: session.year, month: session.month).sessions.map(\.date)
        guard let position = days.firstIndex(of: session).map({ Int64($0) }) else { return }
        let count = Int64(days.count)
        try store.change { ledger in
            var rows: [LedgerRow] = []
            for (provider, fee) in fees.sorted(by: { $0.key < $1.key }) {
                let share = fee * (position + 1) / count - fee * position / count
                let id = "fee/\(provider)/\(session)"
                guard ledger.row(id) == nil else { continue }
                let row = LedgerRow.cost(
                    LedgerEntry(
                        id: id, time: time, tradingDate: session,
                        labels: CostLabels(
                            arm: .shared, stage: stage(), provider: provider, category: .subscription, source: "fee"),
                        quantity: 1, unit: .days, unitPrice: nil, amountMicros: share, recordedAt: Self.wallClock(),
                        actor: Self.actor))
                _ = try ledger.add(row)
                rows.append(row)
            }
            return rows
        }
    }

    private func reserve(_ name: String, _ meter: Meter, at time: Timestamp) throws {
        let micros = store.ledger.limits(at: time).sliceMicros
        let quantity = max(1, meter.price.quantity(forMicros: micros) ?? Int64.max / 4)
        let id = "feed/\(name)/\(meter.period)/\(epoch)/\(meter.stream.quantity)"
        let request = ReservationRequest(
            id: id, time: time, tradingDate: try calendar.sessionDate(at: time),
            labels: CostLabels(
                arm: .shared, stage: stage(), provider: prices.provider, category: .data, source: Self.source + name),
            quantity: quantity, unit: .bytes, unitPrice: meter.price,
            amountMicros: max(1, try meter.price.amountMicros(quantity)), actor: Self.actor)
        var refusal: BudgetStop?
        try store.change { ledger in
            switch try ledger.reserve(request, at: time) {
            case .granted(let row): return [row]
            case .duplicate: return []
            case .refused(let why, let left):
                refusal = BudgetStop(schema: name, limit: why.rawValue, leftMicros: left)
            case .needsApproval(_, let left):
                refusal = BudgetStop(schema: name, limit: "month", leftMicros: left)
            }
            return []
        }
        if let refusal { throw refusal }
        meters[name]?.slice = (id, quantity, 0)
    }

    private func commit(_ name: String) throws {
        guard let meter = meters[name], let slice = meter.slice else { return }
        var stream = meter.stream
        let micros = try stream.charge(slice.used)
        try store.change { ledger in
            let answer =
                slice.used == 0
                ? try ledger.release(slice.id, at: Self.wallClock(), actor: Self.actor)
                : try ledger.commit(
                    slice.id, quantity: slice.used, actualMicros: micros, at: Self.wallClock(), actor: Self.actor)
            if case .closed(let row, _) = answer { return [row] }
            return []
        }
        meters[name]?.stream = stream
        meters[name]?.slice = nil
    }

    private static func wallClock() -> Timestamp { Timestamp(nanos: Desk.wallClock()) }
}
