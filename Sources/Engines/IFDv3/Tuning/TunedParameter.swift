/// A threshold that `tune` may move, with the name of its key.
public enum TunedParameter: String, Sendable, Hashable, CaseIterable, Encodable {
    case minPressureRatio = "min_pressure_ratio"
    case minTotalVolume = "min_total_volume"
    case minConfidence = "min_confidence"
    /// From where on a signal is more than monitored.
    case high = "confidence_thresholds.high"

    /// What a proposal stays within.
    var bounds: ClosedRange<Micros> {
        switch self {
        case .minPressureRatio: return Micros(1.2)...Micros(5.0)
        case .minTotalVolume: return Micros(10.0)...Micros(500.0)
        case .minConfidence: return Micros(0.5)...Micros(0.95)
        case .high: return Micros(0.5)...Micros(0.9)
        }
    }

    /// How far one proposal goes.
    var step: Micros {
        switch self {
        case .minPressureRatio: return Micros(0.2)
        case .minTotalVolume: return Micros(10.0)
        case .minConfidence, .high: return Micros(0.05)
        }
    }
}

extension Micros {
    /// The shortest decimal, as in a configuration: `2.2`, `125`.
    var decimal: String {
        let fraction = value.magnitude % 1_000_000
        let sign = value < 0 ? "-" : ""
        guard fraction > 0 else { return "\(sign)\(value.magnitude / 1_000_000)" }
        var digits = String(String(fraction + 1_000_000).dropFirst())
        while digits.last == "0" { digits.removeLast() }
        return "\(sign)\(value.magnitude / 1_000_000).\(digits)"
    }
}

/// The thresholds in force, and which readings pass them.
struct Thresholds: Hashable, Sendable {
    private(set) var minPressureRatio: Micros
    private(set) var minTotalVolume: Micros
    private(set) var minConfidence: Micros
    private(set) var high: Micros
    /// Of `minPressureRatio`, made the way the engine makes it, so that both compare alike.
    private var minLogRatio: Double

    init(_ configuration: IFDv3Configuration) {
        minPressureRatio = configuration.minPressureRatio
        minTotalVolume = Micros(configuration.minTotalVolume * 1_000_000)
        minConfidence = configuration.minConfidence
        high = configuration.levels.high
        minLogRatio = configuration.minLogRatio
    }

    subscript(parameter: TunedParameter) -> Micros {
        get {
            switch parameter {
            case .minPressureRatio: return minPressureRatio
            case .minTotalVolume: return minTotalVolume
            case .minConfidence: return minConfidence
            case .high: return high
            }
        }
        set {
            switch parameter {
            case .minPressureRatio:
                minPressureRatio = newValue
                minLogRatio = PortableMath.log(newValue.number)
            case .minTotalVolume: minTotalVolume = newValue
            case .minConfidence: minConfidence = newValue
            case .high: high = newValue
            }
        }
    }

    /// Whether the engine says something at all.
    func speaks(_ reading: ThresholdReading) -> Bool {
        reading.logRatio >= minLogRatio && reading.volume >= minTotalVolume.value / 1_000_000
            && reading.confidence >= minConfidence.number
    }

    /// Whether it is more than monitored.
    func acts(_ reading: ThresholdReading) -> Bool { speaks(reading) && reading.level >= high.number }
}
