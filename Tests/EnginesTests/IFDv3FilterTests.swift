import Foundation
import MarketData
import Signals
import Testing

@testable import Engines

/// Legs of `ids` in pieces of their own, so that they are recognised as a structure and not as a pair that trades in step.
private func legs(_ legs: [(id: UInt32, contracts: Int64, side: Character)]) -> Feed {
    var feed = Feed.chain()
    for (index, leg) in legs.enumerated() {
        feed.trade(leg.id, 10, leg.contracts, side: leg.side, at: 40 + Double(index) * 60)
    }
    feed.mark(at: 300)
    return feed
}

@Suite struct IFDv3FilterTests {
    @Test func oneLegAloneIsADirection() throws {
        #expect(try Heard(legs([(201, 300, "B")]), talkative).signals.map(\.direction) == [.long])
    }

    @Test(
        arguments: [
            [(201, 300, "B"), (301, 295, "B")], [(201, 300, "A"), (301, 300, "A")],
            [(201, 300, "B"), (203, 300, "A")], [(301, 300, "A"), (303, 295, "B")],
            [(301, 300, "A"), (203, 300, "B")],
        ] as [[(id: UInt32, contracts: Int64, side: Character)]])
    func structuresAreNoDirection(structure: [(id: UInt32, contracts: Int64, side: Character)]) throws {
        #expect(try Heard(legs(structure), talkative).signals.isEmpty)
    }

    /// A bought call with a sold put is a future in two trades: one direction, one signal.
    @Test func aSyntheticIsOneDirection() throws {
        let signals = try Heard(legs([(201, 300, "B"), (301, 300, "A")]), talkative).signals
        #expect(signals.map(\.direction) == [.long])
        #expect(signals.first?.integer("agreeing_strikes") == 0)
    }

    /// What a straddle leaves over is judged by itself.
    @Test func whatIsLeftOfAStructureSpeaks() throws {
        let signals = try Heard(legs([(201, 400, "B"), (301, 300, "B")]), talkative).signals
        #expect(signals.map(\.instrumentID.rawValue) == [201] && signals.map(\.direction) == [.long])
    }

    @Test func structuresAreCounted() throws {
        var feed = legs([(205, 300, "B"), (305, 300, "B")])
        feed.press(calls, 300, from: 300)
        feed.mark(at: 600)
        let signals = try Heard(feed, talkative).signals
        #expect(signals.map { $0.integer("rejected_structures") } == [2])
        #expect(signals.map { $0.integer("rejected_market_making") } == [0])
    }

    /// Call and put of each strike bought in the same half minutes, 300 to 200: too unlike for a structure, but most of it is a straddle.
    private func hedged() -> Feed {
        var feed = Feed.chain()
        for step in 0..<5 {
            for id in calls { feed.trade(id, 10, 60, side: "B", at: 40 + Double(step) * 50) }
            for id in puts { feed.trade(id, 10, 40, side: "B", at: 41 + Double(step) * 50) }
        }
        feed.mark(at: 300)
        return feed
    }

    @Test func marketMakersAreNotFollowed() throws {
        let lenient = #"{"min_confidence": 0, "repeat_after_s": 0, "market_making": {"max_probability": 1}}"#
        let followed = try Heard(hedged(), lenient).signals
        #expect(followed.map(\.direction) == [.long])
        let probability = try #require(followed.first?.number("market_making"))
        #expect(probability > 0.3 && followed.first?.number("score_not_market_making") == 1 - probability)
        #expect(try Heard(hedged(), talkative).signals.isEmpty)
        // What was rejected is counted in what is said afterwards: eight options.
        var feed = hedged()
        feed.press(calls, 300, from: 600)
        feed.mark(at: 900)
        #expect(try Heard(feed, talkative).signals.map { $0.integer("rejected_market_making") } == [8])
    }

    /// One side's orders at several prices, withdrawn together, and 300 updates in a second: marked, and no reason to be silent.
    @Test func stuffingAndLayeringAreMarked() throws {
        var feed = Feed.chain()
        for order: UInt64 in 1...6 { feed.order(201, order, "A", "A", 10 + Double(order), at: 35) }
        for order: UInt64 in 1...6 { feed.order(201, order, "C", "A", 10 + Double(order), at: 35.2) }
        for order: UInt64 in 10..<310 { feed.order(201, order, "A", "B", 5, at: 45) }
        feed.press([201], 300, from: 0)
        feed.mark(at: 300)
        let signal = try #require(try Heard(feed, talkative).signals.first)
        #expect(signal.flag("quote_stuffing") == true && signal.flag("layering") == true)
        var calm = Feed.chain()
        calm.press([201], 300, from: 0)
        calm.mark(at: 300)
        let other = try #require(try Heard(calm, talkative).signals.first)
        #expect(other.flag("quote_stuffing") == false && other.flag("layering") == false)
    }

    /// Volatility 30 %, then `later` in the windows after; a trade a window keeps the expiry watched, pressure comes in the last.
    private func volatilities(_ volatilities: [Double]) -> Feed {
        var feed = Feed.chain()
        for (window, volatility) in volatilities.enumerated() {
            let start = Double(window) * 300
            let years = (Double(usualExpiration) / 1e9 - noon - start - 300) / (365 * 86_400)
            let middle = 5200 * erf(volatility * years.squareRoot() / 8.0.squareRoot())
            let number = UInt64(window) * 2 + 1
            feed.quote(
                201, middle - 0.5, middle + 0.5, number: number, replacing: window > 0 ? number - 2 : nil,
                at: start + 2)
            feed.trade(202, 10, 1, at: start + 3)
            if window == volatilities.count - 1 { feed.press(calls, 300, from: start) }
            feed.mark(at: start + 300)
        }
        return feed
    }

    @Test func aCollapseOfVolatilityRejects() throws {
        let crush = volatilities([0.3, 0.23, 0.22, 0.22])
        #expect(try Heard(crush, talkative).signals.isEmpty)
        let kept = try Heard(
            crush, #"{"min_confidence": 0, "repeat_after_s": 0, "reject_volatility_crush": false}"#
        ).signals
        #expect(abs((kept.last?.number("volatility_crush") ?? 0) - (1 - 0.22 / 0.3)) < 1e-4)
        // Less than a fifth, or not yet long enough to be more than one bad quote.
        for harmless in [[0.3, 0.25, 0.25, 0.25], [0.3, 0.301, 0.22, 0.22]] {
            let signal = try #require(try Heard(volatilities(harmless), talkative).signals.last)
            #expect(signal.number("volatility_crush") == nil && signal.number("implied_volatility") != nil)
        }
    }

    @Test func aSpikeIsNoReasonToBeSilent() throws {
        let signal = try #require(try Heard(volatilities([0.2, 0.2, 0.3]), talkative).signals.last)
        #expect(abs((signal.number("volatility_spike") ?? 0) - 0.5) < 1e-4)
    }
}
