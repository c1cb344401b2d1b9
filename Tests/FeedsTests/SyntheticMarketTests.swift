import Feeds
import MarketData
import Testing

/// Friday 2026-11-20 and the trading days after it: opens 17:00 Chicago the evening before (23:00 UTC), 23 hours.
private func session(_ index: Int = 0, day: Int = 20, hours: Int64 = 23) throws -> SyntheticSession {
    let date = try #require(CivilDate(year: 2026, month: 11, day: day))
    let open = Int64(date.daysSince1970) * 86_400 - 3600
    return SyntheticSession(
        index: index, tradeDate: date, open: Timestamp(seconds: open), close: Timestamp(seconds: open + hours * 3600))
}

private func digest(_ market: SyntheticMarket) -> String {
    var hash = SHA256()
    market.write { hash.update($0) }
    return SHA256.hex(hash.digest())
}

private func checked(_ market: SyntheticMarket) throws -> SyntheticChecker {
    var checker = SyntheticChecker()
    try checker.read { emit in try market.write { try emit($0) } }
    return checker
}

@Suite struct SyntheticMarketTests {
    @Test func equalArgumentsGiveEqualBytes() throws {
        let first = SyntheticMarket(seed: 5, session: try session(), scale: 0.1)
        #expect(digest(first) == digest(SyntheticMarket(seed: 5, session: try session(), scale: 0.1)))
        #expect(digest(first) != digest(SyntheticMarket(seed: 6, session: try session(), scale: 0.1)))
        #expect(digest(first) != digest(SyntheticMarket(seed: 5, session: try session(1), scale: 0.1)))
    }

    /// Figures measured on this market last month must still mean the same, and an optimised build must make the same
    /// one: taken from a release build. When this fails the market has changed, and `MarketParameters.history` needs a
    /// line that says why, even when no value changed.
    @Test func bytesStayWhatTheyAre() throws {
        let market = SyntheticMarket(seed: 5, session: try session(), scale: 0.1)
        #expect(digest(market) == "20e75a55980c7e8b13b3e6c30f6a76614dcaf6a835169ee36629f94c1484e7a4")
    }

    @Test func aSessionOfASeriesIsTheSameAlone() throws {
        let days = [16, 17, 18]
        let series = SyntheticMarket.sessions(seed: 3, try days.map { try session(day: $0) }, scale: 0.05)
        for (index, market) in series.enumerated() {
            let alone = SyntheticMarket(seed: 3, session: try session(index, day: days[index]), scale: 0.05)
            #expect(digest(market) == digest(alone), "session \(index)")
        }
        let summary = series[0].write { _ in }
        #expect(summary.closingSpotPoints == series[1].openingSpotPoints)
        #expect(series[1].openingSpotPoints != series[0].openingSpotPoints)
    }

    /// The size that `tandem generate` promises, and enough to see for a rule on volume over open interest and for one
    /// on one-sided windows, on every underlying and side.
    @Test(arguments: [UInt64(1), 2]) func aWholeSessionKeepsTheRulesAndHasEnoughToSee(seed: UInt64) throws {
        let session = try session()
        let checker = try checked(SyntheticMarket(seed: seed, session: session))
        #expect(checker.problems == [])
        #expect((400_000...600_000).contains(checker.records), "\(checker.records)")
        #expect(checker.lastRecv < session.close.nanos)

        let levels = checker.levelEvents
        #expect((3...30).contains(levels.count), "\(levels.count)")

        let windows = checker.oneSided
        #expect(windows.count >= 150)
        for kind in "CPF".utf8 {
            for isBought in [true, false] {
                let count = windows.count { $0.kind == kind && $0.isBought == isBought }
                #expect(count >= 4, "kind \(kind), bought \(isBought)")
            }
        }
        #expect(Set(windows.map(\.underlying)).count == 3)
    }

    @Test(arguments: [0.02, 0.3]) func scaleMultipliesActivity(scale: Double) throws {
        let checker = try checked(SyntheticMarket(seed: 8, session: try session(), scale: scale))
        #expect(checker.problems == [])
        let expected = 500_000 * scale
        #expect(Double(checker.records) > expected * 0.6 && Double(checker.records) < expected * 1.5 + 8_000)
    }

    @Test func aShortSessionEndsBeforeItsClose() throws {
        let session = try session(hours: 19)
        let checker = try checked(SyntheticMarket(seed: 8, session: session, scale: 0.1))
        #expect(checker.problems == [])
        #expect(checker.lastRecv < session.close.nanos)
        #expect(checker.lastRecv > session.close.nanos - 600_000_000_000)
    }

    /// Symbols, ids and dates against hand-made expectations: third Fridays are 18 December 2026 and 19 March, 18 June
    /// 2027.
    @Test func listsQuarterlyFuturesWithTheirChains() throws {
        var decoder = RecordDecoder()
        SyntheticMarket(seed: 4, session: try session(), scale: 0).write { decoder.append($0) }
        var definitions: [String: [String]] = [:]
        var ids: Set<UInt32> = []
        var underlyings: Set<String> = []
        while let run = try decoder.nextRun() {
            for record in run {
                guard let definition = record.asDefinition else { continue }
                ids.insert(record.instrumentID.rawValue)
                if definition.instrumentClass == UInt8(ascii: "F") {
                    definitions[definition.rawSymbol] = [
                        String(definition.expiration), String(record.instrumentID.rawValue),
                    ]
                } else {
                    let name = definition.instrumentClass == UInt8(ascii: "C") ? "C" : "P"
                    let strike = definition.strikePriceNanos / 1_000_000_000
                    #expect(definition.rawSymbol == "\(definition.underlying) \(name)\(strike)")
                    #expect(definitions[definition.underlying]?[1] == String(definition.underlyingID))
                    #expect(definition.minPriceIncrementNanos == Undefined.price)
                    #expect(definition.contractMultiplier == Undefined.int32)
                    #expect(definition.unitOfMeasureQuantityNanos == 20_000_000_000)
                    underlyings.insert(definition.underlying)
                }
            }
        }
        #expect(definitions["NQZ6"]?[0] == "1797604200000000000")
        #expect(definitions["NQH7"]?[0] == "1805463000000000000")
        #expect(definitions["NQM7"]?[0] == "1813325400000000000")
        #expect(underlyings == ["NQZ6", "NQH7", "NQM7"])
        #expect(ids.count > 250)
        let found = decoder.metadata
        let metadata = try #require(found)
        #expect(metadata.version == 3 && metadata.schema == Schema.mixed && metadata.dataset == "GLBX.MDP3")
        #expect(metadata.mappings.count == ids.count)
        #expect(metadata.symbols == metadata.mappings.map(\.rawSymbol))
    }

    /// The expiring contract is left a week before its third Friday (18 December 2026).
    @Test func theFrontContractRolls() throws {
        func front(_ text: String) throws -> String? {
            let date = try #require(CivilDate(text))
            let open = Timestamp(seconds: Int64(date.daysSince1970) * 86_400 - 3600)
            let session = SyntheticSession(tradeDate: date, open: open, close: open.advanced(bySeconds: 82_800))
            var decoder = RecordDecoder()
            SyntheticMarket(seed: 1, session: session, scale: 0).write { decoder.append($0) }
            _ = try decoder.nextRun()
            return decoder.metadata?.symbols.first
        }
        #expect(try front("2026-12-10") == "NQZ6")
        #expect(try front("2026-12-11") == "NQH7")
        #expect(try front("2027-01-04") == "NQH7")
    }

    @Test func anErrorOfTheReceiverEndsTheWriting() throws {
        struct Full: Error {}
        let market = SyntheticMarket(seed: 1, session: try session(), scale: 0.05)
        var pieces = 0
        #expect(throws: Full.self) {
            try market.write { _ in
                pieces += 1
                if pieces == 2 { throw Full() }
            }
        }
        #expect(pieces == 2)
    }
}
