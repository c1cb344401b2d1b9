package import MarketData

extension NumberFormat {
    /// `2026-11-20 16:00:05 UTC`, fractions of a second cut off.
    package static func time(_ time: Timestamp?, unknown: String = unknown) -> String {
        guard let time, time.isDefined else { return unknown }
        let second = Int(time.seconds % 86_400)
        let clock = [second / 3600, second / 60 % 60, second % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
        return "\(CivilDate(daysSince1970: Int(time.seconds / 86_400))) \(clock.joined(separator: ":")) UTC"
    }
}
