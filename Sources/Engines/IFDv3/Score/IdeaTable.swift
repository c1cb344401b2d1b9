/// A value for each of a few ideas, found without hashing.
struct IdeaTable<Value: Sendable>: Sendable {
    /// In order of entry.
    private(set) var entries: [(idea: Idea, value: Value)] = []
    /// By an idea's number: where its entry is, or -1.
    private var places: [Int32] = []

    subscript(idea: Idea) -> Value? { place(of: idea).map { entries[$0].value } }

    /// Replaces the idea's value.
    mutating func enter(_ value: Value, for idea: Idea) {
        if let place = place(of: idea) {
            entries[place].value = value
            return
        }
        if places.count <= idea.number {
            places.append(contentsOf: repeatElement(-1, count: idea.number + 1 - places.count))
        }
        places[idea.number] = Int32(entries.count)
        entries.append((idea, value))
    }

    /// - Complexity: O(entries).
    mutating func removeAll() {
        for entry in entries { places[entry.idea.number] = -1 }
        entries.removeAll(keepingCapacity: true)
    }

    private func place(of idea: Idea) -> Int? {
        guard idea.number < places.count, places[idea.number] >= 0 else { return nil }
        return Int(places[idea.number])
    }
}
