import MarketData
import Testing

@testable import Monitors

@Suite struct BudgetLedgerTests {
    private let day = Budget.date("2026-11-20")
    private let now = Budget.time("2026-11-20 15:00")

    private func granted(_ answer: ReservationAnswer) -> Bool { if case .granted = answer { true } else { false } }

    /// $200 - $3 set aside, none of it in one day.
    private func nearTheMonthLimit(spent: Double) throws -> BudgetLedger {
        try Budget.ledger((0..<10).map { Budget.cost("c\($0)", spent / 10, on: "2026-11-0\($0 == 0 ? 1 : $0)") })
    }

    @Test func monthStopsPaidCallsBeforeWhatIsSetAside() throws {
        var ledger = try nearTheMonthLimit(spent: 196.9)
        #expect(try ledger.reserve(Budget.request("a", 0.25), at: now) == .refused(.month, leftMicros: 100_000))
        #expect(granted(try ledger.reserve(Budget.request("b", 0.1), at: now)))
        #expect(try ledger.reserve(Budget.request("c", 0.000001), at: now) == .refused(.month, leftMicros: 0))
    }

    @Test func alertsGoOutAfterTheHardStop() throws {
        var ledger = try nearTheMonthLimit(spent: 200)
        let alerts = Budget.labels(provider: "twilio", category: .alerts, purpose: .protection, source: "sms")
        #expect(try ledger.reserve(Budget.request("a", 0.25), at: now) == .refused(.month, leftMicros: -3_000_000))
        #expect(granted(try ledger.reserve(Budget.request("b", 2, labels: alerts), at: now)))
        #expect(
            try ledger.reserve(Budget.request("c", 1.5, labels: alerts), at: now)
                == .refused(.protection, leftMicros: 1_000_000))
        #expect(granted(try ledger.reserve(Budget.request("d", 1, labels: alerts), at: now)))
    }

    @Test func whatAlertsUseOfTheReserveLeavesPaidCallsTheirRoom() throws {
        var ledger = try nearTheMonthLimit(spent: 100)
        let alerts = Budget.labels(provider: "twilio", category: .alerts, purpose: .protection, source: "sms")
        let period = BudgetPeriod(of: now)
        #expect(ledger.room(in: period, on: day, at: now).month == 97_000_000)
        #expect(granted(try ledger.reserve(Budget.request("a", 2, labels: alerts), at: now)))
        #expect(ledger.room(in: period, on: day, at: now).month == 97_000_000)
        #expect(granted(try ledger.reserve(Budget.request("b", 2, labels: alerts), at: now)))
        #expect(ledger.room(in: period, on: day, at: now).month == 96_000_000)
    }

    @Test func dayStopsPaidCalls() throws {
        var ledger = try Budget.ledger([Budget.cost("c", 49.9, on: "2026-11-20")])
        #expect(try ledger.reserve(Budget.request("a", 0.25), at: now) == .refused(.day, leftMicros: 100_000))
        #expect(granted(try ledger.reserve(Budget.request("b", 0.25, at: "2026-11-21 15:00"), at: now)))
    }

    @Test func anotherMonthHasItsOwnLimit() throws {
        var ledger = try nearTheMonthLimit(spent: 200)
        #expect(granted(try ledger.reserve(Budget.request("a", 10, at: "2026-12-01 00:00"), at: now)))
    }

    /// A fee of $150 is owed from the first day; $20 of it are accrued.
    @Test func feesToComeAreNoRoom() throws {
        var limits = BudgetLimits()
        limits.fixedMicros = ["databento": 150_000_000]
        let accrued = Budget.cost("f", 20, on: "2026-11-20", labels: Budget.labels(category: .subscription))
        var ledger = try Budget.ledger([accrued], limits: limits)
        #expect(ledger.room(in: BudgetPeriod(of: now), on: day, at: now).month == 47_000_000)
        #expect(try ledger.reserve(Budget.request("a", 47.01), at: now) == .refused(.day, leftMicros: 30_000_000))
    }

    @Test func commitFreesWhatTheCallDidNotCost() throws {
        var ledger = try Budget.ledger([])
        _ = try ledger.reserve(Budget.request("r", 0.25), at: now)
        #expect(ledger.reservedMicros(in: BudgetPeriod(of: now)) == 250_000)
        guard
            case .closed(_, overMicros: 0) = try ledger.commit(
                "r", quantity: 1, actualMicros: 100_000, at: now, actor: "feed")
        else {
            Issue.record("not closed")
            return
        }
        #expect(ledger.reservedMicros(in: BudgetPeriod(of: now)) == 0)
        #expect(ledger.spentMicros(in: BudgetPeriod(of: now)) == 100_000)
    }

    @Test func costAboveItsReservationCountsInFull() throws {
        var ledger = try Budget.ledger([])
        _ = try ledger.reserve(Budget.request("r", 0.25), at: now)
        let answer = try ledger.commit("r", quantity: 1, actualMicros: 300_000, at: now, actor: "feed")
        guard case .closed(_, overMicros: 50_000) = answer else {
            Issue.record("\(answer)")
            return
        }
        #expect(ledger.spentMicros(in: BudgetPeriod(of: now)) == 300_000)
    }

    @Test func closingTwiceChangesNothing() throws {
        var ledger = try Budget.ledger([])
        _ = try ledger.reserve(Budget.request("r", 0.25), at: now)
        _ = try ledger.reserve(Budget.request("s", 0.25), at: now)
        _ = try ledger.commit("r", quantity: 1, actualMicros: 7, at: now, actor: "feed")
        _ = try ledger.release("s", at: now, actor: "feed")
        let rows = ledger.rows
        #expect(try ledger.commit("r", quantity: 1, actualMicros: 7, at: now, actor: "feed") == .duplicate)
        #expect(try ledger.release("s", at: now, actor: "feed") == .duplicate)
        #expect(throws: BudgetError.closedReservation(id: "r", state: .committed, micros: 7)) {
            try ledger.commit("r", quantity: 1, actualMicros: 8, at: now, actor: "feed")
        }
        #expect(throws: BudgetError.closedReservation(id: "s", state: .released, micros: 0)) {
            try ledger.commit("s", quantity: 1, actualMicros: 8, at: now, actor: "feed")
        }
        #expect(throws: BudgetError.unknownReservation(id: "t")) { try ledger.release("t", at: now, actor: "feed") }
        #expect(ledger.rows == rows)
    }

    @Test func equalWishIsADuplicateAndAnotherAConflict() throws {
        var ledger = try Budget.ledger([])
        _ = try ledger.reserve(Budget.request("r", 0.25), at: now)
        let later = Budget.request("r", 0.25, at: "2026-11-21 15:00")
        #expect(try ledger.reserve(later, at: now.advanced(bySeconds: 9)) == .duplicate(.reserved))
        _ = try ledger.release("r", at: now, actor: "feed")
        #expect(try ledger.reserve(later, at: now) == .duplicate(.released))
        #expect(throws: BudgetError.conflict(id: "r")) { try ledger.reserve(Budget.request("r", 0.2), at: now) }
        #expect(ledger.rows.count == 2)
    }

    @Test func rowsAreIdempotentById() throws {
        let row = Budget.cost("c", 1, on: "2026-11-20")
        var ledger = try Budget.ledger([row])
        #expect(try ledger.add(row) == .duplicate)
        #expect(throws: BudgetError.conflict(id: "c")) { try ledger.add(Budget.cost("c", 2, on: "2026-11-20")) }
        #expect(ledger.spentMicros(in: BudgetPeriod(of: now)) == 1_000_000)
    }

    @Test func onlyReservationsOlderThanAMinuteAreCommittedAtARestart() throws {
        var ledger = try Budget.ledger([])
        _ = try ledger.reserve(Budget.request("old", 0.25), at: now)
        _ = try ledger.reserve(Budget.request("young", 0.2), at: now.advanced(bySeconds: 1))
        var restarted = try Budget.ledger(ledger.rows)
        let rows = try restarted.recover(at: now.advanced(bySeconds: 60), actor: "operator")
        #expect(rows.map(\.id) == ["old/committed"])
        #expect(restarted.spentMicros(in: BudgetPeriod(of: now)) == 250_000)
        #expect(restarted.reservedMicros(in: BudgetPeriod(of: now)) == 200_000)
        #expect(try restarted.recover(at: now.advanced(bySeconds: 60), actor: "operator").isEmpty)
    }

    @Test func correctionTakesBackWhatItNames() throws {
        var ledger = try Budget.ledger([Budget.cost("c", 5, on: "2026-11-20")])
        let labels = Budget.labels(category: .correction)
        _ = try ledger.add(Budget.cost("k", -2, on: "2026-11-20", labels: labels, corrects: "c"))
        #expect(ledger.spentMicros(in: BudgetPeriod(of: now)) == 3_000_000)
        #expect(throws: BudgetError.correctsTooMuch(id: "l", corrects: "c", leftMicros: 3_000_000)) {
            try ledger.add(Budget.cost("l", -3.1, on: "2026-11-20", labels: labels, corrects: "c"))
        }
        #expect(throws: BudgetError.noSuchRow(id: "m", corrects: "x")) {
            try ledger.add(Budget.cost("m", -1, on: "2026-11-20", labels: labels, corrects: "x"))
        }
        #expect(throws: BudgetError.differs(id: "n", from: "c", field: "time")) {
            try ledger.add(Budget.cost("n", -1, on: "2026-11-21", labels: labels, corrects: "c"))
        }
        #expect(throws: BudgetError.self) { try ledger.add(Budget.cost("o", -1, on: "2026-11-20")) }
        #expect(ledger.rows.count == 2)
    }

    @Test func changedLimitHoldsFromItsTimeOn() throws {
        let set = BudgetSetting(note: Budget.note("s", at: "2026-11-10 00:00"), key: .month, micros: 100_000_000)
        let ledger = try Budget.ledger([.setting(set)])
        #expect(ledger.limits(at: Budget.time("2026-11-09 23:59")).monthMicros == 200_000_000)
        #expect(ledger.limits(at: Budget.time("2026-11-10 00:00")).monthMicros == 100_000_000)
    }

    @Test func expiredOverrideDoesNotCount() throws {
        let extra = BudgetOverride(
            note: Budget.note("o", at: "2026-11-20 10:00"), scope: .month, grant: .extra, micros: 50_000_000,
            expires: Budget.time("2026-11-21 10:00"))
        let instead = BudgetOverride(
            note: Budget.note("p", at: "2026-11-20 10:00"), scope: .day, grant: .limit, micros: 80_000_000,
            expires: Budget.time("2026-11-21 10:00"))
        let ledger = try Budget.ledger([.override(extra), .override(instead)])
        let during = ledger.limits(at: Budget.time("2026-11-21 09:59"))
        let after = ledger.limits(at: Budget.time("2026-11-21 10:00"))
        #expect(during.monthMicros == 250_000_000 && during.dayMicros == 80_000_000)
        #expect(after.monthMicros == 200_000_000 && after.dayMicros == 50_000_000)
    }

    @Test func historicalDataAboveTenDollarsWantsApproval() throws {
        var ledger = try Budget.ledger([])
        let labels = Budget.labels(category: .historical, source: "backfill")
        #expect(granted(try ledger.reserve(Budget.request("a", 10, labels: labels), at: now)))
        let wish = Budget.request("b", 10.01, labels: labels)
        #expect(try ledger.reserve(wish, at: now) == .needsApproval(.amount, leftMicros: 40_000_000))
        let tooLow = BudgetApproval(note: Budget.note("y", at: "2026-11-20 15:00"), request: "b", micros: 10_000_000)
        _ = try ledger.add(.approval(tooLow))
        #expect(try ledger.reserve(wish, at: now) == .needsApproval(.amount, leftMicros: 40_000_000))
        let enough = BudgetApproval(note: Budget.note("z", at: "2026-11-20 15:00"), request: "b", micros: 10_010_000)
        _ = try ledger.add(.approval(enough))
        #expect(granted(try ledger.reserve(wish, at: now)))
    }

    /// $8 are left for the day: $4 is half of it, a micro-dollar more is more than half.
    @Test func historicalDataAboveHalfOfWhatIsLeftWantsApproval() throws {
        var ledger = try Budget.ledger([Budget.cost("c", 42, on: "2026-11-20")])
        let labels = Budget.labels(category: .historical, source: "backfill")
        #expect(
            try ledger.reserve(Budget.request("a", 4.000001, labels: labels), at: now)
                == .needsApproval(.half, leftMicros: 8_000_000))
        #expect(granted(try ledger.reserve(Budget.request("b", 4, labels: labels), at: now)))
    }

    @Test func amountsThatTogetherOverflowAreRefused() throws {
        var ledger = try Budget.ledger([])
        func huge(_ id: String) -> LedgerRow {
            .cost(
                LedgerEntry(
                    id: id, time: now, tradingDate: day, labels: Budget.labels(), quantity: 0, unit: .items,
                    unitPrice: nil, amountMicros: 1 << 60, recordedAt: now, actor: "test"))
        }
        _ = try ledger.add(huge("a"))
        let error = #expect(throws: BudgetError.self) { try ledger.add(huge("b")) }
        #expect(error?.description.contains("more than can be counted") == true)
        #expect(ledger.spentMicros(in: BudgetPeriod(of: now)) == 1 << 60)
        var limits = BudgetLimits()
        limits.monthMicros = .max
        #expect(throws: BudgetError.self) { try BudgetLedger(limits: limits) }
        limits.monthMicros = -1
        #expect(throws: BudgetError.self) { try BudgetLedger(limits: limits) }
    }

    @Test func monthWithoutARowIsUnknown() throws {
        let ledger = try Budget.ledger([Budget.cost("c", 1, on: "2026-11-20")])
        #expect(ledger.spentMicros(in: BudgetPeriod(of: Budget.time("2026-10-20 00:00"))) == nil)
    }

    /// The month is UTC's, as the vendor bills, whatever the trading date.
    @Test func monthIsInUTC() {
        let last = Timestamp(seconds: Int64(Budget.date("2026-12-01").daysSince1970) * 86_400 - 1)
        #expect(BudgetPeriod(of: last).description == "2026-11")
        #expect(BudgetPeriod(of: last.advanced(bySeconds: 1)).description == "2026-12")
        #expect(BudgetPeriod("2026-12")?.end == BudgetPeriod("2027-01")?.start)
        #expect(BudgetPeriod("2026-13") == nil && BudgetPeriod("2026-1") == nil && BudgetPeriod("1969-12") == nil)
    }

    /// What was metered before a restart goes on exactly; a correction does not make the meter charge again.
    @Test func meterGoesOnAfterARestart() throws {
        let price = try UnitPrice("$0.40/GB")
        let period = BudgetPeriod(of: now)
        var ledger = try Budget.ledger([])
        var bytes: Int64 = 0
        for part in 0..<5 {
            ledger = try Budget.ledger(ledger.rows)
            var meter = ledger.meter("live/mbp-1", price: price, in: period)
            let amount = try meter.charge(1_001_250)
            bytes += 1_001_250
            let row = LedgerRow.cost(
                LedgerEntry(
                    id: "m\(part)", time: now, tradingDate: day, labels: Budget.labels(), quantity: 1_001_250,
                    unit: .bytes, unitPrice: price, amountMicros: amount, recordedAt: now, actor: "feed"))
            _ = try ledger.add(row)
        }
        // 5,006,250 bytes x 0.0004 micro-dollars = 2002.5, half up; 5 x 400.5 rounded each would be 2005.
        #expect(ledger.spentMicros(in: period) == 2003)
        var entry = try #require(ledger.entries.first)
        (entry.id, entry.corrects, entry.amountMicros, entry.quantity) = ("k", "m0", -401, 0)
        _ = try ledger.add(.cost(entry))
        #expect(ledger.meter("live/mbp-1", price: price, in: period).chargedMicros == 2003)
    }
}
