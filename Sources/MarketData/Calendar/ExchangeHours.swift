/// The two exchanges with hours: how their weeks and special days become sessions.
///
/// Source of every hour here: the project's reference `cme-calendar.md`, section 1.
extension SessionTable {
    /// Equity-index futures and options on CME Globex: 17:00 CT of the evening before to 16:00 CT, Monday to Friday.
    static let globexEquity = SessionTable(globexSessions())

    /// The cash session of the New York Stock Exchange: 09:30 to 16:00 ET, half days to 13:00.
    static let newYorkRegular = SessionTable(newYorkSessions())

    private static func globexSessions() -> [Session] {
        let clock = ExchangeZone.chicago
        var sessions: [Session] = []
        // Trading of holidays that halted, waiting for the next trade date.
        var carried: [Range<Timestamp>] = []
        for (date, treatment) in weekdays(special: SpecialDays.globex) {
            let open = clock.timestamp(date.adding(days: -1), hour: 17, minute: 0)
            switch treatment {
            case .closed:
                continue
            case .halted(let hour, let minute):
                carried.append(open..<clock.timestamp(date, hour: hour, minute: minute))
            case .earlyClose(let hour, let minute):
                carried.append(open..<clock.timestamp(date, hour: hour, minute: minute))
                sessions.append(Session(date: date, segments: carried))
                carried = []
            case nil:
                carried.append(open..<clock.timestamp(date, hour: 16, minute: 0))
                sessions.append(Session(date: date, segments: carried))
                carried = []
            }
        }
        precondition(carried.isEmpty, "the Globex data ends in a halted holiday without a next trade date")
        return sessions
    }

    private static func newYorkSessions() -> [Session] {
        let clock = ExchangeZone.newYork
        return weekdays(special: SpecialDays.newYork).compactMap { date, treatment in
            let close: Timestamp
            switch treatment {
            case .closed: return nil
            case .halted(let hour, let minute), .earlyClose(let hour, let minute):
                close = clock.timestamp(date, hour: hour, minute: minute)
            case nil: close = clock.timestamp(date, hour: 16, minute: 0)
            }
            return Session(date: date, segments: [clock.timestamp(date, hour: 9, minute: 30)..<close])
        }
    }

    /// Monday to Friday of the whole coverage, each with its treatment when it is special.
    private static func weekdays(special: [SpecialDay]) -> [(CivilDate, SpecialDay.Treatment?)] {
        let treatments = Dictionary(uniqueKeysWithValues: special.map { ($0.date, $0.treatment) })
        let days = SpecialDays.coverage.lowerBound.daysSince1970...SpecialDays.coverage.upperBound.daysSince1970
        return days.compactMap { day in
            let date = CivilDate(daysSince1970: day)
            return date.weekday <= 5 ? (date, treatments[date]) : nil
        }
    }
}

extension ExchangeZone {
    /// Hours, minutes and seconds beyond a day carry over. An instant that a `Timestamp` cannot express becomes the
    /// nearest it can.
    func timestamp(_ date: CivilDate, hour: Int, minute: Int, second: Int = 0) -> Timestamp {
        let local = date.daysSince1970 * 86_400 + hour * 3600 + minute * 60 + second
        return Timestamp(nanos: 0).advanced(bySeconds: utcSeconds(local: Int64(local)))
    }
}
