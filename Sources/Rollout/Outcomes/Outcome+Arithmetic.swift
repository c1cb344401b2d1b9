internal import MarketData
internal import Signals

/// The one place where fills become money and R. Whole numbers only; every rounding is
/// against the engine; what does not fit is the nearest that does.
extension Outcome {
    /// The same outcome with risk, profit, R and the flag `clipped` made again from its fills, stop and definition.
    ///
    /// A row is right when this equals it.
    public func recomputed(under terms: OutcomeTerms) -> Outcome {
        var outcome = self
        outcome.flags.remove(.clipped)
        outcome.riskMicros = 0
        outcome.profitMicros = 0
        outcome.rMicros = 0
        outcome.adverseRMicros = 0
        guard isResolved, let entry, let exit, let stop else { return outcome }
        let distance = Int128(entry.price.nanos) - Int128(stop.nanos)
        let floor = Int128(terms.riskFloorTicks) * Int128(tickNanos)
        let riskNanos = Int64(clamping: max(abs(distance), floor, 1))
        outcome.riskMicros = max(1, micros(riskNanos))
        let gain = Int128(exit.price.nanos) - Int128(entry.price.nanos)
        let gross = micros(Int64(clamping: direction == .long ? gain : -gain))
        let slippage = Int64(clamping: Int128(terms.slippageTicks) * Int128(tickNanos))
        let costs = 2 * (Int128(terms.costPerSideMicros) - Int128(micros(Int64(clamping: -Int128(slippage)))))
        outcome.profitMicros = Int64(clamping: Int128(gross) - costs)
        let r = Self.ratioMicros(outcome.profitMicros, outcome.riskMicros)
        outcome.rMicros = min(max(r, terms.rMicrosRange.lowerBound), terms.rMicrosRange.upperBound)
        if r != outcome.rMicros { outcome.flags.insert(.clipped) }
        outcome.adverseRMicros = Self.ratioMicros(adverseNanos, riskNanos)
        return outcome
    }

    /// Micro-dollars of a price difference in 1e-9, for one contract, rounded down.
    private func micros(_ nanos: Int64) -> Int64 {
        Int64(clamping: Self.floorDivide(Int128(nanos) * Int128(multiplierNanos), 1_000_000_000_000))
    }

    private static func ratioMicros(_ value: Int64, _ unit: Int64) -> Int64 {
        Int64(clamping: floorDivide(Int128(value) * 1_000_000, Int128(unit)))
    }

    /// - Precondition: `divisor` is above 0.
    private static func floorDivide(_ value: Int128, _ divisor: Int128) -> Int128 {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
