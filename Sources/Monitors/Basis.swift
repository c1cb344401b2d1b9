/// What figures that depend on the wall clock were measured in.
package enum Basis: String, Codable, Sendable {
    /// Against the wall clock: a live feed, or files at a pace.
    case arrival
    /// Files as fast as they go. Nothing was waited for, so latency, uptime and restarts tell of no service and decide
    /// nothing.
    case replay
}
