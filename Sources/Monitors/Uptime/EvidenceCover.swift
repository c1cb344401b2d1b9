/// Which evidence explains which seconds.
struct EvidenceCover {
    struct Piece {
        /// Seconds whose beginnings the evidence covers.
        let seconds: Range<Int64>
        let evidence: EvidenceBook.InForce
    }

    /// Ascending, apart from each other.
    let pieces: [Piece]

    /// Where several rows cover a second, exchange goes before planned before dependency, planned downtime that was
    /// announced in time before other, and then the older row.
    init(_ book: EvidenceBook) {
        let covers = book.inForce.enumerated()
            .map { (order: $0, piece: Piece(seconds: $1.exclusion.seconds, evidence: $1)) }
            .sorted { ($0.piece.evidence.rank, $0.order) < ($1.piece.evidence.rank, $1.order) }
        var pieces: [Piece] = []
        for (_, cover) in covers { Self.add(cover, below: &pieces) }
        self.pieces = pieces
    }

    /// Adds what `pieces` do not cover yet.
    private static func add(_ cover: Piece, below pieces: inout [Piece]) {
        var start = cover.seconds.lowerBound
        var free: [Piece] = []
        for piece in pieces where piece.seconds.overlaps(cover.seconds) {
            if start < piece.seconds.lowerBound {
                free.append(Piece(seconds: start..<piece.seconds.lowerBound, evidence: cover.evidence))
            }
            start = piece.seconds.upperBound
        }
        if start < cover.seconds.upperBound {
            free.append(Piece(seconds: start..<cover.seconds.upperBound, evidence: cover.evidence))
        }
        pieces = (pieces + free).sorted { $0.seconds.lowerBound < $1.seconds.lowerBound }
    }

    /// `range` cut where evidence begins and ends, each part with its evidence.
    func split(_ range: Range<Int64>) -> [(seconds: Range<Int64>, evidence: EvidenceBook.InForce?)] {
        var parts: [(Range<Int64>, EvidenceBook.InForce?)] = []
        var start = range.lowerBound
        var index = pieces.partitioningIndex { $0.seconds.upperBound > start }
        while start < range.upperBound {
            let next =
                index < pieces.count ? pieces[index].seconds.clamped(to: range) : range.upperBound..<range.upperBound
            if start < next.lowerBound { parts.append((start..<next.lowerBound, nil)) }
            if !next.isEmpty { parts.append((next, pieces[index].evidence)) }
            start = max(next.upperBound, start)
            index += 1
        }
        return parts
    }
}

extension EvidenceRow.Exclusion {
    fileprivate var seconds: Range<Int64> { secondsBeginning(from: from, to: to) }
}

extension EvidenceBook.InForce {
    fileprivate var rank: Int {
        switch exclusion.cause {
        case .exchange: 0
        case .planned: isAnnounced ? 1 : 2
        case .dependency, .own, .telemetry: 3
        }
    }
}
