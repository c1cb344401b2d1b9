import Foundation
import MarketData
import Signals
import Testing

@testable import Engines

private let day: Double = 86_400

extension Feed {
    /// Half an hour at `noon` + `base` in which each call has 12 contracts bought and 10 sold in each window: 24 windows of one key.
    fileprivate mutating func quietHalfHour(at base: Double) {
        trade(100, 5200, 1, side: "N", at: base + 1)
        for window in 0..<6 {
            for id in calls { trade(id, 10, 12, side: "B", at: base + Double(window) * 300 + 40) }
            for id in calls { trade(id, 10, 10, side: "A", at: base + Double(window) * 300 + 70) }
        }
        mark(at: base + 1800)
    }

    /// Two windows of a campaign.
    fileprivate mutating func campaign(_ contracts: Int64 = 300, at base: Double) {
        trade(100, 5200, 1, side: "N", at: base + 1)
        press(calls, contracts, from: base)
        press(calls, contracts, from: base + 300)
        mark(at: base + 600)
    }

    fileprivate static func days(_ days: [Double], _ body: (inout Feed, Double) -> Void) -> Feed {
        var feed = Feed()
        feed.defineChain(at: (days.first ?? 0) * day - 60)
        for number in days { body(&feed, number * day) }
        return feed
    }
}

private func today(_ signals: [Signal]) -> [Signal] { signals.filter { $0.tsEvent.nanos >= nanos(noon) } }

@Suite struct IFDv3BaselineTests {
    /// The first session has nothing to compare with: the prior says mean 0, deviation 1, and rank one half.
    @Test func withoutHistoryThePriorJudges() throws {
        let signals = try Heard(Feed.days([0]) { $0.campaign(at: $1) }).signals
        #expect(signals.count == 2)
        for signal in signals {
            #expect(abs((signal.number("baseline_z") ?? 0) - log(31)) < 1e-9)
            #expect(signal.number("baseline_volume_rank") == 0.5 && signal.number("baseline_reliability") == 0)
            #expect(signal.number("score_baseline") == 0)
        }
    }

    /// 24 windows of ln(22 / 20) yesterday, with 30 for the prior: mean and variance by the formulas of partial pooling, by hand.
    ///
    /// Both of today's windows are judged by yesterday alone: the first is not in what the second is compared with.
    @Test func closedSessionsJudgeAndTodayDoesNot() throws {
        let feed = Feed.days([-1, 0]) { feed, base in
            if base < 0 { feed.quietHalfHour(at: base) } else { feed.campaign(at: base) }
        }
        let signals = try Heard(feed, talkative, memory: ProcessMemory()).signals
        let v = log(22.0 / 20)
        let classMean = 24 * v / 54
        let classVariance = (30 + 24 * 30 / 54 * v * v) / 54
        let mean = (24 * v + 30 * classMean) / 54
        let variance = (30 * classVariance + 24 * 30 / 54 * (v - classMean) * (v - classMean)) / 54
        let rank = (24 + 30 * (24 + 30 * 0.5) / 54) / 54
        #expect(today(signals).count == 2)
        for signal in today(signals) {
            #expect(abs((signal.number("baseline_z") ?? 0) - (log(31) - mean) / variance.squareRoot()) < 1e-9)
            #expect(abs((signal.number("baseline_volume_rank") ?? 0) - rank) < 1e-9)
            #expect(signal.number("baseline_reliability") == 24.0 / 54)
            // More than four deviations: the first half is full, the second as far as the rank is above one half.
            let expected = (0.5 + 0.5 * (rank - 0.5) / 0.5) * 24 / 54
            #expect(abs((signal.number("score_baseline") ?? 0) - expected) < 1e-9)
        }
    }

    /// What is usual at this time of day is no news, and what was never seen in ten sessions is.
    @Test func anUnusualCampaignIsExtreme() throws {
        let past: [Double] = [-14, -13, -12, -9, -8, -7, -6, -5, -2, -1]
        let unusual = Feed.days(past + [0]) { feed, base in
            if base < 0 { feed.quietHalfHour(at: base) } else { feed.campaign(at: base) }
        }
        let configuration = #"{"repeat_after_s": 0}"#
        let signal = try #require(try Heard(unusual, configuration, memory: ProcessMemory()).signals.last)
        #expect(signal.strength == .extreme && signal.action == .strongBuy && signal.sizeMultiplier == 3)
        let usual = Feed.days(past + [0]) { $0.campaign(at: $1) }
        let other = try #require(try Heard(usual, configuration, memory: ProcessMemory()).signals.last)
        #expect(other.strength == .high && (other.number("score_baseline") ?? 1) < 0.2)
    }
}

@Suite struct IFDv3MemoryTests {
    private func feed(_ days: [Double], closes: Bool = true) -> Feed {
        var feed = Feed.days(days) { feed, base in
            if base < 0 { feed.quietHalfHour(at: base) } else { feed.campaign(at: base) }
        }
        // The session closes at 21:00Z.
        if closes { feed.mark(at: (days.last ?? 0) * day + 6 * 3600) }
        return feed
    }

    private var tomorrow: CivilDate { get throws { try date("2024-05-09") } }

    @Test func aSessionIsSavedAtItsClose() throws {
        let memory = ProcessMemory()
        _ = try Heard(feed([-1], closes: false), memory: memory)
        #expect(memory.states(before: try tomorrow, atMost: 9).isEmpty)
        _ = try Heard(feed([-1]), memory: memory)
        #expect(memory.states(before: try tomorrow, atMost: 9).map(\.session) == [try date("2024-05-07")])
    }

    /// A process that lives on and one that is started with what the first had saved say the same.
    @Test func whatWasSavedIsReadAtTheNextOpen() throws {
        let memory = ProcessMemory()
        _ = try Heard(feed([-1]), memory: memory)
        let restarted = try Heard(feed([0]), talkative, memory: memory).signals
        let lived = today(try Heard(feed([-1, 0]), talkative, memory: ProcessMemory()).signals)
        #expect(restarted.map(\.withoutCause) == lived.map(\.withoutCause) && restarted.count == 2)
        #expect(restarted != (try Heard(feed([0]), talkative).signals))
    }

    @Test func aSecondRunIsEqual() throws {
        func run() throws -> (Heard, [(session: CivilDate, bytes: [UInt8])]) {
            let memory = ProcessMemory()
            let heard = try Heard(feed([-2, -1, 0]), memory: memory)
            return (heard, memory.states(before: try tomorrow, atMost: 9))
        }
        let (first, second) = (try run(), try run())
        #expect(first.0.signals == second.0.signals && first.0.signals.count == 2)
        #expect(first.1.map(\.bytes) == second.1.map(\.bytes) && first.1.count == 3)
    }

    @Test(arguments: [1, 7, 100]) func howRecordsAreCutDoesNotMatter(length: Int) throws {
        func output(_ runLength: Int) throws -> [UInt8] {
            var engine = try IFDv3()
            engine.remember(in: ProcessMemory())
            return feed([-2, -1, 0]).output(of: &engine, runLength: runLength)
        }
        #expect(try output(length) == output(.max))
    }

    @Test func aDamagedStateIsNamedAndLeftOut() throws {
        let memory = ProcessMemory()
        memory.save(session: try date("2024-05-07"), bytes: [1, 2, 3])
        let heard = try Heard(feed([0], closes: false), memory: memory)
        #expect(heard.missing.count == 1 && heard.missing.first?.hasPrefix("the session of 2024-05-07: ") == true)
        #expect(heard.signals == (try Heard(feed([0], closes: false)).signals))
    }

    /// Yesterday's range, silence and record types are not today's: a process begun today says the same.
    @Test func nothingButTheMemoryCrossesAClose() throws {
        // The session of 2024-05-08 opens at 2024-05-07T22:00Z, the one before closes an hour earlier.
        let open = -17 * 3600.0
        func feed(withYesterday: Bool) -> Feed {
            var feed = Feed()
            feed.defineChain(at: open - 7200)
            if withYesterday {
                feed.trade(100, 5100, 1, side: "N", at: open - 4810)
                feed.trade(100, 5300, 1, side: "N", at: open - 4805)
                feed.press(calls, 300, from: open - 4800)
                feed.press(calls, 300, from: open - 4500)
                feed.press(calls, 300, from: open - 3900)
            }
            feed.trade(100, 5200, 1, side: "N", kind: .trades, at: open + 1)
            for start in [open, open + 300] {
                for id in calls { feed.trade(id, 10, 300, kind: .trades, at: start + 100) }
            }
            feed.mark(at: open + 600)
            return feed
        }
        let configuration = #"{"repeat_after_s": 86400}"#
        let all = try Heard(feed(withYesterday: true), configuration).signals
        let late = try Heard(feed(withYesterday: false), configuration).signals
        #expect(late.map(\.action) == [.monitor, .buy])
        #expect(all.filter { $0.tsEvent.nanos > nanos(noon + open) }.map(\.withoutCause) == late.map(\.withoutCause))
        #expect(all.map(\.action) == [.monitor, .buy, .monitor, .buy])
    }

    /// Nothing can be done about what is known only at the close.
    @Test(arguments: [(20.0, 2), (25, 1)]) func theLastWindowOfASessionIsSilent(minutes: Double, count: Int) throws {
        let start = 5.5 * 3600 + minutes * 60
        var feed = Feed.days([0]) { $0.trade(100, 5200, 1, side: "N", at: $1 + 5.5 * 3600) }
        feed.press(calls, 300, from: start - 300)
        feed.press(calls, 300, from: start)
        feed.mark(at: start + 300)
        #expect(try Heard(feed).signals.count == count)
    }
}

@Suite struct IFDv3CalibrationTests {
    /// Yesterday's `count` signals with scores evenly over 0...1, of which those won that `wins` says.
    private func memory(
        _ count: Int, _ configuration: String?, version: String? = nil, wins: (Int, Double) -> Bool
    ) throws -> ProcessMemory {
        let engine = try IFDv3(configuration: configuration.map { Array($0.utf8) })
        let layout = BaselineParameters(calendar: try ExchangeCalendar(named: "cme-globex-equity"))
            .layout(PressureParameters())
        let yesterday = try date("2024-05-07")
        var record = SessionRecord(
            session: yesterday, layout: layout, scorer: SessionRecord.fingerprint(version ?? engine.version))
        var lines = ""
        for number in 0..<count {
            let raw = (Double(number) + 0.5) / Double(count)
            record.add(SessionRecord.Prediction(id: "v3-\(number)", raw: raw))
            lines += "{\"id\":\"v3-\(number)\",\"r_micros\":\(wins(number, raw) ? 900_000 : -1_000_000)}\n"
        }
        let memory = ProcessMemory()
        memory.save(session: yesterday, bytes: record.bytes)
        memory.feedBack(session: yesterday, outcomes: Array(lines.utf8))
        return memory
    }

    /// In truth the probability of winning is the square of the score.
    private func isWon(_ number: Int, _ raw: Double) -> Bool { Double(number * 37 % 100) < 100 * raw * raw }

    private func signals(_ contracts: Int64, _ configuration: String?, _ memory: ProcessMemory) throws -> [Signal] {
        try Heard(Feed.days([0]) { $0.campaign(contracts, at: $1) }, configuration, memory: memory).signals
    }

    @Test func below200OutcomesAScoreIsItsOwnProbability() throws {
        for signal in try signals(200, withoutBaseline, try memory(199, withoutBaseline, wins: isWon)) {
            #expect(signal.confidence == signal.number("raw_confidence"))
        }
    }

    @Test func outcomesMakeScoresProbabilities() throws {
        let memory = try memory(1000, withoutBaseline, wins: isWon)
        var pairs: [(raw: Double, confidence: Double)] = []
        for contracts in stride(from: Int64(20), through: 320, by: 20) {
            for signal in try signals(contracts, withoutBaseline, memory) {
                pairs.append((try #require(signal.number("raw_confidence")), signal.confidence))
            }
        }
        #expect(pairs.count == 32)
        let sorted = pairs.sorted { $0.raw < $1.raw }
        for (raw, confidence) in sorted { #expect(abs(confidence - raw * raw) < 0.12, "\(raw)") }
        for (one, next) in zip(sorted, sorted.dropFirst()) { #expect(one.confidence <= next.confidence) }
        #expect(Set(sorted.map(\.confidence)).count > 5)
    }

    /// Luck does not lift a weak score to action, and a score that never wins is not spoken of.
    @Test func theLevelIsTheLowerOfScoreAndProbability() throws {
        let lucky = try signals(300, nil, try memory(300, nil) { _, _ in true })
        #expect(lucky.map(\.action) == [.monitor, .buy] && lucky.allSatisfy { $0.confidence > 0.99 })
        #expect(try signals(300, nil, try memory(300, nil) { _, _ in false }).isEmpty)
        let doubtful = try signals(300, nil, try memory(300, nil) { number, _ in number % 10 < 6 })
        #expect(doubtful.map(\.action) == [.monitor])
    }

    @Test func scoresOfAnotherVersionDoNotCalibrate() throws {
        let memory = try memory(300, nil, version: "2.9.0") { _, _ in false }
        #expect(try signals(300, nil, memory).map(\.action) == [.monitor, .buy])
    }

    /// What was said is written down with its score, for the sessions after.
    @Test func aSessionRemembersItsScores() throws {
        let memory = ProcessMemory()
        var feed = Feed.days([0]) { $0.campaign(at: $1) }
        feed.mark(at: 6 * 3600)
        let signals = try Heard(feed, memory: memory).signals
        let saved = try #require(memory.states(before: try date("2024-05-09"), atMost: 1).first)
        let predictions = try SessionRecord(saved.bytes).predictions
        #expect(predictions.map(\.id) == signals.map(\.id) && predictions.count == 2)
        #expect(predictions.map(\.raw) == signals.compactMap { $0.number("raw_confidence") })
    }
}
