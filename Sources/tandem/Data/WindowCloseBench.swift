internal import Engines
internal import Foundation
internal import MarketData

/// Times how ifd-v3 closes its five-minute windows when every option of a chain of 200 strikes, call and put, traded.
///
/// Denser than a market: every option is quoted anew and trades four times in every window, and most windows press one
/// way, so that hardly a reading is dropped before it is judged. A window is closed by a mark, as the operator sends
/// them; what is timed is the engine's call for that mark, by the wall clock.
struct WindowCloseBench: ~Copyable {
    struct Result {
        /// ns of each close, ascending; those of the first session, which has nothing to compare with, left out.
        var closes: [UInt64] = []
        /// ns of each mark at a session's open or close, ascending: there states are loaded and saved.
        var edges: [UInt64] = []
        var records: UInt64 = 0
        var signals = 0

        /// The smallest that `share` of the closes do not exceed, in ns.
        func quantile(_ share: Double) -> UInt64 {
            closes.isEmpty ? 0 : closes[max(0, Int((share * Double(closes.count)).rounded(.up)) - 1)]
        }
    }

    private static let windowNanos: UInt64 = 300_000_000_000

    private var engine: any SignalEngine
    private var decoder = RecordDecoder(fragment: true, fragmentVersion: 3)
    private var output = EngineOutput()
    private var chain = BusyChain()
    private var result = Result()

    init() throws(ConfigurationError) {
        engine = try BuiltInEngine.ifdV3.make()
        engine.remember(in: ProcessMemory())
    }

    /// - Parameter sessions: how many count; one more comes before them.
    consuming func run(sessions: Int) throws -> Result {
        let calendar = try ExchangeCalendar(named: "cme-globex-equity")
        var time = Timestamp(nanos: 1_793_620_800_000_000_000)  // 2026-11-02T12:00:00Z, inside of a session
        for number in 0...sessions {
            let session = try calendar.session(atOrAfter: calendar.nextOpen(after: time))
            try play(session.open.nanos..<session.close.nanos, counts: number > 0)
            time = Timestamp(nanos: session.close.nanos - 1)
        }
        result.closes.sort()
        result.edges.sort()
        result.records = engine.recordCount
        result.signals = output.signalCount
        return result
    }

    private mutating func play(_ session: Range<UInt64>, counts: Bool) throws {
        result.edges.append(try mark(at: session.lowerBound))
        try feed(chain.listing(at: session.lowerBound + 1))
        var start = session.lowerBound
        while start < session.upperBound {
            let end = min(session.upperBound, start + Self.windowNanos)
            try feed(chain.window(start..<end))
            let took = try mark(at: end)
            if end == session.upperBound {
                result.edges.append(took)
            } else if counts {
                result.closes.append(took)
            }
            start = end
        }
    }

    /// - Returns: ns the engine took.
    private mutating func mark(at time: UInt64) throws -> UInt64 { try feed(RecordBuilder.mark(at: time)) }

    @discardableResult
    private mutating func feed(_ bytes: [UInt8]) throws -> UInt64 {
        bytes.withUnsafeBytes { decoder.append($0) }
        var took: UInt64 = 0
        while let run = try decoder.nextRun() {
            let start = DispatchTime.now().uptimeNanoseconds
            engine.process(run, firstIndex: engine.recordCount, into: &output)
            took += DispatchTime.now().uptimeNanoseconds - start
        }
        output.removeAll()
        return took
    }
}

/// A future and the options on it, all of one expiry, as market-by-order records.
private struct BusyChain {
    private static let strikes = 200
    private static let stepPoints = 10
    private static let tickNanos: Int64 = 250_000_000
    private static let underlying: UInt32 = 42_000_000
    /// Standard deviation of the future until expiry, in points: 18 % a year over six weeks.
    private static let deviationPoints = 1500.0
    private static let point: Int64 = 1_000_000_000

    private var spotPoints = 24_800.0
    private var presses = 0
    private var state: UInt64 = 7
    /// An order record whose fields are overwritten.
    private var template = RecordBuilder.record(
        type: RecordType.mbo, instrumentID: 0, tsEvent: 0, numbers: ["flags": Int64(RecordFlags.last)])

    /// By instrument number: 0 is the future, then calls and puts by strike.
    private static func strike(_ number: Int) -> Int {
        24_800 + ((number - 1) / 2 - strikes / 2) * stepPoints
    }

    private static var instruments: Range<Int> { 0..<2 * strikes + 1 }

    /// Definitions and first quotes.
    mutating func listing(at time: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        for number in Self.instruments { bytes += Self.definition(number, at: time) }
        for number in Self.instruments {
            append(number, "R", "N", order: 0, price: Undefined.price, size: 0, at: time, to: &bytes)
            quote(number, "A", at: time, to: &bytes)
        }
        return bytes
    }

    private static func definition(_ number: Int, at time: UInt64) -> [UInt8] {
        let isOption = number > 0
        let isCall = number % 2 == 1
        let symbol = isOption ? "NQH7 \(isCall ? "C" : "P")\(strike(number))" : "NQH7"
        // 2027-03-19T13:30:00Z, the third Friday.
        let expiration: Int64 = 1_805_463_000_000_000_000
        return RecordBuilder.record(
            type: RecordType.definition, instrumentID: underlying + UInt32(number), tsEvent: time,
            numbers: [
                "ts_recv": Int64(time), "min_price_increment": tickNanos, "expiration": expiration,
                "underlying_id": isOption ? Int64(underlying) : 0, "unit_of_measure_qty": 20 * point,
                "contract_multiplier": Int64(Undefined.int32),
                "strike_price": isOption ? Int64(strike(number)) * point : Undefined.price,
            ],
            texts: [
                "raw_symbol": symbol, "security_update_action": "A", "asset": "NQ", "currency": "USD",
                "instrument_class": isOption ? (isCall ? "C" : "P") : "F", "underlying": isOption ? "NQH7" : "",
            ])
    }

    /// Every instrument is quoted anew, then trades four times; the future drifts with the pressure.
    mutating func window(_ time: Range<UInt64>) -> [UInt8] {
        var bytes: [UInt8] = []
        presses = Int(next() % 5) - 2
        spotPoints = min(max(spotPoints + Double(presses) * 2, 24_500), 25_100)
        let step = (time.upperBound - time.lowerBound) / 6
        for number in Self.instruments { quote(number, "M", at: time.lowerBound + step, to: &bytes) }
        for round in 1...4 {
            let now = time.lowerBound + step * UInt64(round + 1)
            for number in Self.instruments { trade(number, at: now, to: &bytes) }
        }
        return bytes
    }

    private mutating func trade(_ number: Int, at time: UInt64, to bytes: inout [UInt8]) {
        let isPut = number > 0 && number % 2 == 0
        // 9 in 10 go with the pressure where there is any, else every second.
        let goesWith = next() % 10 < (presses == 0 ? 5 : 9)
        let rises = goesWith == (presses >= 0)
        let isBought = rises != isPut
        let price = middle(number) + (isBought ? Self.tickNanos : -Self.tickNanos)
        append(
            number, "T", isBought ? "B" : "A", order: 0, price: price, size: UInt32(5 + next() % 25), at: time,
            to: &bytes)
    }

    private mutating func quote(_ number: Int, _ action: Character, at time: UInt64, to bytes: inout [UInt8]) {
        let (middle, order) = (middle(number), UInt64(2 * number + 1))
        append(number, action, "B", order: order, price: middle - Self.tickNanos, size: 20, at: time, to: &bytes)
        append(number, action, "A", order: order + 1, price: middle + Self.tickNanos, size: 20, at: time, to: &bytes)
    }

    /// In 1e-9, on the tick, at least two ticks; options by Bachelier's formula ("Théorie de la spéculation", 1900).
    private func middle(_ number: Int) -> Int64 {
        var points = spotPoints
        if number > 0 {
            let away = (number % 2 == 1 ? 1 : -1) * (spotPoints - Double(Self.strike(number))) / Self.deviationPoints
            let density = exp(-away * away / 2) / (2 * Double.pi).squareRoot()
            points = Self.deviationPoints * (away * erfc(-away / 2.0.squareRoot()) / 2 + density)
        }
        return max(2, Int64((points * 4).rounded())) * Self.tickNanos
    }

    private mutating func append(
        _ number: Int, _ action: Character, _ side: Character, order: UInt64, price: Int64, size: UInt32,
        at time: UInt64,
        to bytes: inout [UInt8]
    ) {
        // Where DBN version 3 has an order record's fields.
        template.withUnsafeMutableBytes { record in
            record.storeBytes(of: (Self.underlying + UInt32(number)).littleEndian, toByteOffset: 4, as: UInt32.self)
            record.storeBytes(of: time.littleEndian, toByteOffset: 8, as: UInt64.self)
            record.storeBytes(of: order.littleEndian, toByteOffset: 16, as: UInt64.self)
            record.storeBytes(of: price.littleEndian, toByteOffset: 24, as: Int64.self)
            record.storeBytes(of: size.littleEndian, toByteOffset: 32, as: UInt32.self)
            record.storeBytes(of: action.asciiValue ?? 0, toByteOffset: 38, as: UInt8.self)
            record.storeBytes(of: side.asciiValue ?? 0, toByteOffset: 39, as: UInt8.self)
            record.storeBytes(of: time.littleEndian, toByteOffset: 40, as: UInt64.self)
        }
        bytes += template
    }

    /// SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
    private mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
