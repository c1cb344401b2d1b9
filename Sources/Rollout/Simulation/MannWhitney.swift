/// Two samples, compared as Kayenta's judge does: by where the ranks of one lie among the other's.
///
/// Normal approximation with correction for ties and continuity, and the shift between both by inverting it, as R's
/// `wilcox.test` does with `exact = FALSE`. Source of the label's rule: Kayenta, `MannWhitneyClassifier`.
struct MannWhitney: Hashable, Sendable {
    enum Direction: Hashable, Sendable { case up, down }

    /// The 0.99 point of the normal distribution: 98 % of it lie between this and its negative.
    static let within98 = 2.326_347_874_040_841

    /// Both ascending, millionths.
    private var baseline: [Int64] = []
    private var candidate: [Int64] = []

    mutating func insert(baseline value: Int64) { Self.insert(value, &baseline) }
    mutating func insert(candidate value: Int64) { Self.insert(value, &candidate) }

    private static func insert(_ value: Int64, _ sorted: inout [Int64]) {
        var (low, high) = (0, sorted.count)
        while low < high {
            let middle = (low + high) / 2
            if sorted[middle] <= value { low = middle + 1 } else { high = middle }
        }
        sorted.insert(value, at: low)
    }

    /// How far the candidate's ranks lie above what chance would give after taking `shift` off its values, in standard
    /// deviations; 0 where all values are the same.
    func z(shift: Int64 = 0) -> Double {
        let (m, n) = (Double(candidate.count), Double(baseline.count))
        guard m > 0, n > 0 else { return 0 }
        let (twiceBelow, ties) = rankSums(shift)
        let above = Double(twiceBelow) / 2 - m * n / 2
        let total = m + n
        let variance = m * n / 12 * (total + 1 - ties / (total * (total - 1)))
        guard variance > 0 else { return 0 }
        let correction = above > 0 ? 0.5 : above < 0 ? -0.5 : 0
        return (above - correction) / variance.squareRoot()
    }

    /// Twice the pairs in which the candidate's value is the higher one, equal ones half; and the sum of t^3 - t over values
    /// that occur t times.
    private func rankSums(_ shift: Int64) -> (twiceBelow: Int, ties: Double) {
        var (below, twiceBelow, ties) = (0, 0, 0.0)
        var (i, j) = (0, 0)
        while i < candidate.count || j < baseline.count {
            let value = min(
                i < candidate.count ? candidate[i] - shift : .max, j < baseline.count ? baseline[j] : .max)
            let (firstCandidate, firstBaseline) = (i, j)
            while i < candidate.count, candidate[i] - shift == value { i += 1 }
            while j < baseline.count, baseline[j] == value { j += 1 }
            let (ours, theirs) = (i - firstCandidate, j - firstBaseline)
            twiceBelow += ours * (2 * below + theirs)
            below += theirs
            let same = Double(ours + theirs)
            ties += same * same * same - same
        }
        return (twiceBelow, ties)
    }

    /// The largest shift, in millionths, at which z is still above `level`; `isStrict: false` takes z equal to it too.
    private func shift(whereAbove level: Double, isStrict: Bool = true) -> Int64 {
        guard let lowest = candidate.first, let highest = candidate.last, let bottom = baseline.first,
            let top = baseline.last
        else { return 0 }
        var (low, high) = (lowest - top - 1, highest - bottom + 1)
        while low + 1 < high {
            let middle = low + (high - low) / 2
            let z = z(shift: middle)
            if z > level || (!isStrict && z == level) { low = middle } else { high = middle }
        }
        return low
    }

    /// The Hodges-Lehmann estimate of the shift, in millionths: z is 0 between the two middle differences.
    var estimate: Double { Double(shift(whereAbove: 0)) / 2 + Double(shift(whereAbove: 0, isStrict: false)) / 2 }

    /// Whether the candidate is high (`up`) or low: the bound that is nearer to 0 keeps more than a quarter of the estimated
    /// shift away from it, which is to say that a shift of a quarter is refuted too. Kayenta's sizes of an effect allow
    /// everything by default.
    ///
    /// - Parameter quantile: of the normal distribution, for each bound.
    func isShifted(_ direction: Direction, quantile: Double = Self.within98) -> Bool {
        let sign = direction == .up ? 1.0 : -1
        // Most samples are not, and this is cheap to see.
        guard sign * z() > quantile else { return false }
        return sign * z(shift: Int64((sign * 0.25 * abs(estimate)).rounded())) > quantile
    }
}
