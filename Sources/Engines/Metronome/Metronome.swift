public import MarketData
internal import Signals

/// A test engine: one signal whenever feed time passes a multiple of an interval, and on request every kind of misbehaviour.
///
/// The signal stands on the first instrument whose definition says future, while there is none on the first instrument seen; the
/// price is the last one that any order or trade record of that instrument showed. Even multiples say long, odd ones short.
public struct Metronome: SignalEngine, FeedDriven {
    public static let name = "metronome"
    static let observesOrders = true

    let configuration: MetronomeConfiguration
    let versionSuffix: String
    var clock = FeedClock()
    var table = InstrumentTable()
    /// The last price by dense index, in 1e-9.
    var prices: [Int64?] = []
    var chosen: Int?
    var chosenIsFuture = false
    /// The multiple that was passed and still has no signal.
    var tick: UInt64?
    /// Whether a configured end was reached; nothing is said after it.
    var isOver = false

    public init(configuration bytes: [UInt8]? = nil) throws(ConfigurationError) {
        var reader = ConfigurationReader(bytes)
        configuration = try MetronomeConfiguration(&reader)
        versionSuffix = reader.versionSuffix
    }

    public var version: String { "1.0.0" + versionSuffix }
    public var schemas: [String] { ["mbo", "trades", "mbp-1", "definition"] }
    public var missing: [String] { [] }
    public var saysHello: Bool { !configuration.noHello }
    var answers: Bool { !configuration.isSilent && !isOver }

    public mutating func process(_ run: RecordRun, firstIndex: UInt64, into output: inout EngineOutput) {
        follow(run, firstIndex: firstIndex, into: &output)
    }

    mutating func timeArrived(_ cause: Cause, into output: inout EngineOutput) {
        let interval = configuration.intervalNanos
        // The first record only starts the beat.
        if clock.alarm > 0 { tick = clock.now / interval }
        let (next, overflow) = (clock.now / interval + 1).multipliedReportingOverflow(by: interval)
        clock.alarm = overflow ? .max : next
    }

    mutating func observe(_ record: RecordView, _ cause: Cause, into output: inout EngineOutput) {
        if isOver { return }
        misbehave(cause.index, into: &output)
        if isOver { return }
        learn(record)
        if let tick {
            self.tick = nil
            beat(tick, cause, into: &output)
        }
    }

    mutating func markPassed(into output: inout EngineOutput) {
        if configuration.logBytesPerMark > 0, !isOver { output.append(.log(bytes: configuration.logBytesPerMark)) }
    }

    private mutating func learn(_ record: RecordView) {
        table.apply(record)
        let price: Int64
        if let order = record.asMbo {
            price = order.priceNanos
        } else if let trade = record.asTrade {
            price = trade.priceNanos
        } else {
            price = Undefined.price
        }
        guard record.instrumentID.rawValue != 0 else { return }
        let index = table.index(of: record.instrumentID)
        while prices.count <= index { prices.append(nil) }
        if price != Undefined.price { prices[index] = price }
        if chosen == nil { chosen = index }
        if !chosenIsFuture, table.terms(at: index).kind == .future {
            chosen = index
            chosenIsFuture = true
        }
    }

    private func beat(_ tick: UInt64, _ cause: Cause, into output: inout EngineOutput) {
        guard let chosen, let price = prices[chosen] else { return }
        let id = table.ids[chosen]
        let direction: Signal.Direction = tick % 2 == 0 ? .long : .short
        let step = direction == .long ? configuration.offsetNanos : -configuration.offsetNanos
        output.append(
            Signal(
                id: "m-\(configuration.intervalNanos / 1_000_000)-\(tick)-\(id)", cause: cause.index,
                tsEvent: Timestamp(nanos: cause.tsEvent), instrumentID: id, symbol: table.symbol(at: chosen),
                underlyingID: id,
                direction: direction, action: direction.action(.high), strength: .high, confidence: 0.75,
                price: Price(nanos: price), target: Price(nanos: price &+ 2 * step), stop: Price(nanos: price &- step),
                horizonSeconds: configuration.horizonSeconds))
    }

    private mutating func misbehave(_ index: UInt64, into output: inout EngineOutput) {
        let index = Int64(clamping: index)
        if index == configuration.garbageAtRecord {
            output.append(raw: Array("%$ this is no line of the contract\n".utf8))
        }
        if index == configuration.longLineAtRecord {
            output.append(raw: [UInt8](repeating: UInt8(ascii: "x"), count: configuration.longLineBytes) + [10])
        }
        if index == configuration.forkAtRecord { output.append(.fork(seconds: configuration.forkSeconds)) }
        if index == configuration.hangAtRecord {
            isOver = true
            output.append(.hang)
        }
        if index == configuration.exitAtRecord {
            isOver = true
            output.append(.exit(code: configuration.exitCode))
        }
    }
}
