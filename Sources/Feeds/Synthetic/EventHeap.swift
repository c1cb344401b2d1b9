/// What happens next, in order of time: a heap with four children a node, which touches less memory than one with two.
struct EventHeap {
    enum Kind: UInt32 {
        case order = 0
        case arrival, group
    }

    struct Event {
        /// ns after the start.
        var time: UInt64
        var kind: Kind
        var slot: Int32

        /// Ties go by kind and slot, so that the order does not depend on the heap's history.
        static func < (a: Event, b: Event) -> Bool {
            if a.time != b.time { return a.time < b.time }
            return (a.kind.rawValue, a.slot) < (b.kind.rawValue, b.slot)
        }
    }

    private var events: [Event] = []

    mutating func push(_ event: Event) {
        events.append(event)
        var place = events.count - 1
        while place > 0 {
            let parent = (place - 1) / 4
            guard event < events[parent] else { break }
            events[place] = events[parent]
            place = parent
        }
        events[place] = event
    }

    mutating func pop() -> Event? {
        guard let first = events.first, let moved = events.popLast() else { return nil }
        let count = events.count
        guard count > 0 else { return first }
        var place = 0
        while true {
            let firstChild = place * 4 + 1
            guard firstChild < count else { break }
            var least = firstChild
            var child = firstChild + 1
            while child < min(firstChild + 4, count) {
                if events[child] < events[least] { least = child }
                child += 1
            }
            guard events[least] < moved else { break }
            events[place] = events[least]
            place = least
        }
        events[place] = moved
        return first
    }
}
