internal import MarketData

extension Metadata {
    /// The names in a historical file's metadata as symbol mapping records with time 0, the way a Live session tells them: one for
    /// each instrument, the latest where a file has several. Empty when ids are not what the mappings lead to.
    func symbolMappingRecords() -> [UInt8] {
        guard stypeOut == SymbolType.instrumentID || stypeIn == SymbolType.instrumentID else { return [] }
        var names: [UInt32: (start: UInt32, symbol: String)] = [:]
        for mapping in mappings {
            for interval in mapping.intervals {
                // A request by id has the roles the other way round.
                let isByID = stypeIn == SymbolType.instrumentID
                guard let id = UInt32(isByID ? mapping.rawSymbol : interval.symbol) else { continue }
                let symbol = isByID ? interval.symbol : mapping.rawSymbol
                if let known = names[id], known.start > interval.start { continue }
                names[id] = (interval.start, symbol)
            }
        }
        var bytes: [UInt8] = []
        for (id, name) in names.sorted(by: { $0.key < $1.key }) {
            bytes += RecordBuilder.symbolMapping(instrumentID: InstrumentID(id), rawSymbol: name.symbol, at: 0)
        }
        return bytes
    }
}
