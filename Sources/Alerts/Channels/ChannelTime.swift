internal import MarketData

/// Times as protocols write them, in UTC.
enum ChannelTime {
    private static let weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// `2026-11-20T14:30:05.123Z` (RFC 3339).
    static func rfc3339(nanos: UInt64) -> String {
        let milliseconds = String(nanos / 1_000_000 % 1000 + 1000).dropFirst()
        let (date, time) = parts(nanos / 1_000_000_000)
        return "\(date)T\(time).\(milliseconds)Z"
    }

    /// `2026-11-20 14:30:05 UTC`, for people.
    static func shown(nanos: UInt64) -> String {
        let (date, time) = parts(nanos / 1_000_000_000)
        return "\(date) \(time) UTC"
    }

    /// `Fri, 20 Nov 2026 14:30:05 +0000` (RFC 5322).
    static func rfc5322(seconds: Int64) -> String {
        let (date, time) = parts(UInt64(max(0, seconds)))
        return "\(weekdays[date.weekday - 1]), \(date.day) \(months[date.month - 1]) \(date.year) \(time) +0000"
    }

    static func date(seconds: Int64) -> CivilDate { parts(UInt64(max(0, seconds))).0 }

    /// Seconds of a `Retry-After` (RFC 9110, section 10.2.3), a number or a date as `Fri, 20 Nov 2026 14:30:05 GMT`;
    /// nil when it is neither. A time gone by is 0.
    static func retryAfter(_ text: String?, now: Int64) -> Double? {
        guard let text else { return nil }
        let words = text.split(separator: " ")
        // A provider may say 0.5; a day is as good as more.
        if words.count == 1, words[0].utf8.allSatisfy({ ChannelAddress.isDigit($0) || $0 == 46 }) {
            return Double(words[0]).map { min($0, 86_400) }
        }
        guard words.count == 6, words[5] == "GMT", words[0].hasSuffix(","), let day = Int(words[1]),
            let month = months.firstIndex(of: String(words[2])), let year = Int(words[3]),
            let date = CivilDate(year: year, month: month + 1, day: day)
        else { return nil }
        let clock = words[4].split(separator: ":", omittingEmptySubsequences: false).map { Int($0) ?? -1 }
        guard clock.count == 3, (0..<24).contains(clock[0]), (0..<60).contains(clock[1]), (0...60).contains(clock[2])
        else { return nil }
        let seconds = date.daysSince1970 * 86_400 + clock[0] * 3600 + clock[1] * 60 + clock[2]
        return min(max(0, Double(Int64(seconds) - now)), 86_400)
    }

    private static func parts(_ seconds: UInt64) -> (CivilDate, String) {
        // Later years do not have four digits.
        let seconds = Int(min(seconds, 253_402_300_799))
        let clock = [seconds % 86_400 / 3600, seconds % 3600 / 60, seconds % 60]
        let time = clock.map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
        return (CivilDate(daysSince1970: seconds / 86_400), time)
    }
}
