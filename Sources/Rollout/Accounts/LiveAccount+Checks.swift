internal import MarketData
public import Signals

extension LiveAccount {
    /// Why a signal may not become live; raw values follow `risk.` in journals. In the order in which they are asked.
    public enum Refusal: String, Hashable, Sendable, CaseIterable {
        /// Nobody said what a point of this contract is worth.
        case pointValue = "point-value"
        /// Target or stop is not beyond the price on its side.
        case side
        /// Not one contract: too little confidence, too much risk, or no equity.
        case size
        /// With it, the net position of the underlying would be too large, or could become so: its longs and its shorts are each
        /// within the limit, so that the net stays within it whichever ends first.
        case maxContracts = "max-contracts"
        /// As many live signals are open as may be.
        case openPositions = "open-positions"
        /// The session lost too much already, open positions included.
        case dailyLoss = "daily-loss"
        /// The equity lies too far below its highest.
        case drawdown
        /// With it, open positions would be worth too much.
        case exposure
    }

    enum Verdict {
        case sized(Lot)
        case refused(Refusal)
    }

    /// What the terms have against a signal; nil lets it pass.
    public func check(_ signal: Signal) -> Refusal? {
        // The arm does not matter: limits are the account's, not an engine's.
        if case .refused(let refusal) = verdict(.baseline, signal) { refusal } else { nil }
    }

    /// The first rule that stands against the signal, else what it becomes.
    func verdict(_ arm: Arm, _ signal: Signal) -> Verdict {
        guard let pointValue = terms.pointValueMicros(of: signal.symbol) else { return .refused(.pointValue) }
        guard let distances = Distances(signal) else { return .refused(.side) }
        let size = contracts(confidence: signal.confidence, distances, pointValueMicros: pointValue)
        guard size > 0 else { return .refused(.size) }
        let lot = Lot(
            arm: arm, id: signal.id, contracts: signal.direction == .long ? size : -size, entry: signal.price,
            pointValueMicros: pointValue)
        let sameSide = holdings[signal.underlyingID]?.contracts(on: signal.direction) ?? 0
        if sameSide + size > terms.maxContracts { return .refused(.maxContracts) }
        if openPositions >= terms.openPositions { return .refused(.openPositions) }
        if let limit = terms.dailyLossMicros, openingEquityMicros.subtractingClamped(equityMicros) >= limit {
            return .refused(.dailyLoss)
        }
        if let limit = terms.drawdownMicros, drawdownMicros >= limit { return .refused(.drawdown) }
        if let limit = terms.exposureMicros {
            var after = self
            after.open(lot, signal)
            if after.exposureMicros > limit { return .refused(.exposure) }
        }
        return .sized(lot)
    }

    /// floor(equity x min(f, cap) / risk of one contract), at least 0, where f = p - (1 - p) / b is what Kelly stakes on a win of
    /// b times the stake with probability p, here the confidence (Kelly, Bell System Technical Journal 35:917, 1956).
    private func contracts(confidence p: Double, _ distances: Distances, pointValueMicros: Int64) -> Int {
        let b = Double(distances.win) / Double(distances.loss)
        let fraction = min(p - (1 - p) / b, terms.kellyCap)
        guard (0...1).contains(p), fraction > 0 else { return 0 }
        // Risk is rounded up: what is less than a micro-dollar is one.
        let riskMicros = (-distances.loss).micros(pointValueMicros: pointValueMicros).magnitude
        let size = (Double(equityMicros) * fraction / Double(riskMicros)).rounded(.down)
        return size >= 1 ? Int(min(size, Double(Int32.max))) : 0
    }

    /// From a signal's price to its target and its stop, 1e-9, above 0.
    private struct Distances {
        let win: Int64
        let loss: Int64

        /// Nil when either lies on the wrong side or at the price.
        init?(_ signal: Signal) {
            let sign: Int64 = signal.direction == .long ? 1 : -1
            win = signal.target.nanos.subtractingClamped(signal.price.nanos).multipliedClamped(by: sign)
            loss = signal.price.nanos.subtractingClamped(signal.stop.nanos).multipliedClamped(by: sign)
            guard win > 0, loss > 0 else { return nil }
        }
    }
}
