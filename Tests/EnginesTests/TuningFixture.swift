import MarketData
import Signals

@testable import Engines

/// Signals of a made-up journal that follow the defaults of IFD v3.0 unless told otherwise.
struct TuningJournal {
    var observations: [TuningObservation] = []

    /// - Parameters:
    ///   - day: of November 2026.
    ///   - ratio: of the stronger side to the weaker.
    ///   - r: profit, R.
    mutating func add(
        day: Int, ratio: Double = 4, volume: Int64 = 300, confidence: Double = 0.75, action: Signal.Action? = nil,
        r: Double, cost: Double = 0.02
    ) {
        guard let session = CivilDate(year: 2026, month: 11, day: day) else { return }
        let sign: Double = observations.count % 2 == 0 ? 1 : -1
        observations.append(
            TuningObservation(
                features: [
                    "buy_volume": .integer(volume - volume / 3 - 10), "sell_volume": .integer(volume / 3),
                    "unsided_volume": .integer(10), "log_ratio": .number(sign * PortableMath.log(ratio)),
                    "trades": .integer(7), "raw_confidence": .number(confidence),
                ],
                confidence: confidence, action: action ?? (confidence >= 0.7 ? .buy : .monitor),
                rMicros: Int64(r * 1_000_000), costMicros: Int64(cost * 1_000_000), session: session))
    }

    func report(_ configuration: String? = nil) throws -> TuningReport {
        try ThresholdTuning.report(configuration: configuration.map { Array($0.utf8) }, observations: observations)
    }
}

extension TuningReport {
    func proposal(_ parameter: TunedParameter) -> TuningProposal? { proposals.first { $0.parameter == parameter } }
}
