import Feeds
import MarketData
import Testing

/// Spread in ticks, contracts at the best prices and trade sizes of one future.
private struct Shape {
    var spreads: [Int] = []
    var depths: [Int] = []
    var trades: [Int] = []

    /// 10 %, 50 %, 90 % and 99 %.
    static func quantiles(_ values: [Int]) -> [Int] {
        let sorted = values.sorted()
        guard !sorted.isEmpty else { return [] }
        return [0.1, 0.5, 0.9, 0.99].map { sorted[Int($0 * Double(sorted.count - 1))] }
    }

    func line(_ name: String) -> String {
        "\(name): spread \(Self.quantiles(spreads)) ticks, at best \(Self.quantiles(depths)) contracts, "
            + "trades \(Self.quantiles(trades)) contracts (10, 50, 90, 99 %; \(spreads.count) quotes, \(trades.count) trades)"
    }
}

@Suite struct MarketRealismTests {
    /// Nanoseconds a quote must stand to count: what somebody who looks would see, not the middle of a change.
    private static let standing: UInt64 = 1_000_000

    /// Real quotes and trades: ESU4, four minutes of the night of 2024-07-01, `mbp-1`. The generated future stands for
    /// NQ, another product, so shapes are compared in ticks and contracts, and loosely: NQ is known for a wider spread
    /// and about a tenth of the depth of ES.
    private static func real() throws -> Shape {
        let name = "glbx/historical_bars_catalog/futures_mbp-1_2024-07-01T23-58_2024-07-02T00-02.dbn.zst"
        let file = try DBNFile(path: TestData.path(name))
        var shape = Shape()
        var quote: (time: UInt64, spread: Int, depths: [Int])?
        while let run = try file.nextRun() {
            for record in run {
                let bytes = Array(record.bytes)
                guard let trade = record.asTrade, bytes.count >= 72 else { continue }
                if trade.action == UInt8(ascii: "T") { shape.trades.append(Int(trade.size)) }
                if let quote, record.indexTime - quote.time >= Self.standing {
                    shape.spreads.append(quote.spread)
                    shape.depths += quote.depths
                }
                // Mbp1Msg: bid and ask price at 48 and 56, then bid and ask size (dbn-format, Mbp1Msg).
                let bid = Int64(bitPattern: bytes.number(at: 48))
                let ask = Int64(bitPattern: bytes.number(at: 56))
                let sizes = bytes.number(at: 64)
                quote = (
                    record.indexTime, Int((ask - bid) / 250_000_000), [Int(sizes & 0xFFFF_FFFF), Int(sizes >> 32)]
                )
            }
        }
        return shape
    }

    private static func generated() throws -> Shape {
        let date = try #require(CivilDate("2026-11-20"))
        let open = Timestamp(seconds: Int64(date.daysSince1970) * 86_400 - 3600)
        let session = SyntheticSession(tradeDate: date, open: open, close: open.advanced(bySeconds: 82_800))
        let tape = try MarketTape(SyntheticMarket(seed: 21, session: session))
        var shape = Shape()
        for (quote, next) in zip(tape.quotes, tape.quotes.dropFirst()) where next.time - quote.time >= standing {
            shape.spreads.append(Int((quote.ask - quote.bid) / 250_000_000))
            shape.depths += [quote.bidSize, quote.askSize]
        }
        shape.trades = tape.trades.filter { $0.instrument == tape.front }.map(\.contracts)
        return shape
    }

    @Test(.needsTestData) func theFrontFutureHasTheShapesOfARealOne() throws {
        let real = try Self.real()
        let generated = try Self.generated()
        print(real.line("real ESU4     "))
        print(generated.line("generated NQZ6"))
        let (spread, realSpread) = (Shape.quantiles(generated.spreads), Shape.quantiles(real.spreads))
        let (depth, realDepth) = (Shape.quantiles(generated.depths), Shape.quantiles(real.depths))
        let (sizes, realSizes) = (Shape.quantiles(generated.trades), Shape.quantiles(real.trades))
        #expect(spread[0] == realSpread[0], "the tightest spread is the same tick")
        #expect(spread[1] <= realSpread[1] + 1 && spread[2] <= realSpread[2] + 2)
        #expect(depth[1] * 20 >= realDepth[1] && depth[1] <= realDepth[1])
        #expect(sizes[0] == realSizes[0] && sizes[1] == realSizes[1])
        #expect((sizes[2] - realSizes[2]).magnitude <= 2)
        #expect(sizes[3] * 3 >= realSizes[3] && sizes[3] <= realSizes[3] * 3)
    }
}
