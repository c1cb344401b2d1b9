package import MarketData

/// Which samples one histogram holds.
package struct LatencyKey: Hashable, Sendable {
    /// Trade date.
    package var session: CivilDate
    package var stage: String
    /// Nil for spans without an engine.
    package var arm: LatencyArm?
    /// The engine's, since what was measured tells of that version only; nil without an engine, or if not known.
    package var version: String?
    package var span: LatencySpan

    package init(
        session: CivilDate, stage: String, arm: LatencyArm? = nil, version: String? = nil, span: LatencySpan
    ) {
        self.session = session
        self.stage = stage
        self.arm = arm
        self.version = version
        self.span = span
    }
}

extension LatencyKey: Comparable {
    /// By session, stage (as text), arm, version and span; what is nil comes first.
    package static func < (a: LatencyKey, b: LatencyKey) -> Bool {
        if a.session != b.session { return a.session < b.session }
        if a.stage != b.stage { return a.stage < b.stage }
        if a.arm != b.arm { return LatencyArm.areInOrder(a.arm, b.arm) }
        if a.version != b.version { return b.version.map { b in a.version.map { $0 < b } ?? true } ?? false }
        return a.span < b.span
    }
}

extension LatencyArm {
    /// Whether the first stands before the other: none, baseline, candidate.
    static func areInOrder(_ a: LatencyArm?, _ b: LatencyArm?) -> Bool { index(a) < index(b) }

    /// 0 for none, 1 for the baseline, 2 for the candidate.
    static func index(_ arm: LatencyArm?) -> Int {
        switch arm {
        case nil: 0
        case .baseline: 1
        case .candidate: 2
        }
    }
}
