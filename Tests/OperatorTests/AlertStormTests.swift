import Alerts
import Foundation
import Logging
import Rollout
import Testing

@testable import Operator

/// A minute in which everything goes wrong, by the clock: a real desk, journal, courier and providers that answer.
@Suite(.needsMailServer) struct AlertStormTests {
    private static let isSoak = ProcessInfo.processInfo.environment["TANDEM_SOAK"] == "1"
    private static let kinds = 50
    private static let criticalKinds = 10

    private let server: FaultServer
    private let journal: JournalFixture
    private let folder: StateFolder
    private let name = FaultServer.unique()

    init() throws {
        server = try FaultServer.shared()
        journal = try JournalFixture()
        folder = StateFolder(path: journal.folder)
    }

    private var hook: String { "/storm-\(name)" }

    private func desk() throws -> Desk {
        Desk(
            folder: folder, journal: try Journal(folder: folder.path),
            sinks: SinkHub([], folder: folder.path, logger: Logger(label: "test")),
            sequencer: Sequencer(controller: Controller(plan: journal.plan, stage: .canary, terms: nil)),
            alerts: AlertBook(rollout: journal.plan.id), deliversBeforeTakingBack: false)
    }

    private func courier() throws -> AlertCourier {
        let spec = try SpecFixture.parse(
            SpecFixture.minimal(
                """
                alerts:
                  channels:
                    chat: {slack_webhook: {url: env:HOOK}}
                    mail:
                      email:
                        host: localhost
                        port: \(try #require(server.ports.smtp))
                        user: \(server.ports.user)
                        password: env:MAIL
                        from: tandem@example.com
                        to: [desk@example.com]
                  routes:
                    - {name: all, at_least: warning, channels: [chat, mail], mode: fan-out}
                """))
        let mailer = AlertMailer(
            channels: spec.alerts.channels, terms: spec.alerts.terms,
            transport: CurlTransportTests.transport(server.ports.ca),
            secrets: SecretStore(environment: ["HOOK": server.http(hook), "MAIL": server.ports.password]),
            hostName: name + ".test")
        return AlertCourier(
            folder: folder, terms: spec.alerts.terms, calendar: spec.plan.calendar, mailer: mailer,
            lastResort: LastResort(folder: folder, program: [], transport: mailer.transport),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, onChannel: { _, _ in })
    }

    /// So many facts of 50 kinds, one each 6 ms; those of the ten critical kinds hold on, the others come and go if told.
    private func storm(_ count: Int, isFlapping: Bool, on desk: Desk) throws {
        let start = MonotonicClock.now()
        for n in 0..<count {
            let due = start + UInt64(n) * 6_000_000
            let now = MonotonicClock.now()
            if now < due { Thread.sleep(forTimeInterval: Double(due - now) / 1e9) }
            let kind = n % Self.kinds
            let isCritical = kind < Self.criticalKinds
            desk.note(.complaint, arm: nil, reason: "storm", detail: "kind \(kind)", index: UInt64(n))
            desk.tell(
                AlertFact(
                    .errors, subject: "kind \(kind)", severity: isCritical ? .critical : .warning,
                    summary: "trouble of kind \(kind)", details: "", evidence: [], desk.router,
                    isOver: isFlapping && !isCritical && n / Self.kinds % 2 == 1), index: UInt64(n))
            try desk.commit()
        }
    }

    /// 10,000 facts in a minute, 10 of 50 kinds critical: at most 60 messages a channel, every fact in the journal, and the
    /// critical ones with every recipient within 30 s. Six seconds of it by default.
    @Test(arguments: [false, true]) func aStormStaysReadable(isFlapping: Bool) throws {
        let count = Self.isSoak ? 10_000 : 1_000
        let desk = try desk()
        let courier = try courier()
        try courier.start()
        desk.onNotices = { courier.nudge() }
        try storm(count, isFlapping: isFlapping, on: desk)
        let reader = try JournalReader(folder: folder.path)
        let notices = try reader.notices().map(\.notice)
        let store = try AlertStore(folder: folder.path)
        let deadline = MonotonicClock.now() + 90_000_000_000
        while MonotonicClock.now() < deadline {
            let errands = try store.errands()
            if errands.count == notices.count, errands.allSatisfy({ $0.deliveredAt != nil || $0.isFinished }) { break }
            Thread.sleep(forTimeInterval: 0.1)
        }
        courier.stop(atMost: 5)

        var facts = 0
        try reader.scan(JournalReader.Filter(kinds: [.complaint])) { _ in facts += 1 }
        #expect(facts == count)
        let errands = try store.errands()
        #expect(errands.count == notices.count)
        #expect(errands.allSatisfy { $0.deliveredAt != nil || $0.isFinished })
        #expect(errands.allSatisfy { $0.missedAt == nil })
        let chat = try server.requests(hook)
        let mails = try server.mails(from: name + ".test")
        #expect((1...60).contains(chat.count), "\(chat.count) messages")
        #expect((1...60).contains(mails.count), "\(mails.count) mails")

        let critical = notices.filter { $0.alert.severity == .critical }
        #expect(critical.count == Self.criticalKinds)
        for notice in critical {
            let summary = notice.alert.summary
            let latest = notice.alert.openedAt + 30_000_000_000
            let inChat = try #require(chat.first { $0.body.contains(summary) }, "\(summary)")
            let inMail = try #require(mails.first { $0.data.contains(summary) }, "\(summary)")
            #expect(inChat.time <= latest && inMail.time <= latest, "\(summary)")
        }
    }
}
