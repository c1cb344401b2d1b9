import MarketData
import Testing

/// The decoder on whole, cut, damaged and foreign streams.
@Suite struct DBNDecoderTests {
    /// One record of each of a few types and lengths, an unknown one among them.
    private static let records: [[UInt8]] = [
        bareRecord(type: RecordType.system, byteCount: 320),
        bareRecord(type: RecordType.symbolMapping, byteCount: 176),
        bareRecord(type: RecordType.definition, byteCount: 520),
        bareRecord(type: RecordType.mbo, byteCount: 56, fill: 3),
        bareRecord(type: 200, byteCount: 24, instrumentID: 9),
        bareRecord(type: RecordType.trade, byteCount: 48),
        bareRecord(type: RecordType.mbp10, byteCount: 368, fill: 7),
        bareRecord(type: RecordType.statistics, byteCount: 80),
        bareRecord(type: 200, byteCount: 1020),
        bareRecord(type: RecordType.mbo, byteCount: 56),
    ]
    private static let stream = DBNHeader().bytes + records.flatMap { $0 }

    @Test(arguments: [1, 7, 16, 17, 4096, Int.max]) func chunksOfAnySizeGiveTheSameRecords(size: Int) {
        #expect(DecodedStream(Self.stream, chunk: size).records == Self.records)
    }

    @Test(arguments: UInt64(1)...20) func chunksOfRandomSizesGiveTheSameRecords(seed: UInt64) {
        var random = SplitMix(seed: seed)
        let long = DBNHeader().bytes + (0..<50).flatMap { _ in Self.records.flatMap { $0 } }
        let decoded = DecodedStream(long, chunk: nil, generator: &random)
        #expect(decoded.records == (0..<50).flatMap { _ in Self.records })
    }

    @Test func aStreamCutAtAnyByteGivesWhatIsWhole() {
        let header = DBNHeader().bytes.count
        for cut in 0..<Self.stream.count {
            let decoded = DecodedStream(Array(Self.stream[..<cut]))
            var whole: [[UInt8]] = []
            var used = header
            for record in Self.records
            where used + record.count <= cut && whole.count == Self.records.firstIndex(of: record) {
                whole.append(record)
                used += record.count
            }
            #expect(decoded.records == whole, "cut at \(cut)")
            #expect(decoded.leftoverBytes == (cut < header ? cut : cut - used), "cut at \(cut)")
            #expect(decoded.error == nil, "cut at \(cut)")
        }
    }

    @Test(arguments: [1, 7, 4096]) func recordsBeforeADamagedOneAreDelivered(chunk: Int) {
        let damaged = bareRecord(type: RecordType.mbo, byteCount: 52)
        let decoded = DecodedStream(Self.stream + damaged + Self.records[0], chunk: chunk)
        #expect(decoded.records == Self.records)
        #expect(
            decoded.error
                == .recordTooShort(offset: Self.stream.count, recordType: RecordType.mbo, length: 52, minimum: 56))
    }

    @Test(arguments: DBNReference.records) func aRecordShorterThanItsTypeIsRefused(record: DBNReference.Record) {
        let header = DBNHeader(version: record.version).bytes
        let decoded = DecodedStream(header + bareRecord(type: record.type, byteCount: record.byteCount - 4))
        let expected = DBNError.recordTooShort(
            offset: header.count, recordType: record.type, length: record.byteCount - 4, minimum: record.byteCount)
        #expect(decoded.error == expected)
    }

    @Test(arguments: DBNReference.records) func withSendTimesEveryRecordNeedsEightBytesMore(record: DBNReference.Record)
    {
        let header = DBNHeader(version: record.version, tsOut: true).bytes
        let decoded = DecodedStream(header + bareRecord(type: record.type, byteCount: record.byteCount))
        let expected = DBNError.recordTooShort(
            offset: header.count, recordType: record.type, length: record.byteCount, minimum: record.byteCount + 8)
        #expect(decoded.error == expected)
    }

    @Test(arguments: [0, 4, 12]) func aLengthBelowTheRecordHeaderIsRefused(length: Int) {
        var record = bareRecord(type: 200, byteCount: 16)
        record[0] = UInt8(length / 4)
        let header = DBNHeader().bytes
        let expected = DBNError.recordTooShort(offset: header.count, recordType: 200, length: length, minimum: 16)
        #expect(DecodedStream(header + record).error == expected)
    }

    @Test func aLongerRecordThanItsTypeIsTaken() {
        let record = bareRecord(type: RecordType.mbo, byteCount: 64)
        #expect(DecodedStream(DBNHeader().bytes + record + Self.records[3]).records == [record, Self.records[3]])
    }

    /// Version 1 headers have odd lengths, so that no record lies on a boundary of 8 (206 bytes in a public CME file).
    @Test(arguments: 0...7) func recordsAreReadFromAnyAddress(symbols: Int) throws {
        let header = DBNHeader(version: 1, symbols: [String](repeating: "A", count: symbols)).bytes
        let record = RecordBuilder.record(
            type: RecordType.mbo, instrumentID: 77, tsEvent: 5, numbers: ["order_id": 0x0102_0304_0506_0708])
        let decoded = DecodedStream([UInt8](header) + record)
        #expect(decoded.records == [record])
        #expect(decoded.version == 1)
    }

    @Test func unknownRecordTypesAreCountedByTheirNumber() throws {
        var decoder = RecordDecoder()
        Self.stream.withUnsafeBytes { decoder.append($0) }
        var summary = StreamSummary(metadata: nil, version: 3)
        if let run = try decoder.nextRun() { summary.add(run) }
        #expect(summary.countsByName.first { $0.name == "unknown_200" }?.count == 2)
    }

    @Test func countsAreInOrderOfFirstAppearance() throws {
        var decoder = RecordDecoder()
        Self.stream.withUnsafeBytes { decoder.append($0) }
        var summary = StreamSummary(metadata: nil, version: 3)
        if let run = try decoder.nextRun() { summary.add(run) }
        let names = [
            "SystemMsg", "SymbolMappingMsg", "InstrumentDefMsg", "MBOMsg", "unknown_200", "TradeMsg", "MBP10Msg",
            "StatMsg",
        ]
        #expect(summary.countsByName.map(\.name) == names)
    }

    @Test func consumedBytesEndWhereTheLeftoversBegin() throws {
        var decoder = RecordDecoder()
        let cut = Self.stream.count - 10
        Self.stream.withUnsafeBytes { decoder.append(UnsafeRawBufferPointer(rebasing: $0[..<cut])) }
        _ = try decoder.nextRun()
        #expect(decoder.consumedBytes == Self.stream.count - 56)
    }

    // MARK: - What is no DBN

    @Test(arguments: [1, 7, 4096]) func aForeignFileIsNamedByItsFirstBytes(chunk: Int) {
        let decoded = DecodedStream(Array("PK\u{3}\u{4} something else".utf8), chunk: chunk)
        guard case .notDBN(let first)? = decoded.error else {
            Issue.record("\(String(describing: decoded.error))")
            return
        }
        #expect(Array("PK\u{3}\u{4} som".utf8).starts(with: first))
    }

    @Test func versionZeroIsTheOldFormat() {
        #expect(DecodedStream([0x44, 0x42, 0x4E, 0, 200, 0, 0, 0]).error == .obsoleteDBZ)
    }

    @Test(arguments: [4, 5, 255] as [UInt8]) func newerVersionsAreRefused(version: UInt8) {
        #expect(DecodedStream([0x44, 0x42, 0x4E, version, 200, 0, 0, 0]).error == .unsupportedVersion(version))
    }

    // MARK: - Fragments

    @Test(
        arguments: [
            (RecordType.definition, 360, 1), (RecordType.definition, 400, 2), (RecordType.definition, 520, 3),
            (RecordType.statistics, 80, 3), (RecordType.symbolMapping, 80, 1), (RecordType.error, 80, 1),
            (RecordType.system, 80, 1),
        ] as [(UInt8, Int, UInt8)]) func aTellingLengthGivesTheVersion(type: UInt8, byteCount: Int, version: UInt8)
    {
        let record = bareRecord(type: type, byteCount: byteCount)
        let decoded = DecodedStream(Self.records[3] + record, isFragment: true)
        #expect(decoded.version == version)
        #expect(decoded.records == [Self.records[3], record])
    }

    /// A mapping of 176 bytes may be of version 2 or 3, a statistic of 64 of 1 or 2: what follows tells.
    @Test(arguments: [(176, 400, 2), (176, 520, 3), (64, 360, 1), (64, 400, 2)] as [(Int, Int, UInt8)], [1, 4096])
    func lengthsOfTwoVersionsLeaveTheVersionOpen(lengths: (first: Int, definition: Int, version: UInt8), chunk: Int) {
        let type = lengths.first == 64 ? RecordType.statistics : RecordType.symbolMapping
        let records = [
            bareRecord(type: type, byteCount: lengths.first),
            bareRecord(type: RecordType.definition, byteCount: lengths.definition),
        ]
        let decoded = DecodedStream(records.flatMap { $0 }, isFragment: true, chunk: chunk)
        #expect(decoded.records == records)
        #expect(decoded.version == lengths.version)
    }

    @Test func aFragmentThatTellsNothingIsReadAllTheSame() {
        let decoded = DecodedStream(Self.records[3] + Self.records[5], isFragment: true)
        #expect(decoded.records == [Self.records[3], Self.records[5]])
        #expect(decoded.version == nil)
    }

    @Test(arguments: [1, 4096]) func aFragmentOfNoVersionIsRefusedAtTheRecordThatShowsIt(chunk: Int) {
        let odd = bareRecord(type: RecordType.definition, byteCount: 480)
        let decoded = DecodedStream(Self.records[3] + odd, isFragment: true, chunk: chunk)
        #expect(decoded.records == [Self.records[3]])
        #expect(decoded.error == .unknownVersion(offset: 56))
    }

    @Test(arguments: [1, 4096]) func aDamagedFragmentIsReadUpToTheDamage(chunk: Int) {
        let decoded = DecodedStream(
            Self.records[3] + [UInt8](repeating: 0, count: 16), isFragment: true, chunk: chunk)
        #expect(decoded.records == [Self.records[3]])
        #expect(decoded.error == .recordTooShort(offset: 56, recordType: 0, length: 0, minimum: 48))
    }

    @Test func aGivenVersionIsNotInferred() {
        let record = bareRecord(type: RecordType.definition, byteCount: 400)
        #expect(DecodedStream(record, isFragment: true, version: 1).version == 1)
    }

    @Test(arguments: [0, 4] as [UInt8]) func aGivenVersionThatDoesNotExistIsRefused(version: UInt8) {
        #expect(
            DecodedStream(Self.records[3], isFragment: true, version: version).error == .unsupportedVersion(version))
    }
}
