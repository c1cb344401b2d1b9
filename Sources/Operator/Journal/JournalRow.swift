internal import MarketData

/// One row of the journal. Rows are never changed or removed; each is chained to the one before.
package struct JournalRow: Hashable, Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        /// The first row: spec, start stage and mode.
        case begin
        case mark, signal, health, command, switches
        /// Where the market stood, for the signals at the same feed index.
        case quote
        /// What a closed session's data was worth.
        case data
        /// A measurement that gates and triggers read; `reason` holds which, `decision` its verdict.
        case measured
        /// Which engine speaks for an arm.
        case engine
        /// When promotion may happen from here on.
        case windows
        /// What became of a signal; `decision` holds how it ended, `feedIndex` where that was known.
        case outcome
        /// Follows the row of the event that led to it and shares its `ord`. `decision` holds the stage before.
        case transition
        /// A session became evidence: follows the event that made it whole, as all kinds below down to `close` do.
        case evidence
        /// A session that was evidence already was put right.
        case correction
        /// A trigger was acted on; `reason` holds which, `decision` the action.
        case trigger
        /// Sinks are to close what they hold of a candidate's signal.
        case close
        /// The feed ended and both engines answered its last mark.
        case end
        /// The operator came up again on the same state folder.
        case resumed
        /// An engine process started, died or was killed.
        case process
        /// What an engine wrote that breaks the contract, or says of itself.
        case complaint
        /// A monitor's level became another one.
        case monitor
        /// Something to be told: `id` holds the alert's, `reason` its cause, `decision` what became of it.
        case alert

        /// Whether the row is an event of the one sequence; the others tell of processes and wall-clock time, and no
        /// decision depends on them.
        package var isInSequence: Bool {
            switch self {
            case .resumed, .process, .complaint, .monitor, .alert: return false
            default: return true
            }
        }
    }

    /// Row number, from 1 without gaps.
    package var n: Int64 = 0
    /// The event's place in the one sequence.
    package var ord: Int64
    package var feedIndex: UInt64
    package var kind: Kind
    package var arm: String?
    package var id: String?
    /// Event time, nanoseconds since 1970.
    package var time: UInt64
    /// Wall clock at the decision, nanoseconds since 1970; no part of any comparison.
    package var at: UInt64
    package var instrumentID: UInt32?
    package var underlyingID: UInt32?
    package var decision: String?
    package var reason: String?
    /// Stage after the event.
    package var stage: String
    package var status: String
    /// Place in the live log.
    package var seq: Int64?
    /// Canonical JSON of everything else the event carried.
    package var body: String

    package init(
        ord: Int64, feedIndex: UInt64, kind: Kind, arm: String? = nil, id: String? = nil, time: UInt64, at: UInt64,
        instrumentID: UInt32? = nil, underlyingID: UInt32? = nil, decision: String? = nil, reason: String? = nil,
        stage: String, status: String, seq: Int64? = nil, body: String = "{}"
    ) {
        self.ord = ord
        self.feedIndex = feedIndex
        self.kind = kind
        self.arm = arm
        self.id = id
        self.time = time
        self.at = at
        self.instrumentID = instrumentID
        self.underlyingID = underlyingID
        self.decision = decision
        self.reason = reason
        self.stage = stage
        self.status = status
        self.seq = seq
        self.body = body
    }

    /// The row as bytes that differ for different rows: each field with its length before it.
    package var canonical: [UInt8] {
        var bytes: [UInt8] = []
        func add(_ text: String?) {
            guard let text else { return bytes.append(ascii: "-,") }
            bytes.append(decimal: text.utf8.count)
            bytes.append(ascii: ":")
            bytes.append(contentsOf: text.utf8)
            bytes.append(ascii: ",")
        }
        for number in [String(n), String(ord), String(feedIndex), kind.rawValue] { add(number) }
        add(arm)
        add(id)
        add(String(time))
        add(String(at))
        add(instrumentID.map { String($0) })
        add(underlyingID.map { String($0) })
        add(decision)
        add(reason)
        add(stage)
        add(status)
        add(seq.map { String($0) })
        add(body)
        return bytes
    }

    /// SHA-256(previous chain value, canonical row).
    package func chain(after previous: [UInt8]) -> [UInt8] {
        var hash = SHA256()
        hash.update(previous)
        hash.update(canonical)
        return hash.digest()
    }

    /// Whether both say the same, wherever and whenever they were written.
    package func matches(_ other: JournalRow) -> Bool {
        var other = other
        other.n = n
        other.at = at
        return self == other
    }

    /// The line this row adds to the digest; nil for rows that add none.
    package var digestLine: String? {
        switch kind {
        case .signal:
            return "S\t\(arm ?? "-")\t\(id ?? "-")\t\(feedIndex)\t\(decision ?? "-")\t\(reason ?? "-")\t\(stage)\n"
        case .transition:
            return "T\t\(feedIndex)\t\(decision ?? "-")\t\(stage)\t\(status)\t\(reason ?? "-")\n"
        default: return nil
        }
    }
}
