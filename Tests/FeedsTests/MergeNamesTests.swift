import Feeds
import MarketData
import Testing

/// Symbol mappings made from file metadata, and records of older versions.
@Suite struct MergeNamesTests {
    private static let mapped = [
        (symbol: "ESZ6", start: UInt32(20_261_118), end: UInt32(20_261_120), name: "17"),
        (symbol: "ESH7", start: UInt32(20_261_120), end: UInt32(20_261_125), name: "17"),
        (symbol: "NQZ6", start: UInt32(20_261_118), end: UInt32(20_261_125), name: "18"),
    ]

    private static func feed(_ header: [UInt8], _ records: [[UInt8]]) throws -> ReadFeed {
        let folder = try TemporaryFolder()
        return try ReadFeed([try folder.write("a.dbn", header + records.flatMap { $0 })], calendar: "cme-globex-equity")
    }

    @Test func aNameStandsBeforeTheFirstRecordOfItsInstrument() throws {
        let now = try time("2026-11-19", 64_800)
        let feed = try Self.feed(
            header(mappings: Self.mapped), [17, 17, 18, 17, 18].map { mbo(at: now, instrument: $0) })
        #expect(feed.shape == "mn..n...m")
        #expect(feed.names == ["17 ESZ6", "18 NQZ6"])
    }

    @Test func theNameIsThatOfTheDate() throws {
        let feed = try Self.feed(
            header(mappings: Self.mapped),
            [try time("2026-11-19", 64_800), try time("2026-11-20", 64_800)].map { mbo(at: $0, instrument: 17) })
        #expect(feed.names == ["17 ESZ6", "17 ESH7"])
    }

    @Test func theIdMayStandOnTheOtherSide() throws {
        let header = header(stypeIn: 0, mappings: [("17", 20_261_118, 20_261_125, "ESZ6")])
        let feed = try Self.feed(header, [mbo(at: try time("2026-11-19", 64_800), instrument: 17)])
        #expect(feed.names == ["17 ESZ6"])
    }

    @Test func namesAreRepeatedInEachSession() throws {
        let before = try time("2026-11-18", 21 * 3600)
        let after = try time("2026-11-18", 23 * 3600)
        let feed = try Self.feed(
            header(mappings: Self.mapped), [before, before + 5, after, after + 5].map { mbo(at: $0, instrument: 18) })
        #expect(feed.names == ["18 NQZ6", "18 NQZ6"])
        // Close and multiple of the interval, then the open, before the name is said again.
        #expect(feed.shape == "mn..mmn..m")
    }

    @Test func aBreakInsideATradeDateRepeatsNoNames() throws {
        let header = header(mappings: [("NQH6", 20_260_118, 20_260_121, "18")])
        let times = [try time("2026-01-19", 17 * 3600), try time("2026-01-19", 23 * 3600 + 1)]
        #expect(try Self.feed(header, times.map { mbo(at: $0, instrument: 18) }).names == ["18 NQH6"])
    }

    @Test func aDateWithoutANameHasNone() throws {
        let feed = try Self.feed(
            header(mappings: Self.mapped), [mbo(at: try time("2026-11-25", 64_800), instrument: 18)])
        #expect(feed.names.isEmpty)
    }

    @Test func aStreamThatNamesItsInstrumentsIsLeftAlone() throws {
        let now = try time("2026-11-19", 64_800)
        let own = RecordBuilder.symbolMapping(instrumentID: InstrumentID(17), rawSymbol: "OWN", at: now)
        let feed = try Self.feed(header(mappings: Self.mapped), [own, mbo(at: now, instrument: 17)])
        #expect(feed.names == ["17 OWN"])
        #expect(feed.shape == "mn.m")
    }

    @Test func eachFileNamesItsOwnInstruments() throws {
        let folder = try TemporaryFolder()
        let now = try time("2026-11-19", 64_800)
        let a = try folder.write(
            "a.dbn", header(mappings: [("A", 20_261_119, 20_261_120, "1")]) + mbo(at: now, instrument: 1))
        let b = try folder.write(
            "b.dbn", header(version: 1, mappings: [("B", 20_261_119, 20_261_120, "2")]) + mbo(at: now, instrument: 2))
        #expect(try ReadFeed([a, b]).names == ["1 A", "2 B"])
    }

    @Test func anInstrumentFirstSeenWithoutATimeIsNamedLater() throws {
        let feed = try Self.feed(
            header(mappings: Self.mapped),
            [mbo(at: .max, instrument: 18), mbo(at: try time("2026-11-19", 64_800), instrument: 18)])
        #expect(feed.shape == ".mn.m")
    }

    @Test func thousandsOfInstrumentsAreEachNamedOnce() throws {
        let now = try time("2026-11-19", 64_800)
        let ids = (0..<5000).map { UInt32($0 * 7919 % 1_000_003) }
        let header = header(mappings: ids.map { ("S\($0)", 20_261_119, 20_261_120, "\($0)") })
        let feed = try Self.feed(header, (ids + ids.reversed()).map { mbo(at: now, instrument: $0) })
        #expect(feed.names == ids.map { "\($0) S\($0)" })
    }

    // MARK: - Older versions

    @Test(arguments: [1, 2, 3] as [UInt8]) func definitionsOfEveryVersionArriveAsVersion3(version: UInt8) throws {
        let now = try time("2026-11-19", 64_800)
        let record = RecordBuilder.record(
            type: RecordType.definition, version: version, instrumentID: 17, tsEvent: now,
            numbers: ["ts_recv": Int64(now), "strike_price": 5, "underlying_id": 3], texts: ["raw_symbol": "ESZ6 C1"])
        let feed = try Self.feed(header(version: version), [record])
        let definition = try #require(feed.records.first { $0[1] == RecordType.definition })
        #expect(definition.count == 520)
        #expect(definition.number(at: 104) == 5)
        #expect(definition[238...].starts(with: Array("ESZ6 C1".utf8)))
    }

    @Test(arguments: [1, 2, 3] as [UInt8]) func sendTimesAreTakenOff(version: UInt8) throws {
        let now = try time("2026-11-19", 64_800)
        let plain = mbo(at: now, instrument: 17, order: 4)
        var sent = plain + little(now + 5)
        sent[0] = 16
        let feed = try Self.feed(header(version: version, tsOut: true), [sent, sent])
        #expect(feed.records.filter { $0[1] == RecordType.mbo } == [plain, plain])
    }

    @Test func filesOfDifferentVersionsMerge() throws {
        let folder = try TemporaryFolder()
        let now = try time("2026-11-19", 64_800)
        let files = try ([1, 2, 3] as [UInt8]).map { version in
            let statistic = RecordBuilder.record(
                type: RecordType.statistics, version: version, instrumentID: UInt32(version), tsEvent: now,
                numbers: ["ts_recv": Int64(now) + Int64(version), "quantity": -7])
            return try folder.write("\(version).dbn", header(version: version) + statistic)
        }
        let statistics = try ReadFeed(files.reversed()).records.filter { $0[1] == RecordType.statistics }
        #expect(statistics.map(\.count) == [80, 80, 80])
        #expect(statistics.map { Int64(bitPattern: $0.number(at: 40)) } == [-7, -7, -7])
        #expect(statistics.map { $0[4] } == [1, 2, 3])
    }
}
