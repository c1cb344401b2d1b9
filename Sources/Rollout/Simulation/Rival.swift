/// The rule of another tool, on the same sessions: it sees every signal of both engines with its outcome, though none of
/// these tools scores an engine in shadow, and begins at 10 % of the traffic, as they do.
protocol Rival: Sendable {
    /// Shadow: taken back for good.
    var stage: Stage { get }

    /// Looks at a session that is over.
    mutating func judge(_ market: SimulatedMarket)
}
