extension TuningReport {
    /// The columns of `rows`.
    public static let header = [
        "parameter", "now", "proposed", "bounds", "step", "signals", "accuracy", "expectancy R", "composite", "change",
        "verdict", "why",
    ]

    /// A line of cells for each threshold: before and after with an arrow between; `-` for what is not known.
    public var rows: [[String]] {
        proposals.map { proposal in
            let effect = proposal.effect
            func pair(_ figure: (TuningMeasure) -> Double) -> String {
                effect.map { "\(Self.text(figure($0.before))) > \(Self.text(figure($0.after)))" } ?? "-"
            }
            return [
                proposal.parameter.rawValue, Micros(proposal.now).decimal,
                proposal.proposed.map { Micros($0).decimal } ?? "-",
                "\(Micros(proposal.least).decimal)-\(Micros(proposal.most).decimal)", Micros(proposal.step).decimal,
                effect.map { "\($0.before.signals) > \($0.after.signals)" } ?? "-", pair(\.accuracy),
                pair(\.expectancyR), pair(\.composite), effect.map { $0.composite.text } ?? "-",
                proposal.verdict.rawValue, proposal.reason,
            ]
        }
    }

    /// What stands around the table, for people.
    public var heading: String {
        "ifd-v3 \(version): \(counts.actionable) actionable signals with known outcomes in \(counts.sessions) sessions, \(counts.resolved - counts.actionable) monitored; left out \(counts.unresolved) unresolved, \(counts.incomplete) incomplete"
    }

    /// Lines below the table: what is lacking, what to write into the configuration, and what the figures do not say.
    public var footing: [String] {
        var lines = lacking.map { "nothing proposed: \($0)" }
        if let together {
            let effect = together.effect
            lines += [
                "",
                "together (accuracy \(effect.accuracy.text), expectancy \(effect.expectancyR.text) R, composite \(effect.composite.text)), as version \(together.version):",
            ]
            lines += together.yaml.split(separator: "\n").map { "  \($0)" }
        } else if lacking.isEmpty {
            lines += ["", "no threshold is worth a change"]
        }
        return lines + [""] + bounds
    }

    fileprivate static func text(_ value: Double) -> String { PortableMath.threeDigits(value) }
}

extension TuningChange {
    /// `+0.021 [0.004, 0.038]`.
    fileprivate var text: String {
        guard let value else { return "-" }
        let signed = (value > 0 ? "+" : "") + TuningReport.text(value)
        guard let low, let high else { return "\(signed) [unknown]" }
        return "\(signed) [\(TuningReport.text(low)), \(TuningReport.text(high))]"
    }
}
