/// A place live signals go to. Each sink has a thread of its own, so none holds up another, nor the router.
protocol Sink: Sendable {
    /// Finds out which entry was dealt with last.
    ///
    /// - Parameter journaled: the cursor the journal knows, 0 for none.
    func open(journaled: Int64) throws -> Int64

    /// Hands over one entry and waits until it is dealt with.
    ///
    /// - Parameter revokedThrough: asked again while waiting: a rollback may take the entry back meanwhile.
    /// - Returns: false when the delivery failed and is to be tried again.
    func deliver(_ entry: LiveEntry, revokedThrough: () -> Int64) -> SinkDelivery

    /// Makes a waiting `deliver` return, and frees what the sink holds.
    func close()
}

enum SinkDelivery: Hashable, Sendable {
    case done
    /// Not now; the reason is for the log.
    case retry(reason: String)
    /// Never again: whoever listened is gone.
    case gone(reason: String)
}
