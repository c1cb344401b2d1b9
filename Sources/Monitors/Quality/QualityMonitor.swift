package import MarketData

/// Watches the operator's merged stream for what is wrong with it, session by session.
///
/// Hand it every run of records in order, and beside that what the operator knows better: quotes and trading states of the
/// underlyings (from the ticks it makes anyway), gaps, and times in which the baseline was not ready. What is told of a
/// run's time comes before the run, since a mark at its end may close the session. Nothing here keeps a book.
///
/// One thread owns it. Market-by-order records cost about 2 ns and 14 instructions each, and nothing is allocated but when
/// a session begins or something is found.
///
/// What a stream can and cannot prove:
/// - Gaps are certain where the feed says so (MAYBE_BAD_BOOK, skipped records), where the operator knows of them, and where
///   the whole market is silent. Sequences prove gaps only in a feed of whole channels; see `QualityTerms.SequenceUse`.
/// - Clocks and definitions are looked at in a sample of about one record in 64.
/// - Snapshots are taken as they are: their times and sequences are old by nature.
/// - Everything is forgotten at the end of a session but definitions: sequences may begin anew.
///
/// Its state survives a restart as the reports of closed sessions; the running session is read again from its first record.
package struct QualityMonitor: ~Copyable {
    let calendar: ExchangeCalendar
    package let terms: QualityTerms
    var memory = ScanMemory()
    var tail = RecordTail()
    var instruments = QualityInstruments()
    /// Nil before the first record, and in times the calendar does not cover.
    var session: QualitySession?
    /// Of the session, or of what was told before there was one.
    var lanes = QualityLanes()
    var finished: [QualityReport] = []
    /// The highest `ts_recv` of market data.
    var latest: UInt64 = 0
    /// What `latest` was before the record at hand.
    var latestBefore: UInt64 = 0
    var latestMark: UInt64 = 0
    /// Whether the last record with a sequence came late.
    var isBehind = false
    /// Market data from here on needs a close look: a minute, a mark interval or a session begins.
    var windowEnd: UInt64 = 0

    package init(calendar: ExchangeCalendar, terms: QualityTerms = QualityTerms()) {
        self.calendar = calendar
        self.terms = terms
    }

    /// Looks at version 3 records, in the order of the stream. Marks among them are the passing of time.
    package mutating func apply(_ run: RecordRun) {
        guard let start = run.bytes.baseAddress else { return }
        let end = start + run.bytes.count
        var position = start
        // Records of one header, from where on it is worth trying to pass over them, and attempts that led nowhere.
        var (stretch, key, length) = (start, UInt32(0), 0)
        var (attempt, misses) = (start, 0)
        while position < end {
            let header = position.loadUnaligned(as: UInt32.self)
            if header != key || position == start {
                if position > start { keepTail(from: stretch, to: position, continues: stretch == start) }
                (stretch, key, length) = (position, header, Int(header & 0xFF) * 4)
                (attempt, misses) = (position + length, 0)
            }
            if position >= attempt {
                let skipped = skip(from: position, to: end, ScanPast(stretch: stretch, beginsRun: stretch == start))
                position += skipped
                // Where remarkable records follow each other, trying costs more than looking.
                misses = skipped > 0 ? 0 : min(misses + 1, 4)
                attempt = position + length << misses
                if skipped > 0 { continue }
            }
            for record in RecordRun(within: run.bytes, from: position - start) {
                look(at: record, stretch: stretch, runStart: start)
                break
            }
            position += length
        }
        keepTail(from: stretch, to: end, continues: stretch == start)
    }

    /// The report of the session that is open or next, as of the last record or mark; nil before the first.
    package var current: QualityReport? {
        session?.report(through: max(latest, latestMark), instruments: instruments.quality, lanes: lanes.all)
    }

    /// The sessions that closed since the last call, in order.
    package mutating func takeFinished() -> [QualityReport] {
        defer { finished = [] }
        return finished
    }
}

/// One thread owns a monitor; readers elsewhere get reports.
@available(*, unavailable)
extension QualityMonitor: Sendable {}

extension QualityMonitor {
    /// Passes over records in which nothing is remarkable, and counts them.
    ///
    /// - Returns: their bytes.
    private mutating func skip(
        from start: UnsafeRawPointer, to end: UnsafeRawPointer, _ past: ScanPast
    ) -> Int {
        guard terms.sequenceUse != .wholeChannel, session != nil else { return 0 }
        switch start.load(fromByteOffset: 1, as: UInt8.self) {
        case RecordType.mbo: return skip(MboLayout.self, start, end, past)
        case RecordType.trade: return skip(TradeLayout.self, start, end, past)
        case RecordType.mbp1: return skip(Mbp1Layout.self, start, end, past)
        case RecordType.mbp10: return skip(Mbp10Layout.self, start, end, past)
        default: return 0
        }
    }

    @inline(never)
    private mutating func skip<Layout: ScanLayout>(
        _: Layout.Type, _ start: UnsafeRawPointer, _ end: UnsafeRawPointer, _ past: ScanPast
    ) -> Int {
        // A record may be longer than its type: with a send time behind it.
        guard Int(start.load(as: UInt8.self)) * 4 == Layout.stride else { return 0 }
        let publisher = start.loadUnaligned(fromByteOffset: 2, as: UInt16.self)
        var state = ScanState(latest: latest, windowEnd: windowEnd)
        let records = memory.unremarkable(
            Layout.self, from: start, to: end, past: past, channels: memory.channels(of: publisher), &state)
        guard records > 0 || state.samples > 0 else { return 0 }
        latest = state.latest
        if records > 0 { isBehind = false }
        session?.report.counts.addScanned(records, of: Layout.self, state)
        return records * Layout.stride
    }

    private mutating func keepTail(from stretch: UnsafeRawPointer, to end: UnsafeRawPointer, continues: Bool) {
        let length = Int(stretch.load(as: UInt8.self)) * 4
        switch stretch.load(fromByteOffset: 1, as: UInt8.self) {
        case RecordType.mbo, RecordType.mbp1, RecordType.mbp10:
            guard length <= Mbp10Layout.stride else { return tail.forget() }
            tail.keep(from: stretch, to: end, stride: length, continues: continues)
        case RecordType.system:
            // A mark between two records of a packet changes nothing.
            return
        default: tail.forget()
        }
    }
}

extension QualityCounts {
    mutating func addScanned<Layout: ScanLayout>(_ count: Int, of: Layout.Type, _ state: ScanState) {
        records += count
        marketRecords += count
        orderedRecords += count
        if Layout.hasChannel { sequencedRecords += count }
        if Layout.self != TradeLayout.self { repeatable += count }
        samples += state.samples
        skewed += state.skewed
        worstSkewNanos = max(worstSkewNanos, state.worstSkew)
        undefined += state.undefined
    }
}
