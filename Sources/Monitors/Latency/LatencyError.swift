package import MarketData

package enum LatencyError: Error, Hashable, Sendable {
    /// The bytes of a histogram are of a layout that this program does not know.
    case unknownLayout(UInt8)
    /// The bytes of a histogram cannot be what was written. `offset` is where the reader stood.
    case damaged(offset: Int, reason: String)
    /// Histograms came for a session before the one that was being added up.
    case sessionsOutOfOrder(before: CivilDate, then: CivilDate)
    /// Settings that contradict each other.
    case badSettings(String)
}

extension LatencyError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unknownLayout(let layout):
            "a latency histogram has layout \(layout), this program reads layout \(LatencyHistogram.layout): "
                + "it was written by a newer program, or is no histogram"
        case .damaged(let offset, let reason):
            "a latency histogram is damaged at byte \(offset): \(reason)"
        case .sessionsOutOfOrder(let before, let then):
            "latencies of session \(then) came after those of \(before): add them in the order of their sessions"
        case .badSettings(let problem):
            problem
        }
    }
}
