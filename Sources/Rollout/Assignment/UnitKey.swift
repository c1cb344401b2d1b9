public import MarketData

/// What is assigned to an arm as a whole: an underlying in one time block.
public struct UnitKey: Hashable, Sendable {
    public let underlying: InstrumentID
    /// Start of the block.
    public let blockStart: Timestamp

    public init(underlying: InstrumentID, blockStart: Timestamp) {
        self.underlying = underlying
        self.blockStart = blockStart
    }

    /// The unit that holds `time`. With session blocks the block starts at 00:00 UTC of the exchange date, so that every
    /// instant of a session, before and after midnight UTC, has one key.
    public init(underlying: InstrumentID, at time: Timestamp, plan: RolloutPlan) {
        self.underlying = underlying
        switch plan.block {
        case .seconds(let length):
            let nanos = UInt64(length) * 1_000_000_000
            blockStart = Timestamp(nanos: time.nanos - time.nanos % nanos)
        case .session:
            // A time outside the calendar never gets here: the feed ends with an error before it.
            let date =
                (try? plan.calendar.sessionDate(at: time)) ?? CivilDate(daysSince1970: Int(time.seconds / 86_400))
            blockStart = Timestamp(seconds: Int64(date.daysSince1970) * 86_400)
        }
    }

    /// `<underlying_id>/<block start in ns since 1970>`
    public var text: String { "\(underlying.rawValue)/\(blockStart.nanos)" }
}
