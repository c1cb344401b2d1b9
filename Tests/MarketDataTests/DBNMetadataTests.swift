import MarketData
import Testing

/// The header: every field in every version, headers that lie, and our own writer.
@Suite struct DBNMetadataTests {
    private static func full(_ version: UInt8) -> DBNHeader {
        DBNHeader(
            version: version, dataset: "XNAS.ITCH", schema: 9, start: 1_715_126_400_000_000_001,
            end: 1_715_212_800_000_000_002, limit: 77, stypeIn: 4, stypeOut: 0, tsOut: true,
            symbols: ["ES.FUT", "NQ.OPT"],
            partial: ["P1"], notFound: ["N1", "N2", "N3"],
            mappings: [
                .init(symbol: "ESM4", intervals: [(20_240_508, 20_240_509, "5602"), (20_240_509, 20_240_510, "5603")]),
                .init(symbol: "NONE"),
            ])
    }

    private static func expected(_ version: UInt8) -> Metadata {
        var metadata = Metadata(
            version: version, dataset: "XNAS.ITCH", schema: 9, start: 1_715_126_400_000_000_001,
            end: 1_715_212_800_000_000_002, limit: 77, stypeIn: 4, stypeOut: 0, tsOut: true)
        metadata.symbols = ["ES.FUT", "NQ.OPT"]
        metadata.partial = ["P1"]
        metadata.notFound = ["N1", "N2", "N3"]
        metadata.mappings = [
            .init(
                rawSymbol: "ESM4",
                intervals: [
                    .init(start: 20_240_508, end: 20_240_509, symbol: "5602"),
                    .init(start: 20_240_509, end: 20_240_510, symbol: "5603"),
                ]),
            .init(rawSymbol: "NONE", intervals: []),
        ]
        return metadata
    }

    private static func error(_ bytes: [UInt8]) -> DBNError? { DecodedStream(bytes).error }

    private static func isMetadataError(_ error: DBNError?) -> Bool {
        if case .metadata? = error { true } else { false }
    }

    @Test(arguments: [1, 2, 3] as [UInt8]) func everyFieldIsRead(version: UInt8) {
        #expect(DecodedStream(Self.full(version).bytes).metadata == Self.expected(version))
    }

    @Test(arguments: [1, 2, 3] as [UInt8]) func recordsFollowTheHeaderAtOnce(version: UInt8) {
        let record = bareRecord(type: RecordType.mbo, byteCount: 64)
        #expect(DecodedStream(Self.full(version).bytes + record).records == [record])
    }

    @Test func ourHeaderEqualsOneWrittenByHand() {
        #expect(Self.expected(3).encoded() == Self.full(3).bytes)
    }

    @Test(arguments: [1, 2, 3] as [UInt8]) func writingAndReadingGivesAnEqualHeader(version: UInt8) {
        #expect(DecodedStream(Self.expected(version).encoded()).metadata == Self.expected(3))
    }

    @Test func thousandsOfMappingsSurviveWriting() {
        var metadata = Self.expected(3)
        metadata.mappings = (0..<11_294).map { number in
            let intervals = (0..<number % 3).map {
                Metadata.Interval(start: 20_240_101 + UInt32($0), end: 20_240_102 + UInt32($0), symbol: "\(number)")
            }
            return Metadata.Mapping(rawSymbol: "UD:1V: BX \(number)", intervals: intervals)
        }
        #expect(DecodedStream(metadata.encoded()).metadata == metadata)
    }

    @Test(arguments: 0...8) func ourHeadersEndOnAMultipleOfEight(symbols: Int) {
        var metadata = Self.expected(3)
        metadata.symbols = [String](repeating: "X", count: symbols)
        #expect(metadata.encoded().count % 8 == 0)
    }

    @Test func aSymbolLongerThanItsFieldIsCut() {
        var metadata = Self.expected(3)
        metadata.symbols = [String](repeating: "X", count: 1) + [String(repeating: "Y", count: 90)]
        #expect(DecodedStream(metadata.encoded()).metadata?.symbols == ["X", String(repeating: "Y", count: 70)])
    }

    /// Engines read the header of a Live session: design.md, section 4.
    @Test func engineStreamsHaveTheHeaderOfALiveSession() {
        let byHand = DBNHeader(dataset: "GLBX.MDP3", schema: 65_535, start: 3, stypeIn: 255, stypeOut: 0)
        #expect(Metadata.liveSession(dataset: "GLBX.MDP3", start: 3).encoded() == byHand.bytes)
    }

    // MARK: - Headers that lie

    /// The four counts of a header without entries, and the number of intervals of its first mapping.
    @Test(arguments: [112, 116, 120, 124, 199], [1, 1000, UInt32.max] as [UInt32])
    func aCountThatDoesNotFitIsRefused(offset: Int, count: UInt32) {
        var bytes = DBNHeader(mappings: offset == 199 ? [.init(symbol: "A")] : []).bytes
        bytes.replaceSubrange(offset..<offset + 4, with: DBNHeader.little(count))
        #expect(Self.isMetadataError(Self.error(bytes)))
    }

    @Test(arguments: [0, 1, 99] as [UInt32]) func aLengthBelowTheFixedPartIsRefused(length: UInt32) {
        var bytes = DBNHeader().bytes
        bytes.replaceSubrange(4..<8, with: DBNHeader.little(length))
        #expect(Self.isMetadataError(Self.error(bytes)))
    }

    @Test func aLengthBeyondReasonIsRefusedAtOnce() {
        var bytes = DBNHeader().bytes
        bytes.replaceSubrange(4..<8, with: DBNHeader.little(UInt32.max))
        #expect(Self.isMetadataError(Self.error(Array(bytes[..<8]))))
    }

    @Test func aLengthThatCutsTheHeaderIsRefused() {
        let whole = Self.full(3).bytes
        for length in stride(from: 100, to: whole.count - 8 - 8, by: 1) {
            var bytes = whole
            bytes.replaceSubrange(4..<8, with: DBNHeader.little(UInt32(length)))
            #expect(Self.isMetadataError(Self.error(bytes)), "length \(length)")
        }
    }

    @Test func aSchemaDefinitionIsRefused() {
        var bytes = DBNHeader().bytes
        bytes[108] = 1
        #expect(Self.isMetadataError(Self.error(bytes)))
    }

    @Test func symbolsWithoutRoomAreRefused() {
        var bytes = DBNHeader().bytes
        bytes[53] = 0
        #expect(Self.isMetadataError(Self.error(bytes)))
    }

    @Test func aHeaderThatIsCutGivesNothing() {
        let whole = Self.full(2).bytes
        for cut in 0..<whole.count {
            let decoded = DecodedStream(Array(whole[..<cut]))
            #expect(decoded.metadata == nil && decoded.error == nil, "cut at \(cut)")
        }
    }

    // MARK: - What people and programs see

    @Test func whatTheHeaderLeavesOpenIsNull() {
        let summary = StreamSummary(metadata: .liveSession(dataset: "GLBX.MDP3", start: 0), version: 3)
        let json = String(decoding: summary.json(rawBytes: 128, frames: 0), as: UTF8.self)
        let expected = """
            {"raw_bytes":128,"zstd_frames":0,"records":0,"by_type":{},"bytes_by_schema":{},"instruments":0,"metadata":{\
            "version":3,"dataset":"GLBX.MDP3","schema":null,"start":0,"end":null,"limit":null,"stype_in":null,\
            "stype_out":"instrument_id","ts_out":false,"symbols":0,"symbols_first":[],"partial":0,"not_found":0,\
            "mappings":0,"mappings_first":[],"mapping_intervals_total":0}}
            """
        #expect(json == expected)
    }

    @Test func aFragmentSaysTheVersionOfItsRecords() {
        let json = StreamSummary(metadata: nil, version: 2).json(rawBytes: 0, frames: 0)
        #expect(String(decoding: json, as: UTF8.self).hasSuffix("\"metadata\":null,\"version_of_records\":2}"))
    }

    @Test func theTextShowsOneFactALine() {
        let text = StreamSummary(metadata: Self.expected(3), version: 3).text(rawBytes: 1000, frames: 2)
        #expect(text.contains("start (UTC)         2024-05-08 00:00:00.000000001\n"))
        #expect(text.contains("symbols             2, parent to instrument_id: ES.FUT, NQ.OPT\n"))
        #expect(text.contains("bytes               1000 in 2 Zstandard frames\n"))
        #expect(text.hasSuffix("records             0\n"))
    }
}
