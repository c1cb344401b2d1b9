/// The fair value of the index and its implied volatility through one session, second by second, and the campaigns
/// that bend them.
///
/// Depends on seed, session number and opening value only, never on activity or instruments, so that the opening of a
/// later session is found by replaying paths alone.
struct PricePath: Sendable {
    /// Seconds of the nominal session: 23 hours. A shorter session is cut, and the next one opens with a gap.
    static let seconds = 82_800

    /// Index points, one value a second.
    let spot: [Double]
    let campaigns: [SyntheticCampaign]
    /// Activity by second, mean 1.
    let activity: [Double]

    var closing: Double { spot[Self.seconds - 1] }

    init(seed: UInt64, index: Int, openingSpot: Double, _ parameters: MarketParameters) {
        let activity = Self.activity(parameters)
        self.activity = activity
        campaigns = SyntheticCampaign.all(
            seed: seed, index: index, openingSpot: openingSpot, activity: activity, parameters)

        var drift = Ramps()
        for campaign in campaigns {
            let direction = Double(campaign.direction)
            drift.add(campaign.start, campaign.end, by: direction * campaign.leakPoints(parameters))
            drift.add(campaign.end, campaign.horizon, by: direction * campaign.afterPart * campaign.movePoints)
        }
        var random = SyntheticRandom(seed: seed, stream: .prices, index: index)
        let step = parameters.sessionVolatility / Double(Self.seconds).squareRoot()
        var value = openingSpot
        var slope = 0.0
        var spot: [Double] = []
        spot.reserveCapacity(Self.seconds)
        for second in 0..<Self.seconds {
            spot.append(value)
            slope += drift.slopes[second]
            value += value * step * activity[second].squareRoot() * random.bell() + slope
        }
        self.spot = spot
    }

    /// Implied volatility over its mean, one value a second, by seed and session number too.
    func impliedVolatility(seed: UInt64, index: Int, _ parameters: MarketParameters) -> [Double] {
        var random = SyntheticRandom(seed: seed, stream: .volatility, index: index)
        var ramps = Ramps()
        for campaign in campaigns {
            let bump = parameters.campaignVolatilityBump * campaign.part * (2 * campaign.boughtShare - 1)
            ramps.add(campaign.start, campaign.end, by: bump)
            ramps.add(campaign.end, campaign.horizon, by: -bump)
        }
        let rise = parameters.volatilityEventSeconds
        for _ in 0..<parameters.volatilityEvents {
            let start = random.below(Self.seconds - 2 * rise)
            ramps.add(start, start + rise, by: parameters.volatilityEventBump)
            ramps.add(start + rise, start + rise + rise / 3, by: -parameters.volatilityEventBump)
        }
        // An Ornstein-Uhlenbeck process in steps of a second.
        let pull = 1 / Double(max(1, parameters.impliedVolatilitySeconds))
        let kick = parameters.impliedVolatilityNoise * (2 * pull).squareRoot()
        var noise = 0.0
        var bump = 0.0
        var slope = 0.0
        return (0..<Self.seconds).map { second in
            slope += ramps.slopes[second]
            bump += slope
            noise += kick * random.bell() - pull * noise
            return max(0.3, 1 + bump + noise)
        }
    }

    /// Changes spread evenly over intervals, as the second differences of their sum.
    private struct Ramps {
        var slopes = [Double](repeating: 0, count: PricePath.seconds + 1)

        mutating func add(_ from: Int, _ to: Int, by change: Double) {
            let (from, to) = (min(PricePath.seconds, from), min(PricePath.seconds, to))
            guard to > from else { return }
            slopes[from] += change / Double(to - from)
            slopes[to] -= change / Double(to - from)
        }
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
