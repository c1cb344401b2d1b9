/// The clock of an exchange: a fixed offset from UTC, and for American zones the US daylight-saving rule.
///
/// The rule is compiled in: daylight time from the second Sunday of March 02:00 standard time to the first Sunday of
/// November 02:00 daylight time, one hour ahead. Source: Energy Policy Act of 2005, section 110 (15 U.S.C. 260a), in
/// force since 2007. For earlier years the present rule is applied all the same, which is not what clocks showed then.
struct ExchangeZone: Hashable, Sendable {
    /// Minutes to add to UTC for standard time; negative west of Greenwich.
    let standardOffsetMinutes: Int
    let observesDaylightTime: Bool

    static let utc = ExchangeZone(standardOffsetMinutes: 0, observesDaylightTime: false)
    /// America/Chicago
    static let chicago = ExchangeZone(standardOffsetMinutes: -360, observesDaylightTime: true)
    /// America/New_York
    static let newYork = ExchangeZone(standardOffsetMinutes: -300, observesDaylightTime: true)

    /// - Parameter utcSeconds: seconds since 1970.
    func offsetMinutes(atUTC utcSeconds: Int64) -> Int {
        guard observesDaylightTime else { return standardOffsetMinutes }
        // Both shifts are months away from New Year, so the year by standard time is the right one.
        let standard = utcSeconds + Int64(standardOffsetMinutes) * 60
        let year = CivilDate(daysSince1970: Int(standard.floorDivided(by: 86_400).quotient)).year
        let begin = Self.sunday(2, month: 3, year: year) * 86_400 + 2 * 3600
        // 02:00 daylight time is 01:00 standard time.
        let end = Self.sunday(1, month: 11, year: year) * 86_400 + 3600
        return standardOffsetMinutes + (standard >= begin && standard < end ? 60 : 0)
    }

    /// UTC seconds since 1970 of a wall-clock time given as seconds since 1970-01-01T00:00 local.
    ///
    /// An hour that occurs twice (November) means its first, daylight occurrence. A time that the shift of March skips
    /// is read by standard time: 02:30 gives the instant that the clock shows as 03:30.
    func utcSeconds(local: Int64) -> Int64 {
        let standard = local - Int64(standardOffsetMinutes) * 60
        guard observesDaylightTime else { return standard }
        let daylight = standard - 3600
        return offsetMinutes(atUTC: daylight) > standardOffsetMinutes ? daylight : standard
    }

    /// Days since 1970 of the `nth` Sunday of a month.
    private static func sunday(_ nth: Int, month: Int, year: Int) -> Int64 {
        guard let first = CivilDate(year: year, month: month, day: 1) else {
            preconditionFailure("no month \(month) in the year \(year)")
        }
        return Int64(first.daysSince1970 + 7 - first.weekday + 7 * (nth - 1))
    }
}

extension Int64 {
    /// Quotient rounded down and the remainder that belongs to it, in 0..<divisor; for a positive divisor.
    func floorDivided(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
