import MarketData
import Monitors

@testable import Rollout

/// Stories made by hand.
enum StoryFixture {
    /// Ten sessions: shadow for five, canary for three, then back for one tainted and one empty session.
    static let differences: [Double] = [3, -1, 4, -1.5, 5, 9, -2, 6, -5, 3.5]

    static func move(
        _ session: Int, _ from: Stage, _ to: Stage, _ cause: String, status: Status = .running, reason: String = "why"
    ) -> RolloutStory.Move {
        RolloutStory.Move(
            index: UInt64(session) * 1000, time: at(noon + UInt64(session) * 86_400), session: session,
            Transition(
                from: from, to: to, statusBefore: .running, status: status, cause: cause, actor: "tandem",
                reason: reason))
    }

    static func input(
        _ sessions: [SessionObservation], _ moves: [RolloutStory.Move] = [], terms: DecisionTerms = ExplainFixture.terms
    ) -> RolloutStory.Input {
        RolloutStory.Input(
            rollout: "ifd-v3", baseline: "ifd-v1 1.0.3", candidate: "ifd-v3 3.0.1", planHash: "9f2c", specHash: "77aa",
            basis: .replay, terms: terms, sessions: sessions, moves: moves)
    }

    static func sessions(_ differences: [Double]) -> [SessionObservation] {
        differences.enumerated().map { ExplainFixture.session($0, $1) }
    }

    static func story(_ input: RolloutStory.Input) -> RolloutStory { RolloutStory(input) }
}
