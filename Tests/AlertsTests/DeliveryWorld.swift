import Foundation
import MarketData
import Testing

@testable import Alerts

/// An outbox in virtual time, with channels that answer by script and a store that holds what was written.
struct AlertWorld {
    /// What a channel does with a send, and after how long it says so.
    struct Answer {
        var response: ResponseClass
        var seconds: Double
        /// The provider has it, whatever was answered.
        var arrives: Bool

        static func ok(_ seconds: Double = 0.2) -> Answer { Answer(response: .ok, seconds: seconds, arrives: true) }
        static func retry(_ after: Double? = nil, _ seconds: Double = 0.05) -> Answer {
            Answer(response: .retry(after: after), seconds: seconds, arrives: false)
        }
        static func lost(_ seconds: Double = 8, arrives: Bool = false) -> Answer {
            Answer(response: .ambiguous, seconds: seconds, arrives: arrives)
        }
        static func refused(_ scope: ResponseClass.Scope) -> Answer {
            Answer(response: .permanent(scope), seconds: 0.05, arrives: false)
        }
        static let shrink = Answer(response: .shrink, seconds: 0.05, arrives: false)
    }

    struct Sent {
        var at: UInt64
        var order: DeliveryOrder
        var delivery: Delivery { order.delivery }
    }

    private struct Pending {
        var at: UInt64
        var order: DeliveryOrder
        var answer: Answer?
        var isInquiry = false
    }

    var terms: AlertTerms
    var calendar: ExchangeCalendar?
    var silences: [AlertSilence] = []
    var outbox: Outbox
    private(set) var now = wall(0)
    /// By channel: how it answers the n-th send, from 1, at a time. Missing: at once, well.
    var script: [String: (Int, UInt64) -> Answer] = [:]
    /// By channel: what its provider says, the n-th time that it is asked, of a message that it took. Missing: it gives no id.
    var reports: [String: (Int) -> DeliveryReport] = [:]

    // What happened.
    private(set) var sent: [Sent] = []
    private(set) var asked: [Sent] = []
    private(set) var inquired: [Sent] = []
    private(set) var lastResorts: [(at: UInt64, id: String)] = []
    private(set) var misses: [(at: UInt64, id: String)] = []
    private(set) var escalations: [(at: UInt64, step: Int)] = []
    /// How often a provider has taken each delivery.
    private(set) var arrived: [String: Int] = [:]
    private(set) var repeatsInFlight = 0

    // What was written.
    private(set) var errands: [String: Errand] = [:]
    private(set) var deliveries: [String: Delivery] = [:]
    private(set) var attempts: [String: Attempt] = [:]

    private var pending: [Pending] = []
    private var sends: [String: Int] = [:]

    init(_ terms: AlertTerms, calendar: ExchangeCalendar? = nil, silences: [AlertSilence] = []) {
        self.terms = terms
        self.calendar = calendar
        self.silences = silences
        outbox = Outbox(terms, calendar: calendar, silences: silences)
    }

    mutating func take(_ notice: AlertNotice) {
        outbox.take(notice, at: now)
        step()
    }

    mutating func change(_ change: (inout Outbox, UInt64) -> Void) {
        change(&outbox, now)
        step()
    }

    /// Lets time pass; everything that is due happens at its time.
    mutating func run(to end: UInt64) {
        while let next = [outbox.nextWake, pending.map(\.at).min()].compactMap(\.self).min(), next <= end {
            now = max(now, next)
            answer()
            step()
        }
        now = max(now, end)
    }

    /// The process dies and starts again: what was under way is lost on our side, what was written is read.
    mutating func crash() throws {
        for lost in pending where lost.answer?.arrives == true { arrived[lost.order.delivery.id, default: 0] += 1 }
        pending = []
        outbox = Outbox(
            terms, calendar: calendar, silences: silences,
            restoring: try errands.values.filter { !$0.isFinished }.map(stored),
            deliveries: try deliveries.values.map(stored), attempts: try attempts.values.map(stored), at: now)
        step()
    }

    private func stored<T: Codable>(_ value: T) throws -> T {
        try JSONDecoder().decode(T.self, from: JSONEncoder().encode(value))
    }

    private mutating func answer() {
        let ended = pending.filter { $0.at <= now }
        pending.removeAll { $0.at <= now }
        for one in ended {
            let delivery = one.order.delivery
            if one.isInquiry, let report = reports[delivery.channel] {
                let report = report(inquired.count { $0.delivery.id == delivery.id })
                if case .failed = report { arrived[delivery.id, default: 0] -= 1 }
                outbox.reported(delivery.id, attempt: one.order.attempt, report, at: now)
                continue
            }
            guard let answer = one.answer else {
                let isThere = (arrived[delivery.id] ?? 0) > 0
                outbox.reconciled(
                    delivery.id, attempt: one.order.attempt, isThere ? .found(providerID: "p") : .absent, at: now)
                continue
            }
            if answer.arrives { arrived[delivery.id, default: 0] += 1 }
            let id = reports[delivery.channel] == nil ? nil : "p"
            outbox.ended(delivery.id, attempt: one.order.attempt, answer.response, providerID: id, at: now)
        }
    }

    /// Wakes the outbox, writes what changed, and only then acts.
    private mutating func step() {
        let actions = outbox.wake(at: now)
        let changes = outbox.takeChanges()
        for errand in changes.errands { errands[errand.id] = errand }
        for delivery in changes.deliveries { deliveries[delivery.id] = delivery }
        for attempt in changes.attempts { attempts["\(attempt.delivery)/\(attempt.number)"] = attempt }
        for action in actions { act(action) }
    }

    private mutating func act(_ action: OutboxAction) {
        switch action {
        case .attempt(let order):
            let channel = order.delivery.channel
            if pending.contains(where: { $0.order.delivery.id == order.delivery.id }) { repeatsInFlight += 1 }
            sends[channel, default: 0] += 1
            let answer = script[channel]?(sends[channel] ?? 0, now) ?? .ok()
            sent.append(Sent(at: now, order: order))
            pending.append(Pending(at: later(now, answer.seconds), order: order, answer: answer))
        case .reconcile(let order):
            asked.append(Sent(at: now, order: order))
            pending.append(Pending(at: later(now, 0.1), order: order, answer: nil))
        case .inquire(let order):
            inquired.append(Sent(at: now, order: order))
            pending.append(Pending(at: later(now, 0.1), order: order, answer: nil, isInquiry: true))
        case .lastResort(let notice): lastResorts.append((now, notice.alert.id))
        case .recordMiss(let notice): misses.append((now, notice.alert.id))
        case .escalate(_, let step): escalations.append((now, step))
        }
    }

    // MARK: Looking

    func sent(on channel: String) -> [Sent] { sent.filter { $0.delivery.channel == channel } }

    /// Seconds since noon of each send on a channel.
    func times(on channel: String) -> [Double] { sent(on: channel).map { seconds($0.at) } }

    /// Seconds since noon at which a provider first acknowledged the notice.
    func delivered(_ id: String = "A-0000000001", _ number: Int = 1) -> Double? {
        errands["\(id)/\(number)"]?.deliveredAt.map(seconds)
    }

    func seconds(_ nanos: UInt64) -> Double { Double(Int64(nanos) - Int64(noonNanos)) / 1e9 }
}
