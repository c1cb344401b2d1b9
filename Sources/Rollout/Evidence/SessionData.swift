public import MarketData

/// What the data of a closed session was worth: its half hours in which signals cannot be judged.
public struct SessionData: Hashable, Sendable {
    public var session: CivilDate
    /// Starts in ns since 1970, ascending.
    public var taintedHalfHours: [UInt64]
    /// Open half hours of the session.
    public var halfHours: Int

    public init(session: CivilDate, taintedHalfHours: [UInt64], halfHours: Int) {
        self.session = session
        self.taintedHalfHours = taintedHalfHours
        self.halfHours = halfHours
    }

    /// The half hour of a time, ns since 1970; counted from 00:00 UTC.
    public static func halfHour(of nanos: UInt64) -> UInt64 { nanos - nanos % 1_800_000_000_000 }
}
