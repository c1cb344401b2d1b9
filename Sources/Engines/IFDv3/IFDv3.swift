public import MarketData
internal import Signals

/// The core of IFD v3.0: who presses whom, per instrument, in tumbling windows of event time.
///
/// Trades carry their aggressor (DBN side B buys, A sells); what it means for the underlying follows from the right: bought calls,
/// sold puts and bought futures say long, sold calls, bought puts and sold futures short. A window is closed by the first record or
/// mark whose feed time is at or past its end, and that record is the cause of its signals, which come by instrument id.
///
/// The price is the underlying's last trade within the last `range_windows` windows; target and stop lie `k_target` and `k_stop` times
/// the underlying's realised range over those windows away, rounded up to ticks and not nearer than `min_target_ticks` and
/// `min_stop_ticks`.
public struct IFDv3: SignalEngine, FeedDriven {
    public static let name = "ifd-v3"
    static let constantVersion = "3.0.0-core"

    let configuration: IFDv3Configuration
    let confidence: PressureConfidence
    let versionSuffix: String
    var clock = FeedClock()
    var table = InstrumentTable()
    var tape = TradeTape()
    var window: PressureWindow
    var ranges: PriceRanges
    var notes = MissingNotes()

    public init(configuration bytes: [UInt8]? = nil) throws(ConfigurationError) {
        var reader = ConfigurationReader(bytes)
        configuration = try IFDv3Configuration(&reader)
        versionSuffix = reader.versionSuffix
        confidence = PressureConfidence(configuration)
        window = PressureWindow(seconds: configuration.windowSeconds)
        ranges = PriceRanges(windows: configuration.rangeWindows)
    }

    public var version: String { Self.constantVersion + versionSuffix }
    public var schemas: [String] { ["mbo", "trades", "mbp-1", "definition"] }
    public var missing: [String] { notes.texts(table) }

    public mutating func process(_ run: RecordRun, firstIndex: UInt64, into output: inout EngineOutput) {
        follow(run, firstIndex: firstIndex, into: &output)
    }

    mutating func observe(_ record: RecordView, _ cause: Cause, into output: inout EngineOutput) {
        if let trade = tape.trade(record, in: &table) {
            window.add(trade)
            // Ranges are of underlyings, so options need none.
            if let price = trade.priceNanos, !table.terms(at: trade.instrument).isOption {
                ranges.add(trade.instrument, price: price, window: window.number)
            }
        } else {
            table.apply(record)
        }
    }

    /// Feed time reached the end of the open window.
    mutating func timeArrived(_ cause: Cause, into output: inout EngineOutput) {
        notes.removeAll()
        for (index, flow) in window.sorted(by: table.ids) { judge(index, flow, cause, into: &output) }
        window.open(at: clock.now)
        clock.alarm = window.end
    }
}
