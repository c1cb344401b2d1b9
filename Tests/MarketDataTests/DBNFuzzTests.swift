import Foundation
import MarketData
import Testing

/// Bytes that no exchange ever sent. Reading outside of a buffer shows when these run under the address sanitizer.
@Suite struct DBNFuzzTests {
    private static let seconds = ProcessInfo.processInfo.environment["FUZZ_SECONDS"].flatMap { Double($0) } ?? 2
    private static let firstSeed = ProcessInfo.processInfo.environment["FUZZ_SEED"].flatMap { UInt64($0) } ?? 1

    /// One of every record type, in random order, in one version.
    private static func stream(_ version: UInt8, tsOut: Bool, _ random: inout SplitMix) -> [UInt8] {
        var bytes = DBNHeader(
            version: version, tsOut: tsOut, symbols: ["ES.FUT"],
            mappings: [.init(symbol: "ESM4", intervals: [(20_240_508, 20_240_509, "5602")])]
        ).bytes
        for record in DBNReference.records.filter({ $0.version == version }).shuffled(using: &random) {
            var one = bareRecord(type: record.type, byteCount: record.byteCount + (tsOut ? 8 : 0))
            for index in 8..<one.count { one[index] = UInt8(truncatingIfNeeded: random.next()) }
            bytes += one
        }
        return bytes
    }

    private static func mutate(_ bytes: inout [UInt8], _ random: inout SplitMix) {
        for _ in 0..<Int.random(in: 1...8, using: &random) where bytes.count > 1 {
            let index = Int.random(in: 0..<bytes.count, using: &random)
            switch random.next() % 6 {
            case 0: bytes[index] ^= 1 << UInt8(random.next() % 8)
            case 1: bytes[index] = [0, 1, 4, 255, 127, 128].randomElement(using: &random) ?? 0
            case 2: bytes.removeSubrange(index..<min(bytes.count, index + Int(random.next() % 50)))
            case 3: bytes.insert(contentsOf: (0..<random.next() % 50).map { UInt8(truncatingIfNeeded: $0) }, at: index)
            case 4: bytes.removeSubrange(index...)
            default:
                let other = Int.random(in: 0..<bytes.count, using: &random)
                bytes.replaceSubrange(
                    index..<min(index + 4, bytes.count), with: bytes[other..<min(other + 4, bytes.count)])
            }
        }
    }

    /// Everything that reads fields, over every record that was let through.
    private static func visit(_ stream: DecodedStream) throws {
        let version = stream.version ?? 3
        let tsOut = stream.metadata?.tsOut ?? false
        let upgrader = RecordUpgrader(version: version, tsOut: tsOut)
        var table = InstrumentTable()
        for bytes in stream.records {
            let upgraded = try withRecord(bytes, version: version) { record in
                var out: [UInt8] = []
                RecordJSON(version: version, tsOut: tsOut).append(record, to: &out)
                _ = record.indexTime
                _ = record.isMark
                return upgrader.upgraded(record)
            }
            try withRecord(upgraded, version: 3) { _ = table.apply($0) }
        }
    }

    private static func run(_ body: (_ seed: UInt64, inout SplitMix) throws -> Void) rethrows {
        print("fuzz from seed \(firstSeed) for \(seconds) s")
        let end = ContinuousClock.now + .seconds(seconds)
        var seed = firstSeed
        while ContinuousClock.now < end {
            var random = SplitMix(seed: seed)
            try body(seed, &random)
            seed += 1
        }
        print("fuzzed up to seed \(seed)")
    }

    @Test func damagedStreamsReadTheSameInAnyChunks() throws {
        try Self.run { seed, random in
            let isFragment = random.next() % 4 == 0
            let tsOut = !isFragment && random.next() % 3 == 0
            var bytes = Self.stream(UInt8(1 + random.next() % 3), tsOut: tsOut, &random)
            if isFragment { bytes.removeFirst(DBNHeader().bytes.count) }
            Self.mutate(&bytes, &random)
            let whole = DecodedStream(bytes, isFragment: isFragment)
            let pieces = DecodedStream(bytes, isFragment: isFragment, chunk: nil, generator: &random)
            try #require(whole.records == pieces.records, "seed \(seed)")
            try #require(whole.error == pieces.error, "seed \(seed)")
            try #require(whole.metadata == pieces.metadata, "seed \(seed)")
            try Self.visit(whole)
        }
    }

    @Test func randomBytesAreReadOrRefused() throws {
        try Self.run { _, random in
            let count = Int.random(in: 0...600, using: &random)
            let bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            try Self.visit(DecodedStream(bytes, isFragment: true))
            try Self.visit(DecodedStream(Array("DBN".utf8) + [UInt8(1 + random.next() % 3)] + bytes))
            try Self.visit(DecodedStream(DBNHeader().bytes + bytes))
        }
    }

    @Test func damagedFramesAreReadOrRefused() {
        Self.run { _, random in
            var encoder = ZstandardEncoder(level: 1)
            var file: [UInt8] = []
            Self.stream(3, tsOut: false, &random).withUnsafeBytes { encoder.compress($0) { file += Array($0) } }
            encoder.finish { file += Array($0) }
            Self.mutate(&file, &random)
            // Damage is an error of its own; here only that nothing else happens matters.
            _ = try? TestData.decompressed(file)
        }
    }
}
