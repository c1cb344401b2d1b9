package import MarketData
internal import Monitors

/// The live account as a look at it finds it.
package struct LiveReading: Hashable, Sendable {
    package var standing: LiveStanding
    /// The feed's time when it stood so.
    package var time: Timestamp
    /// Whether the feed has gone on since.
    package var isOlder: Bool
    /// Signals that the account's checks kept from being live, by rule, such as `exposure`.
    package var refused: [String: Int]

    package init(_ standing: LiveStanding, at time: Timestamp, isOlder: Bool, refused: [String: Int]) {
        self.standing = standing
        self.time = time
        self.isOlder = isOlder
        self.refused = refused
    }

    package var refusedSignals: Int { refused.values.reduce(0, +) }

    /// In one line.
    ///
    /// - Parameter format: of the time, where it is older than the feed.
    package func line(_ format: (Timestamp) -> String) -> String {
        let open = standing.positions.map { "\(Self.signed($0.contracts)) of \($0.underlying)" }
        return [
            "equity \(dollars(standing.equityMicros)) (cash \(dollars(standing.cashMicros)), unrealised "
                + "\(dollars(standing.unrealisedMicros)))", "realised \(dollars(standing.realisedMicros))",
            "session \(dollars(standing.sessionProfitMicros))",
            "drawdown \(dollars(standing.drawdownMicros)), at most \(dollars(standing.maxDrawdownMicros))",
            "exposure \(dollars(standing.exposureMicros))",
            "open \(open.isEmpty ? "nothing" : open.joined(separator: ", "))",
            "risk refused \(NumberFormat.count(refusedSignals))",
        ].joined(separator: "; ") + (isOlder ? "; as of \(format(time))" : "")
    }

    private func dollars(_ micros: Int64) -> String { NumberFormat.dollars(micros: micros) }

    /// `+10`, `-3`
    static func signed(_ contracts: Int) -> String { (contracts > 0 ? "+" : "") + NumberFormat.count(contracts) }
}

extension LiveReading: Encodable {
    private enum CodingKeys: String, CodingKey {
        case refused
        case time = "as_of_ns"
        case isOlder = "is_older_than_feed"
        case refusedByRule = "refused_by_rule"
    }

    package func encode(to encoder: any Encoder) throws {
        try standing.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(time.nanos, forKey: .time)
        try container.encode(isOlder, forKey: .isOlder)
        try container.encode(refusedSignals, forKey: .refused)
        try container.encode(refused, forKey: .refusedByRule)
    }
}
