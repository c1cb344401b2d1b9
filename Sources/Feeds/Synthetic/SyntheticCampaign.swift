/// An institution that takes a position over some minutes: drawn with the price, since the price may follow it.
struct SyntheticCampaign: Sendable {
    /// Second of the session at which the accumulation begins.
    let start: Int
    /// Seconds that it lasts: for a false start, until it breaks off.
    let seconds: Int
    /// +1 long, -1 short.
    let direction: Int
    let isFalseStart: Bool
    /// Seconds after a false start in which the position is given back; 0 when it is kept, or for real campaigns.
    let reversalSeconds: Int
    /// Decided here, before a price is made: true when the price is given a drift of `movePoints` in the campaign's
    /// direction. Noise is added all the same, so the price may still end elsewhere; what counts is that a cause was
    /// there.
    let moveCame: Bool
    /// Points of the move, whether or not it comes; above 0.
    let movePoints: Double
    /// Seconds of the move after the accumulation.
    let moveSeconds: Int
    /// Share of the plan that is carried out.
    let part: Double
    /// Chance that a strike's options are bought and not sold.
    let boughtShare: Double
    /// Where the price goes after the accumulation, in units of `movePoints` along the direction.
    let afterPart: Double

    var end: Int { start + seconds }

    /// Nothing of the accumulation or of what follows lies outside `start..<horizon`.
    var horizon: Int { end + moveSeconds }

    /// The campaigns of a session, by start.
    ///
    /// - Parameter activity: by second, mean 1.
    static func all(
        seed: UInt64, index: Int, openingSpot: Double, activity: [Double], _ parameters: MarketParameters
    ) -> [SyntheticCampaign] {
        var random = SyntheticRandom(seed: seed, stream: .campaigns, index: index)
        guard random.chance(parameters.campaignSessionChance) else { return [] }
        let busy = WeightedTable(stride(from: 0, to: activity.count, by: 60).map { activity[$0] })
        let longest = parameters.campaignSeconds.upperBound + parameters.moveSeconds.upperBound
        let last = activity.count - 2 * longest
        var starts: [Int] = []
        for _ in 0..<random.within(parameters.campaigns) {
            let isBusy = random.chance(parameters.campaignBusyShare)
            var start = -1
            for _ in 0..<60 where start < 0 {
                let wanted = isBusy ? busy.draw(&random) * 60 + random.below(60) : random.below(last)
                if isFree(wanted, starts, last, parameters) { start = wanted }
            }
            if start < 0 {
                // Crowded: the first free second from anywhere on.
                let from = random.below(last)
                start = (0..<last).lazy.map { (from + $0) % last }.first { isFree($0, starts, last, parameters) } ?? -1
            }
            if start >= 0 { starts.append(start) }
        }
        return starts.sorted().map { start in
            SyntheticCampaign(start: start, openingSpot: openingSpot, activity: activity, &random, parameters)
        }
    }

    private static func isFree(_ second: Int, _ starts: [Int], _ last: Int, _ parameters: MarketParameters) -> Bool {
        second < last && starts.allSatisfy { (second - $0).magnitude >= parameters.campaignSpacingSeconds }
    }

    private init(
        start: Int, openingSpot: Double, activity: [Double], _ random: inout SyntheticRandom,
        _ parameters: MarketParameters
    ) {
        let planned = random.within(parameters.campaignSeconds)
        let breaksOff = random.chance(parameters.falseStartShare)
        let share = random.within(parameters.falseStartPart)
        let isReversed = random.chance(parameters.falseStartReversal)
        let comes = random.chance(parameters.moveChance)
        let against = random.chance(parameters.againstChance)
        self.start = start
        part = breaksOff ? share : 1
        seconds = Int(Double(planned) * part)
        direction = random.chance(0.5) ? 1 : -1
        isFalseStart = breaksOff
        reversalSeconds = breaksOff && isReversed ? planned - seconds : 0
        moveCame = comes && !breaksOff
        moveSeconds = random.within(parameters.moveSeconds)
        boughtShare = random.within(parameters.campaignBoughtShare)
        let noise = Self.halfHourNoise(at: start, openingSpot: openingSpot, activity: activity, parameters)
        let expected = parameters.expectedHalfHourPoints(price: openingSpot)
        movePoints = (parameters.moveFixed * expected + parameters.moveScaled * noise) * (0.8 + 0.4 * random.unit())
        if moveCame {
            afterPart = 1 - parameters.leakShare
        } else if breaksOff || !against {
            afterPart = -parameters.leakShare * part
        } else {
            afterPart = -parameters.leakShare - parameters.againstPart
        }
    }

    /// Points that the price drifts while the campaign accumulates.
    func leakPoints(_ parameters: MarketParameters) -> Double { parameters.leakShare * part * movePoints }

    /// Standard deviation, in points, of the half hour from `second` on, without campaigns.
    private static func halfHourNoise(
        at second: Int, openingSpot: Double, activity: [Double], _ parameters: MarketParameters
    ) -> Double {
        let share = activity[second..<min(activity.count, second + 1_800)].reduce(0, +) / Double(activity.count)
        return openingSpot * parameters.sessionVolatility * share.squareRoot()
    }
}

extension MarketParameters {
    /// Points that the index moves in half an hour by the mean implied volatility: one standard deviation, in calendar
    /// time, with 365 days a year.
    func expectedHalfHourPoints(price: Double) -> Double {
        price * impliedVolatility * (1_800 / (365 * 86_400.0)).squareRoot()
    }
}

extension SyntheticRandom {
    mutating func within(_ range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.count) }

    mutating func within(_ range: ClosedRange<Double>) -> Double {
        range.lowerBound + unit() * (range.upperBound - range.lowerBound)
    }
}
