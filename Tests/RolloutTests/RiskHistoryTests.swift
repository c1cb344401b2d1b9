import MarketData
import Signals
import Testing

@testable import Rollout

@Suite struct RiskHistoryTests {
    /// What happened, kept apart from the account: every open signal with the contracts it was given.
    private struct Book {
        struct Entry {
            let arm: Arm
            let signal: Signal
            let contracts: Int
        }

        var open: [Entry] = []
        var realised: Int128 = 0
        var admitted = 0
        var refusals: [LiveAccount.Refusal: Int] = [:]

        func net(_ underlying: InstrumentID) -> Int {
            open.reduce(0) { $1.signal.underlyingID == underlying ? $0 + $1.contracts : $0 }
        }
    }

    /// By the first letter of the symbols used here.
    private static let dollarsAPoint: [String: Double] = ["N": 20, "M": 2, "E": 50]

    private func randomTerms(_ random: inout RolloutRandom) -> RiskTerms {
        var terms = RiskTerms(capitalMicros: .random(in: 1_000_000_000...300_000_000_000, using: &random))
        terms.kellyCap = .random(in: 0...0.1, using: &random)
        terms.maxContracts = .random(in: 0...150, using: &random)
        terms.openPositions = .random(in: 0...6, using: &random)
        if random.chance(50) { terms.dailyLossMicros = .random(in: 1...60_000_000_000, using: &random) }
        if random.chance(50) { terms.drawdownMicros = .random(in: 1...150_000_000_000, using: &random) }
        if random.chance(50) { terms.exposureMicros = .random(in: 1...90_000_000_000_000, using: &random) }
        return terms
    }

    private func randomSignal(_ step: Int, _ random: inout RolloutRandom) -> Signal {
        riskOrder(
            random.chance(50) ? .long : .short, "s\(step % 40)",
            price: (.random(in: 19_900...20_100, using: &random) as Double).rounded(),
            win: .random(in: -2...60, using: &random), loss: .random(in: -1...40, using: &random),
            confidence: random.chance(3) ? .nan : .random(in: -0.1...1.1, using: &random),
            on: .random(in: 1...3, using: &random),
            symbol: random.chance(5) ? "CLZ6" : ["NQZ6", "MNQZ6", "ESZ6 C6000"][step % 3])
    }

    @Test func historiesReconcileAndKeepTheirLimits() {
        var admitted = 0
        var refusals: [LiveAccount.Refusal: Int] = [:]
        for seed in 0..<UInt64(accountRounds(100, 3_000)) {
            var random = RolloutRandom(seed: seed)
            let terms = randomTerms(&random)
            var account = LiveAccount(terms: terms)
            var book = Book()
            var highest = terms.capitalMicros
            var deepest: Int64 = 0
            for step in 0..<120 {
                switch Int.random(in: 0..<10, using: &random) {
                case 0: account.sessionOpened()
                case 1, 2:
                    account.priceSeen(
                        Price(nanos: points(.random(in: 19_900...20_100, using: &random))),
                        of: InstrumentID(.random(in: 1...3, using: &random)))
                case 3, 4, 5: settle(&account, &book, &random, seed: seed)
                default: admit(randomSignal(step, &random), &account, &book, &random, seed: seed)
                }
                highest = max(highest, account.equityMicros)
                deepest = max(deepest, highest - account.equityMicros)
                check(account, book, "seed \(seed), step \(step)")
                #expect(
                    account.peakMicros == highest && account.maxDrawdownMicros == deepest
                        && account.drawdownMicros == highest - account.equityMicros, "seed \(seed), step \(step)")
            }
            admitted += book.admitted
            refusals.merge(book.refusals, uniquingKeysWith: +)
        }
        // The histories get everywhere.
        #expect(admitted > 500)
        for refusal in LiveAccount.Refusal.allCases { #expect(refusals[refusal, default: 0] > 10, "\(refusal)") }
    }

    private func admit(
        _ signal: Signal, _ account: inout LiveAccount, _ book: inout Book, _ random: inout RolloutRandom, seed: UInt64
    ) {
        let arm = random.chance(50) ? Arm.baseline : .candidate
        let before = account
        let refusal = account.check(signal)
        #expect(account == before, "seed \(seed): asking changes nothing")
        let isOpen = book.open.contains {
            $0.arm == arm && $0.signal.id == signal.id && $0.signal.underlyingID == signal.underlyingID
        }
        let contracts = account.admit(arm, signal)
        #expect((contracts == 0) == (refusal != nil || isOpen), "seed \(seed)")
        guard contracts != 0 else {
            if let refusal { book.refusals[refusal, default: 0] += 1 }
            #expect(account == before, "seed \(seed): a refusal changes nothing")
            return
        }
        book.open.append(Book.Entry(arm: arm, signal: signal, contracts: contracts))
        book.admitted += 1
        let terms = account.terms
        #expect((contracts > 0) == (signal.direction == .long), "seed \(seed)")
        #expect(book.open.count <= terms.openPositions, "seed \(seed)")
        #expect(account.exposureMicros <= terms.exposureMicros ?? .max, "seed \(seed)")
        #expect(before.sessionProfitMicros > -(terms.dailyLossMicros ?? .max), "seed \(seed)")
        #expect(before.drawdownMicros < terms.drawdownMicros ?? .max, "seed \(seed)")
        // What a stop-out would cost is at most the capped share of the equity.
        let value = Self.dollarsAPoint[String(signal.symbol.prefix(1))] ?? 0
        let distance = Double((signal.price.nanos - signal.stop.nanos).magnitude) / 1e9
        let risk = distance * value * 1e6 * Double(abs(contracts))
        #expect(risk <= Double(before.equityMicros) * terms.kellyCap * (1 + 1e-12), "seed \(seed)")
    }

    private func settle(
        _ account: inout LiveAccount, _ book: inout Book, _ random: inout RolloutRandom, seed: UInt64
    ) {
        guard let place = book.open.indices.randomElement(using: &random) else { return }
        let entry = book.open.remove(at: place)
        let profit: Double? = random.chance(90) ? .random(in: -800...1_000, using: &random) : nil
        let end = riskOutcome(
            entry.signal, of: entry.arm, profit: profit,
            at: random.chance(50) ? .random(in: 19_900...20_100, using: &random) : nil)
        let expected = Int128(accountMicros(profit ?? 0)) * Int128(abs(entry.contracts))
        book.realised += expected
        #expect(account.settle(end).map { Int128($0) } == expected, "seed \(seed)")
    }

    private func check(_ account: LiveAccount, _ book: Book, _ note: Comment) {
        #expect(Int128(account.realisedMicros) == book.realised, note)
        #expect(account.cashMicros == account.terms.capitalMicros + account.realisedMicros, note)
        #expect(account.equityMicros == account.cashMicros + account.unrealisedMicros, note)
        #expect(account.unrealisedMicros == account.positions.reduce(0) { $0 + $1.unrealisedMicros }, note)
        #expect(account.openPositions == book.open.count && account.admitted == book.admitted, note)
        #expect(account.settled == book.admitted - book.open.count, note)
        let underlyings = Set(book.open.map(\.signal.underlyingID)).sorted()
        #expect(account.positions.map(\.underlying) == underlyings, note)
        #expect(account.positions.map(\.contracts) == underlyings.map { book.net($0) }, note)
        // Also after one of two opposite positions has ended.
        #expect(account.positions.allSatisfy { abs($0.contracts) <= account.terms.maxContracts }, note)
        // Each open signal against the price its underlying is held at.
        let prices = Dictionary(uniqueKeysWithValues: account.positions.map { ($0.underlying, $0.price) })
        let worth = book.open.reduce(0.0) { sum, entry in
            let value = Self.dollarsAPoint[String(entry.signal.symbol.prefix(1))] ?? 0
            let move = Double((prices[entry.signal.underlyingID]?.nanos ?? 0) - entry.signal.price.nanos) / 1e9
            return sum + move * value * Double(entry.contracts)
        }
        #expect(isNear(Double(account.unrealisedMicros) / 1e6, worth, within: 0.01), note)
    }

    /// The largest and smallest numbers there are neither trap nor let anything in that a limit forbids.
    @Test func extremesAreClamped() {
        let extremes: [Int64] = [.min, .min + 1, -1, 0, 1, .max - 1, .max]
        for seed in 0..<UInt64(accountRounds(300, 20_000)) {
            var random = RolloutRandom(seed: seed)
            func extreme() -> Int64 { extremes.randomElement(using: &random) ?? 0 }
            var terms = RiskTerms(capitalMicros: extreme(), pointValueMicros: ["NQ": extreme()])
            terms.kellyCap = [0, 1, .infinity, .nan].randomElement(using: &random) ?? 0
            terms.maxContracts = Int(extreme())
            terms.dailyLossMicros = random.chance(50) ? extreme() : nil
            terms.drawdownMicros = random.chance(50) ? extreme() : nil
            terms.exposureMicros = random.chance(50) ? extreme() : nil
            var account = LiveAccount(terms: terms)
            for step in 0..<20 {
                var signal = riskOrder(random.chance(50) ? .long : .short, "s\(step)", on: UInt32(step % 2))
                signal.price = Price(nanos: extreme())
                signal.target = Price(nanos: extreme())
                signal.stop = Price(nanos: extreme())
                signal.confidence = [0, 1, 0.5, .nan, .infinity].randomElement(using: &random) ?? 0
                let refusal = account.check(signal)
                #expect((account.admit(.candidate, signal) == 0) == (refusal != nil), "seed \(seed)")
                account.priceSeen(Price(nanos: extreme()), of: signal.underlyingID)
                if random.chance(50) {
                    var end = riskOutcome(signal, profit: 0)
                    end.profitMicros = extreme()
                    account.settle(end)
                }
                if random.chance(20) { account.sessionOpened() }
                #expect(
                    account.positions.allSatisfy { abs($0.contracts) <= max(0, terms.maxContracts) }, "seed \(seed)")
                #expect(account.drawdownMicros >= 0 && account.openPositions <= terms.openPositions, "seed \(seed)")
            }
        }
    }
}
