/// Goes through a rollout's sessions and moves once more, and reads the evidence after each session.
struct StoryCourse {
    private let input: RolloutStory.Input
    private var evidence: Evidence
    private var stage: Stage
    private var differences: [Double] = []
    private var mean = Estimate.unknown
    private var baselineMicros: Int64 = 0
    private var candidateMicros: Int64 = 0
    private var liveMicros: Int64? = 0
    private var movesTaken = 0

    init(_ input: RolloutStory.Input) {
        self.input = input
        evidence = Evidence(terms: input.terms)
        stage = input.start
    }

    /// The next session; call with each number in turn.
    mutating func point(_ number: Int) -> RolloutStory.Point {
        takeMoves(before: number)
        let session = input.sessions[number]
        evidence.commit(session)
        count(session, number)
        let terms = input.terms.evidence
        let isObserved = session.state == .observed
        return RolloutStory.Point(
            session: session.session, stage: stage, state: session.state,
            d: isObserved ? session.difference(terms) : nil,
            q: isObserved ? session.qualityDifference(terms) : nil,
            baselineR: Double(baselineMicros) / 1e6, candidateR: Double(candidateMicros) / 1e6,
            liveR: liveMicros.map { Double($0) / 1e6 }, betterE: evidence.betterE,
            notWorseE: marginStage.map { evidence.notWorseE($0) }, harmE: evidence.harmE,
            noGainE: input.terms.noGain == nil ? nil : evidence.noGainE,
            fall: input.terms.fall?.stages.contains(stage) == true && stage > .canary ? evidence.fallValue : nil,
            meanD: mean, betterThreshold: gate?.betterAlpha.map { 1 / $0 },
            notWorseThreshold: gate?.notWorse.map { 1 / $0.alpha }, latency: input.latency.value(number),
            costMicros: input.costMicros.value(number))
    }

    /// Into the stages that were entered by then; upwards the fall detector begins anew, as it did.
    private mutating func takeMoves(before number: Int) {
        while movesTaken < input.moves.count, input.moves[movesTaken].session <= number {
            let transition = input.moves[movesTaken].transition
            stage = transition.to
            if transition.to > transition.from { evidence.entered(transition.to) }
            movesTaken += 1
        }
    }

    private mutating func count(_ session: SessionObservation, _ number: Int) {
        liveMicros = liveMicros.flatMap { sum in input.liveMicros.value(number).map { sum + $0 } }
        guard session.state == .observed else { return }
        baselineMicros += session.baseline.accountMicros
        candidateMicros += session.candidate.accountMicros
        differences.append(session.difference(input.terms.evidence))
        let (low, high) = ConfidenceSequence.interval(
            of: differences, clip: input.terms.evidence.scoreClipR, alpha: EvidenceSummary.alpha)
        mean = Estimate(value: evidence.meanD, low: low, high: high, count: differences.count)
    }

    /// To the stage after the one the session ran in.
    private var gate: GateTerms? { stage.next.flatMap { input.terms.gates[$0] } }

    /// The first stage whose gate asks for "not worse".
    private var marginStage: Stage? { Stage.allCases.first { input.terms.gates[$0]?.notWorse != nil } }
}

extension Array {
    /// What a list that is too short lacks is nil as well.
    fileprivate func value<Wrapped>(_ number: Int) -> Wrapped? where Element == Wrapped? {
        number < count ? self[number] : nil
    }
}
