/// Durations as specs have them: a whole number and a unit.
package enum DurationText {
    private static let units: [(name: String, nanoseconds: Int)] = [
        ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000),
        ("ms", 1_000_000), ("us", 1_000), ("ns", 1),
    ]

    /// Nil for anything but digits and one of d, h, m, s, ms, us, ns, and for more than 292 years.
    package static func parse(_ text: String) -> Duration? {
        guard let (number, unit) = split(text), let factor = units.first(where: { $0.name == unit }) else { return nil }
        let (nanoseconds, overflow) = number.multipliedReportingOverflow(by: factor.nanoseconds)
        return overflow ? nil : .nanoseconds(nanoseconds)
    }

    /// In the largest unit up to hours that leaves a whole number: `90s`, `2h`, `1500ms`.
    static func print(_ duration: Duration) -> String {
        let nanoseconds = duration.wholeNanoseconds
        guard nanoseconds != 0 else { return "0s" }
        let unit = units.dropFirst().first { nanoseconds % $0.nanoseconds == 0 }
        return unit.map { "\(nanoseconds / $0.nanoseconds)\($0.name)" } ?? "\(nanoseconds)ns"
    }

    /// Digits without a leading zero, and the letters after them.
    static func split(_ text: String) -> (number: Int, unit: String)? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int(digits), digits.count == 1 || !digits.hasPrefix("0") else { return nil }
        return (number, String(text.dropFirst(digits.count)))
    }
}

extension Duration {
    /// Rounded down; the nearest that fits beyond 292 years.
    var wholeNanoseconds: Int {
        let (seconds, attoseconds) = components
        let (product, overflow) = Int(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        if overflow { return seconds < 0 ? .min : .max }
        let (sum, carried) = product.addingReportingOverflow(Int(attoseconds / 1_000_000_000))
        return carried ? .max : sum
    }
}

/// Sizes in memory: a whole number and a binary unit, since `MB` means two things.
enum ByteCountText {
    private static let units = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)]

    static func parse(_ text: String) -> Int? {
        guard let (number, unit) = DurationText.split(text), let factor = units.first(where: { $0.0 == unit }) else {
            return nil
        }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: factor.1)
        return overflow ? nil : bytes
    }

    static func print(_ bytes: Int) -> String {
        let unit = units.first { bytes % $0.1 == 0 && bytes >= $0.1 } ?? ("B", 1)
        return "\(bytes / unit.1)\(unit.0)"
    }
}

/// Money as people write it, kept in micro-dollars.
enum MoneyText {
    /// Nil with more than six decimals, and for what does not fit.
    static func micros(_ number: ExactDecimal) -> Int64? {
        let parts = number.text.split(separator: ".", omittingEmptySubsequences: false)
        let fraction = parts.count == 2 ? parts[1] : ""
        guard !number.text.contains("e"), fraction.count <= 6, let whole = parts.first else { return nil }
        return Int64(whole + fraction + String(repeating: "0", count: 6 - fraction.count))
    }

    /// `0.85`; of an amount from 0 on.
    static func dollars(_ micros: Int64) -> String {
        let (whole, rest) = micros.quotientAndRemainder(dividingBy: 1_000_000)
        var fraction = String(rest + 1_000_000).dropFirst()
        while fraction.last == "0" { fraction.removeLast() }
        return fraction.isEmpty ? "\(whole)" : "\(whole).\(fraction)"
    }
}

/// `09:30`, as calendars, promotion windows and digests have it.
enum TimeOfDayText {
    /// Minutes since midnight; 24:00 ends a day. Nil for anything but two digits, a colon and two digits.
    static func parse(_ text: String) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2,
            parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy { (48...57).contains($0) } }),
            let hour = Int(parts[0]), let minute = Int(parts[1]), minute < 60, hour * 60 + minute <= 1440
        else { return nil }
        return hour * 60 + minute
    }

    /// - Parameter minutes: since midnight, 0...1440.
    static func print(_ minutes: Int) -> String {
        [minutes / 60, minutes % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
    }
}
