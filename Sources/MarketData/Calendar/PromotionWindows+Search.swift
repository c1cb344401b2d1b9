extension PromotionWindows {
    /// Whether a promotion may happen at `time`, and if not, when.
    ///
    /// Throws when the calendar does not cover `time`.
    public func allows(at time: Timestamp, calendar: ExchangeCalendar) throws(CalendarError) -> Verdict {
        guard let obstacle = try obstacle(at: time, calendar) else { return .allowed }
        let horizon = time.advanced(bySeconds: 366 * 86_400)
        var next = obstacle.end
        while let candidate = next, candidate < horizon {
            // Past the calendar's data nothing is known, so that nothing is promised.
            guard let later = try? self.obstacle(at: candidate, calendar) else {
                let isKnown = calendar.coveredTime.contains(candidate)
                return .closed(until: isKnown ? candidate : nil, obstacle.reason)
            }
            next = later.end
        }
        return .closed(until: nil, obstacle.reason)
    }

    /// A rule that forbids a time, and the first later instant at which it does not; nil when the calendar has none.
    private struct Obstacle {
        let reason: Reason
        let end: Timestamp?
    }

    private func obstacle(at time: Timestamp, _ calendar: ExchangeCalendar) throws(CalendarError) -> Obstacle? {
        let session = try calendar.session(at: time)
        let local = calendar.localTime(of: time)
        for blackout in blackouts {
            let isTradeDate = session.map { blackout.contains($0.date) } ?? false
            guard isTradeDate || blackout.contains(local.date) else { continue }
            let midnight = calendar.timestamp(localDate: local.date, hour: 24, minute: 0)
            return Obstacle(
                reason: .blackout(blackout),
                end: isTradeDate ? session.map { segmentEnd($0, time) } : midnight)
        }
        if let weekdays, !weekdays.contains(local.date.weekday) {
            return Obstacle(reason: .weekday, end: calendar.timestamp(localDate: local.date, hour: 24, minute: 0))
        }
        if let hours, !(hours.from..<hours.to).contains(local.hour * 60 + local.minute) {
            let today = calendar.timestamp(localDate: local.date, hour: 0, minute: hours.from)
            let tomorrow = calendar.timestamp(localDate: local.date, hour: 24, minute: hours.from)
            return Obstacle(reason: .hours, end: today > time ? today : tomorrow)
        }
        if onlyWhileOpen, session == nil {
            return Obstacle(reason: .marketClosed, end: try? calendar.nextOpen(after: time))
        }
        return try edge(near: time, calendar)
    }

    /// The end of the segment that is open at `time`: in a break the trade date no longer matters.
    private func segmentEnd(_ session: Session, _ time: Timestamp) -> Timestamp {
        session.segments.first { $0.contains(time) }?.upperBound ?? session.close
    }

    /// The open or close whose neighbourhood lasts longest of those that contain `time`.
    private func edge(near time: Timestamp, _ calendar: ExchangeCalendar) throws(CalendarError) -> Obstacle? {
        let reach = Int64(max(minutesAroundOpen, minutesAroundClose)) * 60
        guard reach > 0 else { return nil }
        let covered = calendar.coveredTime
        let from = max(covered.lowerBound, time.advanced(bySeconds: -reach))
        let to = min(covered.upperBound, time.advanced(bySeconds: reach))
        let edges = try calendar.boundaries(after: from, through: to)
        var latest: (edge: ExchangeCalendar.Boundary, end: Timestamp)?
        for edge in edges {
            // Where one session goes over into the next, the market neither closes nor opens.
            guard !edges.contains(where: { $0.time == edge.time && $0.kind != edge.kind }) else { continue }
            let seconds = Int64(edge.kind == .open ? minutesAroundOpen : minutesAroundClose) * 60
            let end = edge.time.advanced(bySeconds: seconds)
            guard edge.time.advanced(bySeconds: -seconds) <= time, time < end else { continue }
            if latest.map({ end > $0.end }) ?? true { latest = (edge, end) }
        }
        guard let latest else { return nil }
        let reason: Reason = latest.edge.kind == .open ? .nearOpen(latest.edge.time) : .nearClose(latest.edge.time)
        return Obstacle(reason: reason, end: latest.end)
    }
}
