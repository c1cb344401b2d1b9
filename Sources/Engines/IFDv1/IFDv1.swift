public import MarketData
internal import Signals

/// IFD v1.0, "Dead Simple": an option that trades many times its open interest tells where large money expects the underlying.
///
/// Evaluated at each trade of an option. All must hold: volume of the session at least `min_volume`, volume over open interest
/// at least `min_vol_oi_ratio`, dollar size (volume x last price x contract multiplier) at least `min_dollar_size`, the strike
/// within `max_distance_percent` of the underlying's price, and the level (MODERATE to EXTREME, by volume over open interest)
/// higher than what this instrument already signalled in this session. A call says long, a put short; the target is the
/// strike, the stop half as far on the other side. At most `max_open` signals are open at once on one underlying; one held
/// back by that is not used up. The method does not see who was the aggressor.
///
/// Prices, volumes, levels and open signals belong to a session and start afresh with the next; definitions and open interest
/// stay until replaced.
public struct IFDv1: SignalEngine, FeedDriven {
    public static let name = "ifd-v1"
    static let constantVersion = "1.0.0"

    struct Column {
        /// Contracts traded in this session.
        var volume: Int64 = 0
        /// 0: unknown or none.
        var openInterest: Int64 = 0
        /// Of the last trade in this session, in 1e-9.
        var lastPriceNanos: Int64?
        /// The highest level signalled in this session.
        var signalled: UInt8 = 0
    }

    let configuration: IFDv1Configuration
    let versionSuffix: String
    var clock = FeedClock()
    var table = InstrumentTable()
    var tape = TradeTape()
    var columns: [Column] = []
    var notes = MissingNotes()
    var open = OpenSignals()
    /// Nil before the first record, and where the calendar has no answer (`calendarProblem` says why).
    var session: CivilDate?
    var calendarProblem: String?

    public init(configuration bytes: [UInt8]? = nil) throws(ConfigurationError) {
        var reader = ConfigurationReader(bytes)
        configuration = try IFDv1Configuration(&reader)
        versionSuffix = reader.versionSuffix
    }

    public var version: String { Self.constantVersion + versionSuffix }
    public var schemas: [String] { ["mbo", "trades", "mbp-1", "definition", "statistics"] }
    public var missing: [String] { notes.texts(table) + (calendarProblem.map { ["session date: \($0)"] } ?? []) }

    public mutating func process(_ run: RecordRun, firstIndex: UInt64, into output: inout EngineOutput) {
        follow(run, firstIndex: firstIndex, into: &output)
    }

    /// Feed time reached the end of the session it was in.
    mutating func timeArrived(_ cause: Cause, into output: inout EngineOutput) {
        let before = session
        do throws(CalendarError) {
            let current = try configuration.calendar.session(atOrAfter: Timestamp(nanos: clock.now))
            session = current.date
            calendarProblem = nil
            clock.alarm = current.close.nanos
        } catch {
            session = nil
            calendarProblem = error.description
            clock.alarm = Timestamp(nanos: clock.now).advanced(bySeconds: 3600).nanos
        }
        if session != before { startSession() }
    }

    private mutating func startSession() {
        tape.reset()
        notes.removeAll()
        open.removeAll()
        for index in columns.indices { columns[index] = Column(openInterest: columns[index].openInterest) }
    }

    mutating func observe(_ record: RecordView, _ cause: Cause, into output: inout EngineOutput) {
        if let trade = tape.trade(record, in: &table) {
            apply(trade, cause, into: &output)
        } else if let statistic = record.asStatistics {
            if statistic.statisticType == StatisticsView.openInterest { apply(statistic) }
        } else if let index = table.apply(record) {
            notes.remove(.definition, of: index)
            notes.remove(.underlying, of: index)
            notes.remove(.multiplier, of: index)
        }
    }

    private mutating func apply(_ statistic: StatisticsView) {
        let index = table.index(of: statistic.record.instrumentID)
        reserve(index)
        let isGone = statistic.updateAction == 2 || statistic.quantity == Undefined.quantity || statistic.quantity < 0
        columns[index].openInterest = isGone ? 0 : statistic.quantity
    }

    private mutating func apply(_ trade: Trade, _ cause: Cause, into output: inout EngineOutput) {
        let index = trade.instrument
        reserve(index)
        columns[index].volume += trade.size
        if let price = trade.priceNanos {
            columns[index].lastPriceNanos = price
            notes.remove(.price, of: index)
            open.traded(index, at: price)
        }
        evaluate(index, cause, into: &output)
    }

    private mutating func reserve(_ index: Int) {
        while columns.count <= index { columns.append(Column()) }
    }
}
