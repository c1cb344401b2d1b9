import Foundation
import MarketData
import Signals
import Testing

@testable import Engines

@Suite struct TuningTests {
    /// Ten sessions in which large volume wins two of three, and small volume loses in every session.
    private func smallVolumeLoses() -> TuningJournal {
        var journal = TuningJournal()
        for day in 1...10 {
            for index in 0..<6 { journal.add(day: day, r: (index + day) % 3 == 0 ? -1 : 1) }
            for index in 0..<(1 + day % 3) { journal.add(day: day, volume: 25, r: index == 2 ? 0.1 : -1) }
        }
        return journal
    }

    @Test func aThresholdThatKeepsLosersOutIsApplied() throws {
        let report = try smallVolumeLoses().report()
        #expect(report.lacking.isEmpty)
        let proposal = try #require(report.proposal(.minTotalVolume))
        #expect(proposal.verdict == .apply && proposal.now == 20 && proposal.proposed == 30)
        #expect(proposal.kept == 60)
        let effect = try #require(proposal.effect)
        // 60 signals of large volume, 20 of them lost; 20 of small volume, 3 of which won.
        #expect(effect.before.signals == 80 && effect.after.signals == 60)
        #expect(abs(effect.before.accuracy - 43 / 80) < 1e-12 && abs(effect.after.accuracy - 40.0 / 60) < 1e-12)
        #expect(abs(effect.after.expectancyR - 20.0 / 60) < 1e-12)
        #expect(try #require(effect.composite.low) > 0)

        let together = try #require(report.together)
        #expect(together.yaml == "min_total_volume: 30\n")
        #expect(together.effect == effect)
        #expect(report.version == "3.0.0")
        #expect(together.version == (try IFDv3(configuration: Array(#"{"min_total_volume": 30}"#.utf8)).version))
        #expect(report.proposals.filter { $0.verdict == .apply }.count == 1)
    }

    /// The same in the last step of a profile whose other values are not the defaults, and must stay.
    @Test func theRestOfTheConfigurationStays() throws {
        let configuration = #"{"k_stop": 1.5, "confidence_thresholds": {"extreme": 0.95}, "universe": ["options"]}"#
        let together = try #require(try smallVolumeLoses().report(configuration).together)
        let by =
            #"{"confidence_thresholds":{"extreme":0.95},"k_stop":1.5,"min_total_volume":30,"universe":["options"]}"#
        #expect(together.version == (try IFDv3(configuration: Array(by.utf8)).version))
    }

    @Test func theOrderOfSignalsChangesNothing() throws {
        let journal = smallVolumeLoses()
        var shuffled = journal
        var random = PressureRandom(seed: 8)
        shuffled.observations.shuffle(using: &random)
        #expect(try shuffled.report() == journal.report())
    }

    /// Luck alone must not move a threshold: random outcomes, whatever the features.
    @Test func noiseIsSeldomApplied() throws {
        var random = PressureRandom(seed: 2026)
        var applied = 0
        var judged = 0
        for _ in 0..<300 {
            var journal = TuningJournal()
            for day in 1...20 {
                // Signals of a session share their luck in part.
                let mood = random.unit() * 0.3
                for _ in 0..<(2 + Int(random.next() % 6)) {
                    journal.add(
                        day: day, ratio: 2 + random.unit(), volume: 20 + Int64(random.next() % 16),
                        confidence: 0.55 + random.unit() * 0.25, r: random.unit() < 0.4 + mood ? 1 : -1)
                }
            }
            let report = try journal.report()
            judged += report.proposals.count { $0.effect != nil }
            applied += report.proposals.count { $0.verdict == .apply }
        }
        #expect(judged > 900)
        #expect(Double(applied) / Double(judged) < 0.04, "\(applied) of \(judged)")
    }

    /// Monitored signals are in the journal with their outcomes, so acting on them can be judged.
    @Test func aLowerHighIsJudgedByWhatWasMonitored() throws {
        var journal = TuningJournal()
        for day in 1...8 {
            for index in 0..<4 { journal.add(day: day, r: index < 2 ? 1 : -1) }
            for index in 0..<(3 + day % 2) { journal.add(day: day, confidence: 0.67, r: index == 3 ? -1 : 1) }
        }
        let report = try journal.report()
        let proposal = try #require(report.proposal(.high))
        #expect(proposal.verdict == .apply && proposal.proposed == 0.65 && proposal.kept == 60)
        #expect(try #require(report.together).yaml == "confidence_thresholds:\n  high: 0.65\n")
        // What would lie below `min_confidence` was never said.
        let blind = try journal.report(#"{"min_confidence": 0.66}"#)
        #expect(blind.proposal(.high)?.proposed != 0.65)
    }

    @Test func noOtherThresholdIsLoosened() throws {
        for proposal in try smallVolumeLoses().report().proposals where proposal.parameter != .high {
            #expect((proposal.proposed ?? .infinity) > proposal.now)
        }
    }

    /// Better on average and poorer in sum is for a person to decide.
    @Test func givingUpProfitIsNotApplied() throws {
        var journal = TuningJournal()
        for day in 1...10 {
            for index in 0..<6 { journal.add(day: day, r: (index + day) % 4 == 0 ? -1 : 1) }
            for index in 0..<4 { journal.add(day: day, volume: 25, r: (index + day) % 2 == 0 ? -0.5 : 0.7) }
        }
        let proposal = try #require(try journal.report().proposal(.minTotalVolume))
        #expect(try #require(proposal.effect?.composite.low) > 0)
        #expect(proposal.verdict == .monitor && proposal.reason.contains("4.000 R of profit"))
    }

    @Test func tooLittleIsSaid() throws {
        var journal = TuningJournal()
        for _ in 0..<9 { journal.add(day: 1, r: 1) }
        #expect(try journal.report().lacking.first?.contains("there are 9 in 1") == true)
        journal.add(day: 1, r: 1)
        #expect(try journal.report().lacking.count == 1)
        // A monitored signal is no actionable one.
        journal.add(day: 2, confidence: 0.6, r: 1)
        #expect(try journal.report().lacking.first?.contains("there are 10 in 1") == true)
        journal.add(day: 2, r: 1)
        let report = try journal.report()
        #expect(report.lacking.isEmpty && report.proposals.map(\.parameter) == TunedParameter.allCases)
        #expect(report.together == nil)
        #expect(try TuningJournal().report().lacking.first?.contains("there are 0 in 0") == true)
    }

    /// A journal of another configuration says nothing about this one.
    @Test func signalsOfAnotherConfigurationAreNoEvidence() throws {
        var journal = smallVolumeLoses()
        #expect(try journal.report(#"{"min_total_volume": 200}"#).lacking.first?.hasPrefix("20 of 80") == true)
        journal.add(day: 3, confidence: 0.75, action: .monitor, r: 1)
        #expect(try journal.report().lacking.first?.hasPrefix("1 of 81") == true)
        #expect(throws: ConfigurationError.self) { try journal.report(#"{"min_volume": 3}"#) }
    }

    @Test func signalsWithoutFeaturesAreCounted() throws {
        var journal = smallVolumeLoses()
        let whole = try journal.report()
        for feature in ["log_ratio", "buy_volume", "sell_volume", "unsided_volume", "raw_confidence"] {
            var observation = journal.observations[0]
            observation.features[feature] = nil
            journal.observations.append(observation)
        }
        var damaged = journal.observations[0]
        damaged.features["buy_volume"] = .integer(.max)
        journal.observations.append(damaged)
        let report = try journal.report()
        #expect(report.counts.incomplete == 6 && report.proposals == whole.proposals)
    }

    @Test func boundsAndOrderAreKept() throws {
        var journal = TuningJournal()
        for day in 1...6 {
            for index in 0..<6 { journal.add(day: day, ratio: 9, volume: 900, confidence: 0.98, r: index < 3 ? 1 : -1) }
        }
        func proposal(_ parameter: TunedParameter, _ configuration: String) throws -> TuningProposal {
            try #require(try journal.report(configuration).proposal(parameter))
        }
        let ratio = try proposal(.minPressureRatio, #"{"min_pressure_ratio": 4.9}"#)
        #expect(ratio.proposed == 5 && ratio.verdict == .none)
        #expect(try proposal(.minPressureRatio, #"{"min_pressure_ratio": 5}"#).proposed == nil)
        let volume = try proposal(.minTotalVolume, #"{"min_total_volume": 500}"#)
        #expect(volume.proposed == nil)
        let small = try proposal(.minTotalVolume, #"{"min_total_volume": 10}"#)
        #expect(small.proposed == nil && small.reason.contains("50 %"))
        let high = try proposal(.high, #"{"confidence_thresholds": {"high": 0.8, "very_high": 0.8}}"#)
        #expect(high.proposed == 0.75)
    }

    @Test func unknownFiguresAreNull() throws {
        var journal = TuningJournal()
        for day in 1...2 { for _ in 0..<5 { journal.add(day: day, r: 1) } }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        let text = String(decoding: try encoder.encode(try journal.report()), as: UTF8.self)
        #expect(text.contains(#""together":null"#) && text.contains(#""win_loss":null"#))
        #expect(text.contains(#""composite":{"high":null,"low":null,"value":0}"#))
        #expect(text.contains(#""parameter":"confidence_thresholds.high""#))
    }

    @Test func theTableHasACellForEveryColumn() throws {
        for journal in [smallVolumeLoses(), TuningJournal()] {
            let report = try journal.report()
            #expect(report.rows.allSatisfy { $0.count == TuningReport.header.count })
            #expect(report.footing.contains("  min_total_volume: 30") == (report.together != nil))
        }
    }
}
