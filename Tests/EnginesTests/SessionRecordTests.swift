import Foundation
import MarketData
import Testing

@testable import Engines

private func read(_ bytes: [UInt8]) -> Result<SessionRecord, SessionRecordError> {
    do throws(SessionRecordError) { return .success(try SessionRecord(bytes)) } catch { return .failure(error) }
}

/// With the checksum of what stands before its place, so that damage reaches the reader.
private func sealed(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.count >= 8 else { return bytes }
    let body = bytes.dropLast(8)
    return Array(body) + SessionRecord.checksum(body)
}

@Suite struct SessionRecordTests {
    @Test(arguments: 0..<30) func whatIsWrittenIsRead(seed: UInt64) throws {
        let record = try randomRecord(session: try date("2024-05-08"), windows: Int(seed * 20), seed: seed)
        #expect(read(record.bytes) == .success(record))
        #expect(try SessionRecord(record.bytes).bytes == record.bytes)
    }

    /// The order in which keys came does not show.
    @Test func equalContentHasEqualBytes() throws {
        let keys = try [0, 100, 719].map { try #require(BaselineKey(number: $0)) }
        var records = [keys, keys.reversed()].map { keys in
            var record = SessionRecord(session: CivilDate(daysSince1970: 20_000), layout: 1, scorer: 2)
            for key in keys { record.add(key, logRatio: Double(key.number), logVolume: 1) }
            return record.bytes
        }
        #expect(records.removeFirst() == records.removeFirst())
    }

    /// The header by hand: magic, version, 20240508 = 0x0134D87C little-endian.
    @Test func theFormatIsWhatItSays() throws {
        let bytes = SessionRecord(session: try date("2024-05-08"), layout: 0x0102, scorer: 3).bytes
        let header: [UInt8] = [0x54, 0x4E, 0x53, 0x52, 1, 0x7C, 0xD8, 0x34, 0x01]
        #expect(Array(bytes.prefix(9)) == header)
        #expect(Array(bytes[9..<27]) == [2, 1, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0])
        #expect(bytes.count == 27 + 8)
    }

    @Test func everyTruncationIsRefused() throws {
        let bytes = try randomRecord(session: try date("2024-05-08"), windows: 40, seed: 3).bytes
        for count in 0..<bytes.count {
            let cut = Array(bytes[..<count])
            guard case .failure = read(cut) else {
                Issue.record("\(count) bytes were read")
                continue
            }
            guard case .failure = read(sealed(cut)) else {
                Issue.record("\(count) sealed bytes were read")
                continue
            }
        }
    }

    @Test func errorsSayWhatIsWrong() throws {
        let record = try randomRecord(session: try date("2024-05-08"), windows: 40, seed: 3)
        var bytes = record.bytes
        bytes[40] ^= 1
        #expect(read(bytes) == .failure(.wrongChecksum))
        #expect(read(Array("{}".utf8)) == .failure(.truncated(offset: 0, needed: 4, available: 2)))
        #expect(read(Array("GIF89a..".utf8)) == .failure(.notASessionRecord))
        bytes[4] = 2
        #expect(read(bytes) == .failure(.unsupportedVersion(2)))
        let most = SessionRecord.mostBytes
        #expect(read(Array(repeating: 0, count: most + 1)) == .failure(.tooLarge(bytes: most + 1, most: most)))
        bytes = record.bytes
        bytes[7] = 0xFF
        guard case .failure(.invalid(offset: 9, _)) = read(sealed(bytes)) else {
            Issue.record("a date of no calendar was read")
            return
        }
        let day = try date("2024-05-09")
        #expect(throws: SessionRecordError.otherSession(found: record.session)) {
            try SessionRecord(record.bytes, of: day, layout: record.layout)
        }
        #expect(throws: SessionRecordError.otherLayout) {
            try SessionRecord(record.bytes, of: record.session, layout: record.layout + 1)
        }
    }

    /// The largest a session can be: every key, every bin.
    @Test func theLargestRecordIsRead() throws {
        var record = SessionRecord(session: try date("2024-05-08"), layout: 1, scorer: 2)
        let values = (0..<1383).map { QuantileSketch.value(of: Int16($0 - 691)) }
        for number in 0..<BaselineKey.count {
            let key = try #require(BaselineKey(number: number))
            for value in values { record.add(key, logRatio: value, logVolume: value) }
        }
        for index in 0..<5000 {
            record.add(SessionRecord.Prediction(id: String(repeating: "x", count: 124) + "\(index % 10)", raw: 0.5))
        }
        #expect(record.predictions.count == SessionRecord.mostPredictions)
        let bytes = record.bytes
        #expect(bytes.count <= SessionRecord.mostBytes)
        #expect(read(bytes) == .success(record))
    }

    @Test func whatIsNoSignalIsNotRemembered() throws {
        var record = SessionRecord(session: try date("2024-05-08"), layout: 1, scorer: 2)
        for id in ["", "a b", "ä", String(repeating: "x", count: 129)] {
            record.add(SessionRecord.Prediction(id: id, raw: 0.5))
        }
        for raw in [-0.1, 1.1, .nan] { record.add(SessionRecord.Prediction(id: "a", raw: raw)) }
        #expect(record.isEmpty)
    }
}

/// Damaged records with valid checksums: read or refused, and what is read is what it writes.
@Suite struct SessionRecordFuzzTests {
    private static let seconds = ProcessInfo.processInfo.environment["FUZZ_SECONDS"].flatMap { Double($0) } ?? 2
    private static let firstSeed = ProcessInfo.processInfo.environment["FUZZ_SEED"].flatMap { UInt64($0) } ?? 1

    @Test func damagedRecordsAreReadOrRefused() throws {
        let end = ContinuousClock.now + .seconds(Self.seconds)
        let day = try date("2024-05-08")
        var seed = Self.firstSeed
        var accepted = 0
        var reasons: Set<String> = []
        while ContinuousClock.now < end {
            var random = PressureRandom(seed: seed)
            var bytes = try randomRecord(session: day, windows: Int(random.next() % 30), seed: seed).bytes
            for _ in 0..<Int.random(in: 1...4, using: &random) { Self.damage(&bytes, &random) }
            bytes = sealed(bytes)
            switch read(bytes) {
            case .success(let record):
                accepted += 1
                try #require(record.bytes == bytes, "seed \(seed)")
                _ = BaselineHistory(
                    [record], BaselineParameters(calendar: try ExchangeCalendar(named: "cme-globex-equity")))
            case .failure(.invalid(_, let reason)): reasons.insert(String(reason.prefix { !$0.isNumber }))
            case .failure: break
            }
            seed += 1
        }
        print("fuzzed session records from seed \(Self.firstSeed) to \(seed), \(accepted) read")
        #expect(accepted > 0 && reasons.count >= 5)
    }

    private static func damage(_ bytes: inout [UInt8], _ random: inout PressureRandom) {
        guard bytes.count > 1 else { return }
        let index = Int.random(in: 0..<bytes.count, using: &random)
        switch random.next() % 5 {
        case 0: bytes[index] ^= 1 << UInt8(random.next() % 8)
        case 1: bytes[index] = [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &random) ?? 0
        case 2: bytes.removeSubrange(index..<min(bytes.count, index + Int(random.next() % 20)))
        case 3: bytes.insert(contentsOf: (0..<random.next() % 20).map { UInt8(truncatingIfNeeded: $0) }, at: index)
        default: bytes.removeSubrange(index...)
        }
    }
}
