import Testing

@testable import Alerts

@Suite struct DeliverySLOTests {
    private func errand(
        _ id: String, delivered: Double?, severity: AlertSeverity = .critical, missed: Double? = nil,
        hold: Errand.Hold? = nil
    ) -> Errand {
        var errand = Errand(notice(.rollback, severity, id: id), since: wall(0), at: wall(0))
        errand.deliveredAt = delivered.map(wall)
        errand.missedAt = missed.map(wall)
        errand.hold = hold
        return errand
    }

    private func delivery(_ id: String, _ channel: String, _ seconds: Double, _ status: Delivery.Status = .delivered)
        -> Delivery
    {
        var delivery = Delivery(alertID: id, number: 1, target: .init(channel), severity: .critical, at: wall(0))
        delivery.status = status
        delivery.endedAt = wall(seconds)
        return delivery
    }

    @Test func whatIsInTimeLateAndUndecidedIsCounted() {
        let errands = [
            errand("A-1", delivered: 0.5), errand("A-2", delivered: 30), errand("A-3", delivered: 31),
            errand("A-4", delivered: 40, missed: 30), errand("A-5", delivered: nil),
            errand("A-6", delivered: nil, severity: .warning), errand("A-7", delivered: nil, hold: .silence(id: "S-1")),
        ]
        let early = DeliverySLO(errands: errands, deliveries: [], at: wall(30))
        #expect([early.notices, early.met, early.missed, early.unknown] == [5, 2, 2, 1])
        #expect(early.ratio == 0.5)
        let late = DeliverySLO(errands: errands, deliveries: [], at: wall(30) + 1)
        #expect([late.met, late.missed, late.unknown] == [2, 3, 0])
        #expect(DeliverySLO(errands: [], deliveries: [], at: wall(0)).ratio == nil)
    }

    /// Nearest rank of 1...200 s: 100 and 198.
    @Test func timesAreOfTheNearestRank() {
        let ids = (1...200).map { "A-\($0)" }
        let deliveries =
            ids.enumerated().map { delivery($1, "slack", Double($0 + 1)) } + [delivery("A-1", "mail", 7)]
            + [delivery("A-2", "mail", 99, .failed), delivery("A-unknown", "sms", 1)]
        let slo = DeliverySLO(
            errands: ids.map { errand($0, delivered: 1) }, deliveries: deliveries.shuffled(), at: wall(9))
        #expect(slo.channels.map(\.channel) == ["mail", "slack"])
        #expect(slo.channels.map(\.p50Seconds) == [7, 100] && slo.channels.map(\.p99Seconds) == [7, 198])
        #expect(slo.channels.map(\.acknowledged) == [1, 200])
    }
}
