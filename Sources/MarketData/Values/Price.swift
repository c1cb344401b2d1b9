/// A price as DBN carries it.
public struct Price: Hashable, Comparable, Sendable {
    /// Units of 1e-9 of the quote currency. `Int64.max` on the wire means "no price" and never becomes a `Price`.
    public let nanos: Int64

    /// Nil for DBN's undefined price. Source: databento/dbn `rust/dbn/src/lib.rs`, UNDEF_PRICE.
    @inlinable public init?(wire: Int64) {
        guard wire != .max else { return nil }
        nanos = wire
    }

    @inlinable public init(nanos: Int64) { self.nanos = nanos }

    @inlinable public static func < (a: Price, b: Price) -> Bool { a.nanos < b.nanos }
}

extension Price: CustomStringConvertible {
    /// The exact decimal, without trailing zeros: `24800.25`.
    public var description: String {
        let magnitude = nanos.magnitude
        let whole = magnitude / 1_000_000_000
        let fraction = magnitude % 1_000_000_000
        var text = (nanos < 0 ? "-" : "") + String(whole)
        if fraction > 0 {
            var digits = String(fraction + 1_000_000_000).dropFirst()
            while digits.last == "0" { digits.removeLast() }
            text += "." + digits
        }
        return text
    }

    /// Reads a plain decimal with at most nine digits after the point; nil for anything else (no exponent, no sign but `-`).
    public init?(decimal text: some StringProtocol) {
        var whole: UInt64 = 0
        var fraction: UInt64 = 0
        var scale: UInt64 = 1_000_000_000
        var digits = 0
        var seenPoint = false
        var endsInPoint = false
        var bytes = text.utf8[...]
        let negative = bytes.first == UInt8(ascii: "-")
        if negative { bytes = bytes.dropFirst() }
        for byte in bytes {
            if byte == UInt8(ascii: "."), !seenPoint, digits > 0 {
                seenPoint = true
                endsInPoint = true
                continue
            }
            guard byte >= 48, byte <= 57 else { return nil }
            let digit = UInt64(byte - 48)
            digits += 1
            endsInPoint = false
            if seenPoint {
                guard scale > 1 else { return nil }
                scale /= 10
                fraction += digit * scale
            } else {
                // The largest whole part has ten digits, so that nothing here can overflow.
                guard whole < 10_000_000_000 else { return nil }
                whole = whole * 10 + digit
            }
        }
        guard digits > 0, !endsInPoint else { return nil }
        let (scaled, overflow) = whole.multipliedReportingOverflow(by: 1_000_000_000)
        // Int64.max means "no price"; Int64.min has no counterpart above zero.
        guard !overflow, scaled <= Int64.min.magnitude - fraction else { return nil }
        let magnitude = scaled + fraction
        guard negative || magnitude < UInt64(Int64.max) else { return nil }
        nanos = negative ? Int64(truncatingIfNeeded: 0 &- magnitude) : Int64(magnitude)
    }
}
