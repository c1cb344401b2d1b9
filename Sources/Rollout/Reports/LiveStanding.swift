internal import MarketData

/// Where the live account stands: what is kept of it, and what reports show. Whole micro-dollars.
public struct LiveStanding: Hashable, Sendable, Codable {
    /// The open contracts of one underlying.
    public struct Position: Hashable, Sendable, Codable {
        public var underlying: UInt32
        /// Net: long above 0, short below.
        public var contracts: Int
        /// Live signals without an outcome.
        public var signals: Int
        /// The last one known, 1e-9.
        public var priceNanos: Int64
        public var unrealisedMicros: Int64

        private enum CodingKeys: String, CodingKey {
            case underlying, contracts, signals
            case priceNanos = "price_nanos"
            case unrealisedMicros = "unrealised_micros"
        }
    }

    public var capitalMicros: Int64
    public var cashMicros: Int64
    public var realisedMicros: Int64
    public var unrealisedMicros: Int64
    public var equityMicros: Int64
    /// Below the highest equity now, and the most it ever was; at least 0.
    public var drawdownMicros: Int64
    public var maxDrawdownMicros: Int64
    /// Since the session opened.
    public var sessionProfitMicros: Int64
    public var exposureMicros: Int64
    /// Signals that became live, those of them with an outcome, and those of these that could not be resolved.
    public var admitted: Int
    public var settled: Int
    public var unresolvable: Int
    /// By underlying, ascending.
    public var positions: [Position]

    public init(_ account: LiveAccount) {
        capitalMicros = account.terms.capitalMicros
        cashMicros = account.cashMicros
        realisedMicros = account.realisedMicros
        unrealisedMicros = account.unrealisedMicros
        equityMicros = account.equityMicros
        drawdownMicros = account.drawdownMicros
        maxDrawdownMicros = account.maxDrawdownMicros
        sessionProfitMicros = account.sessionProfitMicros
        exposureMicros = account.exposureMicros
        admitted = account.admitted
        settled = account.settled
        unresolvable = account.unresolvable
        positions = account.positions.map {
            Position(
                underlying: $0.underlying.rawValue, contracts: $0.contracts, signals: $0.signals,
                priceNanos: $0.price.nanos, unrealisedMicros: $0.unrealisedMicros)
        }
    }

    private enum CodingKeys: String, CodingKey {
        case admitted, settled, unresolvable, positions
        case capitalMicros = "capital_micros"
        case cashMicros = "cash_micros"
        case realisedMicros = "realised_micros"
        case unrealisedMicros = "unrealised_micros"
        case equityMicros = "equity_micros"
        case drawdownMicros = "drawdown_micros"
        case maxDrawdownMicros = "max_drawdown_micros"
        case sessionProfitMicros = "session_profit_micros"
        case exposureMicros = "exposure_micros"
    }
}
