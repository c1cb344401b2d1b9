package import MarketData

/// How good the data of one session was; complete or so far.
package struct QualityReport: Hashable, Sendable {
    /// Trade date.
    package let session: CivilDate
    package let calendar: String
    package let hours: QualityHours
    /// ns since 1970: up to when the session was seen.
    package internal(set) var through: UInt64
    /// Whether the session closed.
    package internal(set) var isComplete = false
    package internal(set) var counts = QualityCounts()
    /// Ascending, open half hours only.
    package internal(set) var taintedHalfHours: [TaintedHalfHour] = []
    /// In order of discovery; like ones within a half hour are one.
    package internal(set) var gaps: [QualityGap] = []
    package internal(set) var instruments = InstrumentQuality()
    /// Ascending by instrument.
    package internal(set) var underlyings: [UnderlyingQuality] = []

    init(session: CivilDate, calendar: String, hours: QualityHours) {
        self.session = session
        self.calendar = calendar
        self.hours = hours
        through = hours.open
        counts.halfHours = hours.halfHours.count
    }

    /// More than this share of tainted half hours taints the session. Source: `decision-statistics.md`, section 1.
    package static let taintedShareLimit = 0.2

    /// Of all open half hours of the session.
    package var taintedShare: Double { Double(taintedHalfHours.count) / Double(hours.halfHours.count) }

    /// Whether the session counts for no evidence because of its half hours; unresolvable signals may still taint it.
    package var isTainted: Bool { taintedHalfHours.count * 5 > hours.halfHours.count }

    package var gapHalfHours: Int { taintedHalfHours.count { $0.reasons.contains(.gap) } }

    /// In 0...1; nil while not even completeness is known. See `QualityPart.score`.
    package var score: Double? { QualityPart.score(counts, gapHalfHours: gapHalfHours) }

    package func value(of part: QualityPart) -> Double? { part.value(counts, gapHalfHours: gapHalfHours) }

    /// Why signals caused at `time` are left out; empty for clean half hours and closed times.
    package func taint(at time: UInt64) -> [QualityTaint] {
        guard let halfHour = hours.halfHours(from: time, to: time).first else { return [] }
        return taintedHalfHours.first { $0.start == halfHour }?.reasons ?? []
    }

    /// Taints every open half hour of the session that `from` to `to` touches, also after the close: a correction.
    package mutating func taint(_ reason: QualityTaint, from: UInt64, to: UInt64) {
        for start in hours.halfHours(from: from, to: to) {
            let place = taintedHalfHours.firstIndex { $0.start >= start } ?? taintedHalfHours.count
            if place == taintedHalfHours.count || taintedHalfHours[place].start != start {
                taintedHalfHours.insert(TaintedHalfHour(start: start, reasons: [reason]), at: place)
            } else if !taintedHalfHours[place].reasons.contains(reason) {
                taintedHalfHours[place].reasons.append(reason)
                taintedHalfHours[place].reasons.sort()
            }
        }
    }

    /// Notes missing data and taints what it touches.
    ///
    /// Silence and what was reported are stretches: one that begins where one began before is that one, known better. Of
    /// the other kinds, those that begin in one half hour become one with a count, so that the list stays short.
    package mutating func addGap(_ kind: QualityGap.Kind, from: UInt64, to: UInt64, count: Int = 1) {
        taint(.gap, from: from, to: to)
        let isStretch = kind == .silence || kind == .reported
        let same = gaps.lastIndex { gap in
            guard gap.kind == kind else { return false }
            return isStretch
                ? gap.from == from : QualityHours.halfHour(of: gap.from) == QualityHours.halfHour(of: from)
        }
        guard let same else { return gaps.append(QualityGap(kind: kind, from: from, to: max(from, to), count: count)) }
        gaps[same].to = max(gaps[same].to, to)
        if !isStretch { gaps[same].count += count }
    }
}

/// The instruments of a session and their definitions.
package struct InstrumentQuality: Hashable, Sendable, Codable {
    /// Announced by a symbol mapping, defined, or met in the sample.
    package internal(set) var seen = 0
    /// Without a definition at the end.
    package internal(set) var undefined = 0
    /// The lowest ids of these, at most 20, ascending.
    package internal(set) var undefinedIDs: [UInt32] = []

    enum CodingKeys: String, CodingKey {
        case seen, undefined
        case undefinedIDs = "undefined_ids"
    }
}

/// How an underlying was quoted in a session.
package struct UnderlyingQuality: Hashable, Sendable, Codable {
    package let instrumentID: UInt32
    package internal(set) var quotes = 0
    /// Mean time between quotes lately, ns; nil while there were too few.
    package internal(set) var usualIntervalNanos: UInt64?
    /// Open time since the first quote.
    package internal(set) var quotedNanos: UInt64 = 0
    /// Times the bid came to stand above the ask in continuous trading, and for how long.
    package internal(set) var crossings = 0
    package internal(set) var crossedNanos: UInt64 = 0
    /// Silences longer than usual by far, and the time after it was clear that they were.
    package internal(set) var silences = 0
    package internal(set) var staleNanos: UInt64 = 0

    enum CodingKeys: String, CodingKey {
        case quotes, crossings, silences
        case instrumentID = "instrument_id"
        case usualIntervalNanos = "usual_interval_ns"
        case quotedNanos = "quoted_ns"
        case crossedNanos = "crossed_ns"
        case staleNanos = "stale_ns"
    }
}
