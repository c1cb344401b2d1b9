public import MarketData

extension MarketParameters {
    /// Names all values at once: SHA-256, in hex, of `canonicalText`. Labels carry it.
    public var hash: String { SHA256.hex(SHA256.digest(canonicalText)) }

    /// One line a value, `name=value`, in the order of declaration; numbers in their shortest exact form.
    ///
    /// By reflection, so that a new value cannot be forgotten.
    public var canonicalText: String {
        Mirror(reflecting: self).children.map { "\($0.label ?? "")=\($0.value)\n" }.joined()
    }

    /// One change of the values.
    public struct Change: Hashable, Sendable {
        public let date: CivilDate
        /// Of the values from then on.
        public let hash: String
        public let reason: String
    }

    /// Every set of values there was, the oldest first; the last one is `standard`'s. Figures measured on one set do
    /// not compare with those on another.
    public static let history: [Change] = [
        (
            "2026-11-21", "a159eb4e4a5776ffa28ee8fb815b48aacb40b5373717392375ab7fba5e7e54b7",
            "First values of the market with labels, before any engine was tuned on it."
        )
    ].compactMap { date, hash, reason in
        CivilDate(date).map { Change(date: $0, hash: hash, reason: reason) }
    }
}
