internal import MarketData

/// What an operator states about downtime. Rows are only ever added; a mistake is put right by another row.
package struct EvidenceRow: Hashable, Sendable {
    /// A stretch of time and why what was bad in it was.
    package struct Exclusion: Hashable, Sendable {
        /// Nanoseconds since 1970, included.
        package var from: UInt64
        /// Nanoseconds since 1970, excluded.
        package var to: UInt64
        /// `exchange`, `planned` or `dependency`.
        package var cause: DowntimeCause
        /// The source: its text or its address.
        package var evidence: String
        package var reason: String

        package init(from: UInt64, to: UInt64, cause: DowntimeCause, evidence: String, reason: String) {
            self.from = from
            self.to = to
            self.cause = cause
            self.evidence = evidence
            self.reason = reason
        }
    }

    package enum Content: Hashable, Sendable {
        case exclusion(Exclusion)
        /// Takes the place of the exclusion, or of the newest correction, that it names.
        case correction(of: String, Exclusion)
        case withdrawal(of: String, reason: String)
        case acknowledgement(incident: String, reason: String)
    }

    /// Unique in the book.
    package var id: String
    package var author: String
    /// Nanoseconds since 1970.
    package var recordedAt: UInt64
    package var content: Content

    package init(id: String, author: String, recordedAt: UInt64, content: Content) {
        self.id = id
        self.author = author
        self.recordedAt = recordedAt
        self.content = content
    }

    package static let causes: [DowntimeCause] = [.exchange, .planned, .dependency]
}

extension EvidenceRow {
    func validate() throws(UptimeError) {
        try UptimeError.checking { () throws(BudgetError) in
            try LedgerText.id.check(id, "id")
            try LedgerText.id.check(author, "author")
            try LedgerText.checkTime(Timestamp(nanos: recordedAt), "recorded_at")
        }
        switch content {
        case .exclusion(let exclusion): try exclusion.validate()
        case .correction(let target, let exclusion):
            try Self.check(target: target, "of")
            try exclusion.validate()
        case .withdrawal(let target, let reason):
            try Self.check(target: target, "of", reason: reason)
        case .acknowledgement(let incident, let reason):
            try Self.check(target: incident, "incident", reason: reason)
        }
    }

    private static func check(target: String, _ field: String, reason: String? = nil) throws(UptimeError) {
        try UptimeError.checking { () throws(BudgetError) in
            try LedgerText.id.check(target, field)
            if let reason { try LedgerText.reason.check(reason, "reason") }
        }
    }
}

extension EvidenceRow.Exclusion {
    fileprivate func validate() throws(UptimeError) {
        try UptimeError.checking { () throws(BudgetError) in
            try LedgerText.checkTime(Timestamp(nanos: to), "to")
            try LedgerText.reason.check(evidence, "evidence")
            try LedgerText.reason.check(reason, "reason")
        }
        guard from < to else {
            throw .badText(field: "to", text: String(to), expected: "a time after from, \(from)")
        }
        guard EvidenceRow.causes.contains(cause) else {
            throw .badText(field: "cause", text: cause.rawValue, expected: "exchange, planned or dependency")
        }
    }
}
