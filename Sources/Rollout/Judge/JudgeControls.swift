public import MarketData
public import Signals

/// Where somebody who knows the labels would speak; the caller gives it prices and follows it like any signal.
public struct OracleRequest: Hashable, Sendable {
    /// `oracle-<session>-<campaign>`
    public let id: String
    public let session: CivilDate
    /// The middle of the campaign.
    public let time: Timestamp
    public let underlying: InstrumentID
    public let underlyingSymbol: String
    public let direction: Signal.Direction

    /// The request as a signal about the underlying.
    ///
    /// - Parameters:
    ///   - cause: feed index of the record at which `time` was reached.
    ///   - toTarget: distance from `price` in 1e-9, as the candidate engine would set it there.
    ///   - toStop: the same for the stop.
    public func signal(cause: UInt64, price: Price, toTarget: Int64, toStop: Int64, horizonSeconds: Int) -> Signal {
        let isLong = direction == .long
        return Signal(
            id: id, cause: cause, tsEvent: time, instrumentID: underlying, symbol: underlyingSymbol,
            underlyingID: underlying, direction: direction, action: isLong ? .strongBuy : .strongSell,
            strength: .extreme, confidence: 1, price: price,
            target: price.moved(by: isLong ? Int128(toTarget) : -Int128(toTarget)),
            stop: price.moved(by: isLong ? -Int128(toStop) : Int128(toStop)), horizonSeconds: horizonSeconds)
    }
}

/// Rows that show whether the judge itself can be trusted.
public enum JudgeControls {
    /// One request for every campaign, in the order of the labels: what perfect detection without knowledge of the future
    /// would reach.
    ///
    /// It knows who accumulates and means it, not whether the move will come; accuracy far below the share of moves that
    /// came says that outcomes or the market are wrong, and precision or recall below 1 that matching is.
    ///
    /// - Parameter withFalseStarts: also speak in campaigns that will break off.
    public static func oracle(_ labels: JudgeLabels, withFalseStarts: Bool = false) -> [OracleRequest] {
        labels.campaigns.filter { withFalseStarts || !$0.isFalseStart }.map { campaign in
            let start = campaign.start.nanos
            let half = campaign.end.nanos >= start ? (campaign.end.nanos - start) / 2 : 0
            return OracleRequest(
                id: "oracle-\(campaign.session)-\(campaign.number)", session: campaign.session,
                time: Timestamp(nanos: start + half), underlying: campaign.underlying,
                underlyingSymbol: campaign.underlyingSymbol, direction: campaign.direction)
        }
    }

    /// The same signals with directions thrown anew: accuracy must lie where costs put a coin, near one half.
    ///
    /// The direction is a bit of SHA-256 over seed and id, so that it depends on no order. Where it turns, target and stop
    /// are mirrored around the price and the action with them. Ids are those of the signals with `coin-` before them, which
    /// may pass the engine contract's limit: these signals go over no wire.
    public static func coin(_ signals: [Signal], seed: UInt64) -> [Signal] {
        signals.map { signal in
            var tossed = signal
            tossed.id = "coin-" + signal.id
            let isLong = (SHA256.digest("coin\n\(seed)\n\(signal.id)").first ?? 0) & 1 == 1
            guard isLong != (signal.direction == .long) else { return tossed }
            tossed.direction = isLong ? .long : .short
            tossed.action = signal.action.opposite
            tossed.target = signal.target.mirrored(at: signal.price)
            tossed.stop = signal.stop.mirrored(at: signal.price)
            return tossed
        }
    }

    /// Signals whose target lay where a target belongs.
    public static func withoutWrongSideTargets(_ signals: [JudgedSignal]) -> [JudgedSignal] {
        signals.filter { !$0.isTargetWrongSide }
    }
}

extension JudgeLabels {
    /// Each session's campaigns as if they had been another's, at the same time of day (UTC): what matches them matches by
    /// chance.
    ///
    /// Session i of G gives to session (i + G / 2) mod G, at least one further: never to itself, and as far away as can be.
    /// The first underlying (by number) of the one stands for the first of the other, the second for the second, because
    /// instruments change between sessions; a session without campaigns has those of the nearest earlier session that has
    /// some, else of the nearest later.
    ///
    /// - Returns: nil with fewer than two sessions.
    public func shuffled() -> JudgeLabels? {
        guard sessions.count >= 2 else { return nil }
        let grouped = campaignsBySession
        let underlyings = Self.underlyings(grouped)
        var moved: [JudgedCampaign] = []
        for (index, campaigns) in grouped.enumerated() {
            let target = (index + max(1, sessions.count / 2)) % sessions.count
            let days = sessions[target].daysSince1970 - sessions[index].daysSince1970
            for var campaign in campaigns {
                campaign.session = sessions[target]
                campaign.start = campaign.start.advanced(bySeconds: Int64(days) * 86_400)
                campaign.end = campaign.end.advanced(bySeconds: Int64(days) * 86_400)
                if let rank = underlyings[index].firstIndex(of: campaign.underlying),
                    let last = underlyings[target].indices.last
                {
                    campaign.underlying = underlyings[target][min(rank, last)]
                }
                moved.append(campaign)
            }
        }
        return JudgeLabels(sessions: sessions, campaigns: moved, parameters: parameters)
    }

    /// Ascending, for each session.
    private static func underlyings(_ grouped: [[JudgedCampaign]]) -> [[InstrumentID]] {
        var result = grouped.map { Set($0.map(\.underlying)).sorted() }
        var nearest = result.first { !$0.isEmpty } ?? []
        for index in result.indices {
            if result[index].isEmpty { result[index] = nearest } else { nearest = result[index] }
        }
        return result
    }
}

extension Signal.Action {
    fileprivate var opposite: Signal.Action {
        switch self {
        case .strongBuy: return .strongSell
        case .buy: return .sell
        case .sell: return .buy
        case .strongSell: return .strongBuy
        case .monitor: return .monitor
        }
    }
}

extension Price {
    /// Stays below the number that stands for "no price".
    fileprivate func moved(by distance: Int128) -> Price {
        Price(nanos: min(Int64(clamping: Int128(nanos) + distance), .max - 1))
    }

    fileprivate func mirrored(at centre: Price) -> Price { centre.moved(by: Int128(centre.nanos) - Int128(nanos)) }
}
