internal import Alerts
internal import Foundation
package import Logging
internal import MarketData

/// What an operator says that cannot go on: over every channel at once, without journal or outbox, which may be what broke.
package struct LastWords {
    private let rollout: String
    private let terms: AlertTerms
    private let mailer: AlertMailer
    private let lastResort: LastResort
    private let logger: Logger

    /// For an answer of each channel, seconds.
    private static let patience = 10.0

    /// Nil where nothing is to leave the machine, or nobody is named to be told.
    package init?(_ spec: Spec, folder: StateFolder, options: RunOptions, logger: Logger) {
        guard options.sendsAlerts, !spec.alerts.channels.isEmpty || !spec.alerts.lastResort.isEmpty else { return nil }
        rollout = spec.plan.id
        terms = spec.alerts.terms
        mailer = AlertMailer(spec.alerts, environment: ProcessInfo.processInfo.environment)
        lastResort = LastResort(folder: folder, program: spec.alerts.lastResort, transport: mailer.transport)
        self.logger = logger
    }

    /// Blocks until every channel has answered or had its time. Says nothing of what whoever started the run sees and mends
    /// at once.
    package func tell(_ error: any Error) {
        guard let fact = Self.fact(error) else { return }
        var book = AlertBook(rollout: rollout)
        guard let notice = book.take(fact, at: Desk.wallClock()) else { return }
        if !send(notice) { lastResort.tell(notice, runbook: terms.runbook(for: fact.cause)) }
    }

    static func fact(_ error: any Error) -> AlertFact? {
        let (cause, severity): (AlertCause, AlertSeverity)
        switch error {
        case is Divergence, JournalError.damaged, JournalError.failed, JournalError.notDurable:
            (cause, severity) = (.journalDamaged, .emergency)
        case RunFailure.feed: (cause, severity) = (.feedDown, .critical)
        case is RunFailure, is SystemError: (cause, severity) = (.operatorDown, .critical)
        default: return nil
        }
        return AlertFact(
            cause, subject: "operator", severity: severity,
            summary: "the operator ended and does not start again by itself",
            details: "No signal is routed until somebody starts it.", evidence: [AlertEvidence("error", "\(error)")],
            stage: "", status: "", time: Timestamp(nanos: Desk.wallClock()), isMoment: true)
    }

    /// Whether anybody has it.
    private func send(_ notice: AlertNotice) -> Bool {
        var terms = terms
        var route = AlertRoute("last words", channels: terms.channels)
        route.isImmediate = true
        terms.routes = [route]
        // Everybody now: there is no later.
        for (channel, recipients) in terms.recipients {
            terms.limits[channel, default: ChannelLimits()].urgentInFlight = max(1, recipients.count)
        }
        var outbox = Outbox(terms, calendar: nil)
        outbox.take(notice, at: Desk.wallClock())
        let answers = Monitor<[ChannelAnswer]>([])
        var asked = 0
        for case .attempt(let order) in outbox.wake(at: Desk.wallClock()) {
            asked += 1
            do {
                try DedicatedThread.start("last-words") { [mailer] in
                    let answer = mailer.send(order, thread: nil)
                    answers.update { $0.append(answer) }
                }
            } catch {
                logger.error(
                    "an alert is not sent", metadata: ["channel": "\(order.delivery.channel)", "reason": "\(error)"])
                answers.update { $0.append(ChannelAnswer(.retry(after: nil))) }
            }
        }
        _ = answers.wait(atMost: Self.patience) { $0.count == asked ? true : nil }
        return answers.read(\.self).contains { $0.outcome == .ok }
    }
}
