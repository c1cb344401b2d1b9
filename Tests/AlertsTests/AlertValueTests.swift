import Alerts
import Testing

@Suite struct AlertValueTests {
    @Test func onlyCriticalAndEmergencyAreUrgent() {
        #expect(AlertSeverity.allCases.filter(\.isUrgent) == [.critical, .emergency])
        #expect(AlertSeverity.allCases == AlertSeverity.allCases.sorted())
    }
}
