package import Alerts
internal import Foundation
internal import MarketData

/// A real message over a channel, outside of the outbox, and what came back.
package struct ChannelTest {
    package struct Result: Sendable, Encodable {
        package var channel: String
        package var kind: String
        package var recipient: String?
        /// Name of the response class.
        package var response: String
        package var startedAt: UInt64
        package var endedAt: UInt64
        package var providerID: String?
        package var answer: String

        package var isWell: Bool { response == ResponseClass.ok.name }

        enum CodingKeys: String, CodingKey {
            case channel, kind, recipient, response, answer
            case startedAt = "started_at"
            case endedAt = "ended_at"
            case providerID = "provider_id"
        }
    }

    private let settings: AlertSettings
    private let mailer: AlertMailer
    private let store: AlertStore
    private let alert: AlertNotice

    /// - Parameter actor: who asks for it; named in the message.
    package init(_ records: AlertRecords, actor: String) throws {
        settings = records.settings
        try SecretStore.protectProcess()
        mailer = AlertMailer(settings, environment: ProcessInfo.processInfo.environment)
        store = try AlertStore(folder: records.folder.path)
        let now = Desk.wallClock()
        let fact = AlertFact(
            .test, subject: "\(now)", severity: .info, summary: "this is a test",
            details: "\(actor) asked for it; nothing is wrong.", evidence: [AlertEvidence("asked by", actor)],
            stage: "", status: "", time: Timestamp(nanos: now), isMoment: true)
        var book = AlertBook(rollout: records.rollout)
        guard let notice = book.take(fact, at: now) else { throw ChannelTestError.noNotice }
        alert = notice
    }

    /// Sends it to everybody a channel tells, once, and keeps what came of it.
    package func run(_ channel: ChannelTerms) throws -> [Result] {
        var terms = settings.terms
        var route = AlertRoute("test", channels: [channel.name])
        route.isImmediate = true
        terms.routes = [route]
        // Everybody now: a test is tried once and waits for no turn.
        var limits = terms.limits(of: channel.name)
        limits.inFlight = max(1, channel.recipients.count)
        limits.burst = Double(limits.inFlight)
        terms.limits[channel.name] = limits
        let now = Desk.wallClock()
        let ticks = MonotonicClock.now()
        var outbox = Outbox(terms, calendar: nil)
        outbox.take(alert, at: now)
        var results: [Result] = []
        for case .attempt(let order) in outbox.wake(at: now) {
            let startedAt = now + (MonotonicClock.now() - ticks)
            let answer = mailer.send(order, thread: nil)
            let endedAt = now + (MonotonicClock.now() - ticks)
            outbox.ended(
                order.delivery.id, attempt: order.attempt, answer.outcome, providerID: answer.providerID,
                detail: answer.shown, at: endedAt)
            results.append(
                Result(
                    channel: channel.name, kind: channel.kind.name, recipient: order.delivery.recipient,
                    response: answer.outcome.name, startedAt: startedAt, endedAt: endedAt,
                    providerID: answer.providerID, answer: answer.shown))
        }
        try store.keepFinished(outbox.takeChanges())
        return results
    }

    /// Of the alert in the message.
    package var alertID: String { alert.alert.id }
}

enum ChannelTestError: Error { case noNotice }
