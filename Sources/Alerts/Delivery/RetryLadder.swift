internal import MarketData

/// When to try again, in seconds. Six tries fit into 30 s; then it is late and goes on for a day.
enum RetryLadder {
    static let fast = [0.5, 1, 2, 4, 8]
    static let slow = [30.0, 120, 600, 3600]
    /// After a provider took a message, it is asked what became of it.
    static let inquiries = [2.0, 5, 10, 20]
    static let fastWindowSeconds = 30.0
    static let endSeconds = 86_400.0
    /// A provider that asks for more is asked again after so long.
    static let longestPauseSeconds = 3600.0

    /// Before the send after `sends`; nil when the fast ladder is at its end.
    static func fastWait(_ delivery: String, sends: Int) -> Double? {
        guard sends >= 1, sends <= fast.count else { return nil }
        return fast[sends - 1] * spread(delivery, sends)
    }

    static func slowWait(_ delivery: String, steps: Int) -> Double {
        slow[min(steps, slow.count - 1)] * spread(delivery, 100 + steps)
    }

    /// 0.8...1.2, evenly, by the delivery and the try: many deliveries do not come back at once, and a replay does the
    /// same again.
    static func spread(_ delivery: String, _ number: Int) -> Double {
        let bytes = SHA256.digest("\(delivery)\n\(number)")
        return 0.8 + 0.4 * Double(Int(bytes[0]) << 8 | Int(bytes[1])) / 65_535
    }
}
