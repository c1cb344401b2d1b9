internal import MarketData
internal import Signals

/// Signals and outcomes of the sessions that are not committed yet, and the rules by which they are.
///
/// A session is written once, in the order of dates, when it is closed, what its data was worth is known, and every
/// actionable signal of both arms has its outcome or the deadline for labels has passed (`decision-statistics.md`,
/// section 1).
struct SessionBook: Hashable, Sendable {
    private struct SignalKey: Hashable, Sendable {
        let arm: Arm
        let id: String
    }

    private struct OpenSession: Hashable, Sendable {
        var signals: [Arm: [ScoredSignal]] = [:]
        var missing: Set<SignalKey> = []
        var data: SessionData?
        /// Half hours in which the baseline was not ready.
        var baselineTaint: Set<UInt64> = []
        var isClosed = false
        /// Sessions that closed since.
        var laterCloses = 0

        mutating func add(_ key: SignalKey, _ signal: ScoredSignal) {
            signals[key.arm, default: []].append(signal)
            missing.insert(key)
        }

        mutating func settle(_ key: SignalKey, _ number: Int, _ outcome: Outcome) {
            missing.remove(key)
            guard let time = signals[key.arm]?[number].time else { return }
            signals[key.arm]?[number] = ScoredSignal(time: time, outcome: outcome, isTaintedHalfHour: false)
        }
    }

    /// Where a signal without an outcome stands.
    private struct Place: Hashable, Sendable {
        let session: CivilDate
        let number: Int
    }

    private let terms: EvidenceTerms
    private var open: [CivilDate: OpenSession] = [:]
    private var places: [SignalKey: Place] = [:]
    /// Outcomes known before their signals: what a mark ends comes before what it causes. Kept until the next close.
    private var early: [SignalKey: Outcome] = [:]
    private var lastCommitted: CivilDate?
    /// Committed sessions that wait for others to make one observation.
    private var gathered: [SessionObservation] = []
    /// Committed with a deadline passed: what came too late may still put them right.
    private var incomplete: [CivilDate: OpenSession] = [:]
    /// The sessions of each observation that may still be put right.
    private var units: [[SessionObservation]] = []

    /// - Parameter session: it and those before are no evidence here.
    init(terms: EvidenceTerms, after session: CivilDate? = nil) {
        self.terms = terms
        lastCommitted = session
    }

    /// An actionable signal that came in time.
    mutating func add(_ signal: Signal, of arm: Arm, in session: CivilDate) {
        guard isAhead(session) else { return }
        let key = SignalKey(arm: arm, id: signal.id)
        // In place: a busy session has many thousands.
        open[session, default: OpenSession()].add(
            key, ScoredSignal(time: signal.tsEvent.nanos, exitTime: nil, rMicros: 0, isResolved: false))
        places[key] = Place(session: session, number: (open[session]?.signals[arm]?.count ?? 1) - 1)
        if let outcome = early.removeValue(forKey: key) { _ = settle(outcome) }
    }

    /// What became of a signal.
    ///
    /// - Returns: a committed session put right by it.
    mutating func settle(_ outcome: Outcome) -> SessionObservation? {
        let key = SignalKey(arm: outcome.arm, id: outcome.id)
        guard let place = places.removeValue(forKey: key) else {
            if outcome.isActionable { early[key] = outcome }
            return nil
        }
        if open[place.session] != nil {
            open[place.session]?.settle(key, place.number, outcome)
            return nil
        }
        guard incomplete[place.session] != nil else { return nil }
        incomplete[place.session]?.settle(key, place.number, outcome)
        guard let session = incomplete[place.session] else { return nil }
        if session.missing.isEmpty { incomplete[place.session] = nil }
        return correct(observation(place.session, session))
    }

    /// Puts a session right, and the observation it is part of, where there is one by now.
    private mutating func correct(_ session: SessionObservation) -> SessionObservation? {
        if let place = gathered.firstIndex(where: { $0.session == session.session }) {
            gathered[place] = session
            return nil
        }
        for unit in units.indices {
            guard let place = units[unit].firstIndex(where: { $0.session == session.session }) else { continue }
            units[unit][place] = session
            defer { forgetWholeUnits() }
            return Self.joined(units[unit])
        }
        return nil
    }

    private mutating func forgetWholeUnits() {
        units.removeAll { unit in unit.allSatisfy { incomplete[$0.session] == nil } }
    }

    mutating func close(_ session: CivilDate) {
        early.removeAll()
        for date in open.keys where date < session { open[date]?.laterCloses += 1 }
        guard isAhead(session) else { return }
        open[session, default: OpenSession()].isClosed = true
    }

    mutating func add(_ data: SessionData) {
        guard isAhead(data.session) else { return }
        open[data.session, default: OpenSession()].data = data
    }

    /// The baseline was not ready in the half hour that holds `time`.
    mutating func taint(at time: UInt64, in session: CivilDate) {
        guard isAhead(session) else { return }
        open[session, default: OpenSession()].baselineTaint.insert(SessionData.halfHour(of: time))
    }

    /// The latest session that something is known of; nil for none.
    var latest: CivilDate? { open.keys.max() ?? lastCommitted }

    /// Sessions that closed and are not committed.
    var waiting: Int { open.values.count { $0.isClosed } }

    private func isAhead(_ session: CivilDate) -> Bool { lastCommitted.map { $0 < session } ?? true }

    /// The next observation, if its sessions can be committed now.
    mutating func takeReady() -> SessionObservation? {
        while let date = open.keys.min(), let session = open[date], isReady(session) {
            open[date] = nil
            lastCommitted = date
            incomplete[date] = session.missing.isEmpty ? nil : session
            gathered.append(observation(date, session))
            if gathered.count >= terms.unitSessions { return takeGathered() }
        }
        return nil
    }

    private func isReady(_ session: OpenSession) -> Bool {
        guard session.isClosed, session.data != nil else { return false }
        return session.missing.isEmpty || session.laterCloses >= terms.labelDeadlineSessions
    }

    private mutating func takeGathered() -> SessionObservation? {
        let unit = gathered
        gathered.removeAll()
        units.append(unit)
        forgetWholeUnits()
        return Self.joined(unit)
    }

    private static func joined(_ unit: [SessionObservation]) -> SessionObservation? {
        unit.dropFirst().reduce(unit.first) { sum, next in sum?.joined(with: next) }
    }

    private func observation(_ date: CivilDate, _ session: OpenSession) -> SessionObservation {
        let taint = session.baselineTaint.union(session.data?.taintedHalfHours ?? [])
        func tally(_ arm: Arm) -> SessionObservation.ArmTally {
            let signals = (session.signals[arm] ?? []).map { signal in
                var signal = signal
                signal.isTaintedHalfHour = taint.contains(SessionData.halfHour(of: signal.time))
                return signal
            }
            return AccountScore.admitted(signals, under: terms).tally
        }
        let halfHours = session.data?.halfHours ?? 0
        return SessionObservation(
            session: date, baseline: tally(.baseline), candidate: tally(.candidate), taintedHalfHours: taint.count,
            halfHours: halfHours)
    }
}

extension SessionObservation {
    /// With the state that follows from the rest (`decision-statistics.md`, section 1).
    init(session: CivilDate, baseline: ArmTally, candidate: ArmTally, taintedHalfHours: Int, halfHours: Int) {
        self.init(
            session: session, state: .observed, baseline: baseline, candidate: candidate,
            taintedHalfHours: taintedHalfHours, halfHours: halfHours)
        if taintedHalfHours * 5 > halfHours || baseline.admittedUnresolvable * 10 > baseline.admitted {
            state = .tainted
        } else if baseline.admitted == 0, candidate.admitted == 0 {
            state = .empty
        }
    }

    /// Both as one; tainted when either is, empty when both are.
    func joined(with next: SessionObservation) -> SessionObservation {
        var joined = next
        joined.baseline = baseline + next.baseline
        joined.candidate = candidate + next.candidate
        joined.taintedHalfHours += taintedHalfHours
        joined.halfHours += halfHours
        joined.state =
            state == .tainted || next.state == .tainted
            ? .tainted : state == .observed || next.state == .observed ? .observed : .empty
        return joined
    }
}

extension SessionObservation.ArmTally {
    static func + (a: Self, b: Self) -> Self {
        var sum = a
        sum.accountMicros += b.accountMicros
        sum.sumMicros += b.sumMicros
        sum.admitted += b.admitted
        sum.admittedUnresolvable += b.admittedUnresolvable
        sum.actionable += b.actionable
        sum.resolved += b.resolved
        sum.correct += b.correct
        sum.tainted += b.tainted
        return sum
    }
}
