import Engines
import MarketData
import Signals
import Testing

/// A busy little market of futures, calls, puts, definitions, statistics, marks and three trade schemas, over `seconds`.
func busyFeed(seconds: Int = 1500, seed: UInt64 = 1) -> Feed {
    var random = seed
    func draw(_ limit: UInt64) -> UInt64 {
        random ^= random >> 12
        random ^= random << 25
        random ^= random >> 27
        return (random &* 2_685_821_657_736_338_717 >> 32) % limit
    }
    var feed = Feed()
    feed.define(100, "F", tick: 0.25, symbol: "ESM4", at: -60)
    for id: UInt32 in 200..<220 {
        feed.define(id, id % 2 == 0 ? "C" : "P", strike: 5150 + Double(id - 200) * 5, underlying: 100, at: -60)
        feed.openInterest(id, Int64(20 + draw(100)), at: -60)
    }
    for second in 0..<seconds {
        if second % 10 == 0 { feed.mark(at: Double(second)) }
        feed.trade(
            100, 5200 + Double(draw(80)) / 4 - 10, Int64(1 + draw(5)), side: draw(2) == 0 ? "B" : "A",
            at: Double(second))
        let kind: Feed.TradeKind = second % 17 == 0 ? .trades : .mbo
        let id = UInt32(200 + draw(20))
        feed.trade(
            id, 10 + Double(draw(40)) / 4, Int64(1 + draw(200)), side: draw(5) == 0 ? "A" : "B", kind: kind,
            at: Double(second) + 0.5)
        feed.trade(id, 10, 50, action: "A", at: Double(second) + 0.6)
    }
    feed.mark(at: Double(seconds))
    return feed
}

private func check<E: SignalEngine>(_ type: E.Type, _ configuration: String? = nil) throws -> [UInt8] {
    let feed = busyFeed()
    var engine = try E(configuration: configuration.map { Array($0.utf8) })
    let whole = feed.output(of: &engine)
    for length in [1, 2, 3, 7, 100, 1000] {
        var other = try E(configuration: configuration.map { Array($0.utf8) })
        #expect(feed.output(of: &other, runLength: length) == whole, "runs of \(length)")
    }
    return whole
}

@Suite struct EngineContractTests {
    @Test func howRecordsAreCutDoesNotMatter() throws {
        #expect(try check(IFDv1.self, #"{"max_open": 100}"#).count > 20_000)
        #expect(try check(IFDv3.self, #"{"min_confidence": 0, "repeat_after_s": 0}"#).count > 10_000)
        #expect(try check(Metronome.self).count > 20_000)
    }

    /// Every mark has its progress line, signals stand between the right ones, causes never decrease, and all lines are valid.
    @Test(arguments: BuiltInEngine.allCases)
    func outputKeepsTheContract(builtIn: BuiltInEngine) throws {
        func messages<E: SignalEngine>(_ type: E.Type) throws -> [EngineMessage] {
            var engine = try E(configuration: nil)
            let feed = busyFeed()
            let lines = feed.output(of: &engine).split(separator: 10).count
            var again = try E(configuration: nil)
            let messages = feed.messages(of: &again)
            #expect(messages.count == lines)
            return messages
        }
        let feed = busyFeed()
        let marks = feed.records.indices.filter { feed.records[$0][1] == RecordType.system }
        var progress: UInt64 = 0
        var cause: UInt64 = 0
        var answers: [UInt64] = []
        var ids = Set<String>()
        for message in try messages(builtIn.type) {
            switch message {
            case .signal(let signal):
                #expect(signal.cause >= progress && signal.cause >= cause)
                cause = signal.cause
                #expect(ids.insert(signal.id).inserted)
                let record = feed.records[Int(signal.cause)]
                let time = record[8..<16].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
                #expect(signal.tsEvent.nanos == time)
            case .progress(let line):
                progress = line.records
                answers.append(line.records)
            default: Issue.record("\(message)")
            }
        }
        #expect(answers == marks.map { UInt64($0) + 1 })
        #expect(!ids.isEmpty)
    }

    @Test func theEndOfInputHasALastProgress() throws {
        var feed = Feed()
        feed.trade(100, 5200, 1, at: 0)
        feed.trade(100, 5200, 1, at: 1, event: 0.5)
        var engine = try IFDv1()
        #expect(
            feed.progress(of: &engine) == [
                Progress(records: 2, tsEvent: Timestamp(nanos: nanos(noon + 0.5)), missing: ["definition of 100"])
            ])
        var empty = try IFDv1()
        #expect(Feed().progress(of: &empty) == [Progress(records: 0, tsEvent: Timestamp(nanos: 0))])
    }
}

@Suite struct ConfigurationTests {
    private func problems(_ builtIn: BuiltInEngine, _ text: String) -> [String] {
        do throws(ConfigurationError) {
            _ = try builtIn.make(configuration: Array(text.utf8))
            return []
        } catch {
            return error.problems
        }
    }

    @Test(arguments: BuiltInEngine.allCases)
    func unknownKeysAreRefusedByName(builtIn: BuiltInEngine) {
        let found = problems(builtIn, #"{"colour": 1, "min_volumen": 2}"#)
        #expect(found.count == 2)
        #expect(found.first?.hasPrefix("colour is not known; known are ") == true)
    }

    @Test func allProblemsAreToldAtOnce() {
        let found = problems(
            .ifdV1,
            #"{"min_volume": -1, "max_open": 0, "horizon_s": "long", "calendar": "mars", "confidence_thresholds": {"extreme": 5, "low": 1}}"#
        )
        #expect(
            found == [
                "min_volume must be an integer from 0 to 1000000000",
                "confidence_thresholds.low is not known; known are extreme, high, moderate, very_high",
                "confidence_thresholds must not fall from moderate over high and very_high to extreme",
                "max_open must be an integer from 1 to 1000", "horizon_s must be an integer from 1 to 86400",
                "calendar must be one of 24x7, cme-globex-equity, us-equity-rth",
            ])
    }

    @Test(arguments: ["", "[]", "{", "{\"max_open\": 3} x", "{\"max_open\": 3, \"max_open\": 4}", "nonsense"])
    func anythingButAnObjectIsRefused(text: String) {
        #expect(problems(.ifdV1, text).count == 1)
    }

    @Test(arguments: [
        #"{"universe": []}"#, #"{"universe": ["bonds"]}"#, #"{"universe": "options"}"#, #"{"window_s": 0}"#,
        #"{"k_target": -1}"#,
        #"{"least_volume": 5000}"#, #"{"confidence_thresholds": {"high": 0.95}}"#, #"{"confidence_thresholds": 3}"#,
        #"{"weights": {"pressure": 0, "baseline": 0, "not_market_making": 0, "coordination": 0}}"#,
    ])
    func v3RefusesWhatMakesNoSense(text: String) {
        #expect(problems(.ifdV3, text).count == 1)
    }

    @Test func theVersionShowsAChangedParameterAndNothingElse() throws {
        func version(_ text: String?) throws -> String {
            try BuiltInEngine.ifdV1.make(configuration: text.map { Array($0.utf8) }).version
        }
        let standard = try version(nil)
        #expect(standard == "1.0.0")
        #expect(try version("{}") == standard)
        #expect(try version(#"{"min_volume": 500, "confidence_thresholds": {"extreme": 50.0}}"#) == standard)
        let changed = try version(#"{"min_volume": 501}"#)
        #expect(changed.hasPrefix("1.0.0+") && changed.utf8.count == 14)
        #expect(try version(#"{ "min_volume" : 501 }"#) == changed)
        #expect(try version(#"{"min_volume": 502}"#) != changed)
    }

    @Test func thresholdsAreTakenFromTheConfiguration() throws {
        var feed = Feed()
        feed.define(100, "F", at: -60)
        feed.define(200, "C", strike: 5250, underlying: 100, at: -60)
        feed.openInterest(200, 100, at: -60)
        feed.trade(100, 5200, 1, at: -1)
        feed.trade(200, 1, 125, at: 0)
        let text =
            #"{"min_volume": 100, "min_vol_oi_ratio": 1.25, "min_dollar_size": 6250, "max_distance_percent": 0.962, "confidence_thresholds": {"moderate": 1, "high": 1.1, "very_high": 1.2, "extreme": 1.3}, "horizon_s": 60}"#
        var engine = try IFDv1(configuration: Array(text.utf8))
        let signals = feed.signals(of: &engine)
        #expect(signals.map(\.strength) == [.veryHigh] && signals.map(\.horizonSeconds) == [60])
    }
}
