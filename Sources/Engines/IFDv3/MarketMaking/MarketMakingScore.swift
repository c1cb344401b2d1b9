/// How much like market making an instrument was quoted; every part in 0...1, more is more like it.
struct QuotingParts: Hashable, Sendable {
    /// 2 min(b, a) / (b + a) of A and M records on the bid and the ask.
    var twoSided: Double
    /// The same of contracts added.
    var symmetry: Double
    /// Cancels that no fill caused, of adds; at most 1.
    var cancelled: Double
    /// Adds that replace a cancelled order, and modifies, of adds and modifies.
    var replaced: Double
    /// Followed orders cancelled within `shortLifeMillis`, of followed orders cancelled; nil with too few of them.
    var shortLived: Double?

    /// Nil when the window has fewer than `leastUpdates`.
    init?(_ activity: QuoteActivity, _ rules: MarketMakingRules) {
        guard activity.updates >= max(1, rules.leastUpdates) else { return nil }
        twoSided = Self.balance(Double(activity.bidQuotes), Double(activity.askQuotes))
        symmetry = Self.balance(Double(activity.bidSize), Double(activity.askSize))
        cancelled = min(Double(activity.cancels) / Double(max(1, activity.adds)), 1)
        let quotes = max(1, activity.adds + activity.modifies)
        replaced = min(Double(activity.replacements + activity.modifies) / Double(quotes), 1)
        shortLived =
            activity.ended >= max(1, rules.leastEnded) ? Double(activity.shortLived) / Double(activity.ended) : nil
    }

    init(twoSided: Double, symmetry: Double, cancelled: Double, replaced: Double, shortLived: Double?) {
        self.twoSided = twoSided
        self.symmetry = symmetry
        self.cancelled = cancelled
        self.replaced = replaced
        self.shortLived = shortLived
    }

    /// Weighted mean: 0.25 two-sided, 0.15 symmetry, 0.2 each of cancelled, replaced and short-lived; without the last, of the rest.
    var score: Double {
        let known = 0.25 * twoSided + 0.15 * symmetry + 0.2 * cancelled + 0.2 * replaced
        guard let shortLived else { return known / 0.8 }
        return known + 0.2 * shortLived
    }

    /// 1 for equal numbers, 0 when one is missing.
    static func balance(_ a: Double, _ b: Double) -> Double { a + b > 0 ? 2 * min(a, b) / (a + b) : 0 }
}

/// How much like market making the traded volume was; every part in 0...1.
struct FlowParts: Hashable, Sendable {
    /// How far the aggressors' balance 2 min(b, s) / (b + s) is above `leastBalance`, of the way to 1.
    var balanced: Double
    /// How far the share of the strike's pressure that came as straddles is above `leastStraddle`, of the way to 1.
    var straddled: Double
    /// 1 - |sum of d| / sum of |d| over the pieces' d = bought - sold: pressure that was taken back, as inventory is.
    var reversed: Double

    /// The balance of the ratio 2 : 1, from which a window is under pressure; up to there it is no sign of a market maker.
    static let leastBalance = 2.0 / 3
    /// Below half, most of the pressure at the strike is something else than a straddle.
    static let leastStraddle = 0.5
    /// Trades at which balance and reversal count half: a bought and a sold contract are perfectly balanced and mean nothing.
    static let halfTrades = 4.0

    init(_ taken: TakenFlow) {
        let bought = Double(taken.bought)
        let sold = Double(taken.sold)
        let weight = Double(taken.trades) / (Double(taken.trades) + Self.halfTrades)
        balanced = weight * Self.above(Self.leastBalance, QuotingParts.balance(bought, sold))
        let swing = Double(taken.swing)
        reversed = swing > 0 ? weight * max(0, 1 - abs(bought - sold) / swing) : 0
        // Both swings together are at least twice what was taken in step.
        let pressure = swing + Double(taken.otherSwing)
        straddled = pressure > 0 ? Self.above(Self.leastStraddle, 2 * Double(taken.inStep) / pressure) : 0
    }

    init(balanced: Double, straddled: Double, reversed: Double) {
        self.balanced = balanced
        self.straddled = straddled
        self.reversed = reversed
    }

    /// Balance or straddles alone can make it 1: 1 - (1 - balanced) (1 - straddled) (1 - reversed / 2). Reversal counts half, since a
    /// direction can also have been given up.
    var score: Double { 1 - (1 - balanced) * (1 - straddled) * (1 - 0.5 * reversed) }

    private static func above(_ least: Double, _ value: Double) -> Double {
        min(max((value - least) / (1 - least), 0), 1)
    }
}

/// The verdict on one instrument's window.
///
/// Probability = flow x (0.6 + 0.4 x quoting), where quoting is 0.5 when unknown; in 0...1, reaching both, and rising with each part.
///
/// Why a product. In options, market makers quote every strike all the time and cancel nearly all they quote, whoever trades with
/// them: an institution that buys 2,000 calls takes them from exactly such quotes. So quoting says that market makers are there, not
/// whose idea the trade was, and added up it would condemn every instrument alike. The question is whether the *traded* volume is
/// like theirs. A market maker's own trades come back to where they began: bought and sold in balance, pressure of one minute taken
/// back in the next (inventory), or hedged inside the strike by the other right (a straddle, which bets on volatility and not on a
/// direction). An institution's do none of this. Therefore the flow decides and the quoting only says how far to believe it: a
/// flow without such signs has probability 0 however it is quoted, and one with all of them 0.6 even where nobody is
/// seen to quote, because a balanced flow has no direction to follow either.
///
/// With the limit at 0.3 and usual quoting of 0.8 a flow above 0.33 is rejected: of 40 trades in balance alone, one with less than about
/// 1.54 contracts on the stronger side for one on the weaker.
struct MarketMakingVerdict: Hashable, Sendable {
    let activity: QuoteActivity
    /// Nil when there were too few updates to tell, or no order events at all.
    let quoting: QuotingParts?
    let flow: FlowParts
    /// In 0...1.
    let probability: Double
    /// More updates in one second than `stuffingPerSecond`.
    let isStuffed: Bool
    /// Orders of one side were added at several prices and cancelled together.
    let isLayered: Bool

    static func probability(quoting: QuotingParts?, flow: FlowParts) -> Double {
        min(max(flow.score * (0.6 + 0.4 * (quoting?.score ?? 0.5)), 0), 1)
    }
}

extension MarketMaking {
    /// Whose flow the window was.
    ///
    /// - Parameter other: the option of the same strike, expiry and underlying with the other right; nil for futures and where it
    ///   is not listed.
    /// - Complexity: O(`pieces`).
    func verdict(_ instrument: Int, other: Int?) -> MarketMakingVerdict {
        let activity = activity(instrument)
        let quoting = QuotingParts(activity, rules)
        let flow = FlowParts(taken(instrument, other: other))
        return MarketMakingVerdict(
            activity: activity, quoting: quoting, flow: flow,
            probability: MarketMakingVerdict.probability(quoting: quoting, flow: flow),
            isStuffed: activity.peakPerSecond > rules.stuffingPerSecond, isLayered: activity.layers > 0)
    }

    /// The verdict's probability alone, at less cost.
    func probability(_ instrument: Int, other: Int?) -> Double {
        let flow = FlowParts(taken(instrument, other: other))
        // Without signs of a market maker in the flow it does not matter how the instrument was quoted.
        guard flow.score > 0 else { return 0 }
        return MarketMakingVerdict.probability(quoting: QuotingParts(activity(instrument), rules), flow: flow)
    }

    /// Whether a signal on a flow of this probability must not be sent.
    func rejects(_ probability: Double) -> Bool { probability > rules.limit.number }
}
