import MarketData
import Testing

@testable import Alerts

/// SplitMix64 (Steele, Lea and Flood 2014): a seeded generator, so that a failure can be repeated.
struct AlertRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }
}

/// Thursday 2026-11-19 18:00 UTC, noon in Chicago, ns since 1970: in the middle of a Globex session.
let noonNanos: UInt64 = (20_776 * 86_400 + 18 * 3600) * 1_000_000_000

/// Ns since 1970, so many seconds after noon.
func wall(_ seconds: Double) -> UInt64 { noonNanos + UInt64((seconds * 1e9).rounded()) }

func fact(
    _ cause: AlertCause, _ subject: String = "candidate", _ severity: AlertSeverity = .critical,
    evidence: [AlertEvidence] = [], stage: String = "canary", isOver: Bool = false, isMoment: Bool = false
) -> AlertFact {
    AlertFact(
        cause, subject: subject, severity: severity, summary: "\(cause.rawValue) of \(subject)", evidence: evidence,
        stage: stage, status: "active", time: Timestamp(nanos: noonNanos), isOver: isOver, isMoment: isMoment)
}

extension AlertBook {
    /// The notice that `fact` gives; throws when it gives none.
    mutating func notice(_ fact: AlertFact, at wallNanos: UInt64) throws -> AlertNotice {
        let notice = take(fact, at: wallNanos)
        return try #require(notice)
    }
}

/// A notice as the book would make it of one fact.
func notice(
    _ cause: AlertCause = .rollback, _ severity: AlertSeverity = .critical, id: String = "A-0000000001",
    subject: String = "candidate", stage: String = "canary", kind: AlertNotice.Kind = .opened, number: Int = 1,
    at wallNanos: UInt64 = noonNanos, opened: UInt64? = nil, isMoment: Bool = false
) -> AlertNotice {
    let isOver = kind == .resolved || isMoment
    return AlertNotice(
        kind, number: number,
        Alert(
            id: id, fingerprint: "0123456789abcdef", rollout: "ifd-v3", cause: cause, subject: subject,
            severity: severity, summary: "\(cause.rawValue)", details: "", evidence: [], stage: stage,
            status: "active", openedAt: opened ?? wallNanos, updatedAt: wallNanos,
            resolvedAt: isOver ? wallNanos : nil, time: noonNanos, count: 1))
}

func alertTerms(_ channels: String..., routes: [AlertRoute] = []) -> AlertTerms {
    var terms = AlertTerms()
    terms.channels = channels
    terms.routes = routes
    return terms
}

func route(_ channels: [String], _ change: (inout AlertRoute) -> Void = { _ in }) -> AlertRoute {
    route("r", channels, change)
}

func route(
    _ name: String, _ channels: [String], _ change: (inout AlertRoute) -> Void = { _ in }
) -> AlertRoute {
    var route = AlertRoute(name, channels: channels)
    change(&route)
    return route
}
