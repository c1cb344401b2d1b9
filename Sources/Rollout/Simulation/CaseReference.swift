/// What `decision-statistics.md`, section 6, says of its cases at 10,000 runs of 120 sessions.
public enum CaseReference {
    /// Shares are 0...1.
    public static func value(_ figure: CaseFigure, of name: String) -> Double? {
        guard let value = figures[name]?[figure] else { return nil }
        return figure.unit == .share ? value / 100 : value
    }

    /// How far a figure may lie from the page's: 2 points, or 0.3 below 1 %; a session for medians, a tenth for the 99 %
    /// quantile of live signals. Nil where the page names none.
    ///
    /// - Parameter runs: below 10,000 three standard errors of a share are added.
    public static func tolerance(_ figure: CaseFigure, of name: String, runs: Int) -> Double? {
        guard let value = value(figure, of: name) else { return nil }
        switch figure {
        case _ where figure.unit == .share: return (value < 0.01 ? 0.003 : 0.02) + slack(value, runs: runs)
        case _ where figure.unit == .sessions: return 1
        case .liveP99: return value / 10
        default: return nil
        }
    }

    /// Three standard errors of a share, which fewer than 10,000 runs are allowed.
    ///
    /// A share of nearly 0 or 1 is taken as one run away from it.
    static func slack(_ share: Double, runs: Int) -> Double {
        guard runs > 0, runs < 10_000 else { return 0 }
        let count = Double(runs)
        let inside = min(max(share, 1 / count), 1 - 1 / count)
        return 3 * (inside * (1 - inside) / count).squareRoot()
    }

    /// Shares in percent.
    private static let figures: [String: [CaseFigure: Double]] = [
        "equal": [
            .canary: 63, .canaryMedian: 36, .limited: 4.3, .fullBy30: 0, .fullBy60: 0.3, .fullBy120: 0.6,
            .noGainBy60: 41, .noGain: 54, .harm: 0.1, .loss: 0.7, .fall: 2.2, .liveMean: 24, .liveP95: 47,
            .liveP99: 185,
        ],
        "equal-clustered": [
            .canary: 53, .canaryMedian: 52, .limited: 5.0, .fullBy30: 0.1, .fullBy60: 0.3, .fullBy120: 0.5,
            .noGainBy60: 28, .noGain: 34, .harm: 0.1, .loss: 0.9, .fall: 2.9, .liveMean: 23, .liveP95: 57,
            .liveP99: 183,
        ],
        "equal-late": [
            .canary: 62, .canaryMedian: 38, .limited: 4.1, .fullBy30: 0, .fullBy60: 0.3, .fullBy120: 0.5,
            .noGainBy60: 39, .noGain: 53, .harm: 0.1, .loss: 0.8, .fall: 2.1, .liveMean: 23, .liveP95: 46,
            .liveP99: 184,
        ],
        "equal-noedge": [
            .canary: 65, .canaryMedian: 34, .limited: 4.0, .fullBy120: 0, .noGainBy60: 42, .noGain: 59, .harm: 0.1,
            .loss: 22, .fall: 1.2, .liveMean: 22, .liveP95: 53, .liveP99: 166,
        ],
        "worse-10": [
            .canary: 7.5, .limited: 0, .fullBy120: 0, .noGainBy60: 94.9, .noGain: 97.0, .harm: 0.1, .loss: 0.4,
            .fall: 0, .liveMean: 1.4, .liveP95: 13, .liveP99: 31,
        ],
        "worse-20": [
            .canary: 0.6, .limited: 0, .fullBy120: 0, .noGainBy60: 100, .noGain: 100, .harm: 0.1, .loss: 0.1, .fall: 0,
            .liveMean: 0.1, .liveP95: 0, .liveP99: 0,
        ],
        "worse-thin": [
            .canary: 35, .limited: 2.6, .fullBy120: 0, .noGainBy60: 33, .noGain: 36, .harm: 0.1, .loss: 4.5, .fall: 1.8,
            .liveMean: 22, .liveP95: 67, .liveP99: 259,
        ],
        "better-10": [
            .canary: 98.2, .canaryMedian: 13, .limited: 67, .fullBy30: 5, .fullBy60: 33, .fullBy120: 59,
            .noGainBy60: 1.4, .noGain: 1.5, .loss: 0.2, .fall: 5.7, .liveMean: 250, .liveP95: 511, .liveP99: 545,
        ],
        "better-mild": [
            .canary: 99.8, .canaryMedian: 10, .limited: 95, .fullBy30: 15, .fullBy60: 53, .fullBy120: 70, .noGain: 0.1,
            .loss: 0.6, .fall: 3.2, .liveMean: 524, .liveP95: 805, .liveP99: 840,
        ],
        "better-target": [
            .canary: 100, .canaryMedian: 7, .limited: 100, .limitedMedian: 15, .fullBy30: 51, .fullBy60: 93.1,
            .fullBy120: 98.0, .noGain: 0, .loss: 0.2, .fall: 0.8, .liveMean: 859, .liveP95: 994, .liveP99: 1026,
        ],
        "better-target-clustered": [
            .canary: 100, .canaryMedian: 8, .limited: 99.5, .limitedMedian: 17, .fullBy30: 37, .fullBy60: 83.4,
            .fullBy120: 95.1, .noGain: 0, .loss: 0.6, .fall: 1.5, .liveMean: 782, .liveP95: 958, .liveP99: 994,
        ],
        "breaks-45": [
            .canary: 99.9, .limited: 90, .fullBy30: 51, .fullBy60: 56, .fullBy120: 56, .noGainBy60: 0.6, .noGain: 15,
            .harm: 20, .loss: 31, .fall: 89, .liveRMean: 30, .liveRP5: -13, .liveRP1: -23,
        ],
        "breaks-inverted": [
            .canary: 99.7, .limited: 90, .fullBy30: 51, .fullBy60: 52, .fullBy120: 52, .noGainBy60: 5, .noGain: 6.5,
            .harm: 43, .loss: 56, .fall: 86, .liveRMean: -13, .liveRP5: -29, .liveRP1: -32,
        ],
        "aa-acting": [
            .canary: 100, .canaryMedian: 20, .limited: 0, .fullBy120: 0, .noGain: 100, .noGainMedian: 34, .harm: 0,
            .fall: 0,
        ],
    ]
}
