package import Alerts
internal import Foundation
internal import Glibc

/// Makes messages of orders, hands them to the transport, and reads what comes back. Blocks; any thread may call it.
package struct AlertMailer: Sendable {
    private let channels: [String: ChannelTerms]
    private let terms: AlertTerms
    let transport: any AlertTransport
    private let secrets: SecretStore
    private let hostName: String

    package init(
        channels: [ChannelTerms], terms: AlertTerms, transport: any AlertTransport, secrets: SecretStore,
        hostName: String = ProcessInfo.processInfo.hostName
    ) {
        self.channels = Dictionary(channels.map { ($0.name, $0) }) { first, _ in first }
        self.terms = terms
        self.transport = transport
        self.secrets = secrets
        self.hostName = hostName
    }

    /// With the transport and the secrets of this process.
    package init(_ settings: AlertSettings, environment: [String: String]) {
        let transport = CurlTransport(
            authorities: environment["SSL_CERT_FILE"], programs: ProgramRunner(environment: environment),
            now: { Desk.wallClock() })
        self.init(
            channels: settings.channels, terms: settings.terms, transport: transport,
            secrets: SecretStore(environment: environment))
    }

    /// Sends a message once.
    ///
    /// - Parameter thread: what `thread` gave for the alert's first message there.
    package func send(_ order: DeliveryOrder, thread: String?) -> ChannelAnswer {
        guard let channel = channels[order.delivery.channel] else {
            return ChannelAnswer(.permanent(.config), shown: "the spec has no such channel any more")
        }
        var context = context(order)
        if case .email = channel.kind { context.firstMailID = thread }
        if case .slack = channel.kind { context.thread = thread.flatMap(Self.slackThread) }
        guard let message = message(order) else {
            return ChannelAnswer(.permanent(.content), shown: "there is nothing left to tell")
        }
        return send(message, to: order.delivery.recipient ?? "", channel, context)
    }

    /// Sends a message to a channel, outside of the outbox.
    package func send(
        _ message: AlertMessage, to recipient: String, _ channel: ChannelTerms, _ context: SendContext
    ) -> ChannelAnswer {
        let resolved: ResolvedSecrets
        let request: WireRequest
        do {
            resolved = try secrets.resolve(channel.kind.secrets)
            request = try channel.request(message, to: recipient, secrets: resolved, context: context)
        } catch {
            return ChannelAnswer(.permanent(.config), shown: "\(error)")
        }
        let result = transport.carry(request)
        var answer = channel.classify(result, secrets: resolved, context: context)
        answer.shown = secrets.redact(answer.shown)
        // A secret that was changed is read anew with the next message.
        if case .permanent(.channel) = answer.outcome { secrets.forget(channel.kind.secrets) }
        if case .permanent(.config) = answer.outcome { secrets.forget(channel.kind.secrets) }
        return answer
    }

    /// Asks the provider whether it has a message that may have been sent.
    package func ask(_ order: DeliveryOrder) -> Reconciliation {
        guard let channel = channels[order.delivery.channel], let message = message(order) else { return .unknown }
        do {
            let resolved = try secrets.resolve(channel.kind.secrets)
            let request = try channel.lookup(
                to: order.delivery.recipient ?? "", secrets: resolved, context: context(order))
            let result = transport.carry(request)
            guard result.failure == nil, result.status == 200 else { return .unknown }
            switch SMSFinding(message.id, in: result.body) {
            case .found(_, let status) where status.outcome != .ok: return .failed(status.outcome)
            case .found(let sid, _): return .found(providerID: sid)
            case .absent: return .absent
            case .unknown: return .unknown
            }
        } catch {
            return .unknown
        }
    }

    /// Asks the provider, who took a message, whether it got there.
    ///
    /// - Returns: with it the provider's own word.
    package func inquire(_ order: DeliveryOrder) -> (report: DeliveryReport, status: String?) {
        guard let channel = channels[order.delivery.channel], let id = order.delivery.providerID,
            let resolved = try? secrets.resolve(channel.kind.secrets),
            let request = try? channel.poll(id, secrets: resolved)
        else { return (.unknown, nil) }
        let result = transport.carry(request)
        guard result.failure == nil, result.status == 200, let status = SMSStatus(result.body) else {
            return (.unknown, nil)
        }
        guard status.outcome == .ok else { return (.failed(status.outcome), status.name) }
        return (status.isFinal ? .arrived : .unknown, status.name)
    }

    /// What later messages on the same alert need to follow the one that was sent; nil where there is nothing to follow.
    package func thread(_ order: DeliveryOrder, _ answer: ChannelAnswer) -> String? {
        switch channels[order.delivery.channel]?.kind {
        case .slack?: answer.thread.map { "\($0.channel) \($0.ts)" }
        case .email?:
            message(order).map { ChannelTerms.mailID(of: $0, to: order.delivery.recipient ?? "", hostName: hostName) }
        default: nil
        }
    }

    private static func slackThread(_ text: String) -> SlackThread? {
        let words = text.split(separator: " ")
        return words.count == 2 ? SlackThread(channel: String(words[0]), ts: String(words[1])) : nil
    }

    package func context(attempt: Int = 1, isShort: Bool = false) -> SendContext {
        SendContext(
            attempt: attempt, seconds: Int64(Desk.wallClock() / 1_000_000_000), hostName: hostName, isShort: isShort)
    }

    private func context(_ order: DeliveryOrder) -> SendContext {
        context(attempt: order.attempt, isShort: order.delivery.isPlain)
    }

    private func message(_ order: DeliveryOrder) -> AlertMessage? {
        switch order.content {
        case .notice(let notice):
            let step = order.delivery.escalation
            return AlertMessage(
                notice, purpose: step > 0 ? .escalation(step: step) : .alert,
                runbook: terms.runbook(for: notice.alert.cause))
        case .digest(let notices, let more):
            guard let first = notices.first else { return nil }
            return AlertMessage(
                first, others: Array(notices.dropFirst()), more: more, purpose: .digest,
                runbook: terms.runbook(for: first.alert.cause), id: "d.\(order.delivery.alertID)")
        }
    }
}
