public import MarketData

/// What is to be told, as a state machine: takes notices, answers and the time in, and says what to do next.
///
/// `now` is the wall clock in ns since 1970 and never goes back: whoever calls takes the wall clock once and adds
/// monotonic time. After every call that changes something, write what `takeChanges` gives in one transaction, with the
/// cursor behind a notice, **before** acting on what `wake` gave. Then a crash at any point loses nothing and repeats at
/// most the attempts under way, with the same ids.
public struct Outbox: Sendable {
    public let terms: AlertTerms
    let calendar: ExchangeCalendar?
    public internal(set) var silences: [AlertSilence] = []

    var errands: [String: Errand] = [:]
    var deliveries: [String: Delivery] = [:]
    /// Ids of the errands of an alert, and of the deliveries of an errand.
    var errandsOfAlert: [String: [String]] = [:]
    var deliveriesOfErrand: [String: [String]] = [:]
    /// Deliveries that are told in a digest, by the digest's delivery.
    var members: [String: [String]] = [:]
    var channels: [String: ChannelQueue] = [:]
    /// The attempt under way of a delivery.
    var underWay: [String: Attempt] = [:]
    /// When an errand needs something done, unless something happens before; none that waits for others.
    var dues: [String: UInt64] = [:]
    /// No due is before it.
    var firstDue = UInt64.max
    /// Ids of the alerts that may hide others.
    var hiding: Set<String> = []
    private var changes = OutboxChanges()

    public init(_ terms: AlertTerms, calendar: ExchangeCalendar?, silences: [AlertSilence] = []) {
        self.terms = terms
        self.calendar = calendar
        self.silences = silences
        for channel in terms.channels { channels[channel] = ChannelQueue(terms.limits(of: channel)) }
    }

    /// Continues from what was written: errands that are not finished, their deliveries and all others that are
    /// waiting or in flight, and the attempts of the last days (for the health of the channels). An attempt that never
    /// ended may have arrived: it is asked for, or sent again with the same id.
    public init(
        _ terms: AlertTerms, calendar: ExchangeCalendar?, silences: [AlertSilence] = [], restoring errands: [Errand],
        deliveries: [Delivery], attempts: [Attempt], at now: UInt64
    ) {
        self.init(terms, calendar: calendar, silences: silences)
        restore(errands, deliveries, attempts, at: now)
    }

    /// Everything that changed since the last call, to be written in one transaction.
    public mutating func takeChanges() -> OutboxChanges {
        defer { changes = OutboxChanges() }
        return changes
    }

    // MARK: Keeping

    mutating func keep(_ errand: Errand) {
        errands[errand.id] = errand
        changes.errandsByID[errand.id] = errand
    }

    mutating func keep(_ attempt: Attempt) {
        underWay[attempt.delivery] = attempt.endedAt == nil ? attempt : nil
        changes.attemptsByID["\(attempt.delivery)/\(attempt.number)"] = attempt
    }

    mutating func keep(_ silence: AlertSilence) { changes.silencesByID[silence.id] = silence }

    /// Takes a delivery in as it is now; its queue and the counts follow.
    mutating func keep(_ delivery: Delivery) {
        file(delivery)
        changes.deliveriesByID[delivery.id] = delivery
    }

    mutating func file(_ delivery: Delivery) {
        let before = deliveries.updateValue(delivery, forKey: delivery.id)
        let isQueued = delivery.status == .waiting && !delivery.isPooled && delivery.gatheredIn == nil
        // A channel that is no longer in the spec keeps its queue: what waits there fails over by time.
        let limits = terms.limits(of: delivery.channel)
        channels[delivery.channel, default: ChannelQueue(limits)].file(delivery, isQueued: isQueued, before: before)
        if before == nil, !delivery.isDigest { deliveriesOfErrand[delivery.errandID, default: []].append(delivery.id) }
    }

    mutating func forget(_ errand: Errand) {
        for id in deliveriesOfErrand.removeValue(forKey: errand.id) ?? [] { deliveries[id] = nil }
        errands[errand.id] = nil
        dues[errand.id] = nil
        let rest = (errandsOfAlert[errand.notice.alert.id] ?? []).filter { $0 != errand.id }
        errandsOfAlert[errand.notice.alert.id] = rest.isEmpty ? nil : rest
        if rest.isEmpty { hiding.remove(errand.notice.alert.id) }
    }

    // MARK: Looking

    /// Files an errand that is new here with its alert.
    mutating func enter(_ errand: Errand) {
        errands[errand.id] = errand
        errandsOfAlert[errand.notice.alert.id, default: []].append(errand.id)
        if Inhibition.canHide(errand.notice.alert.cause) { hiding.insert(errand.notice.alert.id) }
    }

    func deliveries(of errand: Errand) -> [Delivery] {
        (deliveriesOfErrand[errand.id] ?? []).compactMap { deliveries[$0] }
    }

    func errands(of alertID: String) -> [Errand] { (errandsOfAlert[alertID] ?? []).compactMap { errands[$0] } }

    /// Errands that are not finished, by alert and number.
    public var open: [Errand] {
        errands.values.sorted { ($0.notice.alert.id, $0.notice.number) < ($1.notice.alert.id, $1.notice.number) }
    }

    /// The alerts that are open and may hide others.
    var hidingAlerts: [OpenAlert] {
        hiding.sorted().compactMap { id in
            let told = errands(of: id).filter { $0.notice.kind != .resolved }
            guard let last = told.last, !last.isAlertOver else {
                return nil
            }
            // Who got it as a warning does not know yet that it became urgent.
            let isDelivered = told.contains { errand in
                errand.isUrgent
                    && deliveries(of: errand).contains { $0.status == .delivered && $0.inquiry == nil }
            }
            return OpenAlert(last.notice.alert, isDelivered: isDelivered)
        }
    }

    /// Whether something that waits for no digest is under way, or will be tried again before it is late.
    public var hasWork: Bool {
        deliveries.values.contains { $0.isLive && !$0.isLate && !$0.isPooled && $0.gatheredIn == nil }
    }

    public var health: [ChannelHealth] {
        channels.sorted { $0.key < $1.key }.map { name, channel in
            ChannelHealth(
                channel: name, redSince: channel.redSince, redReason: channel.redReason,
                pausedUntil: channel.pausedUntil == 0 ? nil : channel.pausedUntil,
                waiting: channel.waiting.count + channel.pool.count, inFlight: channel.inFlight)
        }
    }

    func market(at now: UInt64) -> MarketMoment { MarketMoment(at: Timestamp(nanos: now), calendar: calendar) }
}

/// Rows to be written; each replaces the one of its key.
public struct OutboxChanges: Hashable, Sendable {
    var errandsByID: [String: Errand] = [:]
    var deliveriesByID: [String: Delivery] = [:]
    var attemptsByID: [String: Attempt] = [:]
    var silencesByID: [String: AlertSilence] = [:]

    public var errands: [Errand] { errandsByID.values.sorted { $0.id < $1.id } }
    public var deliveries: [Delivery] { deliveriesByID.values.sorted { $0.id < $1.id } }
    public var attempts: [Attempt] {
        attemptsByID.values.sorted { ($0.delivery, $0.number) < ($1.delivery, $1.number) }
    }
    /// Their hits changed.
    public var silences: [AlertSilence] { silencesByID.values.sorted { $0.id < $1.id } }
    public var isEmpty: Bool {
        errandsByID.isEmpty && deliveriesByID.isEmpty && attemptsByID.isEmpty && silencesByID.isEmpty
    }
}
