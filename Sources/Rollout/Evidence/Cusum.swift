internal import Glibc

/// Whether the candidate's time to answer drifts up beside the baseline's for the same input.
///
/// A one-sided cumulative sum of the log-ratio in standard deviations (Page 1954). The first samples, those of the shadow
/// stage, say what is usual. Samples should be independent: minutes or half hours rather than neighbouring marks.
public struct Cusum: Hashable, Sendable {
    /// The usual log-ratio.
    public struct Reference: Hashable, Sendable {
        /// Its median.
        public var middle: Double
        /// Its standard deviation as the median absolute deviation tells it, above 0.
        public var deviation: Double

        public init(middle: Double, deviation: Double) {
            self.middle = middle
            self.deviation = deviation
        }
    }

    /// h, in standard deviations. With k = 0.5, a known reference and independent normal samples, 5 gives a false alarm in 931
    /// samples on average and finds a shift of one standard deviation in 10; 4 gives 335 and 8 (Brook and Evans 1972).
    public let level: Double
    /// k, in standard deviations: half of the shift to be found.
    private let slack: Double
    private let referenceSamples: Int
    private var gathered: [Double] = []
    private var sum = 0.0

    /// Nil while samples are gathered for it.
    public private(set) var reference: Reference?

    /// - Parameters:
    ///   - referenceSamples: at least 2. The fewer, the less sure the run length: simulated with 100, one in ten references
    ///     gives a false alarm above 5 within 59 samples, with 1,000 within 103. While most of the newest so many are equal there is no deviation to measure by, and
    ///     more are awaited.
    ///   - reference: one known already.
    public init(level: Double = 5, slack: Double = 0.5, referenceSamples: Int = 100, reference: Reference? = nil) {
        self.level = level
        self.slack = slack
        self.referenceSamples = referenceSamples
        self.reference = reference
    }

    /// Adds how long both took to answer the same input; less than a nanosecond counts as one.
    public mutating func observe(candidateNanos: UInt64, baselineNanos: UInt64) {
        let ratio = log(Double(max(candidateNanos, 1)) / Double(max(baselineNanos, 1)))
        guard let reference else { return gather(ratio) }
        let standardised = (ratio - reference.middle) / reference.deviation
        // Heavy tails: no single sample says more than 4 standard deviations.
        sum = max(0, sum + min(max(standardised, -4), 4) - slack)
    }

    /// C, in standard deviations; nil without a reference.
    public var value: Double? { reference == nil ? nil : sum }

    /// Whether the candidate has become slower; nil without a reference.
    public var isAlarming: Bool? { value.map { $0 > level } }

    /// After an alarm was dealt with: waits for the next one, with the same reference.
    public mutating func restart() { sum = 0 }

    private mutating func gather(_ ratio: Double) {
        gathered.append(ratio)
        if gathered.count > referenceSamples { gathered.removeFirst() }
        guard gathered.count == referenceSamples else { return }
        let middle = Self.median(gathered)
        // A normal distribution's standard deviation is 1.4826 times its median absolute deviation.
        let deviation = 1.4826 * Self.median(gathered.map { abs($0 - middle) })
        guard deviation > 0 else { return }
        reference = Reference(middle: middle, deviation: deviation)
        gathered = []
    }

    private static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        let half = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
    }
}
