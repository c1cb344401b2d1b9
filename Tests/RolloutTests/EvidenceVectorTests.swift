import Rollout
import Testing

/// Histories with known evidence, and the processes that `decision-statistics.md` names in section 9.
enum GoldenHistory: String, CaseIterable {
    case a, b, c

    /// R; the sixth of `b` lies beyond the clip.
    var differences: [Double] {
        switch self {
        case .a: (1...120).map { Double(7919 * $0 % 1000 - 500) / 62.5 }
        case .b: [3, -1, 4, -1.5, 5, 9, -2, 6, -5, 3.5]
        case .c: (1...60).map { ($0 <= 30 ? 3 : -3) + ($0 % 2 == 1 ? 1 : -1) }
        }
    }

    func first(_ count: Int) -> [Double] { Array(differences.prefix(count)) }
}

/// E+(0), E+(-1), E-(0), E-(1), harm and fall, in the order of the page.
struct GoldenProcesses {
    private var better = BetMixture()
    private var notWorse = BetMixture()
    private var worse = BetMixture()
    private var smallGain = BetMixture()
    private var harm = HarmProcess(null: 0, clip: 8, horizon: 120)
    private var fall = FallDetector(clip: 8)

    init(_ differences: [Double] = []) {
        fall.restart(reference: 1)
        for d in differences { observe(d) }
    }

    mutating func observe(_ d: Double) {
        better.bet(Stake.better(d, null: 0, clip: 8))
        notWorse.bet(Stake.better(d, null: -1, clip: 8))
        worse.bet(Stake.worse(d, null: 0, clip: 8))
        smallGain.bet(Stake.worse(d, null: 1, clip: 8))
        harm.observe(d)
        fall.observe(d)
    }

    var values: [Double] {
        [better.value, notWorse.value, worse.value, smallGain.value, harm.value, fall.value]
    }
    var harmValue: Double { harm.value }
    var fallValue: Double { fall.value }
    var worseValue: Double { worse.value }
}

/// Whether two numbers differ by at most a share of the expected one.
func agrees(_ value: Double, _ expected: Double, relative: Double) -> Bool {
    abs(value - expected) <= relative * abs(expected)
}

@Suite struct EvidenceVectorTests {
    /// `decision-statistics.md`, section 9, as printed there.
    static let published: [(history: GoldenHistory, count: Int, values: [Double])] = [
        (.a, 1, [1.419, 1.550285714, 0.581, 0.5925714286, 0.7905, 0.5925714286]),
        (.a, 2, [1.94535726, 2.342991931, 0.43135726, 0.4483290743, 0.7142584619, 1.133471931]),
        (.a, 10, [1.204012671, 2.537554438, 0.4525461562, 0.6966437192, 0.7467591473, 21.20947458]),
        (.a, 30, [0.8466840669, 4.587952137, 0.2205761326, 0.4758619733, 0.5376031781, 20.27790748]),
        (.a, 120, [0.195258916, 5.803864441, 0.202148638, 6.68316244, 0.3142678002, 549.2143217]),
        (.b, 1, [1.1875, 1.285714286, 0.8125, 0.8571428571, 0.90625, 0.8571428571]),
        (.b, 5, [1.667275125, 2.542201093, 0.5172523495, 0.6495598059, 0.7528157562, 3.59362329]),
        (.b, 10, [2.406508706, 5.820530019, 0.284967199, 0.3699479943, 0.6249267202, 5.987819972]),
        (.c, 30, [1461.423412, 58508.70506, 0.08115887892, 0.1084491564, 0.4485190671, 8.790165513]),
        (.c, 31, [1141.098727, 50951.74135, 0.08302435287, 0.1137777447, 0.4520904502, 11.161001]),
        (.c, 40, [30.59764849, 2683.460908, 0.1182186457, 0.2407405948, 0.6603045748, 168.4023449]),
        (.c, 60, [0.4021181114, 13.29458956, 0.4021181114, 13.29458956, 40.65356659, 358591.1917]),
    ]

    @Test(arguments: published.indices)
    func processesReachThePublishedValues(index: Int) {
        let row = Self.published[index]
        for (value, expected) in zip(GoldenProcesses(row.history.first(row.count)).values, row.values) {
            #expect(agrees(value, expected, relative: 1e-9), "\(row.history) \(row.count)")
        }
    }

    /// The same in rational numbers without rounding (Python's `fractions`), to 17 digits: sums and products here may be
    /// off by a rounding for each operation, and by no more.
    static let exact: [(history: GoldenHistory, count: Int, values: [Double])] = [
        (
            .a, 10,
            [
                1.20401267085840303, 2.53755443807276534, 0.452546156211532982, 0.696643719181925735,
                0.746759147287740963, 21.2094745800986750,
            ]
        ),
        (
            .a, 30,
            [
                0.846684066940487362, 4.58795213693386630, 0.220576132612917088, 0.475861973288727689,
                0.537603178101140323, 20.2779074787647870,
            ]
        ),
        (
            .a, 120,
            [
                0.195258915950043510, 5.80386444083525798, 0.202148637982382632, 6.68316244015890982,
                0.314267800163015930, 549.214321685202105,
            ]
        ),
        (
            .b, 10,
            [
                2.40650870590765580, 5.82053001898077185, 0.284967199018743627, 0.369947994338911772,
                0.624926720221113111, 5.98781997167089061,
            ]
        ),
        (
            .c, 30,
            [
                1461.42341248204491, 58508.7050577413345, 0.0811588789211450170, 0.108449156449005269,
                0.448519067106884178, 8.79016551255479438,
            ]
        ),
        (
            .c, 60,
            [
                0.402118111435688689, 13.2945895596402682, 0.402118111435688689, 13.2945895596402682,
                40.6535665907248279, 358591.191719624886,
            ]
        ),
    ]

    @Test(arguments: exact.indices)
    func roundingStaysWithinTheNumberOfOperations(index: Int) {
        let row = Self.exact[index]
        // Three operations a bet, and the stake's own.
        let roundings = Double(row.count * 6) * Double.ulpOfOne
        for (value, expected) in zip(GoldenProcesses(row.history.first(row.count)).values, row.values) {
            #expect(agrees(value, expected, relative: roundings), "\(row.history) \(row.count)")
        }
    }

    /// After 30 good sessions and 30 bad ones.
    @Test func thePlainProcessSleepsWhereHarmAndFallWake() {
        var processes = GoldenProcesses()
        var firstHarm: Int?
        var firstFall: Int?
        for (index, d) in GoldenHistory.c.differences.enumerated() {
            processes.observe(d)
            if firstHarm == nil, processes.harmValue >= 40 { firstHarm = index + 1 }
            if firstFall == nil, processes.fallValue >= 250 { firstFall = index + 1 }
        }
        #expect(firstHarm == 60)
        #expect(firstFall == 42)
        #expect(agrees(processes.worseValue, 0.40, relative: 0.01))
    }
}
