internal import MarketData

/// One file of a merge: its current run and the time of its next record. The file is opened when its turn comes.
struct SourceCursor {
    let path: String
    private var file: DBNFile?
    private var run = UnsafeRawBufferPointer(start: nil, count: 0)
    private var position = 0
    private(set) var upgrader = RecordUpgrader(version: 3, tsOut: false)
    private(set) var names = SymbolNames()
    /// That all of the file's records belong to; mixed where each tells for itself.
    private(set) var schema = Schema.mixed
    /// Running maximum of the index times so far, the next record's included; `.max` at the end.
    private(set) var time: UInt64 = 0
    private(set) var truncation: Truncation?
    private var isPeeked = false

    init(path: String) throws(FeedError) {
        self.path = path
        try openFile()
        try advance()
        // The first time is known now; a file that is not needed yet costs no buffers.
        guard path != "-" else { return }
        isPeeked = true
        file = nil
        run = UnsafeRawBufferPointer(start: nil, count: 0)
        position = 0
    }

    /// Reopens a file that was only looked at.
    mutating func activate() throws(FeedError) {
        guard isPeeked else { return }
        isPeeked = false
        guard time != .max else { return }
        time = 0
        try openFile()
        try advance()
    }

    private mutating func openFile() throws(FeedError) {
        let opened = try DBNFile(path: path)
        names = SymbolNames(opened.metadata)
        schema = opened.metadata?.schema ?? Schema.mixed
        file = opened
        run = UnsafeRawBufferPointer(start: nil, count: 0)
        position = 0
    }

    /// The next record; nil at the end.
    var record: RecordView? {
        time == .max ? nil : RecordRun(within: run, from: position).first
    }

    /// The rest of the current run, the next record first.
    var rest: RecordRun { RecordRun(within: run, from: position) }

    /// Whether records of the current run may be copied as they are.
    var isIdentity: Bool { upgrader.isIdentity }

    /// Steps over `bytes` of the current run and looks at the record behind them.
    mutating func consume(bytes: Int) throws(FeedError) {
        position += bytes
        try advance()
    }

    private mutating func advance() throws(FeedError) {
        while position >= run.count {
            guard let open = file else {
                time = .max
                return
            }
            let next = try open.nextRun()
            if let next {
                run = next.bytes
                position = 0
                if let version = open.version {
                    upgrader = RecordUpgrader(version: version, tsOut: open.metadata?.tsOut ?? false)
                }
            } else {
                truncation = open.truncation
                file = nil
                time = .max
                return
            }
        }
        if let record = RecordRun(within: run, from: position).first { time = max(time, record.feedTime) }
    }
}

extension RecordView {
    /// Index time for ordering; a record without any time does not move the clock.
    var feedTime: UInt64 {
        let time = indexTime
        return time == Undefined.timestamp ? 0 : time
    }
}

extension RecordRun {
    var first: RecordView? {
        var iterator = makeIterator()
        return iterator.next()
    }
}

/// Instrument names a file's metadata holds, by instrument and date.
struct SymbolNames {
    private var byInstrument: [UInt32: [(start: UInt32, end: UInt32, symbol: String)]] = [:]

    init(_ metadata: Metadata? = nil) {
        guard let metadata else { return }
        for mapping in metadata.mappings {
            for interval in mapping.intervals {
                // By request the id stands on either side.
                let (idText, symbol) =
                    metadata.stypeIn == SymbolType.instrumentID
                    ? (mapping.rawSymbol, interval.symbol) : (interval.symbol, mapping.rawSymbol)
                guard let id = UInt32(idText) else { continue }
                byInstrument[id, default: []].append((interval.start, interval.end, symbol))
            }
        }
    }

    func name(of id: UInt32, on date: MarketData.CivilDate) -> String? {
        byInstrument[id]?.first { $0.start <= date.compact && date.compact < $0.end }?.symbol
    }
}
