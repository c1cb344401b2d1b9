/// Every question here is a binary search in a table that is built at first use.
extension ExchangeCalendar {
    public func isOpen(at time: Timestamp) throws(CalendarError) -> Bool {
        try openSegment(at: time) != nil
    }

    /// The session that is open at `time`; nil when the market is closed, also in the break of a session with two
    /// segments.
    public func session(at time: Timestamp) throws(CalendarError) -> Session? {
        guard let index = try openSegment(at: time) else { return nil }
        return schedule.session(ofSegment: index)
    }

    /// The session that is open at `time` or else the next to open; in a break that is the session on both sides of it.
    public func session(atOrAfter time: Timestamp) throws(CalendarError) -> Session {
        schedule.session(ofSegment: try currentOrNextSegment(time))
    }

    /// The session of a trade date; nil when the exchange has none of that date.
    public func session(on date: CivilDate) throws(CalendarError) -> Session? {
        try checkCoverage(of: date)
        return schedule.sessions(in: date...date).first
    }

    /// The trade date of the session that is open at `time` or else of the next to open.
    public func sessionDate(at time: Timestamp) throws(CalendarError) -> CivilDate {
        schedule.sessionDate(ofSegment: try currentOrNextSegment(time))
    }

    private func openSegment(at time: Timestamp) throws(CalendarError) -> Int? {
        try checkCoverage(of: time)
        let index = schedule.segmentIndex(closingAfter: time)
        return index < schedule.segmentCount && schedule.segment(index).contains(time) ? index : nil
    }

    private func currentOrNextSegment(_ time: Timestamp) throws(CalendarError) -> Int {
        try checkCoverage(of: time)
        return try checkedSegment(schedule.segmentIndex(closingAfter: time))
    }
}

extension ExchangeCalendar {
    /// An instant at which the market opens or closes, at the ends of a session or of the break inside one.
    public struct Boundary: Hashable, Sendable {
        public enum Kind: Hashable, Sendable { case open, close }

        public let time: Timestamp
        public let kind: Kind
        /// The trade date of the session that opens or closes.
        public let sessionDate: CivilDate
    }

    /// The first open later than `time`, over maintenance, weekends and holidays.
    public func nextOpen(after time: Timestamp) throws(CalendarError) -> Timestamp {
        let current = try currentOrNextSegment(time)
        let open = schedule.segment(current).lowerBound
        return open > time ? open : schedule.segment(try checkedSegment(current + 1)).lowerBound
    }

    /// The first close later than `time`.
    public func nextClose(after time: Timestamp) throws(CalendarError) -> Timestamp {
        schedule.segment(try currentOrNextSegment(time)).upperBound
    }

    /// Whole minutes until the market opens, rounded down; nil while it is open.
    public func minutesToOpen(at time: Timestamp) throws(CalendarError) -> Int? {
        try isOpen(at: time) ? nil : Int(nextOpen(after: time).seconds - time.seconds) / 60
    }

    /// Whole minutes until the market closes, rounded down; nil while it is closed.
    public func minutesToClose(at time: Timestamp) throws(CalendarError) -> Int? {
        try isOpen(at: time) ? Int(nextClose(after: time).seconds - time.seconds) / 60 : nil
    }

    /// The opens and closes later than `start` and not later than `end`, in time order; none when `end` is not after
    /// `start`.
    ///
    /// On `24x7` each midnight is the close of one session and then the open of the next.
    ///
    /// - Complexity: O(log n + results)
    public func boundaries(
        after start: Timestamp, through end: Timestamp
    ) throws(CalendarError) -> [Boundary] {
        try checkCoverage(of: start)
        try checkCoverage(ofEnd: end)
        var result: [Boundary] = []
        guard end > start else { return result }
        for index in schedule.segmentIndex(closingAfter: start)..<schedule.segmentCount {
            let segment = schedule.segment(index)
            guard segment.lowerBound <= end else { break }
            let date = schedule.sessionDate(ofSegment: index)
            if segment.lowerBound > start {
                result.append(Boundary(time: segment.lowerBound, kind: .open, sessionDate: date))
            }
            guard segment.upperBound <= end else { break }
            result.append(Boundary(time: segment.upperBound, kind: .close, sessionDate: date))
        }
        return result
    }

    /// Seconds in which the market is open from `start`, included, to `end`, excluded, rounded down; 0 when `end` is
    /// not after `start`. The end of the data is a valid `end`.
    ///
    /// - Complexity: O(log n)
    public func openSeconds(from start: Timestamp, to end: Timestamp) throws(CalendarError) -> Int {
        try checkCoverage(of: start)
        try checkCoverage(ofEnd: end)
        guard end > start else { return 0 }
        return Int((schedule.openNanos(before: end) - schedule.openNanos(before: start)) / 1_000_000_000)
    }
}
