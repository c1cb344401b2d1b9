package import MarketData

/// A calendar month in UTC, which is how the data vendor bills; written `2026-11`.
package struct BudgetPeriod: Hashable, Sendable {
    package let year: Int
    /// 1...12
    package let month: Int

    package init(of time: Timestamp) {
        let date = CivilDate(daysSince1970: Int(time.seconds / 86_400))
        year = date.year
        month = date.month
    }

    package init(of date: CivilDate) {
        year = date.year
        month = date.month
    }

    /// Reads `2026-11`, exactly seven characters, from 1970; nil for anything else.
    package init?(_ text: some StringProtocol) {
        guard let first = CivilDate("\(text)-01"), first.year >= 1970, first.year < 2554 else { return nil }
        self.init(of: first)
    }

    /// The month's first instant.
    package var start: Timestamp { Timestamp(seconds: Int64(firstDate.daysSince1970) * 86_400) }

    /// The next month's first instant.
    package var end: Timestamp { Timestamp(seconds: Int64(lastDate.daysSince1970 + 1) * 86_400) }

    package func contains(_ date: CivilDate) -> Bool { date.year == year && date.month == month }

    var firstDate: CivilDate {
        guard let date = CivilDate(year: year, month: month, day: 1) else {
            preconditionFailure("\(year)-\(month) is no month")
        }
        return date
    }

    var lastDate: CivilDate {
        let inNextMonth = firstDate.adding(days: 31)
        return inNextMonth.adding(days: -inNextMonth.day)
    }
}

extension BudgetPeriod: Comparable {
    package static func < (a: BudgetPeriod, b: BudgetPeriod) -> Bool { (a.year, a.month) < (b.year, b.month) }
}

extension BudgetPeriod: CustomStringConvertible {
    package var description: String { String(firstDate.description.prefix(7)) }
}
