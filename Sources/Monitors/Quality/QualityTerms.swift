/// By what the quality of a feed is judged.
package struct QualityTerms: Hashable, Sendable {
    /// What the numbers in `sequence` can prove.
    ///
    /// On CME a record carries the number of the packet it came in, counted for each multicast channel: several records
    /// share one, and a subscription that is not the whole channel skips the packets of everybody else. So a jump ahead
    /// says nothing about a filtered feed. Only market-by-order records name their channel.
    package enum SequenceUse: String, Hashable, Sendable, CaseIterable {
        /// Not looked at.
        case none
        /// Going back within a (publisher, channel) counts; jumps ahead do not.
        case order
        /// The feed has every instrument of its channels, so that a jump by more than one is lost data too. The scan is
        /// then several times slower.
        case wholeChannel = "whole-channel"
    }

    package var sequenceUse: SequenceUse
    /// Event time between the operator's marks; nil for a stream without marks, where none is missed.
    package var markIntervalNanos: UInt64?
    /// No market data at all for longer than this, while the market is open, is a gap.
    package var silenceNanos: UInt64
    /// An underlying is stale when it is silent for longer than so many of its usual intervals between quotes ...
    package var staleFactor: UInt64
    /// ... and for longer than this.
    package var staleFloorNanos: UInt64

    package init(
        sequenceUse: SequenceUse = .order, markIntervalNanos: UInt64? = 10_000_000_000,
        silenceNanos: UInt64 = 60_000_000_000, staleFactor: UInt64 = 20, staleFloorNanos: UInt64 = 10_000_000_000
    ) {
        self.sequenceUse = sequenceUse
        self.markIntervalNanos = markIntervalNanos
        self.silenceNanos = max(1, silenceNanos)
        self.staleFactor = staleFactor
        self.staleFloorNanos = staleFloorNanos
    }
}
