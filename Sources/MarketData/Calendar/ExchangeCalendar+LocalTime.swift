extension ExchangeCalendar {
    /// The wall clock of the exchange's zone at `time`, rounded down to the second.
    ///
    /// Outside the data too; before 2007 US clocks shifted on other days (see `ExchangeZone`).
    ///
    /// - Returns: `offsetMinutes` is local time minus UTC, -360 for Chicago in winter.
    public func localTime(
        of time: Timestamp
    ) -> (date: CivilDate, hour: Int, minute: Int, second: Int, offsetMinutes: Int) {
        let offsetMinutes = zone.offsetMinutes(atUTC: time.seconds)
        let (day, second) = (time.seconds + Int64(offsetMinutes) * 60).floorDivided(by: 86_400)
        return (
            CivilDate(daysSince1970: Int(day)), Int(second / 3600), Int(second / 60 % 60), Int(second % 60),
            offsetMinutes
        )
    }

    /// `2026-11-20 15:59:59 -06:00`, in the exchange's zone.
    public func format(_ time: Timestamp) -> String {
        let local = localTime(of: time)
        let offset = abs(local.offsetMinutes)
        return "\(local.date) \(twoDigits(local.hour)):\(twoDigits(local.minute)):\(twoDigits(local.second)) "
            + "\(local.offsetMinutes < 0 ? "-" : "+")\(twoDigits(offset / 60)):\(twoDigits(offset % 60))"
    }

    /// The instant at which the exchange's clock shows that time.
    ///
    /// An hour that occurs twice means its first occurrence; a time that the shift of March skips is read by standard
    /// time. Values beyond a day carry over (hour 24 is the next midnight). What a `Timestamp` cannot express becomes
    /// the nearest it can.
    public func timestamp(localDate: CivilDate, hour: Int, minute: Int, second: Int = 0) -> Timestamp {
        zone.timestamp(localDate, hour: hour, minute: minute, second: second)
    }
}
