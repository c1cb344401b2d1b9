/// What a cost is counted in.
package enum CostUnit: String, Hashable, Sendable, CaseIterable {
    case bytes, messages, calls, months, days, seconds, contracts, symbols, items
}

/// What one unit costs: an exact fraction of micro-dollars, in lowest terms.
package struct UnitPrice: Hashable, Sendable {
    /// Micro-dollars for `denominator` units; from 0.
    package let numeratorMicros: Int64
    /// Above 0.
    package let denominator: Int64
    package let unit: CostUnit

    /// Nil for a negative price or a denominator below 1.
    package init?(numeratorMicros: Int64, denominator: Int64 = 1, unit: CostUnit) {
        guard numeratorMicros >= 0, denominator > 0 else { return nil }
        let divisor = Self.greatestCommonDivisor(numeratorMicros, denominator)
        self.numeratorMicros = numeratorMicros / divisor
        self.denominator = denominator / divisor
        self.unit = unit
    }

    /// What `quantity` units cost, in micro-dollars, rounded half up (away from zero for a negative quantity, so that a
    /// correction takes back exactly what it corrects).
    ///
    /// The parts of a stream are not to be rounded one by one: see `MeteredStream`.
    package func amountMicros(_ quantity: Int64) throws(BudgetError) -> Int64 {
        let product = UInt128(quantity.magnitude) * UInt128(numeratorMicros)
        let rounded = (product + UInt128(denominator / 2)) / UInt128(denominator)
        guard let amount = Int64(exactly: rounded) else { throw .overflow("\(quantity) \(unit) at \(self)") }
        return quantity < 0 ? -amount : amount
    }

    /// The most units whose price is not above `micros`; nil when the price is 0, since then any number is.
    package func quantity(forMicros micros: Int64) -> Int64? {
        guard numeratorMicros > 0 else { return nil }
        let units = UInt128(max(0, micros)) * UInt128(denominator) / UInt128(numeratorMicros)
        return Int64(clamping: units)
    }

    private static func greatestCommonDivisor(_ a: Int64, _ b: Int64) -> Int64 {
        b == 0 ? a : greatestCommonDivisor(b, a % b)
    }
}

extension UnitPrice {
    /// Names in price texts: the unit they stand for and how many of it.
    private static let names: [(name: String, unit: CostUnit, count: Int64)] = [
        ("GB", .bytes, 1_000_000_000), ("GiB", .bytes, 1 << 30), ("TB", .bytes, 1_000_000_000_000),
        ("TiB", .bytes, 1 << 40), ("MB", .bytes, 1_000_000), ("MiB", .bytes, 1 << 20), ("KB", .bytes, 1000),
        ("KiB", .bytes, 1 << 10), ("byte", .bytes, 1), ("message", .messages, 1), ("call", .calls, 1),
        ("request", .calls, 1), ("month", .months, 1), ("day", .days, 1), ("hour", .seconds, 3600),
        ("minute", .seconds, 60), ("second", .seconds, 1), ("contract", .contracts, 1), ("symbol", .symbols, 1),
        ("item", .items, 1),
    ]

    /// Reads `$0.40/GB`, `$199/month`, `$0.0079/message`, `$5/1000 calls`. GB is 10^9 bytes, GiB 2^30.
    package init(_ text: String) throws(BudgetError) {
        let bad = BudgetError.badText(
            field: "unit price", text: text,
            expected: "dollars, a slash and a unit, such as $0.40/GB, $199/month or $0.0079/message")
        let sides = text.split(separator: "/", omittingEmptySubsequences: false)
        guard sides.count == 2, sides[0].first == "$", let price = PlainDecimal(sides[0].dropFirst()),
            let (unit, count) = Self.unit(sides[1])
        else { throw bad }
        // digits / 10^places dollars are digits * 10^6 / 10^places micro-dollars.
        let shift = price.places - 6
        let (numerator, tooMuch) = price.digits.multipliedReportingOverflow(
            by: PlainDecimal.powersOfTen[max(0, -shift)])
        let (denominator, tooMany) = PlainDecimal.powersOfTen[max(0, shift)].multipliedReportingOverflow(by: count)
        guard !tooMuch, !tooMany else { throw .overflow("the unit price \(text)") }
        guard let price = UnitPrice(numeratorMicros: numerator, denominator: denominator, unit: unit) else { throw bad }
        self = price
    }

    private static func unit(_ text: Substring) -> (CostUnit, Int64)? {
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        guard let word = words.last, words.count <= 2,
            let row = names.first(where: {
                word == $0.name || ($0.name.first?.isLowercase == true && word == $0.name + "s")
            })
        else { return nil }
        guard words.count == 2 else { return (row.unit, row.count) }
        guard let number = PlainDecimal(words[0]), number.places == 0, number.digits > 0 else { return nil }
        let (count, overflow) = number.digits.multipliedReportingOverflow(by: row.count)
        return overflow ? nil : (row.unit, count)
    }
}

extension UnitPrice: CustomStringConvertible {
    /// `$0.40/GB`, `$0.0079/message`; micro-dollars as a fraction when no such text is exact.
    package var description: String {
        for (name, unit, count) in Self.names where unit == self.unit {
            let (micros, rest) = (UInt128(numeratorMicros) * UInt128(count)).quotientAndRemainder(
                dividingBy: UInt128(denominator))
            if rest == 0, let micros = Int64(exactly: micros) { return "\(Dollars.shortest(micros))/\(name)" }
        }
        return "\(numeratorMicros) micro-dollars/\(denominator) \(unit)"
    }
}
