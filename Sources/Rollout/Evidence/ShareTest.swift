internal import Glibc

/// Whether the candidate's share of units is the planned one, tested after every unit.
///
/// A bet on the share seen so far against the planned one: the Dirichlet-multinomial Bayes factor for two arms, by its
/// predictive probabilities (Lindon and Malek, arXiv:2011.03567). Only what the assignment function gave belongs here, not
/// who spoke in the end. The bet's odds are fair under any plan, so the plan may change between units: counts then begin
/// anew, the product goes on, and it exceeds 1 / alpha in at most a share alpha of rollouts that keep to their plans.
public struct ShareTest: Hashable, Sendable {
    private let kappa: Double
    private var planned = Weight.zero
    /// Units since the planned share changed, and those of the candidate.
    private var units = 0
    private var candidates = 0
    private var highest = 1.0

    /// For "the share is another" against "as planned": products and quotients in a fixed order, at most 1e300.
    public private(set) var bayesFactor = 1.0
    /// Units for which both arms were possible.
    public private(set) var tested = 0
    /// Units of an arm that was not possible, its share being 0: no matter of chance.
    public private(set) var mismatches = 0

    /// - Parameter kappa: how many units the plan itself is worth as evidence about the share, above 0.
    public init(kappa: Double = 100) { self.kappa = kappa }

    /// Adds the next unit.
    ///
    /// - Parameter planned: the candidate's share at the time it was assigned.
    public mutating func observe(isCandidate: Bool, planned share: Weight) {
        guard share > .zero, share < .all else {
            if isCandidate != (share == .all) { mismatches += 1 }
            return
        }
        if share != planned { (planned, units, candidates) = (share, 0, 0) }
        let candidateShare = Double(share.tenThousandths) / 10_000
        let expected = isCandidate ? candidateShare : 1 - candidateShare
        let seen = Double(isCandidate ? candidates : units - candidates)
        let factor = bayesFactor * ((kappa * expected + seen) / (kappa + Double(units)) / expected)
        bayesFactor = factor < 1e-300 ? 0 : min(factor, 1e300)
        highest = max(highest, bayesFactor)
        tested += 1
        units += 1
        if isCandidate { candidates += 1 }
    }

    /// At most alpha in at most a share alpha of rollouts that keep to their plans, however often it is read. Nil before the
    /// first unit for which both arms were possible.
    public var pValue: Double? { tested > 0 ? 1 / highest : nil }

    /// Natural; nil as `pValue` is. To be shown, not to decide by: a logarithm may differ between machines.
    public var logBayesFactor: Double? { tested > 0 ? log(bayesFactor) : nil }
}
