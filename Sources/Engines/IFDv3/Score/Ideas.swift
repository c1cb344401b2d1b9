internal import MarketData
internal import Signals

/// A direction on an underlying.
struct Idea: Hashable, Comparable, Sendable {
    /// Dense index.
    let underlying: Int
    let direction: Signal.Direction

    static func < (a: Idea, b: Idea) -> Bool {
        (a.underlying, a.direction == .long ? 0 : 1) < (b.underlying, b.direction == .long ? 0 : 1)
    }
}

extension Signal.Direction {
    var opposite: Signal.Direction { self == .long ? .short : .long }
}

/// When each idea was last spoken of in this session.
struct SpokenIdeas: Sendable {
    private var times: [Idea: UInt64] = [:]

    func allows(_ idea: Idea, at now: UInt64, after nanos: UInt64) -> Bool {
        times[idea].map { now - min($0, now) >= nanos } ?? true
    }

    mutating func note(_ idea: Idea, at now: UInt64) { times[idea] = now }
    mutating func removeAll() { times.removeAll() }
}

/// Readings that were strong enough and not sent, by why; since the session opened.
struct RejectionTally: Hashable, Sendable {
    var marketMaking = 0
    var structure = 0
    var volatility = 0
    var repeated = 0
}

/// A reading that may become a signal.
struct Candidate {
    let reading: WindowReading
    /// Dense index.
    let underlying: Int
    let direction: Signal.Direction
    let score: PressureScore
    let making: MarketMakingVerdict
    let coordination: Coordination.Strike?
    let volatility: VolatilityMonitor.Features
}
