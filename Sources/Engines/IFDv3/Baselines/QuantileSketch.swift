/// Numbers counted in bins so narrow that quantiles are known to 1 % of their value.
///
/// DDSketch with logarithmic bins: Masson, Rim and Lee, "DDSketch: A Fast and Fully-Mergeable Quantile Sketch with
/// Relative-Error Guarantees", PVLDB 12 (2019), section 2. With gamma = (1 + a) / (1 - a), bin i holds gamma^(i-1) < x
/// <= gamma^i, and 2 gamma^i / (gamma + 1) stands for it. Negative numbers have the same bins mirrored, and one bin is
/// zero. The order of adding and merging changes nothing.
///
/// Bounded without the paper's collapsing: magnitudes up to 1e-3 count as zero, those above 1e3 as the largest bin,
/// which leaves 2 x 691 + 1 bins. Bin edges are a table of products, so that no logarithm decides where a number falls.
struct QuantileSketch: Hashable, Sendable {
    /// Of quantiles, for magnitudes above 1e-3 and up to 1e3.
    static let relativeError = 0.01

    /// `key` orders bins by the numbers they hold: 0 is zero, -k mirrors k.
    struct Bin: Hashable, Sendable {
        let key: Int16
        var count: UInt32
    }

    /// Ascending by key, no count is 0.
    private(set) var bins: [Bin] = []
    private(set) var count: UInt64 = 0

    init() {}

    /// As read from a file; the caller has checked order, range and counts.
    init(checked bins: [Bin]) {
        self.bins = bins
        count = bins.reduce(0) { $0 + UInt64($1.count) }
    }

    /// Counts a finite number; what is none is no observation.
    ///
    /// - Complexity: O(log bins) to find, O(bins) for the first number of a bin.
    mutating func add(_ number: BinnedNumber) {
        guard number.value.isFinite else { return }
        let key = number.bin
        let index = bins.partition(from: key)
        if index < bins.count, bins[index].key == key {
            // A session has far fewer windows than a bin can count; at the limit further ones are lost rather than
            // wrapped.
            guard bins[index].count < .max else { return }
            bins[index].count += 1
        } else {
            bins.insert(Bin(key: key, count: 1), at: index)
        }
        count += 1
    }
}

/// A number and the bin it falls into, which is looked up once for all that count the number or rank it.
struct BinnedNumber: Hashable, Sendable {
    let value: Double
    /// A key of `QuantileSketch`.
    let bin: Int16

    init(_ value: Double) {
        self.value = value
        bin = QuantileSketch.key(of: value)
    }
}

extension QuantileSketch {
    static let gamma = (1 + relativeError) / (1 - relativeError)
    /// Magnitudes up to this count as zero.
    static let zeroLimit = 1e-3
    /// Upper edges of the bins of keys 1, 2, ...; the last is the first above 1e3.
    static let edges: [Double] = {
        var edges: [Double] = []
        var edge = zeroLimit
        while edge < 1e3 {
            edge *= gamma
            edges.append(edge)
        }
        return edges
    }()
    static let largestKey = Int16(edges.count)

    static func key(of x: Double) -> Int16 {
        let magnitude = x.magnitude
        guard magnitude > zeroLimit else { return 0 }
        // The first edge not below the magnitude, or the last.
        let edges = edges
        var index = firstEdges[min(step(of: magnitude), firstEdges.count - 1)]
        while index < edges.count - 1, edges[index] < magnitude { index += 1 }
        let key = Int16(index + 1)
        return x < 0 ? -key : key
    }

    /// Where a search for an edge begins, by `step` of the magnitude: the first edge not below the step's numbers. A
    /// step spans at most 1/64 of them and so holds at most one edge.
    private static let firstEdges: [Int] = {
        let steps = step(of: edges[edges.count - 1]) + 1
        return (0..<steps).map { number in
            let least = Double(bitPattern: UInt64(number + stepOfZeroLimit) << stepBits)
            return edges.firstIndex { $0 >= least } ?? edges.count - 1
        }
    }()

    /// The mantissa's bits that do not tell steps apart: 6 of 52 do.
    private static let stepBits: UInt64 = 46
    private static let stepOfZeroLimit = Int(zeroLimit.bitPattern >> stepBits)

    /// Numbers above 0 by exponent and first bits of the mantissa; 0 for `zeroLimit`.
    ///
    /// - Parameter magnitude: at least `zeroLimit`.
    private static func step(of magnitude: Double) -> Int {
        Int(magnitude.bitPattern >> stepBits) - stepOfZeroLimit
    }

    /// The number that stands for a bin, at most 1 % off any number in it.
    static func value(of key: Int16) -> Double {
        guard key != 0 else { return 0 }
        let magnitude = 2 * edges[Int(key.magnitude) - 1] / (gamma + 1)
        return key < 0 ? -magnitude : magnitude
    }
}

extension [QuantileSketch.Bin] {
    /// The index of the first bin whose key is not below `key`.
    fileprivate func partition(from key: Int16) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if self[middle].key < key { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
