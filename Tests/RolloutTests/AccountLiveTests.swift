import MarketData
import Signals
import Testing

@testable import Rollout

@Suite struct AccountLiveTests {
    private static let underlying = InstrumentID(1)

    private func account() -> LiveAccount {
        LiveAccount(terms: RiskTerms(capitalMicros: accountMicros(100_000)))
    }

    private func price(_ points: Double) -> Price { Price(nanos: Int64(points * 1e9)) }

    /// By hand, ten contracts of $20 a point: 3 points up are $600; the outcome says $55 a contract.
    @Test func aPositionIsWorthTheLastPriceUntilItsOutcome() {
        var account = account()
        account.admit(.candidate, riskOrder(.long, "a"))
        #expect(account.equityMicros == accountMicros(100_000) && account.openPositions == 1)
        account.priceSeen(price(20_003), of: Self.underlying)
        #expect(account.unrealisedMicros == accountMicros(600) && account.realisedMicros == 0)
        #expect(account.cashMicros == accountMicros(100_000) && account.equityMicros == accountMicros(100_600))
        #expect(account.exposureMicros == accountMicros(4_000_600))
        #expect(
            account.positions == [
                LiveAccount.Position(
                    underlying: Self.underlying, contracts: 10, signals: 1, price: price(20_003),
                    unrealisedMicros: accountMicros(600))
            ])
        #expect(account.settle(riskOutcome(riskOrder(.long, "a"), profit: 55)) == accountMicros(550))
        #expect(account.realisedMicros == accountMicros(550) && account.unrealisedMicros == 0)
        #expect(account.cashMicros == account.equityMicros && account.positions.isEmpty)
        #expect(account.peakMicros == accountMicros(100_600) && account.drawdownMicros == accountMicros(50))
        #expect(account.admitted == 1 && account.settled == 1 && account.unresolvable == 0)
    }

    @Test func aShortPositionGainsAsThePriceFalls() {
        var account = account()
        #expect(account.admit(.baseline, riskOrder(.short, "a")) == -10)
        account.priceSeen(price(19_999.5), of: Self.underlying)
        #expect(account.unrealisedMicros == accountMicros(100))
        account.priceSeen(price(20_000.5), of: Self.underlying)
        #expect(account.unrealisedMicros == accountMicros(-100))
        #expect(account.settle(riskOutcome(riskOrder(.short, "a"), of: .baseline, profit: 40)) == accountMicros(400))
    }

    /// The other signal's price and the outcome's exit are prices of the underlying too.
    @Test func pricesComeFromSignalsAndOutcomes() {
        var account = account()
        account.admit(.candidate, riskOrder(.long, "a"))
        account.admit(.candidate, riskOrder(.short, "b", price: 20_002, loss: 20))
        #expect(account.positions.map(\.contracts) == [5])
        #expect(account.unrealisedMicros == accountMicros(400))
        account.settle(riskOutcome(riskOrder(.short, "b"), profit: 0, at: 20_001))
        #expect(account.unrealisedMicros == accountMicros(200))
        // A price of something else, and one without a position, change nothing.
        let before = account
        account.priceSeen(price(1), of: InstrumentID(2))
        #expect(account == before)
    }

    @Test func whatIsNotOpenHereChangesNothing() {
        var account = account()
        let signal = riskOrder(.long, "a")
        account.admit(.candidate, signal)
        let before = account
        #expect(account.admit(.candidate, signal) == 0)
        #expect(account.settle(riskOutcome(signal, of: .baseline, profit: 5)) == nil)
        #expect(account.settle(riskOutcome(riskOrder(.long, "b"), profit: 5)) == nil)
        #expect(account.settle(riskOutcome(riskOrder(.long, "a", on: 2), profit: 5)) == nil)
        #expect(account.admit(.baseline, riskOrder(.long, "c", confidence: 0)) == 0)
        #expect(account == before)
        account.settle(riskOutcome(signal, profit: 5))
        #expect(account.settle(riskOutcome(signal, profit: 5)) == nil)
    }

    @Test func bothArmsMayUseTheSameId() {
        var account = account()
        account.admit(.candidate, riskOrder(.long, "a"))
        #expect(account.admit(.baseline, riskOrder(.short, "a")) == -10)
        #expect(account.settle(riskOutcome(riskOrder(.short, "a"), of: .baseline, profit: 1)) == accountMicros(10))
        #expect(account.positions.map(\.contracts) == [10])
    }

    @Test func whatCannotBeResolvedBringsNothingAndIsCounted() {
        var account = account()
        account.admit(.candidate, riskOrder(.long, "a"))
        account.priceSeen(price(20_003), of: Self.underlying)
        var lost = riskOutcome(riskOrder(.long, "a"), profit: nil)
        lost.profitMicros = 7
        #expect(account.settle(lost) == 0)
        #expect(account.equityMicros == accountMicros(100_000) && account.unresolvable == 1)
    }

    @Test func theSessionsProfitCountsFromItsOpening() {
        var account = account()
        account.admit(.candidate, riskOrder(.long, "a"))
        account.settle(riskOutcome(riskOrder(.long, "a"), profit: 10))
        #expect(account.sessionProfitMicros == accountMicros(100))
        account.sessionOpened()
        #expect(account.sessionProfitMicros == 0 && account.openingEquityMicros == accountMicros(100_100))
    }
}
