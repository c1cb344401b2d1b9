import MarketData
import Testing

@testable import Rollout

private typealias Fixture = StoryFixture

/// What a story recomputes from sessions and moves.
@Suite struct StoryCourseTests {
    private func isClose(_ value: Double?, _ expected: Double) -> Bool {
        value.map { abs($0 - expected) <= 1e-9 * abs(expected) } ?? false
    }

    /// B of `decision-statistics.md`, section 9; harm there is of the account alone.
    @Test func everySessionHasTheEvidenceOfItsTime() {
        var terms = ExplainFixture.terms
        terms.harm.account.weight = 1
        terms.harm.quality.weight = 0
        let points = Fixture.story(Fixture.input(Fixture.sessions(Fixture.differences), terms: terms)).points
        let golden: [(n: Int, better: Double, notWorse: Double, noGain: Double, harm: Double)] = [
            (1, 1.1875, 1.285714286, 0.8571428571, 0.90625),
            (5, 1.667275125, 2.542201093, 0.6495598059, 0.7528157562),
            (10, 2.406508706, 5.820530019, 0.3699479943, 0.6249267202),
        ]
        for row in golden {
            let point = points[row.n - 1]
            #expect(isClose(point.betterE, row.better), "\(row.n)")
            #expect(isClose(point.notWorseE, row.notWorse), "\(row.n)")
            #expect(isClose(point.noGainE, row.noGain), "\(row.n)")
            #expect(isClose(point.harmE, row.harm), "\(row.n)")
        }
    }

    /// Against evidence that went along with a random history.
    @Test(arguments: ExplainFixture.seeds(5, soak: 200))
    func aStoryToldAnewIsTheOneThatHappened(seed: UInt64) {
        var random = RolloutRandom(seed: seed)
        var evidence = Evidence(terms: ExplainFixture.terms)
        var (sessions, moves, stage) = ([SessionObservation](), [RolloutStory.Move](), Stage.shadow)
        var expected: [(Double, Double, Double, Double)] = []
        for number in 0..<40 {
            if random.chance(15) {
                let next = Stage.allCases[Int.random(in: 0..<4, using: &random)]
                moves.append(Fixture.move(number, stage, next, "gate"))
                if next > stage { evidence.entered(next) }
                stage = next
            }
            let state: SessionObservation.State = random.chance(10) ? .tainted : random.chance(10) ? .empty : .observed
            let session = ExplainFixture.session(
                number, Double(Int.random(in: -90...90, using: &random)) / 10, state: state)
            sessions.append(session)
            evidence.commit(session)
            expected.append((evidence.betterE, evidence.harmE, evidence.noGainE, evidence.fallValue))
        }
        let points = Fixture.story(Fixture.input(sessions, moves)).points
        for (point, (better, harm, noGain, fall)) in zip(points, expected) {
            #expect(point.betterE == better && point.harmE == harm && point.noGainE == noGain, "seed \(seed)")
            #expect(point.fall == (point.stage > .canary ? fall : nil), "seed \(seed)")
        }
        #expect(points.count == 40)
    }

    /// Mean 1 at entry, so .5 has to stay: z = (.5 - 4) / 7.5, F = 1 + .5 z. Going down does not begin it anew.
    @Test func theFallDetectorBeginsAtEveryWayUp() {
        let moves = [
            Fixture.move(2, .canary, .limited, "gate"), Fixture.move(3, .limited, .canary, "fall"),
            Fixture.move(4, .canary, .limited, "gate"),
        ]
        let points = Fixture.story(Fixture.input(Fixture.sessions([3, -1, 4, 2, 2]), moves)).points
        #expect(points[1].fall == nil && points[3].fall == nil)
        #expect(isClose(points[2].fall, 1 - 0.5 * 3.5 / 7.5))
        // Mean 2: reference 1, z = (1 - 2) / 7.
        #expect(isClose(points[4].fall, 1 - 0.5 / 7))
    }

    @Test func aMoveTakesEffectWithTheNextSession() {
        let moves = [Fixture.move(2, .shadow, .canary, "gate"), Fixture.move(4, .canary, .shadow, "harm")]
        let story = Fixture.story(Fixture.input(Fixture.sessions([1, 2, 3, 4, 5]), moves))
        #expect(story.points.map(\.stage) == [.shadow, .shadow, .canary, .canary, .shadow])
        #expect(story.stretches.map(\.stage) == [.shadow, .canary, .shadow])
        #expect(story.stretches.map(\.sessions) == [0..<2, 2..<4, 4..<5])
    }

    @Test func whatIsAskedFollowsTheStage() {
        let moves = [
            Fixture.move(1, .shadow, .canary, "gate"), Fixture.move(2, .canary, .limited, "gate"),
            Fixture.move(3, .limited, .full, "gate"),
        ]
        let points = Fixture.story(Fixture.input(Fixture.sessions([1, 1, 1, 1]), moves)).points
        #expect(points.map(\.betterThreshold) == [nil, 10, 20, nil])
        #expect(points.map(\.notWorseThreshold) == [5, nil, nil, nil])
    }

    @Test func accountsAddUpWithoutClipAndWithoutWhatDoesNotCount() {
        var sessions = Fixture.sessions([9.5, -1, 2])
        sessions[1] = ExplainFixture.session(1, 100, state: .tainted)
        sessions[2].baseline.accountMicros = 500_000
        let points = Fixture.story(Fixture.input(sessions)).points
        #expect(points.map(\.candidateR) == [9.5, 9.5, 11.5])
        #expect(points.map(\.baselineR) == [0, 0, 0.5])
        #expect(points.map(\.d) == [8, nil, 1.5])
        #expect(points.map(\.meanD.count) == [1, 1, 2])
    }

    @Test func liveResultsAreUnknownFromTheFirstGapOn() {
        var input = Fixture.input(Fixture.sessions([1, 1, 1, 1]))
        input.liveMicros = [500_000, -1_000_000, nil, 3_000_000]
        #expect(Fixture.story(input).points.map(\.liveR) == [0.5, -0.5, nil, nil])
        #expect(Fixture.story(Fixture.input(Fixture.sessions([1]))).points[0].liveR == nil)
    }

    /// B of `decision-statistics.md`, section 9.
    @Test(arguments: [
        (1, 3.0, -7.86075949, 7.93670886), (5, 1.9, -4.50787619, 5.96210451), (10, 2, -2.53768006, 5.37381746),
    ])
    func theIntervalIsThatOfTheSessionsSoFar(n: Int, mean: Double, low: Double, high: Double) {
        let point = Fixture.story(Fixture.input(Fixture.sessions(Fixture.differences))).points[n - 1].meanD
        #expect(point.count == n)
        #expect(isClose(point.value, mean))
        #expect(abs((point.low ?? 0) - low) < 1e-7 && abs((point.high ?? 0) - high) < 1e-7)
    }

    @Test func aMoveRestsOnTheSessionBeforeIt() {
        let moves = [Fixture.move(0, .shadow, .shadow, "pause"), Fixture.move(2, .shadow, .canary, "gate")]
        let story = Fixture.story(Fixture.input(Fixture.sessions([1, 2, 3]), moves))
        #expect(story.point(before: moves[0]) == nil)
        #expect(story.point(before: moves[1])?.session == ExplainFixture.date(1))
        #expect(story.point(before: Fixture.move(9, .shadow, .canary, "gate")) == nil)
    }
}
