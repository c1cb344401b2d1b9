internal import Feeds
internal import MarketData
internal import Monitors
internal import Rollout
internal import Signals

/// Arrival mode's way to outcomes: records wait until every engine that keeps up has answered them, so that positions are
/// followed through whole stretches between marks.
struct PaperQueue {
    private struct Stretch {
        let mark: Mark
        let index: UInt64
        let chunks: [FeedChunk]
    }

    private let book: PaperBook
    private var files: OutcomeFiles
    private var stretches: [Stretch] = []
    private var signals: [PaperBook.Said] = []
    /// Signals whose outcome an earlier run journaled.
    private var known: [Arm: Set<String>]

    /// - Parameters:
    ///   - signals: those of an earlier run, to be followed again.
    ///   - known: signals whose outcomes stand in the journal.
    init(
        terms: OutcomeTerms, quality: QualityWatch?, folder: StateFolder, signals: [Arm: [Signal]] = [:],
        known: [Arm: Set<String>] = [:]
    ) {
        book = PaperBook(terms: terms, quality: quality)
        files = OutcomeFiles(folder: folder)
        self.signals = Arm.allCases.flatMap { arm in (signals[arm] ?? []).map { (arm, $0) } }
        self.known = known
    }

    mutating func add(_ mark: Mark, index: UInt64, chunks: [FeedChunk]) {
        stretches.append(Stretch(mark: mark, index: index, chunks: chunks))
    }

    /// - Parameter index: where the feed is.
    /// - Returns: an outcome at once when the market that followed the signal has been let go.
    mutating func add(_ signal: Signal, of arm: Arm, at index: UInt64) -> Outcome? {
        guard signal.cause >= book.applied else {
            let outcome = book.giveUp(arm, signal, at: index)
            files.add(outcome)
            return outcome
        }
        signals.append((arm, signal))
        return nil
    }

    func quote(against signal: Signal, band: Double) -> Event? { book.quote(against: signal, band: band) }

    /// What the data of closed sessions was worth, and at the end of a run, of the open one.
    func takeQuality(atEnd: Bool = false) -> [QualityReport] { book.takeQuality(atEnd: atEnd) }

    /// Outcomes of the stretches that need not wait any more, in order.
    ///
    /// - Parameter isAnswered: whether nobody who keeps up still has to answer the record at this index.
    mutating func settle(_ isAnswered: (UInt64) -> Bool) throws -> [Outcome] {
        var outcomes: [Outcome] = []
        while let stretch = stretches.first, isAnswered(stretch.index) {
            stretches.removeFirst()
            let due = signals.filter { $0.signal.cause <= stretch.index }
            signals.removeAll { $0.signal.cause <= stretch.index }
            for outcome in book.apply(stretch.chunks, mark: stretch.mark, index: stretch.index, signals: due) {
                files.add(outcome)
                if known[outcome.arm]?.remove(outcome.id) == nil { outcomes.append(outcome) }
            }
            if let session = stretch.mark.closes { try files.close(session) }
        }
        return outcomes
    }
}
