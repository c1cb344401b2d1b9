/// Sketches on their way to a table. One serves for any number of tables, one after another.
struct SketchSum: Sendable {
    private static let places = 2 * Int(QuantileSketch.largestKey) + 1
    private static let placeOfZero = Int(QuantileSketch.largestKey)

    /// By place: how often numbers fell into the bin with the key `place - placeOfZero`.
    private var counts = [UInt64](repeating: 0, count: places)
    /// A bit for each place whose count is not 0, since few of them are and a table asks for those in order.
    private var used = [UInt64](repeating: 0, count: (places + 63) / 64)

    mutating func add(_ sketch: QuantileSketch) {
        for bin in sketch.bins {
            let place = Self.placeOfZero + Int(bin.key)
            counts[place] += UInt64(bin.count)
            used[place / 64] |= 1 << UInt64(place % 64)
        }
    }

    fileprivate var binCount: Int { used.reduce(0) { $0 + $1.nonzeroBitCount } }

    /// Gives each bin that is not empty, ascending, and begins anew.
    fileprivate mutating func drain(_ body: (_ key: Int16, _ count: UInt64) -> Void) {
        for word in used.indices {
            while used[word] != 0 {
                let place = word * 64 + used[word].trailingZeroBitCount
                body(Int16(place - Self.placeOfZero), counts[place])
                counts[place] = 0
                used[word] &= used[word] - 1
            }
        }
    }
}

/// Sketches merged for reading: quantiles and ranks in a few steps.
struct QuantileTable: Hashable, Sendable {
    /// Ascending.
    private let keys: [Int16]
    /// By bin: how many numbers lie in it or below.
    private let through: [UInt64]

    /// Takes what was added to `sum`, and empties it.
    ///
    /// - Complexity: O(bins)
    init(_ sum: inout SketchSum) {
        var keys: [Int16] = []
        var through: [UInt64] = []
        var total: UInt64 = 0
        keys.reserveCapacity(sum.binCount)
        through.reserveCapacity(sum.binCount)
        sum.drain { key, count in
            total += count
            keys.append(key)
            through.append(total)
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

    /// The part of the numbers below a number, those in its bin counted half; in 0...1, nil without numbers.
    ///
    /// The mid-distribution function (Parzen, "Quantile Probability and Statistical Data Modeling", Statistical Science
    /// 19, 2004): a tie is neither above nor below.
    func rank(of number: BinnedNumber) -> Double? {
        guard let total = through.last else { return nil }
        let key = number.bin
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
