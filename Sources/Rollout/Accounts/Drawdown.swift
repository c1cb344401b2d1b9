/// How far a curve of equity lies below the highest it reached. Micro-dollars or micro-R.
struct Drawdown: Hashable, Sendable {
    private(set) var peak: Int64
    /// Below the peak now, at least 0.
    private(set) var current: Int64 = 0
    /// The most that was ever below a peak before it.
    private(set) var deepest: Int64 = 0

    init(from start: Int64 = 0) { peak = start }

    mutating func reach(_ equity: Int64) {
        peak = max(peak, equity)
        current = peak.subtractingClamped(equity)
        deepest = max(deepest, current)
    }
}
