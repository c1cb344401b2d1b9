/// Kayenta's judge after every session, on all signals so far: `Low` takes the candidate back, anything else lets it on.
struct MannWhitneyRival: Rival {
    /// Looks that a stage asks for.
    private static let looks: [Stage: Int] = [.canary: 5, .limited: 10]

    private(set) var stage = Stage.canary
    private var samples = MannWhitney()
    private var looked = 0

    mutating func judge(_ market: SimulatedMarket) {
        guard stage != .shadow else { return }
        for signal in market.baseline { samples.insert(baseline: signal.rMicros) }
        for signal in market.candidate { samples.insert(candidate: signal.rMicros) }
        guard !samples.isShifted(.down) else {
            stage = .shadow
            return
        }
        looked += 1
        guard let next = stage.next, looked >= Self.looks[stage] ?? 1 else { return }
        stage = next
        looked = 0
    }
}
