import Foundation
import MarketData

@testable import Monitors

/// SplitMix64 (Steele, Lea, Flood 2014).
struct BudgetRandom: RandomNumberGenerator {
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

enum Budget {
    static let isSoak = ProcessInfo.processInfo.environment["TANDEM_SOAK"] == "1"

    static func date(_ text: String) -> CivilDate {
        guard let date = CivilDate(text) else { preconditionFailure("\(text) is no date") }
        return date
    }

    /// `2026-11-20 15:00` in UTC.
    static func time(_ text: String) -> Timestamp {
        let parts = text.split(separator: " ")
        let clock = parts[1].split(separator: ":").compactMap { Int64($0) }
        return Timestamp(
            seconds: Int64(date(String(parts[0])).daysSince1970) * 86_400 + clock[0] * 3600 + clock[1] * 60)
    }

    static func calendar(_ name: String) throws -> ExchangeCalendar { try ExchangeCalendar(named: name) }

    static func labels(
        arm: CostArm = .shared, provider: String = "databento", category: CostCategory = .data,
        purpose: CostLabels.Purpose = .ordinary, source: String = "live/mbp-1"
    ) -> CostLabels {
        CostLabels(
            arm: arm, stage: "shadow", provider: provider, category: category, purpose: purpose, source: source)
    }

    /// A committed row of its own, in dollars.
    static func cost(
        _ id: String, _ dollars: Double, on day: String, at clock: String = "15:00", labels: CostLabels = labels(),
        corrects: String? = nil
    ) -> LedgerRow {
        let at = time("\(day) \(clock)")
        return .cost(
            LedgerEntry(
                id: id, corrects: corrects, time: at, tradingDate: date(day), labels: labels, quantity: 0, unit: .items,
                unitPrice: nil, amountMicros: Int64((dollars * 1e6).rounded()), recordedAt: at, actor: "test"))
    }

    static func ledger(_ rows: [LedgerRow], limits: BudgetLimits = BudgetLimits()) throws -> BudgetLedger {
        var ledger = try BudgetLedger(limits: limits)
        for row in rows { _ = try ledger.add(row) }
        return ledger
    }

    static func request(
        _ id: String, _ dollars: Double, at moment: String = "2026-11-20 15:00", labels: CostLabels = labels()
    ) -> ReservationRequest {
        ReservationRequest(
            id: id, time: time(moment), tradingDate: date(String(moment.prefix(10))), labels: labels, quantity: 1,
            unit: .calls, unitPrice: nil, amountMicros: Int64((dollars * 1e6).rounded()), actor: "feed")
    }

    static func note(_ id: String, at moment: String, reason: String = "because") -> LedgerNote {
        LedgerNote(id: id, time: time(moment), actor: "ops", reason: reason)
    }
}
