internal import MarketData

/// What a judgement rests on, as numbers and as text.
public struct BaselineExplanation: Hashable, Sendable {
    /// One number of the window beside its history.
    public struct Measure: Hashable, Sendable {
        public let value: Double
        public let z: Double
        /// In 0...1.
        public let rank: Double
        /// Of the estimate, after pooling.
        public let mean: Double
        public let deviation: Double
        /// Of the key's windows alone; nil without, `keyDeviation` below two.
        public let keyMean: Double?
        public let keyDeviation: Double?
        /// At `quantiles`, of the key's windows, or of the class's when the key has none; empty without any history.
        public let quantileValues: [Double]
    }

    public static let quantiles: [Double] = [0.05, 0.25, 0.5, 0.75, 0.95, 0.99]

    public let key: String
    /// Windows of the key, of its class, and what the prior weighs as much as.
    public let windows: UInt64
    public let classWindows: UInt64
    public let priorWindows: Int64
    /// Closed sessions merged, the first and the last; nil without any.
    public let sessions: Int
    public let firstSession: String?
    public let lastSession: String?
    public let logRatio: Measure
    public let logVolume: Measure
}

extension BaselineHistory {
    func explain(_ key: BaselineKey, logRatio: BaselineJudgement, logVolume: BaselineJudgement) -> BaselineExplanation {
        let cell = cells[key.number]
        let pool = pools[Int(key.instrumentClass.rawValue)]
        return BaselineExplanation(
            key: key.description, windows: cell?.logRatio.seen.count ?? 0, classWindows: pool.logRatio.seen.count,
            priorWindows: Int64(priorWindows), sessions: sessions.count, firstSession: sessions.first?.description,
            lastSession: sessions.last?.description,
            logRatio: Self.explain(logRatio, cell?.logRatio, pool.logRatio),
            logVolume: Self.explain(logVolume, cell?.logVolume, pool.logVolume))
    }

    private static func explain(
        _ judgement: BaselineJudgement, _ cell: Merged?, _ pool: Merged
    ) -> BaselineExplanation.Measure {
        let estimate = cell?.estimate ?? pool.estimate
        let table = cell?.table ?? pool.table
        return BaselineExplanation.Measure(
            value: judgement.value, z: judgement.z, rank: judgement.rank, mean: estimate.mean,
            deviation: estimate.deviation, keyMean: cell?.seen.mean,
            keyDeviation: cell?.seen.variance?.squareRoot(),
            quantileValues: BaselineExplanation.quantiles.compactMap { table.quantile($0) })
    }
}

extension BaselineExplanation: CustomStringConvertible {
    public var description: String {
        let span = firstSession.flatMap { first in lastSession.map { ", \(first) to \($0)" } } ?? ""
        return """
            key         \(key) (time of the exchange)
            windows     \(windows) of this key, \(classWindows) of its class, prior as \(priorWindows)
            sessions    \(sessions)\(span)
            log-ratio   \(logRatio)
            log-volume  \(logVolume)
            """
    }
}

extension BaselineExplanation.Measure: CustomStringConvertible {
    public var description: String {
        let text = PortableMath.threeDigits
        let own = keyMean.map { "; key alone mean \(text($0)) sd \(keyDeviation.map(text) ?? "none")" } ?? ""
        let listed = zip(BaselineExplanation.quantiles, quantileValues).map {
            "p\(Int(($0 * 100).rounded())) \(text($1))"
        }
        return "\(text(value)) z \(text(z)) rank \(text(rank)) mean \(text(mean)) sd \(text(deviation))\(own); "
            + (listed.isEmpty ? "no quantiles" : listed.joined(separator: " "))
    }
}
