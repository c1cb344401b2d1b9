internal import MarketData
package import Rollout

extension SpecReader {
    /// The sections by which a rollout decides, with what they say together checked.
    mutating func decisions(of top: SpecSection) -> DecisionSections {
        var sections = DecisionSections()
        read(DecisionKeys.fields, of: top, into: &sections)
        for stage in Stage.allCases where lines["gates.\(stage.rawValue).not_worse.margin_r"] == nil {
            sections.terms.gates[stage]?.notWorse?.marginR = sections.marginR
        }
        check(sections.terms)
        return sections
    }
}

extension DecisionSections {
    /// The sections by name with every default, spelt so that the spec's reader reads them again.
    var canonical: [String: CanonicalJSON] { DecisionKeys.fields.printed(self) }

    /// As a stored spec has them; nil where it was written before there were any.
    init?(storedIn spec: CanonicalJSON) throws(SpecProblems) {
        guard case .object(let members) = spec, members[DecisionKeys.marker] != nil else { return nil }
        let sections = CanonicalJSON.object(members.filter { DecisionKeys.names.contains($0.key) })
        let file = "stored spec"
        let document = YAMLDocument(sections.text, file: file)
        var reader = SpecReader(file: file, problems: document.problems)
        let top = document.root.flatMap { reader.section($0, path: "", line: 1, allowed: DecisionKeys.names) }
        self = top.map { reader.decisions(of: $0) } ?? DecisionSections()
        guard reader.problems.isEmpty else { throw SpecProblems(reader.problems, file: file) }
    }
}

extension DecisionKeys {
    /// In every stored spec that says anything of decisions.
    static let marker = "decisions"
}

extension DecisionTerms {
    /// By what the rollout of a stored spec decides; nil where that was written before there were decisions, and such a
    /// rollout only watches (`DecisionTerms.watching`). Throws when what is stored is no spec's.
    package init?(storedIn spec: CanonicalJSON) throws(SpecProblems) {
        guard let sections = try DecisionSections(storedIn: spec) else { return nil }
        self = sections.terms
    }
}

extension OutcomeTerms {
    /// How the outcomes of a stored spec's rollout are made; nil when it does not say so. A signal's R is clipped as
    /// `evidence.signal_clip_r` says, or as it always was in specs without it.
    package init?(storedIn spec: CanonicalJSON) {
        guard let section = spec["outcomes"],
            case .text(let latencyText)? = section["assumed_latency"],
            let latency = DurationText.parse(latencyText), latency >= .zero,
            case .text(let costText)? = section["cost_per_side"], let cost = ExactDecimal(costText),
            let micros = MoneyText.micros(cost),
            case .number(let ticks)? = section["slippage_ticks"], let slippage = ticks.integer,
            let decisions = try? DecisionSections(storedIn: spec) ?? DecisionSections()
        else { return nil }
        self.init(
            assumedLatency: UInt64(latency.wholeNanoseconds), costPerSideMicros: micros, slippageTicks: slippage,
            rMicrosRange: decisions.signalClip)
    }
}
