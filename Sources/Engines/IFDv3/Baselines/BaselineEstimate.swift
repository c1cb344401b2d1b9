/// Mean and variance of a number after little history was pulled towards a prior.
///
/// Partial pooling with the conjugate normal model: prior mean m and variance v of the strength of k windows, n windows
/// with mean x and sum of squares S give
///
///     mean     = (n x + k m) / (n + k)
///     variance = (k v + S + n k / (n + k) (x - m)^2) / (n + k)
///
/// Source: Gelman and others, Bayesian Data Analysis, 3rd edition (2013), section 3.3, with kappa0 = nu0 = k; what the
/// prior holds is itself estimated from the pooled windows, which makes it empirical Bayes (Efron and Morris, "Data
/// Analysis Using Stein's Estimator and its Generalizations", JASA 70, 1975). The prior of a key is the class of its
/// instrument over all moneyness and time of day; the prior of a class is `Root`.
struct BaselineEstimate: Hashable, Sendable {
    let mean: Double
    /// Above 0.
    let variance: Double

    init(mean: Double, variance: Double) {
        self.mean = mean
        self.variance = variance
    }

    init(_ seen: Moments, prior: BaselineEstimate, strength k: Double) {
        let n = Double(seen.count)
        let away = seen.mean - prior.mean
        mean = (n * seen.mean + k * prior.mean) / (n + k)
        variance = (k * prior.variance + seen.squares + n * k / (n + k) * away * away) / (n + k)
    }

    var deviation: Double { variance.squareRoot() }

    /// Before any history. Assumed: neither side presses more on average, one side with e times the other's volume is
    /// one deviation; windows of 20 contracts within a factor of 4.5.
    enum Root {
        static let logRatio = BaselineEstimate(mean: 0, variance: 1)
        static let logVolume = BaselineEstimate(mean: 3, variance: 2.25)
    }
}
