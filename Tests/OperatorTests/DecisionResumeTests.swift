import Foundation
import MarketData
import Operator
import Rollout
import Signals
import Testing

/// A rollout of a few made-up days that promotes itself, journaled event by event.
final class DecisionFixture {
    let folder: String
    let begin: BeginBody

    /// - Parameter gate: more of the canary's.
    init(gate: String = "") throws {
        folder = NSTemporaryDirectory() + "/decisions-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let spec = try SpecFixture.parse(
            SpecFixture.minimal(
                """
                gates:
                  canary: {sessions: 2, resolved_signals: 2, not_worse: {margin_r: 1, alpha: 0.49}\(gate)}
                  limited: {sessions: 1, better: {alpha: 0.49}}
                  full: off
                """))
        begin = BeginBody(mode: .ordered, stage: .shadow, spec: spec)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// Days on which the candidate is right three times, and the baseline never.
    static func events(days: Int = 6) -> [Event] {
        (0..<days).flatMap(day)
    }

    private static func day(_ number: Int) -> [Event] {
        let start = UInt64(20_000 + number) * 86_400_000_000_000
        let index = UInt64(number * 100)
        let date = CivilDate(daysSince1970: 20_000 + number)
        var events: [Event] = []
        for place in 0..<3 {
            let time = start + UInt64(place + 1) * 3_600_000_000_000
            for (arm, isWin) in [(Arm.baseline, false), (.candidate, true)] {
                let signal = signal("\(date)-\(place)", at: time, on: UInt32(place + 1))
                events.append(Event(index: index, payload: .signal(arm, signal, isLate: false)))
                events.append(Event(index: index + 1, payload: .outcome(outcome(of: signal, arm, isWin: isWin))))
            }
        }
        let close = start + 86_400_000_000_000
        events.append(
            Event(index: index, payload: .data(SessionData(session: date, taintedHalfHours: [], halfHours: 48))))
        events.append(
            Event(
                index: index + 50,
                payload: .mark(Mark(time: Timestamp(nanos: close), closes: date, opens: date.adding(days: 1)))))
        // When promotion may happen again.
        events.append(
            Event(
                index: index + 60,
                payload: .mark(Mark(time: Timestamp(nanos: close + 3_600_000_000_000), closes: nil, opens: nil))))
        return events
    }

    private static func signal(_ id: String, at nanos: UInt64, on underlying: UInt32) -> Signal {
        Signal(
            id: id, cause: 0, tsEvent: Timestamp(nanos: nanos), instrumentID: InstrumentID(underlying), symbol: "NQZ4",
            underlyingID: InstrumentID(underlying), direction: .long, action: .buy, strength: .high, confidence: 0.6,
            price: Price(nanos: 100), target: Price(nanos: 110), stop: Price(nanos: 95), horizonSeconds: 600)
    }

    private static func outcome(of signal: Signal, _ arm: Arm, isWin: Bool) -> Outcome {
        func fill(_ price: Int64) -> Outcome.Fill {
            Outcome.Fill(index: 0, time: signal.tsEvent.nanos + 1, price: Price(nanos: price * 1_000_000_000))
        }
        return Outcome(
            arm: arm, id: signal.id, action: signal.action, direction: signal.direction,
            instrumentID: signal.instrumentID, underlyingID: signal.underlyingID, causeIndex: 0, order: 0,
            knownIndex: 0, kind: isWin ? .target : .stop, flags: [], entry: fill(1000), exit: fill(isWin ? 1030 : 980),
            stop: Price(nanos: 980_000_000_000), tickNanos: 250_000_000, multiplierNanos: 20_000_000_000,
            adverseNanos: 0, riskMicros: 0, profitMicros: 0, rMicros: 0, adverseRMicros: 0
        ).recomputed(under: OutcomeTerms())
    }

    /// Takes events one commit each, on whatever the journal holds; ends after so many commits as a crash does.
    @discardableResult
    func run(_ events: [Event], commits: Int = .max) throws -> Controller {
        let journal = try Journal(folder: folder)
        var sequencer = Sequencer(
            controller: try #require(begin.controller),
            recorded: try RecordedRows(JournalReader(folder: folder)))
        try sequencer.add(.begin, body: EventCodec.encode(begin), index: 0, at: 1)
        var left = commits
        for event in [nil] + events.map(Optional.some) {
            if let event { _ = try sequencer.take(event, at: 1) }
            let rows = sequencer.takePending()
            guard !rows.isEmpty else { continue }
            guard left > 0 else { break }
            try journal.append(rows)
            left -= 1
        }
        return sequencer.controller
    }

    func rows() throws -> [JournalRow] {
        var rows: [JournalRow] = []
        try JournalReader(folder: folder).scan { rows.append($0) }
        return rows
    }
}

@Suite struct DecisionResumeTests {
    /// Every place at which the journal can end: the same stage on the same evidence, every move once.
    @Test func aCrashAtAnyCommitChangesNothing() throws {
        let events = DecisionFixture.events()
        let undisturbed = try DecisionFixture()
        let expected = try undisturbed.run(events)
        let rows = try undisturbed.rows()
        #expect(rows.filter { $0.kind == .transition }.map(\.stage) == ["canary", "limited"])
        for commits in 0...events.count {
            let fixture = try DecisionFixture()
            try fixture.run(events, commits: commits)
            let resumed = try fixture.run(events)
            #expect(try fixture.rows() == rows, "crash after \(commits) commits")
            #expect(resumed.evidence == expected.evidence && resumed.state == expected.state)
        }
    }

    /// What was commanded without an operator shows where the rollout stands, as with one.
    @Test func aCommandWithoutAnOperatorIsSeen() throws {
        let fixture = try DecisionFixture(gate: ", approvals: 2")
        try fixture.run(DecisionFixture.events(days: 3))
        func apply(_ verb: Command.Verb, by actor: String) throws -> RolloutState {
            let command = Command(verb: verb, actor: actor, reason: "looked at it")
            let folder = StateFolder(path: fixture.folder)
            #expect(try OfflineCommand.apply(command, folder: folder, dryRun: false).result == "done")
            return try #require(try RolloutStanding(JournalReader(folder: fixture.folder))).state
        }
        let asked = try apply(.approve, by: "ann")
        #expect(asked.status == .awaitingApproval && asked.approval?.approvals.map(\.actor) == ["ann"])
        let held = try apply(.pause, by: "bob")
        #expect(held.status == .held && held.stage == .shadow)
        #expect(try apply(.rollback, by: "bob").status == .rolledBack)
        let alerts = try JournalReader(folder: fixture.folder).notices().map(\.notice.alert.cause)
        #expect(alerts.contains(.rollback))
    }

    /// A journal whose evidence was written otherwise does not verify, even with its chain made anew.
    @Test func forgedEvidenceIsNamed() throws {
        let fixture = try DecisionFixture()
        try fixture.run(DecisionFixture.events())
        #expect(try Verifier.verify(folder: fixture.folder).problem == nil)
        let rows = try fixture.rows()
        let place = try #require(rows.firstIndex { $0.kind == .evidence })
        let forged = try DecisionFixture()
        var changed = rows
        changed[place].body = changed[place].body.replacing("\"correct\":3", with: "\"correct\":2")
        #expect(changed[place] != rows[place])
        try Journal(folder: forged.folder).append(changed)
        let report = try Verifier.verify(folder: forged.folder)
        #expect(report.row == Int64(place + 1))
        #expect(report.problem?.contains("evidence") == true)
    }

    @Test func everyKindOfEventComesBack() throws {
        let windows = PromotionWindows(
            blackouts: [
                .init(
                    first: try #require(CivilDate("2026-12-16")), last: try #require(CivilDate("2026-12-18")),
                    reason: "expiry")
            ],
            weekdays: [2, 4], hours: .init(from: 570, to: 960))
        let payloads: [Event.Payload] = [
            .data(
                SessionData(
                    session: try #require(CivilDate("2026-11-27")), taintedHalfHours: [1_800_000_000_000], halfHours: 46
                )),
            .measured(Measured(.latency, value: 12_345, threshold: 50_000, verdict: .pass)),
            .measured(Measured(.cost, value: nil, threshold: 5, verdict: .error)),
            .engine(.candidate, identity: "ifd-v3 3.0.0"), .windows(nil), .windows(windows),
            .command(Command(verb: .approve, to: .full, actor: "ann", reason: "looked at it")),
        ]
        let fixture = try DecisionFixture()
        let events = payloads.enumerated().map { Event(index: UInt64($0.offset), payload: $0.element) }
        try fixture.run(events)
        let back = try fixture.rows().compactMap(EventCodec.event)
        #expect(back == events)
    }
}
