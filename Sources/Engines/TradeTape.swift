internal import MarketData

/// One trade of one instrument, as far as it counts.
struct Trade {
    /// Dense index in the `InstrumentTable`.
    let instrument: Int
    /// Contracts, at least 1: what no other record type has told already.
    let size: Int64
    /// In 1e-9; nil for a trade without a price.
    let priceNanos: Int64?
    /// ASCII: B buy aggressor, A sell aggressor, N none.
    let side: UInt8
}

/// Takes trades from one record type per instrument, so that a feed with several schemas counts each trade once.
///
/// MBO's action T is best, then trade messages, then action T of mbp-1. A better type seen later takes over from its first
/// record on: what the old type had told up to then stays, and the new type's repetition of it is skipped by event time, at the
/// very event time of the switch by size. A worse type is ignored from then on.
struct TradeTape: Sendable {
    private struct Lane {
        var rank: UInt8 = 0
        /// Event time of the last counted trade, and contracts counted at that event time.
        var lastEvent: UInt64 = 0
        var sizeAtLastEvent: Int64 = 0
        /// Set at a switch: trades up to this event time were told before, at it this many contracts.
        var toldThrough: UInt64 = 0
        var sizeToldAtEnd: Int64 = 0
    }

    private var lanes: [Lane] = []

    /// Forgets which types were seen.
    mutating func reset() {
        for index in lanes.indices { lanes[index] = Lane() }
    }

    /// The trade that `record` tells; nil for other records and for trades told already.
    mutating func trade(_ record: RecordView, in table: inout InstrumentTable) -> Trade? {
        if let order = record.asMbo {
            guard order.action == UInt8(ascii: "T") else { return nil }
            return trade(record, 3, size: order.size, price: order.priceNanos, side: order.side, in: &table)
        }
        guard record.type == RecordType.trade || record.type == RecordType.mbp1, let trade = record.asTrade,
            trade.action == UInt8(ascii: "T")
        else { return nil }
        let rank: UInt8 = record.type == RecordType.trade ? 2 : 1
        return self.trade(record, rank, size: trade.size, price: trade.priceNanos, side: trade.side, in: &table)
    }

    private mutating func trade(
        _ record: RecordView, _ rank: UInt8, size: UInt32, price: Int64, side: UInt8, in table: inout InstrumentTable
    ) -> Trade? {
        guard size > 0, size != .max else { return nil }
        let instrument = table.index(of: record.instrumentID)
        while lanes.count <= instrument { lanes.append(Lane()) }
        let counted = count(Int64(size), rank, at: record.tsEvent, lane: instrument)
        guard counted > 0 else { return nil }
        return Trade(
            instrument: instrument, size: counted, priceNanos: price == Undefined.price ? nil : price, side: side)
    }

    /// How much of `size` was not told before.
    private mutating func count(_ size: Int64, _ rank: UInt8, at event: UInt64, lane index: Int) -> Int64 {
        var lane = lanes[index]
        guard rank >= lane.rank else { return 0 }
        defer { lanes[index] = lane }
        if rank > lane.rank {
            if lane.rank > 0 {
                lane.toldThrough = lane.lastEvent
                lane.sizeToldAtEnd = lane.sizeAtLastEvent
            }
            lane.rank = rank
        }
        var counted = size
        if event <= lane.toldThrough {
            guard event == lane.toldThrough else { return 0 }
            let told = min(size, lane.sizeToldAtEnd)
            lane.sizeToldAtEnd -= told
            counted -= told
        }
        if event == lane.lastEvent {
            lane.sizeAtLastEvent += counted
        } else {
            lane.lastEvent = event
            lane.sizeAtLastEvent = counted
        }
        return counted
    }
}
