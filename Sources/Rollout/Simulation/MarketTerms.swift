/// A market with known truth: how often two engines speak, how often they are right, and how their luck hangs together.
///
/// Source of the model and its defaults: `decision-statistics.md`, section 6.
public struct MarketTerms: Hashable, Sendable {
    /// The share of signals that win, 0...1.
    public var baselineAccuracy = 0.65
    public var candidateAccuracy = 0.65
    /// From a session on, the candidate's accuracy is another one.
    public var breaks: Break?
    /// Signals a session, each number as likely as any other.
    public var baselineSignals = 3...8
    public var candidateSignals = 3...8
    /// The correlation of two wins of one engine in one session.
    public var correlation = 0.4
    /// How far a half hour's luck binds what the session's luck does not, for both engines alike.
    public var halfHourCorrelation = 0.2
    /// How often the candidate has the baseline's luck of the session.
    public var sharedLuck = 0.5
    /// How many of the baseline's signals the candidate sends too.
    public var twins = 0.5
    /// What a win makes before costs, R.
    public var winR = 1.0...2.0
    /// R a signal.
    public var costR = 0.05
    /// The candidate is the baseline: the same signals with the same outcomes.
    public var isMirror = false

    public struct Break: Hashable, Sendable {
        /// The first session, from 1.
        public var session: Int
        public var accuracy: Double

        public init(session: Int, accuracy: Double) {
            self.session = session
            self.accuracy = accuracy
        }
    }

    public init() {}

    /// Half hours and minutes of a session.
    static let halfHours = 13
    static let minutes = 390.0
    static let instruments = 20
    /// The mean of how long a signal is open, unless the close comes first.
    static let meanOpenMinutes = 60.0

    func accuracy(inSession session: Int) -> Double {
        if let breaks, session >= breaks.session { return breaks.accuracy }
        return candidateAccuracy
    }
}
