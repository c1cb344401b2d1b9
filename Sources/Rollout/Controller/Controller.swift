public import MarketData
public import Signals

/// One rollout as a function of its events: routes signals, gathers evidence, decides, and moves by itself.
///
/// Without clock, randomness or output: the same events give the same decisions.
public struct Controller: Sendable {
    public internal(set) var router: Router
    public internal(set) var evidence: Evidence
    public internal(set) var state: RolloutState
    /// When promotion may happen; nil at any time.
    public internal(set) var windows: PromotionWindows?
    /// Candidate versions seen, this one included.
    public internal(set) var versionsTried = 0
    public internal(set) var engines: [Arm: String] = [:]
    /// Of the realised against the planned share.
    public internal(set) var share: ShareTest
    /// One account of what was emitted; nil where the spec asks for no checks.
    public internal(set) var account: LiveAccount?
    /// What `decide` said last.
    public internal(set) var latest: RolloutDecision?
    /// The latest session whose data is known.
    private var lastData: CivilDate?
    /// The latest session that closed.
    private var lastClosed: CivilDate?
    var book: SessionBook
    var watch: SignalWatch
    /// The candidate's live signals without an outcome.
    var live: [String: LiveSignal] = [:]
    var liveInSession = 0
    /// Sessions that closed so far.
    var closes = 0
    /// The market against which signals of one index are judged.
    var quote: (index: UInt64, underlying: InstrumentID, price: Price)?
    /// Units seen, so that each is counted once for the share.
    var units: Set<UnitKey> = []
    var readiness: Readiness
    /// Something changed that decisions read.
    var isDue = true

    struct LiveSignal: Hashable, Sendable {
        /// Sessions that had closed when it was emitted.
        var closes: Int
        var isToldToClose = false
    }

    /// Routes and nothing else: a rollout from before there were decisions.
    private let routesOnly: Bool

    /// - Parameter terms: nil routes and gathers no evidence.
    public init(
        plan: RolloutPlan, stage: Stage = .shadow, terms: DecisionTerms?, windows: PromotionWindows? = nil,
        judgesTime: Bool = false
    ) {
        routesOnly = terms == nil
        let terms = terms ?? .watching
        router = Router(plan: plan, stage: stage)
        evidence = Evidence(terms: terms)
        state = RolloutState(stage: stage, judgesTime: judgesTime)
        self.windows = windows
        share = ShareTest()
        account = terms.risk.map { LiveAccount(terms: $0) }
        book = SessionBook(terms: terms.evidence)
        watch = SignalWatch(terms: terms.triggers)
        readiness = Readiness(calendar: plan.calendar)
    }

    public var terms: DecisionTerms { evidence.terms }
    public var plan: RolloutPlan { router.plan }

    /// Whether it gathers evidence, and its journal has the facts for it.
    public var gathersEvidence: Bool { !routesOnly }

    /// Whether it moves by itself.
    public var acts: Bool { terms.mode == .act }

    /// Sessions that closed and wait for labels.
    public var waitingSessions: Int { book.waiting }

    /// Whether nothing is known yet of what a closed session's data was worth.
    public func lacksData(of session: CivilDate) -> Bool {
        gathersEvidence && lastData.map { $0 < session } ?? true
    }

    /// The moment decisions are made at.
    public var now: Moment { Moment(time: router.feedTime, windows: windows, calendar: plan.calendar) }

    /// Takes the next event of the one sequence and says what follows from it.
    public mutating func handle(_ event: Event) -> Reaction {
        let event = closingOnce(event)
        var reaction = Reaction()
        guard !routesOnly else {
            reaction.effect = router.handle(event)
            return reaction
        }
        switch event.payload {
        case .signal(let arm, let signal, let isLate):
            reaction.effect = route(event, arm, signal, isLate: isLate, &reaction)
        case .command(let command): reaction.effect = obey(command, &reaction)
        default:
            if case .quote(let underlying, let price) = event.payload { quote = (event.index, underlying, price) }
            reaction.effect = router.handle(event)
            note(event.payload, &reaction)
        }
        if !router.isDraining, state.status == .draining { finishDraining(&reaction) }
        commitSessions(&reaction)
        if isDue { act(&reaction) }
        return reaction
    }

    /// What a command would do now, without doing it.
    public func preview(_ command: Command) -> Effect {
        guard !routesOnly else { return router.preview(command) }
        var copy = self
        var reaction = Reaction()
        return copy.obey(command, &reaction)
    }

    private mutating func note(_ payload: Event.Payload, _ reaction: inout Reaction) {
        switch payload {
        case .mark(let mark): passed(mark)
        case .outcome(let outcome): settle(outcome, &reaction)
        case .health(let arm, let health):
            noteHealth(arm, health)
            if arm == .candidate, case .quarantined = health { tellToClose(&reaction) }
        case .data(let data):
            lastData = data.session
            book.add(data)
        case .measured(let measured): note(measured)
        case .engine(let arm, let identity): noteEngine(arm, identity, &reaction)
        case .windows(let new):
            windows = new
            isDue = true
        case .switches(let switches): if switches.kill { tellToClose(&reaction) }
        case .signal, .command, .quote: break
        }
    }

    // MARK: - Time

    /// A session closes once: told again, what a close resets and counts is the next session's by then.
    private mutating func closingOnce(_ event: Event) -> Event {
        guard case .mark(var mark) = event.payload, let session = mark.closes else { return event }
        guard let last = lastClosed, session <= last else {
            lastClosed = session
            return event
        }
        mark.closes = nil
        return Event(index: event.index, payload: .mark(mark))
    }

    /// Time as far as the feed ever got: a mark from before it tells nothing new.
    private mutating func passed(_ mark: Mark) {
        let time = router.feedTime
        watch.advance(to: time)
        set(.opposite, watch.opposite)
        judgeReadiness(at: time)
        // A window that was closed may be open now.
        if case .promotionWindow(let until, _)? = latest?.nextCheck, until.map({ time >= $0 }) ?? true { isDue = true }
        guard let session = mark.closes else { return }
        book.close(session)
        watch.closeSession()
        readiness.closeSession(at: time)
        closes += 1
        liveInSession = 0
        state.liveSessionMicros = 0
        for trigger in [Trigger.side, .burst, .repeatedBurst, .sessionLoss, .unhealthy] { set(trigger, nil) }
        let waiting = Double(book.waiting)
        let limit = Double(terms.triggers.staleSessions + terms.evidence.labelDeadlineSessions)
        set(.stale, waiting > limit ? Tripped(.stale, value: waiting, threshold: limit) : nil)
        account?.sessionOpened()
        pruneUnits()
    }

    /// A trigger stands or falls; only a new one is looked at.
    mutating func set(_ trigger: Trigger, _ tripped: Tripped?) {
        guard tripped != nil || state.tripped[trigger] != nil else { return }
        if tripped != nil, state.tripped[trigger] == nil { isDue = true }
        state.set(trigger, tripped)
    }

    /// The exchange date of a time at which the market is open.
    func openSession(at time: Timestamp) -> CivilDate? { (try? plan.calendar.session(at: time))?.date }
}
