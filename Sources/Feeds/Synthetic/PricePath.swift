/// When somebody has an opinion: drawn with the price, since the price may follow it.
struct SyntheticEpisode: Sendable {
    /// Second of the session.
    var start: Int
    /// +1 up, -1 down.
    var direction: Int
    var followsThrough: Bool
}

/// The fair value of the index through one session, second by second, and the episodes that bend it.
///
/// Depends on seed, session number and opening value only, never on activity or instruments, so that the opening of a
/// later session is found by replaying paths alone.
struct PricePath: Sendable {
    /// Seconds of the nominal session: 23 hours. A shorter session is cut, and the next one opens with a gap.
    static let seconds = 82_800

    /// Index points, one value a second.
    let spot: [Double]
    let episodes: [SyntheticEpisode]
    /// Activity by second, mean 1.
    let activity: [Double]

    var closing: Double { spot[Self.seconds - 1] }

    init(seed: UInt64, index: Int, openingSpot: Double, _ parameters: MarketParameters) {
        activity = Self.activity(parameters)
        var random = SyntheticRandom(seed: seed, stream: .episodes, index: index)
        // Half where the market is busy, half anywhere: nights have their episodes too.
        let busy = WeightedTable(stride(from: 0, to: Self.seconds, by: 60).map { [activity] in activity[$0] })
        let last = Self.seconds - parameters.episodeSeconds
        var episodes: [SyntheticEpisode] = []
        for number in 0..<parameters.episodeCount {
            let anywhere = random.below(last)
            let start = number % 2 == 0 ? anywhere : min(last, busy.draw(&random) * 60 + random.below(60))
            let direction = random.chance(0.5) ? 1 : -1
            let follows = random.chance(parameters.followThroughChance)
            episodes.append(SyntheticEpisode(start: start, direction: direction, followsThrough: follows))
        }
        episodes.sort { ($0.start, $0.direction) < ($1.start, $1.direction) }
        self.episodes = episodes

        var drift = [Double](repeating: 0, count: Self.seconds + 1)
        for episode in episodes where episode.followsThrough {
            let begin = min(Self.seconds, episode.start + parameters.episodeSeconds / 2)
            let end = min(Self.seconds, begin + parameters.followThroughSeconds)
            let points = Double(episode.direction) * parameters.followThroughPoints * (0.5 + random.unit())
            drift[begin] += points / Double(parameters.followThroughSeconds)
            drift[end] -= points / Double(parameters.followThroughSeconds)
        }
        random = SyntheticRandom(seed: seed, stream: .prices, index: index)
        let step = parameters.sessionVolatility / Double(Self.seconds).squareRoot()
        var value = openingSpot
        var slope = 0.0
        var spot: [Double] = []
        spot.reserveCapacity(Self.seconds)
        for second in 0..<Self.seconds {
            spot.append(value)
            slope += drift[second]
            value += value * step * activity[second].squareRoot() * random.bell() + slope
        }
        self.spot = spot
    }

    private static func activity(_ parameters: MarketParameters) -> [Double] {
        let knots = parameters.activity
        var values = [Double](repeating: 1, count: seconds)
        var knot = 0
        for second in 0..<seconds where knots.count > 1 {
            let hour = Double(second) / 3600
            while knot + 2 < knots.count, knots[knot + 1].hoursAfterOpen <= hour { knot += 1 }
            let (from, to) = (knots[knot], knots[knot + 1])
            let share = (hour - from.hoursAfterOpen) / (to.hoursAfterOpen - from.hoursAfterOpen)
            values[second] = from.value + (to.value - from.value) * min(1, max(0, share))
        }
        let mean = values.reduce(0, +) / Double(seconds)
        for second in 0..<seconds { values[second] /= mean }
        return values
    }
}
