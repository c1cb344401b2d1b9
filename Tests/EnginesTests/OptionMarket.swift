import MarketData
import Signals

@testable import Engines

/// The expiry that `Feed.define` gives where none is named: 2024-05-16T22:53:20Z, in ns since 1970.
let usualExpiration: UInt64 = 1_715_900_000_000_000_000

/// Four neighbouring strikes, all within half a percent of 5200 and so in one class of moneyness.
let calls: [UInt32] = [201, 202, 203, 204]
let puts: [UInt32] = [301, 302, 303, 304]

extension Feed {
    /// Future 100, which trades at 5200; calls 201 to 206 and puts 301 to 306 at 5200, 5205 and so on to 5225.
    ///
    /// - Parameter time: of the first trade, in seconds after `noon`; definitions come a minute before.
    static func chain(at time: Double = 1) -> Feed {
        var feed = Feed()
        feed.defineChain(at: time - 61)
        feed.trade(100, 5200, 1, side: "N", at: time)
        return feed
    }

    mutating func defineChain(underlying: UInt32 = 100, first: UInt32 = 201, at time: Double) {
        define(underlying, "F", tick: 0.25, symbol: underlying == 100 ? "ESM4" : "", at: time)
        for step: UInt32 in 0..<6 {
            define(first + step, "C", strike: 5200 + 5 * Double(step), underlying: underlying, at: time)
            define(first + 100 + step, "P", strike: 5200 + 5 * Double(step), underlying: underlying, at: time)
        }
    }

    /// `contracts` in each of `ids`, in five trades over the window that begins at `start` and none in its first half minute.
    mutating func press(_ ids: [UInt32], _ contracts: Int64, side: Character = "B", from start: Double) {
        for step in 0..<5 {
            for id in ids { trade(id, 10, contracts / 5, side: side, at: start + 40 + Double(step) * 50) }
        }
    }

    /// One order on each side; `replacing` are the ids of the pair before, orders are `number` and `number` + 1.
    mutating func quote(
        _ id: UInt32, _ bid: Double, _ ask: Double, number: UInt64 = 1, replacing old: UInt64? = nil,
        flags: UInt8 = RecordFlags.last, at time: Double
    ) {
        if let old {
            order(id, old, "C", "B", 0, at: time)
            order(id, old + 1, "C", "A", 0, at: time)
        }
        order(id, number, "A", "B", bid, flags: flags, at: time)
        order(id, number + 1, "A", "A", ask, flags: flags, at: time)
    }
}

/// What IFD v3.0 says about a feed.
struct Heard {
    var signals: [Signal] = []
    /// Of the last progress line.
    var missing: [String] = []

    init(_ feed: Feed, _ configuration: String? = nil, memory: any EngineMemory = NoMemory()) throws {
        var engine = try IFDv3(configuration: configuration.map { Array($0.utf8) })
        engine.remember(in: memory)
        for message in feed.messages(of: &engine) {
            switch message {
            case .signal(let signal): signals.append(signal)
            case .progress(let progress): missing = progress.missing
            default: break
            }
        }
    }

    var ids: [String] { signals.map(\.id) }
}

/// Without filters on strength: everything that has a direction is said, to be monitored at least.
let talkative = #"{"min_confidence": 0, "repeat_after_s": 0}"#
/// Without history the baseline's part is 0; this leaves it out, so that scores reach 1.
let withoutBaseline = #"{"weights": {"baseline": 0}, "min_confidence": 0, "repeat_after_s": 0}"#

extension Signal {
    /// Without its place in the stream.
    var withoutCause: Signal {
        var signal = self
        signal.cause = 0
        return signal
    }

    func flag(_ name: String) -> Bool? { if case .flag(let value)? = features[name] { value } else { nil } }
}
