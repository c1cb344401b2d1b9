import Foundation
import Testing

extension EndToEnd {
    /// A fair judge over a labelled market, with the settings that are shipped.
    @Suite struct Judging {
        let folder: Folder

        init() throws { folder = try Folder() }

        private func judge(sessions: Int, seed: Int, _ more: [String] = []) throws -> String {
            let (input, labels) = (folder.path + "/sessions-\(seed)", folder.path + "/labels-\(seed).jsonl")
            try folder.tandem([
                "generate", "--sessions", "\(sessions)", "--seed", "\(seed)", "--out", input, "--labels", labels,
            ]).expect(0)
            return try folder.tandem(["judge", "--input", input, "--labels", labels, "-o", "json"] + more, atMost: 300)
                .expect(0).output
        }

        /// Forty sessions of a seed that nothing was tuned on: the candidate is better than the baseline, by far, and the
        /// rows that keep the judge honest are where they must be.
        @Test func theCandidateDeservesItsTrial() throws {
            let report = try #require(JSON(judge(sessions: 40, seed: 11)))
            let (v1, v3) = (report["engines"]["ifd-v1"], report["engines"]["ifd-v3"])
            let rightSide = report["engines"]["ifd-v1-right-side"]
            func value(_ row: JSON, _ name: String) throws -> Double { try #require(row[name]["value"].double) }
            let accuracy = try value(v3, "accuracy")
            #expect(accuracy >= 0.75 && (v3["accuracy"]["low"].double ?? 0) >= 0.70)
            #expect(try accuracy >= value(v1, "accuracy") + 0.10 && accuracy >= value(rightSide, "accuracy") + 0.10)
            #expect(try value(v3, "profit_factor") >= 1.8)
            #expect(try value(report["engines"]["oracle"], "precision") == 1)
            #expect(try value(report["engines"]["oracle"], "recall") == 1)
            let coin = report["engines"]["coin"]["accuracy"]
            #expect((coin["low"].double ?? 1) <= 0.5 && (coin["high"].double ?? 0) >= 0.5)
            #expect(try value(report["engines"]["shuffled-labels"], "precision") < 0.1)
            #expect(report["sessions"].int == 40 && (report["campaigns"].int ?? 0) > 200)
            #expect(report["parameters"].string?.count == 64 && report["versions"]["ifd-v3"].string == "3.0.0")
        }

        /// The same sessions give the same report, and other settings another version.
        @Test func aReportIsReproducible() throws {
            let first = try judge(sessions: 2, seed: 3)
            #expect(try judge(sessions: 2, seed: 3) == first)
            let config = try folder.write("loose.yaml", "min_confidence: 0.2\n")
            let other = try #require(JSON(judge(sessions: 2, seed: 3, ["--candidate-config", config])))
            #expect(other["versions"]["ifd-v3"].string?.hasPrefix("3.0.0+") == true)
        }

        @Test func whatIsWrongWithLabelsIsSaid() throws {
            let market = try Sessions.market()
            let labels = try folder.write("labels.jsonl", "{\"type\":\"campaign\"}\n")
            try folder.tandem(["judge", "--input", market, "--labels", labels]).expect(9, says: ["line 1"])
            try folder.tandem(["judge", "--input", market, "--labels", labels + "x"]).expect(3)
            try folder.tandem(["judge", "--input", folder.path, "--labels", labels]).expect(3, says: [".dbn"])
        }
    }
}
