public import MarketData

/// The session a market is made for.
public struct SyntheticSession: Hashable, Sendable {
    /// 0, 1, 2, ... in a series of sessions.
    public var index: Int
    /// The exchange's date; contract months and symbols follow from it.
    public var tradeDate: CivilDate
    public var open: Timestamp
    public var close: Timestamp

    public init(index: Int = 0, tradeDate: CivilDate, open: Timestamp, close: Timestamp) {
        self.index = index
        self.tradeDate = tradeDate
        self.open = open
        self.close = close
    }
}

/// One session of an NQ futures and options market as a DBN version 3 stream: equal arguments, equal bytes, anywhere.
///
/// Agents trade: makers who quote both sides, individuals, parties of combinations, those who close or roll, and
/// institutions that know something (`MarketParameters` says who does what and why); `labels` is the truth about the
/// last.
///
/// The stream: metadata with all names; definitions, open interest, trading status and a snapshot, all within the first
/// second; then orders and trades until the close. A value: no clock, files or randomness from the system.
public struct SyntheticMarket: Sendable {
    public struct Summary: Hashable, Sendable {
        /// Everything after the metadata.
        public var records: Int
        public var instruments: Int
        /// Index points at the nominal end, where the next session begins.
        public var closingSpotPoints: Double
    }

    public let seed: UInt64
    public let session: SyntheticSession
    public let scale: Double
    public let parameters: MarketParameters
    /// Index points at the open.
    public let openingSpotPoints: Double

    /// Session number `session.index` of the series that `seed` names.
    ///
    /// - Parameter scale: multiplies activity, the number of trading programs and the size of campaigns, 0 to 1,000; 1 is
    ///   about half a million records. Campaigns and their prices are the same at every scale above 0.
    /// - Complexity: O(`session.index`), about a millisecond for each session before this one; `sessions` avoids it.
    public init(seed: UInt64, session: SyntheticSession, scale: Double = 1, parameters: MarketParameters = .standard) {
        var spot = parameters.firstSpotPoints
        for index in 0..<max(0, session.index) {
            spot = PricePath(seed: seed, index: index, openingSpot: spot, parameters).closing
        }
        self.init(seed: seed, session: session, scale: scale, parameters: parameters, openingSpotPoints: spot)
    }

    private init(
        seed: UInt64, session: SyntheticSession, scale: Double, parameters: MarketParameters, openingSpotPoints: Double
    ) {
        self.seed = seed
        self.session = session
        self.scale = min(1_000, max(0, scale))
        self.parameters = parameters
        self.openingSpotPoints = openingSpotPoints
    }

    /// The markets of `sessions`, which become numbers 0, 1, 2, ...: each opens where the one before ended.
    public static func sessions(
        seed: UInt64, _ sessions: [SyntheticSession], scale: Double = 1, parameters: MarketParameters = .standard
    ) -> [SyntheticMarket] {
        var spot = parameters.firstSpotPoints
        return sessions.enumerated().map { index, session in
            var session = session
            session.index = index
            defer { spot = PricePath(seed: seed, index: index, openingSpot: spot, parameters).closing }
            return SyntheticMarket(
                seed: seed, session: session, scale: scale, parameters: parameters, openingSpotPoints: spot)
        }
    }

    /// A session longer than the nominal one is stretched, a shorter one is cut.
    var stepNanos: UInt64 {
        let seconds = UInt64(PricePath.seconds)
        return max(1_000_000_000, (durationNanos + seconds - 1) / seconds)
    }

    var durationNanos: UInt64 { max(session.close.nanos, session.open.nanos) - session.open.nanos }

    /// Makes the session and hands its bytes to `emit` in pieces of at most a megabyte, whole records each (the
    /// metadata comes first, in one piece). Needs about 5 MB, whatever the scale.
    @discardableResult
    public func write(_ emit: (UnsafeRawBufferPointer) throws -> Void) rethrows -> Summary {
        let path = PricePath(seed: seed, index: session.index, openingSpot: openingSpotPoints, parameters)
        let universe = SyntheticUniverse(seed: seed, session: session, openingSpot: openingSpotPoints, parameters)
        try universe.metadata(session).encoded().withUnsafeBytes { try emit($0) }
        var flow = SyntheticFlow(self, path: path, universe: universe)
        let records = try flow.run(emit)
        return Summary(records: records, instruments: universe.instruments.count, closingSpotPoints: path.closing)
    }
}
