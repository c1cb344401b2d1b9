import MarketData
import Testing

@testable import Engines

private func pairs(_ seed: UInt64, _ count: Int, levels: UInt64 = 1 << 40) -> [Calibration.Pair] {
    var random = PressureRandom(seed: seed)
    return (0..<count).map { _ in
        let raw = Double(random.next() % levels) / Double(levels)
        return Calibration.Pair(raw: raw, won: random.unit() < 0.2 + 0.6 * raw * raw)
    }
}

@Suite struct CalibrationTests {
    /// The max-min formula of isotonic regression (Barlow and others 1972): over equal scores as one,
    /// max over s <= i of min over t >= i of the rate of s...t.
    private static func maxMin(_ pairs: [Calibration.Pair]) -> [(raw: Double, rate: Double)] {
        let scores = Set(pairs.map(\.raw)).sorted()
        let all = scores.map { score in pairs.count { $0.raw == score } }
        let wins = scores.map { score in pairs.count { $0.raw == score && $0.won } }
        return scores.indices.map { i in
            let rate =
                (0...i).map { s in
                    (i..<scores.count).map { t in
                        Double(wins[s...t].reduce(0, +)) / Double(all[s...t].reduce(0, +))
                    }.min() ?? 0
                }.max() ?? 0
            return (scores[i], rate)
        }
    }

    @Test(arguments: 1...12) func itIsTheIsotonicRegression(seed: UInt64) {
        let pairs = pairs(seed, 240, levels: 40)
        let calibration = Calibration(pairs, leastGroup: 1)
        for (raw, rate) in Self.maxMin(pairs) where rate > 0 && rate < 1 {
            #expect(abs(calibration.probability(raw) - rate) < 1e-12, "\(raw)")
        }
    }

    @Test(arguments: 1...12) func itNeverFallsAndStaysInside(seed: UInt64) {
        for group in [1, 20] {
            let calibration = Calibration(pairs(seed, 300), leastGroup: group)
            var last = 0.0
            for step in -10...2010 {
                let probability = calibration.probability(Double(step) / 2000)
                #expect(probability >= last && probability > 0 && probability < 1)
                last = probability
            }
        }
    }

    @Test func belowTwoHundredAScoreIsItsOwnProbability() {
        let few = Calibration(pairs(1, 199))
        let scores: [Double] = [-1, 0, 0.3, 0.71, 1, 2]
        let expected: [Double] = [0, 0, 0.3, 0.71, 1, 1]
        #expect(scores.map { few.probability($0) } == expected)
        #expect(few.pairCount == 199 && few.blocks.isEmpty)
        #expect(!Calibration(pairs(1, 200)).blocks.isEmpty)
    }

    @Test func theOrderOfOutcomesChangesNothing() {
        var random = PressureRandom(seed: 4)
        let pairs = pairs(9, 500, levels: 60)
        #expect(Calibration(pairs) == Calibration(pairs.shuffled(using: &random)))
    }

    /// 100 losses at 0.2 and 100 wins at 0.8: not 0 and 1, but Platt's 1/102 and 101/102, and a line between.
    @Test func perfectRecordsDoNotMakeCertainty() {
        let lost = Array(repeating: Calibration.Pair(raw: 0.2, won: false), count: 100)
        let won = Array(repeating: Calibration.Pair(raw: 0.8, won: true), count: 100)
        let calibration = Calibration(won + lost)
        #expect(calibration.probability(0.1) == 1 / 102.0 && calibration.probability(0.9) == 101 / 102.0)
        #expect(abs(calibration.probability(0.5) - 0.5) < 1e-12)
    }

    /// Wins that fall with the score are one rate for all.
    @Test func aScoreThatMisleadsIsFlattened() {
        let inverted = (0..<400).map { Calibration.Pair(raw: Double($0) / 400, won: $0 < 200) }
        let calibration = Calibration(inverted)
        #expect(calibration.blocks.count == 1)
        #expect(calibration.probability(0.1) == calibration.probability(0.9))
    }

    @Test func aProbabilityIsWonThatOften() {
        let calibration = Calibration(pairs(77, 4000))
        var random = PressureRandom(seed: 78)
        let error =
            (0..<1000).map { _ in
                let raw = random.unit()
                return abs(calibration.probability(raw) - (0.2 + 0.6 * raw * raw))
            }.reduce(0, +) / 1000
        #expect(error < 0.03)
    }
}

@Suite struct FedBackOutcomesTests {
    private static let lines = """
        {"id":"a","kind":"target","r_micros":950000}
        {"id":"b","kind":"stop","r_micros":-1050000}
        {"id":"c","kind":"unresolvable","reason":"no-entry","r_micros":0}
        {"id":"d","kind":"horizon","r_micros":0,"tainted":false}
        {"id":"t","kind":"target","r_micros":5,"tainted":true}
        not json
        {"id":7,"r_micros":1}
        {"id":"e","kind":"target"}
        []
        """

    /// A win is above 0; what is not resolved is no outcome; bad lines are counted.
    @Test func onlyResolvedOutcomesCount() {
        let outcomes = FedBackOutcomes(Array(Self.lines.utf8))
        #expect(outcomes.won == ["a": true, "b": false, "d": false] && outcomes.unreadableLines == 4)
        #expect(FedBackOutcomes([]).won.isEmpty)
    }

    @Test func scoresOfThisVersionMeetTheirOutcomes() throws {
        let day = try date("2024-05-08")
        func record(_ session: CivilDate, scorer: UInt64) -> SessionRecord {
            var record = SessionRecord(session: session, layout: 1, scorer: scorer)
            for (id, raw) in [("a", 0.9), ("b", 0.4), ("c", 0.5), ("z", 0.6)] {
                record.add(SessionRecord.Prediction(id: id, raw: raw))
            }
            return record
        }
        let records = [
            record(day, scorer: 1), record(day.adding(days: 1), scorer: 2), record(day.adding(days: 2), scorer: 1),
        ]
        let lines = FedBackOutcomes(Array(Self.lines.utf8))
        let outcomes = [(session: day, value: lines), (day.adding(days: 1), lines)]
        #expect(Calibration(records, outcomes, scorer: 1).pairCount == 2)
    }
}
