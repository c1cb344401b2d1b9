/// Who is told of a notice, when, and why.
public struct RoutePlan: Hashable, Sendable {
    public struct Target: Hashable, Sendable, Codable {
        public var channel: String
        public var recipient: String?
        /// Unless somebody has it by then; 0: at once.
        public var afterSeconds: Double

        public init(_ channel: String, recipient: String? = nil, afterSeconds: Double = 0) {
            self.channel = channel
            self.recipient = recipient
            self.afterSeconds = afterSeconds
        }

        enum CodingKeys: String, CodingKey {
            case channel, recipient
            case afterSeconds = "after_seconds"
        }
    }

    /// What keeps a notice back.
    public enum Hold: Hashable, Sendable {
        case silence(id: String)
        /// By the open alert that explains it.
        case inhibition(alertID: String)
        /// Seconds until it is told with others.
        case digest(afterSeconds: Double)
    }

    /// By time; one for each channel and recipient.
    public var who: [Target]
    /// One line for each thing that was considered, in order.
    public var why: [String]
    public var heldBy: Hold?
}

extension AlertTerms {
    /// - Parameters:
    ///   - wallNanos: since 1970, for silences.
    ///   - open: the alerts that are open, its own may be among them.
    public func plan(
        for notice: AlertNotice, at wallNanos: UInt64, market: MarketMoment, silences: [AlertSilence],
        open: [OpenAlert]
    ) -> RoutePlan {
        let alert = notice.alert
        var why: [String] = []
        let matching = matchingRoutes(alert, market, &why)
        var who = targets(alert.severity, matching, &why)
        if who.first?.afterSeconds != 0, alert.severity.isUrgent || routes.isEmpty {
            let name = routes.isEmpty ? "no routes" : "no route has a channel for it"
            why.append("\(name): \(alert.severity.rawValue) goes to all channels")
            who = targets(alert.severity, [AlertRoute("default", channels: channels)], &why)
        }
        if who.isEmpty { why.append("nobody is told") }
        if alert.severity.isUrgent {
            why.append(
                "without an acknowledgement the last resort follows at \(short(Self.lastResortSeconds)) s, "
                    + "and a miss is recorded at \(short(Self.deadlineSeconds)) s")
        }
        let isImmediate = matching.contains { $0.isImmediate }
        let hold = hold(alert, at: wallNanos, market, silences, open, isImmediate: isImmediate, &why)
        return RoutePlan(who: who, why: why, heldBy: hold)
    }

    private func matchingRoutes(_ alert: Alert, _ market: MarketMoment, _ why: inout [String]) -> [AlertRoute] {
        var matching: [AlertRoute] = []
        for route in routes {
            if let mismatch = route.mismatch(alert, market) {
                why.append("route \(route.name): \(mismatch)")
                continue
            }
            why.append("route \(route.name): matches" + (route.continues ? ", and later ones may" : ""))
            matching.append(route)
            if !route.continues { break }
        }
        return matching
    }

    /// The earliest time of each channel and recipient over all `routes`.
    private func targets(
        _ severity: AlertSeverity, _ routes: [AlertRoute], _ why: inout [String]
    ) -> [RoutePlan.Target] {
        var seconds: [String: Double] = [:]
        var order: [String] = []
        func add(_ channel: String, after: Double) {
            if seconds[channel] == nil { order.append(channel) }
            seconds[channel] = min(seconds[channel] ?? after, after)
        }
        for route in routes {
            let isAtOnce = severity.isUrgent || route.mode == .fanOut
            for (place, channel) in route.channels.filter(channels.contains).enumerated() {
                add(channel, after: isAtOnce ? 0 : Double(place) * route.waitSeconds)
            }
            guard severity.isUrgent else { continue }
            if route.mode == .chain { why.append("\(severity.rawValue) goes to all of a chain at once") }
            let fallback = route.fallback.isEmpty ? channels : route.fallback
            for channel in fallback where channels.contains(channel) { add(channel, after: route.waitSeconds) }
        }
        let ordered = order.enumerated().sorted {
            (seconds[$0.element] ?? 0, $0.offset) < (seconds[$1.element] ?? 0, $1.offset)
        }
        return ordered.flatMap { _, channel in
            let after = seconds[channel] ?? 0
            why.append("\(channel): " + (after == 0 ? "at once" : "after \(short(after)) s unless another has it"))
            return targets(of: channel, afterSeconds: after)
        }
    }

    /// Everybody whom `channel` tells.
    func targets(of channel: String, afterSeconds: Double = 0) -> [RoutePlan.Target] {
        let recipients: [String?] = recipients[channel].map { $0.map(Optional.some) } ?? [nil]
        return recipients.map { RoutePlan.Target(channel, recipient: $0, afterSeconds: afterSeconds) }
    }

    private func hold(
        _ alert: Alert, at wallNanos: UInt64, _ market: MarketMoment, _ silences: [AlertSilence], _ open: [OpenAlert],
        isImmediate: Bool, _ why: inout [String]
    ) -> RoutePlan.Hold? {
        for silence in silences where silence.isActive(at: wallNanos) && silence.covers(alert) {
            why.append("silenced by \(silence.author) (\(silence.id)): \(silence.reason)")
            return .silence(id: silence.id)
        }
        if let hider = Inhibition.hider(of: alert, among: open.filter { $0.alert.id != alert.id }) {
            why.append("hidden while \(hider.cause.rawValue) (\(hider.id)) is open")
            return .inhibition(alertID: hider.id)
        }
        guard alert.severity == .info, !isImmediate else { return nil }
        let seconds = digest.secondsToNext(market)
        why.append("told in the digest, in \(short((seconds / 60).rounded(.up))) min")
        return .digest(afterSeconds: seconds)
    }
}
