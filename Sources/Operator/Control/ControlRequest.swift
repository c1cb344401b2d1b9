package import Rollout
package import Signals

/// What the command line asks of a running supervisor; answered once, when it is journaled.
package struct ControlRequest: Sendable {
    package enum Ask: Sendable {
        case command(Command, dryRun: Bool)
        case restart(Arm)
        case status
    }

    package let ask: Ask
    package let reply: @Sendable (ControlReply) -> Void

    package init(_ ask: Ask, reply: @escaping @Sendable (ControlReply) -> Void) {
        self.ask = ask
        self.reply = reply
    }
}

package enum ControlReply: Sendable {
    /// Done, or would be done with a dry run; `detail` says what in one sentence.
    case done(detail: String)
    case unchanged(detail: String)
    case refused(detail: String)
    case status(SupervisorStatus)
    case failed(detail: String)
}

/// A running supervisor's state as `status` shows it.
package struct SupervisorStatus: Codable, Sendable, Hashable {
    package struct Engine: Codable, Sendable, Hashable {
        package var arm: String
        package var engine: String?
        package var version: String?
        package var health: String
        package var reason: String?
        package var pid: Int32?
        package var restarts: Int
        /// Feed records answered.
        package var answered: UInt64
        package var residentBytes: Int?
        package var missing: [String]
    }

    package var rollout: String
    package var mode: String
    package var stage: String
    package var status: String
    package var weight: Double
    package var kill: Bool
    package var stop: Bool
    package var epoch: Int
    package var pid: Int32
    /// Records read from the feed.
    package var feedIndex: UInt64
    /// Feed time, nanoseconds since 1970; nil before the first mark.
    package var feedTime: UInt64?
    package var isFeedOver: Bool
    package var engines: [Engine]
    /// Highest place in the live log, and each sink's.
    package var seq: Int64
    package var sinks: [String: Int64]
}
