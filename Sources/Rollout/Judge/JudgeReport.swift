/// The judge's table: a row for every engine and control.
public struct JudgeReport: Sendable {
    /// An engine or a control as the report shows it.
    public struct Entry: Sendable, Hashable {
        /// Unique, such as `ifd-v3`.
        public let name: String
        public let row: EngineRow

        public init(name: String, row: EngineRow) {
            self.name = name
            self.row = row
        }
    }

    /// In the order of the table's columns.
    public let entries: [Entry]
    /// Accuracy of one engine less that of another, by `<engine> over <engine>`.
    public let accuracyGains: [String: Estimate]
    public let sessions: Int
    /// False starts included.
    public let campaigns: Int
    public let falseStarts: Int
    /// Hash of the market's parameters; nil without a session.
    public let parameters: String?
    /// Engine name to version.
    public let versions: [String: String]
    public let method: JudgeMethod
}

/// How the numbers came about, for a reader of the report.
public struct JudgeMethod: Hashable, Sendable, Encodable {
    public let confidenceLevel = 0.95
    public let graceSeconds: Int
    public let matching: String
    public let intervals: String
    public let falseStarts = "count for precision, left out of recall and delay"
    public let scored =
        "actionable signals with an outcome; a win is R > 0; Brier and reliability take every signal with an outcome"

    init(graceSeconds: Int) {
        self.graceSeconds = graceSeconds
        matching =
            "same session, underlying and direction, from a campaign's first order to \(graceSeconds) s after its last"
        intervals =
            "delete-one-session jackknife, Student t with sessions - 1 degrees of freedom; shares: Wilson with the "
            + "effective sample size; ratios: on the log scale; median: Woodruff; unknown with fewer than 2 sessions"
    }

    private enum CodingKeys: String, CodingKey {
        case confidenceLevel, graceSeconds, matching, intervals, falseStarts, scored
    }
}

extension JudgeReport {
    /// All signals of one engine and their outcomes.
    public struct Engine: Sendable {
        public let name: String
        public let version: String
        public let signals: [JudgedSignal]

        public init(name: String, version: String, signals: [JudgedSignal]) {
            self.name = name
            self.version = version
            self.signals = signals
        }
    }

    /// Puts the engines beside the rows that keep the judge honest.
    ///
    /// The columns: baseline, candidate, `oracle`, `coin`, `shuffled-labels` (the candidate's signals against another
    /// session's labels; missing with fewer than two sessions) and `<baseline>-right-side` (without wrong-side targets).
    ///
    /// - Parameters:
    ///   - oracle: outcomes of `JudgeControls.oracle`.
    ///   - coin: outcomes of `JudgeControls.coin` for the candidate's signals.
    public init(
        labels: JudgeLabels, baseline: Engine, candidate: Engine, oracle: [JudgedSignal], coin: [JudgedSignal],
        graceSeconds: Int = Judge.defaultGraceSeconds
    ) {
        let judge = Judge(labels: labels, graceSeconds: graceSeconds)
        let rightSide = JudgeControls.withoutWrongSideTargets(baseline.signals)
        let rightSideName = baseline.name + "-right-side"
        var entries = [
            Entry(name: baseline.name, row: judge.row(baseline.signals)),
            Entry(name: candidate.name, row: judge.row(candidate.signals)),
            Entry(name: "oracle", row: judge.row(oracle)),
            Entry(name: "coin", row: judge.row(coin)),
        ]
        if let shuffled = labels.shuffled() {
            let row = Judge(labels: shuffled, graceSeconds: graceSeconds).row(candidate.signals, parts: .detection)
            entries.append(Entry(name: "shuffled-labels", row: row))
        }
        entries.append(Entry(name: rightSideName, row: judge.row(rightSide)))
        self.entries = entries
        accuracyGains = [
            "\(candidate.name) over \(baseline.name)":
                judge.accuracyGain(of: candidate.signals, over: baseline.signals),
            "\(candidate.name) over \(rightSideName)": judge.accuracyGain(of: candidate.signals, over: rightSide),
        ]
        sessions = labels.sessions.count
        campaigns = labels.campaigns.count
        falseStarts = labels.campaigns.count { $0.isFalseStart }
        parameters = labels.parameters
        versions = [baseline.name: baseline.version, candidate.name: candidate.version]
        method = JudgeMethod(graceSeconds: graceSeconds)
    }
}

extension JudgeReport: Encodable {
    private enum CodingKeys: String, CodingKey {
        case engines, accuracyGains, sessions, campaigns, falseStarts, parameters, versions, method
    }

    /// Names of engines are keys of dictionaries, which an encoder's key strategy leaves alone.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        let engines = Dictionary(entries.map { ($0.name, $0.row) }, uniquingKeysWith: { first, _ in first })
        try container.encode(engines, forKey: .engines)
        try container.encode(accuracyGains, forKey: .accuracyGains)
        try container.encode(sessions, forKey: .sessions)
        try container.encode(campaigns, forKey: .campaigns)
        try container.encode(falseStarts, forKey: .falseStarts)
        try container.encode(parameters, forKey: .parameters)
        try container.encode(versions, forKey: .versions)
        try container.encode(method, forKey: .method)
    }
}
