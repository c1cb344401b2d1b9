public import Signals

/// What both engines were worth over the same sessions.
public struct SuccessMetrics: Hashable, Sendable {
    /// Signals of an arm outside of tainted half hours and sessions.
    public struct Arm: Hashable, Sendable {
        public let version: String
        /// Actionable.
        public let signals: Int
        public let resolved: Int

        public var unresolvable: Int { signals - resolved }
    }

    /// A metric of both arms.
    public struct Row: Hashable, Sendable {
        public let metric: SuccessMetric
        public let baseline: Estimate
        public let candidate: Estimate
        /// Candidate less baseline; nil where a difference says nothing.
        public let difference: Estimate?

        /// Its key in JSON, such as `payoff_ratio`.
        public var name: String { metric.rawValue }
    }

    public let observedSessions: Int
    public let emptySessions: Int
    public let taintedSessions: Int
    public let baseline: Arm
    public let candidate: Arm
    /// One for each metric, in its order.
    public let rows: [Row]
    public let roiGain: RoiGain
    public let agreement: ArmAgreement

    init(_ tally: SuccessTally) {
        let sessions = tally.sessions
        observedSessions = sessions.count { $0.state == .observed }
        emptySessions = sessions.count { $0.state == .empty }
        taintedSessions = sessions.count { $0.state == .tainted }
        baseline = Arm(tally.baselineVersion, sessions.map(\.baseline))
        candidate = Arm(tally.candidateVersion, sessions.map(\.candidate))
        let first = ArmColumns(sessions) { $0.baseline }
        let second = ArmColumns(sessions) { $0.candidate }
        rows = SuccessMetric.allCases.map { metric in
            Row(
                metric: metric, baseline: metric.estimate(first), candidate: metric.estimate(second),
                difference: metric.difference(sessions))
        }
        roiGain = RoiGain(sessions)
        agreement = ArmAgreement(sessions.map(\.agreement))
    }

    public subscript(metric: SuccessMetric) -> Row {
        // The rows are made of all metrics, in their order.
        rows.first { $0.metric == metric }
            ?? Row(metric: metric, baseline: .unknown, candidate: .unknown, difference: nil)
    }

    public func arm(_ arm: Signals.Arm) -> Arm { arm == .baseline ? baseline : candidate }
}

extension SuccessMetrics.Arm {
    fileprivate init(_ version: String, _ sessions: [ArmSums]) {
        self.version = version
        signals = sessions.reduce(0) { $0 + $1.signals }
        resolved = sessions.reduce(0) { $0 + $1.outcomes.count }
    }
}

extension SuccessMetrics: Encodable {
    private enum CodingKeys: String, CodingKey {
        case sessions, baseline, candidate, metrics, agreement
        case roiGain = "roi_gain"
    }

    private enum SessionKeys: String, CodingKey { case observed, empty, tainted }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        var sessions = container.nestedContainer(keyedBy: SessionKeys.self, forKey: .sessions)
        try sessions.encode(observedSessions, forKey: .observed)
        try sessions.encode(emptySessions, forKey: .empty)
        try sessions.encode(taintedSessions, forKey: .tainted)
        try container.encode(baseline, forKey: .baseline)
        try container.encode(candidate, forKey: .candidate)
        var metrics = container.nestedContainer(keyedBy: MetricKey.self, forKey: .metrics)
        for row in rows { try metrics.encode(row, forKey: MetricKey(stringValue: row.name)) }
        try container.encode(roiGain, forKey: .roiGain)
        try container.encode(agreement, forKey: .agreement)
    }

    private struct MetricKey: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}

extension SuccessMetrics.Arm: Encodable {
    private enum CodingKeys: String, CodingKey { case version, signals, resolved, unresolvable }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(version, forKey: .version)
        try container.encode(signals, forKey: .signals)
        try container.encode(resolved, forKey: .resolved)
        try container.encode(unresolvable, forKey: .unresolvable)
    }
}

extension SuccessMetrics.Row: Encodable {
    private enum CodingKeys: String, CodingKey { case unit, baseline, candidate, difference }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(metric.unit, forKey: .unit)
        try container.encode(baseline, forKey: .baseline)
        try container.encode(candidate, forKey: .candidate)
        try container.encode(difference, forKey: .difference)
    }
}
