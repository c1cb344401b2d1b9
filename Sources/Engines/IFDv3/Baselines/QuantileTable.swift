/// Sketches merged for reading: quantiles and ranks in a few steps.
struct QuantileTable: Hashable, Sendable {
    /// Ascending.
    private let keys: [Int16]
    /// By bin: how many numbers lie in it or below.
    private let through: [UInt64]

    /// - Complexity: O(bins of all sketches + possible bins)
    init(merging sketches: [QuantileSketch]) {
        let largest = Int(QuantileSketch.largestKey)
        var counts = [UInt64](repeating: 0, count: 2 * largest + 1)
        for sketch in sketches {
            for bin in sketch.bins { counts[Int(bin.key) + largest] += UInt64(bin.count) }
        }
        var keys: [Int16] = []
        var through: [UInt64] = []
        var sum: UInt64 = 0
        for (index, count) in counts.enumerated() where count > 0 {
            sum += count
            keys.append(Int16(index - largest))
            through.append(sum)
        }
        self.keys = keys
        self.through = through
    }

    var count: UInt64 { through.last ?? 0 }

    /// The q-quantile to 1 %, as the paper defines it: the number at position floor(q (n - 1)), counted from 0. Nil
    /// without numbers.
    ///
    /// - Parameter q: in 0...1.
    func quantile(_ q: Double) -> Double? {
        guard let total = through.last else { return nil }
        let position = UInt64((min(max(q, 0), 1) * Double(total - 1)).rounded(.down))
        var low = 0
        var high = keys.count - 1
        while low < high {
            let middle = (low + high) / 2
            if through[middle] <= position { low = middle + 1 } else { high = middle }
        }
        return QuantileSketch.value(of: keys[low])
    }

    /// The part of the numbers below `x`, those in the bin of `x` counted half; in 0...1, nil without numbers.
    ///
    /// The mid-distribution function (Parzen, "Quantile Probability and Statistical Data Modeling", Statistical Science
    /// 19, 2004): a tie is neither above nor below.
    func rank(of x: Double) -> Double? {
        guard let total = through.last else { return nil }
        let key = QuantileSketch.key(of: x)
        var low = 0
        var high = keys.count
        while low < high {
            let middle = (low + high) / 2
            if keys[middle] < key { low = middle + 1 } else { high = middle }
        }
        let below = low == 0 ? 0 : through[low - 1]
        let same = low < keys.count && keys[low] == key ? through[low] - below : 0
        return (Double(below) + Double(same) / 2) / Double(total)
    }
}
