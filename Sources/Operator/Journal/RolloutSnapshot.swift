internal import Foundation
internal import MarketData
package import Rollout

/// Where a rollout stands beside its evidence, kept with the journal so that a look at it does not need every event again.
package struct RolloutSnapshot: Codable, Sendable {
    static let name = "rollout"

    struct Approval: Codable, Sendable {
        var actor: String
        var atSession: Int
    }

    struct Request: Codable, Sendable {
        var stage: String
        var askedBy: String
        var atSession: Int
        var approvals: [Approval]
    }

    struct Measurement: Codable, Sendable {
        var kind: String
        var verdict: String
        var value: Int64?
        var threshold: Int64
    }

    var stage: String
    var status: String
    var sessions: Int
    var deadlineSessions: Int
    var stageD: Double
    var liveStageMicros: Int64
    var liveSessionMicros: Int64
    var coolDown: Int
    var setbacks: Int
    var closedBy: String?
    var heldBy: String?
    var approval: Request?
    var tripped: [TrippedBody]
    var handled: [String]
    var measured: [Measurement]
    var judgesTime: Bool
    /// The feed's time, ns since 1970.
    var time: UInt64
    var windows: WindowsBody
    package var versionsTried: Int
    package var engines: [String: String]
    package var waitingSessions: Int
    /// The Bayes factor against the planned share.
    package var shareFactor: Double

    init(_ controller: Controller) {
        let state = controller.state
        stage = state.stage.rawValue
        status = state.status.rawValue
        sessions = state.sessions
        deadlineSessions = state.deadlineSessions
        stageD = state.stageD
        liveStageMicros = state.liveStageMicros
        liveSessionMicros = state.liveSessionMicros
        coolDown = state.coolDown
        setbacks = state.setbacks
        closedBy = state.closedBy?.rawValue
        heldBy = state.heldBy?.rawValue
        approval = state.approval.map { request in
            Request(
                stage: request.stage.rawValue, askedBy: request.askedBy, atSession: request.atSession,
                approvals: request.approvals.map { Approval(actor: $0.actor, atSession: $0.atSession) })
        }
        tripped = state.tripped.values.sorted { $0.trigger < $1.trigger }.map(TrippedBody.init)
        handled = state.handled.sorted().map(\.rawValue)
        measured = state.measured.values.sorted { $0.kind < $1.kind }.map {
            Measurement(
                kind: $0.kind.rawValue, verdict: $0.verdict.rawValue, value: $0.value, threshold: $0.threshold)
        }
        judgesTime = state.judgesTime
        time = controller.router.feedTime.nanos
        windows = WindowsBody(controller.windows)
        versionsTried = controller.versionsTried
        engines = Dictionary(uniqueKeysWithValues: controller.engines.map { ($0.key.rawValue, $0.value) })
        waitingSessions = controller.waitingSessions
        shareFactor = controller.share.bayesFactor
    }

    /// Nil when a word is unknown.
    package var state: RolloutState? {
        guard let stage = Stage(rawValue: stage), let status = Status(rawValue: status) else { return nil }
        var state = RolloutState(stage: stage, judgesTime: judgesTime)
        state.status = status
        state.sessions = sessions
        state.deadlineSessions = deadlineSessions
        state.stageD = stageD
        state.liveStageMicros = liveStageMicros
        state.liveSessionMicros = liveSessionMicros
        state.coolDown = coolDown
        state.setbacks = setbacks
        state.closedBy = closedBy.flatMap(Trigger.init(rawValue:))
        state.heldBy = heldBy.flatMap(Trigger.init(rawValue:))
        if let approval, let stage = Stage(rawValue: approval.stage) {
            var request = ApprovalRequest(stage: stage, askedBy: approval.askedBy, atSession: approval.atSession)
            request.approvals = approval.approvals.map {
                ApprovalRequest.Approval(actor: $0.actor, atSession: $0.atSession)
            }
            state.approval = request
        }
        for tripped in tripped.compactMap(\.tripped) { state.tripped[tripped.trigger] = tripped }
        state.handled = Set(handled.compactMap(Trigger.init(rawValue:)))
        for sample in measured {
            guard let kind = Measured.Kind(rawValue: sample.kind),
                let verdict = GateCheck.Verdict(rawValue: sample.verdict)
            else { return nil }
            state.measured[kind] = Measured(
                kind, value: sample.value, threshold: sample.threshold, verdict: verdict)
        }
        return state
    }

    /// Nil for what is no snapshot.
    init?(_ text: String) {
        guard let snapshot = try? JSONDecoder().decode(Self.self, from: Data(text.utf8)) else { return nil }
        self = snapshot
    }

    func promotionWindows(_ path: String) throws -> PromotionWindows? {
        try windows.windows { throw JournalError.damaged(path: path, row: 0, reason: "its windows do not read") }
    }
}

extension Measurements {
    /// Lets be kept where a rollout that gathers evidence stands.
    mutating func keep(_ controller: Controller) {
        guard controller.gathersEvidence else { return }
        memories[RolloutSnapshot.name] = EventCodec.encode(RolloutSnapshot(controller))
    }
}

/// Where the live account stands, kept beside it: it moves without a decision, and from before there is any.
struct AccountSnapshot: Codable, Sendable {
    static let name = "account"

    var standing: LiveStanding
    /// The feed's time, ns since 1970.
    var time: UInt64

    init(_ account: LiveAccount, at time: Timestamp) {
        standing = LiveStanding(account)
        self.time = time.nanos
    }

    /// Nil for what is no snapshot.
    init?(_ text: String) {
        guard let snapshot = try? JSONDecoder().decode(Self.self, from: Data(text.utf8)) else { return nil }
        self = snapshot
    }
}
