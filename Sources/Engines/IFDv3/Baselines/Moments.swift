/// Count, mean and spread of numbers seen one at a time.
///
/// Adding: Welford, "Note on a Method for Calculating Corrected Sums of Squares and Products", Technometrics 4 (1962).
/// Merging: Chan, Golub and LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing Sample Variances",
/// Stanford STAN-CS-79-773 (1979). Both avoid the cancellation of a sum of squares.
struct Moments: Hashable, Sendable {
    private(set) var count: UInt64 = 0
    /// 0 without numbers.
    private(set) var mean = 0.0
    /// The sum of (x - mean)^2.
    private(set) var squares = 0.0

    init() {}

    /// As read from a file; the caller has checked that all are finite and `squares` is not negative.
    init(count: UInt64, mean: Double, squares: Double) {
        self.count = count
        self.mean = mean
        self.squares = squares
    }

    /// Of the sample, with count - 1 in the denominator; nil below two numbers.
    var variance: Double? { count < 2 ? nil : squares / Double(count - 1) }

    mutating func add(_ x: Double) {
        count += 1
        let difference = x - mean
        mean += difference / Double(count)
        squares += difference * (x - mean)
    }

    mutating func merge(_ other: Moments) {
        guard other.count > 0 else { return }
        guard count > 0 else {
            self = other
            return
        }
        let (n, m) = (Double(count), Double(other.count))
        let difference = other.mean - mean
        mean += difference * m / (n + m)
        squares += other.squares + difference * difference * n * m / (n + m)
        count += other.count
    }
}
