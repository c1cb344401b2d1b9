internal import MarketData

/// What an engine lacks to judge, by instrument; at most `capacity` are kept, the rest is only known to exist.
struct MissingNotes: Sendable {
    enum Lack: UInt8, Sendable { case definition, underlying, multiplier, price, options }

    private struct Note: Hashable {
        let lack: Lack
        let instrument: Int
    }

    static let capacity = 32
    private var notes: [Note] = []
    private var overflowed = false

    mutating func removeAll() {
        notes.removeAll(keepingCapacity: true)
        overflowed = false
    }

    /// - Complexity: O(`capacity`), without allocation after the first notes.
    mutating func add(_ lack: Lack, of instrument: Int) {
        let note = Note(lack: lack, instrument: instrument)
        if notes.contains(note) { return }
        if notes.count < Self.capacity { notes.append(note) } else { overflowed = true }
    }

    mutating func remove(_ lack: Lack, of instrument: Int) {
        if notes.isEmpty { return }
        let note = Note(lack: lack, instrument: instrument)
        if let index = notes.firstIndex(of: note) { notes.remove(at: index) }
    }

    /// Sorted by what is lacking, then by instrument id.
    func texts(_ table: InstrumentTable) -> [String] {
        if notes.isEmpty { return [] }
        let sorted = notes.sorted {
            ($0.lack.rawValue, table.ids[$0.instrument]) < ($1.lack.rawValue, table.ids[$1.instrument])
        }
        var texts = sorted.map { note in
            let id = table.ids[note.instrument].description
            let symbol = table.symbol(at: note.instrument)
            let who = symbol == id ? id : "\(id) (\(symbol))"
            switch note.lack {
            case .definition: return "definition of \(who)"
            case .underlying: return "underlying of \(who)"
            case .multiplier: return "contract multiplier of \(who)"
            case .price: return "price of underlying \(who)"
            case .options: return "trades in options of \(who)"
            }
        }
        if overflowed { texts.append("and more") }
        return texts
    }
}
