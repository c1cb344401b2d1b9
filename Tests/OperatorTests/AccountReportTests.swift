import Alerts
import Foundation
import Logging
import MarketData
import Rollout
import Signals
import Testing

@testable import Operator

/// A desk on a folder of its own, with an account of $100,000.
private final class DeskFixture {
    let journal: JournalFixture
    let begin: BeginBody
    let folder: StateFolder
    private(set) var desk: Desk

    init(_ more: String = "risk: {capital: 100000}") throws {
        journal = try JournalFixture()
        folder = StateFolder(path: journal.folder)
        begin = BeginBody(mode: .ordered, stage: .shadow, spec: try SpecFixture.parse(SpecFixture.minimal(more)))
        desk = try Self.desk(folder, begin)
        try start()
    }

    private static func desk(_ folder: StateFolder, _ begin: BeginBody) throws -> Desk {
        let journal = try Journal(folder: folder.path)
        let recorded = try RecordedRows(JournalReader(folder: folder.path))
        return Desk(
            folder: folder, journal: journal, sinks: SinkHub([], folder: folder.path, logger: Logger(label: "test")),
            sequencer: Sequencer(controller: try #require(begin.controller), recorded: recorded),
            alerts: AlertBook(rollout: "t"), deliversBeforeTakingBack: true)
    }

    private func start() throws {
        try desk.add(.begin, body: EventCodec.encode(begin), index: 0)
        try desk.commit()
    }

    /// The next operator on the same folder.
    func startAgain() throws {
        desk = try Self.desk(folder, begin)
        try start()
    }

    /// All of them in one commit.
    func take(_ payloads: Event.Payload..., at index: UInt64) throws {
        for payload in payloads { try desk.take(Event(index: index, payload: payload)) }
        try desk.commit()
    }

    func mark(_ seconds: UInt64, closes: CivilDate? = nil, opens: CivilDate? = nil) -> Event.Payload {
        .mark(
            Mark(time: Timestamp(nanos: Self.time(seconds)), closes: closes, opens: opens))
    }

    /// Of the baseline, which is live in shadow: 25,000, ten points each way, which makes ten contracts.
    func signal(_ number: Int) -> Event.Payload { .signal(.baseline, journal.signal(number), isLate: false) }

    /// It made $188.30 a contract.
    func win(_ number: Int, at index: UInt64) -> Event.Payload {
        .outcome(journal.outcome(of: journal.signal(number), .baseline, known: index))
    }

    static func time(_ seconds: UInt64) -> UInt64 { JournalFixture.start + seconds * 1_000_000_000 }

    /// Read anew, as `status` and reports do.
    var records: RolloutRecords { get throws { try RolloutRecords(folder) } }
    var account: LiveReading? { get throws { try records.account() } }

    func line(_ monitor: String) throws -> String? {
        try records.monitorLines().first { $0.monitor == monitor }?.text
    }
}

@Suite struct AccountReportTests {
    private let date = CivilDate(daysSince1970: 20_370)

    /// By hand: the first signal is ten contracts, of 25,000 points at $20; a second one on the same underlying would be ten
    /// more than there may be; the first one then makes ten times $188.30.
    @Test func theAccountIsKeptWithWhatMovesIt() throws {
        let fixture = try DeskFixture()
        try fixture.take(fixture.mark(0), fixture.signal(1), fixture.signal(6), at: 10)
        let open = try #require(try fixture.account)
        #expect(open.standing.admitted == 1 && open.standing.equityMicros == 100_000_000_000)
        #expect(open.standing.exposureMicros == 5_000_000_000_000)
        #expect(open.standing.positions.map(\.contracts) == [10] && open.standing.positions[0].underlying == 1)
        #expect(open.refused == ["max-contracts": 1] && !open.isOlder)
        // That of the later signal.
        #expect(open.time.nanos == DeskFixture.time(6))
        try fixture.take(fixture.mark(60), fixture.win(1, at: 11), at: 11)
        let settled = try #require(try fixture.account)
        #expect(settled.standing.realisedMicros == 1_883_000_000 && settled.standing.positions.isEmpty)
        #expect(settled.time.nanos == DeskFixture.time(60) && !settled.isOlder)
        #expect(settled.refused == ["max-contracts": 1])
    }

    @Test func whatTheFeedHasLeftBehindIsOlder() throws {
        let fixture = try DeskFixture()
        try fixture.take(fixture.mark(0), fixture.signal(1), at: 10)
        try fixture.take(fixture.mark(60), at: 11)
        let reading = try #require(try fixture.account)
        #expect(reading.isOlder && reading.time.nanos == DeskFixture.time(1))
        let line = try #require(try fixture.line("account"))
        #expect(line.hasPrefix("equity $100,000.00 (cash $100,000.00, unrealised $0.00); realised $0.00;"))
        #expect(line.contains("open +10 of 1; risk refused 0; as of 2025-10-09 "))
    }

    @Test func theAccountIsKeptAtEveryCloseAndOpen() throws {
        let fixture = try DeskFixture()
        #expect(try fixture.account == nil)
        try fixture.take(fixture.mark(0, opens: date), at: 10)
        #expect(try fixture.account?.time.nanos == DeskFixture.time(0))
        try fixture.take(fixture.mark(30), fixture.signal(1), fixture.win(1, at: 11), at: 11)
        #expect(try fixture.account?.standing.sessionProfitMicros == 1_883_000_000)
        try fixture.take(fixture.mark(60, closes: date), at: 12)
        let closed = try #require(try fixture.account)
        #expect(closed.standing.sessionProfitMicros == 0 && closed.standing.realisedMicros == 1_883_000_000)
        // A session in which nothing happened closes, too.
        try fixture.take(fixture.mark(90, closes: date.adding(days: 1)), at: 13)
        #expect(try fixture.account?.time.nanos == DeskFixture.time(90))
    }

    @Test func theAccountIsKeptAtTheEnd() throws {
        let fixture = try DeskFixture()
        try fixture.take(fixture.mark(0), fixture.signal(1), at: 10)
        try fixture.take(fixture.mark(60), at: 11)
        #expect(try fixture.account?.isOlder == true)
        try fixture.desk.add(.end, body: "{}", index: 12)
        try fixture.desk.commit()
        let reading = try #require(try fixture.account)
        #expect(!reading.isOlder && reading.time.nanos == DeskFixture.time(60) && reading.standing.admitted == 1)
    }

    /// An operator that starts again recomputes what there was, and must not show it as what is.
    @Test func anEarlierRunIsNotShownAgain() throws {
        let fixture = try DeskFixture()
        let first = [fixture.mark(0, opens: date), fixture.signal(1)]
        for payload in first { try fixture.take(payload, at: 10) }
        try fixture.take(fixture.mark(60), fixture.win(1, at: 11), at: 11)
        let kept = try #require(try fixture.account)
        try fixture.startAgain()
        for payload in first {
            try fixture.take(payload, at: 10)
            #expect(try fixture.account == kept)
        }
        try fixture.take(fixture.mark(60), fixture.win(1, at: 11), at: 11)
        #expect(try fixture.account == kept)
        try fixture.take(fixture.mark(90), fixture.signal(2), at: 12)
        #expect(try fixture.account?.standing.admitted == 2)
    }

    @Test func noAccountIsNotAnUnknownOne() throws {
        let without = try DeskFixture("risk: off")
        try without.take(without.mark(0, opens: date), without.signal(1), at: 10)
        #expect(try without.account == nil)
        #expect(try without.line("account") == "none is kept: the spec has no risk checks")
        // As an operator of before left it.
        let old = try DeskFixture()
        try old.take(old.mark(0, opens: date), old.signal(1), at: 10)
        try old.journal.tamper("DELETE FROM memories WHERE monitor = 'account'")
        #expect(try old.account == nil)
        #expect(try old.line("account") == "unknown")
    }

    @Test func anAccountThatDoesNotReadSaysSo() throws {
        let fixture = try DeskFixture()
        try fixture.take(fixture.mark(0, opens: date), at: 10)
        try fixture.journal.tamper("UPDATE memories SET state = '{}' WHERE monitor = 'account'")
        #expect(throws: JournalError.self) { try fixture.account }
        #expect(try fixture.line("account")?.hasPrefix("unknown: ") == true)
    }

    /// Both arms say long on three underlyings a day. By hand: two fills of $0.85 and a tick of $5 each are $11.70, so a
    /// target 30 points away makes $588.30, and a stop 20 points away loses $411.70.
    @Test func theStoryHasAgreementReturnAndAccounts() throws {
        let fixture = try DeskFixture("risk: {capital: 100000}")
        for event in DecisionFixture.events() { try fixture.take(event.payload, at: event.index) }
        var random = SystemRandomNumberGenerator()
        let input = try #require(try fixture.records.story(&random)).input
        let sessions = input.sessions.count
        #expect(sessions >= 5)
        let agreement = try #require(input.agreement)
        #expect(agreement.cases == 3 * sessions && agreement.same.count == 3 * sessions)
        let paper = try #require(input.paper)
        #expect(paper.baseline.signals == 3 * sessions && paper.candidate.unresolvable == 0)
        #expect(paper.candidate.profitMicros == Int64(3 * sessions) * 588_300_000)
        #expect(paper.baseline.profitMicros == Int64(3 * sessions) * -411_700_000)
        #expect(paper.baseline.maxDrawdownMicros == -paper.baseline.profitMicros)
        // Nothing is priced.
        #expect(input.roiGain?.estimate.value == nil && input.roiGain?.error == nil)
        // Targets of a billionth of a point are too many contracts for any account.
        let account = try #require(input.account)
        #expect(account.standing.admitted == 0 && account.standing.equityMicros == 100_000_000_000)
        #expect(account.refused.keys.sorted() == ["max-contracts"])
    }
}
