import Alerts
import Signals
import Testing

@testable import Operator

/// What an operator that cannot go on has to say.
@Suite struct LastWordsTests {
    @Test func aJournalThatCannotBeTrustedIsAnEmergency() {
        let errors: [any Error] = [
            JournalError.damaged(path: "p", row: 7, reason: "r"),
            JournalError.failed(doing: "writing", reason: "the disk is full"),
            Divergence(row: 7, journaled: "a", recomputed: "b"),
        ]
        for error in errors {
            let fact = LastWords.fact(error)
            #expect(fact?.cause == .journalDamaged && fact?.severity == .emergency)
            #expect(fact?.evidence.first?.value == "\(error)")
        }
    }

    @Test func anEngineThatHangsForEverEndsTheOperator() {
        let fact = LastWords.fact(RunFailure.hung(.candidate, seconds: 60))
        #expect(fact?.cause == .operatorDown && fact?.severity == .critical)
    }

    /// Somebody is there, and has it on the screen.
    @Test func whatStartedWronglyAlarmsNobody() {
        #expect(LastWords.fact(StartError.missingInput(path: "p")) == nil)
        #expect(LastWords.fact(JournalError.notFound(path: "p")) == nil)
        #expect(LastWords.fact(JournalError.newer(path: "p", version: 9)) == nil)
    }
}
