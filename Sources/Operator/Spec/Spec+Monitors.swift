internal import MarketData
internal import Monitors

extension SpecReader {
    static let monitorKeys = SpecKeys.monitors.names

    /// The sections that monitors and reports go by.
    mutating func monitors(of top: SpecSection) -> MonitorTerms {
        var terms = MonitorTerms()
        if let section = section("sla", of: top, allowed: SpecKeys.sla.names), section.has("target") {
            terms.uptimeTargetPPM = share("target", of: section, example: "0.999") ?? terms.uptimeTargetPPM
        }
        latency(of: top, &terms)
        budget(of: top, &terms)
        terms.promotion = promotion(of: top)
        return terms
    }

    private mutating func latency(of top: SpecSection, _ terms: inout MonitorTerms) {
        guard let section = section("latency", of: top, allowed: SpecKeys.latency.names) else { return }
        let usual = LatencyThresholds.standard
        let range = Duration.microseconds(1)...Duration.seconds(60)
        func nanos(_ key: String, _ usual: UInt64) -> UInt64 {
            UInt64(duration(key, of: section, default: .nanoseconds(usual), in: range).wholeNanoseconds)
        }
        let (warning, target) = (nanos("warning", usual.warning), nanos("target", usual.target))
        let (critical, severe) = (nanos("critical", usual.critical), nanos("severe", usual.severe))
        do throws(LatencyError) {
            terms.latency = try LatencyThresholds(
                warningNanos: warning, targetNanos: target, criticalNanos: critical, severeNanos: severe)
        } catch {
            report(line: section.line, path: section.path, error.description)
        }
        if section.has("objective"), let share = share("objective", of: section, example: "0.99") {
            terms.latencyObjective = Double(share) / 1e6
        }
    }

    /// A share in millionths, above 0 and below 1.
    private mutating func share(_ key: String, of section: SpecSection, example: String) -> Int? {
        guard let entry = section.entries[key] else { return nil }
        guard case .scalar(let text, true) = entry.value.content, case .number(let number) = ScalarMeaning(plain: text),
            let millionths = MoneyText.micros(number), (1..<1_000_000).contains(millionths)
        else {
            mismatch(
                key, of: section, expected: "a share above 0 and below 1, with at most six decimals, such as \(example)"
            )
            return nil
        }
        return Int(millionths)
    }
}

// MARK: - Money

extension SpecReader {
    private mutating func budget(of top: SpecSection, _ terms: inout MonitorTerms) {
        guard let section = section("budget", of: top, allowed: SpecKeys.budget.names) else { return }
        read(SpecKeys.budgetLimits, of: section, into: &terms.budget)
        if terms.budget.sliceMicros == 0 { mismatch("slice", of: section, expected: "more than 0 dollars") }
        if let provider = text("provider", of: section, expected: "a provider's name") {
            terms.prices.provider = provider
            if !Self.isName(provider, also: "._-") {
                mismatch("provider", of: section, expected: "1 to 64 of a-z, 0-9, ., _ and -")
            }
        }
        if let prices = self.section("prices", of: section, allowed: SpecKeys.budget["prices"].names) {
            for name in prices.entries.keys.sorted() {
                if let price = price(name, of: prices) { terms.prices.bySchema[name] = price }
            }
        }
        fixed(of: section, &terms.budget)
    }

    private mutating func price(_ name: String, of section: SpecSection) -> UnitPrice? {
        guard let text = text(name, of: section, expected: "a price such as $0.40/GB") else { return nil }
        do throws(BudgetError) {
            let price = try UnitPrice(text)
            if price.unit == .bytes { return price }
            mismatch(name, of: section, expected: "a price for bytes, such as $0.40/GB")
        } catch {
            report(line: section.line(name), path: section.path(name), error.description)
        }
        return nil
    }

    /// Fees a month by provider, whose names are anybody's.
    private mutating func fixed(of budget: SpecSection, _ limits: inout BudgetLimits) {
        guard let entry = budget.entries["fixed"] else { return }
        guard case .mapping(let found) = entry.value.content,
            let section = section(
                entry.value, path: budget.path("fixed"), line: entry.line, allowed: found.map(\.key))
        else { return mismatch("fixed", of: budget, expected: "fees a month by provider, such as {databento: 199}") }
        for name in section.entries.keys.sorted() {
            guard Self.isName(name, also: "._-") else {
                report(
                    line: section.line(name), path: section.path, "a provider's name is 1 to 64 of a-z, 0-9, ., _ and -"
                )
                continue
            }
            limits.fixedMicros[name] = SpecValue.dollars(.from(0, to: 1_000_000)).read(&self, name, section, 0, "")
        }
    }
}

// MARK: - When people may promote

extension SpecReader {
    private mutating func promotion(of top: SpecSection) -> PromotionWindows {
        var windows = PromotionWindows()
        guard let section = section("promotion", of: top, allowed: SpecKeys.promotion.names) else { return windows }
        let minutes = Duration.zero...Duration.seconds(12 * 3600)
        func wholeMinutes(_ key: String, _ usual: Int) -> Int {
            Int(
                duration(key, of: section, default: .seconds(60 * usual), in: minutes, wholeSeconds: true).components
                    .seconds)
                / 60
        }
        windows.minutesAroundOpen = wholeMinutes("around_open", windows.minutesAroundOpen)
        windows.minutesAroundClose = wholeMinutes("around_close", windows.minutesAroundClose)
        windows.onlyWhileOpen = flag("only_while_open", of: section, default: windows.onlyWhileOpen)
        windows.hours = hours(of: section)
        if let names = texts("weekdays", of: section, expected: "a list of weekdays, such as [Tue, Wed]") {
            windows.weekdays = weekdays(names, of: section)
        }
        windows.blackouts = blackouts(of: section)
        for problem in windows.problems { report(line: section.line, path: section.path, problem) }
        return windows
    }

    private mutating func hours(of promotion: SpecSection) -> PromotionWindows.Hours? {
        guard let section = section("hours", of: promotion, allowed: SpecKeys.hours.names) else { return nil }
        guard let from = minuteOfDay("from", of: section), let to = minuteOfDay("to", of: section) else { return nil }
        return PromotionWindows.Hours(from: from, to: to)
    }

    private mutating func weekdays(_ names: [String], of section: SpecSection) -> Set<Int>? {
        let known = Self.weekdayNames
        var found: Set<Int> = []
        for name in names {
            guard let index = known.firstIndex(of: name) else {
                report(
                    line: section.line("weekdays"), path: section.path("weekdays"),
                    "unknown weekday \(quoted(name)); \(NearestName.advice(name, in: known))")
                continue
            }
            found.insert(index + 1)
        }
        return found.isEmpty ? nil : found
    }

    private mutating func blackouts(of promotion: SpecSection) -> [PromotionWindows.Blackout] {
        guard let entry = promotion.entries["blackout"] else { return [] }
        guard case .list(let nodes) = entry.value.content else {
            mismatch("blackout", of: promotion, expected: "a list of {first, last, reason}")
            return []
        }
        return nodes.enumerated().compactMap { index, node in
            let path = "\(promotion.path("blackout"))[\(index)]"
            guard let section = section(node, path: path, line: node.line, allowed: SpecKeys.blackout.names),
                let first = date("first", of: section)
            else { return nil }
            let last = section.has("last") ? date("last", of: section) ?? first : first
            let reason = text("reason", of: section, expected: "why nothing may be promoted then")
            if !section.has("reason") { missing("reason", of: section) }
            return PromotionWindows.Blackout(first: first, last: last, reason: reason ?? "")
        }
    }
}

// MARK: - One spelling

extension MonitorTerms {
    /// The sections by name, spelt so that the spec's reader reads them again.
    var canonical: [String: CanonicalJSON] {
        var budget = SpecKeys.budgetLimits.printed(self.budget)
        budget["provider"] = .text(prices.provider)
        budget["prices"] = .object(prices.bySchema.mapValues { .text($0.description) })
        budget["fixed"] = .object(self.budget.fixedMicros.mapValues(CanonicalJSON.decimal))
        return [
            "sla": .object(["target": .decimal(Int64(uptimeTargetPPM))]),
            "latency": .object([
                "warning": .nanos(latency.warning), "target": .nanos(latency.target),
                "critical": .nanos(latency.critical), "severe": .nanos(latency.severe),
                "objective": .decimal(Int64((latencyObjective * 1e6).rounded())),
            ]),
            "budget": .object(budget), "promotion": promotion.canonical,
        ]
    }

    /// As a state folder's spec has them; the defaults where it was written before there were any.
    package init(storedIn canonicalSpec: [UInt8], path: String) throws(SpecProblems) {
        self.init()
        guard let spec = try? CanonicalJSON.read(canonicalSpec, maxDepth: 2 * YAMLDocument.maxDepth),
            case .object(let members) = spec
        else { throw SpecProblems([SpecProblem(file: path, line: 1, message: "it is no stored spec")], file: path) }
        let sections = CanonicalJSON.object(members.filter { SpecReader.monitorKeys.contains($0.key) })
        let document = YAMLDocument(sections.text, file: path)
        var reader = SpecReader(file: path, problems: document.problems)
        if let root = document.root,
            let top = reader.section(root, path: "", line: 1, allowed: SpecReader.monitorKeys)
        {
            self = reader.monitors(of: top)
        }
        guard reader.problems.isEmpty else { throw SpecProblems(reader.problems, file: path) }
    }
}

extension CanonicalJSON {
    fileprivate static func nanos(_ value: UInt64) -> CanonicalJSON { .text(DurationText.print(.nanoseconds(value))) }
}

extension PromotionWindows {
    fileprivate var canonical: CanonicalJSON {
        var members: [String: CanonicalJSON] = [
            "around_open": .text("\(minutesAroundOpen)m"), "around_close": .text("\(minutesAroundClose)m"),
            "only_while_open": .bool(onlyWhileOpen),
            "blackout": .list(
                blackouts.map {
                    .object([
                        "first": .text($0.first.description), "last": .text($0.last.description),
                        "reason": .text($0.reason),
                    ])
                }),
        ]
        if let weekdays {
            members["weekdays"] = .list(weekdays.sorted().map { .text(SpecReader.weekdayNames[$0 - 1]) })
        }
        if let hours {
            members["hours"] = .object([
                "from": .text(TimeOfDayText.print(hours.from)), "to": .text(TimeOfDayText.print(hours.to)),
            ])
        }
        return .object(members)
    }
}
