import MarketData

/// Reads a synthetic stream and checks it against the rules of real market-by-order data, with books simple enough to
/// be right by reading them; counts what the rules of the engines would see.
struct SyntheticChecker {
    struct Order {
        var id: UInt64
        var side: UInt8
        var price: Int64
        var size: UInt32
        /// Contracts that F records of the current event took and no C or M has settled yet.
        var owed: UInt32 = 0
    }

    struct Instrument {
        var kind: UInt8 = 0
        var underlying: UInt32 = 0
        var strike: Int64 = 0
        var openInterest: Int64?
        var isTrading = false
        var hasSnapshot = false
        var orders: [Order] = []
        // Seed rule v1.
        var volume: Int64 = 0
        var lastPrice: Int64 = 0
        var level = 0
        // Five-minute window.
        var window: UInt64 = 0
        var bought: Int64 = 0
        var sold: Int64 = 0
    }

    struct LevelEvent: Hashable {
        var time: UInt64
        var underlying: UInt32
        var isCall: Bool
        var level: Int
    }

    struct Window: Hashable {
        var start: UInt64
        var underlying: UInt32
        var kind: UInt8
        var isBought: Bool
    }

    private(set) var metadata: Metadata?
    private(set) var records = 0
    private(set) var actions: [UInt8: Int] = [:]
    private(set) var problems: [String] = []
    private(set) var levelEvents: [LevelEvent] = []
    private(set) var oneSided: [Window] = []
    private(set) var instruments: [UInt32: Instrument] = [:]
    private(set) var lastRecv: UInt64 = 0
    private var mapped: Set<UInt32> = []
    private var lastEvent: UInt64 = 0
    private var tradeLeft: UInt32 = 0
    private var eventInstrument: UInt32?
    private var eventHasTrade = false
    private let needsDefinitions: Bool

    init(needsDefinitions: Bool = true) { self.needsDefinitions = needsDefinitions }

    /// Checks everything `produce` emits.
    mutating func read(_ produce: ((UnsafeRawBufferPointer) throws -> Void) throws -> Void) throws {
        var decoder = RecordDecoder()
        try produce { bytes in
            decoder.append(bytes)
            while let run = try decoder.nextRun() {
                if metadata == nil { begin(decoder.metadata) }
                for record in run { check(record) }
            }
        }
        if decoder.leftoverBytes != 0 { problem("\(decoder.leftoverBytes) bytes left over") }
        if eventInstrument != nil { problem("the stream ends inside an event") }
        for id in instruments.keys.sorted() { closeWindow(id) }
    }

    private mutating func problem(_ text: String) {
        if problems.count < 20 { problems.append("record \(records): \(text)") }
    }

    private mutating func begin(_ metadata: Metadata?) {
        self.metadata = metadata
        for mapping in metadata?.mappings ?? [] {
            if let id = mapping.intervals.first.flatMap({ UInt32($0.symbol) }) { mapped.insert(id) }
        }
    }

    private mutating func check(_ record: RecordView) {
        records += 1
        let id = record.instrumentID.rawValue
        if !mapped.contains(id) { problem("instrument \(id) is not mapped") }
        if record.indexTime < lastRecv { problem("ts_recv goes back") }
        lastRecv = record.indexTime
        if let definition = record.asDefinition {
            if instruments[id] != nil { problem("second definition of \(id)") }
            var instrument = Instrument()
            instrument.kind = definition.instrumentClass
            instrument.strike = definition.strikePriceNanos
            instrument.underlying = definition.instrumentClass == UInt8(ascii: "F") ? id : definition.underlyingID
            instruments[id] = instrument
            return
        }
        if instruments[id] == nil {
            if needsDefinitions { problem("instrument \(id) without definition") }
            instruments[id] = Instrument()
        }
        if let statistics = record.asStatistics {
            instruments[id]?.openInterest = statistics.quantity
        } else if let status = record.asStatus {
            instruments[id]?.isTrading = status.action == 7 && status.isTrading == UInt8(ascii: "Y")
        } else if let mbo = record.asMbo {
            instruments[id].map { check(mbo, id, $0) }
        } else {
            problem("record of type \(record.type)")
        }
    }

    private mutating func check(_ mbo: MboView, _ id: UInt32, _ before: Instrument) {
        // Out of the dictionary while it changes, so that its arrays are not copied.
        var instrument = before
        instruments[id] = nil
        actions[mbo.action, default: 0] += 1
        if mbo.flags & RecordFlags.snapshot != 0 {
            if mbo.action == UInt8(ascii: "R") {
                instrument.orders = []
            } else {
                instrument.orders.append(Order(id: mbo.orderID, side: mbo.side, price: mbo.priceNanos, size: mbo.size))
            }
            if mbo.flags & RecordFlags.last != 0 { instrument.hasSnapshot = true }
            instruments[id] = instrument
            return
        }
        if needsDefinitions, !before.isTrading || before.openInterest == nil {
            problem("\(id) trades before its status")
        }
        if !before.hasSnapshot { problem("\(id) has no snapshot") }
        if mbo.record.tsEvent >= mbo.tsRecv { problem("ts_recv is not after ts_event") }
        if mbo.record.tsEvent < lastEvent { problem("ts_event goes back") }
        lastEvent = mbo.record.tsEvent
        if let open = eventInstrument, open != id { problem("event of \(open) interrupted by \(id)") }
        eventInstrument = id
        apply(mbo, id, &instrument)
        if mbo.flags & RecordFlags.last != 0 {
            if tradeLeft != 0 { problem("\(tradeLeft) contracts traded but not filled") }
            var bid = Int64.min
            var ask = Int64.max
            for order in instrument.orders {
                if order.side == UInt8(ascii: "B") { bid = max(bid, order.price) } else { ask = min(ask, order.price) }
                if eventHasTrade, order.owed != 0 { problem("fill of \(order.id) without C or M") }
            }
            if bid >= ask { problem("\(id) crossed at LAST: \(bid) \(ask)") }
            eventInstrument = nil
            eventHasTrade = false
        }
        instruments[id] = instrument
    }

    private mutating func apply(_ mbo: MboView, _ id: UInt32, _ instrument: inout Instrument) {
        if mbo.size == 0 { problem("size 0") }
        if mbo.priceNanos <= 0 { problem("price \(mbo.priceNanos)") }
        if mbo.action == UInt8(ascii: "T") {
            if tradeLeft != 0 { problem("\(tradeLeft) contracts traded but not filled") }
            tradeLeft = mbo.size
            eventHasTrade = true
            return count(mbo, id, &instrument)
        }
        let place = instrument.orders.firstIndex { $0.id == mbo.orderID }
        if mbo.action == UInt8(ascii: "A") {
            if place != nil { problem("order \(mbo.orderID) added twice") }
            instrument.orders.append(Order(id: mbo.orderID, side: mbo.side, price: mbo.priceNanos, size: mbo.size))
            return
        }
        guard let place else { return problem("unknown order \(mbo.orderID)") }
        var order = instrument.orders[place]
        if order.side != mbo.side { problem("side of \(order.id) changed") }
        switch mbo.action {
        case UInt8(ascii: "F"):
            if order.price != mbo.priceNanos || mbo.size + order.owed > order.size || mbo.size > tradeLeft {
                problem("fill of \(order.id) does not fit")
            }
            for other in instrument.orders where other.side == order.side && other.owed == 0 {
                let isBetter = order.side == UInt8(ascii: "B") ? other.price > order.price : other.price < order.price
                if needsDefinitions, isBetter { problem("\(other.id) has a better price than the filled \(order.id)") }
            }
            order.owed += mbo.size
            tradeLeft -= min(tradeLeft, mbo.size)
        case UInt8(ascii: "C"):
            if mbo.size != order.size || order.price != mbo.priceNanos {
                problem("cancel of \(order.id) is not all of it")
            }
            if order.owed != 0, order.owed != order.size { problem("cancel of a partly filled order") }
            instrument.orders.remove(at: place)
            return
        case UInt8(ascii: "M"):
            if order.owed != 0, mbo.size != order.size - order.owed || mbo.priceNanos != order.price {
                problem("modify after a fill of \(order.id) leaves \(mbo.size)")
            }
            order.price = mbo.priceNanos
            order.size = mbo.size
            order.owed = 0
        default: problem("action \(mbo.action)")
        }
        instrument.orders[place] = order
    }

    /// Seed rules: v1.0 by levels of volume over open interest, v3.0's core by tumbling five-minute windows.
    private mutating func count(_ mbo: MboView, _ id: UInt32, _ instrument: inout Instrument) {
        let window = mbo.record.tsEvent / 300_000_000_000
        if window != instrument.window {
            note(instrument)
            instrument.window = window
            instrument.bought = 0
            instrument.sold = 0
        }
        if mbo.side == UInt8(ascii: "B") {
            instrument.bought += Int64(mbo.size)
        } else {
            instrument.sold += Int64(mbo.size)
        }
        instrument.volume += Int64(mbo.size)
        instrument.lastPrice = mbo.priceNanos
        guard instrument.kind != UInt8(ascii: "F"), let interest = instrument.openInterest, interest > 0,
            let price = instruments[instrument.underlying]?.lastPrice, price > 0
        else { return }
        let level = [10, 20, 30, 50].filter { instrument.volume >= $0 * interest }.count
        let dollars = instrument.volume * (instrument.lastPrice / 10_000_000) * 20 / 100
        guard level > instrument.level, instrument.volume >= 500, dollars >= 100_000,
            (instrument.strike - price).magnitude * 50 <= price.magnitude
        else { return }
        instrument.level = level
        levelEvents.append(
            LevelEvent(
                time: mbo.record.tsEvent, underlying: instrument.underlying,
                isCall: instrument.kind == UInt8(ascii: "C"),
                level: level))
    }

    private mutating func note(_ instrument: Instrument) {
        let (bought, sold) = (instrument.bought, instrument.sold)
        guard bought + sold >= 100, bought >= 2 * sold || sold >= 2 * bought else { return }
        oneSided.append(
            Window(
                start: instrument.window * 300_000_000_000, underlying: instrument.underlying, kind: instrument.kind,
                isBought: bought > sold))
    }

    private mutating func closeWindow(_ id: UInt32) {
        if let instrument = instruments[id] { note(instrument) }
    }
}
