internal import MarketData

/// Latencies of a period, for every engine and span.
package struct LatencyReport: Codable, Hashable, Sendable {
    package enum Verdict: String, Codable, Hashable, Sendable {
        /// The interval of the share lies at or above the objective, below it, or holds it. Fewer than 20 signals are
        /// inconclusive: one slow of two says little.
        case pass, fail, inconclusive
        /// Nothing was measured.
        case unknown
        case notJudged = "not judged (replay)"
    }

    /// One session of a row, for plots. Milliseconds; nil where what was lost reaches down to the percentile.
    package struct Session: Codable, Hashable, Sendable {
        /// Trade date.
        package let session: String
        /// Lost included.
        package let count: Int
        package let lost: Int
        package let p50: Double?
        package let p95: Double?
        package let p99: Double?
    }

    /// Times in milliseconds. Nil is unknown: nothing was measured, or a percentile falls on what was lost.
    package struct Row: Codable, Hashable, Sendable {
        package let arm: LatencyArm?
        package let span: LatencySpan
        /// Of the engine, all that were measured in the period.
        package let versions: [String]
        /// Lost included.
        package let count: Int
        package let lost: Int
        /// Longer than an hour and taken as that.
        package let clamped: Int
        package let p50: Double?
        package let p95: Double?
        package let p99: Double?
        /// 99.9 %
        package let p999: Double?
        package let max: Double?
        package let mean: Double?
        /// How many were within the target, by `LatencyHistogram.count(atMost:)`; nil for a span without one.
        package let withinTarget: Int?
        /// Their share of `count`, in 0...1, and its Wilson interval of 95 %.
        package let share: Double?
        package let shareLow: Double?
        package let shareHigh: Double?
        /// Nil for a span without a target.
        package let verdict: Verdict?
        /// Of the 99th percentile; nil with fewer than three sessions.
        package let trend: LatencyTrend?
        package let sessions: [Session]
    }

    package static let standardObjective = 0.99

    package let basis: Basis
    /// First and last session with a sample, trade dates; nil without any.
    package let from: String?
    package let through: String?
    /// Milliseconds.
    package let target: Double
    /// The share that has to be within the target.
    package let objective: Double
    /// By arm (those without an engine first), then in the order of a signal's way. Both engines' `endToEnd` and
    /// `markAnswer` are there even if nothing was measured.
    package let rows: [Row]

    init(basis: Basis, thresholds: LatencyThresholds, objective: Double, lanes: [LatencyTally.Lane: LatencyTally.Sums])
    {
        self.basis = basis
        self.objective = objective
        target = Double(thresholds.target) / 1e6
        let asked = LatencyArm.allCases.flatMap { arm in
            [LatencySpan.endToEnd, .markAnswer].map { LatencyTally.Lane(arm: arm, span: $0) }
        }
        let unmeasured = asked.filter { lanes[$0] == nil }.map { ($0, LatencyTally.Sums()) }
        let sorted = (lanes.map { ($0, $1) } + unmeasured).sorted { $0.0 < $1.0 }
        rows = sorted.map { lane, sums in
            Row(lane, sums, basis: basis, targetNanos: thresholds.target, objective: objective)
        }
        let sessions = rows.flatMap { $0.sessions.map(\.session) }
        from = sessions.min()
        through = sessions.max()
    }
}

extension LatencyReport {
    /// For as many histograms as fit in memory; `LatencyTally` takes them one by one.
    package init(
        _ histograms: [LatencyKey: LatencyHistogram], basis: Basis, thresholds: LatencyThresholds = .standard,
        objective: Double = Self.standardObjective
    ) throws(LatencyError) {
        var tally = LatencyTally()
        for key in histograms.keys.sorted() {
            if let histogram = histograms[key] { try tally.add(histogram, for: key) }
        }
        self = tally.report(basis: basis, thresholds: thresholds, objective: objective)
    }

    package func row(_ span: LatencySpan, arm: LatencyArm? = nil) -> Row? {
        rows.first { $0.span == span && $0.arm == arm }
    }
}

extension LatencyReport.Session {
    init(_ session: CivilDate, _ histogram: LatencyHistogram) {
        let percentiles = histogram.percentiles
        self.session = session.description
        count = histogram.count
        lost = histogram.lost
        p50 = milliseconds(percentiles.p50)
        p95 = milliseconds(percentiles.p95)
        p99 = milliseconds(percentiles.p99)
    }
}

extension LatencyReport.Row {
    init(
        _ lane: LatencyTally.Lane, _ sums: LatencyTally.Sums, basis: Basis, targetNanos: UInt64, objective: Double
    ) {
        let total = sums.total
        let percentiles = total.percentiles
        let within = lane.span.isLatency ? total.count(atMost: targetNanos) : nil
        let interval = within.flatMap { Wilson($0, of: total.count) }
        arm = lane.arm
        span = lane.span
        versions = sums.versions.sorted()
        count = total.count
        lost = total.lost
        clamped = total.clamped
        p50 = milliseconds(percentiles.p50)
        p95 = milliseconds(percentiles.p95)
        p99 = milliseconds(percentiles.p99)
        p999 = milliseconds(percentiles.p999)
        max = milliseconds(total.maxNanos)
        mean = total.meanNanos.map { $0 / 1e6 }
        withinTarget = within
        share = lane.span.isLatency ? total.share(atMost: targetNanos) : nil
        shareLow = interval?.low
        shareHigh = interval?.high
        verdict = lane.span.isLatency ? .init(interval, of: total.count, basis: basis, objective: objective) : nil
        trend = LatencyTrend(sums.sessions.map(\.p99))
        sessions = sums.sessions
    }
}

extension LatencyReport.Verdict {
    init(_ interval: Wilson?, of count: Int, basis: Basis, objective: Double) {
        self =
            switch (basis, interval) {
            case (.replay, _): .notJudged
            case (.arrival, nil): .unknown
            case (.arrival, _) where count < 20: .inconclusive
            case (.arrival, let interval?) where interval.low >= objective: .pass
            case (.arrival, let interval?) where interval.high < objective: .fail
            case (.arrival, _): .inconclusive
            }
    }
}

private func milliseconds(_ nanos: UInt64?) -> Double? { nanos.map { Double($0) / 1e6 } }
