import Foundation
import MarketData
import Rollout
import Signals
import Testing

@testable import Operator

/// A state folder for one test, with a small rollout journaled in it.
final class JournalFixture {
    let folder: String
    let plan: RolloutPlan

    /// From before there were decisions.
    private let isOld: Bool

    init(isOld: Bool = false) throws {
        self.isOld = isOld
        folder = NSTemporaryDirectory() + "/journal-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        plan = RolloutPlan(id: "ifd-v3", calendar: try ExchangeCalendar(named: "24x7"))
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    static let start: UInt64 = 1_760_000_400_000_000_000

    func signal(_ number: Int, id: String? = nil) -> Signal {
        Signal(
            id: id ?? "s-\(number)", cause: UInt64(number),
            tsEvent: Timestamp(nanos: Self.start + UInt64(number) * 1_000_000_000),
            instrumentID: InstrumentID(7), symbol: "NQZ5", underlyingID: InstrumentID(UInt32(number % 5)),
            direction: .long,
            action: .buy, strength: .high, confidence: 0.75, price: Price(nanos: 25_000_000_000_000),
            target: Price(nanos: 25_010_000_000_000), stop: Price(nanos: 24_990_000_000_000), horizonSeconds: 60,
            features: ["x": .number(0.1), "note": .text("a \"quoted\" one")])
    }

    /// Events of a small rollout: marks, signals of both arms, a promotion, and a rollback.
    func events(_ count: Int) -> [Event] {
        var events: [Event] = []
        for number in 0..<count {
            let index = UInt64(number)
            if number % 10 == 0 {
                events.append(
                    Event(
                        index: index, payload: .mark(Mark(time: Timestamp(nanos: Self.start + index * 1_000_000_000)))))
            }
            if number == count / 4 {
                events.append(
                    Event(
                        index: index,
                        payload: .command(Command(verb: .promote, to: .limited, actor: "ann", reason: "half"))))
            }
            if number == count * 3 / 4 {
                events.append(
                    Event(index: index, payload: .command(Command(verb: .rollback, actor: "bob", reason: "enough"))))
            }
            for arm in Arm.allCases {
                events.append(Event(index: index, payload: .signal(arm, signal(number), isLate: number % 17 == 3)))
            }
        }
        return events
    }

    /// Writes the events as an operator would, in batches.
    @discardableResult
    func write(_ events: [Event]) throws -> Sequencer {
        let journal = try Journal(folder: folder)
        var sequencer = Sequencer(controller: try #require(begin.controller))
        try sequencer.add(.begin, body: EventCodec.encode(begin), index: 0, at: 1)
        for (number, event) in events.enumerated() {
            _ = try sequencer.take(event, at: UInt64(number))
            if number % 7 == 0 { try journal.append(sequencer.takePending()) }
        }
        try journal.append(sequencer.takePending())
        return sequencer
    }

    var begin: BeginBody {
        let engine = EngineSpec(arm: .baseline, kind: .builtIn("ifd-v1"))
        var other = engine
        other.arm = .candidate
        var spec = Spec(path: "test.yaml", plan: plan, baseline: engine, candidate: other)
        spec.decisions.mode = .watch
        var body = BeginBody(mode: .ordered, stage: .shadow, spec: spec)
        if isOld { body.spec = body.spec.replacing("\"decisions\":\"watch\",", with: "") }
        return body
    }

    /// Changes the database behind the journal's back.
    func tamper(_ sql: String) throws { try #require(try run(sql)) }

    /// Whether another program's SQL went through.
    func run(_ sql: String) throws -> Bool {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "python3", "-c",
            "import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); c.executescript(sys.argv[2]); c.commit()",
            folder + "/" + Journal.fileName, sql,
        ]
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
}

@Suite struct JournalTests {
    @Test func everyCommitIsOnDiskWhenAppendReturns() throws {
        let fixture = try JournalFixture()
        let events = fixture.events(40)
        try fixture.write(events)
        // Another connection, as after a crash of the writer.
        var rows = 0
        try JournalReader(folder: fixture.folder).scan { _ in rows += 1 }
        #expect(rows == events.count + 1 + 2)
    }

    @Test func eventsComeBackFromRowsAsTheyWere() throws {
        let fixture = try JournalFixture()
        let events = fixture.events(60)
        try fixture.write(events)
        var back: [Event] = []
        try JournalReader(folder: fixture.folder).scan { row in
            if let event = try EventCodec.event(from: row) { back.append(event) }
        }
        #expect(back == events)
    }

    @Test func anUntouchedJournalVerifies() throws {
        let fixture = try JournalFixture()
        try fixture.write(fixture.events(100))
        let report = try Verifier.verify(folder: fixture.folder)
        #expect(report.problem == nil)
        #expect(report.signals == 200)
        #expect(report.transitions == 2)
    }

    @Test func theDigestIsTheHashOfItsText() throws {
        let fixture = try JournalFixture()
        try fixture.write(fixture.events(50))
        var text = ""
        try Verifier.digestLines(try JournalReader(folder: fixture.folder)) { text += $0 }
        #expect(text.split(separator: "\n").count == 102)
        #expect(try Verifier.verify(folder: fixture.folder).digest == SHA256.hex(SHA256.digest(text)))
        #expect(text.contains("T\t12\tshadow\tlimited\trunning\tpromote\n"))
    }

    @Test(arguments: [
        "UPDATE journal SET decision = 'live' WHERE n = 20",
        "UPDATE journal SET body = replace(body, '25000', '25001') WHERE n = 20",
        "UPDATE journal SET feed_index = feed_index + 1 WHERE n = 20",
        "UPDATE journal SET time = time + 1 WHERE n = 20",
        "UPDATE journal SET at = at + 1 WHERE n = 20", "UPDATE journal SET arm = NULL WHERE n = 20",
        "UPDATE journal SET stage = 'full' WHERE n = 20", "UPDATE journal SET chain = zeroblob(32) WHERE n = 20",
        "UPDATE journal SET seq = 9999 WHERE n = 20", "UPDATE journal SET kind = 'mark' WHERE n = 20",
        "DELETE FROM journal WHERE n = 20",
    ])
    func aChangedRowIsNamed(_ sql: String) throws {
        let fixture = try JournalFixture()
        try fixture.write(fixture.events(30))
        try fixture.tamper(sql)
        let report = try Verifier.verify(folder: fixture.folder)
        #expect(report.problem != nil)
        #expect(report.row == 20)
    }

    @Test func swappedRowsAreNamed() throws {
        let fixture = try JournalFixture()
        try fixture.write(fixture.events(30))
        try fixture.tamper(
            "UPDATE journal SET n = -1 WHERE n = 15; UPDATE journal SET n = 15 WHERE n = 22; UPDATE journal SET n = 22 WHERE n = -1;"
        )
        #expect(try Verifier.verify(folder: fixture.folder).row == 15)
    }

    @Test func aMissingLastRowIsNamed() throws {
        let fixture = try JournalFixture()
        try fixture.write(fixture.events(30))
        let last = try JournalReader(folder: fixture.folder).head().row
        try fixture.tamper("DELETE FROM journal WHERE n = \(last)")
        let report = try Verifier.verify(folder: fixture.folder)
        #expect(report.row == last)
        #expect(report.problem?.contains("missing at the end") == true)
    }

    /// A forger who also recomputes the chain is found by making the decision again.
    @Test func aForgedDecisionWithARightChainIsFound() throws {
        let fixture = try JournalFixture()
        let sequencer = try fixture.write(fixture.events(30))
        _ = sequencer
        let reader = try JournalReader(folder: fixture.folder)
        var chain = [UInt8](repeating: 0, count: 32)
        var script = ""
        var forged: Int64?
        try reader.scan { original in
            var row = original
            if forged == nil, row.kind == .signal, row.decision == "shadow" {
                row.decision = "live"
                row.reason = "assigned"
                forged = row.n
                script += "UPDATE journal SET decision = 'live', reason = 'assigned' WHERE n = \(row.n);"
            }
            chain = row.chain(after: chain)
            script += "UPDATE journal SET chain = x'\(SHA256.hex(chain))' WHERE n = \(row.n);"
        }
        script += "UPDATE head SET chain = x'\(SHA256.hex(chain))';"
        try fixture.tamper(script)
        let report = try Verifier.verify(folder: fixture.folder)
        #expect(report.row == forged)
        #expect(report.problem?.contains("differs") == true)
    }

    @Test func aNewerJournalIsRefused() throws {
        let fixture = try JournalFixture()
        try fixture.write(fixture.events(5))
        try fixture.tamper("PRAGMA user_version = 99")
        #expect(throws: JournalError.self) { _ = try Journal(folder: fixture.folder) }
        #expect(throws: JournalError.self) { _ = try JournalReader(folder: fixture.folder) }
    }

    /// As whoever closes a database last has it for himself for a moment.
    @Test func whoeverHasTheDatabaseForHimselfIsWaitedFor() throws {
        let fixture = try JournalFixture()
        _ = try Journal(folder: fixture.folder)
        let holder = Process()
        holder.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        holder.arguments = [
            "-c",
            """
            import sqlite3, sys, time
            db = sqlite3.connect(sys.argv[1], isolation_level=None)
            db.execute("PRAGMA locking_mode = EXCLUSIVE")
            db.execute("BEGIN EXCLUSIVE")
            print("held", flush=True)
            time.sleep(0.3)
            """, fixture.folder + "/" + Journal.fileName,
        ]
        let said = Pipe()
        holder.standardOutput = said
        try holder.run()
        defer { holder.waitUntilExit() }
        #expect(try said.fileHandleForReading.read(upToCount: 1)?.isEmpty == false)
        _ = try Journal(folder: fixture.folder)
    }

    @Test func aFileThatIsNoDatabaseIsDamagedData() throws {
        let fixture = try JournalFixture()
        try Data(repeating: 0x41, count: 8192).write(to: URL(fileURLWithPath: fixture.folder + "/" + Journal.fileName))
        do {
            _ = try Journal(folder: fixture.folder)
            Issue.record("it was opened")
        } catch {
            guard case .damaged = error else {
                Issue.record("\(error)")
                return
            }
        }
    }

    @Test func oneDecisionPerSignal() throws {
        let fixture = try JournalFixture()
        let journal = try Journal(folder: fixture.folder)
        var sequencer = Sequencer(controller: Controller(plan: fixture.plan, terms: nil))
        for _ in 0..<2 {
            _ = try sequencer.take(
                Event(index: 0, payload: .signal(.baseline, fixture.signal(1), isLate: false)), at: 0)
        }
        let rows = sequencer.takePending()
        #expect(throws: JournalError.self) { try journal.append(rows) }
        #expect(journal.lastRow == 0)
    }
}

@Suite struct SequencerTests {
    @Test func theSameEventsCompareEqualAndAddNothing() throws {
        let fixture = try JournalFixture()
        let events = fixture.events(80)
        try fixture.write(events)
        let reader = try JournalReader(folder: fixture.folder)
        var again = Sequencer(
            controller: try #require(fixture.begin.controller), recorded: try RecordedRows(reader))
        let first = try #require(try reader.last([.begin]))
        try again.add(.begin, body: first.body, index: 0, at: 99)
        for event in events { #expect(try !again.take(event, at: 99).isNew) }
        #expect(!again.isComparing)
        #expect(again.takePending().isEmpty)
        #expect(try again.take(Event(index: 500, payload: .mark(Mark(time: Timestamp(nanos: .max / 2)))), at: 1).isNew)
    }

    @Test func anotherEventIsADivergenceThatNamesTheRow() throws {
        let fixture = try JournalFixture()
        var events = fixture.events(20)
        try fixture.write(events)
        let reader = try JournalReader(folder: fixture.folder)
        var again = Sequencer(
            controller: try #require(fixture.begin.controller), recorded: try RecordedRows(reader))
        try again.add(.begin, body: try #require(try reader.last([.begin])).body, index: 0, at: 0)
        events[9] = Event(index: 4, payload: .signal(.candidate, fixture.signal(4, id: "another"), isLate: false))
        var row: Int64?
        do {
            for event in events { _ = try again.take(event, at: 0) }
        } catch let divergence as Divergence {
            row = divergence.row
        }
        #expect(row == 11)
    }
}
