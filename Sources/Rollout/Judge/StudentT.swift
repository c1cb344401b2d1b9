internal import Glibc

/// Quantiles of Student's t distribution.
enum StudentT {
    /// The t that a variable with this many degrees of freedom stays below with that probability.
    ///
    /// The probability is a finite sum in the angle whose tangent is t / sqrt(degrees) (Abramowitz and Stegun, 26.7.3 for
    /// odd and 26.7.4 for even degrees); the angle is found by bisection.
    ///
    /// - Parameters:
    ///   - probability: above 0.5 and below 1.
    ///   - degrees: at least 1.
    /// - Complexity: O(degrees).
    static func quantile(_ probability: Double, degrees: Int) -> Double {
        let wanted = 2 * probability - 1
        var low = 0.0
        var high = Double.pi / 2
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if centralProbability(angle: middle, degrees: degrees) < wanted { low = middle } else { high = middle }
        }
        let angle = (low + high) / 2
        return sin(angle) / cos(angle) * Double(degrees).squareRoot()
    }

    /// P(|T| <= t).
    private static func centralProbability(angle: Double, degrees: Int) -> Double {
        let isOdd = degrees % 2 == 1
        let cosine = cos(angle)
        var power = isOdd ? 1 : 0
        var term = isOdd ? cosine : 1
        var sum = 0.0
        while power <= degrees - 2 {
            sum += term
            term *= cosine * cosine * Double(power + 1) / Double(power + 2)
            power += 2
        }
        return isOdd ? (angle + sin(angle) * sum) * 2 / .pi : sin(angle) * sum
    }
}
