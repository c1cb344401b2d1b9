extension PlanTable {
    /// For people: a row for each candidate, the gates, and a warning for each that cannot be decided.
    public var text: String {
        var lines = JudgeReport.aligned([Self.header] + rows.map(cells))
        lines += ["", "chance of \(target) to pass"]
        lines += JudgeReport.aligned(
            gates.map { gate in
                ["  \(gate.stage)", gate.chance.map(Self.percent) ?? "-", "within \(gate.sessions) sessions"]
            })
        lines += [""] + warnings.map { "warning: \($0)" } + notes
        return lines.joined(separator: "\n") + "\n"
    }

    private static let header = [
        "candidate", "D a session", "effect", "one look", "canary", "median", "limited", "median", "full by 30/60/120",
        "no gain by 60/120", "harm", "loss", "fall", "held", "live mean", "p95", "p99",
    ]

    private func cells(_ row: Row) -> [String] {
        let text = { (figure: CaseFigure) in figure.text(value(figure, row)) }
        return [
            row.name, JudgeReport.text(row.meanR, places: 2) + " R", JudgeReport.text(row.effect, places: 2),
            row.oneLookSessions.map(String.init) ?? "-", text(.canary), text(.canaryMedian), text(.limited),
            text(.limitedMedian), [.fullBy30, .fullBy60, .fullBy120].map(text).joined(separator: " / "),
            [.noGainBy60, .noGain].map(text).joined(separator: " / "), text(.harm), text(.loss), text(.fall),
            text(.deadline), text(.liveMean), text(.liveP95), text(.liveP99),
        ]
    }

    /// Nil: unknown, as all that live signals bring is in sessions drawn from a journal.
    func value(_ figure: CaseFigure, _ row: Row) -> Double? {
        let needsLive = figure.unit == .signals || figure.unit == .r || figure == .loss || figure == .anyLive
        return isFromJournal && needsLive ? nil : row.figures.value(figure)
    }
}

extension PlanTable: Encodable {
    private enum Key: String, CodingKey {
        case target, runs, seed, basis
        case journalSessions = "journal_sessions"
        case candidates, gates, warnings, notes
        case candidate
        case meanR = "mean_d_r"
        case effect
        case oneLookSessions = "one_look_sessions"
        case stage, sessions, chance, decidable
    }

    public func encode(to encoder: any Encoder) throws {
        var table = encoder.container(keyedBy: Key.self)
        try table.encode(target, forKey: .target)
        try table.encode(runs, forKey: .runs)
        try table.encode(seed, forKey: .seed)
        try table.encode(isFromJournal ? "journal" : "model", forKey: .basis)
        try table.encode(journalSessions, forKey: .journalSessions)
        try table.encode(warnings, forKey: .warnings)
        try table.encode(notes, forKey: .notes)
        var candidates = table.nestedUnkeyedContainer(forKey: .candidates)
        for row in rows {
            try encode(row, candidates.superEncoder())
        }
        var list = table.nestedUnkeyedContainer(forKey: .gates)
        for gate in gates {
            var item = list.nestedContainer(keyedBy: Key.self)
            try item.encode(gate.stage, forKey: .stage)
            try item.encode(gate.sessions, forKey: .sessions)
            try item.encode(gate.chance, forKey: .chance)
            try item.encode(gate.isDecidable, forKey: .decidable)
        }
    }

    private func encode(_ row: Row, _ encoder: any Encoder) throws {
        var facts = encoder.container(keyedBy: Key.self)
        try facts.encode(row.name, forKey: .candidate)
        try facts.encode(row.meanR, forKey: .meanR)
        try facts.encode(row.effect, forKey: .effect)
        try facts.encode(row.oneLookSessions, forKey: .oneLookSessions)
        var figures = encoder.container(keyedBy: TextKey.self)
        for figure in CaseFigure.allCases where figure != .moved && figure != .stoppedBy50 {
            try figures.encode(value(figure, row), forKey: TextKey(figure.rawValue))
        }
    }
}
