/// One notice to be told: to whom, by when, and how far that is.
public struct Errand: Hashable, Sendable, Codable {
    /// What keeps it back until something else ends.
    public enum Hold: Hashable, Sendable, Codable {
        case silence(id: String)
        case inhibition(alertID: String)
    }

    public var notice: AlertNotice
    /// When its deadline began: the notice's wall time, or when what held it ended. Ns since 1970, as all times here.
    public var since: UInt64
    public var takenAt: UInt64
    /// Who is told next unless somebody has it.
    public var pending: [RoutePlan.Target] = []
    /// When the last of those who are told were chosen.
    public var releasedAt: UInt64
    public var hold: Hold?
    /// Why it goes where it goes.
    public var why: [String] = []
    /// The end of its alert; whoever has not been told is told that at once.
    public var over: AlertNotice?
    /// A later notice took its place.
    public var isSuperseded = false
    /// First acknowledgement by a provider.
    public var deliveredAt: UInt64?
    public var lastResortAt: UInt64?
    /// The deadline passed without one; stays when it arrives later.
    public var missedAt: UInt64?
    public var acknowledgedBy: String?
    public var acknowledgedAt: UInt64?
    /// Steps done.
    public var escalations = 0
    /// Nothing is left to do for it.
    public var isFinished = false

    enum CodingKeys: String, CodingKey {
        case notice, since, pending, hold, why, over, escalations
        case takenAt = "taken_at"
        case releasedAt = "released_at"
        case isSuperseded = "is_superseded"
        case deliveredAt = "delivered_at"
        case lastResortAt = "last_resort_at"
        case missedAt = "missed_at"
        case acknowledgedBy = "acknowledged_by"
        case acknowledgedAt = "acknowledged_at"
        case isFinished = "is_finished"
    }

    init(_ notice: AlertNotice, since: UInt64, at now: UInt64) {
        self.notice = notice
        self.since = since
        takenAt = now
        releasedAt = now
    }

    static func id(alertID: String, number: Int) -> String { "\(alertID)/\(number)" }

    public var id: String { Self.id(alertID: notice.alert.id, number: notice.number) }
    public var isUrgent: Bool { notice.alert.severity.isUrgent }
    /// Of an alert that stands for itself.
    public var isMoment: Bool { notice.kind == .opened && notice.alert.resolvedAt != nil }
    /// Nothing follows it: its alert is over, or was never open.
    var isAlertOver: Bool { over != nil || isMoment || notice.kind == .resolved }

    public var deadline: UInt64 { later(since, AlertTerms.deadlineSeconds) }
    /// An urgent one that did not reach anybody in time, whether that has been recorded or not.
    func isMissed(at now: UInt64) -> Bool { isUrgent && hold == nil && (deliveredAt ?? now) > deadline }
}

/// `seconds` after `nanos`, at most the largest time.
func later(_ nanos: UInt64, _ seconds: Double) -> UInt64 {
    let ahead = UInt64(exactly: (max(0, seconds) * 1e9).rounded()) ?? .max
    let sum = nanos.addingReportingOverflow(ahead)
    return sum.overflow ? .max : sum.partialValue
}
