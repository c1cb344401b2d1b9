package import MarketData

private enum Keys {
    static let calendar = ["name", "zone", "first", "last", "hours", "closed", "early"]
    static let hours = ["weekday", "opens", "closes", "evening_before"]
    static let closed = ["date", "reason", "source"]
    static let early = ["date", "closes", "reason", "source"]
}

/// A calendar of one's own, as a YAML file like `template`.
package enum CalendarFile {
    package static let template = """
        name: desk-hours                  # 1 to 64 of a-z, 0-9, . and -; none of the built-in names
        zone: America/New_York            # or America/Chicago, or UTC
        first: "2026-01-01"               # trade dates for which closed and early days are known
        last: "2026-12-31"
        hours:                            # several of one weekday leave a break between them
          - {weekday: Mon, opens: "09:30", closes: "16:00"}
          - {weekday: Tue, opens: "18:00", closes: "17:00", evening_before: true}  # opens on Monday evening
        closed:
          - {date: "2026-12-25", reason: Christmas, source: exchange notice}
        early:
          - {date: "2026-11-30", closes: "13:00", reason: staff meeting, source: desk calendar}
        """

    /// A built-in calendar by its name, or one's own by its file.
    package static func open(_ name: String) throws -> ExchangeCalendar {
        isFile(name) ? try load(path: name) : try ExchangeCalendar(named: name)
    }

    package static func load(path: String, files: SpecFiles = .disk) throws(SpecProblems) -> ExchangeCalendar {
        let bytes: [UInt8]
        switch files.read(path) {
        case .success(let read): bytes = read
        case .failure(let failure):
            throw SpecProblems([SpecProblem(file: path, line: 0, message: failure.message)], file: path)
        }
        return try parse(bytes, path: path)
    }

    static func parse(_ bytes: [UInt8], path: String) throws(SpecProblems) -> ExchangeCalendar {
        let document = YAMLDocument(try SpecText.checked(bytes, file: path), file: path)
        var reader = SpecReader(file: path, problems: document.problems)
        let calendar = document.root.flatMap { reader.customCalendar($0) }
        guard let calendar, reader.problems.isEmpty else { throw SpecProblems(reader.problems, file: path) }
        return calendar
    }

    /// Whether a spec's `calendar` names a file and not a calendar.
    static func isFile(_ name: String) -> Bool { name.hasSuffix(".yaml") || name.hasSuffix(".yml") }
}

extension SpecReader {
    fileprivate mutating func customCalendar(_ root: YAMLNode) -> ExchangeCalendar? {
        guard let top = section(root, path: "", line: 1, allowed: Keys.calendar) else { return nil }
        for key in ["name", "zone", "first", "last", "hours"] where !top.has(key) { missing(key, of: top) }
        guard let name = text("name", of: top, expected: "a name"),
            let zone = text("zone", of: top, expected: "a time zone"), let first = date("first", of: top),
            let last = date("last", of: top)
        else { return nil }
        var custom = CustomCalendar(name: name, zone: zone, hours: [], first: first, last: last)
        for row in rows("hours", of: top, allowed: Keys.hours) {
            guard let day = weekday(of: row), let opens = time("opens", of: row), let closes = time("closes", of: row)
            else { continue }
            custom.hours.append(
                CustomCalendar.Hours(
                    weekday: day, opens: opens, closes: closes,
                    opensEveningBefore: flag("evening_before", of: row, default: false)))
        }
        for row in rows("closed", of: top, allowed: Keys.closed) {
            guard let date = date("date", of: row), let (reason, source) = why(row) else { continue }
            custom.closedDates.append(CustomCalendar.ClosedDate(date: date, reason: reason, source: source))
        }
        for row in rows("early", of: top, allowed: Keys.early) {
            guard let date = date("date", of: row), let closes = time("closes", of: row),
                let (reason, source) = why(row)
            else { continue }
            custom.earlyCloses.append(
                CustomCalendar.EarlyClose(date: date, closes: closes, reason: reason, source: source))
        }
        guard problems.isEmpty else { return nil }
        do throws(CustomCalendarError) {
            return try ExchangeCalendar(custom)
        } catch {
            for problem in error.problems { report(line: top.line, path: "", problem.description) }
            return nil
        }
    }

    private mutating func rows(_ key: String, of top: SpecSection, allowed: [String]) -> [SpecSection] {
        guard let entry = top.entries[key] else { return [] }
        guard case .list(let nodes) = entry.value.content else {
            mismatch(key, of: top, expected: "a list of {\(allowed.joined(separator: ", "))}")
            return []
        }
        return nodes.enumerated().compactMap { index, node in
            section(node, path: "\(key)[\(index)]", line: node.line, allowed: allowed)
        }
    }

    private mutating func why(_ row: SpecSection) -> (reason: String, source: String)? {
        for key in ["reason", "source"] where !row.has(key) { missing(key, of: row) }
        guard let reason = text("reason", of: row, expected: "why"),
            let source = text("source", of: row, expected: "where that is known from")
        else { return nil }
        return (reason, source)
    }

    private mutating func weekday(of row: SpecSection) -> Int? {
        guard row.has("weekday") else {
            missing("weekday", of: row)
            return nil
        }
        guard let name = text("weekday", of: row, expected: "a weekday, such as Mon") else { return nil }
        let known = Self.weekdayNames
        guard let index = known.firstIndex(of: name) else {
            report(
                line: row.line("weekday"), path: row.path("weekday"),
                "unknown weekday \(quoted(name)); \(NearestName.advice(name, in: known))")
            return nil
        }
        return index + 1
    }

    private mutating func time(_ key: String, of row: SpecSection) -> CustomCalendar.TimeOfDay? {
        minuteOfDay(key, of: row).map { CustomCalendar.TimeOfDay(hour: $0 / 60, minute: $0 % 60) }
    }
}

// MARK: - What is common to calendars and promotion windows

extension SpecReader {
    static let weekdayNames = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]

    mutating func flag(_ key: String, of section: SpecSection, default fallback: Bool) -> Bool {
        guard let entry = section.entries[key] else { return fallback }
        guard case .scalar(let text, true) = entry.value.content, case .bool(let value) = ScalarMeaning(plain: text)
        else {
            mismatch(key, of: section, expected: "true or false")
            return fallback
        }
        return value
    }

    /// Reports a missing one too.
    mutating func date(_ key: String, of section: SpecSection) -> CivilDate? {
        guard section.has(key) else {
            missing(key, of: section)
            return nil
        }
        let expected = "a date such as 2026-11-27"
        guard let text = text(key, of: section, expected: expected) else { return nil }
        if let date = CivilDate(text) { return date }
        mismatch(key, of: section, expected: expected)
        return nil
    }

    /// `09:30`; 24:00 ends a day. Reports a missing one too.
    mutating func minuteOfDay(_ key: String, of section: SpecSection) -> Int? {
        guard section.has(key) else {
            missing(key, of: section)
            return nil
        }
        let expected = "a time such as \"09:30\""
        guard let text = text(key, of: section, expected: expected) else { return nil }
        if let minute = TimeOfDayText.parse(text) { return minute }
        mismatch(key, of: section, expected: expected)
        return nil
    }
}

// MARK: - One spelling

extension ExchangeCalendar {
    /// A built-in calendar's name, or the whole of one's own, as its file could say it.
    var canonical: CanonicalJSON {
        guard let custom = definition else { return .text(name) }
        var members: [String: CanonicalJSON] = [
            "name": .text(custom.name), "zone": .text(custom.zone), "first": .text(custom.first.description),
            "last": .text(custom.last.description),
        ]
        members["hours"] = .list(
            custom.hours.map {
                .object([
                    "weekday": .text(SpecReader.weekdayNames[$0.weekday - 1]), "opens": .text($0.opens.description),
                    "closes": .text($0.closes.description), "evening_before": .bool($0.opensEveningBefore),
                ])
            })
        members["closed"] = .list(
            custom.closedDates.map {
                .object([
                    "date": .text($0.date.description), "reason": .text($0.reason), "source": .text($0.source),
                ])
            })
        members["early"] = .list(
            custom.earlyCloses.map {
                .object([
                    "date": .text($0.date.description), "closes": .text($0.closes.description),
                    "reason": .text($0.reason), "source": .text($0.source),
                ])
            })
        return .object(members)
    }

    /// What `canonical` gave; nil for anything else.
    init?(canonical: CanonicalJSON) {
        switch canonical {
        case .text(let name): try? self.init(named: name)
        case .object:
            guard let calendar = try? CalendarFile.parse(canonical.bytes, path: "calendar") else { return nil }
            self = calendar
        default: return nil
        }
    }
}
