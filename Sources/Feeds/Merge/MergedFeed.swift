internal import MarketData

/// Several files as one stream of version 3 records, with symbol mappings before each instrument's first record of a
/// session and marks as time passes.
///
/// Files merge by the running maximum within each file of `ts_recv` (else `ts_event`), ties by order of the files; the
/// records of one file are never reordered. Memory is bounded by the files that overlap in time.
public final class MergedFeed {
    // One thread owns a feed; it is handed over whole, never shared.
    private let plan: FeedPlan
    private var cursors: [SourceCursor] = []
    private var chunkNumber = 0
    private var nextIndex: UInt64 = 0
    private var clock: MarkClock
    private var time: UInt64 = 0
    private var named = InstrumentSet()
    /// Marks that are due, the next one last.
    private var pendingMarks: [Mark] = []
    private var isFinished = false

    private var space = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    private var used = 0
    /// Event time at which the chunk ends at the latest.
    private var chunkLimit = UInt64.max
    private var records = 0
    private var sourceRecords = 0
    private var meter = SchemaMeter()

    static let chunkBytes = 256 * 1024
    /// A version 3 definition, the longest record there is.
    static let longestRecord = 1020

    public init(_ plan: FeedPlan) throws(FeedError) {
        self.plan = plan
        clock = MarkClock(calendar: plan.calendar, intervalNanos: plan.markIntervalNanos)
        for path in plan.files { cursors.append(try SourceCursor(path: path)) }
    }

    deinit { space.deallocate() }

    /// Files that ended inside a record, so far.
    public var truncations: [Truncation] { cursors.compactMap(\.truncation) }

    /// The next piece of the stream; nil after the last.
    public func nextChunk() throws(FeedError) -> FeedChunk? {
        while true {
            if let mark = pendingMarks.popLast() { return chunk(endingWith: mark) }
            guard let index = earliest() else {
                if isFinished { return nil }
                isFinished = true
                guard nextIndex > 0 || records > 0 else { return nil }
                return chunk(endingWith: Mark(time: Timestamp(nanos: time)))
            }
            try cursors[index].activate()
            let next = cursors[index].time
            if next >= clock.nextMark {
                try step(clockTo: next, path: cursors[index].path)
                continue
            }
            if used == 0 {
                let sum = next.addingReportingOverflow(max(1, plan.chunkSpanNanos))
                chunkLimit = sum.overflow ? .max : sum.partialValue
            } else if next >= chunkLimit {
                return chunk(endingWith: nil)
            }
            if try copy(from: index) { return chunk(endingWith: nil) }
        }
    }

    private func step(clockTo next: UInt64, path: String) throws(FeedError) {
        do {
            pendingMarks = try clock.advance(to: next).reversed()
        } catch {
            throw .calendar(path: path, error)
        }
    }

    /// The file whose next record is the earliest; the first of those that tie.
    private func earliest() -> Int? {
        var best: Int?
        for index in cursors.indices where cursors[index].time != .max {
            if let current = best, cursors[current].time <= cursors[index].time { continue }
            best = index
        }
        return best
    }

    /// Copies records of one file until a mark is due, another file's turn comes, or the chunk is full (then true).
    private func copy(from index: Int) throws(FeedError) -> Bool {
        var limit = min(clock.nextMark, chunkLimit)
        for other in cursors.indices where other != index {
            // A tie goes to the file named first.
            let turn = cursors[other].time
            limit = min(limit, other < index ? turn : (turn == .max ? .max : turn + 1))
        }
        let isIdentity = cursors[index].isIdentity
        let room = Self.chunkBytes - used
        reserve()
        var runTime = cursors[index].time
        var pending = 0
        var count = 0
        var interrupted = false
        let rest = cursors[index].rest
        let schema = cursors[index].schema
        // Records of one type mostly follow each other, so they are metered by stretches.
        var (type, metered) = (rest.first?.type ?? 0, 0)
        for record in rest {
            let recordTime = max(runTime, record.feedTime)
            if recordTime >= limit || pending + record.byteCount > room { break }
            if !isIdentity || !named.contains(record.instrumentID.rawValue) {
                interrupted = true
                break
            }
            if record.type != type {
                meter.add(pending - metered, schema: schema, type: type)
                (type, metered) = (record.type, pending)
            }
            runTime = recordTime
            pending += record.byteCount
            count += 1
        }
        meter.add(pending - metered, schema: schema, type: type)
        if pending > 0, let source = rest.bytes.baseAddress {
            space.baseAddress.map { $0 + used }?.copyMemory(from: source, byteCount: pending)
            used += pending
            records += count
            sourceRecords += count
            time = max(time, runTime)
            try cursors[index].consume(bytes: pending)
            if interrupted || used < Self.chunkBytes - Self.longestRecord { return false }
            return true
        }
        guard interrupted, let record = cursors[index].record else {
            return used >= Self.chunkBytes - Self.longestRecord
        }
        try copySlowly(record, from: index)
        return used >= Self.chunkBytes - 2 * Self.longestRecord
    }

    /// One record that needs its instrument named or its version raised.
    private func copySlowly(_ record: RecordView, from index: Int) throws(FeedError) {
        let id = record.instrumentID.rawValue
        time = max(time, cursors[index].time)
        // Before the first time stamp no date tells which name is meant.
        if time > 0, !named.contains(id) {
            named.insert(id)
            let date = MarketData.CivilDate(daysSince1970: Int(Timestamp(nanos: time).seconds / 86_400))
            if record.type != RecordType.symbolMapping, let name = cursors[index].names.name(of: id, on: date) {
                append(RecordBuilder.symbolMapping(instrumentID: InstrumentID(id), rawSymbol: name, at: time))
            }
        }
        let length = record.byteCount
        meter.add(length, schema: cursors[index].schema, type: record.type)
        append(cursors[index].upgrader.upgraded(record))
        sourceRecords += 1
        try cursors[index].consume(bytes: length)
    }

    private func append(_ record: [UInt8]) {
        reserve()
        record.withUnsafeBytes { bytes in
            guard let source = bytes.baseAddress else { return }
            space.baseAddress.map { $0 + used }?.copyMemory(from: source, byteCount: bytes.count)
        }
        used += record.count
        records += 1
    }

    private func reserve() {
        guard space.baseAddress == nil else { return }
        space = .allocate(byteCount: Self.chunkBytes + 4 * Self.longestRecord, alignment: 16)
    }

    private func chunk(endingWith mark: Mark?) -> FeedChunk {
        if let mark {
            append(RecordBuilder.mark(at: mark.time.nanos))
            time = max(time, mark.time.nanos)
            // Names are repeated in each session, so that an engine started at a session's first record learns them.
            if mark.closes != nil { named.removeAll() }
        }
        let result = FeedChunk(
            number: chunkNumber, firstIndex: nextIndex, recordCount: records, sourceRecordCount: sourceRecords,
            sourceBytes: meter.take(), mark: mark, time: Timestamp(nanos: time), storage: space, byteCount: used)
        chunkNumber += 1
        nextIndex += UInt64(records)
        space = UnsafeMutableRawBufferPointer(start: nil, count: 0)
        used = 0
        records = 0
        sourceRecords = 0
        return result
    }
}
