/// A figure about the runs of one case; the raw value is its key.
public enum CaseFigure: String, Hashable, Sendable, CaseIterable {
    case canary
    case canaryMedian = "canary_median"
    case limited
    case limitedMedian = "limited_median"
    case fullBy30 = "full_by_30"
    case fullBy60 = "full_by_60"
    case fullBy120 = "full_by_120"
    /// No gain or harm.
    case closedBy60 = "closed_by_60"
    case closed
    case harmBy60 = "harm_by_60"
    case harm
    case noGainBy60 = "no_gain_by_60"
    case noGain = "no_gain"
    case noGainMedian = "no_gain_median"
    case loss
    case fall
    case deadline
    /// Demoted, closed or held within 20 sessions of the break.
    case stoppedBy50 = "stopped_by_50"
    /// Any of the events.
    case moved
    case anyLive = "any_live"
    case liveMedian = "live_median"
    case liveMean = "live_mean"
    case liveP95 = "live_p95"
    case liveP99 = "live_p99"
    case liveRMean = "live_r_mean"
    case liveRP5 = "live_r_p5"
    case liveRP1 = "live_r_p1"

    public enum Unit: Hashable, Sendable {
        /// Of runs, 0...1.
        case share
        case sessions
        /// Live ones, of the whole run.
        case signals
        /// What live signals made: in the whole run, or from the break on.
        case r
    }

    public var unit: Unit {
        switch self {
        case .canaryMedian, .limitedMedian, .noGainMedian: .sessions
        case .liveMedian, .liveMean, .liveP95, .liveP99: .signals
        case .liveRMean, .liveRP5, .liveRP1: .r
        default: .share
        }
    }

    /// Nil without runs, and for the median of what most runs never saw.
    func value(_ runs: SortedRuns) -> Double? {
        guard runs.count > 0 else { return nil }
        switch self {
        case .canary: return runs.share([.canary])
        case .canaryMedian: return runs.medianSession(.canary)
        case .limited: return runs.share([.limited])
        case .limitedMedian: return runs.medianSession(.limited)
        case .fullBy30: return runs.share([.full], by: 30)
        case .fullBy60: return runs.share([.full], by: 60)
        case .fullBy120: return runs.share([.full], by: 120)
        case .closedBy60: return runs.share([.noGain, .harm], by: 60)
        case .closed: return runs.share([.noGain, .harm])
        case .harmBy60: return runs.share([.harm], by: 60)
        case .harm: return runs.share([.harm])
        case .noGainBy60: return runs.share([.noGain], by: 60)
        case .noGain: return runs.share([.noGain])
        case .noGainMedian: return runs.medianSession(.noGain)
        case .loss: return runs.share([.loss])
        case .fall: return runs.share([.fall])
        case .deadline: return runs.share([.deadline])
        case .stoppedBy50:
            return runs.share(
                [.harm, .loss, .fall, .noGain, .deadline], by: SimulatedCase.breakSession + 19)
        case .moved: return runs.share(SimulatedRun.Event.allCases)
        case .anyLive: return 1 - runs.shareWithoutLive
        case .liveMedian: return SortedRuns.quantile(runs.live, 0.5)
        case .liveMean: return runs.live.reduce(0, +) / Double(runs.count)
        case .liveP95: return SortedRuns.quantile(runs.live, 0.95)
        case .liveP99: return SortedRuns.quantile(runs.live, 0.99)
        case .liveRMean: return runs.liveR.reduce(0, +) / Double(runs.count)
        case .liveRP5: return SortedRuns.quantile(runs.liveR, 0.05)
        case .liveRP1: return SortedRuns.quantile(runs.liveR, 0.01)
        }
    }
}

/// Runs of one case and rule, in an order that does not depend on how they were split.
struct SortedRuns {
    private let runs: [SimulatedRun]
    /// Live signals and what they made, each ascending.
    let live: [Double]
    let liveR: [Double]

    init(_ runs: [SimulatedRun]) {
        self.runs = runs
        live = runs.map { Double($0.live) }.sorted()
        liveR = runs.map { Double($0.liveMicros) / 1e6 }.sorted()
    }

    var count: Int { runs.count }
    var shareWithoutLive: Double { Double(live.count { $0 == 0 }) / Double(count) }

    func share(_ events: [SimulatedRun.Event], by session: Int = .max) -> Double {
        Double(runs.count { $0.came(events, by: session) }) / Double(count)
    }

    func medianSession(_ event: SimulatedRun.Event) -> Double? {
        let sessions = runs.map { $0.first(event).map(Double.init) ?? .infinity }.sorted()
        return Self.quantile(sessions, 0.5).flatMap { $0.isFinite ? $0 : nil }
    }

    /// Between the two nearest values in proportion, as numpy does by default; nil of nothing.
    static func quantile(_ sorted: [Double], _ share: Double) -> Double? {
        guard let last = sorted.indices.last else { return nil }
        let place = share * Double(last)
        let below = Int(place)
        let above = min(below + 1, last)
        // What never came lies at infinity, and must not be touched from below.
        guard place > Double(below), sorted[below] < sorted[above] else { return sorted[below] }
        return sorted[below] + (place - Double(below)) * (sorted[above] - sorted[below])
    }
}
