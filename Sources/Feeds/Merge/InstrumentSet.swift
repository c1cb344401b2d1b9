/// Instrument ids seen, with the latest at hand: looked up for every record.
struct InstrumentSet {
    private var slots = [UInt32](repeating: 0, count: 1024)
    private var isOccupied = [Bool](repeating: false, count: 1024)
    private var count = 0
    private var latest: UInt32?

    private func slot(of id: UInt32) -> Int {
        var index = Int(truncatingIfNeeded: (UInt64(id) &* 0x9E37_79B9_7F4A_7C15) >> 32) & (slots.count - 1)
        while isOccupied[index], slots[index] != id { index = (index + 1) & (slots.count - 1) }
        return index
    }

    mutating func contains(_ id: UInt32) -> Bool {
        if latest == id { return true }
        guard isOccupied[slot(of: id)] else { return false }
        latest = id
        return true
    }

    mutating func insert(_ id: UInt32) {
        if count * 2 >= slots.count { grow() }
        let index = slot(of: id)
        if !isOccupied[index] { count += 1 }
        slots[index] = id
        isOccupied[index] = true
    }

    mutating func removeAll() {
        isOccupied = [Bool](repeating: false, count: slots.count)
        count = 0
        latest = nil
    }

    private mutating func grow() {
        let old = zip(slots, isOccupied).filter(\.1).map(\.0)
        slots = [UInt32](repeating: 0, count: slots.count * 2)
        isOccupied = [Bool](repeating: false, count: slots.count)
        for id in old {
            let index = slot(of: id)
            slots[index] = id
            isOccupied[index] = true
        }
    }
}
