internal import MarketData

/// Watches how each instrument is quoted and traded over the last minutes, and tells whose flow a window was.
///
/// Records come in feed order with the feed's time, which must not go back. A record costs a few additions in one piece of
/// the window and in the state of its side; one order in 2^`sampleBits` also a slot of a table. Nothing is allocated but for a new
/// instrument: 88 bytes for each piece and 200 for its sides.
///
/// Counted exactly: quotes, cancels, modifies, sizes, traded contracts. Estimated: order lifetimes, from a sample of the orders that were
/// cancelled; replacement, since an add after a cancel need not come from the same hand; layers, since prices are told
/// apart by a hash of six bits and bursts do not overlap. The feed does not name who quotes, so all of it is about an
/// instrument, never about a firm.
struct MarketMaking: Sendable {
    private struct Live {
        /// The current match, whose fills are awaited at its sides.
        var fillEvent: UInt64 = 0
        var secondEnd: UInt64 = 0
        var inSecond: UInt32 = 0
        var bid = QuoteSide()
        var ask = QuoteSide()
    }

    let rules: MarketMakingRules
    private let limits: QuoteSide.Limits
    private let pieceLength: UInt64
    private let pieces: Int
    private var lives: [Live] = []
    /// `pieces` for each instrument; piece n is at n mod `pieces`.
    private var ring: [QuotePiece] = []
    private var sample: OrderSample
    /// The feed's time, ns since 1970; the open piece, its place in the ring and its end.
    private var now: UInt64 = 0
    private var piece: UInt64 = 0
    private var position = 0
    private var pieceEnd: UInt64 = 0

    init(_ rules: MarketMakingRules = MarketMakingRules()) {
        self.rules = rules
        limits = QuoteSide.Limits(rules)
        pieceLength = UInt64(min(max(rules.pieceSeconds, 1), 86_400)) * 1_000_000_000
        pieces = min(max(rules.pieces, 1), 1024)
        sample = OrderSample(
            bits: rules.sampleBits, slotBits: rules.sampleSlotBits, maxAge: pieceLength * UInt64(pieces))
    }

    /// An order event of the instrument with dense index `instrument`. Orders of a snapshot and top-of-book records are not quoting.
    @inline(__always)
    mutating func observe(_ order: MboView, instrument: Int, at time: UInt64) {
        observe(
            OrderEvent(
                action: order.action, side: order.side, flags: order.flags, size: order.size,
                priceNanos: order.priceNanos, orderID: order.orderID, tsEvent: order.record.tsEvent),
            instrument: instrument, at: time)
    }

    mutating func observe(_ order: OrderEvent, instrument: Int, at time: UInt64) {
        // The R before a snapshot has the snapshot's flag, and clears all the same.
        guard order.flags & (RecordFlags.snapshot | RecordFlags.topOfBook) == 0 || order.action == UInt8(ascii: "R")
        else { return }
        let slot = open(instrument, at: time)
        let isBid = order.side == UInt8(ascii: "B")
        guard isBid || order.side == UInt8(ascii: "A") else {
            // A clear names no side, and neither do fills of orders that the feed does not show.
            if order.action == UInt8(ascii: "R") { lives[instrument] = Live() }
            return
        }
        switch order.action {
        case UInt8(ascii: "A"):
            Self.add(order, isBid, instrument, limits, now, &lives[instrument], &ring[slot], &sample)
        case UInt8(ascii: "C"):
            Self.cancel(order, isBid, instrument, limits, now, &lives[instrument], &ring[slot], &sample)
        case UInt8(ascii: "M"): Self.modify(order, isBid, now, &lives[instrument], &ring[slot])
        case UInt8(ascii: "F"): Self.fill(order, isBid, &lives[instrument])
        case UInt8(ascii: "R"): lives[instrument] = Live()
        default: break
        }
    }

    /// `size` contracts traded by an aggressor (`isBought`: it bought). Trades without an aggressor press nobody and are not told.
    mutating func trade(_ size: Int64, isBought: Bool, instrument: Int, at time: UInt64) {
        let slot = open(instrument, at: time)
        if isBought { ring[slot].bought &+= size } else { ring[slot].sold &+= size }
        ring[slot].trades &+= 1
    }

    /// The sums over the window up to now; nothing for an instrument that was never seen.
    func activity(_ instrument: Int) -> QuoteActivity {
        var sum = QuoteActivity()
        for index in places(instrument) where holds(index) { sum.add(ring[index]) }
        return sum
    }

    /// What aggressors took over the window up to now, of an option beside the one of its strike with the other right.
    ///
    /// - Parameter other: nil where there is none.
    func taken(_ instrument: Int, other: Int?) -> TakenFlow {
        var flow = TakenFlow()
        let places = places(instrument)
        let others = other.map(self.places) ?? 0..<0
        for index in places where holds(index) { flow.add(ring[index]) }
        for index in others where holds(index) { flow.otherSwing &+= Int64(clamping: net(at: index).magnitude) }
        guard !places.isEmpty, !others.isEmpty else { return flow }
        let toOther = others.lowerBound - places.lowerBound
        for index in places where holds(index) && ring[index + toOther].number == ring[index].number {
            flow.addInStep(net(at: index), net(at: index + toOther))
        }
        return flow
    }

    private func net(at index: Int) -> Int64 { ring[index].bought &- ring[index].sold }

    /// Forgets what happened, at a session's open say; instruments keep their places.
    mutating func removeAll() {
        for index in ring.indices { ring[index].number = .max }
        for index in lives.indices { lives[index] = Live() }
    }

    /// An instrument's places in the ring; none for one that was never seen.
    private func places(_ instrument: Int) -> Range<Int> {
        guard instrument >= 0, instrument < lives.count else { return 0..<0 }
        return instrument * pieces..<(instrument + 1) * pieces
    }

    /// Whether a place holds a piece of the window.
    private func holds(_ index: Int) -> Bool {
        let number = ring[index].number
        return number <= piece && piece - number < UInt64(pieces)
    }
}

// MARK: Records

extension MarketMaking {
    /// Moves time on, and gives the place of the instrument's open piece, emptied if it was another one's.
    @inline(__always)
    private mutating func open(_ instrument: Int, at time: UInt64) -> Int {
        // "No time" is the largest number and must not become the feed's time.
        if time > now, time != .max {
            now = time
            if now >= pieceEnd {
                piece = now / pieceLength
                position = Int(piece % UInt64(pieces))
                let (end, overflow) = (piece * pieceLength).addingReportingOverflow(pieceLength)
                pieceEnd = overflow ? .max : end
            }
        }
        if instrument >= lives.count { grow(to: instrument) }
        let slot = instrument * pieces + position
        if ring[slot].number != piece { ring[slot] = QuotePiece(number: piece) }
        return slot
    }

    @inline(never)
    private mutating func grow(to instrument: Int) {
        let count = instrument + 1 - lives.count
        lives.append(contentsOf: repeatElement(Live(), count: count))
        ring.append(contentsOf: repeatElement(QuotePiece(), count: count * pieces))
    }

    @inline(__always)
    private static func add(
        _ order: OrderEvent, _ isBid: Bool, _ instrument: Int, _ limits: QuoteSide.Limits, _ now: UInt64,
        _ live: inout Live, _ piece: inout QuotePiece, _ sample: inout OrderSample
    ) {
        piece.adds &+= 1
        if isBid {
            piece.bidQuotes &+= 1
            piece.bidSize &+= UInt64(order.size)
            if live.bid.added(QuoteBurst.bit(order.priceNanos), other: &live.ask, at: now, limits) {
                piece.replacements &+= 1
            }
        } else {
            piece.askQuotes &+= 1
            piece.askSize &+= UInt64(order.size)
            if live.ask.added(QuoteBurst.bit(order.priceNanos), other: &live.bid, at: now, limits) {
                piece.replacements &+= 1
            }
        }
        count(now, &live, &piece)
        let hash = OrderSample.hash(order.orderID, instrument)
        if sample.follows(hash) { sample.begin(hash, at: now) }
    }

    @inline(__always)
    private static func cancel(
        _ order: OrderEvent, _ isBid: Bool, _ instrument: Int, _ limits: QuoteSide.Limits, _ now: UInt64,
        _ live: inout Live, _ piece: inout QuotePiece, _ sample: inout OrderSample
    ) {
        let hash = OrderSample.hash(order.orderID, instrument)
        let life = sample.follows(hash) ? sample.end(hash, at: now) : nil
        if settlesFill(order, isBid, &live) { return }
        if let life {
            piece.ended &+= 1
            if life <= limits.shortLife { piece.shortLived &+= 1 }
        }
        piece.cancels &+= 1
        let bit = QuoteBurst.bit(order.priceNanos)
        let takesLayer =
            isBid ? live.bid.cancelled(bit, at: now, limits) : live.ask.cancelled(bit, at: now, limits)
        if takesLayer { piece.layers &+= 1 }
        count(now, &live, &piece)
    }

    @inline(__always)
    private static func modify(
        _ order: OrderEvent, _ isBid: Bool, _ now: UInt64, _ live: inout Live, _ piece: inout QuotePiece
    ) {
        if settlesFill(order, isBid, &live) { return }
        piece.modifies &+= 1
        if isBid { piece.bidQuotes &+= 1 } else { piece.askQuotes &+= 1 }
        count(now, &live, &piece)
    }

    /// A fill takes its size off by a cancel or modify later in the same match (reference `dbn-format.md`, section 8).
    @inline(__always)
    private static func fill(_ order: OrderEvent, _ isBid: Bool, _ live: inout Live) {
        if live.fillEvent != order.tsEvent {
            live.fillEvent = order.tsEvent
            live.bid.openFills = 0
            live.ask.openFills = 0
        }
        if isBid { live.bid.openFills &+= 1 } else { live.ask.openFills &+= 1 }
    }

    /// Whether this cancel or modify is what a fill of the same match left to do.
    @inline(__always)
    private static func settlesFill(_ order: OrderEvent, _ isBid: Bool, _ live: inout Live) -> Bool {
        guard live.fillEvent == order.tsEvent else { return false }
        if isBid {
            guard live.bid.openFills > 0 else { return false }
            live.bid.openFills &-= 1
        } else {
            guard live.ask.openFills > 0 else { return false }
            live.ask.openFills &-= 1
        }
        return true
    }

    /// Seconds begin with their first update, so that no burst hides on the edge of two.
    @inline(__always)
    private static func count(_ now: UInt64, _ live: inout Live, _ piece: inout QuotePiece) {
        if now >= live.secondEnd {
            live.secondEnd = now &+ 1_000_000_000
            live.inSecond = 0
        }
        live.inSecond &+= 1
        if live.inSecond > piece.peakPerSecond { piece.peakPerSecond = live.inSecond }
    }
}
