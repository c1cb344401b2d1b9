public import MarketData

/// What routing needs to know of a time: the exchange's hours and its clock.
public struct MarketMoment: Hashable, Sendable {
    public enum Hours: Hashable, Sendable {
        case open
        /// The short break between two sessions, such as Globex' from 16:00 to 17:00.
        case maintenance
        case closed
    }

    /// Nil when the calendar does not know.
    public var hours: Hours?
    /// Seconds since midnight on the exchange's clock; UTC without a calendar.
    public var secondOfDay: Int

    /// A longer gap between two sessions is no maintenance. Globex' takes an hour, or less on a day of a late close.
    private static let maintenanceSeconds: Int64 = 90 * 60

    public init(hours: Hours?, secondOfDay: Int) {
        self.hours = hours
        self.secondOfDay = secondOfDay
    }

    public init(at time: Timestamp, calendar: ExchangeCalendar?) {
        guard let calendar else {
            self.init(hours: nil, secondOfDay: Int(time.seconds % 86_400))
            return
        }
        let local = calendar.localTime(of: time)
        // Outside its data the calendar knows the time of day, and not whether anybody trades.
        let hours = try? Self.hours(at: time, calendar)
        self.init(hours: hours, secondOfDay: local.hour * 3600 + local.minute * 60 + local.second)
    }

    private static func hours(at time: Timestamp, _ calendar: ExchangeCalendar) throws(CalendarError) -> Hours {
        guard try !calendar.isOpen(at: time) else { return .open }
        let before = try calendar.boundaries(after: time.advanced(bySeconds: -maintenanceSeconds), through: time)
        guard let close = before.last(where: { $0.kind == .close }) else { return .closed }
        let gap = try calendar.nextOpen(after: time).seconds - close.time.seconds
        return gap <= maintenanceSeconds ? .maintenance : .closed
    }
}
