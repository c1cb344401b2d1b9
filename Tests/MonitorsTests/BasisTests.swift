import Monitors
import Testing

@Suite struct BasisTests {
    @Test func basisIsWrittenAsReportsShowIt() { #expect(Basis.replay.rawValue == "replay") }
}
