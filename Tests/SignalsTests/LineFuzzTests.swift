import Foundation
import MarketData
import Signals
import Testing

/// Small and fast; equal seeds give equal numbers.
struct Xorshift: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 2_685_821_657_736_338_717
    }
}

@Suite struct LineFuzzTests {
    /// Random bytes and damaged good lines: reading ends, with a message or a violation; what was read prints and reads the same;
    /// and nothing is accepted that Foundation's reader refuses.
    @Test func readingNeverCrashesAndAgreesWithItself() {
        let seed = UInt64.random(in: 1...UInt64.max)
        var random = Xorshift(state: seed)
        let seconds = ProcessInfo.processInfo.environment["FUZZ_SECONDS"].flatMap { Double($0) } ?? 2
        let end = Date().addingTimeInterval(seconds)
        let seeds = [
            printed(.signal(sampleSignal)), printed(.hello(Hello(engine: "e", version: "1", schemas: ["mbo"]))),
            printed(.progress(Progress(records: 7, tsEvent: .init(nanos: 8), missing: ["m"]))),
            #"{"type":"x","a":[1,2.5e-3,-0,{"b":null}],"c":"\u00e9\ud83d\ude00\n"}"#,
        ].map { Array($0.utf8) }
        var rounds = 0
        var accepted = 0
        while Date() < end {
            for _ in 0..<200 {
                rounds += 1
                let line = Self.line(&random, seeds)
                var unknown = 0
                guard let message = try? read(line, unknown: &unknown) else { continue }
                accepted += 1
                if case .unknown = message {
                } else {
                    #expect((try? read(printed(message))) == message, "seed \(seed), round \(rounds)")
                }
                let foundation = try? JSONSerialization.jsonObject(with: Data(line))
                #expect(foundation != nil, "seed \(seed): accepted \(String(decoding: line, as: UTF8.self))")
            }
        }
        #expect(rounds > 0 && accepted > 0)
    }

    private static func line(_ random: inout Xorshift, _ seeds: [[UInt8]]) -> [UInt8] {
        if random.next() % 10 == 0 {
            return (0..<Int(random.next() % 300)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        }
        var line = seeds[Int(random.next() % UInt64(seeds.count))]
        for _ in 0..<Int(random.next() % 4) where !line.isEmpty {
            let position = Int(random.next() % UInt64(line.count))
            switch random.next() % 5 {
            case 0: line[position] = UInt8(truncatingIfNeeded: random.next())
            case 1: line.remove(at: position)
            case 2: line.insert(Array("\"{}[],:\\0-9.eE".utf8).randomElement(using: &random) ?? 48, at: position)
            case 3: line.removeSubrange(position...)
            default: line.insert(contentsOf: line[position...].prefix(Int(random.next() % 20)), at: position)
            }
        }
        return line
    }
}
