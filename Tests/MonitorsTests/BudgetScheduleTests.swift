import MarketData
import Testing

@testable import Monitors

/// Several clients reserve, spend and commit in any interleaving, and clients and operator are killed between any two
/// steps.
@Suite struct BudgetScheduleTests {
    @Test func noScheduleOverspendsLosesOrDoublesACost() throws {
        for seed in UInt64(0)..<(Budget.isSoak ? 10_000 : 500) {
            var world = BudgetWorld(seed: seed)
            try world.run(steps: 150)
            #expect(world.problems.isEmpty, "seed \(seed): \(world.problems.first ?? "")")
            guard world.problems.isEmpty else { return }
        }
    }

    /// The schedules reach what they are meant to try: refusals at both limits, lost reservations, late commits.
    @Test func schedulesReachEveryCorner() throws {
        var seen: Set<String> = []
        for seed in UInt64(0)..<100 {
            var world = BudgetWorld(seed: seed)
            try world.run(steps: 150)
            seen.formUnion(world.seen)
        }
        let corners = [
            "refused month", "refused day", "refused protection", "granted", "protection past the stop", "lost in full",
            "late commit", "killed client", "killed operator", "killed in recovery", "duplicate commit",
        ]
        for corner in corners { #expect(seen.contains(corner), "\(corner)") }
    }
}

/// Operator, clients and the truth about what was spent. The oracle keeps one number for each reservation, the worst that
/// can be true of it, and adds them up anew at every question.
private struct BudgetWorld {
    private struct Client {
        enum Step { case idle, granted, stored, spent, closed }
        var step = Step.idle
        var id = ""
        var row: LedgerRow?
        var actual: Int64 = 0
    }

    private struct Fact {
        let day: CivilDate
        let isProtection: Bool
        /// What the vendor will bill.
        var incurred: Int64 = 0
        /// What the ledger should say: all of the reservation until it is closed.
        var counted: Int64
        var isStored = false
    }

    private static let limits = {
        var limits = BudgetLimits()
        limits.monthMicros = 2_000_000
        limits.dayMicros = 1_500_000
        limits.protectionReserveMicros = 300_000
        return limits
    }()
    private static let slice: Int64 = 250_000
    private static let days = [Budget.date("2026-11-19"), Budget.date("2026-11-20")]

    private var random: BudgetRandom
    private var now = Budget.time("2026-11-19 15:00")
    private var dayIndex = 0
    private var memory: BudgetLedger?
    private var disk: [LedgerRow] = []
    private var clients: [Client]
    private var facts: [String: Fact] = [:]
    private var serial = 0
    private(set) var problems: [String] = []
    private(set) var seen: Set<String> = []

    init(seed: UInt64) {
        random = BudgetRandom(seed: seed)
        clients = Array(repeating: Client(), count: Int.random(in: 2...5, using: &random))
    }

    mutating func run(steps: Int) throws {
        try restart()
        for step in 0..<steps {
            if step == steps / 2 { nextDay() }
            now = now.advanced(bySeconds: Int64.random(in: 0...5, using: &random))
            if random.chance(2) {
                seen.insert("killed operator")
                try restart()
            } else if random.chance(4) {
                seen.insert("killed client")
                clients[Int.random(in: clients.indices, using: &random)] = Client()
            } else {
                try advance(Int.random(in: clients.indices, using: &random))
            }
            try check()
        }
        // Everybody dies; after a minute everything open is counted.
        clients = clients.map { _ in Client() }
        now = now.advanced(bySeconds: 61)
        try restart(kills: false)
        try check()
        for (id, fact) in facts where fact.isStored {
            guard let known = memory?.reservations[id] else {
                problems.append("\(id) is not in the ledger")
                continue
            }
            if known.state == .reserved { problems.append("\(id) is still open") }
            if known.committedMicros < fact.incurred { problems.append("\(id) lost a cost") }
            if known.committedMicros != fact.counted { problems.append("\(id) counts \(known.committedMicros)") }
        }
    }

    private mutating func nextDay() {
        now = Budget.time("2026-11-20 15:00")
        dayIndex = 1
    }

    /// Memory is gone; the ledger comes back from the disk and counts what is stale. A kill may come between its rows.
    private mutating func restart(kills: Bool = true) throws {
        facts = facts.filter { $0.value.isStored }
        for index in clients.indices where clients[index].step == .granted || random.chance(70) {
            clients[index] = Client()
        }
        now = now.advanced(bySeconds: Int64.random(in: 0...90, using: &random))
        var ledger = try BudgetLedger(limits: Self.limits)
        for row in disk { _ = try ledger.add(row) }
        for row in try ledger.recover(at: now, actor: "operator") {
            if kills, random.chance(10) {
                seen.insert("killed in recovery")
                return try restart()
            }
            disk.append(row)
            seen.insert("lost in full")
        }
        memory = ledger
    }

    private mutating func advance(_ index: Int) throws {
        switch clients[index].step {
        case .idle: try reserve(index)
        case .granted: store(index, next: .stored)
        case .stored where random.chance(15): try close(index) { try $0.release($1, at: $2, actor: "client") }
        case .stored: spend(index)
        case .spent:
            let actual = clients[index].actual
            try close(index) { try $0.commit($1, quantity: 1, actualMicros: actual, at: $2, actor: "client") }
        case .closed: store(index, next: .idle)
        }
    }

    private mutating func reserve(_ index: Int) throws {
        serial += 1
        let isProtection = random.chance(15)
        let amount = Int64.random(in: 1...Self.slice, using: &random)
        let request = ReservationRequest(
            id: "r\(serial)", time: now, tradingDate: Self.days[dayIndex],
            labels: Budget.labels(
                category: isProtection ? .alerts : .data, purpose: isProtection ? .protection : .ordinary),
            quantity: 1, unit: .calls, unitPrice: nil, amountMicros: amount, actor: "client")
        let wanted = oracleGrants(amount, isProtection)
        let answer = try memory?.reserve(request, at: now)
        switch answer {
        case .granted(let row):
            if !wanted { problems.append("\(request.id) was granted") }
            seen.insert("granted")
            if isProtection, !oracleGrants(amount, false) { seen.insert("protection past the stop") }
            facts[request.id] = Fact(day: Self.days[dayIndex], isProtection: isProtection, counted: amount)
            clients[index] = Client(step: .granted, id: request.id, row: row)
        case .refused(let reason, _):
            if wanted { problems.append("\(request.id) was refused: \(reason)") }
            seen.insert("refused \(reason)")
        default: problems.append("\(request.id) was answered \(String(describing: answer))")
        }
    }

    /// The rule in its plain form: everything that may be true, with what is set aside, must stay within both limits; an
    /// alert may always use what is set aside.
    private func oracleGrants(_ amount: Int64, _ isProtection: Bool) -> Bool {
        let total = facts.values.reduce(0) { $0 + $1.counted }
        let today = facts.values.reduce(0) { $1.day == Self.days[dayIndex] ? $0 + $1.counted : $0 }
        let alerts = facts.values.reduce(0) { $1.isProtection ? $0 + $1.counted : $0 }
        let aside = max(0, Self.limits.protectionReserveMicros - alerts)
        let fits = today + amount <= Self.limits.dayMicros
        guard isProtection else { return fits && total + amount + aside <= Self.limits.monthMicros }
        return amount <= aside || (fits && total + amount <= Self.limits.monthMicros)
    }

    private mutating func store(_ index: Int, next: Client.Step) {
        if let row = clients[index].row { disk.append(row) }
        facts[clients[index].id]?.isStored = true
        clients[index] = next == .idle ? Client() : Client(step: next, id: clients[index].id)
    }

    private mutating func spend(_ index: Int) {
        let id = clients[index].id
        guard case .cost(let entry)? = disk.first(where: { $0.id == id }) else {
            problems.append("\(id) is not stored")
            return
        }
        clients[index].actual = Int64.random(in: 0...entry.amountMicros, using: &random)
        clients[index].step = .spent
        facts[id]?.incurred = clients[index].actual
    }

    private mutating func close(
        _ index: Int, _ action: (inout BudgetLedger, String, Timestamp) throws -> ClosingAnswer
    ) throws {
        guard var ledger = memory else { return }
        defer { memory = ledger }
        let id = clients[index].id
        do {
            guard case .closed(let row, _) = try action(&ledger, id, now) else {
                clients[index] = Client()
                return
            }
            if random.chance(20) {
                if try action(&ledger, id, now) != .duplicate { problems.append("\(id) was closed twice") }
                seen.insert("duplicate commit")
            }
            if case .cost(let entry) = row { facts[id]?.counted = entry.state == .committed ? entry.amountMicros : 0 }
            // The operator stores a closing row in the step that makes it: a kill before it leaves the reservation open.
            if random.chance(90) {
                disk.append(row)
                clients[index] = Client()
            } else {
                if case .cost(let open)? = disk.first(where: { $0.id == id }) { facts[id]?.counted = open.amountMicros }
                try self.restartAfterLosing(index, &ledger)
            }
        } catch BudgetError.closedReservation {
            // The recovery counted it in full while this client was alive.
            seen.insert("late commit")
            clients[index] = Client()
        }
    }

    private mutating func restartAfterLosing(_ index: Int, _ ledger: inout BudgetLedger) throws {
        clients[index] = Client()
        try restart()
        if let memory { ledger = memory }
    }

    private mutating func check() throws {
        guard let memory else { return }
        let incurred = facts.values.reduce(0) { $0 + $1.incurred }
        if incurred > Self.limits.monthMicros + Self.slice { problems.append("\(incurred) spent in the month") }
        for day in Self.days {
            let spent = facts.values.reduce(0) { $1.day == day && !$1.isProtection ? $0 + $1.incurred : $0 }
            if spent > Self.limits.dayMicros + Self.slice { problems.append("\(spent) spent on \(day)") }
        }
        let period = BudgetPeriod(of: now)
        let claimed = (memory.spentMicros(in: period) ?? 0) + memory.reservedMicros(in: period)
        let counted = facts.values.reduce(0) { $0 + $1.counted }
        if claimed != counted { problems.append("the ledger counts \(claimed), the oracle \(counted)") }
        if claimed < incurred { problems.append("\(incurred) spent and \(claimed) counted") }
    }
}
