package import MarketData

/// What the data of a period's sessions was worth.
package struct DataReport: Encodable, Hashable, Sendable {
    package struct Part: Encodable, Hashable, Sendable {
        package let part: String
        /// 0...1; nil when not measured.
        package let value: Double?
    }

    package struct Session: Encodable, Hashable, Sendable {
        /// Trade date.
        package let session: String
        package let isComplete: Bool
        package let score: Double?
        package let parts: [Part]
        /// Half hours with a gap, a halt, or a baseline that was not ready; nobody's results of them count.
        package let taintedHalfHours: [TaintedHalfHour]
        package let halfHours: Int
        /// More than a fifth of the half hours is tainted.
        package let isTainted: Bool
        package let gaps: [QualityGap]
        package let counts: QualityCounts
    }

    package let basis: Basis
    package let score: Double?
    package let parts: [Part]
    package let sessions: [Session]
    private let reports: [QualityReport]

    package init(_ reports: [QualityReport], basis: Basis) {
        let summary = QualitySummary(reports)
        self.basis = basis
        self.reports = reports
        score = summary.score
        parts = QualityPart.allCases.map { Part(part: $0.rawValue, value: summary.value(of: $0)) }
        sessions = reports.map(Session.init)
    }
}

extension DataReport.Session {
    fileprivate init(_ report: QualityReport) {
        session = report.session.description
        isComplete = report.isComplete
        score = report.score
        parts = QualityPart.allCases.map { DataReport.Part(part: $0.rawValue, value: report.value(of: $0)) }
        taintedHalfHours = report.taintedHalfHours
        halfHours = report.hours.halfHours.count
        isTainted = report.isTainted
        gaps = report.gaps
        counts = report.counts
    }
}

extension DataReport {
    package var csv: String {
        var csv = CSV(header: QualityText.csvColumns)
        for report in reports { csv.append(QualityText.csvRow(report)) }
        return csv.text
    }

    /// - Parameter isExplained: with every gap behind the figures.
    package func page(
        period: String, rollout: String, generated: Timestamp, isExplained: Bool = false
    ) -> ReportPage {
        let summary = QualitySummary(reports)
        var sections = [
            ReportPage.Section(
                heading: "Sessions",
                lead:
                    "The score is that of the worst part. A session that is not over has an asterisk; one with more than a "
                    + "fifth of its half hours tainted counts for nobody.",
                figures: [
                    ReportPage.Figure(
                        "score", NumberFormat.number(score, places: 3), tone: score == nil ? .unknown : .plain,
                        note: "\(sessions.count) sessions")
                ],
                blocks: [.table(table(QualityText.columns, reports.map(QualityText.row), "no session was read"))]),
            ReportPage.Section(
                heading: "Parts",
                blocks: [
                    .table(
                        table(
                            ["part", "value", "rests on"],
                            QualityText.parts(summary.counts, gapHalfHours: summary.gapHalfHours), "nothing"))
                ]),
        ]
        if isExplained {
            let rows = reports.flatMap { report in QualityText.gaps(report).map { [report.session.description] + $0 } }
            sections.append(
                ReportPage.Section(
                    heading: "Gaps", lead: "Seconds since 1970.",
                    blocks: [.table(table(["session", "from", "to", "kind", "times"], rows, "no gap"))]))
        }
        return ReportPage(
            title: "Data", period: period, rollout: rollout, basis: basis, generated: generated, sections: sections)
    }

    private func table(_ columns: [String], _ rows: [[String]], _ emptyNote: String) -> TextTable {
        TextTable(
            columns: columns.map { TextTable.Column.exact($0) }, rows: rows.map { $0.map { TextTable.Cell($0) } },
            emptyNote: emptyNote)
    }
}

// Spelt out so that what is not known is written as null.

extension DataReport {
    enum CodingKeys: String, CodingKey { case basis, score, parts, sessions }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(basis, forKey: .basis)
        try container.encode(score, forKey: .score)
        try container.encode(parts, forKey: .parts)
        try container.encode(sessions, forKey: .sessions)
    }
}

extension DataReport.Part {
    enum CodingKeys: String, CodingKey { case part, value }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(part, forKey: .part)
        try container.encode(value, forKey: .value)
    }
}

extension DataReport.Session {
    enum CodingKeys: String, CodingKey {
        case session, score, parts, gaps, counts
        case isComplete = "complete"
        case taintedHalfHours = "tainted_half_hours"
        case halfHours = "half_hours"
        case isTainted = "tainted"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(session, forKey: .session)
        try container.encode(score, forKey: .score)
        try container.encode(parts, forKey: .parts)
        try container.encode(gaps, forKey: .gaps)
        try container.encode(counts, forKey: .counts)
        try container.encode(isComplete, forKey: .isComplete)
        try container.encode(taintedHalfHours, forKey: .taintedHalfHours)
        try container.encode(halfHours, forKey: .halfHours)
        try container.encode(isTainted, forKey: .isTainted)
    }
}
