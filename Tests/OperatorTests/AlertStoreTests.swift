import Foundation
import Testing

@testable import Alerts
@testable import Operator

@Suite struct AlertStoreTests {
    private let fixture: AlertStoreFixture
    private let store: AlertStore

    private typealias F = AlertStoreFixture

    init() throws {
        fixture = try AlertStoreFixture()
        store = try AlertStore(folder: fixture.folder)
    }

    // MARK: The courier's

    @Test func anEmptyStoreBeginsAtTheFirstRow() throws {
        #expect(try store.cursor() == 0)
        let left = try store.unfinished(attemptsSince: 0)
        #expect(left.errands.isEmpty && left.deliveries.isEmpty && left.attempts.isEmpty)
        #expect(try store.silences().isEmpty && store.acknowledgements().isEmpty)
    }

    @Test func whatWasWrittenIsThereForTheNextWhoOpensIt() throws {
        var outbox = F.outbox()
        outbox.take(F.notice(.rollback, .critical), at: F.start)
        _ = outbox.wake(at: F.start)
        let changes = outbox.takeChanges()
        try store.write(changes, cursor: 7)
        let next = try AlertStore(folder: fixture.folder)
        #expect(try next.cursor() == 7)
        let left = try next.unfinished(attemptsSince: 0)
        #expect(left.errands == changes.errands && left.errands.count == 1)
        #expect(Set(left.deliveries) == Set(changes.deliveries) && left.deliveries.count == 2)
        #expect(Set(left.attempts) == Set(changes.attempts) && left.attempts.count == 2)
        #expect(left.deliveries.allSatisfy { $0.status == .inFlight } && left.attempts.allSatisfy { $0.endedAt == nil })
    }

    /// Where the cursor cannot be written nothing is: else a notice would be told twice, or never.
    @Test func changesAndCursorAreWrittenTogetherOrNotAtAll() throws {
        var outbox = F.outbox()
        outbox.take(F.notice(.rollback, .critical), at: F.start)
        try store.write(outbox.takeChanges(), cursor: 3)
        try fixture.tamper(
            "CREATE TRIGGER full BEFORE INSERT ON cursor BEGIN SELECT RAISE(ABORT, 'the disk is full'); END")
        _ = outbox.wake(at: F.start)
        let changes = outbox.takeChanges()
        #expect(!changes.attempts.isEmpty && !changes.deliveries.isEmpty)
        let error = #expect(throws: JournalError.self) { try store.write(changes, cursor: 4) }
        #expect(error?.description.contains("writing alerts in \(store.path)") == true)
        #expect(error?.description.contains("the disk is full") == true)
        #expect(try store.cursor() == 3)
        let left = try store.unfinished(attemptsSince: 0)
        #expect(left.attempts.isEmpty && left.deliveries.allSatisfy { $0.status == .waiting })
    }

    /// Live deliveries, and the others of errands that are open: what a channel had once is not told again.
    @Test func whatIsUnfinishedIsWhatIsLiveAndWhatItBelongsTo() throws {
        var outbox = F.outbox()
        let rollback = F.notice(.rollback, .critical)
        let promotion = F.notice(.promotion, .critical, number: 2, isMoment: true)
        for notice in [rollback, promotion] { outbox.take(notice, at: F.start) }
        for case .attempt(let order) in outbox.wake(at: F.start) {
            let isLeft = order.delivery.alertID == rollback.alert.id && order.delivery.channel == "b"
            outbox.ended(
                order.delivery.id, attempt: order.attempt, isLeft ? .retry(after: nil) : .ok, at: F.start + 1_000)
        }
        let changes = outbox.takeChanges()
        #expect(Set(changes.errands.map { $0.notice.alert.id }) == [rollback.alert.id, promotion.alert.id])
        try store.write(changes, cursor: 2)
        let left = try store.unfinished(attemptsSince: 0)
        // The promotion is told to everybody and done; the rollback is open, and has reached one of two.
        #expect(left.errands.map { $0.notice.alert.id } == [rollback.alert.id])
        let told = left.deliveries.sorted { $0.channel < $1.channel }
        #expect(told.map { $0.alertID } == [rollback.alert.id, rollback.alert.id])
        #expect(told.map { $0.status } == [.delivered, .waiting])
        #expect(left.attempts.count == 4)
        #expect(try store.errands().count == 2 && store.deliveries().count == 4)
        #expect(try store.errands(of: promotion.alert.id).map { $0.isFinished } == [true])
        #expect(try store.deliveries(of: promotion.alert.id).allSatisfy { $0.status == .delivered })
    }

    @Test func onlyAttemptsBegunSinceComeBack() throws {
        var outbox = F.outbox()
        for second in 0..<3 {
            let now = F.start + UInt64(second) * 1_000_000_000
            outbox.take(F.notice(.rollback, .critical, number: second, subject: "\(second)"), at: now)
            _ = outbox.wake(at: now)
        }
        try store.write(outbox.takeChanges(), cursor: 3)
        let left = try store.unfinished(attemptsSince: F.start + 1_000_000_000)
        #expect(left.attempts.map { ($0.startedAt - F.start) / 1_000_000_000 } == [1, 1, 2, 2])
        #expect(left.errands.count == 3 && left.deliveries.count == 6)
    }

    /// An attempt's end takes the place of its beginning; attempts of one delivery stand in order.
    @Test func attemptsAreKeptInOrder() throws {
        var outbox = F.outbox()
        outbox.take(F.notice(.rollback, .critical), at: F.start)
        var now = F.start
        for _ in 0..<3 {
            let actions = outbox.wake(at: now)
            try store.write(outbox.takeChanges(), cursor: 1)
            for case .attempt(let order) in actions {
                outbox.ended(
                    order.delivery.id, attempt: order.attempt, .retry(after: nil), detail: "busy", at: now + 5)
            }
            try store.write(outbox.takeChanges(), cursor: 1)
            now += 3_000_000_000
        }
        let delivery = try #require(store.deliveries().first)
        let attempts = try store.attempts(of: delivery.id)
        #expect(attempts.map { $0.number } == [1, 2, 3])
        #expect(attempts.allSatisfy { $0.endedAt == $0.startedAt + 5 && $0.response == "RETRY" && $0.detail == "busy" })
    }

    /// A test is over whatever came of it: no courier goes on with it.
    @Test func aTestLeavesNothingUnfinished() throws {
        var outbox = F.outbox()
        outbox.take(F.notice(.test, .critical), at: F.start)
        for case .attempt(let order) in outbox.wake(at: F.start) where order.delivery.channel == "a" {
            outbox.ended(order.delivery.id, attempt: order.attempt, .retry(after: nil), at: F.start + 1)
        }
        try store.keepFinished(outbox.takeChanges())
        let left = try store.unfinished(attemptsSince: 0)
        #expect(left.errands.isEmpty && left.deliveries.isEmpty && left.attempts.count == 2)
        #expect(try store.errands().allSatisfy { $0.isFinished })
        #expect(try store.deliveries().map { $0.status } == [.abandoned, .abandoned])
        #expect(try store.cursor() == 0)
    }

    @Test func theFirstThreadOfAnAlertStays() throws {
        try store.keep(thread: "C1 1.1", of: "A-1", "slack", nil)
        try store.keep(thread: "C1 2.2", of: "A-1", "slack", nil)
        try store.keep(thread: "<1@x>", of: "A-1", "mail", "desk@example.com")
        try store.keep(thread: "<2@x>", of: "A-1", "mail", "boss@example.com")
        #expect(try store.thread(of: "A-1", "slack", nil) == "C1 1.1")
        #expect(try store.thread(of: "A-1", "mail", "desk@example.com") == "<1@x>")
        #expect(try store.thread(of: "A-1", "mail", "boss@example.com") == "<2@x>")
        #expect(try store.thread(of: "A-1", "mail", nil) == nil && store.thread(of: "A-2", "slack", nil) == nil)
    }

    // MARK: People's

    @Test func acknowledgementsAreNumberedAsTheyCome() throws {
        for (place, alert) in ["A-1", "A-2", "A-1"].enumerated() {
            try store.acknowledge(alert, by: "ann", at: F.start + UInt64(place))
        }
        let all = try store.acknowledgements()
        #expect(all.map { $0.number } == [1, 2, 3] && all.map { $0.alert } == ["A-1", "A-2", "A-1"])
        #expect(all.map { $0.at } == [F.start, F.start + 1, F.start + 2] && all.allSatisfy { $0.person == "ann" })
        #expect(try store.acknowledgements(after: 2) == [all[2]])
        #expect(try store.acknowledgements(after: 3).isEmpty)
        // Beside the courier, by another connection.
        let before = try store.version()
        try AlertStore(folder: fixture.folder).acknowledge("A-3", by: "bob", at: F.start)
        #expect(try store.version() != before)
        #expect(try store.acknowledgements(after: 3).map { $0.alert } == ["A-3"])
    }

    @Test func aSilenceExpiresOnceAndForGood() throws {
        let silence = F.silence("S-1")
        try store.add(silence)
        try store.add(F.silence("S-2"))
        #expect(try store.silences() == [silence, F.silence("S-2")])
        #expect(try store.expire("S-1", at: F.start + 60))
        #expect(try store.silences().map { $0.expiresAt } == [F.start + 60, silence.expiresAt])
        #expect(try !store.silences()[0].isActive(at: F.start + 60) && store.silences()[0].isActive(at: F.start + 59))
        // It is over already, and there is no other.
        #expect(try !store.expire("S-1", at: F.start + 60) && !store.expire("S-1", at: F.start + 90))
        #expect(try !store.expire("S-3", at: F.start))
        #expect(try store.silences()[0].expiresAt == F.start + 60)
        // After its own end as well.
        #expect(try !store.expire("S-2", at: silence.expiresAt))
    }

    /// The courier counts what a silence held back, and does not bring back one that a person ended meanwhile.
    @Test func hitsAreCountedWithoutReviving() throws {
        let silence = F.silence("S-1")
        try store.add(silence)
        var outbox = F.outbox(silences: [silence])
        outbox.take(F.notice(.latency, .warning), at: F.start)
        let changes = outbox.takeChanges()
        #expect(changes.silences.map { $0.hits } == [1])
        #expect(try store.expire("S-1", at: F.start + 1))
        try store.write(changes, cursor: 1)
        let kept = try #require(store.silences().first)
        #expect(kept.hits == 1 && kept.expiresAt == F.start + 1)
    }

    @Test func twoSilencesOfOneNameAreRefused() throws {
        try store.add(F.silence("S-1"))
        let error = #expect(throws: JournalError.self) { try store.add(F.silence("S-1")) }
        #expect(error?.description.contains("adding a silence in \(store.path)") == true)
        #expect(try store.silences().count == 1)
    }

    // MARK: Files that cannot be used

    @Test func aStoreOfANewerTandemIsRefusedAndLeftAlone() throws {
        try store.acknowledge("A-1", by: "ann", at: 5)
        try fixture.tamper("PRAGMA user_version = 2")
        let error = #expect(throws: JournalError.self) { try AlertStore(folder: fixture.folder) }
        let text = error?.description ?? ""
        #expect(text.contains(store.path) && text.contains("format 2") && text.contains("up to 1"), "\(text)")
        #expect(text.contains("use the newer tandem"), "\(text)")
        #expect(try store.acknowledgements().count == 1)
    }

    @Test func aFileThatIsNoDatabaseIsDamaged() throws {
        let other = try AlertStoreFixture()
        let path = other.folder + "/" + AlertStore.fileName
        let bytes = Data((0..<8192).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) })
        try bytes.write(to: URL(fileURLWithPath: path))
        let error = #expect(throws: JournalError.self) { try AlertStore(folder: other.folder) }
        #expect(error?.description.contains("\(path) is damaged") == true, "\(error?.description ?? "")")
        #expect(FileManager.default.contents(atPath: path) == bytes)
    }

    @Test func aRowThatCannotBeReadIsSaid() throws {
        var outbox = F.outbox()
        outbox.take(F.notice(.rollback, .critical), at: F.start)
        try store.write(outbox.takeChanges(), cursor: 1)
        try fixture.tamper("UPDATE errands SET body = '{\"notice\":'")
        let error = #expect(throws: JournalError.self) { try store.unfinished(attemptsSince: 0) }
        #expect(error?.description.contains("reading unfinished alerts in \(store.path)") == true)
    }
}

/// A state folder for one test, and what is written into its store.
final class AlertStoreFixture {
    /// 2026-11-20 14:30:05 UTC.
    static let start: UInt64 = 1_795_185_005_000_000_000
    let folder: String

    init() throws {
        folder = NSTemporaryDirectory() + "/alert-store-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// Another program's SQL.
    func tamper(_ sql: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "python3", "-c",
            "import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); c.executescript(sys.argv[2]); c.commit()",
            folder + "/" + AlertStore.fileName, sql,
        ]
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
    }

    /// What is urgent goes to both channels at once.
    static func outbox(silences: [AlertSilence] = []) -> Outbox {
        var terms = AlertTerms()
        terms.channels = ["a", "b"]
        return Outbox(terms, calendar: nil, silences: silences)
    }

    static func notice(
        _ cause: AlertCause, _ severity: AlertSeverity, number: Int = 1, subject: String = "", isMoment: Bool = false
    ) -> AlertNotice {
        let alert = Alert(
            id: "A-\(1_000_000_000 + number)", fingerprint: "00112233445566\(10 + number)", rollout: "es-v3",
            cause: cause, subject: subject, severity: severity, summary: "Something happened", details: "It did.",
            evidence: [AlertEvidence("loss", "2 R")], stage: "canary", status: "running", openedAt: start,
            updatedAt: start, resolvedAt: isMoment ? start : nil, time: start, count: 1)
        return AlertNotice(.opened, number: 1, alert)
    }

    static func silence(_ id: String) -> AlertSilence {
        AlertSilence(
            id: id, author: "ann", reason: "known", createdAt: start - 60, expiresAt: start + 3_600_000_000_000,
            matchers: [AlertSilence.Matcher(.cause, "latency")])
    }
}
