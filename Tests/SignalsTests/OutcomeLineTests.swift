import MarketData
import Signals
import Testing

private func printed(_ outcome: OutcomeLine) -> String {
    var line: [UInt8] = []
    outcome.append(to: &line)
    return String(decoding: line, as: UTF8.self)
}

private func readOutcome(_ line: String, unknown: inout Int) throws(ContractViolation) -> OutcomeLine {
    var count = 0
    let result: Result<OutcomeLine, ContractViolation> = Array(line.utf8).withUnsafeBytes { bytes in
        do throws(ContractViolation) {
            return .success(try OutcomeLine.read(bytes, unknownFields: &count))
        } catch {
            return .failure(error)
        }
    }
    unknown += count
    return try result.get()
}

private func readOutcome(_ line: String) throws(ContractViolation) -> OutcomeLine {
    var unknown = 0
    return try readOutcome(line, unknown: &unknown)
}

private let won = OutcomeLine(
    id: "v3-1715180400-5602", action: .strongBuy, direction: .long, instrumentID: InstrumentID(77),
    underlyingID: InstrumentID(5602), kind: .sessionClose,
    entry: .init(time: Timestamp(nanos: 1_715_180_400_100_000_000), price: Price(nanos: 100_500_000_000)),
    exit: .init(time: Timestamp(nanos: 1_715_180_403_000_000_000), price: Price(nanos: -1)),
    rMicros: 1_620_909, profitMicros: 178_300_000, adverseRMicros: 272_727)

private let unresolved = OutcomeLine(
    id: "x", action: .monitor, direction: .short, instrumentID: InstrumentID(1), underlyingID: InstrumentID(.max),
    kind: .unresolvable, reason: "no-underlying", rMicros: 0, profitMicros: 0, adverseRMicros: 0,
    isTargetWrongSide: true, isTainted: true)

@Suite struct OutcomeLineTests {
    @Test func aLineReadsLikeThis() {
        #expect(
            printed(won) == """
                {"type":"outcome","id":"v3-1715180400-5602","action":"STRONG_BUY","direction":"long","instrument_id":77,\
                "underlying_id":5602,"kind":"session-close","entry_ts":1715180400100000000,"entry_price":"100.5",\
                "exit_ts":1715180403000000000,"exit_price":"-0.000000001","r_micros":1620909,"profit_micros":178300000,\
                "adverse_r_micros":272727,"target_wrong_side":false,"tainted":false}

                """)
    }

    @Test(arguments: [won, unresolved]) func printingAndReadingGivesTheSame(outcome: OutcomeLine) throws {
        #expect(try readOutcome(String(printed(outcome).dropLast())) == outcome)
    }

    @Test func unknownFieldsAreCounted() throws {
        var unknown = 0
        let line = printed(won).replacing("\"type\"", with: "\"new\":1,\"type\"").dropLast()
        #expect(try readOutcome(String(line), unknown: &unknown) == won)
        #expect(unknown == 1)
    }

    /// What an engine may rely on: nothing missing, nothing half there, nothing of another type.
    @Test(arguments: [
        ("\"id\":\"v3-1715180400-5602\",", ""), ("\"r_micros\":1620909", "\"r_micros\":1.5"),
        ("\"exit_price\":\"-0.000000001\",", ""), ("\"entry_ts\":1715180400100000000,", ""),
        ("\"entry_ts\":1715180400100000000,\"entry_price\":\"100.5\",", ""), ("\"long\"", "\"up\""),
        ("\"session-close\"", "\"unresolvable\""), ("\"outcome\"", "\"signal\""),
        ("\"tainted\":false", "\"tainted\":0"),
        ("\"underlying_id\":5602", "\"underlying_id\":4294967296"), ("v3-17", "v3 17"), ("}", ""),
    ])
    func badLinesAreRefused(old: String, new: String) {
        let line = String(printed(won).dropLast()).replacing(old, with: new)
        #expect(throws: ContractViolation.self) { try readOutcome(line) }
    }
}
