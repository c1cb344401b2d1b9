/// Money and R that do not fit are the nearest that do.
extension Int64 {
    func addingClamped(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : sum
    }

    func subtractingClamped(_ other: Int64) -> Int64 {
        let (difference, overflow) = subtractingReportingOverflow(other)
        return overflow ? (other < 0 ? .max : .min) : difference
    }

    func multipliedClamped(by other: Int64) -> Int64 { Int64(clamping: Int128(self) * Int128(other)) }

    /// Micro-dollars of this difference of prices in 1e-9, rounded down.
    ///
    /// - Parameter pointValueMicros: micro-dollars of one point.
    func micros(pointValueMicros: Int64) -> Int64 {
        let (quotient, remainder) = (Int128(self) * Int128(pointValueMicros))
            .quotientAndRemainder(dividingBy: 1_000_000_000)
        return Int64(clamping: remainder < 0 ? quotient - 1 : quotient)
    }
}
