import MarketData
import Rollout
import Signals
import Testing

/// Outcomes of the candidate that come sessions late: within the deadline of two they only delay; beyond it they correct.
@Suite struct ControllerLabelTests {
    private let day = 20_776
    /// What the candidate made in each session, R; the baseline made nothing.
    private let made = [1.0, -0.5, 2, 0.25, -1, 3, 0.5, 1.5]

    private struct Told {
        /// By number of session: second of the mark before its commit, and its tally.
        var commits: [(session: Int, second: UInt64, tally: SessionObservation.ArmTally)] = []
        var corrections: [(session: Int, second: UInt64, changeR: Double)] = []
        var promotions: [UInt64] = []
    }

    private func midday(_ number: Int) -> UInt64 { UInt64(day + number) * 86_400 + 43_200 }
    private func end(_ number: Int) -> UInt64 { UInt64(day + number + 1) * 86_400 }

    /// Every session, and as many behind the last as its labels need.
    private func play(lateBy sessions: Int) throws -> (Course, Told) {
        var course = try Course { terms in
            terms.closeGates()
            var gate = GateTerms()
            gate.sessions = 3
            terms.gates = [.canary: gate]
        }
        var told = Told()
        func note(_ reaction: Reaction, _ second: UInt64) {
            for session in reaction.committed {
                told.commits.append((session.session.daysSince1970 - day, second, session.candidate))
            }
            for (session, change) in reaction.corrected {
                told.corrections.append((session.session.daysSince1970 - day, second, change))
            }
            if reaction.moves.contains(where: { $0.to == .canary }) { told.promotions.append(second) }
        }
        for number in 0..<(made.count + 4) {
            let noon = midday(number)
            course.mark(noon)
            if number < made.count {
                for arm in Arm.allCases { note(course.hear(arm, "\(number)", at: noon), noon) }
                note(course.settle(.baseline, "\(number)", r: 0, at: noon + 60), noon)
            }
            if case let late = number - sessions, made.indices.contains(late) {
                note(course.settle(.candidate, "\(late)", r: made[late], at: midday(late) + 60), noon)
            }
            for reaction in course.close(day + number) { note(reaction, end(number)) }
        }
        return (course, told)
    }

    /// In time with the close; one or two sessions late with the outcome; then with the second close behind.
    @Test(arguments: 0...3) func commitsWaitForTheirLabels(lateBy sessions: Int) throws {
        let (_, told) = try play(lateBy: sessions)
        #expect(told.commits.map(\.session) == Array(0..<(made.count + 4)))
        for commit in told.commits.prefix(made.count) {
            let expected = [
                end(commit.session), midday(commit.session + 1), midday(commit.session + 2), end(commit.session + 2),
            ]
            #expect(commit.second == expected[sessions], "session \(commit.session)")
            #expect(commit.tally.unresolvable == (sessions == 3 ? 1 : 0), "session \(commit.session)")
        }
    }

    /// Evidence is made of what is known in the end, however it came.
    @Test(arguments: 1...3) func lateOrNotTheEvidenceIsTheSame(lateBy sessions: Int) throws {
        let (prompt, first) = try play(lateBy: 0)
        let (late, told) = try play(lateBy: sessions)
        #expect(first.corrections.isEmpty)
        #expect(late.evidence == prompt.evidence)
        // The mean of what was made, over the sessions in which somebody spoke.
        #expect(late.evidence.meanD == made.reduce(0, +) / Double(made.count))
        #expect(told.corrections.map(\.session) == (sessions == 3 ? Array(made.indices) : []))
        #expect(told.corrections.map(\.changeR) == (sessions == 3 ? made : []))
        #expect(told.corrections.map(\.second) == (sessions == 3 ? made.indices.map { midday($0 + 3) } : []))
    }

    /// The third session is known with its last label; with three sessions' delay the share without one blocks until then.
    @Test(arguments: 0...3) func aPromotionWaitsForItsLabels(lateBy sessions: Int) throws {
        let (course, told) = try play(lateBy: sessions)
        #expect(told.promotions == [[end(2), midday(3), midday(4), midday(5)][sessions]])
        #expect(course.state.stage == .canary)
    }
}
