internal import MarketData

/// What is compared with what: windows of one class of instruments, about as far from the money, at about the same time
/// of day.
struct BaselineKey: Hashable, Sendable {
    enum InstrumentClass: UInt8, Hashable, Sendable, CaseIterable { case future, call, put }

    let instrumentClass: InstrumentClass
    /// Nil for futures.
    let moneyness: Moneyness?
    /// Of the exchange's wall clock at the window's start: 0 is 00:00 to 00:30, 47 the last. In both halves of a
    /// session with a break a time of day means the same, and so it does over a shift of daylight saving.
    let halfHour: Int

    /// Keys in one order: class, moneyness, half hour.
    let number: Int

    /// Keys a session can have; `number` is below it.
    static let count = (1 + 2 * buckets) * 48
    private static let buckets = Moneyness.allCases.count

    /// The keys of a class, which lie together.
    static func numbers(of instrumentClass: InstrumentClass) -> Range<Int> {
        switch instrumentClass {
        case .future: 0..<48
        case .call: 48..<(1 + buckets) * 48
        case .put: (1 + buckets) * 48..<count
        }
    }

    private init(_ instrumentClass: InstrumentClass, _ moneyness: Moneyness?, halfHour: Int) {
        self.instrumentClass = instrumentClass
        self.moneyness = moneyness
        self.halfHour = halfHour
        let lane = moneyness.map { 1 + Int($0.rawValue) + (instrumentClass == .put ? Self.buckets : 0) } ?? 0
        number = lane * 48 + halfHour
    }

    /// Nil for what is neither future, call nor put.
    ///
    /// - Parameters:
    ///   - underlyingNanos: the underlying's price when the window is judged; nil when unknown. Futures need none.
    ///   - halfHour: 0...47.
    init?(_ terms: InstrumentTerms, underlyingNanos: Int64?, halfHour: Int) {
        guard (0..<48).contains(halfHour) else { return nil }
        switch terms.kind {
        case .future: self.init(.future, nil, halfHour: halfHour)
        case .call, .put:
            let isCall = terms.kind == .call
            let moneyness = Moneyness(
                strikeNanos: terms.strikeNanos, underlyingNanos: underlyingNanos, isCall: isCall)
            self.init(isCall ? .call : .put, moneyness, halfHour: halfHour)
        case .unknown, .other: return nil
        }
    }

    init?(number: Int) {
        guard (0..<Self.count).contains(number) else { return nil }
        let lane = number / 48
        let instrumentClass: InstrumentClass = lane == 0 ? .future : lane <= Self.buckets ? .call : .put
        let moneyness = lane == 0 ? nil : Moneyness(rawValue: UInt8((lane - 1) % Self.buckets))
        self.init(instrumentClass, moneyness, halfHour: number % 48)
    }
}

extension BaselineKey: CustomStringConvertible {
    /// `call, 0.5 to 2 % out of the money, 09:30`
    var description: String {
        let hour = halfHour / 2
        let time = "\(hour < 10 ? "0" : "")\(hour):\(halfHour % 2 == 0 ? "00" : "30")"
        let distance = moneyness.map { ", \($0)" } ?? ""
        return "\(instrumentClass)\(distance), \(time)"
    }
}

/// How far an option's strike lies out of the money, in percent of the underlying's price, in buckets: for calls the
/// strike above the price, for puts below it.
///
/// Edges at -2, -0.5, 0.5, 2 and 5 %; an edge belongs to the bucket farther out. An index future moves about 1 % a day:
/// within half of that an option trades like its future, beyond 5 % it trades as a lottery ticket or a hedge.
enum Moneyness: UInt8, Hashable, Sendable, CaseIterable {
    case deepIn, inTheMoney, atTheMoney, out, farOut, farthest
    /// Strike or price of the underlying not known.
    case unknown

    /// In tenths of a percent, ascending.
    static let edges: [Int64] = [-20, -5, 5, 20, 50]

    init(strikeNanos: Int64, underlyingNanos: Int64?, isCall: Bool) {
        guard let price = underlyingNanos, price > 0, price != Undefined.price, strikeNanos != Undefined.price else {
            self = .unknown
            return
        }
        // 128 bits hold a thousand times any difference of prices.
        let thousandfold = (isCall ? Int128(strikeNanos) - Int128(price) : Int128(price) - Int128(strikeNanos)) * 1000
        var bucket: UInt8 = 0
        for edge in Self.edges {
            guard thousandfold >= Int128(price) * Int128(edge) else { break }
            bucket += 1
        }
        self = Moneyness(rawValue: bucket) ?? .unknown
    }
}

extension Moneyness: CustomStringConvertible {
    var description: String {
        switch self {
        case .deepIn: return "more than 2 % in the money"
        case .inTheMoney: return "0.5 to 2 % in the money"
        case .atTheMoney: return "at the money"
        case .out: return "0.5 to 2 % out of the money"
        case .farOut: return "2 to 5 % out of the money"
        case .farthest: return "5 % or more out of the money"
        case .unknown: return "moneyness unknown"
        }
    }
}
