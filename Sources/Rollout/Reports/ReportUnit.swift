internal import Monitors

/// What a number in a report counts.
public enum ReportUnit: String, Hashable, Sendable, Encodable {
    case sessions, signals, seconds
    case halfHours = "half hours"
    /// An e-value or another sum of bets: evidence against what is to be refuted.
    case evidence = "E"
    case r = "R"
    /// 0...1
    case share
    case dollars
    case ratio
    case deviations = "standard deviations"
    /// 0 or 1.
    case flag

    /// Without the unit, which a heading or a neighbour has.
    ///
    /// - Parameter threshold: gets the value as many places more as tell it apart, up to four.
    func text(_ value: Double, against threshold: Double? = nil) -> String {
        for more in 0..<4 {
            let text = spelt(value, more: more)
            guard let threshold, threshold != value, text == spelt(threshold, more: more) else { return text }
        }
        return spelt(value, more: 4)
    }

    private func spelt(_ value: Double, more: Int) -> String {
        switch self {
        case .evidence: Self.evidence(value)
        case .r: Self.signed(value, places: 2 + more)
        case .share: NumberFormat.percent(value, places: 1 + more)
        case .dollars: NumberFormat.dollars(micros: Int64(exactly: (value * 1e6).rounded()))
        case .deviations, .ratio: NumberFormat.number(value, places: 2 + more)
        case .flag: value == 0 ? "no" : "yes"
        case .sessions, .signals, .seconds, .halfHours: NumberFormat.number(value, places: 0)
        }
    }

    func text(_ value: Double?, against threshold: Double? = nil) -> String {
        value.map { text($0, against: threshold) } ?? NumberFormat.unknown
    }

    /// Cut, not rounded: what has not passed its threshold never reads as if it had.
    private static func evidence(_ value: Double) -> String {
        if value >= 1e6 { return "over 1,000,000" }
        if value < 0.001 { return "below 0.001" }
        let places = value >= 100 ? 0 : value >= 10 ? 1 : value >= 0.1 ? 2 : 4
        let power = (0..<places).reduce(1.0) { power, _ in power * 10 }
        // What a division left a hair below a whole number is that number.
        let cut = (value * power * (1 + 1e-12)).rounded(.down) / power
        return cut == cut.rounded() ? NumberFormat.number(cut, places: 0) : NumberFormat.number(cut, places: places)
    }

    /// `+0.41`
    static func signed(_ value: Double, places: Int = 2) -> String {
        let text = NumberFormat.number(value, places: places)
        return value > 0 && text.contains(where: { ("1"..."9").contains($0) }) ? "+" + text : text
    }
}

extension Measured.Kind {
    var unit: ReportUnit {
        switch self {
        case .latencyDrift: .deviations
        case .cost: .dollars
        default: .share
        }
    }

    /// What one of the unit is in what is journaled.
    var scale: Double { self == .latencyDrift ? 1e3 : 1e6 }
}

extension ReportUnit {
    public init(_ unit: SuccessMetric.Unit) {
        self =
            switch unit {
            case .share: .share
            case .ratio: .ratio
            case .r: .r
            case .dollars: .dollars
            }
    }
}
