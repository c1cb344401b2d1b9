internal import MarketData

/// What would cost less, in dollars of the ledger's own figures.
package struct BudgetAdvice: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, Codable { case schema, session, arm, plan }

    package let kind: Kind
    /// One sentence.
    package let text: String
    /// In the period so far, or in the whole month for plans; nil when what it takes was not measured.
    package let savesMicros: Int64?
}

/// What a schema brought in the period.
package struct SchemaUse: Hashable, Sendable {
    /// Such as `mbp-1`.
    package let schema: String
    package let provider: String
    /// Nil when not measured.
    package let bytes: Int64?
    package let price: UnitPrice?
    /// Whether it is being paid for; else it is measured for comparison.
    package let isBilled: Bool

    package init(schema: String, provider: String, bytes: Int64?, price: UnitPrice?, isBilled: Bool) {
        self.schema = schema
        self.provider = provider
        self.bytes = bytes
        self.price = price
        self.isBilled = isBilled
    }

    /// Nil when bytes or price are not known.
    func costMicros() throws(BudgetError) -> Int64? {
        guard let bytes, let price else { return nil }
        return try price.amountMicros(bytes)
    }
}

/// A provider's offer for all data of a month.
package struct FlatPlan: Hashable, Sendable {
    package let provider: String
    package let monthMicros: Int64

    package init(provider: String, monthMicros: Int64) {
        self.provider = provider
        self.monthMicros = monthMicros
    }
}

extension BudgetAdvice {
    /// Every advice there is, by kind; none when nothing would cost less.
    package static func list(
        _ ledger: BudgetLedger, forecast: BudgetForecast, schemas: [SchemaUse], flatPlans: [FlatPlan] = []
    ) throws(BudgetError) -> [BudgetAdvice] {
        var list = try ofSchemas(schemas, period: forecast.period)
        list += ofSessions(ledger, period: forecast.period)
        list += ofArms(ledger, period: forecast.period)
        for plan in flatPlans { list += try ofPlan(plan, ledger: ledger, forecast: forecast, schemas: schemas) }
        return list
    }

    /// What a schema with less in it could stand in for `mbo`.
    private static let replacements = ["mbp-1", "trades"]

    private static func ofSchemas(_ schemas: [SchemaUse], period: BudgetPeriod) throws(BudgetError) -> [BudgetAdvice] {
        var costs: [(use: SchemaUse, micros: Int64)] = []
        var list: [BudgetAdvice] = []
        for use in schemas where use.isBilled {
            if let micros = try use.costMicros() {
                costs.append((use, micros))
            } else {
                list.append(.init(kind: .schema, text: "what \(use.schema) costs was not measured", savesMicros: nil))
            }
        }
        let total = costs.reduce(Int128(0)) { $0 + Int128($1.micros) }
        if costs.count > 1, let most = costs.max(by: { ($0.micros, $1.use.schema) < ($1.micros, $0.use.schema) }),
            most.micros > 0, let total = Int64(exactly: total)
        {
            let text =
                "\(most.use.schema) costs \(Dollars.text(most.micros)) of the \(Dollars.text(total)) for data "
                + "measured in \(period); without it that is saved"
            list.append(.init(kind: .schema, text: text, savesMicros: most.micros))
        }
        for (use, micros) in costs where use.schema == "mbo" && micros > 0 {
            for name in replacements {
                let other = schemas.first { $0.schema == name && $0.provider == use.provider }
                if let advice = try replacing(use, micros, by: name, other) { list.append(advice) }
            }
        }
        return list
    }

    private static func replacing(
        _ use: SchemaUse, _ micros: Int64, by name: String, _ other: SchemaUse?
    ) throws(BudgetError) -> BudgetAdvice? {
        guard let cost = try other?.costMicros() else {
            let text = "\(name) instead of \(use.schema): unknown, since \(name) was not measured"
            return BudgetAdvice(kind: .schema, text: text, savesMicros: nil)
        }
        let saved = micros - (other?.isBilled == true ? 0 : cost)
        guard saved > 0 else { return nil }
        let text = "\(name) instead of \(use.schema) saves \(Dollars.text(saved)) of \(Dollars.text(micros))"
        return BudgetAdvice(kind: .schema, text: text, savesMicros: saved)
    }

    /// Up to three days that cost more than one and a half times the median of at least three days.
    private static func ofSessions(_ ledger: BudgetLedger, period: BudgetPeriod) -> [BudgetAdvice] {
        let days = ledger.committedByDay(in: period)
        guard days.count >= 3 else { return [] }
        let sorted = days.map(\.micros).sorted()
        let median = sorted[sorted.count / 2]
        guard median > 0 else { return [] }
        return days.filter { $0.micros * 2 > median * 3 }.sorted { ($1.micros, $0.date) < ($0.micros, $1.date) }
            .prefix(3).map { day in
                let text =
                    "the session of \(day.date) cost \(Dollars.text(day.micros)), the median one "
                    + Dollars.text(median)
                return BudgetAdvice(kind: .session, text: text, savesMicros: day.micros - median)
            }
    }

    private static func ofArms(_ ledger: BudgetLedger, period: BudgetPeriod) -> [BudgetAdvice] {
        let sums = ledger.committed(in: period) { $0.labels.arm }
        let baseline = sums[.baseline] ?? 0
        let candidate = sums[.candidate] ?? 0
        guard baseline != candidate else { return [] }
        let (more, less) = candidate > baseline ? ("candidate", "baseline") : ("baseline", "candidate")
        let text =
            "the \(more) costs \(Dollars.text(max(candidate, baseline))) in \(period), the \(less) "
            + "\(Dollars.text(min(candidate, baseline))), beside \(Dollars.text(sums[.shared] ?? 0)) for both"
        return [BudgetAdvice(kind: .arm, text: text, savesMicros: abs(candidate - baseline))]
    }

    private static func ofPlan(
        _ plan: FlatPlan, ledger: BudgetLedger, forecast: BudgetForecast, schemas: [SchemaUse]
    ) throws(BudgetError) -> [BudgetAdvice] {
        let isOnPlan = ledger.months[forecast.period]?.subscriptions[plan.provider] != nil
        let metered =
            isOnPlan
            ? try meteredMicros(of: plan.provider, schemas)
            : ledger.committed(in: forecast.period) { $0.labels.category == .subscription ? "" : $0.labels.provider }[
                plan.provider]
        let elapsed = forecast.monthDays - forecast.remainingDays
        guard let metered, elapsed > 0,
            let whole = BudgetForecast.micros(Double(metered) * forecast.monthDays / elapsed)
        else {
            let text = "flat plan of \(plan.provider) or pay as you go: unknown, since its use was not measured"
            return [BudgetAdvice(kind: .plan, text: text, savesMicros: nil)]
        }
        let saved = isOnPlan ? plan.monthMicros - whole : whole - plan.monthMicros
        guard saved > 0 else { return [] }
        let better = isOnPlan ? "pay as you go" : "the flat plan"
        let text =
            "\(better) of \(plan.provider) is cheaper: \(Dollars.text(whole)) by use against "
            + "\(Dollars.text(plan.monthMicros)) flat a month at the pace so far"
        return [BudgetAdvice(kind: .plan, text: text, savesMicros: saved)]
    }

    private static func meteredMicros(of provider: String, _ schemas: [SchemaUse]) throws(BudgetError) -> Int64? {
        var sum = Int128(0)
        let used = schemas.filter { $0.provider == provider && $0.isBilled }
        for use in used {
            guard let micros = try use.costMicros() else { return nil }
            sum += Int128(micros)
        }
        return used.isEmpty ? nil : Int64(exactly: sum)
    }
}

extension BudgetAdvice {
    /// What the limits mean before a cent is spent: for a look at the set-up on day one.
    ///
    /// - Parameter days: regular trading days of the month, as `BudgetForecast.monthDays` has them.
    package static func consequences(of limits: BudgetLimits, days: Double) -> [String] {
        var list: [String] = []
        if days > 0, let pace = BudgetForecast.micros(Double(limits.monthMicros) / days),
            let most = BudgetForecast.micros(Double(limits.dayMicros) * days)
        {
            list.append("\(Dollars.text(limits.monthMicros)) a month is an average pace of \(Dollars.text(pace)) a day")
            if most > limits.monthMicros {
                list.append(
                    "the limit of \(Dollars.text(limits.dayMicros)) a day alone would allow \(Dollars.text(most))")
            }
        }
        if let signals = limits.signalsNeeded {
            list.append(
                "\(Dollars.text(limits.costPerSignalMicros)) a signal takes \(signals) accepted signals a month")
        }
        let rest = limits.monthMicros - limits.protectionReserveMicros - limits.fixedTotalMicros
        if rest < limits.sliceMicros {
            list.append(
                "fees of \(Dollars.text(limits.fixedTotalMicros)) and the reserve of "
                    + "\(Dollars.text(limits.protectionReserveMicros)) use up the month's limit: no paid call will be made"
            )
        }
        return list
    }
}
