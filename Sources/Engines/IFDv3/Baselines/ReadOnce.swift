internal import MarketData

/// What the bytes of sessions were read as, so that the same bytes are not read again at the next open.
///
/// Holds what the last open asked for, no more.
struct ReadOnce<Value: Sendable>: Sendable {
    private var known: [CivilDate: (bytes: [UInt8], value: Value)] = [:]

    /// The value of each session's bytes, in their order.
    ///
    /// - Parameter read: called for bytes that are not the ones the session had at the last call.
    mutating func values(
        of sessions: [(session: CivilDate, bytes: [UInt8])], read: (CivilDate, [UInt8]) -> Value
    ) -> [(session: CivilDate, value: Value)] {
        var kept: [CivilDate: (bytes: [UInt8], value: Value)] = [:]
        let values = sessions.map { session, bytes in
            let seen = known[session].flatMap { $0.bytes == bytes ? $0.value : nil }
            let value = seen ?? read(session, bytes)
            kept[session] = (bytes, value)
            return (session, value)
        }
        known = kept
        return values
    }
}
