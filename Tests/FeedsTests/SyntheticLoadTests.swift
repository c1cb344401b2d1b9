import Feeds
import MarketData
import Testing

private func digest(_ load: SyntheticLoad) -> String {
    var hash = SHA256()
    load.write { hash.update($0) }
    return SHA256.hex(hash.digest())
}

private func checked(_ load: SyntheticLoad) throws -> SyntheticChecker {
    var checker = SyntheticChecker(needsDefinitions: false)
    try checker.read { emit in try load.write { try emit($0) } }
    return checker
}

@Suite struct SyntheticLoadTests {
    @Test func equalArgumentsGiveEqualBytes() throws {
        let first = try SyntheticLoad(records: 20_000, instruments: 50, seed: 7)
        #expect(digest(first) == digest(try SyntheticLoad(records: 20_000, instruments: 50, seed: 7)))
        #expect(digest(first) != digest(try SyntheticLoad(records: 20_000, instruments: 50, seed: 8)))
    }

    /// A load is a yardstick: figures measured on it last month must still mean the same. Taken from this code's first
    /// version; when this fails, the bytes changed and old figures no longer compare.
    @Test func bytesStayWhatTheyAre() throws {
        let load = try SyntheticLoad(records: 10_000, instruments: 20, seed: 7)
        #expect(digest(load) == "a2e7ecd7493718e98eb67284e91a167cedf7ee1a644e68d5a6276933d0b3baa2")
    }

    @Test(arguments: [(2, 1), (20, 10), (1_001, 3), (9_999, 400), (60_000, 40)])
    func hasExactlySoManyRecordsAndKeepsTheRules(records: Int, instruments: Int) throws {
        let checker = try checked(try SyntheticLoad(records: records, instruments: instruments, seed: 11))
        #expect(checker.problems == [])
        #expect(checker.records == records)
        #expect(checker.metadata?.schema == Schema.mbo)
        #expect(checker.metadata?.mappings.count == instruments)
    }

    /// Shares of actions in `gen_mbo.py --records 200000` (seed 7): A 36.2, C 35.7, F 6.1, M 15.9, T 5.8 %.
    @Test func actionsAreMixedAsInTheBenchmarkGenerator() throws {
        let checker = try checked(try SyntheticLoad(records: 60_000, instruments: 120, seed: 7))
        let shares = checker.actions.mapValues { Double($0) * 100 / 60_000 }
        for (action, share) in [("A", 36.2), ("C", 35.7), ("F", 6.1), ("M", 15.9), ("T", 5.8)] {
            let found = shares[action.utf8.first ?? 0] ?? 0
            #expect((found - share).magnitude < 1.5, "\(action): \(found) %, expected about \(share)")
        }
    }

    @Test func coversItsDuration() throws {
        let checker = try checked(try SyntheticLoad(records: 50_000, instruments: 20, seed: 2, durationSeconds: 600))
        let seconds = Double(checker.lastRecv - SyntheticLoad.start.nanos) / 1e9
        #expect(seconds > 540 && seconds < 660)
    }

    @Test func refusesWhatItCannotMake() {
        #expect(throws: SyntheticLoad.Failure.instruments(0)) {
            try SyntheticLoad(records: 10, instruments: 0, seed: 1)
        }
        #expect(throws: SyntheticLoad.Failure.records(9, instruments: 5)) {
            try SyntheticLoad(records: 9, instruments: 5, seed: 1)
        }
        #expect(throws: SyntheticLoad.Failure.duration(0)) {
            try SyntheticLoad(records: 10, instruments: 5, seed: 1, durationSeconds: 0)
        }
    }
}
