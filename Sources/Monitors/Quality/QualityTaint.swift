/// Why signals of a half hour are left out of scores and limits. Source: `decision-statistics.md`, section 1.
package enum QualityTaint: String, Hashable, Sendable, Codable, CaseIterable, Comparable {
    case baselineNotReady = "baseline_not_ready"
    case gap
    case halt

    package static func < (a: QualityTaint, b: QualityTaint) -> Bool { a.rawValue < b.rawValue }
}

/// An open half hour that is tainted.
package struct TaintedHalfHour: Hashable, Sendable, Codable {
    /// ns since 1970, a multiple of 30 minutes.
    package let start: UInt64
    /// Ascending by name, each once, at least one.
    package internal(set) var reasons: [QualityTaint]
}

/// Data that is known to be missing.
package struct QualityGap: Hashable, Sendable, Codable {
    package enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        /// Records with the flag MAYBE_BAD_BOOK: the vendor lost data of the channel.
        case badBook = "bad_book"
        /// The vendor dropped records because they were read too slowly.
        case skipped
        /// Packets of a channel are missing, by sequence.
        case sequence
        /// No market data at all in open time.
        case silence
        /// A file ended inside a record.
        case truncatedFile = "truncated_file"
        /// The operator knows it: the connection was down, or it was itself.
        case reported
    }

    package let kind: Kind
    /// ns since 1970.
    package let from: UInt64
    /// Not before `from`; equal to it where only an instant is known.
    package internal(set) var to: UInt64
    /// How often within this stretch: records, packets, files.
    package internal(set) var count: Int
}
