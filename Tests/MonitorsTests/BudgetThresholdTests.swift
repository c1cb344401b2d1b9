import MarketData
import Testing

@testable import Monitors

@Suite struct BudgetThresholdTests {
    private static let november = BudgetPeriod(of: Budget.date("2026-11-20"))
    private static let december = BudgetPeriod(of: Budget.date("2026-12-01"))

    /// Of $200 and $50, in dollars.
    private static func reading(
        _ spent: Int64, claimed: Int64? = nil, day: Int64 = 0, forecast: Int64? = nil, low: Int64? = nil,
        period: BudgetPeriod = november, date: String = "2026-11-20"
    ) -> BudgetReading {
        BudgetReading(
            period: period, tradingDate: Budget.date(date), limitMicros: 200_000_000, spentMicros: spent * 1_000_000,
            claimedMicros: (claimed ?? spent) * 1_000_000, dayLimitMicros: 50_000_000,
            dayClaimedMicros: day * 1_000_000,
            forecastMicros: forecast.map { $0 * 1_000_000 }, forecastLowMicros: low.map { $0 * 1_000_000 })
    }

    private static func fresh() -> BudgetThresholds {
        BudgetThresholds(period: november, tradingDate: Budget.date("2026-11-20"))
    }

    @Test func eachLevelFiresItsOwnThreshold() {
        let cases: [(BudgetReading, [BudgetThreshold])] = [
            (Self.reading(99), []), (Self.reading(100), [.half]), (Self.reading(160), [.half, .warning]),
            (Self.reading(180), [.half, .warning, .close]),
            (Self.reading(190), [.half, .warning, .close, .returnShare]),
            (Self.reading(200), [.half, .warning, .close, .returnShare, .stop]),
            (Self.reading(10, forecast: 200), []), (Self.reading(10, forecast: 201), [.close]),
            (Self.reading(10, low: 200), []), (Self.reading(10, low: 201), [.certain]),
            (Self.reading(10, claimed: 200), []), (Self.reading(10, claimed: 201), [.stop]),
            (Self.reading(10, day: 50), []), (Self.reading(10, day: 51), [.dayCap]),
        ]
        for (reading, fired) in cases {
            var thresholds = Self.fresh()
            #expect(thresholds.take(reading) == fired, "\(reading)")
        }
    }

    @Test func actionsAreThoseOfTheReference() {
        var thresholds = Self.fresh()
        _ = thresholds.take(Self.reading(160))
        #expect(thresholds.actions == [.backfillOff, .shadowReplayOff])
        _ = thresholds.take(Self.reading(180))
        #expect(thresholds.actions == [.backfillOff, .promotionClosed, .sampleShadow, .shadowReplayOff])
        _ = thresholds.take(Self.reading(200, low: 201))
        #expect(Set(thresholds.actions) == Set(BudgetAction.allCases))
        #expect(BudgetThreshold.half.severity == .notice && BudgetThreshold.certain.severity == .critical)
    }

    /// 80 % are $160; ready again below 75 %, $150.
    @Test func thresholdFiresAgainOnlyAfterFivePointsBelow() {
        var thresholds = Self.fresh()
        #expect(thresholds.take(Self.reading(160)) == [.half, .warning])
        #expect(thresholds.take(Self.reading(160)).isEmpty)
        #expect(thresholds.take(Self.reading(150)).isEmpty)
        #expect(thresholds.take(Self.reading(160)).isEmpty)
        #expect(thresholds.take(Self.reading(149)).isEmpty)
        #expect(thresholds.active == [.half])
        #expect(thresholds.take(Self.reading(160)) == [.warning])
    }

    @Test func unknownForecastNeitherFiresNorRearms() {
        var thresholds = Self.fresh()
        #expect(thresholds.take(Self.reading(10)).isEmpty)
        #expect(thresholds.take(Self.reading(10, forecast: 201)) == [.close])
        #expect(thresholds.take(Self.reading(10)).isEmpty)
        #expect(thresholds.active == [.close])
        #expect(thresholds.take(Self.reading(10, forecast: 189)).isEmpty)
        #expect(thresholds.take(Self.reading(10, forecast: 201)) == [.close])
    }

    @Test func newMonthAndNewDayBeginAfresh() {
        var thresholds = Self.fresh()
        #expect(thresholds.take(Self.reading(100, day: 51)) == [.half, .dayCap])
        #expect(thresholds.take(Self.reading(100, day: 51, date: "2026-11-23")) == [.dayCap])
        #expect(thresholds.take(Self.reading(100, period: Self.december, date: "2026-12-01")) == [.half])
        #expect(thresholds.take(Self.reading(200)).isEmpty)
        #expect(thresholds.period == Self.december)
    }

    /// With $0.25 a slice: at $196.80 and $3 set aside the next slice would not fit.
    @Test func stopIsWhereTheNextSliceIsRefused() throws {
        for (spent, stops) in [(196.75, false), (196.76, true)] {
            let ledger = try Budget.ledger(
                (1...10).map { Budget.cost("c\($0)", spent / 10, on: "2026-11-\($0 < 10 ? "0" : "")\($0)") })
            var thresholds = Self.fresh()
            let now = Budget.time("2026-11-20 15:00")
            let reading = BudgetReading(
                ledger, period: Self.november, tradingDate: Budget.date("2026-11-20"), at: now, forecast: nil)
            #expect(thresholds.take(reading).contains(.stop) == stops)
            var copy = ledger
            let answer = try copy.reserve(Budget.request("r", 0.25), at: now)
            #expect((answer == .refused(.month, leftMicros: 240_000)) == stops)
        }
    }

    /// Random spending with credits against thresholds kept one by one as plain percentages, restored at random moments.
    @Test func firingsFollowTheRulesOverRandomSpending() throws {
        var seen: Set<BudgetThreshold> = []
        for seed in UInt64(0)..<(Budget.isSoak ? 5000 : 300) {
            var random = BudgetRandom(seed: seed)
            var thresholds = Self.fresh()
            var passed: Set<BudgetThreshold> = []
            var spent: Int64 = 0
            var period = Self.november
            for _ in 0..<60 {
                spent = max(0, spent + Int64.random(in: -30...40, using: &random))
                if random.chance(3), period == Self.november {
                    (period, spent, passed) = (Self.december, 0, [])
                }
                let forecast = random.chance(20) ? nil : spent + Int64.random(in: 0...80, using: &random)
                let reading = Self.reading(
                    spent, forecast: forecast, low: forecast.map { $0 - 20 }, period: period,
                    date: period == Self.november ? "2026-11-20" : "2026-12-01")
                let expected = Self.oracle(&passed, spent: spent, forecast: forecast)
                let fired = thresholds.take(reading)
                #expect(fired == expected, "seed \(seed)")
                guard fired == expected else { return }
                seen.formUnion(fired)
                if random.chance(20) { thresholds = try BudgetThresholds(line: thresholds.line) }
            }
        }
        #expect(seen == Set(BudgetThreshold.allCases).subtracting([.dayCap]))
    }

    /// In whole dollars of 200: percentages are half the dollars.
    private static func oracle(
        _ passed: inout Set<BudgetThreshold>, spent: Int64, forecast: Int64?
    ) -> [BudgetThreshold] {
        var fired: [BudgetThreshold] = []
        func judge(_ threshold: BudgetThreshold, fires: Bool, ready: Bool) {
            if passed.contains(threshold) {
                if ready { passed.remove(threshold) }
            } else if fires {
                passed.insert(threshold)
                fired.append(threshold)
            }
        }
        judge(.half, fires: spent >= 100, ready: spent < 90)
        judge(.warning, fires: spent >= 160, ready: spent < 150)
        judge(
            .close, fires: spent >= 180 || (forecast ?? 0) > 200, ready: spent < 170 && (forecast ?? 999) < 190)
        judge(.returnShare, fires: spent >= 190, ready: spent < 180)
        judge(.certain, fires: (forecast ?? 0) - 20 > 200, ready: (forecast ?? 999) - 20 < 190)
        judge(.stop, fires: spent >= 200, ready: spent < 190)
        return fired
    }

    @Test func stateIsOneLineAndStrict() throws {
        var thresholds = Self.fresh()
        _ = thresholds.take(Self.reading(160, day: 51))
        let line =
            #"{"v":1,"period":"2026-11","trading_date":"2026-11-20","active":"actual_50,actual_80,day_limit"}"#
        #expect(thresholds.line == line)
        #expect(try BudgetThresholds(line: line) == thresholds)
        for wrong in ["actual_80,actual_50", "actual_50,actual_50", "actual_51", "actual_50,"] {
            let text = line.replacing("actual_50,actual_80,day_limit", with: wrong)
            #expect(throws: BudgetError.self) { try BudgetThresholds(line: text) }
        }
        #expect(throws: BudgetError.self) { try BudgetThresholds(line: line.replacing(#""v":1"#, with: #""v":2"#)) }
        #expect(throws: BudgetError.self) { try BudgetThresholds(line: line + " ") }
    }
}
