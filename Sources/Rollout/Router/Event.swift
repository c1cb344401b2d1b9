public import MarketData
public import Signals

/// What router and controller react to, in one sequence; journaled with all it carries, so that decisions can be recomputed.
public struct Event: Hashable, Sendable {
    /// The position in the operator's merged stream this belongs to.
    public var index: UInt64
    public var payload: Payload

    public init(index: UInt64, payload: Payload) {
        self.index = index
        self.payload = payload
    }

    public enum Payload: Hashable, Sendable {
        /// The feed's time, and the session edges it stands for.
        case mark(Mark)
        /// `isLate`: new, but caused too long before a restart to act on.
        case signal(Arm, Signal, isLate: Bool)
        /// What became of a signal's paper position.
        case outcome(Outcome)
        /// Where the market stood by the mark before a signal that is far off it; judges the signals of its own index.
        case quote(InstrumentID, Price)
        case health(Arm, Health)
        case command(Command)
        case switches(Switches)
        /// What the data of a session that closed was worth.
        case data(SessionData)
        case measured(Measured)
        /// Which engine speaks for an arm: name, version, and for a foreign one what its program is.
        case engine(Arm, identity: String)
        /// When promotion may happen; `nil` at any time.
        case windows(PromotionWindows?)
    }
}

/// Whether an engine may be relied on.
public enum Health: Hashable, Sendable {
    case ready
    /// Starting, catching up, stalled or dead; `reason` says which.
    case notReady(reason: String)
    /// Given up on; only a restart by a person brings it back.
    case quarantined(reason: String)

    /// Of an operator that has just begun.
    public static let starting = Health.notReady(reason: "starting")

    public var isReady: Bool { self == .ready }

    /// Why it is not ready; nil when it is.
    public var reason: String? {
        switch self {
        case .ready: nil
        case .notReady(let reason), .quarantined(let reason): reason
        }
    }
}

/// The two files a person can create to silence the candidate or everything.
public struct Switches: Hashable, Sendable {
    public var kill: Bool
    public var stop: Bool

    public init(kill: Bool = false, stop: Bool = false) {
        self.kill = kill
        self.stop = stop
    }
}

/// What a person asks of a rollout.
public struct Command: Hashable, Sendable {
    public enum Verb: String, Hashable, Sendable, CaseIterable {
        case promote, rollback, pause, resume, approve
    }

    public var verb: Verb
    /// The stage asked for; nil means the next one up (promote) or all the way down (rollback).
    public var to: Stage?
    public var actor: String
    public var reason: String
    /// Refuse unless the rollout is in this stage.
    public var expectedStage: Stage?

    public init(verb: Verb, to: Stage? = nil, actor: String, reason: String, expectedStage: Stage? = nil) {
        self.verb = verb
        self.to = to
        self.actor = actor
        self.reason = reason
        self.expectedStage = expectedStage
    }
}
