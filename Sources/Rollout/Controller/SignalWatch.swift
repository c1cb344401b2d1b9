public import MarketData
public import Signals

/// What the stream of signals itself shows: bursts, arms that contradict each other, stops on the wrong side.
struct SignalWatch: Hashable, Sendable {
    /// Net direction of each arm's signals on an underlying in a half hour.
    private struct Balance: Hashable, Sendable {
        var baseline = 0
        var candidate = 0
        var hasBaseline = false
        var hasCandidate = false
    }

    private let terms: TriggerTerms
    /// Event times of the candidate's latest actionable signals, ns, as many as tell a burst.
    private var recent: [UInt64] = []
    private var inSession = 0
    private var wrongSides = 0
    private var isBurstNoted = false
    private var burstSessions = 0
    private var halfHour: UInt64 = 0
    private var balances: [InstrumentID: Balance] = [:]
    /// The latest half hours in which both spoke on one underlying: whether they said the opposite.
    private var spoken: [Bool] = []

    init(terms: TriggerTerms) { self.terms = terms }

    /// An actionable signal that came in time.
    mutating func note(_ signal: Signal, of arm: Arm) {
        let start = SessionData.halfHour(of: signal.tsEvent.nanos)
        if start > halfHour { closeHalfHour(next: start) }
        if start == halfHour { balance(signal, arm) }
        guard arm == .candidate else { return }
        let time = signal.tsEvent.nanos
        if recent.count > max(terms.burstMinute, terms.burstHalfHour) { recent.removeFirst() }
        recent.append(time)
        inSession += 1
    }

    private mutating func balance(_ signal: Signal, _ arm: Arm) {
        let step = signal.direction == .long ? 1 : -1
        var balance = balances[signal.underlyingID] ?? Balance()
        switch arm {
        case .baseline:
            balance.baseline += step
            balance.hasBaseline = true
        case .candidate:
            balance.candidate += step
            balance.hasCandidate = true
        }
        balances[signal.underlyingID] = balance
    }

    /// The feed's time moved on.
    mutating func advance(to time: Timestamp) {
        let start = SessionData.halfHour(of: time.nanos)
        if start > halfHour { closeHalfHour(next: start) }
    }

    private mutating func closeHalfHour(next: UInt64) {
        for (_, balance) in balances.sorted(by: { $0.key.rawValue < $1.key.rawValue })
        where balance.hasBaseline && balance.hasCandidate {
            spoken.append(balance.baseline.signum() * balance.candidate.signum() < 0)
        }
        if spoken.count > terms.oppositeWindow { spoken.removeFirst(spoken.count - terms.oppositeWindow) }
        balances.removeAll()
        halfHour = next
    }

    mutating func noteWrongSide() { wrongSides += 1 }

    mutating func closeSession() {
        recent.removeAll()
        inSession = 0
        wrongSides = 0
        isBurstNoted = false
    }

    /// A burst that was not seen before in this session; the second session with one rolls back.
    mutating func takeBurst() -> Tripped? {
        guard !isBurstNoted, var tripped = burst else { return nil }
        isBurstNoted = true
        burstSessions += 1
        if burstSessions >= 2 { tripped.trigger = .repeatedBurst }
        return tripped
    }

    private var burst: Tripped? {
        guard let last = recent.last else { return nil }
        let minute = recent.count { $0 + 60_000_000_000 > last }
        if minute >= terms.burstMinute {
            return Tripped(.burst, value: Double(minute), threshold: Double(terms.burstMinute))
        }
        let halfHour = recent.count { $0 + 1_800_000_000_000 > last }
        if halfHour > terms.burstHalfHour {
            return Tripped(.burst, value: Double(halfHour), threshold: Double(terms.burstHalfHour))
        }
        guard inSession > terms.burstSession else { return nil }
        return Tripped(.burst, value: Double(inSession), threshold: Double(terms.burstSession))
    }

    var opposite: Tripped? {
        let count = spoken.count { $0 }
        guard spoken.count >= terms.oppositeWindow, count >= terms.opposite else { return nil }
        return Tripped(.opposite, value: Double(count), threshold: Double(terms.opposite))
    }

    var side: Tripped? {
        guard wrongSides >= terms.sidePerSession else { return nil }
        return Tripped(.side, value: Double(wrongSides), threshold: Double(terms.sidePerSession))
    }

    /// What was opposite is known; it counts anew.
    mutating func forgetOpposite() { spoken.removeAll() }
}

extension Signal {
    /// Whether its price lies further from `market` than `band`, a share of that.
    public func isOff(_ market: Price, by band: Double) -> Bool {
        let distance = Double(price.nanos) - Double(market.nanos)
        return distance.magnitude > band * Double(market.nanos).magnitude
    }

    /// Whether target and stop lie on the sides of the price that the direction asks for.
    var hasSides: Bool {
        switch direction {
        case .long: target > price && stop < price
        case .short: target < price && stop > price
        }
    }
}
