import Feeds
import Foundation
import MarketData
import Rollout
import Signals
import Testing

@testable import Operator

/// The first two hours of a small session of the synthetic market, with signals on its futures.
private struct PaperMarket {
    struct Stretch {
        let mark: Mark
        let index: UInt64
        let chunks: [FeedChunk]
    }

    private(set) var stretches: [Stretch] = []
    let signals: [PaperBook.Said]

    static let made = Result { try PaperMarket() }

    private init() throws {
        let temporary = try TemporaryFolder()
        let calendar = try ExchangeCalendar(named: "cme-globex-equity")
        let date = try #require(CivilDate("2026-11-02"))
        let open = Timestamp(nanos: 1_793_574_000_000_000_000)
        let session = SyntheticSession(tradeDate: date, open: open, close: open.advanced(bySeconds: 82_800))
        var bytes = Data()
        SyntheticMarket(seed: 3, session: session, scale: 0.1).write { bytes.append(contentsOf: $0) }
        try bytes.write(to: URL(fileURLWithPath: temporary.file("market.dbn")))
        let feed = try MergedFeed(
            FeedPlan(files: [temporary.file("market.dbn")], calendar: calendar, markIntervalNanos: 60_000_000_000))
        var chunks: [FeedChunk] = []
        while stretches.count <= 120, let chunk = try feed.nextChunk() {
            chunks.append(chunk)
            guard var mark = chunk.mark, let index = chunk.markIndex else { continue }
            // A mark of our own closes it.
            if stretches.count == 120 { mark.closes = date }
            stretches.append(Stretch(mark: mark, index: index, chunks: chunks))
            chunks.removeAll()
        }
        signals = Self.signals(on: stretches)
    }

    /// Both arms on every tenth two-sided quote: targets and stops near and far, ends soon and late.
    private static func signals(on stretches: [Stretch]) -> [PaperBook.Said] {
        var tape = UnderlyingTape()
        var ticks: [MarketTick] = []
        for chunk in stretches.flatMap(\.chunks) {
            chunk.withRun { tape.append($0, firstIndex: chunk.firstIndex, to: &ticks) }
        }
        var signals: [PaperBook.Said] = []
        var quotes = 0
        for tick in ticks {
            guard case .quote(let bid?, let ask?) = tick.kind, bid < ask else { continue }
            quotes += 1
            guard quotes % 10 == 0 else { continue }
            let distance: Int64 = quotes % 20 == 0 ? 60_000_000_000 : 4_000_000_000
            for (arm, direction) in [(Arm.baseline, Signal.Direction.long), (.candidate, .short)] {
                let way = direction == .long ? distance : -distance
                let signal = Signal(
                    id: "\(arm)-\(tick.index)", cause: tick.index, tsEvent: Timestamp(nanos: tick.time),
                    instrumentID: tick.underlying, symbol: "NQ", underlyingID: tick.underlying,
                    direction: direction, action: direction == .long ? .buy : .sell, strength: .high,
                    confidence: 0.5, price: Price(nanos: bid), target: Price(nanos: ask + way),
                    stop: Price(nanos: bid - way), horizonSeconds: quotes % 40 == 0 ? 3600 : 300)
                signals.append((arm, signal))
            }
        }
        return signals
    }
}

private struct PaperFixture {
    let temporary: TemporaryFolder
    let folder: StateFolder
    let stretches: [PaperMarket.Stretch]
    let signals: [PaperBook.Said]

    init() throws {
        temporary = try TemporaryFolder()
        folder = StateFolder(path: temporary.file("s"))
        try folder.create()
        stretches = try PaperMarket.made.get().stretches
        signals = try PaperMarket.made.get().signals
    }

    /// The same, followed by the book with everything known in time.
    var inTime: [Outcome] {
        let book = PaperBook(terms: OutcomeTerms())
        var rest = signals[...]
        return stretches.flatMap { stretch in
            let due = rest.prefix { $0.signal.cause <= stretch.index }
            rest = rest.dropFirst(due.count)
            return book.apply(stretch.chunks, mark: stretch.mark, index: stretch.index, signals: Array(due))
        }
    }

    func queue(signals: [Arm: [Signal]] = [:], known: [Arm: Set<String>] = [:]) -> PaperQueue {
        var queue = PaperQueue(terms: OutcomeTerms(), quality: nil, folder: folder, signals: signals, known: known)
        for stretch in stretches { queue.add(stretch.mark, index: stretch.index, chunks: stretch.chunks) }
        return queue
    }

    func lines(_ arm: Arm) throws -> [OutcomeLine] {
        let path = folder.outcomes(arm) + "/2026-11-02.jsonl"
        return try Data(contentsOf: URL(fileURLWithPath: path)).split(separator: 0x0A).map { line in
            var unknown = 0
            return try Array(line).withUnsafeBytes { bytes throws(ContractViolation) in
                try OutcomeLine.read(bytes, unknownFields: &unknown)
            }
        }
    }
}

extension Outcome {
    /// Without the place among those followed, which is another when signals come in another order.
    fileprivate var unordered: Outcome {
        var outcome = self
        outcome.order = 0
        return outcome
    }
}

@Suite struct PaperQueueTests {
    /// Against the market of the last mark before it: a price 3 % off is told to the router, one 1 % off is not.
    @Test func aPriceFarFromTheMarketIsToldToTheRouter() throws {
        let fixture = try PaperFixture()
        var queue = fixture.queue()
        let half = fixture.stretches[60].index
        let next = try #require(fixture.signals.first { $0.signal.cause > half }).signal
        // Nothing is known of the market before it was read.
        #expect(queue.quote(against: next, band: 0.02) == nil)
        _ = try queue.settle { $0 <= half }
        func told(_ factor: Double) -> Event? {
            var signal = next
            signal.price = Price(nanos: Int64(Double(signal.price.nanos) * factor))
            return queue.quote(against: signal, band: 0.02)
        }
        #expect(told(1) == nil && told(1.01) == nil && told(0.99) == nil)
        for factor in [1.03, 0.97, 100, 0.0001] {
            let event = try #require(told(factor), "\(factor)")
            guard case .quote(let underlying, let price) = event.payload else {
                Issue.record("\(event) is no quote")
                continue
            }
            #expect(event.index == next.cause && underlying == next.underlyingID)
            #expect(abs(Double(price.nanos) / Double(next.price.nanos) - 1) < 0.01)
        }
    }

    @Test func nothingIsSettledThatSomebodyStillHasToAnswer() throws {
        let fixture = try PaperFixture()
        let expected = fixture.inTime
        #expect(expected.count == fixture.signals.count && expected.count > 100)
        #expect(Set(expected.map(\.kind.name)).isSuperset(of: ["target", "stop", "horizon", "session-close"]))
        var queue = fixture.queue()
        for said in fixture.signals { #expect(queue.add(said.signal, of: said.arm, at: 1_000) == nil) }
        #expect(try queue.settle { _ in false }.isEmpty)
        let half = fixture.stretches[60].index
        let first = try queue.settle { $0 <= half }
        #expect(first.map(\.unordered) == expected.filter { $0.knownIndex <= half }.map(\.unordered))
        #expect(try queue.settle { $0 <= half }.isEmpty)
        let rest = try queue.settle { _ in true }
        #expect((first + rest).map(\.unordered) == expected.map(\.unordered))
    }

    /// Answers may come at any pace: what became of a signal stays the same.
    @Test func theOrderOfAnswersDoesNotShow() throws {
        let fixture = try PaperFixture()
        var queue = fixture.queue()
        for said in fixture.signals.filter({ $0.arm == .candidate }) + fixture.signals.filter({ $0.arm == .baseline }) {
            _ = queue.add(said.signal, of: said.arm, at: 1_000)
        }
        var outcomes: [Outcome] = []
        for stretch in fixture.stretches { outcomes += try queue.settle { $0 <= stretch.index } }
        func byID(_ outcomes: [Outcome]) -> [String: Outcome] {
            Dictionary(outcomes.map { ($0.id, $0.unordered) }) { first, _ in first }
        }
        #expect(byID(outcomes) == byID(fixture.inTime))
    }

    @Test func aSignalBehindItsMarketIsGivenUpAtOnce() throws {
        let fixture = try PaperFixture()
        var queue = fixture.queue()
        let place = fixture.stretches[60].index
        let (early, rest) = (
            fixture.signals.filter { $0.signal.cause <= place }, fixture.signals.filter { $0.signal.cause > place }
        )
        let late = try #require(early.last)
        for said in early.dropLast() { _ = queue.add(said.signal, of: said.arm, at: 1_000) }
        _ = try queue.settle { $0 <= place }
        let given = queue.add(late.signal, of: late.arm, at: 1_000)
        let outcome = try #require(given)
        #expect(outcome.kind == .unresolvable(.late) && outcome.id == late.signal.id && outcome.arm == late.arm)
        #expect(outcome.knownIndex == 1_000 && outcome.causeIndex == late.signal.cause && outcome.rMicros == 0)
        // One on the record behind is in time.
        for said in rest { #expect(queue.add(said.signal, of: said.arm, at: 1_000) == nil) }
        let after = try queue.settle { _ in true }
        #expect(after.count > rest.count && !after.contains { $0.id == late.signal.id && $0.arm == late.arm })
    }

    /// A second run follows what the first one was told, journals what that had not, and writes the file whole.
    @Test func outcomesOfAnEarlierRunAreNotJournaledTwice() throws {
        let fixture = try PaperFixture()
        let expected = fixture.inTime
        let half = fixture.stretches[60].index
        let told = Dictionary(grouping: fixture.signals.filter { $0.signal.cause <= half }, by: \.arm)
            .mapValues { $0.map(\.signal) }
        let journaled = expected.filter { $0.knownIndex <= half }
        let known = Dictionary(grouping: journaled, by: \.arm).mapValues { Set($0.map(\.id)) }
        var queue = fixture.queue(signals: told, known: known)
        for said in fixture.signals where said.signal.cause > half {
            _ = queue.add(said.signal, of: said.arm, at: 1_000)
        }
        let outcomes = try queue.settle { _ in true }
        #expect(!journaled.isEmpty)
        #expect(outcomes.map(\.unordered) == expected.filter { $0.knownIndex > half }.map(\.unordered))
        for arm in Arm.allCases {
            #expect(try fixture.lines(arm) == expected.filter { $0.arm == arm }.map(\.line))
        }
    }
}

@Suite struct OutcomeFilesTests {
    private let temporary: TemporaryFolder
    private let folder: StateFolder

    init() throws {
        temporary = try TemporaryFolder()
        folder = StateFolder(path: temporary.file("s"))
        try folder.create()
    }

    private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    private func date(_ text: String) throws -> CivilDate { try #require(CivilDate(text)) }

    @Test func aClosedSessionIsOneFileForEachEngine() throws {
        let fixture = try JournalFixture()
        var files = OutcomeFiles(folder: folder)
        files.add(fixture.outcome(of: fixture.signal(1), .candidate, known: 9))
        files.add(fixture.unresolved(fixture.signal(2), .candidate, known: 10, .noUnderlying))
        try files.close(date("2026-11-02"))
        files.add(fixture.unresolved(fixture.signal(3), .baseline, known: 20, .late))
        try files.close(date("2026-11-03"))
        // Written by hand from the contract.
        let first = """
            {"type":"outcome","id":"s-1","action":"BUY","direction":"long","instrument_id":7,"underlying_id":1,"kind":"target",\
            "entry_ts":1760000400000000000,"entry_price":"25000","exit_ts":1760000400000000001,"exit_price":"25010",\
            "r_micros":941500,"profit_micros":188300000,"adverse_r_micros":400000,"target_wrong_side":false,"tainted":true}

            """
        let second = """
            {"type":"outcome","id":"s-2","action":"BUY","direction":"long","instrument_id":7,"underlying_id":2,\
            "kind":"unresolvable","reason":"no-underlying",\
            "r_micros":0,"profit_micros":0,"adverse_r_micros":0,"target_wrong_side":false,"tainted":false}

            """
        for place in [folder.outcomes(.candidate), folder.engineState(.candidate) + "/outcomes"] {
            #expect(try text(place + "/2026-11-02.jsonl") == first + second)
            // Nothing of the session before, and a file where there was nothing to say.
            #expect(try text(place + "/2026-11-03.jsonl").isEmpty)
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: place).sorted() == [
                    "2026-11-02.jsonl", "2026-11-03.jsonl",
                ])
        }
        for place in [folder.outcomes(.baseline), folder.engineState(.baseline) + "/outcomes"] {
            #expect(try text(place + "/2026-11-02.jsonl").isEmpty)
            #expect(try text(place + "/2026-11-03.jsonl").contains("\"id\":\"s-3\""))
        }
    }

    /// An engine that begins anew finds what the first one was given.
    @Test func aStateThatIsPutBackKeepsTheOutcomes() throws {
        let fixture = try JournalFixture()
        try Data("learnt".utf8).write(to: URL(fileURLWithPath: folder.engineBeginning(.candidate) + "/before"))
        var files = OutcomeFiles(folder: folder)
        files.add(fixture.outcome(of: fixture.signal(1), .candidate, known: 9))
        try files.close(date("2026-11-02"))
        try Data("later".utf8).write(to: URL(fileURLWithPath: folder.engineState(.candidate) + "/after"))
        try folder.resetEngineState(.candidate)
        let state = folder.engineState(.candidate)
        #expect(try FileManager.default.contentsOfDirectory(atPath: state).sorted() == ["before", "outcomes"])
        #expect(try text(state + "/outcomes/2026-11-02.jsonl").contains("\"id\":\"s-1\""))
    }

    @Test func aFolderThatCannotBeWrittenIsSaid() throws {
        try Data().write(to: URL(fileURLWithPath: folder.engineState(.candidate) + "/outcomes"))
        var files = OutcomeFiles(folder: folder)
        let session = try date("2026-11-02")
        #expect(throws: (any Error).self) { try files.close(session) }
    }
}
