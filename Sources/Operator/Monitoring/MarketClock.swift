package import MarketData

/// The market's time as an operator lives through it: marks carry the feed's, and between them it goes on by the
/// monotonic clock.
///
/// Files at a pace stand still while no operator runs, a market does not. What an absence took is market time lost, so
/// this clock stays ahead of the tape by it until the next session opens.
package struct MarketClock: Sendable {
    /// Market nanoseconds in one of the monotonic clock.
    private let speed: Double
    private var anchor: (time: UInt64, at: UInt64)?
    /// How far the tape is behind.
    private var behind: UInt64 = 0
    private var isResuming = false

    /// - Parameter resumed: the market's time at a monotonic time, after an absence.
    package init(speed: Double, resumed: (time: UInt64, at: UInt64)? = nil) {
        self.speed = speed
        anchor = resumed
        isResuming = resumed != nil
    }

    /// The feed came to a mark at monotonic time `at`.
    package mutating func passed(_ mark: Mark, at: UInt64) {
        let time = mark.time.nanos
        if let before = now(at: at), isResuming || mark.opens != nil { behind = before > time ? before - time : 0 }
        isResuming = false
        anchor = (time + behind, at)
    }

    /// Market time, ns since 1970; nil before the first mark. A mark that was handed on late sets it back by that.
    package func now(at: UInt64) -> UInt64? {
        anchor.map { $0.time + UInt64(Double(at - min(at, $0.at)) * speed) }
    }
}
