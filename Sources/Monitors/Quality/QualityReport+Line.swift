internal import Foundation
internal import MarketData

/// Why a stored report cannot be read.
package enum QualityLineError: Error, Hashable, Sendable, CustomStringConvertible {
    case malformed(String)
    case unknownVersion(Int)
    case inconsistent(String)

    package var description: String {
        switch self {
        case .malformed(let problem): "the line is no quality report: \(problem)"
        case .unknownVersion(let version):
            "the quality report has version \(version), and this program reads \(QualityReport.version)"
        case .inconsistent(let problem): "the quality report contradicts itself: \(problem)"
        }
    }
}

/// One JSON object: what was measured, and for readers what follows from it (`score`, `parts`, `tainted` ...), which is
/// computed anew when it is read.
extension QualityReport: Codable {
    static let version = 1

    private enum Key: String, CodingKey {
        case version, session, calendar, segments, through, complete, counts, gaps, instruments, underlyings
        case taintedHalfHours = "tainted_half_hours"
        case score, parts, tainted
        case taintedShare = "tainted_share"
        case unmeasured
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(Self.version, forKey: .version)
        try container.encode(session.description, forKey: .session)
        try container.encode(calendar, forKey: .calendar)
        try container.encode(hours.segments.map { [$0.lowerBound, $0.upperBound] }, forKey: .segments)
        try container.encode(through, forKey: .through)
        try container.encode(isComplete, forKey: .complete)
        try container.encode(counts, forKey: .counts)
        try container.encode(taintedHalfHours, forKey: .taintedHalfHours)
        try container.encode(gaps, forKey: .gaps)
        try container.encode(instruments, forKey: .instruments)
        try container.encode(underlyings, forKey: .underlyings)
        let values = QualityPart.allCases.map { ($0.rawValue, value(of: $0)) }
        try container.encode(score, forKey: .score)
        try container.encode(Dictionary(uniqueKeysWithValues: values), forKey: .parts)
        try container.encode(values.filter { $0.1 == nil }.map(\.0), forKey: .unmeasured)
        try container.encode(taintedShare, forKey: .taintedShare)
        try container.encode(isTainted, forKey: .tainted)
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        let version = try container.decode(Int.self, forKey: .version)
        guard version == Self.version else { throw QualityLineError.unknownVersion(version) }
        let date = try container.decode(String.self, forKey: .session)
        guard let session = CivilDate(date) else { throw QualityLineError.malformed("session \(date) is no date") }
        self.init(
            session: session, calendar: try container.decode(String.self, forKey: .calendar),
            hours: try Self.hours(container.decode([[UInt64]].self, forKey: .segments)))
        through = try container.decode(UInt64.self, forKey: .through)
        isComplete = try container.decode(Bool.self, forKey: .complete)
        counts = try container.decode(QualityCounts.self, forKey: .counts)
        taintedHalfHours = try container.decode([TaintedHalfHour].self, forKey: .taintedHalfHours)
        gaps = try container.decode([QualityGap].self, forKey: .gaps)
        instruments = try container.decode(InstrumentQuality.self, forKey: .instruments)
        underlyings = try container.decode([UnderlyingQuality].self, forKey: .underlyings)
        try check()
    }

    private static func hours(_ pairs: [[UInt64]]) throws -> QualityHours {
        var last: UInt64 = 0
        let segments = try pairs.map { pair in
            guard pair.count == 2, pair[0] < pair[1], pair[0] >= last, pair[1] - pair[0] < 1 << 60 else {
                throw QualityLineError.malformed("segments must be pairs of open and close, ascending")
            }
            last = pair[1]
            return pair[0]..<pair[1]
        }
        guard !segments.isEmpty else { throw QualityLineError.malformed("segments is empty") }
        return QualityHours(segments: segments)
    }

    private func check() throws {
        func require(_ holds: Bool, _ problem: String) throws {
            guard holds else { throw QualityLineError.inconsistent(problem) }
        }
        try require(counts.areConsistent, "a count is negative or larger than what it is a part of")
        try require(counts.halfHours == hours.halfHours.count, "half_hours does not follow from segments")
        try require(counts.minutes <= hours.minutes, "more minutes than the segments have")
        try require((hours.open...hours.close).contains(through), "through lies outside of the segments")
        var last: UInt64?
        for tainted in taintedHalfHours {
            try require(last.map { $0 < tainted.start } ?? true, "tainted half hours are not ascending")
            try require(hours.halfHours.contains(tainted.start), "\(tainted.start) is no open half hour")
            let reasons = tainted.reasons
            try require(!reasons.isEmpty && reasons == Set(reasons).sorted(), "reasons are empty or not ascending")
            last = tainted.start
        }
        try require(
            gaps.allSatisfy { $0.from <= $0.to && $0.count > 0 }, "a gap ends before it begins, or has no count")
    }

    /// The report as one line of JSON with sorted keys and a newline; the same report gives the same bytes.
    package func line() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return [UInt8](try encoder.encode(self)) + [UInt8(ascii: "\n")]
    }

    /// Reads what `line` gave.
    package init(line: some Sequence<UInt8>) throws(QualityLineError) {
        do {
            self = try JSONDecoder().decode(QualityReport.self, from: Data(line))
        } catch let error as QualityLineError {
            throw error
        } catch let error as DecodingError {
            throw .malformed(Self.wording(error))
        } catch {
            throw .malformed("\(error)")
        }
    }

    private static func wording(_ error: DecodingError) -> String {
        func place(_ context: DecodingError.Context) -> String {
            let path = context.codingPath.map(\.stringValue).joined(separator: ".")
            return path.isEmpty ? "" : " at \(path)"
        }
        switch error {
        case .keyNotFound(let key, let context): return "\(key.stringValue) is missing\(place(context))"
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            return "\(context.debugDescription)\(place(context))"
        @unknown default: return "\(error)"
        }
    }
}
