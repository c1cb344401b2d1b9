internal import MarketData

/// Says which marks stand before a record at a given time.
struct MarkClock {
    private let calendar: ExchangeCalendar
    private let interval: UInt64
    /// Time of the latest mark; nil before the first.
    private var latest: UInt64?
    /// A record at or past this time has a mark before it; one without a time (0) never has.
    private(set) var nextMark: UInt64 = 1

    init(calendar: ExchangeCalendar, intervalNanos: UInt64) {
        self.calendar = calendar
        interval = max(1, intervalNanos)
    }

    /// The marks due before a record at `time`: every session edge passed, and the last multiple of the interval.
    mutating func advance(to time: UInt64) throws(CalendarError) -> [Mark] {
        let multiple = time - time % interval
        let since = latest ?? (multiple == 0 ? 0 : multiple - 1)
        var marks: [Mark] = []
        for edge in try calendar.boundaries(after: Timestamp(nanos: since), through: Timestamp(nanos: time)) {
            if marks.last?.time != edge.time { marks.append(Mark(time: edge.time)) }
            // A holiday's break inside one trade date is a time stamp, but neither an end nor a beginning.
            let session = try calendar.session(on: edge.sessionDate)
            switch edge.kind {
            case .open where session?.open == edge.time: marks[marks.count - 1].opens = edge.sessionDate
            case .close where session?.close == edge.time: marks[marks.count - 1].closes = edge.sessionDate
            default: break
            }
        }
        if latest.map({ multiple > $0 }) ?? true, !marks.contains(where: { $0.time.nanos == multiple }) {
            let position = marks.firstIndex { $0.time.nanos > multiple } ?? marks.count
            marks.insert(Mark(time: Timestamp(nanos: multiple)), at: position)
        }
        latest = max(since, marks.last?.time.nanos ?? since)
        let edges = try calendar.boundaries(
            after: Timestamp(nanos: time), through: Timestamp(nanos: multiple).advanced(byNanos: interval))
        nextMark = multiple.addingReportingOverflow(interval).overflow ? .max : multiple + interval
        if let first = edges.first?.time.nanos { nextMark = min(nextMark, first) }
        return marks
    }
}

extension Timestamp {
    /// Saturates at the largest time.
    func advanced(byNanos nanos: UInt64) -> Timestamp {
        let sum = self.nanos.addingReportingOverflow(nanos)
        return Timestamp(nanos: sum.overflow ? .max : sum.partialValue)
    }
}
