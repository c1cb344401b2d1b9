import Feeds
import MarketData

/// Who traded how much on which side in a generated session, and the front future's best prices after each of its
/// events.
struct MarketTape {
    struct Trade {
        let time: UInt64
        let instrument: UInt32
        let buys: Bool
        let contracts: Int
    }

    struct Quote {
        /// Receive time.
        let time: UInt64
        /// Nanos.
        let bid: Int64
        let ask: Int64
        let bidSize: Int
        let askSize: Int
    }

    private(set) var trades: [Trade] = []
    private(set) var quotes: [Quote] = []
    /// The first instrument is the front future.
    private(set) var front: UInt32?

    init(_ market: SyntheticMarket) throws {
        let books = OrderBooks()
        var decoder = RecordDecoder()
        try market.write { bytes in
            decoder.append(bytes)
            while let run = try decoder.nextRun() {
                for record in run {
                    guard let mbo = record.asMbo else { continue }
                    read(mbo, books)
                }
            }
        }
    }

    private mutating func read(_ mbo: MboView, _ books: OrderBooks) {
        let id = mbo.record.instrumentID.rawValue
        if mbo.action == UInt8(ascii: "T") {
            trades.append(
                Trade(
                    time: mbo.record.tsEvent, instrument: id, buys: mbo.side == UInt8(ascii: "B"),
                    contracts: Int(mbo.size)))
        }
        let first = front ?? id
        front = first
        guard id == first else { return }
        _ = books.apply(mbo)
        guard mbo.flags & RecordFlags.last != 0, mbo.flags & RecordFlags.snapshot == 0,
            let bid = books.bestBid(of: mbo.record.instrumentID), let ask = books.bestAsk(of: mbo.record.instrumentID)
        else { return }
        quotes.append(
            Quote(
                time: mbo.tsRecv, bid: bid.priceNanos, ask: ask.priceNanos, bidSize: Int(bid.size),
                askSize: Int(ask.size)))
    }
}
