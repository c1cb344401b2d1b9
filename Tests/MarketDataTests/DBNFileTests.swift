import Foundation
import MarketData
import Testing

/// Public files against what databento_dbn 0.70.0 read from them (`*.expected.jsonl`; the data's own SOURCES.md).
@Suite struct DBNFileTests {
    private static let suffix = ".expected.jsonl"
    private static let names = TestData.files(ending: suffix).map { String($0.dropLast(suffix.count)) }

    /// Without the spaces that the expected lines have between tokens.
    private static func compact(_ line: Substring) -> String {
        var out = ""
        var isInString = false
        var isEscaped = false
        for character in line.unicodeScalars {
            if !isInString, character == " " { continue }
            if character == "\"", !isEscaped { isInString.toggle() }
            isEscaped = character == "\\" && !isEscaped
            out.unicodeScalars.append(character)
        }
        return out
    }

    private static func expected(_ name: String) throws -> (facts: String, records: [(index: Int, json: String)]) {
        let text = String(decoding: try TestData.bytes(name + suffix), as: UTF8.self)
        let lines = text.split(separator: "\n").map { compact($0) }
        let first = try #require(lines.first)
        let begin = try #require(first.firstRange(of: "\"raw_bytes\""))
        let records = try lines.dropFirst().map { line in
            let end = try #require(line.firstRange(of: ",\"rec\":"))
            let index = try #require(Int(line[..<end.lowerBound].dropFirst(5)))
            return (index, String(line[end.upperBound...].dropLast()))
        }
        return ("{" + first[begin.lowerBound...], records)
    }

    private static func isFragment(_ name: String) -> Bool { name.contains(".dbn.frag") }

    @Test(.needsTestData) func thereAreFilesToCompare() { #expect(Self.names.count > 70) }

    private static func summary(_ name: String) throws -> (metadata: Metadata?, json: String) {
        let (bytes, frames) = try TestData.stream(name)
        var decoder = RecordDecoder(fragment: isFragment(name))
        bytes.withUnsafeBytes { decoder.append($0) }
        let run = try decoder.nextRun()
        var summary = StreamSummary(metadata: decoder.metadata, version: decoder.version)
        if let run { summary.add(run) }
        let json = summary.json(rawBytes: bytes.count, frames: frames)
        return (decoder.metadata, String(decoding: json, as: UTF8.self))
    }

    /// The text before, inside and after the list of mappings that are shown.
    private static func parts(_ facts: String) -> (outside: String, mappings: String) {
        guard let begin = facts.firstRange(of: "\"mappings_first\":"),
            let end = facts.firstRange(of: ",\"mapping_intervals_total\"")
        else { return (facts, "[]") }
        let outside = facts[..<begin.upperBound] + facts[end.lowerBound...]
        return (String(outside), String(facts[begin.upperBound..<end.lowerBound]))
    }

    private struct ShownMapping: Codable, Hashable {
        struct Interval: Codable, Hashable {
            var start: String
            var end: String
            var symbol: String
        }

        var rawSymbol: String
        var intervals: [Interval]

        enum CodingKeys: String, CodingKey {
            case rawSymbol = "raw_symbol"
            case intervals
        }

        static func list(_ json: String) throws -> [ShownMapping] {
            try JSONDecoder().decode([ShownMapping].self, from: Data(json.utf8))
        }
    }

    /// Which two mappings are shown is left out: databento_dbn keeps them in a hash table, in another order each time.
    @Test(.needsTestData, arguments: names) func summaryEqualsWhatDatabentoReads(name: String) throws {
        // Databento does not sort bytes by schema.
        let ours = Self.parts(
            try Self.summary(name).json.replacing(#/"bytes_by_schema":{[^}]*},/#, with: ""))
        let theirs = Self.parts(try Self.expected(name).facts)
        #expect(ours.outside == theirs.outside)
        #expect(try ShownMapping.list(ours.mappings).count == ShownMapping.list(theirs.mappings).count)
    }

    @Test(.needsTestData, arguments: names) func summaryShowsTheFirstMappingsOfTheFile(name: String) throws {
        let (metadata, json) = try Self.summary(name)
        let shown = try ShownMapping.list(Self.parts(json).mappings)
        #expect(shown.map(\.rawSymbol) == (metadata?.mappings ?? []).prefix(2).map(\.rawSymbol))
    }

    @Test(.needsTestData, arguments: names) func mappingsThatDatabentoReadsAreInTheMetadata(name: String) throws {
        let intervals = try Self.summary(name).metadata?.mappings.map { mapping in
            ShownMapping(
                rawSymbol: mapping.rawSymbol,
                intervals: mapping.intervals.prefix(2).map {
                    .init(start: Self.dashed($0.start), end: Self.dashed($0.end), symbol: $0.symbol)
                })
        }
        let all = Set(intervals ?? [])
        for mapping in try ShownMapping.list(Self.parts(try Self.expected(name).facts).mappings) {
            #expect(all.contains(mapping), "\(mapping)")
        }
    }

    private static func dashed(_ date: UInt32) -> String {
        let digits = Array("\(date)")
        return String(digits[..<4] + "-" + digits[4..<6] + "-" + digits[6...])
    }

    @Test(.needsTestData, arguments: names) func recordsPrintAsDatabentoPrintsThem(name: String) throws {
        let stream = DecodedStream(try TestData.stream(name).bytes, isFragment: Self.isFragment(name))
        for (index, expected) in try Self.expected(name).records {
            let printed = try json(try #require(stream.records[index...].first), version: try #require(stream.version))
            #expect(printed == expected, "record \(index)")
        }
    }

    @Test(.needsTestData, arguments: names) func everyByteOfAFileBelongsToARecordOrTheHeader(name: String) throws {
        let stream = DecodedStream(try TestData.stream(name).bytes, isFragment: Self.isFragment(name))
        #expect(stream.leftoverBytes == 0)
        #expect(stream.error == nil)
    }

    /// Names of files that exist as version 3 and in an older one.
    private static let upgradable: [(old: String, new: String)] = names.compactMap { name in
        let new = name.replacing(".v1.", with: ".v3.").replacing(".v2.", with: ".v3.")
        return new != name && names.contains(new) ? (name, new) : nil
    }

    /// Databento publishes the same query in each version.
    @Test(.needsTestData, arguments: upgradable) func upgradedRecordsEqualTheNativeOnes(old: String, new: String) throws
    {
        let stream = DecodedStream(try TestData.stream(old).bytes, isFragment: Self.isFragment(old))
        let native = DecodedStream(try TestData.stream(new).bytes, isFragment: Self.isFragment(new))
        let version = try #require(stream.version)
        let upgrader = RecordUpgrader(version: version, tsOut: false)
        let upgraded = try stream.records.map { try withRecord($0, version: version) { upgrader.upgraded($0) } }
        #expect(upgraded.count == native.records.count)
        for (index, (ours, theirs)) in zip(upgraded, native.records).enumerated() {
            #expect(try json(ours, version: 3) == json(theirs, version: 3), "record \(index)")
            #expect(ours == theirs, "record \(index)")
        }
    }

    @Test(.needsTestData) func thereAreUpgradesOfBothOldVersions() {
        #expect(Self.upgradable.count { $0.old.contains(".v1.") } >= 10)
        #expect(Self.upgradable.count { $0.old.contains(".v2.") } >= 15)
    }

    /// The header of the largest file: 11,294 mappings in 851 KB.
    @Test(.needsTestData) func aHeaderWithThousandsOfMappingsSurvivesWriting() throws {
        let original = DecodedStream(try TestData.stream("glbx/definition-glbx-es-opt.dbn.zst").bytes)
        var expected = try #require(original.metadata)
        let reread = DecodedStream(expected.encoded())
        expected.version = 3
        #expect(expected.mappings.count == 11_294)
        #expect(reread.metadata == expected)
    }

    @Test(.needsTestData, arguments: [1, 7, 4096]) func realFilesReadTheSameInChunks(of size: Int) throws {
        for name in Self.names where name.contains("live") || name.contains("v1.dbn") {
            let bytes = try TestData.stream(name).bytes
            let whole = DecodedStream(bytes, isFragment: Self.isFragment(name))
            let pieces = DecodedStream(bytes, isFragment: Self.isFragment(name), chunk: size)
            #expect(pieces.records == whole.records, "\(name)")
        }
    }
}
