public import MarketData
public import Signals

/// One account for what both arms emit live: a state machine over admitted signals, their outcomes, prices and session edges.
///
/// A position is a live signal without an outcome; those of one underlying net. Its profit is realised when its outcome comes:
/// the paper profit of one contract times its contracts, nothing when it cannot be resolved. Until then its fill is not known,
/// and it is worth what the last price known of its underlying makes of the price the signal named, without costs.
/// That price is the latest of: an admitted signal's, an outcome's exit, what `priceSeen` was told.
/// Whole micro-dollars throughout; what does not fit is the nearest that does.
public struct LiveAccount: Hashable, Sendable {
    /// The open contracts of one underlying.
    public struct Position: Hashable, Sendable {
        public let underlying: InstrumentID
        /// Net: long above 0, short below.
        public let contracts: Int
        /// Live signals without an outcome.
        public let signals: Int
        /// The last one known.
        public let price: Price
        /// Micro-dollars.
        public let unrealisedMicros: Int64
    }

    public let terms: RiskTerms
    /// What outcomes brought since the beginning, micro-dollars.
    public private(set) var realisedMicros: Int64 = 0
    /// Signals admitted since the beginning.
    public private(set) var admitted = 0
    /// Outcomes of them, and how many of these could not be resolved.
    public private(set) var settled = 0
    public private(set) var unresolvable = 0
    /// At the last session edge, micro-dollars.
    public private(set) var openingEquityMicros: Int64
    private(set) var holdings: [InstrumentID: Holding] = [:]
    private var drawdown: Drawdown

    public init(terms: RiskTerms) {
        self.terms = terms
        openingEquityMicros = terms.capitalMicros
        drawdown = Drawdown(from: terms.capitalMicros)
    }

    /// Takes a live signal, unless `check` has something against it.
    ///
    /// - Returns: its contracts, long above 0 and short below; 0 when it was refused, or is open already: nothing changed.
    @discardableResult
    public mutating func admit(_ arm: Arm, _ signal: Signal) -> Int {
        guard holdings[signal.underlyingID]?.lot(arm, signal.id) == nil, case .sized(let lot) = verdict(arm, signal)
        else { return 0 }
        open(lot, signal)
        admitted += 1
        drawdown.reach(equityMicros)
        return lot.contracts
    }

    /// Closes the position of a live signal.
    ///
    /// - Returns: what it brought, micro-dollars; nil when it has none here: it was shadow, refused or settled before.
    @discardableResult
    public mutating func settle(_ outcome: Outcome) -> Int64? {
        guard var holding = holdings[outcome.underlyingID],
            let place = holding.lot(outcome.arm, outcome.id)
        else { return nil }
        let lot = holding.lots.remove(at: place)
        if let exit = outcome.exit { holding.price = exit.price }
        holdings[outcome.underlyingID] = holding.lots.isEmpty ? nil : holding
        settled += 1
        if !outcome.isResolved { unresolvable += 1 }
        let profit = outcome.isResolved ? outcome.profitMicros.multipliedClamped(by: Int64(abs(lot.contracts))) : 0
        realisedMicros = realisedMicros.addingClamped(profit)
        drawdown.reach(equityMicros)
        return profit
    }

    /// The market of an underlying stands at `price`; changes nothing without a position there.
    public mutating func priceSeen(_ price: Price, of underlying: InstrumentID) {
        guard holdings[underlying] != nil else { return }
        holdings[underlying]?.price = price
        drawdown.reach(equityMicros)
    }

    /// The daily loss counts from here.
    public mutating func sessionOpened() { openingEquityMicros = equityMicros }

    mutating func open(_ lot: Lot, _ signal: Signal) {
        var holding = holdings[signal.underlyingID] ?? Holding(price: signal.price)
        holding.price = signal.price
        holding.lots.append(lot)
        holdings[signal.underlyingID] = holding
    }
}

extension LiveAccount {
    /// Capital and realised profit, micro-dollars. Futures tie up a margin and cost nothing.
    public var cashMicros: Int64 { terms.capitalMicros.addingClamped(realisedMicros) }
    public var unrealisedMicros: Int64 {
        Int64(clamping: holdings.values.reduce(Int128(0)) { $0 + Int128($1.unrealisedMicros) })
    }
    /// Cash and unrealised profit, micro-dollars.
    public var equityMicros: Int64 { cashMicros.addingClamped(unrealisedMicros) }
    /// The highest equity so far, micro-dollars.
    public var peakMicros: Int64 { drawdown.peak }
    /// How far the equity lies below its peak, and the most it ever did; micro-dollars, at least 0.
    public var drawdownMicros: Int64 { drawdown.current }
    public var maxDrawdownMicros: Int64 { drawdown.deepest }
    /// Since the session opened, micro-dollars.
    public var sessionProfitMicros: Int64 { equityMicros.subtractingClamped(openingEquityMicros) }
    /// What the net contracts of each underlying are worth at the last price known, added up; micro-dollars.
    public var exposureMicros: Int64 {
        Int64(clamping: holdings.values.reduce(Int128(0)) { $0 + Int128($1.notionalMicros) })
    }
    /// Live signals without an outcome.
    public var openPositions: Int { holdings.values.reduce(0) { $0 + $1.lots.count } }
    /// By underlying, ascending.
    public var positions: [Position] {
        holdings.sorted { $0.key < $1.key }.map { underlying, holding in
            Position(
                underlying: underlying, contracts: holding.contracts, signals: holding.lots.count,
                price: holding.price, unrealisedMicros: holding.unrealisedMicros)
        }
    }

    /// The contracts of one signal.
    struct Lot: Hashable, Sendable {
        let arm: Arm
        let id: String
        /// Long above 0, short below; at most 2^31 - 1 either way.
        let contracts: Int
        let entry: Price
        let pointValueMicros: Int64

        func unrealisedMicros(at price: Price) -> Int64 {
            let move = price.nanos.subtractingClamped(entry.nanos).multipliedClamped(by: Int64(contracts.signum()))
            return move.micros(pointValueMicros: pointValueMicros).multipliedClamped(by: Int64(abs(contracts)))
        }
    }

    /// The open signals of one underlying; never empty.
    struct Holding: Hashable, Sendable {
        /// The last one known.
        var price: Price
        /// In the order of admission.
        var lots: [Lot] = []

        var contracts: Int { lots.reduce(0) { $0 + $1.contracts } }
        /// Of the signals of one direction, at least 0.
        func contracts(on direction: Signal.Direction) -> Int {
            let sign = direction == .long ? 1 : -1
            return lots.reduce(0) { $0 + max(0, sign * $1.contracts) }
        }
        var unrealisedMicros: Int64 {
            Int64(clamping: lots.reduce(Int128(0)) { $0 + Int128($1.unrealisedMicros(at: price)) })
        }
        var notionalMicros: Int64 {
            let perPoint = lots.reduce(Int128(0)) { $0 + Int128($1.contracts) * Int128($1.pointValueMicros) }
            return Int64(clamping: (Int128(Int64(clamping: perPoint)) * Int128(price.nanos)).magnitude / 1_000_000_000)
        }

        func lot(_ arm: Arm, _ id: String) -> Int? { lots.firstIndex { $0.arm == arm && $0.id == id } }
    }
}
