extension DecisionTable {
    /// For people: each figure beside the reference's, what the rivals make of the same sessions, and what must hold.
    public var text: String {
        let header = ["case", "figure", "tandem", "reference", ""] + Self.rivals.map(\.rawValue)
        var lines = JudgeReport.aligned([header] + cases.flatMap(rows))
        lines += ["", "what must hold"] + JudgeReport.aligned(verdicts.map(verdict))
        lines += [""] + zTestLines
        lines.append("\(strays.count) figures outside of the reference's tolerance" + strayNames)
        return lines.joined(separator: "\n") + "\n"
    }

    private static let rivals = SimulatedRule.allCases.filter { $0 != .tandem }

    private func rows(_ simulated: Case) -> [[String]] {
        CaseFigure.allCases.map { figure in
            [
                simulated.name, figure.rawValue, figure.text(simulated.value(figure)),
                Self.reference(figure, simulated), simulated.isWithin(figure).map { $0 ? "ok" : "OUTSIDE" } ?? "",
            ] + Self.rivals.map { figure.text(simulated.value(figure, $0)) }
        }
    }

    private static func reference(_ figure: CaseFigure, _ simulated: Case) -> String {
        guard let value = CaseReference.value(figure, of: simulated.name) else { return "" }
        let tolerance = CaseReference.tolerance(figure, of: simulated.name, runs: simulated.runs)
        return figure.text(value) + (tolerance.map { " +-\(figure.text($0))" } ?? "")
    }

    private func verdict(_ requirement: DecisionRequirement, _ value: Double?, _ holds: Bool) -> [String] {
        let figure = requirement.figure
        let bound =
            switch requirement.bound {
            case .atMost(let most): "at most \(figure.text(most))"
            case .atLeast(let least): "at least \(figure.text(least))"
            }
        return [holds ? "ok" : "FAILS", requirement.name, figure.rawValue, figure.text(value), bound]
    }

    /// Shown, not judged.
    private var zTestLines: [String] {
        guard let value = self["equal"]?.value(.harmBy60, .zTest) else { return [] }
        let share = CaseFigure.harmBy60.text(value)
        return [
            "a z-test after each block calls an equal candidate harmful within 60 sessions in \(share) (19 to 59 %)"
        ]
    }

    private var strayNames: String {
        strays.isEmpty ? "" : ": " + strays.map { "\($0.name) \($0.figure.rawValue)" }.joined(separator: ", ")
    }
}

extension CaseFigure {
    /// With its unit; `-` for what is unknown.
    func text(_ value: Double?) -> String {
        guard let value else { return "-" }
        switch unit {
        case .share: return JudgeReport.text(value * 100, places: 1) + " %"
        case .sessions, .signals: return JudgeReport.text(value, places: value == value.rounded() ? 0 : 1)
        case .r: return JudgeReport.text(value, places: 1) + " R"
        }
    }
}
