import Foundation
import MarketData
import Testing

@testable import Engines

@Suite struct MomentsTests {
    /// NIST Statistical Reference Datasets, NumAcc4: 1001 numbers around 10000000.2; certified mean 10000000.2,
    /// deviation 0.1.
    @Test func aSetMadeToCancelKeepsItsDeviation() throws {
        var moments = Moments()
        moments.add(10_000_000.2)
        for _ in 0..<500 {
            moments.add(10_000_000.1)
            moments.add(10_000_000.3)
        }
        #expect(abs(moments.mean - 10_000_000.2) < 1e-8)
        #expect(abs(try #require(moments.variance).squareRoot() - 0.1) < 1e-8)
    }

    @Test(arguments: 1...20) func mergedPartsAreTheWhole(seed: Int) throws {
        var random = PressureRandom(seed: UInt64(seed))
        let numbers = (0..<500).map { _ in (random.unit() - 0.3) * 20 }
        var merged = Moments()
        var rest = numbers[...]
        while !rest.isEmpty {
            var part = Moments()
            for x in rest.prefix(Int(random.next() % 90)) { part.add(x) }
            rest = rest.dropFirst(Int(part.count))
            merged.merge(part)
        }
        let mean = numbers.reduce(0, +) / 500
        let squares = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        #expect(merged.count == 500 && abs(merged.mean - mean) < 1e-12 && abs(merged.squares - squares) < 1e-8)
    }

    @Test func fewNumbersHaveNoVariance() {
        var moments = Moments()
        #expect(moments.variance == nil && moments.mean == 0)
        moments.add(3)
        #expect(moments.variance == nil && moments.mean == 3)
        moments.add(3)
        #expect(moments.variance == 0)
    }
}

@Suite struct QuantileSketchTests {
    private static func numbers(_ seed: Int) -> [Double] {
        var random = PressureRandom(seed: UInt64(seed))
        return (0..<(1 + Int(random.next() % 800))).map { _ in
            let magnitude = exp((random.unit() - 0.4) * 9)
            return random.next() % 9 == 0 ? 0 : random.next() % 2 == 0 ? magnitude : -magnitude
        }
    }

    /// The paper's guarantee, against sorted numbers: 1 % of the true quantile, or zero where the magnitude is at most
    /// 1e-3.
    @Test(arguments: 1...40) func quantilesAreGoodToOnePercent(seed: Int) throws {
        let numbers = Self.numbers(seed)
        var sketch = QuantileSketch()
        for x in numbers { sketch.add(x) }
        let table = QuantileTable(merging: [sketch])
        let sorted = numbers.sorted()
        for step in 0...50 {
            let q = Double(step) / 50
            let expected = sorted[Int((q * Double(sorted.count - 1)).rounded(.down))]
            let found = try #require(table.quantile(q))
            let allowed = abs(expected) * QuantileSketch.relativeError * (1 + 1e-9)
            #expect(abs(found - expected) <= max(allowed, abs(expected) <= 1e-3 ? 1e-3 : 0), "q \(q)")
        }
    }

    /// However numbers are shared out over sketches and in whatever order, the merged table is the same.
    @Test(arguments: 1...20) func mergingIsExact(seed: Int) {
        var random = PressureRandom(seed: UInt64(seed) + 1000)
        let numbers = Self.numbers(seed)
        var whole = QuantileSketch()
        var parts = Array(repeating: QuantileSketch(), count: 5)
        for x in numbers { whole.add(x) }
        for x in numbers.shuffled(using: &random) { parts[Int(random.next() % 5)].add(x) }
        #expect(QuantileTable(merging: parts.shuffled(using: &random)) == QuantileTable(merging: [whole]))
    }

    @Test(arguments: 1...20) func ranksAreThePartBelow(seed: Int) throws {
        let numbers = Self.numbers(seed)
        var sketch = QuantileSketch()
        for x in numbers { sketch.add(x) }
        let table = QuantileTable(merging: [sketch])
        for x in numbers.prefix(100) + [-1e9, -0.5, 0, 0.5, 1e9] {
            // A bin is 2 % wide, so the rank lies between those of numbers that much below and above.
            let margin = abs(x) * 0.0203 + 2e-3
            let low = Double(numbers.count { $0 < x - margin }) / Double(numbers.count)
            let high = Double(numbers.count { $0 <= x + margin }) / Double(numbers.count)
            let rank = try #require(table.rank(of: BinnedNumber(x)))
            #expect(rank >= low && rank <= high)
        }
    }

    /// Half of what is equal counts as below.
    @Test func tiesAreInTheMiddle() {
        var sketch = QuantileSketch()
        for x in [1.0, 2, 2, 2, 5] { sketch.add(x) }
        let table = QuantileTable(merging: [sketch])
        let ranks: [Double?] = [0, 0.1, 0.5, 0.8, 0.9, 1]
        #expect([0.5, 1, 2, 3, 5, 9].map { table.rank(of: BinnedNumber($0)) } == ranks)
        #expect(
            QuantileTable(merging: []).rank(of: BinnedNumber(1)) == nil
                && QuantileTable(merging: []).quantile(0.5) == nil)
    }

    /// Against a look at every edge, at the edges and beside them too.
    @Test func aBinEndsAtTheFirstEdgeNotBelow() {
        var random = PressureRandom(seed: 3)
        let edges = QuantileSketch.edges
        let near = edges.flatMap { [$0, $0.nextUp, $0.nextDown] }
        let far = (0..<20_000).map { _ in exp((random.unit() - 0.5) * 20) }
        for x in near + far + [QuantileSketch.zeroLimit.nextUp, 1e9, .greatestFiniteMagnitude, .infinity] {
            let plain = x <= QuantileSketch.zeroLimit ? 0 : Int16((edges.firstIndex { $0 >= x } ?? 690) + 1)
            #expect(QuantileSketch.key(of: x) == plain && QuantileSketch.key(of: -x) == -plain, "\(x)")
        }
    }

    /// What one table took is not in the next.
    @Test func aSumServesForOneTableAfterAnother() {
        var sum = SketchSum()
        for seed in 1...10 {
            var sketch = QuantileSketch()
            for x in Self.numbers(seed) { sketch.add(x) }
            sum.add(sketch)
            #expect(QuantileTable(&sum) == QuantileTable(merging: [sketch]))
        }
    }

    /// Edges: gamma = 1.01 / 0.99; what is no number is no observation; memory is bounded.
    @Test func binsAreBounded() {
        #expect(QuantileSketch.key(of: 1e-3) == 0 && QuantileSketch.key(of: 1.0000001e-3) == 1)
        #expect(QuantileSketch.key(of: -1.03e-3) == -2 && QuantileSketch.largestKey == 691)
        var sketch = QuantileSketch()
        for x in [Double.nan, .infinity, -.infinity] { sketch.add(x) }
        #expect(sketch.count == 0)
        for exponent in -320...308 {
            sketch.add(pow(10, Double(exponent)))
            sketch.add(-pow(10, Double(exponent)))
        }
        for step in 0..<20_000 { sketch.add((Double(step) - 10_000) / 7) }
        #expect(sketch.bins.count <= 2 * 691 + 1 && sketch.count == 2 * 629 + 20_000)
    }
}

@Suite struct BaselineKeyTests {
    @Test func everyKeyHasOneNumber() throws {
        #expect(BaselineKey.count == 720)
        for number in 0..<BaselineKey.count {
            #expect(try #require(BaselineKey(number: number)).number == number)
        }
        #expect(BaselineKey(number: -1) == nil && BaselineKey(number: 720) == nil)
    }

    /// The underlying at 20,000: 0.5 % are 100 points.
    @Test(
        arguments: [
            (19_599, true, .deepIn), (19_600, true, .inTheMoney), (19_899, true, .inTheMoney),
            (19_900, true, .atTheMoney), (20_000, true, .atTheMoney), (20_099, true, .atTheMoney), (20_100, true, .out),
            (20_400, true, .farOut), (20_999, true, .farOut), (21_000, true, .farthest), (20_401, false, .deepIn),
            (20_000, false, .atTheMoney), (19_900, false, .out), (19_000, false, .farthest),
        ] as [(Double, Bool, Moneyness)])
    func bucketsCountOutOfTheMoney(strike: Double, isCall: Bool, expected: Moneyness) {
        let found = Moneyness(
            strikeNanos: Feed.price(strike), underlyingNanos: Feed.price(20_000), isCall: isCall)
        #expect(found == expected)
    }

    @Test func whatIsNotKnownIsItsOwnBucket() {
        let strike = Feed.price(20_000)
        #expect(Moneyness(strikeNanos: strike, underlyingNanos: nil, isCall: true) == .unknown)
        #expect(Moneyness(strikeNanos: strike, underlyingNanos: 0, isCall: true) == .unknown)
        #expect(Moneyness(strikeNanos: strike, underlyingNanos: -5, isCall: true) == .unknown)
        #expect(Moneyness(strikeNanos: Undefined.price, underlyingNanos: strike, isCall: true) == .unknown)
        #expect(Moneyness(strikeNanos: .min, underlyingNanos: .max - 1, isCall: false) == .farthest)
    }
}

@Suite struct BaselineHistoryTests {
    private static func parameters() throws -> BaselineParameters {
        BaselineParameters(calendar: try ExchangeCalendar(named: "cme-globex-equity"))
    }

    /// Prior mean 0, variance 1, worth 10 windows; 10 windows of mean 2 and squares 9: mean 20 / 20, variance (10 + 9 +
    /// 5 x 4) / 20.
    @Test func theEstimateIsTheConjugateOne() {
        let seen = Moments(count: 10, mean: 2, squares: 9)
        let estimate = BaselineEstimate(seen, prior: BaselineEstimate(mean: 0, variance: 1), strength: 10)
        #expect(estimate.mean == 1 && estimate.variance == 1.95)
        let none = BaselineEstimate(Moments(), prior: BaselineEstimate(mean: 3, variance: 4), strength: 10)
        #expect(none.mean == 3 && none.variance == 4)
        let much = BaselineEstimate(
            Moments(count: 1_000_000, mean: 2, squares: 250_000), prior: BaselineEstimate(mean: 0, variance: 1),
            strength: 10)
        #expect(abs(much.mean - 2) < 1e-4 && abs(much.variance - 0.25) < 1e-4)
    }

    /// No history: the root's numbers, rank 1/2, and a reliability that says so.
    @Test func withoutHistoryNothingIsExtreme() throws {
        let history = BaselineHistory([], try Self.parameters())
        let key = try #require(BaselineKey(number: 17))
        let judgement = history.judgeLogRatio(BinnedNumber(3), key)
        #expect(judgement.z == 3 && judgement.rank == 0.5 && judgement.reliability == 0)
        #expect(history.explain(key, logRatio: judgement, logVolume: judgement).logRatio.quantileValues.isEmpty)
    }

    /// Everything by plain sums over the windows themselves.
    @Test func judgementsAreWhatTheWindowsSay() throws {
        var random = PressureRandom(seed: 5)
        var windows: [(number: Int, ratio: Double)] = []
        var records: [SessionRecord] = []
        for day in 1...20 {
            var record = SessionRecord(
                session: try #require(CivilDate(year: 2024, month: 4, day: day)), layout: 7, scorer: 1)
            for _ in 0..<60 {
                // Calls at two times of day.
                let number = random.next() % 3 == 0 ? 48 + 19 : 96 + 20
                let ratio = (random.unit() + random.unit() - 1) * (number == 67 ? 1 : 2)
                windows.append((number, ratio))
                record.add(try #require(BaselineKey(number: number)), logRatio: ratio, logVolume: 1)
            }
            records.append(record)
        }
        let history = BaselineHistory(records, try Self.parameters())
        func plain(_ numbers: [Double], _ m: Double, _ v: Double) -> (mean: Double, variance: Double) {
            let n = Double(numbers.count)
            let x = numbers.reduce(0, +) / n
            let s = numbers.reduce(0) { $0 + ($1 - x) * ($1 - x) }
            return ((n * x + 30 * m) / (n + 30), (30 * v + s + n * 30 / (n + 30) * (x - m) * (x - m)) / (n + 30))
        }
        let pool = plain(windows.map(\.ratio), 0, 1)
        let mine = windows.filter { $0.number == 67 }.map(\.ratio)
        let (mean, variance) = plain(mine, pool.mean, pool.variance)
        let judgement = history.judgeLogRatio(BinnedNumber(0.7), try #require(BaselineKey(number: 67)))
        #expect(abs(judgement.z - (0.7 - mean) / variance.squareRoot()) < 1e-9)
        let n = Double(mine.count)
        #expect(judgement.reliability == n / (n + 30))
        func below(_ numbers: [Double]) -> Double { Double(numbers.count { $0 < 0.7 }) }
        let total = Double(windows.count)
        let pooled = (below(windows.map(\.ratio)) + 15) / (total + 30)
        #expect(abs(judgement.rank - (below(mine) + 30 * pooled) / (n + 30)) < 0.01)
    }

    @Test func theNewestSessionsCountAndTheLaterOfTwoRecords() throws {
        let first = try date("2024-01-01")
        var records = try (0..<25).map { day in
            try randomRecord(session: first.adding(days: day), windows: 30, seed: UInt64(day))
        }
        let parameters = try Self.parameters()
        let history = BaselineHistory(records, parameters)
        #expect(history.sessions == records.suffix(20).map(\.session))
        records.append(try randomRecord(session: first.adding(days: 24), windows: 70, seed: 99))
        let again = BaselineHistory(records, parameters)
        #expect(again.sessions == history.sessions)
        let windows: UInt64 = again.pools.reduce(0) { $0 + $1.logRatio.seen.count }
        #expect(windows == 640)
    }

    @Test func anExplanationPrintsWhatWasUsed() throws {
        let day = try date("2024-05-07")
        var record = SessionRecord(session: day, layout: 7, scorer: 1)
        let key = try #require(BaselineKey(number: 4 * 48 + 19))
        for ratio in [1.0, 1, 1, 1] { record.add(key, logRatio: ratio, logVolume: 2) }
        let history = BaselineHistory([record], try Self.parameters())
        let explanation = history.explain(
            key, logRatio: history.judgeLogRatio(BinnedNumber(2), key),
            logVolume: history.judgeLogVolume(BinnedNumber(2), key))
        #expect(explanation.key == "call, 0.5 to 2 % out of the money, 09:30")
        #expect(explanation.windows == 4 && explanation.classWindows == 4 && explanation.sessions == 1)
        let text = explanation.description
        #expect(text.contains("sessions    1, 2024-05-07 to 2024-05-07"))
        #expect(text.contains("key alone mean 1.000 sd 0.000") && text.contains("p99 "))
    }
}
