import MarketData
import Testing

/// What records of versions 1 and 2 become in version 3 where it is more than moving a field (`dbn-format.md`, section 6).
@Suite struct DBNUpgradeTests {
    private func upgraded(
        _ type: UInt8, version: UInt8 = 1, numbers: [String: Int64] = [:], texts: [String: String] = [:]
    ) throws -> String {
        let old = RecordBuilder.record(
            type: type, version: version, instrumentID: 1, tsEvent: 5, numbers: numbers, texts: texts)
        let upgrader = RecordUpgrader(version: version, tsOut: false)
        return try json(try withRecord(old, version: version) { upgrader.upgraded($0) }, version: 3)
    }

    @Test(arguments: [1, 2] as [UInt8]) func anUndefinedQuantityStaysUndefined(version: UInt8) throws {
        let json = try upgraded(RecordType.statistics, version: version, numbers: ["quantity": Int64(Int32.max)])
        #expect(json.contains("\"quantity\":\"9223372036854775807\""))
    }

    @Test func aNegativeQuantityKeepsItsSign() throws {
        #expect(try upgraded(RecordType.statistics, numbers: ["quantity": -3]).contains("\"quantity\":\"-3\""))
    }

    @Test func anInstrumentIdIsNotSignExtended() throws {
        let json = try upgraded(RecordType.definition, numbers: ["raw_instrument_id": 0xFFFF_FFFE])
        #expect(json.contains("\"raw_instrument_id\":\"4294967294\""))
    }

    @Test(arguments: [
        ("Heartbeat", 0), ("Subscription request 3 for mbo data succeeded", 1),
        ("Warning: slow reading, 3 s behind", 2), ("Finished mbo replay", 3), ("End of interval for ohlcv-1s", 4),
        ("something else", 255), ("", 255), ("Finished", 255),
    ]) func systemTextsTellTheCode(text: String, code: Int) throws {
        #expect(try upgraded(RecordType.system, texts: ["msg": text]).hasSuffix("\"code\":\(code)}"))
    }

    @Test(arguments: [
        ("User or API key deactivated", 2), ("User has reached their open connection limit", 3),
        ("Failed to resolve symbol ABC", 4), ("Internal error", 6), ("Slow client detected for session", 7),
        ("anything", 255),
    ]) func errorTextsTellTheCode(text: String, code: Int) throws {
        #expect(try upgraded(RecordType.error, texts: ["err": text]).hasSuffix("\"code\":\(code),\"is_last\":255}"))
    }

    @Test func legsOfAnOldDefinitionAreUndefined() throws {
        let json = try upgraded(RecordType.definition, version: 2)
        #expect(json.contains("\"leg_price\":\"9223372036854775807\",\"leg_delta\":\"9223372036854775807\""))
        #expect(json.contains("\"leg_side\":\"N\""))
    }

    @Test func anOldMappingHasUndefinedSymbolTypes() throws {
        let json = try upgraded(RecordType.symbolMapping, texts: ["stype_out_symbol": "ESM4"])
        #expect(json.contains("\"stype_in\":255"))
        #expect(json.contains("\"stype_out\":255,\"stype_out_symbol\":\"ESM4\""))
    }

    @Test func version3WithoutSendTimeIsLeftAlone() {
        #expect(RecordUpgrader(version: 3, tsOut: false).isIdentity)
    }

    @Test(arguments: [(1, false), (2, false), (3, true)] as [(UInt8, Bool)])
    func everythingElseIsNot(version: UInt8, tsOut: Bool) {
        #expect(!RecordUpgrader(version: version, tsOut: tsOut).isIdentity)
    }
}
