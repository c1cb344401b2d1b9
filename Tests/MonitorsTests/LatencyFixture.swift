import Foundation
import MarketData
import Monitors

/// SplitMix64 (Steele, Lea, Flood 2014), so that a seed names a history.
struct LatencyRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// From nothing to hours: a random number of random bits, often at a border that somebody judges by.
    mutating func latency() -> UInt64 {
        switch UInt64.random(in: 0..<8, using: &self) {
        case 0:
            let border = [80, 100, 150, 300].randomElement(using: &self) ?? 100
            return UInt64(border) * 1_000_000 + UInt64.random(in: 0...2, using: &self) - 1
        case 1: return UInt64.random(in: 90_000_000...110_000_000, using: &self)
        default: return next() >> UInt64.random(in: 21..<64, using: &self)
        }
    }
}

func latencyDay(_ index: Int) -> CivilDate { CivilDate(daysSince1970: 20_759 + index) }

func ms(_ milliseconds: UInt64) -> UInt64 { milliseconds * 1_000_000 }

func latencies(_ nanos: [UInt64], lost: Int = 0) -> LatencyHistogram {
    var histogram = LatencyHistogram()
    for value in nanos { histogram.record(value) }
    histogram.recordLost(count: lost)
    return histogram
}

private let isLatencySoak = ProcessInfo.processInfo.environment["TANDEM_SOAK"] == "1"

/// How often random histories are tried: a few, or many under `make soak`.
func latencyRounds(_ few: Int, soak: Int) -> Range<UInt64> { 0..<UInt64(isLatencySoak ? soak : few) }
