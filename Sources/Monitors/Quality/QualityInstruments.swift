internal import MarketData

/// Which instruments of the feed have a definition.
struct QualityInstruments {
    private static let shown = 20

    private var table = InstrumentTable()
    /// By the table's index.
    private var isDefined: [Bool] = []
    /// Whether the running session named or brought it.
    private var isSeen: [Bool] = []

    /// Whether an instrument that the session has now seen is defined.
    mutating func isDefined(_ id: InstrumentID) -> Bool { isDefined[see(id)] }

    mutating func announce(_ id: InstrumentID) { _ = see(id) }

    mutating func define(_ id: InstrumentID, _ known: Bool) { isDefined[see(id)] = known }

    mutating func beginSession() { isSeen = [Bool](repeating: false, count: isSeen.count) }

    private mutating func see(_ id: InstrumentID) -> Int {
        let index = table.index(of: id)
        while isDefined.count < table.count {
            isDefined.append(false)
            isSeen.append(false)
        }
        isSeen[index] = true
        return index
    }

    var quality: InstrumentQuality {
        var quality = InstrumentQuality()
        var undefined: [UInt32] = []
        for index in isSeen.indices where isSeen[index] {
            quality.seen += 1
            if !isDefined[index] { undefined.append(table.ids[index].rawValue) }
        }
        quality.undefined = undefined.count
        quality.undefinedIDs = Array(undefined.sorted().prefix(Self.shown))
        return quality
    }
}
