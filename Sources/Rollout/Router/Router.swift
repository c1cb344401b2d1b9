public import MarketData
public import Signals

/// Routes signals to sinks, shadow or silence: a state machine over events, without clock, randomness or output.
public struct Router: Sendable {
    public let plan: RolloutPlan
    public internal(set) var stage: Stage
    public internal(set) var status: Status
    /// The candidate is silent until the session ends; its units go to the baseline meanwhile.
    var isUnrouted = false
    public private(set) var switches = Switches()
    public private(set) var health: [Arm: Health] = [.baseline: .ready, .candidate: .ready]
    /// The latest event time seen.
    public private(set) var feedTime = Timestamp(nanos: 0)
    /// The arm that already had a live signal in a unit.
    private var claims: [UnitKey: Arm] = [:]
    private var episodes: [InstrumentID: Episode] = [:]
    /// Old claims are dropped when there are more.
    private var claimLimit = 1024

    public init(plan: RolloutPlan, stage: Stage = .shadow) {
        self.plan = plan
        self.stage = stage
        status = .running
    }

    /// Takes the next event of the one sequence and says what follows from it.
    ///
    /// - Parameter refusal: why the event's signal must not be live, if it were to be.
    public mutating func handle(_ event: Event, refusal: Decision.SuppressedReason? = nil) -> Effect? {
        switch event.payload {
        case .mark(let mark):
            advance(to: mark.time)
            if mark.closes != nil {
                episodes.removeAll()
                isUnrouted = false
            }
            return nil
        case .signal(let arm, let signal, let isLate):
            advance(to: signal.tsEvent)
            return .decided(decide(signal, of: arm, isLate: isLate, refusal), stage: stage)
        case .outcome(let outcome):
            settle(outcome)
            return nil
        case .health(let arm, let state):
            health[arm] = state
            if case .quarantined = state { endEpisodes(of: arm) }
            return nil
        case .command(let command): return obey(command)
        case .switches(let new):
            if new.kill, !switches.kill { endEpisodes(of: .candidate) }
            switches = new
            return nil
        case .quote, .data, .measured, .engine, .windows: return nil
        }
    }

    private mutating func advance(to time: Timestamp) {
        guard time > feedTime else { return }
        feedTime = time
        for (underlying, episode) in episodes where !episode.isOpen(at: time) { episodes[underlying] = nil }
        // Signals may lag the feed by their age limit at most; a day is far beyond any block a signal can still fall in.
        if claims.count > claimLimit {
            let horizon = time.advanced(bySeconds: -2 * 86_400)
            claims = claims.filter { $0.key.blockStart >= horizon }
            claimLimit = max(1024, 2 * claims.count)
        }
    }

    private mutating func settle(_ outcome: Outcome) {
        guard episodes[outcome.underlyingID]?.arm == outcome.arm else { return }
        episodes[outcome.underlyingID]?.remove(outcome.id)
        if openEpisode(on: outcome.underlyingID) == nil { episodes[outcome.underlyingID] = nil }
    }

    private mutating func endEpisodes(of arm: Arm) {
        if arm == .candidate, plan.openEpisodes.policy == .hold {
            holdEpisodes(of: arm)
        } else {
            episodes = episodes.filter { $0.value.arm != arm }
        }
        claims = claims.filter { $0.value != arm }
    }

    /// Lets an arm's episodes run on, for no longer than the plan allows.
    private mutating func holdEpisodes(of arm: Arm) {
        let deadline = feedTime.advanced(bySeconds: Int64(plan.openEpisodes.drainSeconds))
        for (underlying, episode) in episodes where episode.arm == arm {
            episodes[underlying]?.hold(until: deadline)
        }
    }

    /// Whose a unit is that no live signal has touched; nil where one has, or an episode from before decides.
    func ownerOfNewUnit(_ unit: UnitKey) -> Arm? {
        guard claims[unit] == nil, openEpisode(on: unit.underlying) == nil else { return nil }
        return assignedArm(of: unit)
    }

    /// Whether episodes of an arm that has to go still run.
    var isDraining: Bool { episodes.values.contains(where: \.isHeld) }

    /// The candidate has to go, by a decision.
    mutating func takeBack() { endEpisodes(of: .candidate) }

}

// MARK: - Signals

extension Router {
    private mutating func decide(
        _ signal: Signal, of arm: Arm, isLate: Bool, _ refusal: Decision.SuppressedReason?
    ) -> Decision {
        if signal.action == .monitor { return .shadow(.monitor) }
        if arm == .candidate {
            if status == .rolledBack || status == .draining { return .shadow(.rolledBack) }
            if stage == .shadow { return .shadow(.stage) }
        }
        let unit = UnitKey(underlying: signal.underlyingID, at: signal.tsEvent, plan: plan)
        guard let reason = liveReason(for: arm, unit: unit) else {
            // An engine that catches up is not ready yet; what it says too late would have been live.
            guard isLate, owner(of: unit).arm == arm else { return .shadow(.otherArm) }
            return .suppressed(silence(signal, of: arm, isLate: true) ?? .late)
        }
        if let silence = silence(signal, of: arm, isLate: isLate) ?? refusal { return .suppressed(silence) }
        claims[unit] = claims[unit] ?? arm
        open(signal, of: arm)
        return .live(reason)
    }

    /// Why `arm` may speak for the unit; nil when the unit is the other arm's.
    private func liveReason(for arm: Arm, unit: UnitKey) -> Decision.LiveReason? {
        let (owner, byEpisode) = owner(of: unit)
        let isOwnerReady = health[owner]?.isReady ?? false
        if arm == owner {
            return isOwnerReady ? (byEpisode ? .episode : .assigned) : nil
        }
        // A silenced candidate's units move to the baseline at once, as those of one that is not ready.
        let isOwnerSpeaking = isOwnerReady && !(owner == .candidate && (switches.kill || isUnrouted))
        let isHeld = byEpisode && episodes[unit.underlying]?.isHeld ?? false
        guard !isOwnerSpeaking, !isHeld, health[arm]?.isReady ?? false else { return nil }
        switch arm {
        case .baseline: return .fallback
        // Nothing ever falls to the candidate unless the spec says so, and then only where it carries weight already.
        case .candidate: return plan.baselineDown == .candidate && stage >= .limited ? .fallback : nil
        }
    }

    /// The arm of the open episode, else the one that began the unit, else the one the unit is assigned to.
    private func owner(of unit: UnitKey) -> (arm: Arm, byEpisode: Bool) {
        if let arm = openEpisode(on: unit.underlying)?.arm { return (arm, true) }
        if let arm = claims[unit] { return (arm, false) }
        return (assignedArm(of: unit), false)
    }

    /// A signal that lags the feed may open an episode that is over already.
    private func openEpisode(on underlying: InstrumentID) -> Episode? {
        guard let episode = episodes[underlying], episode.isOpen(at: feedTime) else { return nil }
        return episode
    }

    /// What the assignment function alone says.
    public func assignedArm(of unit: UnitKey) -> Arm {
        guard status != .rolledBack, status != .draining else { return .baseline }
        return Assignment(salt: plan.id, weight: plan.weight(in: stage)).arm(of: unit)
    }

    private func silence(_ signal: Signal, of arm: Arm, isLate: Bool) -> Decision.SuppressedReason? {
        if switches.stop { return .stop }
        if arm == .candidate {
            if switches.kill { return .kill }
            if isUnrouted { return .limit(.unrouted) }
        }
        if isLate { return .late }
        // The feed ends with an error before any time the calendar does not cover.
        let isOpen = (try? plan.calendar.isOpen(at: signal.tsEvent)) ?? false
        return isOpen ? nil : .closed
    }

    private mutating func open(_ signal: Signal, of arm: Arm) {
        if openEpisode(on: signal.underlyingID)?.arm != arm { episodes[signal.underlyingID] = Episode(arm: arm) }
        episodes[signal.underlyingID]?.add(
            signal.id, until: signal.tsEvent.advanced(bySeconds: Int64(signal.horizonSeconds)))
    }
}

// MARK: - Commands

extension Router {
    /// What a command would do now, without doing it.
    public func preview(_ command: Command) -> Effect {
        var copy = self
        return copy.obey(command)
    }

    mutating func obey(_ command: Command) -> Effect {
        if command.verb != .rollback, let expected = command.expectedStage, expected != stage {
            return .refused(reason: "the rollout is in \(stage.rawValue), not in \(expected.rawValue)")
        }
        switch command.verb {
        case .promote: return promote(command)
        case .approve: return .refused(reason: "nothing waits for approval")
        case .rollback: return rollBack(command)
        case .pause:
            if status == .held { return .unchanged(reason: "already held in \(stage.rawValue)") }
            guard status == .running || status == .awaitingApproval else {
                return .refused(reason: "cannot pause: the rollout is \(status.rawValue)")
            }
            return move(to: stage, .held, command)
        case .resume:
            if status == .running { return .unchanged(reason: "already running in \(stage.rawValue)") }
            guard status == .held || status == .rolledBack else {
                return .refused(reason: "cannot resume: the rollout is \(status.rawValue)")
            }
            return move(to: stage, .running, command)
        }
    }

    private mutating func promote(_ command: Command) -> Effect {
        if let reason = standstill { return .refused(reason: reason) }
        guard let target = command.to ?? stage.next else {
            return .refused(reason: "the rollout is in full already; there is nothing above")
        }
        if target == stage { return .unchanged(reason: "already in \(stage.rawValue)") }
        guard target > stage else {
            return .refused(
                reason:
                    "\(target.rawValue) is below \(stage.rawValue); going down is `tandem rollback --to \(target.rawValue)`"
            )
        }
        if case .quarantined(let reason)? = health[.candidate] {
            return .refused(reason: "the candidate is quarantined: \(reason)")
        }
        return move(to: target, .running, command)
    }

    /// Why nobody promotes in this status, and what helps; nil where one may.
    private var standstill: String? {
        switch status {
        case .running: nil
        case .held: "the rollout is held; `tandem resume` first"
        case .awaitingApproval:
            "a promotion waits for approval already: `tandem approve` agrees to it, `tandem pause` calls it off"
        case .draining:
            "the rollout is draining: wait for the last position of the candidate, then `tandem resume` puts it back "
                + "into shadow"
        case .rolledBack: "the rollout is rolled back; `tandem resume` puts it back into shadow first"
        case .completed: "the rollout is completed in \(stage.rawValue); there is nothing above"
        case .failed: "this version of the candidate is closed: a new version, or a new rollout"
        }
    }

    private mutating func rollBack(_ command: Command) -> Effect {
        let target = command.to ?? .shadow
        if target > stage {
            return .unchanged(reason: "already in \(stage.rawValue), below \(target.rawValue)")
        }
        let newStatus: Status = target == .shadow ? .rolledBack : .held
        let isOver = target == .shadow && (status == .draining || status == .failed)
        if target == stage, status == newStatus || isOver {
            return .unchanged(reason: "already \(status.rawValue) in \(stage.rawValue)")
        }
        endEpisodes(of: .candidate)
        return move(to: target, newStatus == .rolledBack && isDraining ? .draining : newStatus, command)
    }

    private mutating func move(to target: Stage, _ newStatus: Status, _ command: Command) -> Effect {
        let transition = Transition(
            from: stage, to: target, statusBefore: status, status: newStatus, cause: command.verb.rawValue,
            actor: command.actor, reason: command.reason)
        stage = target
        status = newStatus
        return .moved(transition)
    }
}
