import Foundation
import MarketData
import Testing

@testable import Engines

@Suite struct PortableMathTests {
    @Test func theLogarithmIsTheLibrarysToTheLastBits() {
        var random = PressureRandom(seed: 1)
        for _ in 0..<20_000 {
            let x = Foundation.exp((random.unit() - 0.5) * 200)
            let expected = Foundation.log(x)
            #expect(abs(PortableMath.log(x) - expected) <= 1e-15 * max(1, abs(expected)), "\(x)")
        }
        #expect(PortableMath.log(1) == 0)
    }

    @Test func numbersPrintWithThreeDigits() {
        #expect(
            [0, 1.2344, -0.0004, -2.5, 1e300].map(PortableMath.threeDigits)
                == ["0.000", "1.234", "0.000", "-2.500", "1000000000000000.000"])
    }
}

@Suite struct AggressorTests {
    private static func trade(_ side: Character, _ price: Double?, of instrument: Int = 0) -> Trade {
        Trade(
            instrument: instrument, size: 1, priceNanos: price.map(Feed.price), side: side.asciiValue ?? 0)
    }

    private static let book = TopOfBook(bidNanos: Feed.price(10), askNanos: Feed.price(11))

    /// DBN: A is a selling aggressor, B a buying one. What the book says does not matter then.
    @Test func theExchangesWordComesFirst() {
        var rule = AggressorRule()
        #expect(rule.aggressor(of: Self.trade("B", 10), top: Self.book) == .buyer)
        #expect(rule.aggressor(of: Self.trade("A", 11), top: Self.book) == .seller)
    }

    @Test(
        arguments: [
            (11, .buyer), (10.8, .buyer), (10.79, nil), (10.5, nil), (10.21, nil), (10.2, .seller), (10, .seller),
            (12, .buyer), (9, .seller),
        ] as [(Double, Aggressor?)])
    func thenThePlaceInTheSpread(price: Double, aggressor: Aggressor?) {
        var rule = AggressorRule()
        #expect(rule.aggressor(of: Self.trade("N", price), top: Self.book) == aggressor)
    }

    @Test(arguments: [
        TopOfBook(bidNanos: Feed.price(11), askNanos: Feed.price(10)),
        TopOfBook(bidNanos: Feed.price(10), askNanos: Feed.price(10)),
        TopOfBook(bidNanos: Undefined.price, askNanos: Feed.price(11)),
        TopOfBook(bidNanos: Feed.price(10), askNanos: Undefined.price),
        TopOfBook(bidNanos: .min, askNanos: Undefined.price),
    ])
    func aBookWithoutASpreadDoesNotAnswer(top: TopOfBook) {
        var rule = AggressorRule()
        #expect(rule.aggressor(of: Self.trade("N", 10), top: top) == nil)
    }

    @Test func theWidestBookDoesNotOverflow() {
        var rule = AggressorRule()
        let top = TopOfBook(bidNanos: .min, askNanos: .max - 1)
        #expect(rule.aggressor(of: Self.trade("N", 0), top: top) == nil)
    }

    /// An unchanged price goes back to the last different one; sided trades move the rule too; instruments are apart.
    @Test func elseTheTickRule() {
        var rule = AggressorRule()
        let prices: [(Character, Double?, Aggressor?)] = [
            ("N", 10, nil), ("N", 10, nil), ("N", 10.25, .buyer), ("N", 10.25, .buyer), ("N", 10, .seller),
            ("N", nil, nil), ("N", 10, .seller), ("A", 12, .seller), ("N", 12, .buyer), ("N", 11, .seller),
        ]
        for (side, price, expected) in prices {
            #expect(rule.aggressor(of: Self.trade(side, price), top: nil) == expected)
        }
        #expect(rule.aggressor(of: Self.trade("N", 50, of: 3), top: nil) == nil)
        rule.reset()
        #expect(rule.aggressor(of: Self.trade("N", 9), top: nil) == nil)
    }
}

@Suite struct PressureFlowTests {
    private static func flow(_ trades: [(Int64, Aggressor?)], largeFrom: Int64 = 20) -> PressureFlow {
        var flow = PressureFlow()
        for (size, aggressor) in trades { flow.add(size: size, aggressor, isLarge: size >= largeFrom) }
        return flow
    }

    /// 90 bought in two trades, 10 sold, 20 by nobody: ln(100 / 20), dominance 80 / 100.
    @Test func featuresFollowFromTheCounts() {
        let flow = Self.flow([(60, .buyer), (30, .buyer), (10, .seller), (20, nil)])
        #expect(abs(flow.logRatio(smoothing: 10) - 1.6094379124341003) < 1e-14)
        #expect(flow.volume == 120 && flow.sidedVolume == 100 && flow.trades == 4 && flow.largestSize == 60)
        #expect(flow.meanSize == 30 && flow.dominance == 0.8 && flow.isBought == true)
        #expect(abs(flow.largeShare - 110.0 / 120) < 1e-15 && abs(flow.logVolume - 4.787491742782046) < 1e-14)
    }

    @Test func oneSidedAndEmptyWindowsAreFinite() {
        let bought = Self.flow([(1_000_000, .buyer)])
        let sold = Self.flow([(1_000_000, .seller)])
        #expect(bought.logRatio(smoothing: 1).isFinite && bought.logRatio(smoothing: 1) > 13)
        #expect(bought.logRatio(smoothing: 10) == -sold.logRatio(smoothing: 10))
        #expect(bought.dominance == 1 && sold.isBought == false)
        let empty = PressureFlow()
        #expect(empty.logRatio(smoothing: 10) == 0 && empty.logVolume == 0 && empty.meanSize == 0)
        #expect(empty.dominance == 0 && empty.largeShare == 0 && empty.isBought == nil)
    }

    @Test func moreOfOneSideIsNeverLessPressure() {
        var last = -Double.infinity
        for bought in 0..<200 {
            let ratio = Self.flow([(50, .seller)] + (bought > 0 ? [(Int64(bought), .buyer)] : [])).logRatio(
                smoothing: 10)
            #expect(ratio > last)
            last = ratio
        }
    }
}

@Suite struct PressureRingTests {
    /// Random trades of a few instruments over hours; every window length at every minute against a plain sum over all
    /// trades.
    @Test(arguments: 1...5) func windowsOfAnyLengthAreTheSumOfTheirTrades(seed: Int) {
        var random = PressureRandom(seed: UInt64(seed))
        var ring = PressureRing()
        var trades: [(minute: UInt64, instrument: Int, size: Int64, side: Aggressor?)] = []
        var minute: UInt64 = 28_586_340
        for _ in 0..<400 {
            minute += random.next() % 8 == 0 ? random.next() % 40 : random.next() % 2
            ring.open(minute: minute)
            for _ in 0..<random.next() % 4 {
                let side: Aggressor? = [.buyer, .seller, nil][Int(random.next() % 3)]
                let trade = (minute, Int(random.next() % 6), Int64(1 + random.next() % 40), side)
                trades.append(trade)
                ring.add(trade.1, size: trade.2, side, isLarge: trade.2 >= 20)
            }
            let window = minute / 5
            let active = trades.filter { $0.minute / 5 == window }.map(\.instrument)
            #expect(Set(ring.active) == Set(active) && ring.active.count == Set(active).count)
            for instrument in 0..<6 {
                for length in [1, 5, 15] {
                    var expected = PressureFlow()
                    for trade in trades
                    where trade.instrument == instrument && trade.minute + UInt64(length) > minute {
                        expected.add(size: trade.size, trade.side, isLarge: trade.size >= 20)
                    }
                    #expect(ring.flow(of: instrument, minutes: length, before: minute + 1) == expected)
                }
            }
        }
    }

    @Test func forgettingIsComplete() {
        var ring = PressureRing()
        ring.open(minute: 100)
        ring.add(0, size: 5, .buyer, isLarge: false)
        ring.removeAll()
        #expect(ring.active.isEmpty && ring.flow(of: 0, minutes: 15, before: 101) == PressureFlow())
        ring.add(0, size: 7, .seller, isLarge: false)
        #expect(ring.active == [0] && ring.flow(of: 0, minutes: 1, before: 101).sellVolume == 7)
    }
}
