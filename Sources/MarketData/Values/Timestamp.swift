/// An instant: nanoseconds since 1970-01-01T00:00:00Z, as DBN carries it.
public struct Timestamp: Hashable, Comparable, Sendable {
    public let nanos: UInt64

    /// DBN's "no time" is `UInt64.max`; check with `isDefined` before computing with a time from outside.
    @inlinable public init(nanos: UInt64) { self.nanos = nanos }

    @inlinable public init(seconds: Int64) { nanos = UInt64(max(0, seconds)) &* 1_000_000_000 }

    @inlinable public var isDefined: Bool { nanos != .max }

    /// Whole seconds since 1970, rounded down.
    @inlinable public var seconds: Int64 { Int64(nanos / 1_000_000_000) }

    @inlinable public static func < (a: Timestamp, b: Timestamp) -> Bool { a.nanos < b.nanos }

    /// Saturates at the largest time instead of wrapping.
    @inlinable public func advanced(bySeconds seconds: Int64) -> Timestamp {
        if seconds < 0 {
            let back = UInt64(-seconds).multipliedReportingOverflow(by: 1_000_000_000)
            return Timestamp(nanos: back.overflow || back.partialValue > nanos ? 0 : nanos - back.partialValue)
        }
        let ahead = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        let sum = nanos.addingReportingOverflow(ahead.partialValue)
        return Timestamp(nanos: ahead.overflow || sum.overflow ? .max : sum.partialValue)
    }
}
