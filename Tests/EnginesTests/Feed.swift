import Engines
import MarketData
import Signals

/// 2024-05-08T15:00:00Z, a Wednesday in the Globex session of that date (2024-05-07T22:00Z to 2024-05-08T21:00Z), in seconds.
let noon: Double = 1_715_180_400

func nanos(_ seconds: Double) -> UInt64 { UInt64(seconds * 1000) * 1_000_000 }

/// A stream under construction: version 3 records with times in seconds after `noon` and prices in points.
struct Feed {
    private(set) var records: [[UInt8]] = []

    enum TradeKind: UInt8, CaseIterable {
        case mbo = 0xA0
        case trades = 0x00
        case mbp1 = 0x01
    }

    mutating func define(
        _ id: UInt32, _ kind: Character, strike: Double? = nil, underlying: UInt32 = 0, quantity: Double? = 50,
        multiplier: Int32 = .max, tick: Double? = nil, symbol: String = "", action: Character = "A",
        expiration: UInt64 = 1_715_900_000_000_000_000, at time: Double = 0
    ) {
        records.append(
            RecordBuilder.record(
                type: RecordType.definition, instrumentID: id, tsEvent: nanos(noon + time),
                numbers: [
                    "ts_recv": Int64(nanos(noon + time)), "strike_price": strike.map(Self.price) ?? Undefined.price,
                    "underlying_id": Int64(underlying),
                    "unit_of_measure_qty": quantity.map(Self.price) ?? Undefined.price,
                    "contract_multiplier": Int64(multiplier),
                    "min_price_increment": tick.map(Self.price) ?? Undefined.price,
                    "expiration": Int64(bitPattern: expiration),
                ],
                texts: [
                    "raw_symbol": symbol, "instrument_class": String(kind), "security_update_action": String(action),
                ]))
    }

    mutating func openInterest(
        _ id: UInt32, _ quantity: Int64, deleted: Bool = false, type: Int64 = 9, at time: Double = 0
    ) {
        records.append(
            RecordBuilder.record(
                type: RecordType.statistics, instrumentID: id, tsEvent: nanos(noon + time),
                numbers: [
                    "ts_recv": Int64(nanos(noon + time)), "quantity": quantity, "stat_type": type,
                    "update_action": deleted ? 2 : 1,
                ]))
    }

    /// - Parameter event: the event time where it differs from the receive time.
    mutating func trade(
        _ id: UInt32, _ price: Double, _ size: Int64, side: Character = "B", kind: TradeKind = .mbo,
        action: Character = "T",
        at time: Double, event: Double? = nil
    ) {
        records.append(
            RecordBuilder.record(
                type: kind.rawValue, instrumentID: id, tsEvent: nanos(noon + (event ?? time)),
                numbers: ["ts_recv": Int64(nanos(noon + time)), "price": Self.price(price), "size": size],
                texts: ["action": String(action), "side": String(side)]))
    }

    /// An order event; flags as in `RecordFlags`.
    mutating func order(
        _ id: UInt32, _ order: UInt64, _ action: Character, _ side: Character, _ price: Double, _ size: Int64 = 10,
        flags: UInt8 = RecordFlags.last, at time: Double
    ) {
        records.append(
            RecordBuilder.record(
                type: RecordType.mbo, instrumentID: id, tsEvent: nanos(noon + time),
                numbers: [
                    "ts_recv": Int64(nanos(noon + time)), "price": Self.price(price), "size": size,
                    "order_id": Int64(order), "flags": Int64(flags),
                ],
                texts: ["action": String(action), "side": String(side)]))
    }

    mutating func mark(at time: Double) { records.append(RecordBuilder.mark(at: nanos(noon + time))) }

    mutating func name(_ id: UInt32, _ symbol: String) {
        records.append(RecordBuilder.symbolMapping(instrumentID: InstrumentID(id), rawSymbol: symbol, at: 0))
    }

    mutating func append(_ record: [UInt8]) { records.append(record) }

    var count: Int { records.count }

    static func price(_ points: Double) -> Int64 { Int64((points * 1_000_000_000).rounded()) }

    /// All output of an engine that is fed runs of `runLength` records.
    func output(of engine: inout some SignalEngine, runLength: Int = .max, finishes: Bool = true) -> [UInt8] {
        var output = EngineOutput()
        var lines: [UInt8] = []
        var index = 0
        while index < records.count {
            let end = records.count - index > runLength ? index + runLength : records.count
            var decoder = RecordDecoder(fragment: true, fragmentVersion: 3)
            let bytes = Array(records[index..<end].joined())
            bytes.withUnsafeBytes { decoder.append($0) }
            while let run = try? decoder.nextRun() {
                engine.process(run, firstIndex: engine.recordCount, into: &output)
            }
            lines += output.bytes
            output.removeAll()
            index = end
        }
        if finishes { engine.finish(into: &output) }
        return lines + output.bytes
    }

    func messages(of engine: inout some SignalEngine, runLength: Int = .max) -> [EngineMessage] {
        output(of: &engine, runLength: runLength).split(separator: 10).compactMap { line in
            line.withUnsafeBytes { bytes in
                var unknown = 0
                return try? EngineMessage.read(bytes, unknownFields: &unknown)
            }
        }
    }

    func signals(of engine: inout some SignalEngine, runLength: Int = .max) -> [Signal] {
        messages(of: &engine, runLength: runLength).compactMap {
            if case .signal(let signal) = $0 { signal } else { nil }
        }
    }

    func progress(of engine: inout some SignalEngine) -> [Progress] {
        messages(of: &engine).compactMap { if case .progress(let progress) = $0 { progress } else { nil } }
    }
}

extension Signal {
    var volume: Int64? { integer("volume") }
    func integer(_ name: String) -> Int64? { if case .integer(let value)? = features[name] { value } else { nil } }
    func number(_ name: String) -> Double? { if case .number(let value)? = features[name] { value } else { nil } }
    func text(_ name: String) -> String? { if case .text(let value)? = features[name] { value } else { nil } }
}
