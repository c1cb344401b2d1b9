/// What happened to one instrument in one piece of the window.
///
/// Counts add without overflow checks: a piece of at most a day has fewer than 2^32 records, and 2^32 sizes of 32 bits fit 64.
struct QuotePiece: Sendable {
    /// Pieces since 1970.
    var number: UInt64 = .max
    /// Contracts added on either side.
    var bidSize: UInt64 = 0
    var askSize: UInt64 = 0
    /// A and M records of either side.
    var bidQuotes: UInt32 = 0
    var askQuotes: UInt32 = 0
    var adds: UInt32 = 0
    var modifies: UInt32 = 0
    /// Cancels that no fill caused.
    var cancels: UInt32 = 0
    /// Adds shortly after a cancel of their side.
    var replacements: UInt32 = 0
    /// Followed orders that were cancelled, and those of them that had not lived long.
    var ended: UInt32 = 0
    var shortLived: UInt32 = 0
    var peakPerSecond: UInt32 = 0
    var layers: UInt32 = 0
    /// Contracts and trades by aggressor.
    var bought: Int64 = 0
    var sold: Int64 = 0
    var trades: UInt32 = 0
}

/// What aggressors took of an instrument over the window.
struct TakenFlow: Hashable, Sendable {
    /// Contracts and trades by aggressor.
    var bought: Int64 = 0
    var sold: Int64 = 0
    var trades = 0
    /// The sum over pieces of |bought - sold|: how much pressure there was, whichever way.
    var swing: Int64 = 0
    /// The swing of the other right of the strike.
    var otherSwing: Int64 = 0
    /// Net contracts that were taken in step in both rights: both bought or both sold in the same piece.
    ///
    /// The legs of a structure print together, so pieces are compared and not windows. Pieces in which one right was
    /// bought and the other sold count against it: two flows that know nothing of each other do both alike and come to
    /// about 0, and a bought call with a sold put, which together are a direction, to less.
    var inStep: Int64 = 0

    mutating func addInStep(_ own: Int64, _ other: Int64) {
        let common = Int64(clamping: min(own.magnitude, other.magnitude))
        inStep = (own > 0) == (other > 0) ? inStep &+ common : inStep &- common
    }

    mutating func add(_ piece: QuotePiece) {
        bought &+= piece.bought
        sold &+= piece.sold
        trades += Int(piece.trades)
        swing &+= Int64(clamping: (piece.bought &- piece.sold).magnitude)
    }
}

/// How an instrument was quoted over the window: sums of its pieces.
struct QuoteActivity: Hashable, Sendable {
    var bidSize: UInt64 = 0
    var askSize: UInt64 = 0
    var bidQuotes = 0
    var askQuotes = 0
    var adds = 0
    var modifies = 0
    var cancels = 0
    var replacements = 0
    var ended = 0
    var shortLived = 0
    /// The highest of the pieces.
    var peakPerSecond = 0
    var layers = 0

    var updates: Int { adds + modifies + cancels }

    mutating func add(_ piece: QuotePiece) {
        bidSize &+= piece.bidSize
        askSize &+= piece.askSize
        bidQuotes += Int(piece.bidQuotes)
        askQuotes += Int(piece.askQuotes)
        adds += Int(piece.adds)
        modifies += Int(piece.modifies)
        cancels += Int(piece.cancels)
        replacements += Int(piece.replacements)
        ended += Int(piece.ended)
        shortLived += Int(piece.shortLived)
        peakPerSecond = max(peakPerSecond, Int(piece.peakPerSecond))
        layers += Int(piece.layers)
    }
}
