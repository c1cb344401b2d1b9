import Foundation
import Testing

@testable import Operator

@Suite struct AppendOnlyLogTests {
    private func fixture() throws -> JournalFixture {
        let fixture = try JournalFixture()
        _ = try Journal(folder: fixture.folder)
        return fixture
    }

    @Test func everyWriterSeesWhatOthersAdded() throws {
        let fixture = try fixture()
        let first = try AppendOnlyLog(.ledger, folder: fixture.folder)
        let second = try AppendOnlyLog(.ledger, folder: fixture.folder)
        var seen: [[String]] = []
        for (log, line) in [(first, "a"), (second, "b"), (first, "c"), (second, "d")] {
            try log.extend { unseen in
                seen.append(unseen)
                return [line]
            }
        }
        #expect(seen == [[], ["a"], ["b"], ["c"]])
        #expect(try JournalReader(folder: fixture.folder).lines(of: .ledger) == ["a", "b", "c", "d"])
        #expect(try JournalReader(folder: fixture.folder).lines(of: .evidence).isEmpty)
    }

    @Test func anErrorAddsNothing() throws {
        struct Refused: Error {}
        let fixture = try fixture()
        let log = try AppendOnlyLog(.evidence, folder: fixture.folder)
        #expect(throws: Refused.self) { try log.extend { _ in throw Refused() } }
        try log.extend { _ in ["a"] }
        #expect(try JournalReader(folder: fixture.folder).lines(of: .evidence) == ["a"])
    }

    /// Writers on threads of their own, each adding to what it has read: no line is lost, and none is added unseen.
    @Test func writersComeOneAfterTheOther() throws {
        let fixture = try fixture()
        let folder = fixture.folder
        DispatchQueue.concurrentPerform(iterations: 4) { _ in
            do {
                let log = try AppendOnlyLog(.ledger, folder: folder)
                var count = 0
                for _ in 0..<25 {
                    try log.extend { unseen in
                        count += unseen.count + 1
                        return ["\(count)"]
                    }
                }
            } catch {
                Issue.record("\(error)")
            }
        }
        #expect(try JournalReader(folder: folder).lines(of: .ledger) == (1...100).map { "\($0)" })
    }

    @Test(arguments: ["UPDATE ledger SET line = 'x' WHERE n = 1", "DELETE FROM ledger WHERE n = 2"])
    func linesAreNeverChanged(sql: String) throws {
        let fixture = try fixture()
        try AppendOnlyLog(.ledger, folder: fixture.folder).extend { _ in ["a", "b", "c"] }
        #expect(try !fixture.run(sql))
        try fixture.tamper(
            "DROP TRIGGER ledger_is_never_changed; DROP TRIGGER ledger_is_never_shortened; \(sql);")
        #expect(throws: JournalError.self) { try JournalReader(folder: fixture.folder).lines(of: .ledger) }
        #expect(throws: JournalError.self) { try AppendOnlyLog(.ledger, folder: fixture.folder).extend { _ in [] } }
    }
}
