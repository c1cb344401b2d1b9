import MarketData
import Signals
import Testing

@testable import Operator

@Suite struct ArmLedgerTests {
    private func signal(_ id: String, cause: UInt64, confidence: Double = 0.8) -> EngineMessage {
        .signal(
            Signal(
                id: id, cause: cause, tsEvent: Timestamp(nanos: 1000 + cause), instrumentID: InstrumentID(1),
                symbol: "X",
                underlyingID: InstrumentID(1), direction: .long, action: .buy, strength: .high, confidence: confidence,
                price: Price(nanos: 1), target: Price(nanos: 2), stop: Price(nanos: 0), horizonSeconds: 60))
    }

    private func progress(_ records: UInt64) -> EngineMessage {
        .progress(Progress(records: records, tsEvent: Timestamp(nanos: 0)))
    }

    private let hello = EngineMessage.hello(Hello(engine: "e", version: "1", schemas: []))

    private func begun(base: UInt64 = 0, lateBelow: UInt64 = 0) throws -> ArmLedger {
        var ledger = ArmLedger()
        ledger.begin(base: base, lateBelow: lateBelow)
        _ = try ledger.accept(hello, readAt: 0, written: 0)
        return ledger
    }

    @Test func nothingCountsBeforeHello() {
        var ledger = ArmLedger()
        ledger.begin(base: 0)
        #expect(throws: ContractViolation.beforeHello) { _ = try ledger.accept(progress(0), readAt: 0, written: 10) }
    }

    @Test func causesAreTranslatedToFeedIndices() throws {
        var ledger = try begun(base: 1000)
        _ = try ledger.accept(signal("a", cause: 5), readAt: 0, written: 10)
        _ = try ledger.accept(progress(6), readAt: 0, written: 10)
        #expect(ledger.pending.map(\.signal.cause) == [1005])
        #expect(ledger.answered == 1006)
    }

    @Test func aCauseNeverDecreases() throws {
        var ledger = try begun()
        _ = try ledger.accept(signal("a", cause: 5), readAt: 0, written: 10)
        #expect(throws: ContractViolation.decreasingCause(previous: 5, found: 4)) {
            _ = try ledger.accept(signal("b", cause: 4), readAt: 0, written: 10)
        }
    }

    @Test func aCauseIsNeverInTheFuture() throws {
        var ledger = try begun()
        #expect(throws: ContractViolation.futureCause(found: 10, written: 10)) {
            _ = try ledger.accept(signal("a", cause: 10), readAt: 0, written: 10)
        }
    }

    @Test func progressPromisesThatNothingComesBehindIt() throws {
        var ledger = try begun()
        _ = try ledger.accept(progress(6), readAt: 0, written: 10)
        #expect(throws: ContractViolation.lateCause(found: 5, progress: 6)) {
            _ = try ledger.accept(signal("a", cause: 5), readAt: 0, written: 10)
        }
    }

    @Test func progressMayRepeatButNotFallNorPassWhatWasWritten() throws {
        var ledger = try begun()
        _ = try ledger.accept(progress(6), readAt: 0, written: 10)
        _ = try ledger.accept(progress(6), readAt: 0, written: 10)
        #expect(throws: ContractViolation.self) { _ = try ledger.accept(progress(5), readAt: 0, written: 10) }
        #expect(throws: ContractViolation.self) { _ = try ledger.accept(progress(11), readAt: 0, written: 10) }
    }

    @Test func anEqualRepeatIsDroppedAndCounted() throws {
        var ledger = try begun()
        _ = try ledger.accept(signal("a", cause: 5), readAt: 0, written: 10)
        _ = try ledger.accept(signal("a", cause: 5), readAt: 0, written: 10)
        #expect(ledger.pending.count == 1)
        #expect(ledger.repeats == 1)
    }

    @Test func aRepeatWithOtherContentBreaksTheContract() throws {
        var ledger = try begun()
        _ = try ledger.accept(signal("a", cause: 5), readAt: 0, written: 10)
        #expect(throws: ContractViolation.changedRepeat(id: "a")) {
            _ = try ledger.accept(signal("a", cause: 5, confidence: 0.7), readAt: 0, written: 10)
        }
    }

    @Test func aNewProcessRepeatsWhatIsKnownAndOnlyAddsTheRest() throws {
        var ledger = try begun()
        for cause in [2, 5, 8] {
            _ = try ledger.accept(signal("s\(cause)", cause: UInt64(cause)), readAt: 0, written: 10)
        }
        _ = try ledger.accept(progress(9), readAt: 0, written: 10)
        ledger.forget(past: 6)
        #expect(ledger.answered == 7)
        #expect(ledger.pending.map(\.signal.id) == ["s2", "s5"])
        ledger.begin(base: 0)
        _ = try ledger.accept(hello, readAt: 0, written: 0)
        for cause in [2, 5, 8] {
            _ = try ledger.accept(signal("s\(cause)", cause: UInt64(cause)), readAt: 0, written: 10)
        }
        #expect(ledger.pending.map(\.signal.id) == ["s2", "s5", "s8"])
        #expect(ledger.repeats == 2)
    }

    @Test func newSignalsFromBeforeTheHandOverAreLate() throws {
        var ledger = try begun(base: 100, lateBelow: 105)
        _ = try ledger.accept(signal("a", cause: 4), readAt: 0, written: 10)
        _ = try ledger.accept(signal("b", cause: 5), readAt: 0, written: 10)
        #expect(ledger.pending.map(\.isLate) == [true, false])
    }

    @Test func releaseTakesOutWhatIsCausedUpToAMark() throws {
        var ledger = try begun()
        for cause in [2, 5, 5, 8] as [UInt64] {
            _ = try ledger.accept(signal("s\(ledger.pending.count)", cause: cause), readAt: 0, written: 10)
        }
        #expect(ledger.release(through: 5).map(\.signal.cause) == [2, 5, 5])
        #expect(ledger.release().map(\.signal.cause) == [8])
    }

    @Test func contractOtherThanOneIsRefused() {
        var ledger = ArmLedger()
        ledger.begin(base: 0)
        #expect(throws: ContractViolation.unsupportedContract(2)) {
            _ = try ledger.accept(
                .hello(Hello(engine: "e", version: "1", contract: 2, schemas: [])), readAt: 0, written: 0)
        }
    }
}
