internal import MarketData

/// What futures and options are worth at one second of the path: futures by carry, options by Black (1976).
///
/// Options are not discounted, as if the rate were 0: whoever inverts the formula needs no rate.
struct FairValues {
    private let path: PricePath
    private let universe: SyntheticUniverse
    private let parameters: MarketParameters
    /// Relative implied volatility by second.
    private let volatility: [Double]
    private let normal = NormalTable()
    private let openSeconds: Double
    private(set) var second = 0
    /// Points by contract.
    private var basisNoise: [Double]
    private var futures: [Double]
    private var logFutures: [Double]
    /// Standard deviation until expiry of the future's logarithm.
    private var deviations: [Double]

    init(_ market: SyntheticMarket, path: PricePath, universe: SyntheticUniverse) {
        self.path = path
        self.universe = universe
        parameters = market.parameters
        volatility = path.impliedVolatility(seed: market.seed, index: market.session.index, market.parameters)
        openSeconds = Double(market.session.open.seconds)
        basisNoise = universe.contracts.map { _ in 0 }
        futures = basisNoise
        logFutures = basisNoise
        deviations = basisNoise
        revalue()
    }

    /// Goes on to the next second.
    mutating func advance(_ random: inout SyntheticRandom) {
        second += 1
        for contract in 1..<max(1, basisNoise.count) {
            // Pulled back within about 500 s; the factor keeps the standard deviation at its parameter.
            basisNoise[contract] +=
                parameters.basisNoisePoints * 0.0632 * random.bell() - basisNoise[contract] * 0.002
        }
        revalue()
    }

    /// Points of a contract's future.
    func future(_ contract: Int) -> Double { futures[contract] }

    /// Points.
    func points(_ instrument: Int) -> Double {
        let listed = universe.instruments[instrument]
        let future = futures[listed.contract]
        if listed.isFuture { return future }
        let strike = Double(listed.strikePoints)
        let deviation = deviations[listed.contract]
        let d1 = (logFutures[listed.contract] - listed.logStrike) / deviation + deviation / 2
        let call = future * normal.below(d1) - strike * normal.below(d1 - deviation)
        return max(0.25, listed.isCall ? call : call - future + strike)
    }

    private mutating func revalue() {
        for (number, contract) in universe.contracts.enumerated() {
            futures[number] = path.spot[second] * contract.carry + basisNoise[number]
            logFutures[number] = SyntheticMath.log(futures[number])
            let change = (volatility[second] - 1) * parameters.volatilityTermShare[number]
            let annual = parameters.impliedVolatility * parameters.volatilityTerm[number] * (1 + change)
            let seconds = Double(contract.expiration / 1_000_000_000) - openSeconds - Double(second)
            deviations[number] = annual * (max(3_600, seconds) / (365 * 86_400)).squareRoot()
        }
    }
}

/// The standard normal distribution function to about 1e-11, from the four basic operations: cubic Hermite
/// interpolation between values found by Simpson's rule.
struct NormalTable: Sendable {
    private static let reach = 8
    private static let steps = 64
    private let values: [Double]
    private let densities: [Double]

    init() {
        func density(_ x: Double) -> Double { 0.3989422804014326779 * SyntheticMath.exp(-x * x / 2) }
        let step = 1 / Double(Self.steps)
        var values: [Double] = []
        var densities: [Double] = []
        var sum = 0.0
        for index in 0...2 * Self.reach * Self.steps {
            let x = Double(index) * step - Double(Self.reach)
            let here = density(x)
            if let before = densities.last { sum += (before + 4 * density(x - step / 2) + here) * step / 6 }
            values.append(sum)
            densities.append(here)
        }
        self.values = values
        self.densities = densities
    }

    /// The chance of a value below `x`.
    func below(_ x: Double) -> Double {
        let place = (x + Double(Self.reach)) * Double(Self.steps)
        guard place > 0 else { return 0 }
        let index = Int(min(place, Double(values.count)))
        guard index + 1 < values.count else { return 1 }
        let t = place - Double(index)
        let rest = 1 - t
        let slope = (rest * densities[index] - t * densities[index + 1]) / Double(Self.steps)
        return values[index] * rest * rest * (1 + 2 * t) + values[index + 1] * t * t * (3 - 2 * t) + t * rest * slope
    }
}
