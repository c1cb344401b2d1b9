import Alerts
import Foundation
import Testing

@Suite struct BookTests {
    /// Reference: `printf 'ifd-v3\nlatency\ncandidate' | sha256sum` and `printf 'ab85f347fca55946\n1' | sha256sum`.
    @Test func identitiesAreTheDigestsOfTheContract() throws {
        var book = AlertBook(rollout: "ifd-v3")
        let notice = try book.notice(fact(.latency), at: wall(0))
        #expect(notice.alert.fingerprint == "ab85f347fca55946")
        #expect(notice.alert.id == "A-e37ca40c91")
        #expect(notice.kind == .opened && notice.number == 1 && notice.alert.count == 1)
        #expect(notice.alert.openedAt == wall(0) && notice.alert.resolvedAt == nil)
    }

    @Test func oneAlertIsOpenPerFingerprint() {
        var book = AlertBook(rollout: "ifd-v3")
        let kinds = (0..<4).map { book.take(fact(.latency, $0 % 2 == 0 ? "candidate" : "baseline"), at: wall(0))?.kind }
        #expect(kinds == [.opened, .opened, nil, nil])
        #expect(book.open.count == 2)
    }

    @Test func repeatsAreJournaledOnceAMinuteAndCountedExactly() throws {
        var book = AlertBook(rollout: "ifd-v3")
        var notices: [AlertNotice] = []
        // 10,000 facts in 100 s: one opens it, one is due a minute later.
        for i in 0..<10_000 { notices += [book.take(fact(.errors), at: wall(Double(i) / 100))].compactMap(\.self) }
        #expect(notices.map(\.kind) == [.opened, .repeated])
        #expect(notices[1].alert.count == 6001)
        let over = try book.notice(fact(.errors, isOver: true), at: wall(100))
        #expect(over.alert.count == 10_000 && over.number == 3)
    }

    @Test func otherEvidenceIsJournaledAtOnce() {
        var book = AlertBook(rollout: "ifd-v3")
        _ = book.take(fact(.latency, evidence: [.init("p99", "3 s")]), at: wall(0))
        let same = book.take(fact(.latency, evidence: [.init("p99", "3 s")]), at: wall(1))
        let other = book.take(fact(.latency, evidence: [.init("p99", "4 s")]), at: wall(2))
        #expect(same == nil)
        #expect(other?.kind == .repeated && other?.alert.count == 3 && other?.alert.evidence == [.init("p99", "4 s")])
    }

    @Test func aHigherSeverityIsRaisedAndALowerOneKeepsTheHighest() {
        var book = AlertBook(rollout: "ifd-v3")
        _ = book.take(fact(.budget, "usd", .warning), at: wall(0))
        let raised = book.take(fact(.budget, "usd", .critical), at: wall(1))
        let lower = book.take(fact(.budget, "usd", .warning), at: wall(70))
        let again = book.take(fact(.budget, "usd", .critical), at: wall(71))
        #expect(raised?.kind == .raised && raised?.alert.severity == .critical && raised?.number == 2)
        #expect(lower?.kind == .repeated && lower?.alert.severity == .critical)
        #expect(again == nil)
    }

    @Test func theEndResolvesWhatIsOpenAndNothingElse() throws {
        var book = AlertBook(rollout: "ifd-v3")
        let early = book.take(fact(.latency, isOver: true), at: wall(0))
        #expect(early == nil)
        let first = try book.notice(fact(.latency, evidence: [.init("p99", "3 s")]), at: wall(1))
        let over = try book.notice(fact(.latency, isOver: true), at: wall(9))
        #expect(over.kind == .resolved && over.alert.id == first.alert.id && over.number == 2)
        #expect(over.alert.resolvedAt == wall(9) && over.alert.count == 1)
        #expect(over.alert.evidence == [.init("p99", "3 s")])
        let late = book.take(fact(.latency, isOver: true), at: wall(10))
        #expect(late == nil)
        let next = try book.notice(fact(.latency), at: wall(11))
        #expect(next.kind == .opened && next.alert.id != first.alert.id)
        #expect(next.alert.fingerprint == first.alert.fingerprint)
    }

    @Test func momentsStandEachForItself() {
        var book = AlertBook(rollout: "ifd-v3")
        let open = book.take(fact(.rollback), at: wall(0))
        let moments = (1...3).map { book.take(fact(.rollback, isMoment: true), at: wall(Double($0))) }
        #expect(Set(moments.map { $0?.alert.id }).union([open?.alert.id]).count == 4)
        #expect(moments.allSatisfy { $0?.kind == .opened && $0?.alert.resolvedAt == $0?.alert.openedAt })
        #expect(book.open.map(\.id) == [open?.alert.id])
    }

    @Test func aClockSetBackEndsNothingBeforeItBegan() {
        var book = AlertBook(rollout: "ifd-v3")
        _ = book.take(fact(.latency), at: wall(100))
        let again = book.take(fact(.latency), at: wall(10))
        let over = book.take(fact(.latency, isOver: true), at: wall(20))
        #expect(again?.kind == .repeated)
        #expect(over?.alert.resolvedAt == wall(100))
    }

    /// At every point of a random history: a book rebuilt from the journaled notices goes on as the first one does, but
    /// for repeats that nobody journaled.
    @Test(arguments: [1, 2, 3, 4, 5])
    func aRebuiltBookGoesOnAsTheFirst(seed: UInt64) throws {
        var random = AlertRandom(seed: seed)
        var book = AlertBook(rollout: "ifd-v3")
        var journal: [AlertNotice] = []
        for step in 0..<200 {
            let next = fact(
                [.latency, .errors, .rollback].randomElement(using: &random) ?? .latency,
                ["candidate", "baseline"].randomElement(using: &random) ?? "", random.chance(30) ? .critical : .warning,
                isOver: random.chance(20), isMoment: random.chance(10))
            let at = wall(Double(step) * 61)
            var rebuilt = AlertBook(rollout: "ifd-v3")
            for notice in journal { rebuilt.restore(notice) }
            var fromOpen = AlertBook(rollout: "ifd-v3", open: lastOfOpen(journal), opened: book.opened)
            let told = book.take(next, at: at)
            let (again, fromLast) = (rebuilt.take(next, at: at), fromOpen.take(next, at: at))
            #expect(again == told && fromLast == told, "seed \(seed), step \(step)")
            #expect(rebuilt.open == book.open, "seed \(seed), step \(step)")
            if let told { journal.append(try JSONDecoder().decode(AlertNotice.self, from: JSONEncoder().encode(told))) }
        }
        #expect(Set(journal.filter { $0.kind == .opened }.map(\.alert.id)).count == book.opened)
        let numbers = Dictionary(grouping: journal, by: \.alert.id).values.map { $0.map(\.number) }
        #expect(numbers.allSatisfy { $0 == Array(1...$0.count) })
    }

    private func lastOfOpen(_ journal: [AlertNotice]) -> [AlertNotice] {
        Dictionary(grouping: journal, by: \.alert.id).values.compactMap(\.last).filter { $0.alert.resolvedAt == nil }
    }
}
