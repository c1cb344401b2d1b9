import Foundation
import MarketData
import Testing

/// JSON of texts and characters that need care; field order and numbers are tested on public files.
@Suite struct DBNJSONTests {
    private func printed(_ message: [UInt8]) throws -> String {
        var record = bareRecord(type: RecordType.system, byteCount: 320)
        record.replaceSubrange(16..<16 + message.count, with: message)
        return try json(record, version: 3)
    }

    private func messageRead(_ message: [UInt8]) throws -> String? {
        let object = try JSONSerialization.jsonObject(with: Data(try printed(message).utf8)) as? [String: Any]
        return object?["msg"] as? String
    }

    @Test(arguments: [
        "plain", "", "a \"quoted\" word", "back\\slash", "two\nlines", "tab\tand\rreturn", "\u{1}\u{1F}\u{7F}",
        "größer 東京 🙂", "</script>", "\\u0041",
    ]) func everyTextIsReadBackByAnotherParser(text: String) throws {
        #expect(try messageRead(Array(text.utf8)) == text)
    }

    @Test func everyControlCharacterIsEscaped() throws {
        for byte in UInt8(1)..<32 {
            #expect(try printed([byte]).utf8.allSatisfy { $0 >= 32 }, "\(byte)")
            #expect(try messageRead([byte]) == String(UnicodeScalar(byte)), "\(byte)")
        }
    }

    @Test(arguments: [[0xFF], [0x41, 0xC3], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80]] as [[UInt8]])
    func bytesThatAreNoTextStillGiveValidJSON(bytes: [UInt8]) throws {
        #expect(try messageRead(bytes)?.contains("\u{FFFD}") == true)
    }

    @Test func aTextEndsAtItsFirstZero() throws {
        #expect(try messageRead([0x41, 0, 0x42]) == "A")
    }

    @Test func aTextWithoutZeroEndsWithItsField() throws {
        #expect(try messageRead([UInt8](repeating: 0x41, count: 303))?.count == 303)
    }

    @Test func everyCharacterGivesValidJSON() throws {
        for byte in UInt8.min...UInt8.max {
            var record = bareRecord(type: RecordType.mbo, byteCount: 56)
            record[38] = byte
            let object =
                try JSONSerialization.jsonObject(with: Data(try json(record, version: 3).utf8)) as? [String: Any]
            #expect(byte == 0 ? object?["action"] is NSNull : object?["action"] is String, "\(byte)")
        }
    }

    @Test func anUnknownTypeShowsItsHeaderAndLength() throws {
        let expected = """
            {"hd":{"ts_event":"0","rtype":200,"publisher_id":0,"instrument_id":5},"unknown_bytes":24}
            """
        #expect(try json(bareRecord(type: 200, byteCount: 40, instrumentID: 5), version: 3) == expected)
    }
}
