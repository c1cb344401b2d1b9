internal import Signals

extension Signal.Strength {
    /// 1 for MODERATE to 4 for EXTREME.
    var level: UInt8 {
        switch self {
        case .moderate: return 1
        case .high: return 2
        case .veryHigh: return 3
        case .extreme: return 4
        }
    }

    /// How much larger than usual a position is meant to be.
    var sizeMultiplier: Double {
        switch self {
        case .moderate: return 1
        case .high: return 1.5
        case .veryHigh: return 2
        case .extreme: return 3
        }
    }
}

extension Signal.Direction {
    /// STRONG for EXTREME only.
    func action(_ strength: Signal.Strength) -> Signal.Action {
        switch self {
        case .long: return strength == .extreme ? .strongBuy : .buy
        case .short: return strength == .extreme ? .strongSell : .sell
        }
    }
}
