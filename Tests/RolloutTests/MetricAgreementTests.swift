internal import Foundation
import MarketData
import Signals
import Testing

@testable import Rollout

@Suite struct MetricAgreementTests {
    private let halfHour = 1800.0

    @Test func aCaseIsAnUnderlyingInAHalfHour() {
        let session = MetricSession(signals: [
            // Same in the first half hour; its last second counts, the next one does not.
            measuredSignal(.baseline, .long, at: 0), measuredSignal(.candidate, .long, at: halfHour - 1),
            // Opposite in the second.
            measuredSignal(.baseline, .long, at: halfHour), measuredSignal(.candidate, .short, at: halfHour + 1),
            // Another underlying: only the baseline, then only the candidate.
            measuredSignal(.baseline, .short, at: 0, on: 2), measuredSignal(.candidate, .short, at: halfHour, on: 2),
        ])
        let agreement = metricTally([session, session]).metrics.agreement
        #expect(agreement.cases == 8)
        for part in [agreement.same, agreement.opposite, agreement.missed, agreement.extra] {
            #expect(part.count == 2 && part.share.value == 0.25 && part.share.count == 8)
        }
    }

    @Test func asManyLongAsShortIsNoDirection() {
        let session = MetricSession(signals: [
            // Two against one is long.
            measuredSignal(.baseline, .long), measuredSignal(.baseline, .short), measuredSignal(.baseline, .long),
            measuredSignal(.candidate, .long),
            // One against one is nothing, so the candidate speaks alone; and where both say nothing there is no case.
            measuredSignal(.baseline, .long, on: 2), measuredSignal(.baseline, .short, on: 2),
            measuredSignal(.candidate, .short, on: 2),
            measuredSignal(.candidate, .long, on: 3), measuredSignal(.candidate, .short, on: 3),
        ])
        let agreement = metricTally([session, session]).metrics.agreement
        #expect(agreement.cases == 4 && agreement.same.count == 2 && agreement.extra.count == 2)
        #expect(agreement.missed.count == 0 && agreement.missed.share.value == 0)
    }

    @Test func countsAreThoseOfLookingAtEachCase() {
        for seed in 0..<UInt64(accountRounds(50, 2000)) {
            var random = RolloutRandom(seed: seed)
            let sessions = randomMetricSessions(10, &random)
            var counts = [String: Int]()
            for session in sessions where session.state != .tainted {
                for block in 0..<12 {
                    for underlying in 1...2 {
                        func net(_ arm: Arm) -> Int {
                            session.signals.filter {
                                $0.arm == arm && $0.underlying.rawValue == underlying && !$0.score.isTaintedHalfHour
                                    && $0.score.time >= outcomeTime(Double(block) * 1800)
                                    && $0.score.time < outcomeTime(Double(block + 1) * 1800)
                            }.reduce(0) { $0 + ($1.direction == .long ? 1 : -1) }
                        }
                        let (first, second) = (net(.baseline), net(.candidate))
                        guard first != 0 || second != 0 else { continue }
                        let name =
                            first == 0
                            ? "extra" : second == 0 ? "missed" : (first > 0) == (second > 0) ? "same" : "opposite"
                        counts[name, default: 0] += 1
                    }
                }
            }
            let agreement = metricTally(sessions).metrics.agreement
            #expect(agreement.same.count == counts["same", default: 0], "seed \(seed)")
            #expect(agreement.opposite.count == counts["opposite", default: 0], "seed \(seed)")
            #expect(agreement.missed.count == counts["missed", default: 0], "seed \(seed)")
            #expect(agreement.extra.count == counts["extra", default: 0], "seed \(seed)")
            #expect(agreement.cases == counts.values.reduce(0, +), "seed \(seed)")
        }
    }

    @Test func jsonShowsUnknownAsNull() throws {
        let data = try JSONEncoder().encode(metricTally([MetricSession()]).metrics)
        let json = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(json.keys.sorted() == ["agreement", "baseline", "candidate", "metrics", "roi_gain", "sessions"])
        let metrics = try #require(json["metrics"] as? [String: [String: Any]])
        #expect(metrics.keys.sorted() == SuccessMetric.allCases.map(\.rawValue).sorted())
        let accuracy = try #require(metrics["accuracy"])
        #expect(accuracy["unit"] as? String == "share")
        #expect((accuracy["candidate"] as? [String: Any])?["value"] is NSNull)
        #expect(metrics["sharpe"]?["difference"] is NSNull)
        #expect((json["roi_gain"] as? [String: Any])?["error"] is NSNull)
        let agreement = try #require(json["agreement"] as? [String: Any])
        #expect(agreement.keys.sorted() == ["cases", "extra", "missed", "opposite", "same"])
    }
}
