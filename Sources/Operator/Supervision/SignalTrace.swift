package import Signals

/// When a signal passed the parts of its way from the feed to a sink, in monotonic nanoseconds.
package struct SignalTrace: Sendable, Hashable {
    package let arm: Arm
    /// When the record that caused it was read; nil where the engine was catching up.
    package let causeReadAt: UInt64?
    /// When the write that held it began.
    package let causeWrittenAt: UInt64?
    package let lineReadAt: UInt64
    package var isLive = false
    /// It came too late to act on.
    package var isLate = false
    /// When the router had decided.
    package var takenAt: UInt64 = 0
    package var committedAt: UInt64 = 0
    /// When the first sink had it; 0 until then.
    package var deliveredAt: UInt64 = 0

    package init(arm: Arm, write: FeedWrite?, lineReadAt: UInt64) {
        self.init(arm: arm, causeReadAt: write?.readAt, causeWrittenAt: write?.writtenAt, lineReadAt: lineReadAt)
    }

    init(arm: Arm, causeReadAt: UInt64?, causeWrittenAt: UInt64?, lineReadAt: UInt64) {
        self.arm = arm
        self.causeReadAt = causeReadAt
        self.causeWrittenAt = causeWrittenAt
        self.lineReadAt = lineReadAt
    }
}
