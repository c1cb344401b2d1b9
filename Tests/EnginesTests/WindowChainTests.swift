import MarketData
import Signals
import Testing

@testable import Engines

private let point: Int64 = 1_000_000_000

/// Terms of few strikes, expiries and underlyings, so that definitions meet, change and go.
private func randomTerms(_ random: inout FlowRandom) -> InstrumentTerms {
    var terms = InstrumentTerms()
    terms.kind = [.call, .put, .call, .put, .future, .other, .unknown][random.below(7)]
    terms.strikeNanos = random.below(9) == 0 ? Undefined.price : Int64(random.below(4))
    terms.expiration = UInt64(random.below(3))
    terms.underlyingID = InstrumentID(UInt32(1 + random.below(2)))
    return terms
}

@Suite struct OptionChainTests {
    /// Against the terms themselves, after every definition of a random history.
    @Test(arguments: 1...10 as ClosedRange<UInt64>) func aChainIsWhatTheLastTermsSay(seed: UInt64) {
        var random = FlowRandom(seed: seed)
        var chains = OptionChains()
        var last: [Int: InstrumentTerms] = [:]
        for _ in 0..<300 {
            let (index, terms) = (random.below(12), randomTerms(&random))
            chains.apply(terms, at: index, underlying: Int(terms.underlyingID.rawValue))
            last[index] = terms
            for instrument in 0..<14 {
                let plain = last[instrument].flatMap { terms in
                    terms.isOption && terms.strikeNanos != Undefined.price
                        ? OptionChains.Chain(
                            underlying: Int(terms.underlyingID.rawValue), expiration: terms.expiration) : nil
                }
                #expect(chains.number(of: instrument).map { chains.chains[$0] } == plain)
            }
        }
        #expect(Set(chains.chains).count == chains.chains.count)
    }

    @Test func anOptionOfNothingHasNoChain() {
        var terms = InstrumentTerms()
        terms.kind = .call
        terms.strikeNanos = 1
        var chains = OptionChains()
        chains.apply(terms, at: 0, underlying: nil)
        #expect(chains.number(of: 0) == nil && chains.chains.isEmpty)
    }
}

@Suite struct StrikePairHistoryTests {
    private struct Key: Hashable {
        let underlying: InstrumentID
        let expiration: UInt64
        let strike: Int64
        let kind: InstrumentTerms.Kind
    }

    private func key(_ terms: InstrumentTerms, _ kind: InstrumentTerms.Kind) -> Key? {
        terms.isOption && terms.strikeNanos != Undefined.price
            ? Key(
                underlying: terms.underlyingID, expiration: terms.expiration, strike: terms.strikeNanos, kind: kind)
            : nil
    }

    /// Against one dictionary of who was entered last.
    @Test(arguments: 1...10 as ClosedRange<UInt64>) func theOtherRightIsTheOneEnteredLast(seed: UInt64) {
        var random = FlowRandom(seed: seed)
        var pairs = StrikePairs()
        var entered: [Key: Int] = [:]
        var last: [Int: InstrumentTerms] = [:]
        for _ in 0..<400 {
            let (index, terms) = (random.below(12), randomTerms(&random))
            pairs.apply(terms, at: index)
            let old = last[index].flatMap { key($0, $0.kind) }
            let new = key(terms, terms.kind)
            if old != new {
                if let old, entered[old] == index { entered[old] = nil }
                if let new { entered[new] = index }
            }
            last[index] = terms
            for instrument in 0..<14 {
                let other = last[instrument].flatMap { key($0, $0.kind == .call ? .put : .call) }
                #expect(pairs.other(of: instrument) == other.flatMap { entered[$0] })
            }
        }
    }
}

@Suite struct IdeaTableTests {
    @Test func anIdeaFindsItsLastValue() {
        var random = FlowRandom(seed: 4)
        var table = IdeaTable<Int>()
        var plain: [Idea: Int] = [:]
        for value in 0..<500 {
            if random.below(60) == 0 {
                table.removeAll()
                plain.removeAll()
            }
            let idea = Idea(underlying: random.below(20), direction: random.below(2) == 0 ? .long : .short)
            table.enter(value, for: idea)
            plain[idea] = value
            #expect(plain.allSatisfy { table[$0.key] == $0.value } && table.entries.count == plain.count)
            #expect(table[Idea(underlying: 77, direction: .long)] == nil)
        }
    }

    @Test func ideasAreOrderedByUnderlyingThenLongFirst() {
        let ideas = [
            Idea(underlying: 2, direction: .long), Idea(underlying: 0, direction: .short),
            Idea(underlying: 2, direction: .short), Idea(underlying: 0, direction: .long),
        ]
        #expect(ideas.sorted() == [ideas[3], ideas[1], ideas[0], ideas[2]])
    }
}

@Suite struct GroupTests {
    /// Against a look at every strike for each strike; the sum is the same to the last bit, because it is added up in the
    /// same order.
    @Test(arguments: 1...20 as ClosedRange<UInt64>) func groupsAreTheStrikesInReach(seed: UInt64) {
        var random = FlowRandom(seed: seed)
        let pressures = (0..<60).map { _ in
            StrikePressure(
                strikeNanos: Int64(5000 + 5 * random.below(60)) * point, right: random.below(2) == 0 ? .call : .put,
                bought: Int64(random.below(200)), sold: Int64(random.below(200)), logRatio: random.unit() * 3,
                unusual: random.unit())
        }
        let rules = CoordinationRules()
        let strikes = Coordination(pressures, rules: rules).strikes
        for strike in strikes where strike.direction != 0 {
            let group = strikes.filter {
                abs($0.strikeNanos - strike.strikeNanos) <= rules.reachNanos
                    && $0.direction.signum() == strike.direction.signum()
            }
            let unusual = group.map { member in
                pressures.filter { $0.strikeNanos == member.strikeNanos }.map(\.unusual).max() ?? 0
            }
            #expect(strike.agreeing == group.count - 1)
            #expect(strike.groupUnusual == unusual.reduce(0, +) / Double(group.count))
        }
    }

    /// Of equal ones the highest strike; of chains with equal ones the nearest expiry.
    @Test func theStrongestStrikeHasTheMostContracts() {
        func ladder(_ nets: [Int64]) -> Coordination {
            Coordination(
                nets.enumerated().map { index, net in
                    StrikePressure(
                        strikeNanos: Int64(5000 + 100 * index) * point, right: .call, bought: max(net, 0),
                        sold: max(-net, 0), logRatio: 40)
                })
        }
        #expect(ladder([50, 70, 70, -90]).strongest(isLong: true)?.strikeNanos == 5200 * point)
        #expect(ladder([50, 70, 70, -90]).strongest(isLong: false)?.strikeNanos == 5300 * point)
        #expect(ladder([50]).strongest(isLong: false) == nil)
        let chains = [(3, 1), (7, 1), (7, 2), (7, 4)].map {
            OptionChains.Chain(underlying: $0.0, expiration: UInt64($0.1))
        }
        let window = WindowChains(
            chains, numbers: [5, 0, 2, 1], [ladder([500]), ladder([20]), ladder([30]), ladder([30])],
            [VolatilityMonitor.Features](repeating: VolatilityMonitor.Features(), count: 4))
        #expect(window.strongest(on: 7, isLong: true)?.place == 2 && window.strongest(on: 9, isLong: true) == nil)
        #expect((0...6).map { window.place(of: $0) } == [1, 3, 2, nil, nil, 0, nil])
        #expect(window.contains(underlying: 3) && !window.contains(underlying: 9))
    }
}
