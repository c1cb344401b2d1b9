/// How urgent notices reached somebody: the promise is a provider's acknowledgement within 30 s.
public struct DeliverySLO: Hashable, Sendable, Codable {
    /// From the notice to the channel's acknowledgement, over all urgent deliveries that have one.
    public struct ChannelTimes: Hashable, Sendable, Codable {
        public var channel: String
        public var acknowledged: Int
        /// Nearest rank, seconds.
        public var p50Seconds: Double
        public var p99Seconds: Double

        enum CodingKeys: String, CodingKey {
            case channel, acknowledged
            case p50Seconds = "p50_seconds"
            case p99Seconds = "p99_seconds"
        }
    }

    /// Urgent notices; those that a silence or a larger alert holds back are not among them.
    public var notices: Int
    public var met: Int
    /// Also those that arrived later.
    public var missed: Int
    /// Neither has happened yet.
    public var unknown: Int
    public var channels: [ChannelTimes]

    /// The share of decided notices that were told in time, 0...1; nil when none is decided.
    public var ratio: Double? { met + missed == 0 ? nil : Double(met) / Double(met + missed) }

    /// - Parameters:
    ///   - deliveries: those of the errands, others are ignored.
    ///   - now: ns since 1970, by the wall clock.
    public init(errands: [Errand], deliveries: [Delivery], at now: UInt64) {
        var urgent: [String: Errand] = [:]
        for errand in errands where errand.isUrgent && errand.hold == nil { urgent[errand.id] = errand }
        notices = urgent.count
        missed = urgent.values.count { $0.isMissed(at: now) }
        met = urgent.values.count { ($0.deliveredAt ?? .max) <= $0.deadline }
        unknown = notices - met - missed
        var times: [String: [UInt64]] = [:]
        for delivery in deliveries where delivery.status == .delivered && delivery.escalation == 0 {
            guard let errand = urgent[delivery.errandID], let endedAt = delivery.endedAt else { continue }
            times[delivery.channel, default: []].append(endedAt - min(endedAt, errand.since))
        }
        channels = times.sorted { $0.key < $1.key }.map { channel, times in
            let sorted = times.sorted()
            return ChannelTimes(
                channel: channel, acknowledged: sorted.count, p50Seconds: Self.quantile(sorted, percent: 50),
                p99Seconds: Self.quantile(sorted, percent: 99))
        }
    }

    private static func quantile(_ sorted: [UInt64], percent: Int) -> Double {
        Double(sorted[max(0, (sorted.count * percent + 99) / 100 - 1)]) / 1e9
    }

    enum CodingKeys: String, CodingKey {
        case notices, met, missed, unknown, channels
    }
}
