package import Feeds
package import MarketData
package import Monitors
package import Rollout
package import Signals

/// Paper positions of both arms' signals, followed through the feed mark by mark.
///
/// What becomes of a signal depends on the feed and the signal alone, never on routing or on when its line was read.
package final class PaperBook {
    private var tape = UnderlyingTape()
    private var tracker: OutcomeTracker
    private var ticks: [MarketTick] = []
    /// Feed index below which everything was applied.
    package private(set) var applied: UInt64 = 0

    private let quality: QualityWatch?

    /// - Parameter quality: looks at the same records on the way.
    package init(terms: OutcomeTerms, quality: QualityWatch? = nil) {
        tracker = OutcomeTracker(terms: terms)
        self.quality = quality
    }

    /// What the data of the sessions that closed was worth, and at the end of a run, of the one that is open.
    package func takeQuality(atEnd: Bool = false) -> [QualityReport] {
        quality?.takeReports(atEnd: atEnd) ?? []
    }

    /// A signal and the arm that sent it; `cause` counts in the merged feed.
    package typealias Said = (arm: Arm, signal: Signal)

    /// Applies the chunks up to and with one mark.
    ///
    /// - Parameters:
    ///   - chunks: in order, from the record after the last mark on; the last one ends with the mark.
    ///   - signals: those caused by these records, in any order of arms.
    /// - Returns: what ended, by the feed index at which it was known.
    package func apply(_ chunks: [FeedChunk], mark: Mark, index: UInt64, signals: [Said]) -> [Outcome] {
        follow(signals, chunks)
        var outcomes = tracker.apply(ticks)
        outcomes += tracker.timePassed(to: mark.time, index: index)
        if mark.closes != nil { outcomes += tracker.closeSession(index: index) }
        applied = index + 1
        return outcomes
    }

    /// What the router has to know before it sees a signal whose price is off the book; nil for all others.
    ///
    /// The market is that of the last mark applied: the same in both modes, whoever reads faster.
    package func quote(against signal: Signal, band: Double) -> Event? {
        guard let price = tracker.lastPrice(of: signal.underlyingID), signal.isOff(price, by: band) else { return nil }
        return Event(index: signal.cause, payload: .quote(signal.underlyingID, price))
    }

    /// What is said of a signal that came after its market had passed.
    package func giveUp(_ arm: Arm, _ signal: Signal, at index: UInt64) -> Outcome {
        tracker.giveUp(arm, signal, causeIndex: signal.cause, knownIndex: index)
    }

    /// One pass over the records: makes their ticks, and looks up when the signals' causes were received.
    private func follow(_ signals: [Said], _ chunks: [FeedChunk]) {
        let waiting = signals.enumerated().sorted {
            ($0.element.signal.cause, $0.element.arm == .baseline ? 0 : 1, $0.offset)
                < ($1.element.signal.cause, $1.element.arm == .baseline ? 0 : 1, $1.offset)
        }.map(\.element)
        var next = 0
        ticks.removeAll(keepingCapacity: true)
        for chunk in chunks {
            var index = chunk.firstIndex
            let told = ticks.count
            chunk.withRun { run in
                for record in run {
                    tape.append(record, index: index, to: &ticks)
                    while next < waiting.count, waiting[next].signal.cause <= index {
                        let (arm, signal) = waiting[next]
                        tracker.follow(arm, signal, causeIndex: signal.cause, causeTime: tape.feedTime)
                        next += 1
                    }
                    index += 1
                }
                quality?.take(run, ticks: ticks[told...])
            }
        }
    }
}
