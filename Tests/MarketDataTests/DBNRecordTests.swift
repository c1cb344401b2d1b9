import Foundation
import MarketData
import Testing

/// Every record type in every version from bytes placed by hand, by the offsets of `DBNReference`.
@Suite struct DBNRecordTests {
    /// A record with a value of its own in every field, and what its JSON must say by field name.
    private struct Sample {
        var bytes: [UInt8]
        var values: [String: String] = [:]

        init(_ record: DBNReference.Record, seed: UInt64) {
            var random = SplitMix(seed: seed)
            bytes = [UInt8](repeating: 0, count: record.byteCount)
            put(UInt8(record.byteCount / 4), at: 0)
            put(record.type, at: 1)
            put(UInt16(0x1234), at: 2)
            put(UInt32(0x8765_4321), at: 4)
            put(UInt64(0xFEDC_BA98_7654_3210), at: 8)
            for field in record.fields {
                let bits = random.next()
                switch field.kind {
                case "u8": place(UInt8(truncatingIfNeeded: bits), field)
                case "i8": place(Int8(truncatingIfNeeded: bits), field)
                case "u16": place(UInt16(truncatingIfNeeded: bits), field)
                case "i16": place(Int16(truncatingIfNeeded: bits), field)
                case "u32": place(UInt32(truncatingIfNeeded: bits), field)
                case "i32": place(Int32(truncatingIfNeeded: bits), field)
                case "u64": place(bits, field)
                case "i64": place(Int64(bitPattern: bits), field)
                case "char":
                    bytes[field.offset] = UInt8(65 + bits % 26)
                    values[field.name] = String(UnicodeScalar(bytes[field.offset]))
                default:
                    let room = Int(field.kind.dropFirst(4)) ?? 0
                    let text = (0..<room - 1).map { _ in UInt8(97 + random.next() % 26) }
                    bytes.replaceSubrange(field.offset..<field.offset + text.count, with: text)
                    values[field.name] = String(decoding: text, as: UTF8.self)
                }
            }
        }

        private mutating func place<T: FixedWidthInteger>(_ value: T, _ field: DBNReference.Field) {
            put(value, at: field.offset)
            values[field.name] = String(value)
        }

        mutating func put<T: FixedWidthInteger>(_ value: T, at offset: Int) {
            for byte in 0..<T.bitWidth / 8 { bytes[offset + byte] = UInt8(truncatingIfNeeded: value >> (8 * byte)) }
        }

        /// As a gateway sends it when asked for its send time.
        mutating func appendSendTime(_ time: UInt64) {
            bytes += [UInt8](repeating: 0, count: 8)
            put(time, at: bytes.count - 8)
            bytes[0] += 2
            values["ts_out"] = "\(time)"
        }
    }

    /// Field names of an object, those of levels with `/` and their number, and their values as text.
    private static func flattened(_ json: String) throws -> [String: String] {
        let object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
        var result: [String: String] = [:]
        for (name, value) in try #require(object) where name != "hd" {
            if let levels = value as? [[String: Any]] {
                for (index, level) in levels.enumerated() {
                    for (key, number) in level { result["\(key)/\(index)"] = "\(number)" }
                }
            } else {
                result[name] = "\(value)"
            }
        }
        return result
    }

    private static func stream(_ sample: Sample, version: UInt8, tsOut: Bool) throws -> String {
        // 8 bytes, then 100 of the fixed part, a length and four counts of 0.
        var header: [UInt8] = Array("DBN".utf8) + [version] + [120, 0, 0, 0] + [UInt8](repeating: 0, count: 120)
        let tsOutOffset = version == 1 ? 60 : 52
        header[tsOutOffset] = tsOut ? 1 : 0
        if version > 1 { header[53] = 71 }
        var decoder = RecordDecoder()
        (header + sample.bytes).withUnsafeBytes { decoder.append($0) }
        var records = try decoder.nextRun()?.makeIterator()
        let record = records?.next()
        var out: [UInt8] = []
        RecordJSON(version: version, tsOut: tsOut).append(try #require(record), to: &out)
        return String(decoding: out, as: UTF8.self)
    }

    @Test func theReferenceHasEveryLayoutWeHave() {
        let ours = Set(RecordLayout.all.map { "\($0.name) \($0.type) \($0.version) \($0.byteCount)" })
        let theirs = Set(DBNReference.records.map { "\($0.name) \($0.type) \($0.version) \($0.byteCount)" })
        #expect(ours == theirs)
    }

    @Test(arguments: DBNReference.records) func everyFieldIsReadFromItsPlace(record: DBNReference.Record) throws {
        let sample = Sample(record, seed: UInt64(record.type))
        let printed = try Self.flattened(try Self.stream(sample, version: record.version, tsOut: false))
        #expect(printed == sample.values)
    }

    @Test(arguments: DBNReference.records) func theSendTimeIsReadBehindEveryRecord(record: DBNReference.Record) throws {
        var sample = Sample(record, seed: 5)
        sample.appendSendTime(1_715_126_400_123_456_789)
        let printed = try Self.flattened(try Self.stream(sample, version: record.version, tsOut: true))
        #expect(printed == sample.values)
    }

    @Test(arguments: DBNReference.records) func headersPrintAsTheyLie(record: DBNReference.Record) throws {
        let printed = try Self.stream(Sample(record, seed: 1), version: record.version, tsOut: false)
        #expect(
            printed.contains(
                "\"hd\":{\"ts_event\":\"18364758544493064720\",\"rtype\":\(record.type),\"publisher_id\":4660,"
                    + "\"instrument_id\":2271560481}"))
    }

    /// Fields of the version 3 record that keep their name keep their value; lengths and new fields are tested apart.
    @Test(arguments: DBNReference.records) func upgradingKeepsEveryFieldThatHasAPlace(record: DBNReference.Record)
        throws
    {
        let sample = Sample(record, seed: 9)
        let upgrader = RecordUpgrader(version: record.version, tsOut: false)
        let upgraded = try withRecord(sample.bytes, version: record.version) { upgrader.upgraded($0) }
        let printed = try Self.flattened(try json(upgraded, version: 3))
        for (name, value) in sample.values where printed[name] != nil { #expect(printed[name] == value, "\(name)") }
    }

    @Test(arguments: DBNReference.records) func upgradedRecordsHaveTheLengthOfVersion3(record: DBNReference.Record)
        throws
    {
        var sample = Sample(record, seed: 9)
        sample.appendSendTime(7)
        let upgrader = RecordUpgrader(version: record.version, tsOut: true)
        let upgraded = try withRecord(sample.bytes, version: record.version) { upgrader.upgraded($0) }
        let native = DBNReference.records.first { $0.type == record.type && $0.version == 3 }
        #expect(upgraded.count == native?.byteCount)
        #expect(Int(upgraded[0]) * 4 == native?.byteCount)
    }
}
