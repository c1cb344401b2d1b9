internal import Histogram

/// How long many things took.
///
/// An HDR histogram of two significant digits in nanoseconds: a cell is at most 128 ns or 1/128 of its values wide, so a
/// percentile is never below the true one and above it by less than the larger of the two. Three digits would take eight
/// times the memory and journal for a figure nobody decides by: what decides are the counts at the four limits beside it,
/// which are exact.
///
/// 30 KB once something was recorded, next to nothing before.
package struct LatencyHistogram: Sendable {
    /// Longer times are counted in `clamped` and taken as this: 1 h.
    package static let highestNanos: UInt64 = 3_600_000_000_000
    /// Up to here samples are counted exactly: warning, target, critical and severe of the standard thresholds.
    static let limitMilliseconds = SIMD4<UInt64>(80, 100, 150, 300)
    static let limits = limitMilliseconds &* 1_000_000

    /// Times below this share the first cell.
    static let unitNanos: UInt64 = 128
    /// Copied at the first sample; the library takes eight times as long to make a new one.
    private static let empty = Histogram<UInt64>(
        lowestDiscernibleValue: unitNanos, highestTrackableValue: highestNanos, numberOfSignificantValueDigits: .two)

    var cells = Self.empty
    /// Samples at most as long as each of `limits`.
    var within = SIMD4<Int64>.zero
    /// Of all samples, nanoseconds; stays at the largest number once it would pass it, after 584 years.
    var sum: UInt64 = 0
    var smallest = UInt64.max
    var largest: UInt64 = 0
    /// What never arrived: slow in every share, and beyond every sample in the percentiles.
    package internal(set) var lost = 0
    /// Samples longer than an hour.
    package internal(set) var clamped = 0

    package init() {}

    package mutating func record(_ nanos: UInt64, count: Int = 1) {
        guard count > 0 else { return }
        if nanos > Self.highestNanos { clamped += count }
        let value = min(nanos, Self.highestNanos)
        cells.record(value, count: UInt64(count))
        within &+= SIMD4(repeating: Int64(count)).replacing(with: 0, where: Self.limits .< value)
        add(sum: value.multipliedReportingOverflow(by: UInt64(count)))
        smallest = min(smallest, value)
        largest = max(largest, value)
    }

    package mutating func recordLost(count: Int = 1) { lost += max(0, count) }

    package mutating func merge(_ other: LatencyHistogram) {
        if other.measured > 0 { cells.add(other.cells) }
        within &+= other.within
        add(sum: (other.sum, false))
        smallest = min(smallest, other.smallest)
        largest = max(largest, other.largest)
        lost += other.lost
        clamped += other.clamped
    }

    private mutating func add(sum more: (partialValue: UInt64, overflow: Bool)) {
        let (total, overflow) = sum.addingReportingOverflow(more.partialValue)
        sum = overflow || more.overflow ? .max : total
    }
}

extension LatencyHistogram {
    /// Samples and what was lost.
    package var count: Int { measured + lost }
    /// Samples.
    package var measured: Int { Int(cells.totalCount) }
    package var isEmpty: Bool { count == 0 }

    /// Exact; nil without a sample.
    package var minNanos: UInt64? { measured > 0 ? smallest : nil }
    /// Exact, at most an hour; nil without a sample.
    package var maxNanos: UInt64? { measured > 0 ? largest : nil }
    /// Exact; nil without a sample.
    package var meanNanos: Double? { measured > 0 ? Double(sum) / Double(measured) : nil }

    /// How many took at most that long.
    ///
    /// Exact at 80, 100, 150 and 300 ms. Elsewhere samples that share the limit's cell count as longer, and `clamped`
    /// ones always do, so that the error, at most 1/128 of the limit, is never in our favour.
    package func count(atMost nanos: UInt64) -> Int {
        for index in 0..<4 where Self.limits[index] == nanos { return Int(within[index]) }
        if nanos >= largest { return measured - clamped }
        var count = 0
        forEachCell { _, highest, samples in if highest <= nanos { count += samples } }
        return count
    }

    /// The share of all that took at most that long, what was lost being longer; nil when there was nothing.
    package func share(atMost nanos: UInt64) -> Double? {
        isEmpty ? nil : Double(count(atMost: nanos)) / Double(count)
    }

    /// Calls `body` with the lowest and the highest time of each cell that has samples, in rising order.
    ///
    /// The library's own iterators trap when the times add up to more than 584 years, which five million samples of an
    /// hour do; this is also faster.
    func forEachCell(_ body: (_ lowest: UInt64, _ highest: UInt64, _ samples: Int) -> Void) {
        guard measured > 0 else { return }
        var lowest = smallest & ~(Self.cellWidth(smallest) - 1)
        while lowest <= largest {
            let next = lowest + Self.cellWidth(lowest)
            let samples = cells.countForValue(lowest)
            if samples > 0 { body(lowest, next - 1, Int(samples)) }
            lowest = next
        }
    }

    /// Of the cell that holds `nanos`: 128 ns below 32.768 µs, and from there on twice as much with each doubling. Cells
    /// begin at multiples of it. Asking the library costs a copy of it for each cell.
    static func cellWidth(_ nanos: UInt64) -> UInt64 { 1 << UInt64(max(7, 56 - nanos.leadingZeroBitCount)) }
}
