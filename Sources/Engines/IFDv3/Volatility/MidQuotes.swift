internal import MarketData

/// The books behind mid quotes.
///
/// Sendable although `OrderBooks` is not: an engine has one owner, which hands it from thread to thread as a whole.
final class MidQuotes: @unchecked Sendable {
    private let books = OrderBooks()

    func apply(_ order: MboView) { books.apply(order) }

    /// Nil while a side is empty or the book is not to be trusted.
    func top(of instrument: InstrumentID) -> TopOfBook? {
        guard books.isTrusted(instrument), let bid = books.bestBid(of: instrument),
            let ask = books.bestAsk(of: instrument)
        else { return nil }
        return TopOfBook(bidNanos: bid.priceNanos, askNanos: ask.priceNanos)
    }
}
