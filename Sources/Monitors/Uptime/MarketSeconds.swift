internal import MarketData

/// The whole seconds of a stretch of time in which the market is open. Seconds count from 1970; second s is [s, s + 1).
struct MarketSeconds {
    /// Ascending, apart from each other, none empty.
    private(set) var ranges: [Range<Int64>] = []
    /// Seconds of all ranges before each.
    private var before: [Int64] = []
    private(set) var count: Int64 = 0

    /// - Precondition: both ends are whole seconds.
    init(_ calendar: ExchangeCalendar, in time: Range<Timestamp>) throws(UptimeError) {
        guard !time.isEmpty else { return }
        let (isOpen, boundaries) = try UptimeError.asking { () throws(CalendarError) in
            (
                try calendar.isOpen(at: time.lowerBound),
                try calendar.boundaries(after: time.lowerBound, through: time.upperBound)
            )
        }
        var open = isOpen ? time.lowerBound.seconds : nil
        for boundary in boundaries {
            switch boundary.kind {
            case .open: open = boundary.time.seconds
            case .close:
                if let start = open { append(start..<boundary.time.seconds) }
                open = nil
            }
        }
        if let start = open { append(start..<time.upperBound.seconds) }
    }

    private init() {}

    private mutating func append(_ range: Range<Int64>) {
        guard !range.isEmpty else { return }
        if let last = ranges.last, last.upperBound == range.lowerBound {
            ranges[ranges.count - 1] = last.lowerBound..<range.upperBound
        } else {
            ranges.append(range)
            before.append(count)
        }
        count += Int64(range.count)
    }

    func clamped(to limits: Range<Int64>) -> MarketSeconds {
        var result = MarketSeconds()
        for range in ranges { result.append(range.clamped(to: limits)) }
        return result
    }

    /// Open seconds before `second`.
    func position(of second: Int64) -> Int64 {
        let index = ranges.partitioningIndex { $0.upperBound > second }
        guard index < ranges.count else { return count }
        return before[index] + max(0, second - ranges[index].lowerBound)
    }

    func count(in range: Range<Int64>) -> Int64 { position(of: range.upperBound) - position(of: range.lowerBound) }

    /// The second that has `position` open ones before it; nil when there are not so many.
    func second(at position: Int64) -> Int64? {
        guard (0..<count).contains(position) else { return nil }
        let index = before.partitioningIndex { $0 > position } - 1
        return ranges[index].lowerBound + position - before[index]
    }
}

extension Array {
    /// The first index whose element has `holds`, given that all after one that has it have it too.
    func partitioningIndex(where holds: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = low + (high - low) / 2
            if holds(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
