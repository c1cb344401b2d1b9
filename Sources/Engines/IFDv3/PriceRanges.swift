/// The last price and the realised range (highest minus lowest trade) of instruments over the last few windows.
///
/// Holds only what traded in those windows: an older price is no price.
struct PriceRanges: Sendable {
    private struct Bar {
        var window: UInt64 = .max
        var high: Int64 = 0
        var low: Int64 = 0
    }

    private struct Series {
        var last: Int64 = 0
        var lastWindow: UInt64 = 0
    }

    let windows: Int
    /// By dense index: the series, or -1.
    private var slots: [Int32] = []
    private var series: [Series] = []
    /// `windows` bars for each series; the bar of window n is at n mod `windows`.
    private var bars: [Bar] = []

    init(windows: Int) { self.windows = windows }

    /// Forgets all trades; at a session's edge.
    mutating func removeAll() {
        for index in series.indices { series[index].lastWindow = .max }
        for index in bars.indices { bars[index].window = .max }
    }

    /// A trade at `price` (1e-9) in window `number`.
    mutating func add(_ instrument: Int, price: Int64, window number: UInt64) {
        while slots.count <= instrument { slots.append(-1) }
        if slots[instrument] < 0 {
            slots[instrument] = Int32(series.count)
            series.append(Series())
            bars.append(contentsOf: repeatElement(Bar(), count: windows))
        }
        let slot = Int(slots[instrument])
        series[slot].last = price
        series[slot].lastWindow = number
        let position = slot * windows + Int(number % UInt64(windows))
        if bars[position].window == number {
            bars[position].high = max(bars[position].high, price)
            bars[position].low = min(bars[position].low, price)
        } else {
            bars[position] = Bar(window: number, high: price, low: price)
        }
    }

    /// The last price, in 1e-9, over window `number` and the `windows` - 1 before; nil without a trade there.
    func last(of instrument: Int, window number: UInt64) -> Int64? {
        guard instrument < slots.count, slots[instrument] >= 0 else { return nil }
        let series = series[Int(slots[instrument])]
        return isRecent(series.lastWindow, number) ? series.last : nil
    }

    /// The last price and the range, both in 1e-9, over window `number` and the `windows` - 1 before; nil without a trade there.
    func summary(_ instrument: Int, window number: UInt64) -> (last: Int64, range: Int64)? {
        guard instrument < slots.count, slots[instrument] >= 0 else { return nil }
        let slot = Int(slots[instrument])
        guard isRecent(series[slot].lastWindow, number) else { return nil }
        var high = Int64.min
        var low = Int64.max
        for bar in bars[slot * windows..<(slot + 1) * windows] where bar.window != .max && isRecent(bar.window, number)
        {
            high = max(high, bar.high)
            low = min(low, bar.low)
        }
        return (series[slot].last, Int64(clamping: Int128(high) - Int128(low)))
    }

    private func isRecent(_ window: UInt64, _ number: UInt64) -> Bool {
        window <= number && number - window < UInt64(windows)
    }
}
