package import Feeds
package import Signals

/// Why a run ended before its feed did, or could not begin.
package enum RunFailure: Error, Sendable, CustomStringConvertible {
    case feed(FeedError)
    case hung(Arm, seconds: Int)
    /// The engine exited with 78 before it said hello.
    case badConfiguration(Arm, detail: String)
    case journalLonger(row: Int64)

    package var description: String {
        switch self {
        case .feed(let error): return "\(error)"
        case .hung(let arm, let seconds):
            return "the \(arm.rawValue) engine did not answer a mark within \(seconds) s (engine_limits.hang_timeout)"
        case .badConfiguration(let arm, let detail):
            return "the \(arm.rawValue) engine refuses its configuration: \(detail)"
        case .journalLonger(let row):
            return "the journal holds row \(row), which the same input does not give any more"
        }
    }
}

/// How a run came to its end.
package enum RunEnd: Sendable, Hashable {
    /// The feed is over and every mark is released.
    case finished
    /// A person stopped it by this signal; it can be resumed.
    case stopped(signal: Int32)
}
