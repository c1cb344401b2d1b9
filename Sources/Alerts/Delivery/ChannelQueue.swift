/// What waits for a channel, and what the channel bears.
struct ChannelQueue: Hashable, Sendable {
    let limits: ChannelLimits
    /// Ids of deliveries that wait for their time or turn.
    var waiting: Set<String> = []
    /// Those that wait for the digest, in order, and when that is.
    var pool: [String] = []
    var poolDue: UInt64?
    /// Until then the next digest of what was too much gathers.
    var gatherUntil: UInt64 = 0
    /// Waiting ones that are not urgent.
    var ordinary = 0
    var inFlight = 0
    /// The provider asked to be left alone until then.
    var pausedUntil: UInt64 = 0
    /// Since when, and how its provider refused for good.
    var redSince: UInt64?
    var redReason: String?
    /// Negative when urgent messages borrowed.
    private var tokens: Double
    private var tokensAt: UInt64 = 0

    init(_ limits: ChannelLimits) {
        self.limits = limits
        tokens = limits.burst
    }

    /// Takes a delivery in as it is now.
    mutating func file(_ delivery: Delivery, isQueued: Bool, before: Delivery?) {
        if before?.status == .inFlight { inFlight -= 1 }
        if delivery.status == .inFlight { inFlight += 1 }
        if waiting.remove(delivery.id) != nil, !delivery.severity.isUrgent { ordinary -= 1 }
        guard isQueued else { return }
        waiting.insert(delivery.id)
        if !delivery.severity.isUrgent { ordinary += 1 }
    }

    mutating func refill(at now: UInt64) {
        if now > tokensAt {
            tokens = min(limits.burst, tokens + Double(now - tokensAt) / 1e9 * limits.perSecond)
        }
        tokensAt = now
    }

    /// After `refill`.
    var hasToken: Bool { tokens >= 1 - 1e-6 }

    mutating func takeToken() { tokens -= 1 }

    /// When there is a token again.
    var nextTokenAt: UInt64 { hasToken ? tokensAt : later(tokensAt, (1 - tokens) / limits.perSecond) }
}

/// How a channel does, for people.
public struct ChannelHealth: Hashable, Sendable {
    public var channel: String
    /// Refused for good; nothing succeeded since. Nil when it is well, as far as anybody knows.
    public var redSince: UInt64?
    public var redReason: String?
    public var pausedUntil: UInt64?
    public var waiting: Int
    public var inFlight: Int
}
