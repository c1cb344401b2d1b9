internal import MarketData
package import Monitors

extension RolloutRecords {
    package func latency(_ period: ReportPeriod) throws -> LatencyReport {
        var tally = LatencyTally()
        try latencyRows(period) { row, histogram in
            guard let session = CivilDate(row.session), let span = LatencySpan(rawValue: row.span) else {
                throw JournalError.damaged(
                    path: reader.path, row: 0, reason: "a latency of session \(row.session), span \(row.span)")
            }
            let key = LatencyKey(
                session: session, stage: row.stage, arm: LatencyArm(rawValue: row.arm),
                version: row.version.isEmpty ? nil : row.version, span: span)
            try tally.add(histogram, for: key)
        }
        return tally.report(basis: basis, thresholds: terms.latency, objective: terms.latencyObjective)
    }

    /// The journaled histograms of the period, by session.
    package func latencyRows(
        _ period: ReportPeriod, _ each: (Measurements.Latency, LatencyHistogram) throws -> Void
    ) throws {
        let sessions = period.first.description...period.last.description
        try reader.latencies(sessions: sessions, basis: basis.rawValue) { row in
            try each(row, LatencyHistogram(decoding: row.histogram))
        }
    }
}
