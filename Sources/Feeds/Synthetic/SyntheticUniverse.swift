internal import MarketData

/// A quarterly future and what its option prices need.
struct SyntheticContract: Sendable {
    /// `NQZ6`.
    let symbol: String
    let id: UInt32
    let year: Int
    let month: Int
    /// ns since 1970.
    let expiration: UInt64
    /// Futures price over spot, as a factor.
    let carry: Double
}

struct SyntheticInstrument: Sendable {
    let id: UInt32
    let symbol: String
    /// Position in `SyntheticUniverse.contracts`.
    let contract: Int
    /// ASCII: F future, C call, P put.
    let kind: UInt8
    let strikePoints: Int
    /// Natural logarithm of the strike, 0 for a future.
    let logStrike: Double
    let openInterest: Int
    let isThin: Bool
    /// Relative odds of background events.
    let weight: Double

    var isFuture: Bool { kind == UInt8(ascii: "F") }
    var isCall: Bool { kind == UInt8(ascii: "C") }
}

/// Where one contract's options are among the instruments: by strike, call before put.
struct SyntheticChain: Sendable {
    let first: Int
    let strikes: Int
    let lowestPoints: Int
    let stepPoints: Int

    func call(_ strike: Int) -> Int { first + 2 * strike }
    func put(_ strike: Int) -> Int { first + 2 * strike + 1 }

    /// The number, from 0, of the strike nearest to `points`.
    func nearest(_ points: Double) -> Int {
        clamped(Int(((points - Double(lowestPoints)) / Double(stepPoints)).rounded()))
    }

    func clamped(_ strike: Int) -> Int { min(max(strike, 0), strikes - 1) }
}

/// What is listed in one session: the futures first, then each one's chain by strike, call before put.
///
/// Ids and symbols follow from contract, strike and right alone, so an option has the same id in every session.
struct SyntheticUniverse: Sendable {
    let contracts: [SyntheticContract]
    let instruments: [SyntheticInstrument]
    /// By contract.
    let chains: [SyntheticChain]

    init(seed: UInt64, session: SyntheticSession, openingSpot: Double, _ parameters: MarketParameters) {
        let today = session.tradeDate.daysSince1970
        var contracts: [SyntheticContract] = []
        var quarter = session.tradeDate.year * 4
        while contracts.count < parameters.contractCount {
            let (year, month) = (quarter / 4, quarter % 4 * 3 + 3)
            let expiry = Self.thirdFriday(year: year, month: month)
            quarter += 1
            guard expiry >= today + parameters.rollDays else { continue }
            contracts.append(
                Self.contract(year: year, month: month, expiry: expiry, today: today, openingSpot, parameters))
        }
        self.contracts = contracts

        var random = SyntheticRandom(seed: seed, stream: .instruments, index: session.index)
        var instruments: [SyntheticInstrument] = []
        for (number, contract) in contracts.enumerated() {
            instruments.append(
                SyntheticInstrument(
                    id: contract.id, symbol: contract.symbol, contract: number, kind: UInt8(ascii: "F"),
                    strikePoints: 0, logStrike: 0, openInterest: parameters.futureOpenInterest[number], isThin: false,
                    weight: parameters.contractShare[number] * parameters.futureShare[number]))
        }
        var chains: [SyntheticChain] = []
        for (number, contract) in contracts.enumerated() {
            let first = instruments.count
            instruments += Self.chain(of: contract, number, openingSpot * contract.carry, &random, parameters)
            chains.append(
                SyntheticChain(
                    first: first, strikes: (instruments.count - first) / 2,
                    lowestPoints: instruments[first].strikePoints, stepPoints: parameters.strikeStepPoints[number]))
        }
        self.instruments = instruments
        self.chains = chains
    }

    private static func contract(
        year: Int, month: Int, expiry: Int, today: Int, _ openingSpot: Double, _ parameters: MarketParameters
    ) -> SyntheticContract {
        let years = Double(expiry - today) / 365
        let price = openingSpot * (1 + parameters.carryPerYear * years)
        // 09:30 in New York: third Fridays of March, June and September are in daylight time, December's are not.
        let expirationSeconds = expiry * 86_400 + (month == 12 ? 14 : 13) * 3600 + 1800
        let letter = ["H", "M", "U", "Z"][month / 3 - 1]
        return SyntheticContract(
            symbol: "NQ\(letter)\(year % 10)", id: 42_000_000 + UInt32((year - 2000) * 4 + month / 3) * 100_000,
            year: year,
            month: month, expiration: UInt64(expirationSeconds) * 1_000_000_000, carry: price / openingSpot)
    }

    /// Days since 1970.
    private static func thirdFriday(year: Int, month: Int) -> Int {
        // The 15th is the earliest third Friday; 1970-01-01 was a Thursday.
        var day = CivilDate(year: year, month: month, day: 15)?.daysSince1970 ?? 0
        while day % 7 != 1 { day += 1 }
        return day
    }

    private static func chain(
        of contract: SyntheticContract, _ number: Int, _ futurePrice: Double, _ random: inout SyntheticRandom,
        _ parameters: MarketParameters
    ) -> [SyntheticInstrument] {
        let step = parameters.strikeStepPoints[number]
        let middle = Int((futurePrice / Double(step)).rounded()) * step
        let reach = parameters.strikeReachPoints[number] / step * step
        let strikes = Array(stride(from: middle - reach, through: middle + reach, by: step))
        func nearness(_ strike: Int) -> Double {
            SyntheticMath.exp(-(Double(strike) - futurePrice).magnitude / 400) + 0.05
        }
        let total = strikes.reduce(0) { $0 + 2 * nearness($1) }
        let share = parameters.contractShare[number] * (1 - parameters.futureShare[number])
        var chain: [SyntheticInstrument] = []
        for strike in strikes {
            let isNear = (Double(strike) - futurePrice).magnitude < futurePrice * parameters.thinReach
            for (right, letter) in ["C", "P"].enumerated() {
                let isThin = isNear && random.chance(parameters.thinShare)
                let range = isThin ? parameters.thinOpenInterest : parameters.openInterest
                chain.append(
                    SyntheticInstrument(
                        id: contract.id + UInt32(strike / 25 * 2 + right) + 1,
                        symbol: "\(contract.symbol) \(letter)\(strike)",
                        contract: number, kind: letter.utf8.first ?? 0, strikePoints: strike,
                        logStrike: SyntheticMath.log(Double(strike)),
                        openInterest: range.lowerBound + random.below(range.count), isThin: isThin,
                        weight: share * nearness(strike) / total))
            }
        }
        return chain
    }
}
