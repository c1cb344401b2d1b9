import Foundation
import MarketData
import Rollout
import Signals
import Testing

@Suite struct JudgeReportTests {
    private static let report: JudgeReport = {
        var random = RolloutRandom(seed: 61)
        let truth = judgedLabels(
            6,
            (0..<6).map { judgedCampaign($0, from: 0, to: 5) } + [
                judgedCampaign(2, 2, from: 9, to: 10, isFalseStart: true)
            ])
        let engine = ClusteredEngine(sessions: 6)
        return JudgeReport(
            labels: truth, baseline: .init(name: "ifd-v1", version: "1.0", signals: engine.signals(&random)),
            candidate: .init(name: "ifd-v3", version: "3.0+ab", signals: engine.signals(&random)),
            oracle: engine.signals(&random), coin: engine.signals(&random))
    }()

    /// Encoded as the command line encodes everything.
    private static func json(_ value: some Encodable) throws -> [String: Any] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return try #require(JSONSerialization.jsonObject(with: encoder.encode(value)) as? [String: Any])
    }

    @Test func jsonHasTheAgreedShape() throws {
        let json = try Self.json(Self.report)
        let engines = try #require(json["engines"] as? [String: [String: Any]])
        #expect(
            engines.keys.sorted() == ["coin", "ifd-v1", "ifd-v1-right-side", "ifd-v3", "oracle", "shuffled-labels"])
        let row = try #require(engines["ifd-v3"])
        for name in [
            "precision", "recall", "accuracy", "win_loss", "payoff_ratio", "profit_factor", "expectancy_r",
            "detection_delay_seconds", "signals_per_session", "brier_score",
        ] {
            let estimate = try #require(row[name] as? [String: Any])
            #expect(estimate.keys.sorted() == ["high", "low", "n", "value"], "\(name)")
        }
        #expect((row["reliability"] as? [Any])?.count == 10)
        #expect(row["accuracy_lower_bound"] is Double)
        #expect(json["sessions"] as? Int == 6 && json["campaigns"] as? Int == 7)
        #expect(json["parameters"] as? String == "abc")
        #expect(json["versions"] as? [String: String] == ["ifd-v1": "1.0", "ifd-v3": "3.0+ab"])
        #expect((json["method"] as? [String: Any])?["confidence_level"] as? Double == 0.95)
        #expect((json["accuracy_gains"] as? [String: Any])?["ifd-v3 over ifd-v1"] != nil)
    }

    @Test func unknownIsNullInJSON() throws {
        let json = try Self.json(Estimate.unknown)
        #expect(json["value"] is NSNull && json["low"] is NSNull && json["high"] is NSNull && json["n"] as? Int == 0)
    }

    @Test func tableShowsValueAndLimitsOfEveryEngine() throws {
        let lines = Self.report.table.split(separator: "\n").map(String.init)
        let head = try #require(lines.first)
        #expect(
            head.split(separator: " ").map(String.init)
                == ["ifd-v1", "ifd-v3", "oracle", "coin", "shuffled-labels", "ifd-v1-right-side"])
        let accuracy = try #require(lines.first { $0.hasPrefix("accuracy ") && $0.contains("[") })
        let row = Self.report.entries[1].row.accuracy
        let text = String(format: "%.3f [%.3f, %.3f]", row.value ?? 0, row.low ?? 0, row.high ?? 0)
        #expect(accuracy.contains(text))
        // The column of a name begins where its cells begin.
        let column = try #require(head.firstRange(of: "ifd-v3")?.lowerBound)
        #expect(accuracy[column...].hasPrefix(text))
        #expect(lines.contains("market parameters abc") && lines.contains("ifd-v3 is version 3.0+ab"))
        #expect(lines.contains("6 sessions, 7 campaigns, 1 of them false starts"))
    }

    /// Outcomes do not depend on labels, so that row must not look like more evidence.
    @Test func shuffledRowHasNoOutcomes() throws {
        let row = try #require(Self.report.entries.first { $0.name == "shuffled-labels" }).row
        #expect(row.precision.value != nil && row.accuracy == .unknown)
    }
}
