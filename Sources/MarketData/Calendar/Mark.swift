/// A time stamp in the stream itself: how time passes for engines and operator alike.
public struct Mark: Hashable, Sendable {
    public var time: Timestamp
    /// Exchange date of the session that closes here.
    public var closes: CivilDate?
    /// Exchange date of the session that opens here.
    public var opens: CivilDate?

    public init(time: Timestamp, closes: CivilDate? = nil, opens: CivilDate? = nil) {
        self.time = time
        self.closes = closes
        self.opens = opens
    }
}
