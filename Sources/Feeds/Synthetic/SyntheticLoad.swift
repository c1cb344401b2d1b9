public import MarketData

/// A market-by-order load for benchmarks: independent order lives, exactly so many records, the same bytes for the same
/// arguments on any machine. The market model may change, this does not.
///
/// Follows `gen_mbo.py` of the project's benchmarks: a snapshot; arrivals, half of them in 400 bursts; re-prices and
/// re-sizes; partial fills `T F M`, trade groups `T F... C...`, cancels; F_LAST on each event's last record; books
/// never crossed there. Where that generator sorts all orders, this one keeps only the living ones (about 10,000 to
/// 300,000), so memory does not grow with the number of records.
public struct SyntheticLoad: Hashable, Sendable {
    public enum Failure: Error, Hashable, Sendable {
        case instruments(Int)
        case records(Int, instruments: Int)
        case duration(Int)
    }

    /// MBO records after the metadata; there is nothing else.
    public let records: Int
    /// Two futures and their options.
    public let instruments: Int
    public let seed: UInt64
    /// Seconds of event time that the records cover, within a few percent.
    public let durationSeconds: Int

    /// 2025-10-09T09:00:00Z, the first receive time.
    public static let start = Timestamp(nanos: 1_760_000_400_000_000_000)

    /// - Throws: `Failure` unless there are 1 to 20,000 instruments, at least twice as many records as instruments, and
    ///   a duration of 1 second to 7 days.
    public init(records: Int, instruments: Int, seed: UInt64, durationSeconds: Int = 3600) throws(Failure) {
        guard (1...20_000).contains(instruments) else { throw .instruments(instruments) }
        guard records >= 2 * instruments, records <= 1 << 40 else { throw .records(records, instruments: instruments) }
        guard (1...604_800).contains(durationSeconds) else { throw .duration(durationSeconds) }
        self.records = records
        self.instruments = instruments
        self.seed = seed
        self.durationSeconds = durationSeconds
    }

    /// Hands the stream to `emit` in pieces of at most a megabyte (the metadata comes first, in one piece).
    public func write(_ emit: (UnsafeRawBufferPointer) throws -> Void) rethrows {
        let universe = LoadUniverse(instruments)
        try metadata(universe).encoded().withUnsafeBytes { try emit($0) }
        var lives = LoadLives(self, universe)
        try lives.run(emit)
    }

    private func metadata(_ universe: LoadUniverse) -> Metadata {
        var metadata = Metadata(
            dataset: "GLBX.MDP3", schema: Schema.mbo, start: Self.start.nanos,
            end: Self.start.nanos + UInt64(durationSeconds) * 1_000_000_000, stypeIn: SymbolType.rawSymbol,
            stypeOut: SymbolType.instrumentID)
        let first = CivilDate(daysSince1970: Int(Self.start.seconds / 86_400))
        let days = durationSeconds / 86_400 + 1
        metadata.symbols = universe.symbols
        metadata.mappings = zip(universe.symbols, universe.ids).map { symbol, id in
            Metadata.Mapping(
                rawSymbol: symbol,
                intervals: [.init(start: first.compact, end: first.adding(days: days).compact, symbol: String(id))])
        }
        return metadata
    }
}

extension SyntheticLoad.Failure: CustomStringConvertible {
    public var description: String {
        switch self {
        case .instruments(let count): "a load has 1 to 20000 instruments, not \(count)"
        case .records(let count, let instruments):
            "a load over \(instruments) instruments has at least \(2 * instruments) records, not \(count)"
        case .duration(let seconds): "a load lasts 1 to 604800 seconds, not \(seconds)"
        }
    }
}

/// The instruments of a load: two futures, then options of the first by strike, call and put in turn.
struct LoadUniverse {
    private(set) var ids: [UInt32] = []
    private(set) var symbols: [String] = []
    private(set) var tickNanos: [Int64] = []
    /// Ticks.
    private(set) var fair: [Int32] = []
    /// Relative odds of an order.
    private(set) var weights: [Double] = []

    init(_ count: Int) {
        let underlying = 24_800.0
        let strikes = max(1, (count - 1) / 2)
        for number in 0..<count {
            ids.append(42_000_000 + UInt32(number) * 37)
            if number < 2 {
                symbols.append(number == 0 ? "NQZ5" : "NQH6")
                tickNanos.append(250_000_000)
                fair.append(number == 0 ? 99_200 : 100_240)
                weights.append(Double(strikes) * (number == 0 ? 0.9 : 0.12))
                continue
            }
            let option = number - 2
            // With thousands of strikes those below the money would be negative; they start at 25 then.
            let lowest = max(25, 24_800 - strikes / 2 * 25)
            let strike = lowest + option / 2 * 25
            let isCall = option % 2 == 0
            let away = (Double(strike) - underlying) / 900
            let intrinsic = max(0, isCall ? underlying - Double(strike) : Double(strike) - underlying)
            let points = intrinsic + 310 * SyntheticMath.exp(-min(700, away * away))
            let tick = points < 5 ? 0.05 : 0.25
            symbols.append("NQZ5 \(isCall ? "C" : "P")\(strike)")
            tickNanos.append(points < 5 ? 50_000_000 : 250_000_000)
            fair.append(Int32((max(points, 40 * tick) / tick).rounded()))
            weights.append(SyntheticMath.exp(-(Double(strike) - underlying).magnitude / 700) + 0.02)
        }
    }
}
