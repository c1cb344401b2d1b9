public import MarketData
internal import Signals

/// IFD v3.0: who presses whom, how unusual that is, whether it is market making, and whether strikes agree.
///
/// Trades carry their aggressor; what it means for the underlying follows from the right: bought calls, sold puts and
/// bought futures say long, sold calls, bought puts and sold futures short. Every five minutes of event time the window
/// closes with the first record or mark at or past its end, which is the cause of its signals. For each underlying and
/// direction the instrument with the highest score speaks for all; after it has spoken, its direction is silent for
/// `repeat_after_s`, because the same flow is one idea.
///
/// Order events keep the books, whose mid quotes give implied volatilities, and tell how instruments are quoted.
public struct IFDv3: SignalEngine, FeedDriven {
    public static let name = "ifd-v3"
    static let constantVersion = "3.0.0"
    static let observesOrders = true

    let configuration: IFDv3Configuration
    let versionSuffix: String
    var clock = FeedClock()
    var table = InstrumentTable()
    var tape = TradeTape()
    var board: PressureBoard
    var making: MarketMaking
    var pairs = StrikePairs()
    var chains = OptionChains()
    var quotes: MidQuotes
    var volatilities = VolatilityMonitor()
    var ranges: PriceRanges
    var groups = GroupHistory()
    var spoken = SpokenIdeas()
    var notes = MissingNotes()
    var tally = RejectionTally()
    private var memory: any EngineMemory = NoMemory()
    private var explains = false

    public init(configuration bytes: [UInt8]? = nil) throws(ConfigurationError) {
        var reader = ConfigurationReader(bytes)
        configuration = try IFDv3Configuration(&reader)
        versionSuffix = reader.versionSuffix
        board = PressureBoard(
            configuration.pressure, configuration.baselines, version: Self.constantVersion + versionSuffix)
        making = MarketMaking(configuration.marketMaking)
        quotes = MidQuotes()
        ranges = PriceRanges(windows: configuration.rangeWindows)
    }

    public var version: String { Self.constantVersion + versionSuffix }
    public var schemas: [String] { ["mbo", "trades", "mbp-1", "definition"] }
    public var missing: [String] { notes.texts(table) + board.learnt.lacks }

    public mutating func remember(in memory: any EngineMemory) { self.memory = memory }
    public mutating func explainBaselines() { explains = true }

    public mutating func process(_ run: RecordRun, firstIndex: UInt64, into output: inout EngineOutput) {
        follow(run, firstIndex: firstIndex, into: &output)
    }

    mutating func observe(_ record: RecordView, _ cause: Cause, into output: inout EngineOutput) {
        if let order = record.asMbo {
            let instrument = table.index(of: record.instrumentID)
            if order.action == UInt8(ascii: "T") { trade(record) }
            making.observe(order, instrument: instrument, at: clock.now)
            quotes.apply(order)
        } else if record.asTrade != nil {
            trade(record)
        } else if let index = table.apply(record) {
            let terms = table.terms(at: index)
            pairs.apply(terms, at: index)
            chains.apply(terms, at: index, underlying: table.existingIndex(of: terms.underlyingID))
        }
    }

    private mutating func trade(_ record: RecordView) {
        guard let trade = tape.trade(record, in: &table) else { return }
        let terms = table.terms(at: trade.instrument)
        let top = PressureBoard.wantsBook(trade) ? quotes.top(of: record.instrumentID) : nil
        if let aggressor = board.add(trade, terms, top: top) {
            making.trade(trade.size, isBought: aggressor == .buyer, instrument: trade.instrument, at: clock.now)
        }
        // Ranges are of underlyings, so options need none.
        if let price = trade.priceNanos, !terms.isOption {
            ranges.add(trade.instrument, price: price, window: clock.now / configuration.rangeNanos)
        }
    }

    /// Feed time reached the end of the open minute.
    mutating func timeArrived(_ cause: Cause, into output: inout EngineOutput) {
        let session = board.learnt.session
        let window = clock.now / configuration.rangeNanos
        let ranges = ranges
        let readings = board.timeArrived(clock.now, table, memory) { ranges.last(of: $0, window: window) }
        clock.alarm = board.alarm
        if !readings.isEmpty { notes.removeAll() }
        // Nothing can be done any more about what a session's last window says, and a process that began with the next
        // session would not know of it.
        if board.learnt.session != session {
            sessionChanged()
        } else if !readings.isEmpty {
            close(readings, cause, into: &output)
        }
    }

    /// Of a closed session only what was saved may be known, so that it does not matter where a process began.
    private mutating func sessionChanged() {
        tape.reset()
        ranges.removeAll()
        volatilities = VolatilityMonitor()
        spoken.removeAll()
        groups.removeAll()
        making.removeAll()
        tally = RejectionTally()
    }

    /// For each underlying and direction the reading with the highest score.
    private mutating func close(_ readings: [WindowReading], _ cause: Cause, into output: inout EngineOutput) {
        let window = chains(readings)
        defer { groups.note(window, at: readings[0].windowStart) }
        var best = IdeaTable<Candidate>()
        for reading in readings {
            guard let candidate = judge(reading, window) else { continue }
            if let other = best[candidate.idea], other.score.value >= candidate.score.value { continue }
            best.enter(candidate, for: candidate.idea)
        }
        // The stronger direction of an underlying speaks alone.
        for (idea, candidate) in best.entries.sorted(by: { $0.idea < $1.idea }) {
            let opposite = Idea(underlying: idea.underlying, direction: idea.direction.opposite)
            if let other = best[opposite], other.score.value >= candidate.score.value {
                if other.score.value > candidate.score.value || !idea.direction.isLong { continue }
            }
            speak(candidate, cause, into: &output)
        }
    }

    private mutating func speak(_ candidate: Candidate, _ cause: Cause, into output: inout EngineOutput) {
        let confidence = board.learnt.calibration.probability(candidate.score.value)
        guard confidence >= configuration.minConfidence.number else { return }
        let isActionable = strength(confidence, score: candidate.score.value) != .moderate
        // By windows and not by the records that closed them, which marks make earlier.
        let window = candidate.reading.windowStart
        guard spoken.allows(candidate.idea, isActionable: isActionable, at: window, after: configuration.repeatNanos),
            let signal = signal(candidate, confidence: confidence, cause)
        else { return }
        spoken.note(candidate.idea, isActionable: isActionable, at: window)
        board.remember(signal: signal.id, raw: candidate.score.value)
        output.append(signal)
        if explains, let explanation = board.explain(candidate.reading) {
            output.append(.explain("\(signal.id): \(explanation)"))
        }
    }
}
