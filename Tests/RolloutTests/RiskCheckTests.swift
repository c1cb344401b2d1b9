import MarketData
import Signals
import Testing

@testable import Rollout

@Suite struct RiskCheckTests {
    /// $100,000, 2 % of it at risk at most: $2,000.
    private func terms(_ change: (inout RiskTerms) -> Void = { _ in }) -> RiskTerms {
        var terms = RiskTerms(capitalMicros: accountMicros(100_000))
        terms.maxContracts = 100
        change(&terms)
        return terms
    }

    /// By hand. A stop 10 points away risks $200 a contract in NQ. With p = .6 and b = 2, f = .4, cut to .02: $2,000, 10
    /// contracts. With p = .341, f = .341 - .659 / 2 = .0115: $1,150, 5. With p = .335, f = .0025: $250, 1; with p = .334,
    /// f = .001: $100, none. At p = 1/3 there is nothing to win.
    private static let sizes: [(Double, Double, Double, Int)] = [
        (0.6, 20, 10, 10), (0.341, 20, 10, 5), (0.335, 20, 10, 1), (0.334, 20, 10, 0), (1.0 / 3, 20, 10, 0),
        (0, 20, 10, 0), (1, 20, 10, 10), (0.6, 2, 1, 100), (0.6, 200, 101, 0), (0.6, 200, 100, 1), (1.01, 20, 10, 0),
        (-0.1, 20, 10, 0), (.nan, 20, 10, 0), (0.8, 20, 30, 3),
    ]

    @Test(arguments: sizes)
    func sizeIsTheCappedKellyFractionOfTheEquity(confidence: Double, win: Double, loss: Double, contracts: Int) {
        var account = LiveAccount(terms: terms())
        let signal = riskOrder(win: win, loss: loss, confidence: confidence)
        #expect(account.check(signal) == (contracts == 0 ? .size : nil))
        #expect(account.admit(.candidate, signal) == contracts)
        #expect(account.positions.map(\.contracts) == (contracts == 0 ? [] : [contracts]))
    }

    /// After a loss of a quarter 2 % are $1,500: 7 contracts.
    @Test func sizeFollowsTheEquity() {
        var account = LiveAccount(terms: terms())
        account.admit(.candidate, riskOrder(.long, "a"))
        account.settle(riskOutcome(riskOrder(.long, "a"), profit: -2_500))
        #expect(account.equityMicros == accountMicros(75_000))
        #expect(account.admit(.candidate, riskOrder(.short, "b")) == -7)
        var broke = LiveAccount(terms: RiskTerms(capitalMicros: -1))
        #expect(broke.check(riskOrder()) == .size && broke.admit(.baseline, riskOrder()) == 0)
    }

    /// Half a micro-dollar at risk counts as a whole one, of which there are ten.
    @Test func riskIsRoundedUp() {
        var terms = RiskTerms(capitalMicros: 10, pointValueMicros: ["NQ": 1])
        terms.kellyCap = 1
        var account = LiveAccount(terms: terms)
        #expect(account.admit(.candidate, riskOrder(loss: 0.5, confidence: 1)) == 10)
    }

    @Test func theValueOfAPointIsThatOfTheRoot() {
        let terms = terms { $0.pointValueMicros["EW"] = 7 }
        let values: [(String, Int64?)] = [
            ("NQZ6", 20_000_000), ("NQZ26", 20_000_000), ("NQZ6 C25300", 20_000_000), ("MNQH7", 2_000_000),
            ("M2KM7", 5_000_000), ("ES", 50_000_000), ("ES.c.0", 50_000_000), ("EWZ6 P4000", 7), ("CLZ6", nil),
            ("NQB6", nil), ("Z6", nil), ("", nil), ("M2K", 5_000_000), ("NQZ126", nil), ("nqz6", nil),
        ]
        for (symbol, value) in values { #expect(terms.pointValueMicros(of: symbol) == value, "\(symbol)") }
        #expect(LiveAccount(terms: terms).check(riskOrder(symbol: "CLZ6")) == .pointValue)
        let worthless = self.terms { $0.pointValueMicros["NQ"] = 0 }
        #expect(LiveAccount(terms: worthless).check(riskOrder()) == .pointValue)
        let exact = self.terms { $0.pointValueMicros["NQZ6"] = 3 }
        #expect(exact.pointValueMicros(of: "NQZ6") == 3)
    }

    @Test(arguments: [(-20.0, 10.0), (20, -10), (0, 10), (20, 0), (-20, -10)])
    func targetAndStopLieOnTheirSides(win: Double, loss: Double) {
        let account = LiveAccount(terms: terms())
        #expect(account.check(riskOrder(.long, win: win, loss: loss)) == .side)
        #expect(account.check(riskOrder(.short, win: win, loss: loss)) == .side)
        #expect(account.check(riskOrder(.short)) == nil)
    }

    /// 10 contracts at a time, 15 at most. What goes the other way makes the net position smaller, but may end first.
    @Test func theNetPositionOfAnUnderlyingStaysWithinItsLimit() {
        var account = LiveAccount(terms: terms { $0.maxContracts = 15 })
        #expect(account.admit(.candidate, riskOrder(.long, "a")) == 10)
        #expect(account.check(riskOrder(.long, "b")) == .maxContracts)
        #expect(account.check(riskOrder(.long, "b", loss: 20)) == nil)
        #expect(account.admit(.candidate, riskOrder(.long, "b", on: 2)) == 10)
        #expect(account.admit(.baseline, riskOrder(.short, "c")) == -10)
        #expect(account.positions.map(\.contracts) == [0, 10])
        #expect(account.check(riskOrder(.long, "d")) == .maxContracts)
        #expect(account.check(riskOrder(.short, "d")) == .maxContracts)
        #expect(account.check(riskOrder(.short, "d", loss: 20)) == nil)
    }

    @Test func soManySignalsAreOpenAtATime() {
        var account = LiveAccount(terms: terms { $0.openPositions = 2 })
        account.admit(.candidate, riskOrder(.long, "a"))
        account.admit(.candidate, riskOrder(.short, "b"))
        #expect(account.check(riskOrder(.long, "c", on: 2)) == .openPositions && account.openPositions == 2)
        account.settle(riskOutcome(riskOrder(.long, "a"), profit: nil))
        #expect(account.check(riskOrder(.long, "c", on: 2)) == nil)
    }

    /// Ten contracts lose $100 each; at a limit of $1,000 that is enough, and the next session begins anew.
    @Test func aLossOfTheSessionStopsIt() {
        var account = LiveAccount(terms: terms { $0.dailyLossMicros = accountMicros(1_000) })
        account.sessionOpened()
        account.admit(.candidate, riskOrder(.long, "a"))
        account.settle(riskOutcome(riskOrder(.long, "a"), profit: -99.99))
        #expect(account.check(riskOrder(.long, "b")) == nil)
        account.admit(.candidate, riskOrder(.long, "b"))
        // $20 a point: a quarter point on 9 contracts, $45, is more than the ten cents that are left.
        account.priceSeen(Price(nanos: points(19_999.75)), of: InstrumentID(1))
        #expect(account.check(riskOrder(.long, "c", on: 2)) == .dailyLoss)
        account.sessionOpened()
        #expect(account.sessionProfitMicros == 0 && account.check(riskOrder(.long, "c", on: 2)) == nil)
    }

    @Test func lossesAndFallsCountFromTheirLimitOn() {
        for (loss, isEnough) in [(99.99, false), (100, true)] {
            var account = LiveAccount(terms: terms { $0.dailyLossMicros = accountMicros(1_000) })
            var fallen = LiveAccount(terms: terms { $0.drawdownMicros = accountMicros(1_000) })
            account.admit(.candidate, riskOrder())
            account.settle(riskOutcome(riskOrder(), profit: -loss))
            fallen.admit(.candidate, riskOrder())
            fallen.settle(riskOutcome(riskOrder(), profit: -loss))
            #expect(account.check(riskOrder()) == (isEnough ? .dailyLoss : nil))
            #expect(fallen.check(riskOrder()) == (isEnough ? .drawdown : nil))
        }
    }

    /// A new session does not forget how far the equity fell.
    @Test func aFallFromTheHighestStopsUntilItIsMadeGood() {
        var account = LiveAccount(terms: terms { $0.drawdownMicros = accountMicros(3_000) })
        for (id, profit) in [("a", 200.0), ("b", -150), ("c", -150)] {
            #expect(account.admit(.candidate, riskOrder(.long, id)) == 10)
            account.settle(riskOutcome(riskOrder(.long, id), profit: profit))
        }
        account.sessionOpened()
        #expect(account.drawdownMicros == accountMicros(3_000) && account.peakMicros == accountMicros(102_000))
        #expect(account.check(riskOrder()) == .drawdown)
    }

    /// One contract of NQ at 20,000 is worth $400,000; ten are $4,000,000.
    @Test func whatIsOpenMayBeWorthSoMuch() {
        var account = LiveAccount(terms: terms { $0.exposureMicros = accountMicros(4_000_000) })
        #expect(account.admit(.candidate, riskOrder(.long, "a")) == 10)
        #expect(account.exposureMicros == accountMicros(4_000_000))
        #expect(account.check(riskOrder(.long, "b", on: 2)) == .exposure)
        // The other way on the same underlying lessens it.
        #expect(account.check(riskOrder(.short, "b")) == nil)
        #expect(account.exposureMicros == accountMicros(4_000_000) && account.openPositions == 1)
        let tight = LiveAccount(terms: terms { $0.exposureMicros = accountMicros(4_000_000) - 1 })
        #expect(tight.check(riskOrder()) == .exposure)
    }

    /// A signal against which every rule stands, and one rule after the other lifted.
    @Test func rulesAreAskedInTheirOrder() {
        var terms = RiskTerms(capitalMicros: accountMicros(100_000))
        terms.openPositions = 1
        terms.maxContracts = 19
        terms.dailyLossMicros = accountMicros(1)
        terms.drawdownMicros = accountMicros(1)
        terms.exposureMicros = accountMicros(4_000_000)
        var signal = riskOrder(.long, "b", win: -20, loss: 5, confidence: 0, symbol: "CLZ6")
        // A position that lost a point: every limit lets it in, and then forbids more.
        func refusal() -> LiveAccount.Refusal? {
            var account = LiveAccount(terms: terms)
            account.admit(.candidate, riskOrder(.long, "a"))
            account.priceSeen(Price(nanos: points(19_999)), of: InstrumentID(1))
            return account.check(signal)
        }
        var seen = [refusal()]
        signal.symbol = "NQZ6"
        seen.append(refusal())
        signal = riskOrder(.long, "b", loss: 5, confidence: 0)
        seen.append(refusal())
        signal.confidence = 0.6
        seen.append(refusal())
        terms.maxContracts = 100
        seen.append(refusal())
        terms.openPositions = 2
        seen.append(refusal())
        terms.dailyLossMicros = nil
        seen.append(refusal())
        terms.drawdownMicros = nil
        seen.append(refusal())
        #expect(seen == LiveAccount.Refusal.allCases)
        terms.exposureMicros = nil
        #expect(refusal() == nil)
    }

    @Test func reasonsAreThoseOfTheJournal() {
        #expect(
            LiveAccount.Refusal.allCases.map(\.rawValue) == [
                "point-value", "side", "size", "max-contracts", "open-positions", "daily-loss", "drawdown", "exposure",
            ])
    }
}
