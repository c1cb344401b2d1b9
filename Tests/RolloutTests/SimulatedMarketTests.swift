import Rollout
import Testing

@testable import Rollout

@Suite struct SimulatedMarketTests {
    /// The first numbers of the authors' C program for the state 1, 2, 3, 4, as rand_xoshiro's tests list them.
    @Test func generatorGivesItsAuthorsNumbers() {
        var random = SimulationRandom(state: (1, 2, 3, 4))
        let expected: [UInt64] = [
            11_520, 0, 1_509_978_240, 1_215_971_899_390_074_240, 1_216_172_134_540_287_360, 607_988_272_756_665_600,
        ]
        #expect(expected.map { _ in random.next() } == expected)
    }

    @Test func streamsAreRepeatableAndApart() {
        var firsts: Set<UInt64> = []
        for seed in 0..<10 as Range<UInt64> {
            for stream in 0..<10 {
                for run in 0..<10 {
                    var random = SimulationRandom(seed: seed, stream: stream, run: run)
                    var again = SimulationRandom(seed: seed, stream: stream, run: run)
                    firsts.insert(random.next())
                    #expect(random.next() != random.next())
                    _ = (again.next(), again.next(), again.next())
                    #expect(random == again)
                }
            }
        }
        #expect(firsts.count == 1000)
    }
}
