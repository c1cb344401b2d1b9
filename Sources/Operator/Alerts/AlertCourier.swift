internal import Alerts
internal import Foundation
internal import Glibc
internal import Logging
internal import MarketData

/// Carries what the journal has to tell to those who are to know it, on threads of its own: nothing that a channel does
/// holds up the router.
///
/// What is due is written down before it is sent and again when it is answered. So a kill loses nothing, and repeats at most
/// what was under way, under the same id.
package final class AlertCourier: Sendable {
    private struct Inbox {
        var isNudged = true
        var answers: [Answer] = []
        var isClosing = false
        var isOver = false
    }

    private enum Answer {
        case sent(DeliveryOrder, ChannelAnswer)
        case asked(DeliveryOrder, Reconciliation)
        case reported(DeliveryOrder, DeliveryReport, status: String?)
    }

    private let folder: StateFolder
    private let terms: AlertTerms
    private let calendar: ExchangeCalendar?
    private let mailer: AlertMailer
    private let lastResort: LastResort
    private let logger: Logger
    private let inbox = Monitor(Inbox())
    /// Told of each channel that its provider refuses for good, and how (nil: it gets messages through again). Called on
    /// the courier's thread.
    private let onChannel: @Sendable (_ name: String, _ refusal: String?) -> Void

    /// People's silences and acknowledgements are looked for so often, seconds.
    private static let lookEvery = 0.5
    /// Attempts that tell of the channels' health, seconds back.
    private static let healthSeconds: UInt64 = 2 * 86_400
    /// For what waits for no digest, once everything else is over.
    private static let closingNanos: UInt64 = 5_000_000_000

    init(
        folder: StateFolder, terms: AlertTerms, calendar: ExchangeCalendar?, mailer: AlertMailer,
        lastResort: LastResort, logger: Logger, onChannel: @escaping @Sendable (String, String?) -> Void
    ) {
        self.folder = folder
        self.terms = terms
        self.calendar = calendar
        self.mailer = mailer
        self.lastResort = lastResort
        self.logger = logger
        self.onChannel = onChannel
    }

    /// Nil where the spec names nobody to be told.
    ///
    /// - Throws: `StartError.alerts` when a secret that it needs cannot be read.
    convenience init?(
        _ settings: AlertSettings, folder: StateFolder, calendar: ExchangeCalendar?, logger: Logger,
        onChannel: @escaping @Sendable (String, String?) -> Void
    ) throws {
        guard !settings.channels.isEmpty || !settings.lastResort.isEmpty else { return nil }
        try SecretStore.protectProcess()
        let environment = ProcessInfo.processInfo.environment
        let problems = settings.secretProblems(SecretStore(environment: environment))
        guard problems.isEmpty else { throw StartError.alerts(problems) }
        let mailer = AlertMailer(settings, environment: environment)
        self.init(
            folder: folder, terms: settings.terms, calendar: calendar, mailer: mailer,
            lastResort: LastResort(folder: folder, program: settings.lastResort, transport: mailer.transport),
            logger: logger, onChannel: onChannel)
    }

    /// Goes on where the courier before it was.
    package func start() throws {
        let work = try Work(folder, terms, calendar, at: Desk.wallClock(), healthSeconds: Self.healthSeconds)
        try DedicatedThread.start("alerts", stackBytes: 4 << 20) { [self] in
            run(work)
            inbox.update { $0.isOver = true }
        }
    }

    /// There is something new in the journal.
    package func nudge() { inbox.update { $0.isNudged = true } }

    /// Ends when nothing is left to send at once, or after so many seconds.
    package func stop(atMost seconds: Double) {
        inbox.update {
            $0.isClosing = true
            $0.isNudged = true
        }
        _ = inbox.wait(atMost: seconds + 1) { $0.isOver ? true : nil }
    }

    // MARK: - The courier's thread

    /// What only that thread touches.
    private final class Work: @unchecked Sendable {
        let store: AlertStore
        let reader: JournalReader
        var outbox: Outbox
        var cursor: Int64
        var version = -1
        var acknowledged: Int64 = 0
        private var red: [String: String] = [:]
        private let startedAt: UInt64
        private let ticksAtStart = MonotonicClock.now()

        init(
            _ folder: StateFolder, _ terms: AlertTerms, _ calendar: ExchangeCalendar?, at now: UInt64,
            healthSeconds: UInt64
        ) throws {
            store = try AlertStore(folder: folder.path)
            reader = try JournalReader(folder: folder.path)
            startedAt = now
            cursor = try store.cursor()
            let since = now - min(now, healthSeconds * 1_000_000_000)
            let left = try store.unfinished(attemptsSince: since)
            outbox = Outbox(
                terms, calendar: calendar, silences: try store.silences(), restoring: left.errands,
                deliveries: left.deliveries, attempts: left.attempts, at: now)
        }

        /// The wall clock as it was at the start, and the time since: it never goes back.
        var now: UInt64 { startedAt + (MonotonicClock.now() - ticksAtStart) }

        func takeNotices() throws {
            for (row, notice) in try reader.notices(after: cursor) {
                outbox.take(notice, at: now)
                cursor = row
            }
        }

        /// What people wrote beside us.
        func obeyPeople() throws {
            let latest = try store.version()
            guard latest != version else { return }
            version = latest
            outbox.set(try store.silences(), at: now)
            for said in try store.acknowledgements(after: acknowledged) {
                outbox.acknowledge(said.alert, by: said.person, at: now)
                acknowledged = said.number
            }
        }

        /// Channels that became red, with the reason, and those that are well again.
        func takeTurns() -> [(name: String, refusal: String?)] {
            let now = outbox.health.filter { $0.redSince != nil }
                .reduce(into: [:]) { $0[$1.channel] = $1.redReason ?? ResponseClass.permanent(.channel).name }
            defer { red = now }
            let turned = Set(red.keys).symmetricDifference(now.keys)
            return turned.sorted().map { ($0, now[$0]) }
        }

        /// Writes what changed; only then may it be acted on.
        func write() throws {
            let changes = outbox.takeChanges()
            guard try !changes.isEmpty || store.cursor() != cursor else { return }
            try store.write(changes, cursor: cursor)
        }
    }

    private func run(_ work: Work) {
        var closingSince: UInt64?
        while true {
            do {
                guard try turn(work) else { continue }
                // What was journaled last is read with the turn after.
                guard let since = closingSince else {
                    closingSince = MonotonicClock.now()
                    continue
                }
                if !work.outbox.hasWork || MonotonicClock.now() - since > Self.closingNanos { return }
            } catch {
                logger.error("alerts cannot be kept; trying again", metadata: ["reason": "\(error)"])
                if inbox.wait(atMost: 1, for: { $0.isClosing ? true : nil }) != nil { return }
            }
        }
    }

    /// - Returns: whether it is to end.
    private func turn(_ work: Work) throws -> Bool {
        try work.takeNotices()
        try work.obeyPeople()
        let actions = work.outbox.wake(at: work.now)
        try work.write()
        for action in actions { act(action, work) }
        let until = work.outbox.nextWake.map { next in next <= work.now ? 0 : Double(next - work.now) / 1e9 }
        let wait = min(Self.lookEvery, until ?? Self.lookEvery)
        var isClosing = false
        let answers = inbox.wait(atMost: wait) { inbox -> [Answer]? in
            isClosing = inbox.isClosing
            guard inbox.isNudged || !inbox.answers.isEmpty else { return nil }
            inbox.isNudged = false
            defer { inbox.answers = [] }
            return inbox.answers
        }
        for answer in answers ?? [] { take(answer, work) }
        try work.write()
        for turn in work.takeTurns() { onChannel(turn.name, turn.refusal) }
        return isClosing
    }

    private func take(_ answer: Answer, _ work: Work) {
        switch answer {
        case .sent(let order, let answer):
            work.outbox.ended(
                order.delivery.id, attempt: order.attempt, answer.outcome, providerID: answer.providerID,
                detail: answer.shown, at: work.now)
            keepThread(order, answer, work)
            let delivery = order.delivery
            logger.info(
                "alert sent",
                metadata: [
                    "alert": "\(delivery.alertID)", "channel": "\(delivery.channel)",
                    "response": "\(answer.outcome.name)",
                ])
        case .asked(let order, let result):
            work.outbox.reconciled(order.delivery.id, attempt: order.attempt, result, at: work.now)
        case .reported(let order, let report, let status):
            work.outbox.reported(order.delivery.id, attempt: order.attempt, report, detail: status, at: work.now)
        }
    }

    /// Follow-ups go where the first message is.
    private func keepThread(_ order: DeliveryOrder, _ answer: ChannelAnswer, _ work: Work) {
        guard answer.outcome == .ok, let thread = mailer.thread(order, answer) else { return }
        do {
            try work.store.keep(
                thread: thread, of: order.delivery.alertID, order.delivery.channel, order.delivery.recipient)
        } catch {
            logger.warning("a thread is not kept", metadata: ["reason": "\(error)"])
        }
    }

    private func act(_ action: OutboxAction, _ work: Work) {
        switch action {
        case .attempt(let order):
            let thread = thread(of: order, work)
            carry(order) { [mailer] in .sent(order, mailer.send(order, thread: thread)) }
        case .reconcile(let order): carry(order) { [mailer] in .asked(order, mailer.ask(order)) }
        case .inquire(let order):
            carry(order) { [mailer] in
                let (report, status) = mailer.inquire(order)
                return .reported(order, report, status: status)
            }
        case .lastResort(let notice): lastResort.tell(notice, runbook: terms.runbook(for: notice.alert.cause))
        case .recordMiss(let notice):
            logger.critical(
                "an alert reached nobody within its deadline", metadata: ["alert": "\(notice.alert.id)"])
        case .escalate(let notice, let step):
            logger.warning(
                "nobody acknowledged an alert", metadata: ["alert": "\(notice.alert.id)", "step": "\(step)"])
        }
    }

    private func thread(of order: DeliveryOrder, _ work: Work) -> String? {
        do {
            return try work.store.thread(of: order.delivery.alertID, order.delivery.channel, order.delivery.recipient)
        } catch {
            logger.warning("a thread is not known", metadata: ["reason": "\(error)"])
            return nil
        }
    }

    /// Blocking work, as many threads as the limits of channels let begin.
    private func carry(_ order: DeliveryOrder, _ work: @escaping @Sendable () -> Answer) {
        do {
            try DedicatedThread.start("alert-channel") { [inbox] in
                let answer = work()
                inbox.update { $0.answers.append(answer) }
            }
        } catch {
            let answer = ChannelAnswer(.retry(after: nil), shown: "\(error)")
            inbox.update { $0.answers.append(.sent(order, answer)) }
        }
    }
}
