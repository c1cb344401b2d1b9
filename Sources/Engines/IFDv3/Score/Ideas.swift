internal import MarketData
internal import Signals

/// A direction on an underlying.
struct Idea: Hashable, Comparable, Sendable {
    /// Dense index.
    let underlying: Int
    let direction: Signal.Direction

    /// In order of underlying, long before short.
    var number: Int { underlying * 2 + (direction.isLong ? 0 : 1) }

    static func < (a: Idea, b: Idea) -> Bool { a.number < b.number }
}

extension Signal.Direction {
    /// By its case: `==` would compare the words, because the type has raw values.
    var isLong: Bool {
        switch self {
        case .long: true
        case .short: false
        }
    }

    var opposite: Signal.Direction { isLong ? .short : .long }
}

/// When each idea was last spoken of in this session, to watch it and to act on it.
///
/// What was only to be monitored does not silence what is to be acted on: a campaign begins weakly.
struct SpokenIdeas: Sendable {
    private var monitored: [Idea: UInt64] = [:]
    private var acted: [Idea: UInt64] = [:]

    func allows(_ idea: Idea, isActionable: Bool, at now: UInt64, after nanos: UInt64) -> Bool {
        func isPast(_ time: UInt64?) -> Bool { time.map { now - min($0, now) >= nanos } ?? true }
        return isPast(acted[idea]) && (isActionable || isPast(monitored[idea]))
    }

    mutating func note(_ idea: Idea, isActionable: Bool, at now: UInt64) {
        if isActionable { acted[idea] = now } else { monitored[idea] = now }
    }

    mutating func removeAll() {
        monitored.removeAll()
        acted.removeAll()
    }
}

/// Readings under pressure that were filtered, by why; since the session opened.
struct RejectionTally: Hashable, Sendable {
    var marketMaking = 0
    var structure = 0
    var volatility = 0
}

/// A reading that may become a signal.
struct Candidate: Sendable {
    let reading: WindowReading
    let idea: Idea
    let score: PressureScore
    let coordination: Coordination.Strike?
    let group: GroupFlow
    let volatility: VolatilityMonitor.Features
}
