/// The `alerts` section of the spec, but for the settings of its channels.
public struct AlertTerms: Hashable, Sendable {
    /// From the fact to a provider's acknowledgement of an urgent alert, seconds. Source: the delivery SLO.
    public static let deadlineSeconds = 30.0
    /// Without an acknowledgement the fall-back is told after so many seconds, and the last resort after so many.
    public static let fallbackSeconds = 10.0
    public static let lastResortSeconds = 25.0

    /// Names, in the order in which they are tried where no route says another.
    public var channels: [String] = []
    /// Of channels that tell several: one delivery each. A channel without an entry has one delivery.
    public var recipients: [String: [String]] = [:]
    public var runbookBase: String?
    /// The first that matches counts, unless it continues. None at all: everything goes to all channels.
    public var routes: [AlertRoute] = []
    public var escalation = EscalationTerms()
    public var digest = DigestTerms()
    /// The longest time a silence may last.
    public var silenceMaxHours = 8.0
    public var limits: [String: ChannelLimits] = [:]

    public init() {}

    /// Where the runbook of `cause` is: a URL, or the command that prints it.
    public func runbook(for cause: AlertCause) -> String {
        guard let runbookBase else { return "tandem runbook \(cause.rawValue)" }
        return runbookBase + (runbookBase.hasSuffix("/") ? "" : "/") + cause.rawValue
    }

    public func limits(of channel: String) -> ChannelLimits { limits[channel] ?? ChannelLimits() }
}

/// Who else is told while nobody acknowledges an alert.
public struct EscalationTerms: Hashable, Sendable {
    public struct Step: Hashable, Sendable {
        /// Since the alert opened or was raised.
        public var afterMinutes: Double
        public var channels: [String]

        public init(afterMinutes: Double, channels: [String]) {
            self.afterMinutes = afterMinutes
            self.channels = channels
        }
    }

    /// After so long nobody tries any more.
    public static let endMinutes = 1440.0

    public var from = AlertSeverity.critical
    public var steps: [Step] = []
    /// The last step comes again every so many minutes; nil: once.
    public var repeatMinutes: Double?

    public init() {}

    /// The `number`th escalation, from 1; nil when there is none.
    func step(_ number: Int) -> Step? {
        guard number > 0 else { return nil }
        if number <= steps.count { return steps[number - 1] }
        guard let repeatMinutes, repeatMinutes > 0, var step = steps.last else { return nil }
        step.afterMinutes += Double(number - steps.count) * repeatMinutes
        return step.afterMinutes < Self.endMinutes ? step : nil
    }
}

/// When what is only good to know is told.
public struct DigestTerms: Hashable, Sendable {
    /// After the first of a digest; used when there are no times.
    public var minutes = 60.0
    /// Minutes since midnight on the exchange's clock, 0..<1440.
    public var times: [Int] = []

    public init() {}

    /// Seconds from `market`'s time of day to the next digest.
    func secondsToNext(_ market: MarketMoment) -> Double {
        let waits = times.map { ($0 * 60 - market.secondOfDay + 86_399) % 86_400 + 1 }
        return waits.min().map(Double.init) ?? minutes * 60
    }
}

/// What a channel bears.
public struct ChannelLimits: Hashable, Sendable {
    /// Messages a second in the long run.
    public var perSecond = 1.0
    /// Messages at once after a pause.
    public var burst = 3.0
    /// Attempts under way at a time that are not urgent, and with the urgent ones.
    public var inFlight = 1
    public var urgentInFlight = 8
    /// Whether its provider can be asked what became of a message.
    public var canReconcile = false

    public init() {}
}

/// Without a fraction where there is none.
func short(_ number: Double) -> String {
    number == number.rounded() && abs(number) < 1e15 ? "\(Int(number))" : "\(number)"
}
