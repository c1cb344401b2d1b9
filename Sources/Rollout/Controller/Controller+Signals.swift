internal import MarketData
internal import Signals

extension Controller {
    /// Routes a signal, within what limits and the live account allow.
    mutating func route(
        _ event: Event, _ arm: Arm, _ signal: Signal, isLate: Bool, _ reaction: inout Reaction
    ) -> Effect? {
        let isOnTrial = acts && arm == .candidate && signal.action != .monitor && !isLate && router.stage > .shadow
        // What the close itself causes belongs to no session.
        if !isLate, signal.action != .monitor, let session = openSession(at: signal.tsEvent) {
            book.add(signal, of: arm, in: session)
            watch.note(signal, of: arm)
            if isOnTrial { noteBurst() }
            countUnit(of: signal)
            // What the signal itself sets off binds it already.
            if isDue { act(&reaction) }
        }
        let isWrong = !signal.hasSides || isOffBook(signal, at: event.index)
        let refusal = acts ? refusal(arm, signal, isWrong: isWrong) : nil
        let effect = router.handle(event, refusal: refusal)
        // Whosever the unit is, and though it was silenced for something else.
        if isOnTrial, isWrong {
            watch.noteWrongSide()
            set(.side, watch.side)
        }
        if case .decided(let decision, _)? = effect, decision.isLive { becameLive(signal, of: arm) }
        return effect
    }

    /// Why the signal must not be live, if it were to be.
    private func refusal(_ arm: Arm, _ signal: Signal, isWrong: Bool) -> Decision.SuppressedReason? {
        if arm == .candidate, let limit = isWrong ? .side : liveLimit { return .limit(limit) }
        return account?.check(signal).map { .risk($0) }
    }

    /// Whether its price is further off the market's than any market moves between two marks.
    private func isOffBook(_ signal: Signal, at index: UInt64) -> Bool {
        guard let quote, quote.index == index, quote.underlying == signal.underlyingID else { return false }
        return signal.isOff(quote.price, by: terms.triggers.priceBand)
    }

    private var liveLimit: Decision.Limit? {
        let limits = terms.liveLimits[router.stage]
        if let most = limits?.perSession, liveInSession >= most { return .session }
        if let loss = limits?.lossRSession, Double(state.liveSessionMicros) / 1e6 <= -loss { return .loss }
        return nil
    }

    private mutating func becameLive(_ signal: Signal, of arm: Arm) {
        account?.admit(arm, signal)
        guard arm == .candidate else { return }
        live[signal.id] = LiveSignal(closes: closes)
        liveInSession += 1
    }

    /// The first session with a burst silences the candidate for its rest, the next one takes everything back.
    private mutating func noteBurst() {
        guard let tripped = watch.takeBurst() else { return }
        set(tripped.trigger, tripped)
    }

    /// Counts a unit that begins now, without an episode from before: whose it is, and whose it was planned to be.
    private mutating func countUnit(of signal: Signal) {
        guard router.stage > .shadow, router.status != .rolledBack else { return }
        let unit = UnitKey(underlying: signal.underlyingID, at: signal.tsEvent, plan: plan)
        guard !units.contains(unit), let owner = router.ownerOfNewUnit(unit) else { return }
        units.insert(unit)
        let weight = plan.weight(in: router.stage)
        share.observe(isCandidate: owner == .candidate, planned: weight)
        let level = 1 / terms.triggers.shareAlpha
        let factor = share.bayesFactor
        set(.share, factor >= level ? Tripped(.share, value: factor, threshold: level) : nil)
        let planned = Assignment(salt: plan.id, weight: weight).arm(of: unit)
        if planned != owner || share.mismatches > 0 {
            set(.assignment, Tripped(.assignment, value: 1, threshold: 0))
        }
    }

    mutating func pruneUnits() {
        let horizon = router.feedTime.advanced(bySeconds: -2 * 86_400)
        units = units.filter { $0.blockStart >= horizon }
    }

    /// What became of a signal: money of the live account, limits, and evidence.
    mutating func settle(_ outcome: Outcome, _ reaction: inout Reaction) {
        account?.settle(outcome)
        if outcome.arm == .candidate, let signal = live.removeValue(forKey: outcome.id) {
            state.liveStageMicros += outcome.rMicros
            // What the close ends is known behind it, and was made in the session before.
            if signal.closes == closes { state.liveSessionMicros += outcome.rMicros }
            noteLiveLoss()
        }
        guard let corrected = book.settle(outcome), let change = evidence.correct(corrected) else { return }
        state.corrected(evidence)
        isDue = true
        reaction.steps.append(.corrected(corrected, changeR: change, EvidenceFigures(evidence)))
    }

    private mutating func noteLiveLoss() {
        isDue = true
        guard router.stage > .shadow, let loss = terms.liveLimits[router.stage]?.lossRSession else { return }
        let made = Double(state.liveSessionMicros) / 1e6
        set(.sessionLoss, made <= -loss ? Tripped(.sessionLoss, value: made, threshold: -loss) : nil)
    }
}
