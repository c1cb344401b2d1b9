internal import Glibc
internal import MarketData
internal import Monitors
internal import Rollout
internal import Signals

/// What of the service stands, turn by turn of arrival mode, from what the router's thread sees.
struct ArrivalWatch {
    private let desk: Desk
    private let context: RunContext
    private var service: ServiceWatch
    private var feedSeen: (records: UInt64, at: UInt64)
    private var sinksBehindSince: UInt64?
    /// What was told to be down: the feed, and sinks by name.
    private var feedIsTold = false
    private var toldSinks: Set<String> = []
    /// Where a sink stands that has something to take, and since when.
    private var stuck: [String: (cursor: Int64, at: UInt64)] = [:]
    private var commitNanos: UInt64 = 0
    private let heartbeat: Descriptor

    private static let alertPatienceNanos: UInt64 = 10_000_000_000

    /// - Parameter last: what the operator before this one vouched for.
    init(desk: Desk, context: RunContext, after last: Measurements.Presence?) throws(SystemError) {
        heartbeat = try Descriptor.open(context.folder.heartbeatFile, O_WRONLY | O_CREAT)
        self.desk = desk
        self.context = context
        let now = MonotonicClock.now()
        service = ServiceWatch(
            epoch: context.epoch, basis: Basis.arrival.rawValue, speed: context.options.speed, after: last,
            wall: Desk.wallClock(), at: now)
        feedSeen = (0, now)
    }

    mutating func passed(_ mark: Mark) { service.passed(mark, at: MonotonicClock.now()) }

    /// The turn and what it found stand in the journal.
    mutating func committed(in nanos: UInt64) {
        commitNanos = nanos
        guard service.lastTime > 0 else { return }
        Heartbeat(epoch: context.epoch, through: service.lastTime, throughAt: Desk.wallClock()).write(to: heartbeat)
    }

    /// Looks at everything once, and lets the desk write down what changed.
    mutating func turn(isFeedOver: Bool, isLast: Bool = false) {
        let now = MonotonicClock.now()
        let engines = Arm.allCases.map { engine($0) }
        let feed = feed(now, isOver: isFeedOver)
        let found = [feed] + engines + [sinks(now), route(feed, engines)]
        tell(feed, now)
        desk.measure(
            service.turn(found, commitNanos: commitNanos, at: now, wall: Desk.wallClock(), isLast: isLast))
    }

    /// Lets somebody know of what has been down for longer than a hiccup, and of its end.
    private mutating func tell(_ feed: ServiceWatch.Standing, _ now: UInt64) {
        let isSilent = !feed.isGood && now - min(now, feedSeen.at) > Self.alertPatienceNanos
        if isSilent != feedIsTold, isSilent || feed.isGood {
            feedIsTold = isSilent
            desk.tell(.feed(isSilent: isSilent, desk.router), index: feedSeen.records)
        }
        let (gone, behind) = desk.sinks.standing
        // Nearly always: this is done many times a second.
        if gone.isEmpty, behind.isEmpty, toldSinks.isEmpty { return stuck.removeAll() }
        let cursors = desk.sinks.cursors
        stuck = behind.reduce(into: [:]) { result, name in
            let cursor = cursors[name] ?? 0
            if let known = stuck[name], known.cursor == cursor {
                result[name] = known
            } else {
                result[name] = (cursor, now)
            }
        }
        let down = Set(gone).union(stuck.filter { now - $0.value.at > Self.alertPatienceNanos }.keys)
        for name in down.symmetricDifference(toldSinks).sorted() {
            let reason = down.contains(name) ? (gone.contains(name) ? "gone" : "behind") : nil
            desk.tell(.sink(name, reason, desk.router), index: feedSeen.records)
        }
        toldSinks = down
    }

    private func engine(_ arm: Arm) -> ServiceWatch.Standing {
        switch desk.router.health[arm] {
        case .ready?: .good(arm.rawValue)
        case .notReady(let reason)?, .quarantined(let reason)?: .bad(arm.rawValue, reason)
        case nil: .bad(arm.rawValue, "starting")
        }
    }

    /// Fresh while records come, and while a paced file's are not due.
    private mutating func feed(_ now: UInt64, isOver: Bool) -> ServiceWatch.Standing {
        let records = context.pump.counts.records
        if records != feedSeen.records || context.pump.isWaitingForPace { feedSeen = (records, now) }
        guard !isOver, now - min(now, feedSeen.at) > ServiceWatch.patienceNanos else { return .good("feed") }
        return .bad("feed", "no record for a while", cause: .dependency, sinceAt: feedSeen.at)
    }

    private mutating func sinks(_ now: UInt64) -> ServiceWatch.Standing {
        let (gone, behind) = desk.sinks.standing
        guard gone.isEmpty else { return .bad("sinks", "gone: \(gone.joined(separator: ", "))") }
        guard !behind.isEmpty else {
            sinksBehindSince = nil
            return .good("sinks")
        }
        let since = sinksBehindSince ?? now
        sinksBehindSince = since
        guard now - since > ServiceWatch.patienceNanos else { return .good("sinks") }
        return .bad("sinks", "behind: \(behind.joined(separator: ", "))", sinceAt: since)
    }

    /// Whether a ready engine owns every unit: a unit of the candidate falls back to the baseline, never the other way
    /// unless the spec says so.
    private func route(
        _ feed: ServiceWatch.Standing, _ engines: [ServiceWatch.Standing]
    ) -> ServiceWatch.Standing {
        let (baseline, candidate) = (engines[0], engines[1])
        let (plan, stage) = (context.spec.plan, desk.router.stage)
        let candidateServesAll =
            candidate.isGood
            && (plan.weight(in: stage) == .all
                || plan.baselineDown == .candidate && [.limited, .full].contains(stage))
        var route = feed
        if feed.isGood, !baseline.isGood, !candidateServesAll { route = baseline }
        route.component = "route"
        return route
    }
}
