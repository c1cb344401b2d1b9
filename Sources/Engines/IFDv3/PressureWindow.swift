internal import MarketData

/// Who pressed whom in one tumbling window of event time: per instrument the contracts and trades of buying and of selling
/// aggressors.
///
/// Windows are aligned to multiples of their length since 1970. Closing costs what traded, not what is listed.
struct PressureWindow: Sendable {
    /// What aggressors did to one instrument.
    struct Flow: Hashable, Sendable {
        var buyVolume: Int64 = 0
        var sellVolume: Int64 = 0
        var buyTrades: Int64 = 0
        var sellTrades: Int64 = 0

        var volume: Int64 { buyVolume + sellVolume }
        var isEmpty: Bool { buyTrades == 0 && sellTrades == 0 }
        /// Nil when both pressed alike.
        var aggressorIsBuyer: Bool? { buyVolume == sellVolume ? nil : buyVolume > sellVolume }
        /// Volume of the stronger and of the weaker side.
        var stronger: Int64 { max(buyVolume, sellVolume) }
        var weaker: Int64 { min(buyVolume, sellVolume) }

        /// (stronger + s) / (weaker + s): finite for one-sided windows, and small volumes do not look extreme.
        func ratio(smoothing s: Double) -> Double { (Double(stronger) + s) / (Double(weaker) + s) }

        /// (stronger - weaker) / volume, in 0...1; 0 without volume.
        var dominance: Double { volume == 0 ? 0 : Double(stronger - weaker) / Double(volume) }
    }

    /// Nanoseconds.
    let length: UInt64
    /// Of the open window, ns since 1970; `number` x `length`.
    private(set) var start: UInt64 = 0
    private var flows: [Flow] = []
    /// Dense indices with a flow, in order of their first trade.
    private var active: [Int] = []

    init(seconds: Int) { length = UInt64(seconds) * 1_000_000_000 }

    /// Windows since 1970.
    var number: UInt64 { start / length }
    var end: UInt64 {
        let (end, overflow) = start.addingReportingOverflow(length)
        return overflow ? .max : end
    }

    /// Empties the window and opens the one that holds `time`.
    mutating func open(at time: UInt64) {
        for index in active { flows[index] = Flow() }
        active.removeAll(keepingCapacity: true)
        start = time / length * length
    }

    /// Trades without an aggressor (side N) press nobody.
    mutating func add(_ trade: Trade) {
        guard trade.side == UInt8(ascii: "B") || trade.side == UInt8(ascii: "A") else { return }
        while flows.count <= trade.instrument { flows.append(Flow()) }
        if flows[trade.instrument].isEmpty { active.append(trade.instrument) }
        if trade.side == UInt8(ascii: "B") {
            flows[trade.instrument].buyVolume += trade.size
            flows[trade.instrument].buyTrades += 1
        } else {
            flows[trade.instrument].sellVolume += trade.size
            flows[trade.instrument].sellTrades += 1
        }
    }

    /// What was pressed in this window, by instrument id.
    func sorted(by ids: [InstrumentID]) -> [(instrument: Int, flow: Flow)] {
        active.sorted { ids[$0] < ids[$1] }.map { ($0, flows[$0]) }
    }
}
