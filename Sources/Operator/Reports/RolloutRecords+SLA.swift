package import MarketData
package import Monitors

extension RolloutRecords {
    package func evidence() throws -> EvidenceBook { try reader.evidence() }

    /// Up to which time there is something to say: while an operator runs, or died, now; where it ended as asked, its last
    /// moment, and the time since then counts once it starts again.
    package var servedUntil: Timestamp {
        guard let last = presences.last, last.endedCleanly else { return now }
        return Timestamp(nanos: last.through)
    }

    package func sla(_ period: SLAPeriod) throws -> SLAReport {
        let history = ServiceHistory(
            presences: presences.map {
                ServicePresence(
                    epoch: $0.epoch, from: $0.from, through: $0.through, endedCleanly: $0.endedCleanly)
            },
            states: try reader.states().map {
                ServiceState(
                    epoch: $0.epoch, time: $0.time, component: $0.component, isGood: $0.isGood,
                    cause: $0.cause.flatMap(DowntimeCause.init(rawValue:)), reason: $0.reason, since: $0.since)
            })
        let stageBegan = try reader.last([.transition])?.time
        let components = ServiceComponent.standard.map { component in
            component.name == "candidate" ? ServiceComponent(component.name, from: stageBegan) : component
        }
        var report = try SLAReport(
            history, evidence: try evidence(), period: period, asOf: servedUntil, calendar: calendar,
            target: terms.uptimeTargetPPM, basis: basis, components: components)
        report.alerts = try AlertRecords(folder).delivery(from: period.from, to: period.to)
        return report
    }
}
