/// Runs of one case under every rule, to be put together from parts.
public struct CaseRuns: Sendable {
    public let name: String
    private(set) var runs: [SimulatedRule: [SimulatedRun]] = [:]

    /// Without rivals.
    init(name: String, tandem: [SimulatedRun]) {
        self.name = name
        runs[.tandem] = tandem
    }

    /// Simulates the runs with these numbers. However they are split, put together they give the same figures.
    public init(_ simulatedCase: SimulatedCase, _ plan: SimulatedPlan = SimulatedPlan(), runs: Range<Int>, seed: UInt64)
    {
        name = simulatedCase.name
        var rollout = SimulatedRollout(simulatedCase, plan)
        for rule in SimulatedRule.allCases { self.runs[rule, default: []].reserveCapacity(runs.count) }
        for number in runs {
            for (rule, run) in zip(SimulatedRule.allCases, rollout.run(number, seed: seed)) {
                self.runs[rule, default: []].append(run)
            }
        }
    }

    public mutating func merge(_ other: CaseRuns) {
        runs.merge(other.runs) { $0 + $1 }
    }
}

/// How the rules decide on candidates with known truth: every figure beside the reference's.
public struct DecisionTable: Sendable {
    /// One case's figures.
    public struct Case: Sendable {
        public let name: String
        public let runs: Int
        let figures: [SimulatedRule: [CaseFigure: Double]]

        /// Nil: unknown.
        public func value(_ figure: CaseFigure, _ rule: SimulatedRule = .tandem) -> Double? { figures[rule]?[figure] }

        init(_ runs: CaseRuns) {
            name = runs.name
            self.runs = runs.runs[.tandem]?.count ?? 0
            figures = runs.runs.mapValues { runs in
                let sorted = SortedRuns(runs)
                return Dictionary(
                    uniqueKeysWithValues: CaseFigure.allCases.compactMap { figure in
                        figure.value(sorted).map { (figure, $0) }
                    })
            }
        }
    }

    public let cases: [Case]

    public init(_ cases: [CaseRuns]) { self.cases = cases.map(Case.init) }

    public subscript(name: String) -> Case? { cases.first { $0.name == name } }

    /// What must hold, and whether it does; of the cases that were run.
    public var verdicts: [(requirement: DecisionRequirement, value: Double?, holds: Bool)] {
        DecisionRequirement.all.compactMap { requirement in
            guard let simulated = self[requirement.name] else { return nil }
            let value = simulated.value(requirement.figure)
            return (requirement, value, requirement.holds(value, runs: simulated.runs))
        }
    }

    /// Figures outside of the reference's tolerance.
    public var strays: [(name: String, figure: CaseFigure)] {
        cases.flatMap { simulated in
            CaseFigure.allCases.filter { simulated.isWithin($0) == false }.map { (simulated.name, $0) }
        }
    }
}

extension DecisionTable.Case {
    /// Whether a figure is where the reference has it; nil where that says nothing.
    func isWithin(_ figure: CaseFigure) -> Bool? {
        guard let reference = CaseReference.value(figure, of: name),
            let tolerance = CaseReference.tolerance(figure, of: name, runs: runs)
        else { return nil }
        // A hair for what is not exact in binary.
        return value(figure).map { abs($0 - reference) <= tolerance + 1e-9 } ?? false
    }
}

// MARK: - As JSON: {case: {rule: {figure: value}}}, unknown as null

extension DecisionTable: Encodable {
    public func encode(to encoder: any Encoder) throws {
        var byCase = encoder.container(keyedBy: TextKey.self)
        for simulated in cases {
            var byRule = byCase.nestedContainer(keyedBy: TextKey.self, forKey: TextKey(simulated.name))
            for rule in SimulatedRule.allCases where simulated.figures[rule] != nil {
                var figures = byRule.nestedContainer(keyedBy: TextKey.self, forKey: TextKey(rule.rawValue))
                for figure in CaseFigure.allCases {
                    try figures.encode(simulated.value(figure, rule), forKey: TextKey(figure.rawValue))
                }
            }
        }
    }
}

/// A key known at run time only.
struct TextKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ text: String) { stringValue = text }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
