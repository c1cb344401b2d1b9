internal import MarketData
internal import Rollout
internal import Signals

struct SessionDataBody: Codable {
    var session: String
    /// Starts of half hours, ns since 1970.
    var tainted: [UInt64]
    var halfHours: Int

    init(_ data: SessionData) {
        session = data.session.description
        tainted = data.taintedHalfHours
        halfHours = data.halfHours
    }

    var data: SessionData? {
        CivilDate(session).map { SessionData(session: $0, taintedHalfHours: tainted, halfHours: halfHours) }
    }
}

struct MeasuredBody: Codable {
    var value: Int64?
    var threshold: Int64

    /// Nil when a word is unknown.
    func measured(of row: JournalRow) -> Measured? {
        guard let kind = row.reason.flatMap(Measured.Kind.init(rawValue:)),
            let verdict = row.decision.flatMap(GateCheck.Verdict.init(rawValue:))
        else { return nil }
        return Measured(kind, value: value, threshold: threshold, verdict: verdict)
    }
}

struct WindowsBody: Codable {
    struct Blackout: Codable {
        var first: String
        var last: String
        var reason: String
    }

    var isAlways: Bool
    var aroundOpen = 0
    var aroundClose = 0
    var onlyWhileOpen = false
    var hours: [Int]?
    var weekdays: [Int]?
    var blackouts: [Blackout] = []

    init(_ windows: PromotionWindows?) {
        isAlways = windows == nil
        guard let windows else { return }
        aroundOpen = windows.minutesAroundOpen
        aroundClose = windows.minutesAroundClose
        onlyWhileOpen = windows.onlyWhileOpen
        hours = windows.hours.map { [$0.from, $0.to] }
        weekdays = windows.weekdays?.sorted()
        blackouts = windows.blackouts.map {
            Blackout(first: $0.first.description, last: $0.last.description, reason: $0.reason)
        }
    }

    /// - Parameter otherwise: what to do about dates that are none.
    func windows(otherwise: () throws -> Never) throws -> PromotionWindows? {
        if isAlways { return nil }
        var windows = PromotionWindows()
        windows.minutesAroundOpen = aroundOpen
        windows.minutesAroundClose = aroundClose
        windows.onlyWhileOpen = onlyWhileOpen
        if let hours {
            guard hours.count == 2 else { try otherwise() }
            windows.hours = PromotionWindows.Hours(from: hours[0], to: hours[1])
        }
        windows.weekdays = weekdays.map { Set($0) }
        for blackout in blackouts {
            guard let first = CivilDate(blackout.first), let last = CivilDate(blackout.last) else { try otherwise() }
            windows.blackouts.append(PromotionWindows.Blackout(first: first, last: last, reason: blackout.reason))
        }
        return windows
    }
}

/// What a transition's row holds beside its columns; the last three where it moved by itself.
struct TransitionBody: Codable {
    var actor: String
    var reason: String
    var statusBefore: String
    var reasons: [TrippedBody]?
    var checks: [CheckBody]?
    var evidence: FiguresBody?

    init(_ move: Transition, _ basis: Reaction.Basis? = nil) {
        actor = move.actor
        reason = move.reason
        statusBefore = move.statusBefore.rawValue
        reasons = basis?.reasons.map(TrippedBody.init)
        checks = basis?.checks.map(CheckBody.init)
        evidence = basis.map { FiguresBody($0.figures) }
    }
}

struct TrippedBody: Codable {
    var trigger: String
    var value: Double
    var threshold: Double

    init(_ tripped: Tripped) {
        trigger = tripped.trigger.rawValue
        value = tripped.value
        threshold = tripped.threshold
    }

    var tripped: Tripped? {
        Trigger(rawValue: trigger).map { Tripped($0, value: value, threshold: threshold) }
    }
}

struct CheckBody: Codable {
    var metric: String
    var value: Double?
    var threshold: Double
    var verdict: String

    init(_ check: GateCheck) {
        metric = check.metric.rawValue
        value = check.value
        threshold = check.threshold
        verdict = check.verdict.rawValue
    }
}

/// The evidence in numbers; E-values are equal to the bit wherever they are computed.
struct FiguresBody: Codable {
    var observed: Int
    var committed: Int
    var meanD: Double?
    var better: Double
    var notWorse: [String: Double]
    var noGain: Double
    var harm: Double
    var accountHarm: Double
    var qualityHarm: Double
    var fall: Double
    var fallReference: Double
    var resolved: Int
    var correct: Int

    init(_ figures: EvidenceFigures) {
        observed = figures.observed
        committed = figures.committed
        meanD = figures.meanD
        better = figures.better
        notWorse = Dictionary(uniqueKeysWithValues: figures.notWorse.map { ($0.key.rawValue, $0.value) })
        noGain = figures.noGain
        harm = figures.harm
        accountHarm = figures.accountHarm
        qualityHarm = figures.qualityHarm
        fall = figures.fall
        fallReference = figures.fallReference
        resolved = figures.resolved
        correct = figures.correct
    }
}

/// A session that became evidence, or was put right: all that evidence is made of, and what it gave.
struct EvidenceBody: Codable {
    struct Tally: Codable {
        var accountMicros: Int64
        var sumMicros: Int64
        var admitted: Int
        var admittedUnresolvable: Int
        var actionable: Int
        var resolved: Int
        var correct: Int
        var tainted: Int

        init(_ tally: SessionObservation.ArmTally) {
            accountMicros = tally.accountMicros
            sumMicros = tally.sumMicros
            admitted = tally.admitted
            admittedUnresolvable = tally.admittedUnresolvable
            actionable = tally.actionable
            resolved = tally.resolved
            correct = tally.correct
            tainted = tally.tainted
        }

        var tally: SessionObservation.ArmTally {
            var tally = SessionObservation.ArmTally()
            tally.accountMicros = accountMicros
            tally.sumMicros = sumMicros
            tally.admitted = admitted
            tally.admittedUnresolvable = admittedUnresolvable
            tally.actionable = actionable
            tally.resolved = resolved
            tally.correct = correct
            tally.tainted = tainted
            return tally
        }
    }

    var session: String
    var state: String
    var baseline: Tally
    var candidate: Tally
    var taintedHalfHours: Int
    var halfHours: Int
    /// By how much D changed, R; of corrections alone.
    var changeR: Double?
    var figures: FiguresBody

    init(_ session: SessionObservation, changeR: Double? = nil, _ figures: EvidenceFigures) {
        self.session = session.session.description
        state = session.state.rawValue
        baseline = Tally(session.baseline)
        candidate = Tally(session.candidate)
        taintedHalfHours = session.taintedHalfHours
        halfHours = session.halfHours
        self.changeR = changeR
        self.figures = FiguresBody(figures)
    }

    /// Nil when a word is unknown.
    var observation: SessionObservation? {
        guard let date = CivilDate(session), let state = SessionObservation.State(rawValue: state) else { return nil }
        return SessionObservation(
            session: date, state: state, baseline: baseline.tally, candidate: candidate.tally,
            taintedHalfHours: taintedHalfHours, halfHours: halfHours)
    }
}

extension EventCodec {
    /// The row of something that followed from an event.
    ///
    /// - Parameter seq: the place in the live log of what sinks have to be told.
    static func row(for step: Reaction.Step, of event: JournalRow, seq: Int64?) -> JournalRow {
        var row = JournalRow(
            ord: event.ord, feedIndex: event.feedIndex, kind: .evidence, time: event.time, at: event.at,
            stage: event.stage, status: event.status)
        switch step {
        case .committed(let session, let figures):
            row.reason = session.state.rawValue
            row.body = encode(EvidenceBody(session, figures))
        case .corrected(let session, let change, let figures):
            row.kind = .correction
            row.reason = session.state.rawValue
            row.body = encode(EvidenceBody(session, changeR: change, figures))
        case .tripped(let tripped, let action):
            row.kind = .trigger
            row.decision = action.rawValue
            row.reason = tripped.trigger.rawValue
            row.body = encode(TrippedBody(tripped))
        case .moved(let move, let basis):
            row.kind = .transition
            row.decision = move.from.rawValue
            row.reason = move.cause
            row.stage = move.to.rawValue
            row.status = move.status.rawValue
            row.body = encode(TransitionBody(move, basis))
        case .close(let id):
            row.kind = .close
            row.arm = Arm.candidate.rawValue
            row.id = id
            row.seq = seq
        }
        return row
    }
}
