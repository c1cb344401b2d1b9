/// The open segments of a calendar in time order, numbered from 0, and the sessions they belong to.
///
/// The two cases answer the same few questions; `ExchangeCalendar` builds everything else from them.
enum Schedule: Sendable {
    /// Always open, one session for each UTC day that a `Timestamp` can express as a whole.
    case everyUTCDay
    case table(SessionTable)

    private static let secondsPerDay: Int64 = 86_400
    private static let nanosPerDay: UInt64 = 86_400_000_000_000

    /// UTC days that a `Timestamp` expresses as a whole, 1970-01-01 through 2554-07-20.
    static let wholeDays = Int(UInt64.max / nanosPerDay)

    var segmentCount: Int {
        switch self {
        case .everyUTCDay: Self.wholeDays
        case .table(let table): table.segments.count
        }
    }

    /// The first segment with a close after `time`: the one that contains it, or else the next; `segmentCount` when
    /// there is none.
    ///
    /// - Complexity: O(log n)
    func segmentIndex(closingAfter time: Timestamp) -> Int {
        switch self {
        case .everyUTCDay: Int(time.nanos / Self.nanosPerDay)
        case .table(let table): table.segmentIndex(closingAfter: time)
        }
    }

    func segment(_ index: Int) -> Range<Timestamp> {
        switch self {
        case .everyUTCDay:
            let open = Timestamp(seconds: Int64(index) * Self.secondsPerDay)
            return open..<open.advanced(bySeconds: Self.secondsPerDay)
        case .table(let table):
            return table.segments[index].time
        }
    }

    func sessionDate(ofSegment index: Int) -> CivilDate {
        switch self {
        case .everyUTCDay: CivilDate(daysSince1970: index)
        case .table(let table): table.sessions[table.segments[index].session].date
        }
    }

    func session(ofSegment index: Int) -> Session {
        switch self {
        case .everyUTCDay: Session(date: CivilDate(daysSince1970: index), segments: [segment(index)])
        case .table(let table): table.sessions[table.segments[index].session]
        }
    }

    /// The sessions with trade dates in `dates`, which lie in the coverage.
    func sessions(in dates: ClosedRange<CivilDate>) -> [Session] {
        switch self {
        case .everyUTCDay:
            (dates.lowerBound.daysSince1970...dates.upperBound.daysSince1970).map { session(ofSegment: $0) }
        case .table(let table):
            Array(table.sessions(in: dates))
        }
    }

    /// Open nanoseconds before `time`, counted from the first open.
    func openNanos(before time: Timestamp) -> UInt64 {
        switch self {
        case .everyUTCDay: time.nanos
        case .table(let table): table.openNanos(before: time)
        }
    }
}

/// The sessions of an exchange with hours, laid out for binary search.
struct SessionTable: Sendable {
    struct Segment: Sendable {
        let time: Range<Timestamp>
        /// Index into `sessions`.
        let session: Int
        /// Open nanoseconds of all segments before this one.
        let openNanosBefore: UInt64
    }

    /// Ascending by date.
    let sessions: [Session]
    /// Ascending, apart from each other.
    let segments: [Segment]

    /// - Parameter sessions: ascending by date and time.
    init(_ sessions: [Session]) {
        var segments: [Segment] = []
        var openNanos: UInt64 = 0
        for (index, session) in sessions.enumerated() {
            for time in session.segments {
                segments.append(Segment(time: time, session: index, openNanosBefore: openNanos))
                openNanos += time.upperBound.nanos - time.lowerBound.nanos
            }
        }
        self.sessions = sessions
        self.segments = segments
    }

    func segmentIndex(closingAfter time: Timestamp) -> Int {
        Self.firstIndex(in: segments) { $0.time.upperBound > time }
    }

    func sessions(in dates: ClosedRange<CivilDate>) -> ArraySlice<Session> {
        let first = Self.firstIndex(in: sessions) { $0.date >= dates.lowerBound }
        let end = Self.firstIndex(in: sessions) { $0.date > dates.upperBound }
        return sessions[first..<end]
    }

    func openNanos(before time: Timestamp) -> UInt64 {
        let index = segmentIndex(closingAfter: time)
        guard index < segments.count else {
            guard let last = segments.last else { return 0 }
            return last.openNanosBefore + last.time.upperBound.nanos - last.time.lowerBound.nanos
        }
        let segment = segments[index]
        let open = segment.time.lowerBound
        return segment.openNanosBefore + (time > open ? time.nanos - open.nanos : 0)
    }

    /// The first element with `holds`, given that all elements after one with it have it too.
    private static func firstIndex<Element>(in elements: [Element], where holds: (Element) -> Bool) -> Int {
        var low = 0
        var high = elements.count
        while low < high {
            let middle = low + (high - low) / 2
            if holds(elements[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
