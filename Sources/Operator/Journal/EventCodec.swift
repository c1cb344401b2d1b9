internal import Foundation
internal import MarketData
package import Rollout
internal import Signals

/// Writes events as journal rows and reads them back, exactly.
package enum EventCodec {
    /// The row of an event and, when it moved the rollout, the row of the transition.
    ///
    /// - Parameters:
    ///   - router: as it is after the event.
    ///   - seq: the place in the live log when the signal is live.
    package static func rows(
        for event: Event, effect: Effect?, basis: Reaction.Basis? = nil, router: Router, ord: Int64, at: UInt64,
        seq: Int64?
    ) -> [JournalRow] {
        var row = JournalRow(
            ord: ord, feedIndex: event.index, kind: .mark, time: router.feedTime.nanos, at: at,
            stage: router.stage.rawValue, status: router.status.rawValue)
        var transition: JournalRow?
        switch event.payload {
        case .mark(let mark):
            row.time = mark.time.nanos
            row.body = encode(MarkBody(closes: mark.closes?.description, opens: mark.opens?.description))
        case .signal(let arm, let signal, let isLate):
            row.kind = .signal
            row.arm = arm.rawValue
            row.id = signal.id
            row.time = signal.tsEvent.nanos
            row.instrumentID = signal.instrumentID.rawValue
            row.underlyingID = signal.underlyingID.rawValue
            row.seq = seq
            row.body = body(of: signal, isLate: isLate)
            if case .decided(let decision, let stage)? = effect {
                row.stage = stage.rawValue
                row.decision = decision.name
                row.reason = decision.reason
            }
        case .outcome(let outcome):
            row.kind = .outcome
            row.arm = outcome.arm.rawValue
            row.id = outcome.id
            row.instrumentID = outcome.instrumentID.rawValue
            row.underlyingID = outcome.underlyingID.rawValue
            row.decision = outcome.kind.name
            row.reason = outcome.kind.reason?.rawValue
            row.body = encode(OutcomeBody(outcome))
        case .quote(let underlying, let price):
            row.kind = .quote
            row.underlyingID = underlying.rawValue
            row.body = encode(["price": price.description])
        case .health(let arm, let health):
            row.kind = .health
            row.arm = arm.rawValue
            let body = HealthBody(health)
            row.reason = body.state
            row.body = encode(body)
        case .command(let command):
            row.kind = .command
            row.reason = command.verb.rawValue
            row.body = encode(CommandBody(command, effect: effect))
        case .switches(let switches):
            row.kind = .switches
            row.body = encode(SwitchesBody(kill: switches.kill, stop: switches.stop))
        case .data(let data):
            row.kind = .data
            row.body = encode(SessionDataBody(data))
        case .measured(let measured):
            row.kind = .measured
            row.decision = measured.verdict.rawValue
            row.reason = measured.kind.rawValue
            row.body = encode(MeasuredBody(value: measured.value, threshold: measured.threshold))
        case .engine(let arm, let identity):
            row.kind = .engine
            row.arm = arm.rawValue
            row.body = encode(["identity": identity])
        case .windows(let windows):
            row.kind = .windows
            row.body = encode(WindowsBody(windows))
        }
        if case .moved(let move)? = effect {
            transition = JournalRow(
                ord: ord, feedIndex: event.index, kind: .transition, time: router.feedTime.nanos, at: at,
                decision: move.from.rawValue, reason: move.cause, stage: move.to.rawValue, status: move.status.rawValue,
                body: encode(TransitionBody(move, basis)))
        }
        return [row] + (transition.map { [$0] } ?? [])
    }

    /// The event a row tells of; nil for rows that are no event.
    package static func event(from row: JournalRow) throws -> Event? {
        let payload: Event.Payload
        switch row.kind {
        case .mark:
            let body: MarkBody = try decode(row)
            payload = .mark(
                Mark(
                    time: Timestamp(nanos: row.time), closes: body.closes.flatMap { CivilDate($0) },
                    opens: body.opens.flatMap { CivilDate($0) }))
        case .signal:
            guard let arm = row.arm.flatMap(Arm.init(rawValue:)) else { throw damaged(row, "it names no arm") }
            var unknown = 0
            let message = try Array(row.body.utf8).withUnsafeBytes { bytes throws(ContractViolation) in
                try EngineMessage.read(bytes, unknownFields: &unknown)
            }
            guard case .signal(let signal) = message else { throw damaged(row, "its body is no signal") }
            payload = .signal(arm, signal, isLate: row.body.hasPrefix(lateHead))
        case .outcome:
            let body: OutcomeBody = try decode(row)
            payload = .outcome(try body.outcome(of: row) ?? { throw damaged(row, "its outcome does not read") }())
        case .quote:
            let body: [String: String] = try decode(row)
            guard let price = body["price"].flatMap(Price.init), let underlying = row.underlyingID else {
                throw damaged(row, "its price does not read")
            }
            payload = .quote(InstrumentID(underlying), price)
        case .health:
            guard let arm = row.arm.flatMap(Arm.init(rawValue:)) else { throw damaged(row, "it names no arm") }
            let body: HealthBody = try decode(row)
            payload = .health(arm, try body.health ?? { throw damaged(row, "its health is unknown") }())
        case .command:
            let body: CommandBody = try decode(row)
            payload = .command(try body.command ?? { throw damaged(row, "its command is unknown") }())
        case .switches:
            let body: SwitchesBody = try decode(row)
            payload = .switches(Switches(kill: body.kill, stop: body.stop))
        case .data:
            let body: SessionDataBody = try decode(row)
            payload = .data(try body.data ?? { throw damaged(row, "its session is no date") }())
        case .measured:
            let body: MeasuredBody = try decode(row)
            payload = .measured(try body.measured(of: row) ?? { throw damaged(row, "its measurement is unknown") }())
        case .engine:
            guard let arm = row.arm.flatMap(Arm.init(rawValue:)) else { throw damaged(row, "it names no arm") }
            let body: [String: String] = try decode(row)
            payload = .engine(arm, identity: body["identity"] ?? "")
        case .windows:
            let body: WindowsBody = try decode(row)
            payload = .windows(try body.windows { throw damaged(row, "its windows do not read") })
        case .begin, .transition, .evidence, .correction, .trigger, .close, .end, .resumed, .process, .complaint,
            .monitor, .alert:
            return nil
        }
        return Event(index: row.feedIndex, payload: payload)
    }

    private static let lateHead = "{\"type\":\"signal\",\"late\":true,"
    private static let timelyHead = "{\"type\":\"signal\",\"late\":false,"

    /// The signal's own fields in a row, with the closing brace but without the opening one.
    package static func signalFields(of row: JournalRow) -> Substring {
        row.body.dropFirst(row.body.hasPrefix(lateHead) ? lateHead.count : timelyHead.count)
    }

    private static func body(of signal: Signal, isLate: Bool) -> String {
        var bytes: [UInt8] = []
        bytes.append(ascii: isLate ? lateHead : timelyHead)
        signal.appendFields(to: &bytes)
        bytes.append(ascii: "}")
        return String(decoding: bytes, as: UTF8.self)
    }

    package static func damaged(_ row: JournalRow, _ reason: String) -> JournalError {
        .damaged(path: Journal.fileName, row: row.n, reason: reason)
    }

    /// Compact JSON with sorted keys.
    package static func encode(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Values made of texts and numbers always encode.
        return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    package static func decode<T: Decodable>(_ row: JournalRow) throws -> T {
        do {
            return try JSONDecoder().decode(T.self, from: Data(row.body.utf8))
        } catch {
            throw damaged(row, "its body does not read as a \(row.kind.rawValue)")
        }
    }
}

struct MarkBody: Codable {
    var closes: String?
    var opens: String?
}

struct SwitchesBody: Codable {
    var kill: Bool
    var stop: Bool
}

struct HealthBody: Codable {
    var state: String
    var reason: String?

    init(_ health: Health) {
        switch health {
        case .ready: state = "ready"
        case .notReady(let why):
            state = "not-ready"
            reason = why
        case .quarantined(let why):
            state = "quarantined"
            reason = why
        }
    }

    var health: Health? {
        switch state {
        case "ready": return .ready
        case "not-ready": return .notReady(reason: reason ?? "")
        case "quarantined": return .quarantined(reason: reason ?? "")
        default: return nil
        }
    }
}

package struct CommandBody: Codable, Sendable {
    package var verb: String
    package var to: String?
    package var actor: String
    package var reason: String
    package var expectedStage: String?
    /// `applied`, `refused` or `unchanged`.
    package var result: String
    package var detail: String?

    init(_ command: Command, effect: Effect?) {
        verb = command.verb.rawValue
        to = command.to?.rawValue
        actor = command.actor
        reason = command.reason
        expectedStage = command.expectedStage?.rawValue
        switch effect {
        case .refused(let why)?:
            result = "refused"
            detail = why
        case .unchanged(let why)?:
            result = "unchanged"
            detail = why
        default: result = "applied"
        }
    }

    var command: Command? {
        guard let verb = Command.Verb(rawValue: verb) else { return nil }
        return Command(
            verb: verb, to: to.flatMap(Stage.init(rawValue:)), actor: actor, reason: reason,
            expectedStage: expectedStage.flatMap(Stage.init(rawValue:)))
    }
}
