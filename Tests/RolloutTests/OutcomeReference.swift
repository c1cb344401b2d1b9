import MarketData
import Rollout
import Signals

/// What became of one signal, found by looking through the whole history for every question: slow, and without any state.
struct OutcomeReference {
    let steps: [FeedStep]
    let statement: Statement
    let second: UInt64 = 1_000_000_000

    struct Answer: Equatable {
        var kind: Outcome.Kind
        var known: UInt64
        var entry: (index: UInt64, price: Int64)?
        var exit: (index: UInt64, price: Int64)?
        var adverse: Int64 = 0
        var flags: Outcome.Flags = []

        static func == (a: Answer, b: Answer) -> Bool {
            a.kind == b.kind && a.known == b.known && a.entry?.index == b.entry?.index
                && a.entry?.price == b.entry?.price && a.exit?.index == b.exit?.index && a.exit?.price == b.exit?.price
                && a.adverse == b.adverse && a.flags == b.flags
        }
    }

    private var isLong: Bool { statement.signal.direction == .long }
    private var due: UInt64 { statement.causeTime + second / 10 }
    private var horizonEnds: UInt64 {
        statement.signal.tsEvent.nanos + UInt64(statement.signal.horizonSeconds) * second
    }

    /// Positions in `steps` that are about this underlying or about time.
    private var places: [Int] {
        steps.indices.filter { steps[$0].tick.map { $0.underlying == statement.signal.underlyingID } ?? true }
    }

    /// Where the session of a place began.
    private func begin(_ place: Int) -> Int {
        (steps.indices.last { $0 < place && steps[$0].isClose } ?? -1) + 1
    }

    private func ticks(_ range: Range<Int>) -> [(place: Int, tick: MarketTick)] {
        range.compactMap { place in
            steps[place].tick.flatMap { $0.underlying == statement.signal.underlyingID ? (place, $0) : nil }
        }
    }

    private enum State { case trading, notTrading, halted }

    /// The venue's state before a place.
    private func state(before place: Int) -> State {
        for (_, tick) in ticks(begin(place)..<place).reversed() {
            switch tick.kind {
            case .trading: return .trading
            case .notTrading: return .notTrading
            case .halted: return .halted
            default: continue
            }
        }
        return .trading
    }

    private func terms(through place: Int) -> UnderlyingTerms? {
        for (_, tick) in ticks(0..<place + 1).reversed() { if case .terms(let terms) = tick.kind { return terms } }
        return nil
    }

    /// The price a place offers to a buyer (or to a seller), from a quote.
    private func quoted(_ place: Int, buys: Bool) -> Int64? {
        guard let tick = steps[place].tick, case .quote(let bid, let ask) = tick.kind, state(before: place) == .trading
        else { return nil }
        if let bid, let ask, bid > ask { return nil }
        return buys ? ask : bid
    }

    private func traded(_ place: Int, buys: Bool) -> Int64? {
        guard let tick = steps[place].tick, case .trade(let price) = tick.kind, state(before: place) == .trading
        else { return nil }
        return price + (terms(through: place)?.tickNanos ?? 0) * (buys ? 1 : -1)
    }

    /// What a place lets a position leave at: a quote, or a trade after five seconds without one.
    private func leaving(_ place: Int) -> (price: Int64, isTrade: Bool)? {
        if let price = quoted(place, buys: !isLong) { return (price, false) }
        guard let price = traded(place, buys: !isLong) else { return nil }
        let before = ticks(begin(place)..<place).last { quoted($0.place, buys: !isLong) != nil }
        if let before, steps[place].time < before.tick.time + 5 * second { return nil }
        return (price, true)
    }

    private func isExpired(_ place: Int) -> Bool {
        if let tick = steps[place].tick, tick.kind == .expired { return true }
        return terms(through: place).map { steps[place].time >= $0.expiration } ?? false
    }

    /// Nil while nothing is decided.
    func answer() -> Answer? {
        let after = places.filter { steps[$0].index > statement.causeIndex }
        // A close that is itself the cause ends the signal too.
        let close = places.first { steps[$0].isClose && steps[$0].index >= statement.causeIndex }
        let candidates = after.filter { $0 < close ?? .max }
        let entryEnds = min(due + 60 * second, horizonEnds)
        let enters = candidates.first { place in
            guard steps[place].time >= due else { return false }
            if quoted(place, buys: isLong) != nil { return true }
            return traded(place, buys: isLong) != nil && steps[place].time >= due + 5 * second
        }
        let expires = candidates.first { isExpired($0) }
        let givesUp = candidates.first { steps[$0].time >= entryEnds }
        let end = [expires, givesUp, close].compactMap { $0 }.min()
        guard let enters, enters < end ?? .max else {
            guard let end else { return nil }
            let isSeen = ticks(begin(end)..<end + 1).contains { $0.tick.isMarketData }
            let reason: Outcome.Reason = end == expires ? .expired : isSeen ? .noEntry : .noUnderlying
            return Answer(kind: .unresolvable(reason), known: steps[end].index, flags: taint(through: end))
        }
        guard let terms = terms(through: enters), terms.tickNanos > 0 else {
            return Answer(
                kind: .unresolvable(.noTerms), known: steps[enters].index, flags: taint(through: enters))
        }
        return held(from: enters, candidates.filter { $0 > enters }, [expires, close].compactMap { $0 }.min(), expires)
    }

    private func held(from enters: Int, _ later: [Int], _ end: Int?, _ expires: Int?) -> Answer? {
        let sign: Int64 = isLong ? 1 : -1
        var answer = Answer(kind: .horizon, known: 0)
        let price = quoted(enters, buys: isLong) ?? traded(enters, buys: isLong) ?? 0
        answer.entry = (steps[enters].index, price)
        if quoted(enters, buys: isLong) == nil { answer.flags.insert(.entryOnTrade) }
        // In the signal's direction, from the entry: a target must be above 0, a stop not.
        let target = (statement.signal.target.nanos - price) * sign
        if target <= 0 { answer.flags.insert(.targetWrongSide) }
        let stop = (statement.signal.stop.nanos - price) * sign
        if stop > 0 { answer.flags.insert(.stopMirrored) }
        let leaves = later.first { place in
            guard steps[place].index > steps[enters].index, let offer = leaving(place) else { return false }
            let gain = (offer.price - price) * sign
            return steps[place].time >= horizonEnds || gain <= -abs(stop) || (target > 0 && gain >= target)
        }
        var seen = [enters] + later
        if let leaves, leaves < end ?? .max, let offer = leaving(leaves) {
            let gain = (offer.price - price) * sign
            if steps[leaves].time >= horizonEnds {
                answer.kind = .horizon
            } else {
                answer.kind = gain <= -abs(stop) ? .stop : .target
                if gain != (answer.kind == .stop ? -abs(stop) : target) { answer.flags.insert(.gap) }
            }
            if offer.isTrade { answer.flags.insert(.exitOnTrade) }
            answer.known = steps[leaves].index
            answer.exit = (answer.known, offer.price)
            seen = seen.filter { $0 <= leaves }
            answer.flags.formUnion(taint(through: leaves))
        } else {
            guard let end else { return nil }
            answer.known = steps[end].index
            answer.flags.formUnion(taint(through: end))
            seen = seen.filter { $0 < end }
            guard let last = ticks(begin(end)..<end).last(where: { leaving($0.place) != nil }),
                let offer = leaving(last.place)
            else {
                answer.kind = .unresolvable(.noExit)
                return answer
            }
            answer.kind = end == expires ? .expiry : .sessionClose
            answer.exit = (last.tick.index, offer.price)
            if offer.isTrade { answer.flags.insert(.exitOnTrade) }
            answer.adverse = max(0, (price - offer.price) * sign)
        }
        // The record of the entry shows what the position could be left at, and so does not count twice.
        let offers = seen.filter { $0 == enters || steps[$0].index > steps[enters].index }.compactMap { leaving($0) }
        answer.adverse = max(answer.adverse, offers.map { (price - $0.price) * sign }.max() ?? 0)
        return answer
    }

    private func taint(through last: Int) -> Outcome.Flags {
        var flags: Outcome.Flags = []
        for place in places where place <= last {
            let isClose = steps[place].isClose
            guard steps[place].index > statement.causeIndex || (isClose && steps[place].index == statement.causeIndex)
            else { continue }
            if state(before: place) == .halted { flags.insert(.halt) }
            if steps[place].tick?.kind == .halted { flags.insert(.halt) }
            if steps[place].tick?.kind == .gap { flags.insert(.feedGap) }
        }
        return flags
    }
}

extension FeedStep {
    var isClose: Bool { if case .close = self { true } else { false } }
}

extension MarketTick {
    /// A quote or a trade.
    var isMarketData: Bool {
        switch kind {
        case .quote, .trade: true
        default: false
        }
    }
}

extension OutcomeReference.Answer {
    init(_ outcome: Outcome) {
        self.init(
            kind: outcome.kind, known: outcome.knownIndex,
            entry: outcome.entry.map { ($0.index, $0.price.nanos) },
            exit: outcome.exit.map { ($0.index, $0.price.nanos) }, adverse: outcome.adverseNanos,
            flags: outcome.flags.subtracting(.clipped))
    }
}
