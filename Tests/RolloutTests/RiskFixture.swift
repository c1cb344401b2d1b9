import MarketData
import Rollout
import Signals

/// A position in NQ of the root `NQ`: a point is $20.
func riskOrder(
    _ direction: Signal.Direction = .long, _ id: String = "s", price: Double = 20_000, win: Double = 20,
    loss: Double = 10, confidence: Double = 0.6, on underlying: UInt32 = 1, symbol: String = "NQZ6"
) -> Signal {
    let sign: Double = direction == .long ? 1 : -1
    return Signal(
        id: id, cause: 0, tsEvent: at(noon), instrumentID: InstrumentID(77), symbol: symbol,
        underlyingID: InstrumentID(underlying), direction: direction, action: direction == .long ? .buy : .sell,
        strength: .high, confidence: confidence, price: Price(nanos: points(price)),
        target: Price(nanos: points(price + sign * win)), stop: Price(nanos: points(price - sign * loss)),
        horizonSeconds: 60)
}

/// - Parameter profit: dollars of one contract; nil is unresolvable.
func riskOutcome(_ signal: Signal, of arm: Arm = .candidate, profit: Double?, at price: Double? = nil) -> Outcome {
    var end = outcome(of: signal, arm)
    end.kind = profit == nil ? .unresolvable(.noEntry) : .target
    end.profitMicros = accountMicros(profit ?? 0)
    end.rMicros = profit == nil ? 0 : 1_000_000
    if let price { end.exit = Outcome.Fill(index: 1, time: outcomeTime(1), price: Price(nanos: points(price))) }
    return end
}
