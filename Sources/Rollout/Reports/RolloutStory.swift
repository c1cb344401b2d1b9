package import MarketData

/// The whole story of a rollout: what its sessions proved, step by step, where it went, and what that rested on.
///
/// Told anew from sessions and moves, with the evidence recomputed: not a record of what was shown at the time.
package struct RolloutStory: Sendable {
    /// One session, and all evidence as it stood when it was committed.
    package struct Point: Hashable, Sendable {
        package let session: CivilDate
        /// In which it ran.
        package let stage: Stage
        package let state: SessionObservation.State
        /// R; nil where the session does not count, Q also where an arm was silent.
        package let d: Double?
        package let q: Double?
        /// What one account would have made, sums since the beginning, R.
        package let baselineR: Double
        package let candidateR: Double
        /// What the candidate's live signals made, since the beginning, R; nil from the first unknown session on.
        package let liveR: Double?
        package let betterE: Double
        /// Against the margin of the gate that asks for it; nil where none does.
        package let notWorseE: Double?
        package let harmE: Double
        /// Nil where it is not asked.
        package let noGainE: Double?
        /// Nil in stages that do not watch for a fall.
        package let fall: Double?
        /// R; the interval is a confidence sequence of 95 %.
        package let meanD: Estimate
        /// What the gate to the next stage asks of the e-values; nil where it does not.
        package let betterThreshold: Double?
        package let notWorseThreshold: Double?
        package let latency: ByArm<Percentiles>?
        package let costMicros: ByArm<Int64>?
    }

    /// Sessions in one stage, one after the other.
    package struct Stretch: Hashable, Sendable {
        package let stage: Stage
        package let sessions: Range<Int>
    }

    package let input: Input
    package let points: [Point]
    package let stretches: [Stretch]
    /// After the last move.
    package let stage: Stage
    package let status: Status

    /// - Complexity: quadratic in sessions, for the confidence sequence.
    package init(_ input: Input) {
        self.input = input
        var course = StoryCourse(input)
        points = input.sessions.indices.map { course.point($0) }
        stretches = Self.stretches(points)
        stage = input.moves.last?.transition.to ?? input.start
        status = input.moves.last?.transition.status ?? .running
    }

    private static func stretches(_ points: [Point]) -> [Stretch] {
        var stretches: [Stretch] = []
        for (number, point) in points.enumerated() {
            if let last = stretches.last, last.stage == point.stage {
                stretches[stretches.count - 1] = Stretch(
                    stage: last.stage, sessions: last.sessions.lowerBound..<number + 1)
            } else {
                stretches.append(Stretch(stage: point.stage, sessions: number..<number + 1))
            }
        }
        return stretches
    }

    /// The evidence a move rested on: that of the last session committed before it; nil before the first.
    package func point(before move: Move) -> Point? {
        points.indices.contains(move.session - 1) ? points[move.session - 1] : nil
    }
}
