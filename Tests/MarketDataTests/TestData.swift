import Foundation
import MarketData
import Testing

/// Public market data that is not part of the repository: found through the environment variable TANDEM_TESTDATA only.
enum TestData {
    static let folder = ProcessInfo.processInfo.environment["TANDEM_TESTDATA"]
    static var isPresent: Bool { folder != nil }

    /// Paths below `dbn` of every file with this ending, ascending.
    static func files(ending suffix: String) -> [String] {
        guard let folder, let all = FileManager.default.enumerator(atPath: folder + "/dbn") else { return [] }
        return all.compactMap { $0 as? String }.filter { $0.hasSuffix(suffix) }.sorted()
    }

    static func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: (folder ?? "") + "/dbn/" + name)))
    }

    /// The bytes behind any compression, and how many Zstandard frames held them.
    static func stream(_ name: String) throws -> (bytes: [UInt8], frames: Int) {
        let file = try bytes(name)
        return file.starts(with: ZstandardDecoder.magic) ? try decompressed(file) : (file, 0)
    }

    static func decompressed(_ file: [UInt8]) throws -> (bytes: [UInt8], frames: Int) {
        var zstandard = ZstandardDecoder()
        var out: [UInt8] = []
        var space = [UInt8](repeating: 0, count: 1 << 16)
        var offset = 0
        while true {
            let (read, written) = try file.withUnsafeBytes { input in
                try space.withUnsafeMutableBytes {
                    try zstandard.decompress(UnsafeRawBufferPointer(rebasing: input[offset...]), into: $0)
                }
            }
            offset += read
            out += space[..<written]
            if read == 0, written == 0 { return (out, zstandard.completeFrames) }
        }
    }
}

extension Trait where Self == ConditionTrait {
    /// Skips a test by name where the data is not there.
    static var needsTestData: Self { .enabled(if: TestData.isPresent, "TANDEM_TESTDATA is not set") }
}

/// Records of a whole stream as copies, with the version they have.
struct DecodedStream {
    var metadata: Metadata?
    var version: UInt8?
    var records: [[UInt8]] = []
    var leftoverBytes = 0
    var error: DBNError?

    /// - Parameter chunk: bytes handed over at once; random ones from `generator` when nil.
    init(
        _ bytes: [UInt8], isFragment: Bool = false, version: UInt8? = nil, chunk: Int? = .max,
        generator: inout SplitMix
    ) {
        var decoder = RecordDecoder(fragment: isFragment, fragmentVersion: version, capacity: 4096)
        var offset = 0
        do throws(DBNError) {
            while offset < bytes.count {
                let size = min(chunk ?? Int.random(in: 1...5000, using: &generator), bytes.count - offset)
                bytes.withUnsafeBytes { decoder.append(UnsafeRawBufferPointer(rebasing: $0[offset..<offset + size])) }
                offset += size
                while let run = try decoder.nextRun() {
                    for record in run { records.append(Array(record.bytes)) }
                }
            }
        } catch {
            self.error = error
        }
        metadata = decoder.metadata
        self.version = decoder.version
        leftoverBytes = decoder.leftoverBytes
    }

    init(_ bytes: [UInt8], isFragment: Bool = false, version: UInt8? = nil, chunk: Int = .max) {
        var unused = SplitMix(seed: 0)
        self.init(bytes, isFragment: isFragment, version: version, chunk: chunk, generator: &unused)
    }
}

/// SplitMix64 (Steele, Lea and Flood 2014): a seeded generator, so that a failure can be repeated.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// Hands `body` the record as a checked view.
func withRecord<R>(_ bytes: [UInt8], version: UInt8, _ body: (RecordView) throws -> R) throws -> R {
    var decoder = RecordDecoder(fragment: true, fragmentVersion: version)
    bytes.withUnsafeBytes { decoder.append($0) }
    var records = try decoder.nextRun()?.makeIterator()
    let record = records?.next()
    return try body(try #require(record))
}

func json(_ bytes: [UInt8], version: UInt8, tsOut: Bool = false) throws -> String {
    try withRecord(bytes, version: version) { record in
        var out: [UInt8] = []
        RecordJSON(version: version, tsOut: tsOut).append(record, to: &out)
        return String(decoding: out, as: UTF8.self)
    }
}
