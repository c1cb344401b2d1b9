package import Feeds
package import MarketData
package import Signals

/// One line of an engine, read and parsed.
package enum EngineLine: Sendable {
    case message(EngineMessage)
    /// The line breaks the contract; its first 200 bytes.
    case violation(ContractViolation, firstBytes: [UInt8])
}

/// What wakes the router's thread.
package enum RouterInput: Sendable {
    /// The feed produced a mark, the last record of `chunks`, which begin after the mark before.
    case mark(Mark, index: UInt64, chunks: [FeedChunk])
    /// The feed ended, or failed; `records` is how many there were in all.
    case feedEnded(records: UInt64, failure: FeedError?)
    case lines(Arm, instance: Int, [EngineLine], readAt: UInt64)
    /// The process is gone and everything it wrote was handed over before.
    case ended(Arm, instance: Int, ExitStatus)
    case request(ControlRequest)
    /// A channel of alerts refuses them for good; nil: it takes them again.
    case channel(String, refusal: String?)
    case stop(signal: Int32)
}

/// The queue in front of the router's one thread. Engines' lines are bounded: a reader waits while too many are queued.
package final class Mailbox: Sendable {
    private struct State {
        var inputs: [RouterInput] = []
        var lines: [Arm: Int] = [:]
        var isClosed = false
    }

    /// Lines of one engine that may wait; beyond, its reader waits and so, by its full pipe, does the engine.
    static let maxLines = 65_536

    private let monitor = Monitor(State())

    package init() {}

    package func post(_ input: RouterInput) {
        guard case .lines(let arm, _, let lines, _) = input else {
            let isTaken = monitor.update { state in
                if !state.isClosed { state.inputs.append(input) }
                return !state.isClosed
            }
            if !isTaken { Self.turnAway(input) }
            return
        }
        _ = monitor.wait { state -> Bool? in
            guard state.isClosed || state.lines[arm, default: 0] < Self.maxLines else { return nil }
            state.lines[arm, default: 0] += lines.count
            state.inputs.append(input)
            return true
        }
    }

    /// Takes everything that waits; sleeps at most `seconds` for something to come.
    package func take(waitingAtMost seconds: Double) -> [RouterInput] {
        monitor.wait(atMost: seconds) { state -> [RouterInput]? in
            guard !state.inputs.isEmpty else { return nil }
            defer {
                state.inputs.removeAll(keepingCapacity: true)
                state.lines.removeAll(keepingCapacity: true)
            }
            return state.inputs
        } ?? []
    }

    /// Lets every waiting reader go, and tells whoever still asks that nobody answers any more.
    package func close() {
        let left = monitor.update { state in
            defer { state.inputs.removeAll() }
            state.isClosed = true
            return state.inputs
        }
        for input in left { Self.turnAway(input) }
    }

    private static func turnAway(_ input: RouterInput) {
        if case .request(let request) = input {
            request.reply(.failed(detail: "the operator is ending; nothing was changed"))
        }
    }
}
