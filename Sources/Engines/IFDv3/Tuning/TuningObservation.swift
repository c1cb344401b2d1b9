public import MarketData
public import Signals

/// A signal of a journal and what became of it.
public struct TuningObservation: Hashable, Sendable {
    /// The signal's, by name.
    public var features: [String: Signal.Feature]
    /// In 0...1.
    public var confidence: Double
    public var action: Signal.Action
    /// Profit after costs in millionths of the risk.
    public var rMicros: Int64
    /// What its paper fills cost (commission, fees, slippage), in millionths of the risk.
    public var costMicros: Int64
    /// The exchange date of the signal.
    public var session: CivilDate

    public init(
        features: [String: Signal.Feature], confidence: Double, action: Signal.Action, rMicros: Int64,
        costMicros: Int64, session: CivilDate
    ) {
        self.features = features
        self.confidence = confidence
        self.action = action
        self.rMicros = rMicros
        self.costMicros = costMicros
        self.session = session
    }
}

/// What thresholds look at of an observation.
///
/// Features are taken by name, never by position.
struct ThresholdReading: Hashable, Sendable {
    /// Of the stronger side to the weaker, as a logarithm.
    let logRatio: Double
    /// Contracts.
    let volume: Int64
    let confidence: Double
    /// What the level was read from: the lower of score and confidence.
    let level: Double
    let isActionable: Bool
    let sums: TuningSums

    /// Nil when a feature that a threshold reads is not there or cannot be.
    init?(_ observation: TuningObservation) {
        guard let ratio = Self.number(observation.features["log_ratio"]),
            let bought = Self.contracts(observation.features["buy_volume"]),
            let sold = Self.contracts(observation.features["sell_volume"]),
            let unsided = Self.contracts(observation.features["unsided_volume"]),
            let score = Self.number(observation.features["raw_confidence"]),
            (0...1).contains(observation.confidence)
        else { return nil }
        logRatio = abs(ratio)
        volume = bought + sold + unsided
        confidence = observation.confidence
        level = min(observation.confidence, score)
        isActionable = observation.action != .monitor
        sums = TuningSums(rMicros: observation.rMicros, costMicros: observation.costMicros)
    }

    private static func number(_ feature: Signal.Feature?) -> Double? {
        switch feature {
        case .number(let value) where value.isFinite: return value
        case .integer(let value): return Double(value)
        default: return nil
        }
    }

    /// Nil below 0 and for what no market trades, so that sums stay in range.
    private static func contracts(_ feature: Signal.Feature?) -> Int64? {
        guard case .integer(let value)? = feature, (0...1_000_000_000_000).contains(value) else { return nil }
        return value
    }
}
