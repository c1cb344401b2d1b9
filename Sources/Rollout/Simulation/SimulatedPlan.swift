/// What simulated rollouts decide by: the terms of a spec, and what the candidate takes in each stage.
public struct SimulatedPlan: Hashable, Sendable {
    public var terms: DecisionTerms
    /// Weight of the candidate by stage; a stage not named has 0.
    public var weights: [Stage: Weight]
    /// Stages into which a person has to let the candidate.
    let attended: [Stage]

    /// - Parameter terms: gates that wait for persons are passed as if these agreed at once, since nobody is there.
    public init(terms: DecisionTerms = DecisionTerms(), weights: [Stage: Weight] = RolloutPlan.defaultWeights) {
        var terms = terms
        attended = terms.gates.filter { $0.value.promotion == .manual || $0.value.approvals > 0 }.keys.sorted()
        for stage in terms.gates.keys {
            terms.gates[stage]?.promotion = .automatic
            terms.gates[stage]?.approvals = 0
        }
        self.terms = terms
        self.weights = weights
    }

    func weight(in stage: Stage) -> Weight { weights[stage] ?? .zero }
}
