internal import MarketData

/// The trading days of a month and what part of a regular day each of them is.
struct TradingMonth {
    /// Ascending by trade date.
    let sessions: [Session]
    /// Open seconds of a regular day: the length that most days of the month have, the longer one in a tie.
    let regularSeconds: Int

    init(_ period: BudgetPeriod, calendar: ExchangeCalendar) throws(BudgetError) {
        do throws(CalendarError) {
            sessions = try calendar.monthSummary(year: period.year, month: period.month).sessions
        } catch {
            throw .calendar(error)
        }
        let counts = Dictionary(grouping: sessions, by: \.openSeconds).mapValues(\.count)
        regularSeconds = counts.max { ($0.value, $0.key) < ($1.value, $1.key) }?.key ?? 86_400
    }

    /// The day's open time in regular days: 1 for most, less for a half day, more for a day that carries a holiday's
    /// trading.
    func weight(_ session: Session) -> Double { Double(session.openSeconds) / Double(regularSeconds) }

    /// The part of the weight that is not over at `time`.
    func weightLeft(_ session: Session, at time: Timestamp) -> Double {
        let nanos = session.segments.reduce(UInt64(0)) { sum, segment in
            let from = max(segment.lowerBound, time)
            return from < segment.upperBound ? sum + segment.upperBound.nanos - from.nanos : sum
        }
        return Double(nanos) / 1e9 / Double(regularSeconds)
    }

    func weightLeft(at time: Timestamp) -> Double { sessions.reduce(0) { $0 + weightLeft($1, at: time) } }

    var weight: Double { sessions.reduce(0) { $0 + weight($1) } }
}
