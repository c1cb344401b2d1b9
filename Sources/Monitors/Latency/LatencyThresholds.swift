/// What latencies are measured against, in nanoseconds.
package struct LatencyThresholds: Hashable, Sendable {
    package let warning: UInt64
    /// A signal that took longer is slow.
    package let target: UInt64
    package let critical: UInt64
    package let severe: UInt64

    /// 80, 100, 150 and 300 ms.
    package static let standard = LatencyThresholds(milliseconds: LatencyHistogram.limitMilliseconds)

    /// - Throws: `LatencyError.badSettings` unless 0 < warning ≤ target ≤ critical ≤ severe.
    package init(
        warningNanos: UInt64, targetNanos: UInt64, criticalNanos: UInt64, severeNanos: UInt64
    ) throws(LatencyError) {
        guard warningNanos > 0, warningNanos <= targetNanos, targetNanos <= criticalNanos, criticalNanos <= severeNanos
        else {
            throw .badSettings(
                "latency thresholds must rise from warning over target and critical to severe, found "
                    + [warningNanos, targetNanos, criticalNanos, severeNanos].map(LatencyText.milliseconds)
                    .joined(separator: ", ") + " ms")
        }
        warning = warningNanos
        target = targetNanos
        critical = criticalNanos
        severe = severeNanos
    }

    private init(milliseconds: SIMD4<UInt64>) {
        let nanos = milliseconds &* 1_000_000
        (warning, target, critical, severe) = (nanos[0], nanos[1], nanos[2], nanos[3])
    }
}
