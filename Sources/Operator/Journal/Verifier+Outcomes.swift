internal import Feeds
internal import MarketData
internal import Rollout
internal import Signals

/// A signal or outcome by the two things that name it.
private struct SignalKey: Hashable {
    let arm: Arm
    let id: String
}

/// Holds outcome rows against their own fields and the signals they tell of: each of one that was journaled in time, once.
struct OutcomeAudit {
    private let path: String
    private let terms: OutcomeTerms?
    private var open: [SignalKey: Signal] = [:]
    private var settled: Set<SignalKey> = []
    /// A signal that a session's last mark caused stands behind its outcome, which is a fact of that mark.
    private var ahead: [SignalKey: (row: Int64, outcome: Outcome)] = [:]
    private(set) var count = 0

    init(path: String, terms: OutcomeTerms?) {
        self.path = path
        self.terms = terms
    }

    mutating func take(_ event: Event, row: Int64) throws {
        switch event.payload {
        case .signal(let arm, let signal, isLate: false):
            let key = SignalKey(arm: arm, id: signal.id)
            if let (row, outcome) = ahead.removeValue(forKey: key) {
                try compare(outcome, with: signal, row: row)
            } else {
                open[key] = signal
            }
        case .outcome(let outcome): try take(outcome, row: row)
        default: break
        }
    }

    private mutating func take(_ outcome: Outcome, row: Int64) throws {
        count += 1
        guard let terms else {
            throw damaged(row, "it is an outcome, and the spec in the first row does not say how outcomes are made")
        }
        let recomputed = outcome.recomputed(under: terms)
        guard recomputed == outcome else {
            throw damaged(
                row, "its figures do not follow from its fills: \(outcome.differences(from: recomputed))")
        }
        let key = SignalKey(arm: outcome.arm, id: outcome.id)
        guard settled.insert(key).inserted else {
            throw damaged(row, "it is the second outcome of signal \(outcome.id) of the \(outcome.arm.rawValue)")
        }
        if let signal = open.removeValue(forKey: key) {
            try compare(outcome, with: signal, row: row)
        } else {
            ahead[key] = (row, outcome)
        }
    }

    private func compare(_ outcome: Outcome, with signal: Signal, row: Int64) throws {
        guard outcome.action == signal.action, outcome.direction == signal.direction,
            outcome.instrumentID == signal.instrumentID, outcome.underlyingID == signal.underlyingID,
            outcome.causeIndex == signal.cause
        else {
            throw damaged(row, "it tells of another signal than the one journaled as \(signal.id)")
        }
    }

    /// No row follows.
    func finish() throws {
        guard let (key, first) = ahead.min(by: { $0.value.row < $1.value.row }) else { return }
        throw damaged(
            first.row, "it is the outcome of signal \(key.id), which the \(key.arm.rawValue) has not sent in time")
    }

    private func damaged(_ row: Int64, _ reason: String) -> JournalError {
        .damaged(path: path, row: row, reason: reason)
    }
}

extension Verifier {
    /// Follows the journaled signals through the market data again and compares every outcome.
    ///
    /// In arrival mode signals came when they came: what the data cannot show, the order in which they were followed and
    /// that some came too late, is left out.
    static func remakeOutcomes(_ reader: JournalReader, _ inputs: [String], _ report: inout VerifyReport) throws {
        guard let first = try reader.last([.begin]) else { return }
        let begin: BeginBody = try EventCodec.decode(first)
        guard let terms = begin.outcomeTerms, let plan = begin.feedPlan(files: inputs) else {
            throw JournalError.damaged(
                path: reader.path, row: first.n, reason: "its spec does not say how outcomes are made")
        }
        var journaled = try JournaledOutcomes(reader, mode: begin.mode)
        report.outcomesLate = journaled.lateCount
        let book = PaperBook(terms: terms)
        let feed = try MergedFeed(plan)
        var chunks: [FeedChunk] = []
        while !journaled.isUsedUp, let chunk = try feed.nextChunk() {
            chunks.append(chunk)
            guard let mark = chunk.mark, let index = chunk.markIndex else { continue }
            try journaled.take(mark, index: index)
            let signals = journaled.signals(through: index)
            for outcome in book.apply(chunks, mark: mark, index: index, signals: signals) {
                try journaled.take(outcome)
            }
            chunks.removeAll()
        }
        try journaled.finish()
        report.outcomesRemade = journaled.remadeCount
    }
}

/// What a journal holds that market data can be held against.
private struct JournaledOutcomes {
    private let path: String
    private let mode: BeginBody.Mode
    private var marks: ArraySlice<(row: Int64, index: UInt64, mark: Mark)> = []
    private var signals: ArraySlice<PaperBook.Said> = []
    private var outcomes: [SignalKey: (row: Int64, outcome: Outcome)] = [:]
    /// What is known below this index stands in the journal, if it was written to its end or not.
    private var completeBelow: UInt64 = 0
    /// The row of the last mark taken.
    private var markRow: Int64 = 0
    private(set) var lateCount = 0
    private(set) var remadeCount = 0

    init(_ reader: JournalReader, mode: BeginBody.Mode) throws {
        path = reader.path
        self.mode = mode
        var marks: [(row: Int64, index: UInt64, mark: Mark)] = []
        var signals: [PaperBook.Said] = []
        var late: Set<SignalKey> = []
        var hasEnd = false
        var lastKnown: UInt64 = 0
        try reader.scan(JournalReader.Filter(kinds: [.mark, .signal, .outcome, .end])) { row in
            hasEnd = hasEnd || row.kind == .end
            switch try EventCodec.event(from: row)?.payload {
            case .mark(let mark)?: marks.append((row.n, row.feedIndex, mark))
            case .signal(let arm, let signal, isLate: false)?: signals.append((arm, signal))
            case .outcome(let outcome)?:
                let key = SignalKey(arm: outcome.arm, id: outcome.id)
                if outcome.kind == .unresolvable(.late) {
                    late.insert(key)
                } else {
                    outcomes[key] = (row.n, outcome)
                    lastKnown = outcome.knownIndex
                }
            default: break
            }
        }
        lateCount = late.count
        self.marks = marks[...]
        // Engines interleave in the journal as they came; each one's causes never decrease.
        self.signals =
            signals.filter { !late.contains(SignalKey(arm: $0.arm, id: $0.signal.id)) }.enumerated()
            .sorted { ($0.element.signal.cause, $0.offset) < ($1.element.signal.cause, $1.offset) }
            .map(\.element)[...]
        // Ordered runs journal a mark with all that was known by then; others settle when engines have answered.
        completeBelow = mode == .ordered || hasEnd ? (marks.last?.index).map { $0 + 1 } ?? 0 : lastKnown
    }

    /// Whether the rest of the market data has nothing to say.
    var isUsedUp: Bool { marks.isEmpty && outcomes.isEmpty }

    /// A mark of the market data; another one than the journal's shows that these are not the rollout's.
    mutating func take(_ mark: Mark, index: UInt64) throws {
        guard let next = marks.popFirst() else { return }
        guard next.index == index, next.mark == mark else {
            throw damaged(
                next.row,
                "its mark is at feed index \(next.index), that of the market data at \(index): these are not the files of the rollout, or not in its order"
            )
        }
        markRow = next.row
    }

    mutating func signals(through index: UInt64) -> [PaperBook.Said] {
        let count = signals.prefix { $0.signal.cause <= index }.count
        defer { signals.removeFirst(count) }
        return Array(signals.prefix(count))
    }

    mutating func take(_ remade: Outcome) throws {
        guard let (row, outcome) = outcomes.removeValue(forKey: SignalKey(arm: remade.arm, id: remade.id)) else {
            guard remade.knownIndex < completeBelow else { return }
            throw damaged(
                markRow,
                "by its mark the market data give an outcome of signal \(remade.id) of the \(remade.arm.rawValue) (\(remade.kind.name)), and no row has it"
            )
        }
        var expected = remade
        if mode == .arrival { expected.order = outcome.order }
        guard expected == outcome else {
            throw damaged(row, "the market data give another outcome: \(outcome.differences(from: expected))")
        }
        remadeCount += 1
    }

    /// The market data are over.
    func finish() throws {
        if let next = marks.first {
            throw damaged(
                next.row,
                "the market data end before its mark at feed index \(next.index): these are not the files of the rollout"
            )
        }
        if let first = outcomes.values.min(by: { $0.row < $1.row }) {
            throw damaged(first.row, "the market data give no outcome of signal \(first.outcome.id)")
        }
    }

    private func damaged(_ row: Int64, _ reason: String) -> JournalError {
        .damaged(path: path, row: row, reason: reason)
    }
}

extension Outcome {
    /// What differs, for people: `R in millionths: journaled 1, recomputed 2`.
    fileprivate func differences(from other: Outcome) -> String {
        func text(_ fill: Fill?) -> String { fill.map { "\($0.price) at \($0.index), \($0.time)" } ?? "none" }
        let facts: [(name: String, of: (Outcome) -> String)] = [
            ("end", { [$0.kind.name, $0.kind.reason?.rawValue].compactMap { $0 }.joined(separator: " ") }),
            ("known at", { "\($0.knownIndex)" }), ("order", { "\($0.order)" }), ("entry", { text($0.entry) }),
            ("exit", { text($0.exit) }), ("stop", { $0.stop.map { "\($0)" } ?? "none" }),
            ("tick in 1e-9", { "\($0.tickNanos)" }), ("multiplier in 1e-9", { "\($0.multiplierNanos)" }),
            ("adverse in 1e-9", { "\($0.adverseNanos)" }), ("flags", { "\($0.flags.rawValue)" }),
            ("risk in micro-dollars", { "\($0.riskMicros)" }), ("profit in micro-dollars", { "\($0.profitMicros)" }),
            ("R in millionths", { "\($0.rMicros)" }), ("adverse R in millionths", { "\($0.adverseRMicros)" }),
        ]
        let differing = facts.filter { $0.of(self) != $0.of(other) }
        guard !differing.isEmpty else { return "it tells of another signal" }
        return differing.map { "\($0.name): journaled \($0.of(self)), recomputed \($0.of(other))" }
            .joined(separator: "; ")
    }
}
