/// Everything an exchange trades under one trade date.
///
/// Usually one stretch of time. On Globex a US holiday that halts at noon has no trade date: what traded before the
/// halt counts for the next trade date, which then has two segments and a break. See `ExchangeCalendar` for the rule
/// and its source.
public struct Session: Hashable, Sendable {
    /// The trade date; Sunday evening on Globex is Monday.
    public let date: CivilDate
    /// When the market is open: open included, close excluded; ascending, apart from each other, never empty.
    public let segments: [Range<Timestamp>]

    /// - Precondition: `segments` is as the property says.
    package init(date: CivilDate, segments: [Range<Timestamp>]) {
        precondition(!segments.isEmpty, "the session of \(date) has no open time")
        self.date = date
        self.segments = segments
    }

    /// The first open, included.
    public var open: Timestamp { segments[0].lowerBound }

    /// The last close, excluded.
    public var close: Timestamp { segments[segments.count - 1].upperBound }

    /// Seconds of open time, without breaks.
    public var openSeconds: Int {
        segments.reduce(0) { $0 + Int($1.upperBound.seconds - $1.lowerBound.seconds) }
    }

    /// Whether the market is open at `time` under this trade date; false in a break.
    public func isOpen(at time: Timestamp) -> Bool { segments.contains { $0.contains(time) } }
}
