public import MarketData

/// Which files make the stream and how time is marked in it.
public struct FeedPlan: Hashable, Sendable {
    public var files: [String]
    public var calendar: ExchangeCalendar
    /// Event time between marks, in nanoseconds.
    public var markIntervalNanos: UInt64
    /// The most event time one chunk may span, in nanoseconds, for feeds that are played at a pace.
    public var chunkSpanNanos: UInt64

    public init(
        files: [String], calendar: ExchangeCalendar, markIntervalNanos: UInt64 = 10_000_000_000,
        chunkSpanNanos: UInt64 = .max
    ) {
        self.files = files
        self.calendar = calendar
        self.markIntervalNanos = markIntervalNanos
        self.chunkSpanNanos = chunkSpanNanos
    }
}
