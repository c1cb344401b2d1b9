public import MarketData

/// What an arm would have made in shadow with one contract on each of its actionable signals, without limits, also in
/// tainted half hours; what cannot be resolved made nothing and is counted.
public struct PaperAccount: Hashable, Sendable {
    /// A session and where the account stood at its end.
    public struct Session: Hashable, Sendable {
        /// Trade date.
        public var session: CivilDate
        /// Actionable signals.
        public var signals = 0
        /// Of them without a resolved outcome.
        public var unresolvable = 0
        /// After costs, micro-dollars.
        public var profitMicros: Int64 = 0
        /// Clipped per signal, micro-R.
        public var rMicros: Int64 = 0
        /// Profit of this and all sessions before, micro-dollars.
        public fileprivate(set) var equityMicros: Int64 = 0
        /// The same in micro-R.
        public fileprivate(set) var equityRMicros: Int64 = 0

        init(_ session: CivilDate) { self.session = session }

        mutating func add(_ signal: MeasuredSignal) {
            signals += 1
            guard signal.score.isResolved else {
                unresolvable += 1
                return
            }
            profitMicros = profitMicros.addingClamped(signal.profitMicros)
            rMicros = rMicros.addingClamped(signal.score.rMicros)
        }
    }

    /// In the order given: the equity curve.
    public private(set) var sessions: [Session] = []
    public private(set) var signals = 0
    public private(set) var unresolvable = 0
    private var drawdown = Drawdown()
    private var drawdownR = Drawdown()

    init() {}

    /// Micro-dollars.
    public var profitMicros: Int64 { sessions.last?.equityMicros ?? 0 }
    /// Micro-R.
    public var profitRMicros: Int64 { sessions.last?.equityRMicros ?? 0 }
    /// The deepest fall from a high of the curve by session, which begins at 0; micro-dollars, at least 0.
    public var maxDrawdownMicros: Int64 { drawdown.deepest }
    /// The same in micro-R.
    public var maxDrawdownRMicros: Int64 { drawdownR.deepest }

    mutating func add(_ session: Session) {
        var session = session
        session.equityMicros = profitMicros.addingClamped(session.profitMicros)
        session.equityRMicros = profitRMicros.addingClamped(session.rMicros)
        sessions.append(session)
        signals += session.signals
        unresolvable += session.unresolvable
        drawdown.reach(session.equityMicros)
        drawdownR.reach(session.equityRMicros)
    }
}

extension PaperAccount: Encodable {
    private enum CodingKeys: String, CodingKey {
        case signals, unresolvable, sessions
        case profitMicros = "profit_micros"
        case profitRMicros = "profit_r_micros"
        case maxDrawdownMicros = "max_drawdown_micros"
        case maxDrawdownRMicros = "max_drawdown_r_micros"
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(signals, forKey: .signals)
        try container.encode(unresolvable, forKey: .unresolvable)
        try container.encode(profitMicros, forKey: .profitMicros)
        try container.encode(profitRMicros, forKey: .profitRMicros)
        try container.encode(maxDrawdownMicros, forKey: .maxDrawdownMicros)
        try container.encode(maxDrawdownRMicros, forKey: .maxDrawdownRMicros)
        try container.encode(sessions, forKey: .sessions)
    }
}

extension PaperAccount.Session: Encodable {
    private enum CodingKeys: String, CodingKey {
        case session, signals, unresolvable
        case profitMicros = "profit_micros"
        case rMicros = "r_micros"
        case equityMicros = "equity_micros"
        case equityRMicros = "equity_r_micros"
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(session.description, forKey: .session)
        try container.encode(signals, forKey: .signals)
        try container.encode(unresolvable, forKey: .unresolvable)
        try container.encode(profitMicros, forKey: .profitMicros)
        try container.encode(rMicros, forKey: .rMicros)
        try container.encode(equityMicros, forKey: .equityMicros)
        try container.encode(equityRMicros, forKey: .equityRMicros)
    }
}
