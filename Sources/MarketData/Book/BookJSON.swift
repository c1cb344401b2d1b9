extension OrderBooks {
    /// The books as a compact JSON list by ascending instrument id, all numbers integers, prices in units of 1e-9:
    ///
    ///     [{"instrument_id":ID,"live_orders":N,"levels":[bids,asks],"bids":[[price,size,orders],…],"asks":[…]},…]
    ///
    /// Sides have the best price first. `levels` counts all prices, also those beyond `depth`.
    ///
    /// - Parameters:
    ///   - depth: levels of each side at most; 0 for all.
    ///   - only: instruments wanted, or nil for all. Those without a record are left out.
    public func bookJSON(depth: Int = 0, only: Set<InstrumentID>? = nil) -> [UInt8] {
        var out: [UInt8] = []
        out.append(ascii: "[")
        for instrument in instruments where only?.contains(instrument) ?? true {
            if out.count > 1 { out.append(ascii: ",") }
            append(instrument, depth: depth, to: &out)
        }
        out.append(ascii: "]")
        return out
    }

    private func append(_ instrument: InstrumentID, depth: Int, to out: inout [UInt8]) {
        let counts = levelCounts(of: instrument)
        out.append(ascii: "{\"instrument_id\":")
        out.append(decimal: instrument.rawValue)
        out.append(ascii: ",\"live_orders\":")
        out.append(decimal: liveOrders(of: instrument))
        out.append(ascii: ",\"levels\":[")
        out.append(decimal: counts.bids)
        out.append(ascii: ",")
        out.append(decimal: counts.asks)
        out.append(ascii: "],\"bids\":")
        append(levels(of: instrument, side: .bid, depth: depth), to: &out)
        out.append(ascii: ",\"asks\":")
        append(levels(of: instrument, side: .ask, depth: depth), to: &out)
        out.append(ascii: "}")
    }

    private func append(_ levels: [Level], to out: inout [UInt8]) {
        out.append(ascii: "[")
        for (rank, level) in levels.enumerated() {
            out.append(ascii: rank == 0 ? "[" : ",[")
            out.append(decimal: level.priceNanos)
            out.append(ascii: ",")
            out.append(decimal: level.size)
            out.append(ascii: ",")
            out.append(decimal: level.orders)
            out.append(ascii: "]")
        }
        out.append(ascii: "]")
    }
}
