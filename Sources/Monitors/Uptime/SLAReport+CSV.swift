extension SLAReport {
    /// Incidents, then the bad intervals that all figures are sums of, with a header; every line ends with a newline.
    ///
    /// Times are nanoseconds since 1970. `counted_seconds` are those of `seconds` that the adjusted figure counts.
    package var csv: String {
        var csv = CSV(header: [
            "row", "id", "start", "end", "seconds", "counted_seconds", "cause", "reason", "epoch", "evidence",
            "detection_s", "acknowledged_s", "restore_s", "budget_share",
        ])
        for incident in incidents {
            csv.append([
                "incident", incident.id, String(incident.start), incident.end.map { String($0) },
                String(incident.seconds), String(incident.seconds - incident.excludedSeconds),
                incident.cause.rawValue, incident.reason, nil, nil,
                incident.detectionSeconds.map { String($0) }, incident.acknowledgedSeconds.map { String($0) },
                incident.restoreSeconds.map { String($0) }, incident.budgetShare.map { String($0) },
            ])
        }
        for row in explanation {
            csv.append([
                "bad", nil, String(row.start), String(row.end), String(row.seconds),
                String(row.isCounted ? row.seconds : 0), row.cause.rawValue, row.reason,
                row.epoch.map { String($0) }, row.evidence, nil, nil, nil, nil,
            ])
        }
        return csv.text
    }
}
