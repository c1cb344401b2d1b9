import Foundation
import MarketData
import Signals
import Testing

@testable import Engines

/// What an option at the money costs: F (2 N(s / 2) - 1) = F erf(s / sqrt 8), with s the deviation until expiry.
private func premium(_ volatility: Double, at time: Double) -> Double {
    let years = (Double(usualExpiration) / 1e9 - noon - time) / (365 * 86_400)
    return 5200 * erf(volatility * years.squareRoot() / 8.0.squareRoot())
}

@Suite struct IFDv3DistanceTests {
    /// Without a range the least distances are in force: 16 and 8 ticks of 0.25.
    @Test func aQuietMarketHasTheLeastDistances() throws {
        var feed = Feed.chain()
        feed.press(calls, 300, from: 0)
        feed.mark(at: 300)
        let signal = try #require(try Heard(feed).signals.first)
        #expect(signal.target.description == "5204" && signal.stop.description == "5198")
        #expect(signal.text("expected_move") == "0" && signal.text("expected_move_from") == "realised")
    }

    /// 5180 to 5220.1 in 100 minutes: 40.1 / 1.6651 x sqrt(1800 / 6000) = 13.19 points, up to ticks 13.25; half is 6.595, up to 6.75.
    @Test(arguments: [
        ("{}", calls, "5213.25", "5186.75"), ("{}", puts, "5186.75", "5213.25"),
        (#"{"k_target": 0.5, "k_stop": 2}"#, calls, "5206.75", "5173.5"),
        (#"{"k_target": 2, "k_stop": 0.5}"#, puts, "5173.5", "5206.75"),
        (#"{"k_target": 0, "k_stop": 0, "min_target_ticks": 3, "min_stop_ticks": 5}"#, calls, "5200.75", "5198.75"),
    ])
    func theRealisedRangeStandsIn(configuration: String, ids: [UInt32], target: String, stop: String) throws {
        var feed = Feed.chain()
        feed.trade(100, 5180, 1, side: "N", at: 2)
        feed.trade(100, 5220.1, 1, side: "N", at: 3)
        feed.trade(100, 5200.1, 1, side: "N", at: 4)
        feed.press(ids, 300, from: 0)
        feed.mark(at: 300)
        let signal = try #require(try Heard(feed, configuration).signals.first)
        // 5200.1 is no price of the future's: down to its tick.
        #expect(signal.price.description == "5200")
        #expect(signal.target.description == target && signal.stop.description == stop)
        #expect(signal.text("expected_move_from") == "realised")
    }

    /// A range counts for twenty buckets of five minutes.
    @Test(arguments: [(18.0, "5211"), (20, "5204")]) func aRangeIsForgotten(buckets: Double, target: String) throws {
        var feed = Feed.chain()
        feed.trade(100, 5180, 1, side: "N", at: 2)
        feed.trade(100, 5213, 1, side: "N", at: 3)
        let start = buckets * 300
        feed.trade(100, 5200, 1, side: "N", at: start + 1)
        feed.press(calls, 300, from: start)
        feed.mark(at: start + 299)
        feed.mark(at: start + 300)
        // 33 / 1.6651 x sqrt(0.3) = 10.86.
        #expect(try Heard(feed).signals.map(\.target.description) == [target])
    }

    /// At 20 % a year half an hour is 5200 x 0.2 x sqrt(1800 / 31,536,000) = 7.857 points; one of 7200 s is twice that.
    @Test(arguments: [(1800, "5208", "5192"), (7200, "5215.75", "5184.25")])
    func impliedVolatilityComesFirst(horizon: Int, target: String, stop: String) throws {
        var feed = Feed.chain()
        feed.trade(100, 5100, 1, side: "N", at: 2)
        feed.trade(100, 5200, 1, side: "N", at: 3)
        let middle = premium(0.2, at: 300)
        feed.quote(201, middle - 0.5, middle + 0.5, at: 4)
        feed.quote(301, middle - 0.25, middle + 0.25, number: 3, at: 5)
        feed.press(calls, 300, from: 0)
        feed.mark(at: 300)
        let signal = try #require(try Heard(feed, "{\"horizon_s\": \(horizon)}").signals.first)
        #expect(signal.text("expected_move_from") == "implied")
        #expect(abs((signal.number("implied_volatility") ?? 0) - 0.2) < 1e-6)
        #expect(signal.target.description == target && signal.stop.description == stop)
        #expect(signal.horizonSeconds == horizon)
    }

    /// The middle of the future's own book is its price, where it has one.
    @Test func thePriceIsTheMiddleOfTheBook() throws {
        var feed = Feed.chain()
        feed.quote(100, 5210, 5211, at: 2)
        feed.press(calls, 300, from: 0)
        feed.mark(at: 300)
        #expect(try Heard(feed).signals.map(\.price.description) == ["5210.5"])
    }

    /// After 100 minutes without a trade and without a book nobody knows the price.
    @Test func anOldPriceIsNone() throws {
        var feed = Feed.chain()
        feed.press(calls, 300, from: 6300)
        feed.mark(at: 6600)
        let heard = try Heard(feed)
        #expect(heard.signals.isEmpty && heard.missing == ["price of underlying 100 (ESM4)"])
    }
}
