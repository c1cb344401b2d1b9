internal import MarketData

/// The open time of one session, cut into minutes and half hours.
///
/// Half hours are counted from 00:00 UTC, as the units of assignment are; one of which only a part is open counts whole.
package struct QualityHours: Hashable, Sendable {
    static let minuteNanos: UInt64 = 60_000_000_000
    static let halfHourNanos: UInt64 = 1_800_000_000_000

    /// Open and close in ns since 1970, ascending, apart from each other, never empty.
    package let segments: [Range<UInt64>]
    /// Starts of the open half hours, ns since 1970, ascending.
    package let halfHours: [UInt64]
    /// Open minutes before each segment.
    private let minutesBefore: [Int]
    /// Minutes that begin while the market is open, counted from each segment's open.
    let minutes: Int

    /// - Precondition: `segments` is as the property says.
    init(segments: [Range<UInt64>]) {
        precondition(!segments.isEmpty, "a session without open time")
        self.segments = segments
        var halfHours: [UInt64] = []
        var minutesBefore: [Int] = []
        var minutes = 0
        for segment in segments {
            minutesBefore.append(minutes)
            minutes += Int((segment.upperBound - segment.lowerBound + Self.minuteNanos - 1) / Self.minuteNanos)
            var start = Self.halfHour(of: segment.lowerBound)
            while start < segment.upperBound {
                if halfHours.last != start { halfHours.append(start) }
                start += Self.halfHourNanos
            }
        }
        self.halfHours = halfHours
        self.minutesBefore = minutesBefore
        self.minutes = minutes
    }

    init(_ session: Session) {
        self.init(segments: session.segments.map { $0.lowerBound.nanos..<$0.upperBound.nanos })
    }

    var open: UInt64 { segments[0].lowerBound }
    var close: UInt64 { segments[segments.count - 1].upperBound }

    static func halfHour(of time: UInt64) -> UInt64 { time - time % halfHourNanos }

    func isOpen(at time: UInt64) -> Bool { segments.contains { $0.contains(time) } }

    /// Open nanoseconds from `start` to `end`; 0 when `end` is not later.
    func openNanos(from start: UInt64, to end: UInt64) -> UInt64 {
        open(from: start, to: end).reduce(0) { $0 + $1.upperBound - $1.lowerBound }
    }

    /// The open parts of a stretch of time, never empty ones.
    func open(from start: UInt64, to end: UInt64) -> [Range<UInt64>] {
        segments.compactMap {
            let (from, to) = (max(start, $0.lowerBound), min(end, $0.upperBound))
            return from < to ? from..<to : nil
        }
    }

    /// The number of the open minute that contains `time`; nil while the market is closed.
    func minute(of time: UInt64) -> Int? {
        guard let index = segments.firstIndex(where: { $0.contains(time) }) else { return nil }
        return minutesBefore[index] + Int((time - segments[index].lowerBound) / Self.minuteNanos)
    }

    /// Open minutes that began before `time`.
    func minutes(before time: UInt64) -> Int {
        guard let index = segments.lastIndex(where: { $0.lowerBound < time }) else { return 0 }
        let end = min(time, segments[index].upperBound)
        let begun = (end - segments[index].lowerBound + Self.minuteNanos - 1) / Self.minuteNanos
        return minutesBefore[index] + Int(begun)
    }

    /// The open half hours that `start` to `end` touches; the one of `start` when `end` is not later.
    func halfHours(from start: UInt64, to end: UInt64) -> ArraySlice<UInt64> {
        let last = end > start ? end - 1 : start
        let first = halfHours.firstIndex { $0 > start || start - $0 < Self.halfHourNanos } ?? halfHours.count
        let stop = halfHours.firstIndex { $0 > last } ?? halfHours.count
        return first < stop ? halfHours[first..<stop] : []
    }

    /// The next instant after `time` at which a segment opens or closes; nil after the close.
    func edge(after time: UInt64) -> UInt64? {
        for segment in segments {
            if segment.lowerBound > time { return segment.lowerBound }
            if segment.upperBound > time { return segment.upperBound }
        }
        return nil
    }
}
