internal import MarketData

/// Labels along an axis of sessions, which stand side by side whatever days lie between them.
enum SessionTicks {
    /// Positions and their labels, far enough apart for `width` units of drawing: days as `10-26` for up to two months,
    /// else months as `2026-10` at their first session.
    static func ticks(_ sessions: [CivilDate], width: Double) -> [(position: Int, label: String)] {
        let slot = width / Double(max(1, sessions.count))
        guard sessions.count <= 45 else { return months(sessions, slot: slot, room: 62) }
        let every = [1, 2, 5, 10, 20].first { Double($0) * slot >= 44 } ?? 50
        return stride(from: 0, to: sessions.count, by: every).map { position in
            (position, String(sessions[position].description.dropFirst(5)))
        }
    }

    /// The first session of each month, or of each second, third and so on, so that they are `room` units apart.
    static func months(_ sessions: [CivilDate], slot: Double, room: Double) -> [(position: Int, label: String)] {
        let firsts = sessions.indices.filter { $0 == 0 || month(sessions[$0]) != month(sessions[$0 - 1]) }
        let kept = [1, 2, 3, 6, 12, 24, 60, 120].lazy
            .map { months in firsts.filter { month(sessions[$0]) % months == 0 } }
            .first { kept in zip(kept, kept.dropFirst()).dropFirst().allSatisfy { Double($1 - $0) * slot >= room } }
        var marks = kept ?? []
        // A month that the period only has the end of gives way to the next one.
        if marks.count > 1, Double(marks[1] - marks[0]) * slot < room { marks.removeFirst() }
        return marks.map { ($0, String(sessions[$0].description.prefix(7))) }
    }

    /// `2026-10-01 to 2026-10-30`
    static func span(_ sessions: [CivilDate]) -> String {
        guard let first = sessions.first, let last = sessions.last else { return "no session" }
        return first == last ? "\(first)" : "\(first) to \(last)"
    }

    /// Months since the year 0, so that the first of a quarter or year is a multiple.
    private static func month(_ date: CivilDate) -> Int { date.year * 12 + date.month - 1 }
}
