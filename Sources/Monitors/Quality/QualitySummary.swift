package import MarketData

/// The quality of several sessions together.
package struct QualitySummary: Hashable, Sendable {
    /// Of the sessions with a report, ascending.
    package let sessions: [CivilDate]
    /// Trade dates of the period without a report: nothing is known about them.
    package let missing: [CivilDate]
    /// Sums over the sessions.
    package let counts: QualityCounts
    package let taintedHalfHours: Int
    package let gapHalfHours: Int
    /// Sessions with more than a fifth of tainted half hours.
    package let taintedSessions: [CivilDate]
    /// The session with the lowest score, the earlier of two; nil when no score is known.
    package let worst: Worst?

    package struct Worst: Hashable, Sendable {
        package let session: CivilDate
        package let score: Double
    }

    /// - Parameters:
    ///   - reports: in any order; of two for one session the complete one counts, else the later.
    ///   - expected: the trade dates of the period, as the calendar has them.
    package init(_ reports: [QualityReport], expected: [CivilDate] = []) {
        var bySession: [CivilDate: QualityReport] = [:]
        for report in reports {
            if let known = bySession[report.session], known.isComplete, !report.isComplete { continue }
            bySession[report.session] = report
        }
        let reports = bySession.values.sorted { $0.session < $1.session }
        sessions = reports.map(\.session)
        missing = Set(expected).subtracting(sessions).sorted()
        counts = reports.reduce(into: QualityCounts()) { $0.add($1.counts) }
        taintedHalfHours = reports.reduce(0) { $0 + $1.taintedHalfHours.count }
        gapHalfHours = reports.reduce(0) { $0 + $1.gapHalfHours }
        taintedSessions = reports.filter(\.isTainted).map(\.session)
        worst = reports.compactMap { report in report.score.map { Worst(session: report.session, score: $0) } }
            .min { $0.score < $1.score }
    }

    /// By the same formula as for a session, over the sums; nil when no session measured completeness.
    package var score: Double? { QualityPart.score(counts, gapHalfHours: gapHalfHours) }

    package func value(of part: QualityPart) -> Double? { part.value(counts, gapHalfHours: gapHalfHours) }

    /// Of all open half hours of the sessions with a report; nil without any.
    package var taintedShare: Double? {
        counts.halfHours > 0 ? Double(taintedHalfHours) / Double(counts.halfHours) : nil
    }
}

extension QualitySummary: Encodable {
    private enum Key: String, CodingKey {
        case sessions, missing, counts, score, parts, unmeasured
        case worstSession = "worst_session"
        case worstScore = "worst_score"
        case taintedHalfHours = "tainted_half_hours"
        case taintedShare = "tainted_share"
        case taintedSessions = "tainted_sessions"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(sessions.map(\.description), forKey: .sessions)
        try container.encode(missing.map(\.description), forKey: .missing)
        try container.encode(counts, forKey: .counts)
        let values = QualityPart.allCases.map { ($0.rawValue, value(of: $0)) }
        try container.encode(score, forKey: .score)
        try container.encode(Dictionary(uniqueKeysWithValues: values), forKey: .parts)
        try container.encode(values.filter { $0.1 == nil }.map(\.0), forKey: .unmeasured)
        try container.encode(worst?.session.description, forKey: .worstSession)
        try container.encode(worst?.score, forKey: .worstScore)
        try container.encode(taintedHalfHours, forKey: .taintedHalfHours)
        try container.encode(taintedShare, forKey: .taintedShare)
        try container.encode(taintedSessions.map(\.description), forKey: .taintedSessions)
    }
}
