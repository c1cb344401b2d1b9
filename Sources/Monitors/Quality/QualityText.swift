internal import MarketData

/// The reports for people and for spreadsheets. Unknown figures read `unknown` in the first and are empty in the second.
package enum QualityText {
    /// Names of the columns of `row`.
    package static let columns = ["session", "score", "worst part", "complete", "tainted", "gaps", "late", "twice"]

    /// One session. With two blanks between columns a table of rows is at most 80 wide.
    package static func row(_ report: QualityReport) -> [String] {
        let counts = report.counts
        return [
            report.session.description + (report.isComplete ? "" : "*"), number(report.score),
            report.worstPart?.rawValue ?? "", percent(report.value(of: .completeness)),
            "\(report.taintedHalfHours.count)/\(report.hours.halfHours.count)\(report.isTainted ? " !" : "")",
            "\(report.gaps.count)", "\(counts.outOfOrder + counts.lateRecords)", "\(counts.repeats)",
        ]
    }

    /// Every part of a session, or of several: its name, its value, and what that rests on.
    package static func parts(_ counts: QualityCounts, gapHalfHours: Int) -> [[String]] {
        QualityPart.allCases.map { part in
            let value = part.value(counts, gapHalfHours: gapHalfHours)
            return [part.rawValue, number(value), value == nil ? "not measured" : basis(part, counts, gapHalfHours)]
        }
    }

    private static func basis(_ part: QualityPart, _ counts: QualityCounts, _ gapHalfHours: Int) -> String {
        switch part {
        case .completeness: return "\(counts.minutesWithData) of \(counts.minutes) open minutes have data"
        case .continuity: return "\(gapHalfHours) of \(counts.halfHours) half hours have a gap"
        case .marks: return "\(counts.marksMissing) of \(counts.marksDue ?? 0) marks are missing"
        case .order:
            return "\(counts.outOfOrder) of \(counts.orderedRecords) out of order, \(counts.badReceiveTimes) untimed"
        case .sequence:
            let missing = counts.missingPackets.map { ", \($0) packets missing" } ?? ""
            return "\(counts.lateRecords) of \(counts.sequencedRecords) late\(missing)"
        case .repeats: return "\(counts.repeats) of \(counts.repeatable) came twice"
        case .clocks: return "\(counts.skewed) of \(counts.samples) sampled came before they happened"
        case .definitions: return "\(counts.undefined) of \(counts.samples) sampled have no definition"
        case .crossed: return "\(seconds(counts.crossedNanos)) of \(seconds(counts.quotedNanos)) s quoted"
        case .stale: return "\(seconds(counts.staleNanos)) of \(seconds(counts.quotedNanos)) s quoted"
        }
    }

    private static func seconds(_ nanos: UInt64) -> String { decimal(nanos / 100_000_000, digits: 1) }

    /// The rows a session's gaps and taints rest on: from, to (UTC seconds since 1970), what, how often.
    package static func gaps(_ report: QualityReport) -> [[String]] {
        report.gaps.map { gap in
            [
                decimal(gap.from / 1_000_000, digits: 3), decimal(gap.to / 1_000_000, digits: 3), gap.kind.rawValue,
                "\(gap.count)",
            ]
        }
    }

    // MARK: CSV

    /// Fields of `csvRow`; none needs quotes.
    package static let csvColumns =
        ["session", "calendar", "complete", "score", "tainted_half_hours", "half_hours", "tainted"]
        + QualityPart.allCases.map { "part_\($0.rawValue)" }
        + ["records", "market_records", "out_of_order", "late_records", "missing_packets", "repeats", "gaps"]

    package static func csvRow(_ report: QualityReport) -> [String] {
        let counts = report.counts
        let score = report.score.map { "\($0)" } ?? ""
        let parts = QualityPart.allCases.map { part in report.value(of: part).map { "\($0)" } ?? "" }
        return [
            report.session.description, report.calendar, "\(report.isComplete)", score,
            "\(report.taintedHalfHours.count)", "\(report.hours.halfHours.count)", "\(report.isTainted)",
        ] + parts + [
            "\(counts.records)", "\(counts.marketRecords)", "\(counts.outOfOrder)", "\(counts.lateRecords)",
            counts.missingPackets.map { "\($0)" } ?? "", "\(counts.repeats)", "\(report.gaps.count)",
        ]
    }

    // MARK: Numbers

    /// Three decimals, cut and not rounded: what is not perfect never reads 1.000.
    private static func number(_ value: Double?) -> String {
        value.map { decimal(UInt64($0 * 1000), digits: 3) } ?? "unknown"
    }

    private static func percent(_ value: Double?) -> String {
        value.map { decimal(UInt64($0 * 1000), digits: 1) + " %" } ?? "unknown"
    }

    /// `12345` with 3 digits as `12.345`.
    private static func decimal(_ value: UInt64, digits: Int) -> String {
        var text = String(value)
        while text.count <= digits { text = "0" + text }
        return text.dropLast(digits) + "." + text.suffix(digits)
    }
}

extension QualityReport {
    /// The part that decides the score; nil when no score is known, or nothing is wrong.
    package var worstPart: QualityPart? {
        guard let score, score < 1 else { return nil }
        return QualityPart.allCases.first { value(of: $0) == score }
    }
}
