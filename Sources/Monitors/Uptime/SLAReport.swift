package import MarketData

/// Uptime of a period against its objective, as JSON has it; pages and tables are made of it.
///
/// Times are nanoseconds since 1970 UTC, seconds are seconds of market time. *Raw* figures count every bad second,
/// *adjusted* ones leave out what evidence excludes. What is not known is nil, and null in JSON.
package struct SLAReport: Codable, Hashable, Sendable {
    package enum Verdict: String, Codable, Hashable, Sendable {
        /// What was lost so far does not exceed what the whole period allows.
        case withinBudget = "within budget"
        case missed
        /// No second was in service.
        case unknown
        case notJudged = "not judged (replay)"
    }

    /// A run of bad seconds of the main component. Closed time does not end one; the period's ends cut it.
    package struct Incident: Codable, Hashable, Sendable {
        /// Component and start, ASCII: `route@20261102T143000Z`.
        package let id: String
        package let start: UInt64
        /// Excluded; nil while it lasts.
        package let end: UInt64?
        package let seconds: Int
        /// Those of `seconds` that the adjusted figure leaves out.
        package let excludedSeconds: Int
        package let byCause: CauseSeconds
        /// Of the first second.
        package let cause: DowntimeCause
        package let reason: String
        /// Wall time from the first bad instant until it was noticed.
        package let detectionSeconds: Double?
        /// Wall time from `start` to the first acknowledgement.
        package let acknowledgedSeconds: Double?
        /// Market time from `start` to `end`.
        package let restoreSeconds: Int?
        /// Counted seconds as a share of what the period allows.
        package let budgetShare: Double?
    }

    package struct Component: Codable, Hashable, Sendable {
        package let component: String
        /// Nil for as long as the service.
        package let from: UInt64?
        /// Elapsed seconds in which it was asked for.
        package let marketSeconds: Int
        /// Raw; nil when nothing was recorded of it in the period.
        package let badSeconds: Int?
        package let uptime: Double?
    }

    /// An exclusion in force that lies in the period, and what it explains.
    package struct Evidence: Codable, Hashable, Sendable {
        /// The newest row.
        package let id: String
        package let original: String
        package let author: String
        package let recordedAt: UInt64
        package let announcedAt: UInt64
        package let from: UInt64
        package let to: UInt64
        package let cause: DowntimeCause
        package let evidence: String
        package let reason: String
        /// Bad seconds of the period that it explains, and those of them that it excludes.
        package let badSeconds: Int
        package let excludedSeconds: Int
    }

    /// Bad seconds of one kind. All of a report add up to its `badSecondsRaw`.
    package struct BadInterval: Codable, Hashable, Sendable {
        package let start: UInt64
        /// Excluded.
        package let end: UInt64
        package let seconds: Int
        package let cause: DowntimeCause
        /// Whether the adjusted figure counts it.
        package let isCounted: Bool
        /// Of the state that made it bad, or `stopped` or `no telemetry`.
        package let reason: String
        /// Of the operator that said so, or was the last there.
        package let epoch: Int?
        package let evidence: String?
    }

    /// A day of the exchange's zone with open time, by hours of its clock.
    package struct Day: Codable, Hashable, Sendable {
        package let date: String
        /// Since the period's begin to the end of this day; nil for a day that has not begun.
        package let badSecondsAdjustedSoFar: Int?
        /// 24 each: open seconds, those of them in service and elapsed, and those of these that were bad (raw).
        package let open: [Int]
        package let inService: [Int]
        package let bad: [Int]
    }

    /// Parts per million.
    package static let standardTarget = 999_000

    package let period: String
    package let from: UInt64
    package let to: UInt64
    package let asOf: UInt64
    package let calendar: String
    package let basis: Basis
    package let verdict: Verdict
    /// When the first operator ever began; seconds before do not count. Nil before there was one.
    package let serviceFrom: UInt64?
    /// The objective, in 0...1.
    package let target: Double
    /// Elapsed seconds in service.
    package let marketSeconds: Int
    /// All of the period in service, to come included.
    package let periodSeconds: Int
    package let badSecondsRaw: Int
    package let badSecondsAdjusted: Int
    package let excludedSeconds: Int
    package let uptimeRaw: Double?
    package let uptimeAdjusted: Double?
    package let allowedSeconds: Double
    /// The share that is left of it; negative when more was lost. Nil when the period has no service.
    package let budgetLeft: Double?
    /// Raw.
    package let byCause: CauseSeconds
    package let incidents: [Incident]
    // Means over the incidents for which each is known, nil without one.
    package let meanDetectionSeconds: Double?
    package let meanAcknowledgedSeconds: Double?
    package let meanRestoreSeconds: Double?
    /// Good market seconds for each incident.
    package let meanSecondsBetweenIncidents: Double?
    package let burn: [Burn]
    package let exhaustion: Exhaustion
    package let components: [Component]
    /// Nil in replay, for a period that is no month, and before there is a budget.
    package let policy: BudgetPolicy?
    package let evidence: [Evidence]
    package let explanation: [BadInterval]
    package let days: [Day]
    /// Urgent alerts of the period; nil where none was to be sent.
    package var alerts: AlertDelivery?

    /// How many urgent alerts a provider acknowledged within 30 s.
    package struct AlertDelivery: Codable, Hashable, Sendable {
        package var notices: Int
        package var met: Int
        /// Also those that arrived later.
        package var missed: Int
        /// Neither has happened yet.
        package var unknown: Int
        package var channels: [Channel]

        package init(notices: Int, met: Int, missed: Int, unknown: Int, channels: [Channel] = []) {
            self.notices = notices
            self.met = met
            self.missed = missed
            self.unknown = unknown
            self.channels = channels
        }

        /// From the fact to the channel's acknowledgement.
        package struct Channel: Codable, Hashable, Sendable {
            package var channel: String
            package var acknowledged: Int
            package var p50Seconds: Double
            package var p99Seconds: Double

            enum CodingKeys: String, CodingKey {
                case channel, acknowledged
                case p50Seconds = "p50_seconds"
                case p99Seconds = "p99_seconds"
            }

            package init(_ channel: String, acknowledged: Int, p50Seconds: Double, p99Seconds: Double) {
                self.channel = channel
                self.acknowledged = acknowledged
                self.p50Seconds = p50Seconds
                self.p99Seconds = p99Seconds
            }
        }
    }
}

extension SLAReport {
    /// - Parameters:
    ///   - evidence: all of it; what is in force is applied.
    ///   - asOf: seconds at or after this have not elapsed.
    ///   - target: the objective in parts per million.
    ///   - components: the first is the main one, whose uptime is the report's.
    /// - Complexity: O(changes + open segments since the period's month began or the burn windows do, log n each).
    /// - Throws: `badText` for a target outside 1...999,999 or no component; `calendar`.
    package init(
        _ history: ServiceHistory, evidence: EvidenceBook, period: SLAPeriod, asOf: Timestamp,
        calendar: ExchangeCalendar, target: Int = standardTarget, basis: Basis,
        components: [ServiceComponent] = ServiceComponent.standard
    ) throws(UptimeError) {
        guard (1...999_999).contains(target) else {
            throw .badText(field: "target", text: String(target), expected: "1 to 999999 parts per million")
        }
        guard let main = components.first else {
            throw .badText(field: "components", text: "", expected: "at least one component")
        }
        let measured = try MeasuredService(
            history, evidence: evidence, period: period, asOf: asOf, calendar: calendar, main: main)
        let budget = ErrorBudget(
            target: target, periodSeconds: Int64(measured.whole.count), sum: measured.sum)
        let incidents = measured.incidents(budget: budget, evidence: evidence)
        let burn = Burn.all(measured, budget: budget, isJudged: basis == .arrival)

        self.period = period.label
        from = period.from.nanos
        to = period.to.nanos
        self.asOf = asOf.nanos
        self.calendar = calendar.name
        self.basis = basis
        verdict = Verdict(budget, basis: basis, elapsed: measured.elapsed.count)
        serviceFrom = history.serviceFrom
        self.target = Double(target) / 1e6
        marketSeconds = Int(measured.elapsed.count)
        periodSeconds = Int(measured.whole.count)
        badSecondsRaw = Int(measured.sum.bad)
        badSecondsAdjusted = Int(measured.sum.counted)
        excludedSeconds = Int(measured.sum.excluded)
        uptimeRaw = Self.uptime(bad: measured.sum.bad, of: measured.elapsed.count)
        uptimeAdjusted = Self.uptime(
            bad: measured.sum.counted, of: measured.elapsed.count - measured.sum.excluded)
        allowedSeconds = budget.allowedSeconds
        budgetLeft = budget.left
        byCause = CauseSeconds(measured.downtime.stretches)
        self.incidents = incidents
        meanDetectionSeconds = Self.mean(incidents.map(\.detectionSeconds))
        meanAcknowledgedSeconds = Self.mean(incidents.map(\.acknowledgedSeconds))
        meanRestoreSeconds = Self.mean(incidents.map { $0.restoreSeconds.map { Double($0) } })
        meanSecondsBetweenIncidents =
            incidents.isEmpty
            ? nil : Double(measured.elapsed.count - measured.sum.bad) / Double(incidents.count)
        self.burn = burn
        exhaustion = try Exhaustion.expected(measured, budget: budget)
        self.components = components.map { measured.component($0) }
        policy = period.isMonth && basis == .arrival ? BudgetPolicy(budget, incidents: incidents) : nil
        self.evidence = measured.evidence(in: evidence)
        explanation = measured.downtime.stretches.map(BadInterval.init)
        days = try measured.days()
    }

    static func uptime(bad: Int64, of seconds: Int64) -> Double? {
        seconds > 0 ? 1 - Double(bad) / Double(seconds) : nil
    }

    private static func mean(_ values: [Double?]) -> Double? {
        let known = values.compactMap(\.self)
        return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
    }
}

extension SLAReport.Verdict {
    fileprivate init(_ budget: ErrorBudget, basis: Basis, elapsed: Int64) {
        self =
            switch basis {
            case .replay: .notJudged
            case .arrival where elapsed == 0: .unknown
            case .arrival: budget.isOverspent ? .missed : .withinBudget
            }
    }
}

extension SLAReport.BadInterval {
    fileprivate init(_ stretch: Downtime.Stretch) {
        start = nanos(ofSecond: stretch.seconds.lowerBound)
        end = nanos(ofSecond: stretch.seconds.upperBound)
        seconds = stretch.seconds.count
        cause = stretch.cause
        isCounted = stretch.isCounted
        reason = stretch.reason
        epoch = stretch.epoch
        evidence = stretch.evidence
    }
}

extension CauseSeconds {
    init(_ stretches: some Sequence<Downtime.Stretch>) {
        self.init()
        for stretch in stretches { self[stretch.cause] += stretch.seconds.count }
    }
}

func nanos(ofSecond second: Int64) -> UInt64 { Timestamp(seconds: second).nanos }
