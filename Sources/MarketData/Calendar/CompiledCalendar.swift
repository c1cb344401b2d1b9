/// A calendar of one's own, checked and laid out for questions. Equal when what it was made from is.
final class CompiledCalendar: Sendable {
    let definition: CustomCalendar
    let zone: ExchangeZone
    let coverage: ClosedRange<CivilDate>
    let coveredTime: Range<Timestamp>
    /// Ascending by date.
    let specialDays: [SpecialDay]
    let table: SessionTable

    init(_ definition: CustomCalendar) throws(CustomCalendarError) {
        let problems = definition.problems
        guard problems.isEmpty, let zone = CustomCalendar.zone(named: definition.zone) else {
            throw CustomCalendarError(name: definition.name, problems: problems)
        }
        let sessions = Self.sessions(of: definition, in: zone)
        guard !sessions.isEmpty else { throw CustomCalendarError(name: definition.name, problems: [.neverOpen]) }
        self.definition = definition
        self.zone = zone
        coverage = definition.first...definition.last
        coveredTime = ExchangeCalendar.instants(of: coverage, in: zone)
        specialDays = Self.specialDays(of: definition)
        table = SessionTable(sessions)
    }

    private static func specialDays(of definition: CustomCalendar) -> [SpecialDay] {
        let closed = definition.closedDates.map {
            SpecialDay(date: $0.date, reason: $0.reason, treatment: .closed, provenance: .stated($0.source))
        }
        let early = definition.earlyCloses.map {
            SpecialDay(
                date: $0.date, reason: $0.reason,
                treatment: .earlyClose(hour: $0.closes.hour, minute: $0.closes.minute), provenance: .stated($0.source))
        }
        return (closed + early).sorted { $0.date < $1.date }
    }

    private static func sessions(of definition: CustomCalendar, in zone: ExchangeZone) -> [Session] {
        let closed = Set(definition.closedDates.map(\.date))
        let early = Dictionary(uniqueKeysWithValues: definition.earlyCloses.map { ($0.date, $0.closes.minutes) })
        let week = (1...7).map { day in
            definition.hours.filter { $0.weekday == day }.map(\.minutes).sorted { $0.opens < $1.opens }
        }
        return (definition.first.daysSince1970...definition.last.daysSince1970).compactMap { day in
            let date = CivilDate(daysSince1970: day)
            guard !closed.contains(date) else { return nil }
            let midnight = Int64(day) * 1440
            let segments = week[date.weekday - 1].compactMap { hours -> Range<Timestamp>? in
                let closes = min(hours.closes, early[date] ?? hours.closes)
                guard hours.opens < closes else { return nil }
                let open = zone.instant(localMinutes: midnight + Int64(hours.opens))
                let close = zone.instant(localMinutes: midnight + Int64(closes))
                // Hours inside the one that a shift skips have no time.
                return open < close ? open..<close : nil
            }
            return segments.isEmpty ? nil : Session(date: date, segments: segments)
        }
    }
}

extension CompiledCalendar: Hashable {
    static func == (a: CompiledCalendar, b: CompiledCalendar) -> Bool { a.definition == b.definition }
    func hash(into hasher: inout Hasher) { hasher.combine(definition) }
}

extension ExchangeZone {
    /// The instant of a wall-clock time, given as minutes since 1970-01-01T00:00 local. Later times never give earlier
    /// instants: a time that the shift of March skips is the shift itself, and an hour that occurs twice is its first.
    func instant(localMinutes: Int64) -> Timestamp {
        let local = localMinutes * 60
        let utc = utcSeconds(local: local)
        // Read by standard time, a skipped time shows an hour later; it lies in the hour that the shift skips.
        let isSkipped = utc + Int64(offsetMinutes(atUTC: utc)) * 60 != local
        return Timestamp(seconds: isSkipped ? utc - local % 3600 : utc)
    }
}
