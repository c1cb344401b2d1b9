internal import MarketData

/// One underlying of the session: whether its quotes come as usual and make sense.
struct QualityLane: Sendable {
    enum Trading { case on, off, halted }

    /// Quotes after which the usual interval is learnt anew.
    private static let batch = 64

    var quality: UnderlyingQuality
    private(set) var trading = Trading.on
    /// When trading was halted; 0 unless it is.
    private(set) var haltedSince: UInt64 = 0
    /// Time of the first quote of the session, and of the last one or of the end of a halt; 0 before.
    private var firstQuote: UInt64 = 0
    private var lastQuote: UInt64 = 0
    /// Silence longer than this is stale; the largest number while the usual interval is not known, 0 before the first
    /// quote, so that this one takes the slow way.
    private var staleAfter: UInt64 = 0
    private var isCrossed = false
    /// From when the crossing counts; the largest number while it does not.
    private var crossedSince = UInt64.max
    /// Time of the quote after which the batch began that is being counted, and quotes since.
    private var batchStart: UInt64 = 0
    private var batchCount = 0

    init(_ id: InstrumentID) { quality = UnderlyingQuality(instrumentID: id.rawValue) }

    /// Takes a quote that came in time and changes nothing; false, with nothing done, for any other.
    @inline(__always)
    mutating func isUnremarkable(bid: Int64?, ask: Int64?, at time: UInt64) -> Bool {
        guard time &- lastQuote <= staleAfter, batchCount < Self.batch - 1, Self.isCrossed(bid, ask) == isCrossed else {
            return false
        }
        lastQuote = time
        batchCount &+= 1
        return true
    }

    /// A best bid and ask at `time`; nil for an empty side.
    mutating func quote(bid: Int64?, ask: Int64?, at time: UInt64, _ hours: QualityHours, _ terms: QualityTerms) {
        if time &- lastQuote > staleAfter { quoteCameLate(at: time, hours) }
        lastQuote = max(lastQuote, time)
        batchCount += 1
        if batchCount >= Self.batch { learn(at: time, terms) }
        let isCrossed = Self.isCrossed(bid, ask)
        if isCrossed != self.isCrossed { cross(isCrossed, at: time, hours) }
    }

    /// Equal prices are locked, not crossed.
    @inline(__always)
    private static func isCrossed(_ bid: Int64?, _ ask: Int64?) -> Bool {
        guard let bid, let ask else { return false }
        return bid > ask
    }

    /// Whether it has been silent for too long at `time`, in the open session.
    func isStale(at time: UInt64, _ hours: QualityHours) -> Bool {
        guard trading == .on, lastQuote > 0, time > lastQuote, time - lastQuote > staleAfter else { return false }
        return hours.isOpen(at: time) && hours.openNanos(from: lastQuote, to: time) > staleAfter
    }

    private mutating func quoteCameLate(at time: UInt64, _ hours: QualityHours) {
        if lastQuote == 0 {
            firstQuote = time
            staleAfter = .max
        } else {
            // The difference wrapped when the quote is older than the last one, which is no silence.
            guard time > lastQuote else { return }
            settleSilence(at: time, hours)
        }
        // A pause is no part of how often quotes come. This quote is counted here and begins the next batch.
        quality.quotes += batchCount + 1
        batchStart = time
        batchCount = -1
    }

    private mutating func settleSilence(at time: UInt64, _ hours: QualityHours) {
        guard trading == .on, lastQuote > 0, time > lastQuote else { return }
        let silent = hours.openNanos(from: lastQuote, to: time)
        guard silent > staleAfter else { return }
        quality.silences += 1
        quality.staleNanos += silent - staleAfter
    }

    private mutating func learn(at time: UInt64, _ terms: QualityTerms) {
        if time > batchStart {
            let mean = (time - batchStart) / UInt64(batchCount)
            let usual = quality.usualIntervalNanos.map { $0 - $0 / 4 + mean / 4 } ?? mean
            quality.usualIntervalNanos = usual
            let times = usual.multipliedReportingOverflow(by: terms.staleFactor)
            staleAfter = max(terms.staleFloorNanos, times.overflow ? .max : times.partialValue)
        }
        quality.quotes += batchCount
        batchStart = time
        batchCount = 0
    }

    private mutating func cross(_ isCrossed: Bool, at time: UInt64, _ hours: QualityHours) {
        if isCrossed, trading == .on { crossedSince = time }
        if !isCrossed { settleCrossing(at: time, hours) }
        self.isCrossed = isCrossed
    }

    private mutating func settleCrossing(at time: UInt64, _ hours: QualityHours) {
        defer { crossedSince = .max }
        guard crossedSince < time else { return }
        let crossed = hours.openNanos(from: crossedSince, to: time)
        guard crossed > 0 else { return }
        quality.crossings += 1
        quality.crossedNanos += crossed
    }

    /// Trading goes on, pauses by the timetable, or was halted out of turn.
    mutating func trading(_ now: Trading, at time: UInt64, _ hours: QualityHours) {
        guard now != trading else { return }
        if trading == .on {
            settleSilence(at: time, hours)
            settleCrossing(at: time, hours)
        }
        haltedSince = now == .halted ? time : 0
        trading = now
        guard now == .on else { return }
        if lastQuote > 0 { lastQuote = time }
        if isCrossed { crossedSince = time }
    }

    /// Counts what lasts until `time`: the close, or now for a report so far.
    mutating func settle(at time: UInt64, _ hours: QualityHours) {
        settleSilence(at: time, hours)
        settleCrossing(at: time, hours)
        quality.quotes += batchCount
        if firstQuote > 0 { quality.quotedNanos = hours.openNanos(from: firstQuote, to: time) }
    }
}

/// The underlyings of the session, in order of first sight.
struct QualityLanes {
    var all: [QualityLane] = []
    private var latest = 0

    /// The place of an underlying in `all`; few of them are told about in turn.
    @inline(__always)
    mutating func place(of id: InstrumentID) -> Int {
        if latest < all.count, all[latest].quality.instrumentID == id.rawValue { return latest }
        latest = find(id)
        return latest
    }

    @inline(never)
    private mutating func find(_ id: InstrumentID) -> Int {
        if let found = all.firstIndex(where: { $0.quality.instrumentID == id.rawValue }) { return found }
        all.append(QualityLane(id))
        return all.count - 1
    }
}
