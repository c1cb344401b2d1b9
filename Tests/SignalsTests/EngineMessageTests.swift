import Foundation
import MarketData
import Signals
import Testing

/// Reads one line.
func read(_ line: String, maxHorizonSeconds: Int = .max) throws(ContractViolation) -> EngineMessage {
    var unknown = 0
    return try read(Array(line.utf8), maxHorizonSeconds: maxHorizonSeconds, unknown: &unknown)
}

func read(_ line: [UInt8], maxHorizonSeconds: Int = .max, unknown: inout Int) throws(ContractViolation) -> EngineMessage
{
    var count = 0
    let result: Result<EngineMessage, ContractViolation> = line.withUnsafeBytes { bytes in
        do throws(ContractViolation) {
            return .success(
                try EngineMessage.read(bytes, maxHorizonSeconds: maxHorizonSeconds, unknownFields: &count))
        } catch {
            return .failure(error)
        }
    }
    unknown += count
    return try result.get()
}

func printed(_ message: EngineMessage) -> String {
    var line: [UInt8] = []
    message.append(to: &line)
    return String(decoding: line, as: UTF8.self)
}

let sampleSignal = Signal(
    id: "v1-20240508-5602-HIGH", cause: 41, tsEvent: Timestamp(nanos: 1_715_126_400_000_000_001),
    instrumentID: InstrumentID(4_294_967_295), symbol: "ESM4 \"P\" 5250\\ü", underlyingID: InstrumentID(5602),
    direction: .short, action: .strongSell, strength: .extreme, confidence: 0.95,
    price: Price(nanos: 5_204_250_000_000),
    target: Price(nanos: -1), stop: Price(nanos: Int64.max - 1), horizonSeconds: 1800, sizeMultiplier: 1.5,
    features: [
        "volume": .integer(9_007_199_254_740_993), "least": .integer(.min), "ratio": .number(12.5), "whole": .number(3),
        "tiny": .number(.leastNonzeroMagnitude), "text": .text("a\nb\u{1}"), "flag": .flag(false),
    ])

@Suite struct EngineMessageTests {
    @Test(arguments: [
        EngineMessage.hello(Hello(engine: "e", version: "1+é", schemas: ["mbo", "definition"])),
        .signal(sampleSignal),
        .progress(Progress(records: .max, tsEvent: Timestamp(nanos: .max - 1))),
        .progress(Progress(records: 0, tsEvent: Timestamp(nanos: 0), missing: ["price of 5602", ""])),
        .error(EngineComplaint(code: "x", message: "tab\tquote\"", isFatal: true)),
    ])
    func printingAndReadingGivesTheSame(message: EngineMessage) throws {
        let line = printed(message)
        #expect(line.hasSuffix("}\n"))
        #expect(line.dropLast().contains("\n") == false)
        #expect(try read(line) == message)
    }

    @Test func equalSignalsGiveEqualBytes() {
        var other = sampleSignal
        other.features = Dictionary(uniqueKeysWithValues: sampleSignal.features.reversed())
        #expect(other.canonicalJSON == sampleSignal.canonicalJSON)
    }

    /// Also another reader must understand what we print.
    @Test func foundationReadsWhatWePrint() throws {
        let object = try JSONSerialization.jsonObject(with: Data(printed(.signal(sampleSignal)).utf8))
        let fields = try #require(object as? [String: Any])
        #expect(fields["price"] as? String == "5204.25")
        #expect(fields["ts_event"] as? UInt64 == 1_715_126_400_000_000_001)
        #expect(fields["symbol"] as? String == "ESM4 \"P\" 5250\\ü")
    }

    @Test func unknownFieldsAreCountedAndIgnored() throws {
        var unknown = 0
        let line = #"{"type":"progress","records":3,"ts_event":5,"color":"red","nested":{"a":[1,{}]}}"#
        let message = try read(Array(line.utf8), unknown: &unknown)
        #expect(message == .progress(Progress(records: 3, tsEvent: Timestamp(nanos: 5))))
        #expect(unknown == 2)
    }

    @Test func unknownTypesAreNoViolation() throws {
        #expect(try read(#"{"type":"weather","sun":true}"#) == .unknown(type: "weather"))
    }

    @Test(arguments: [
        ("0", UInt64(0)), ("9223372036854775807", UInt64(Int64.max)), ("9223372036854775808", UInt64(Int64.max) + 1),
        ("18446744073709551615", UInt64.max), ("9007199254740993", 9_007_199_254_740_993), ("1800.0", 1800),
    ])
    func countsAreExact(spelling: String, value: UInt64) throws {
        let message = try read("{\"type\":\"progress\",\"records\":\(spelling),\"ts_event\":1}")
        #expect(message == .progress(Progress(records: value, tsEvent: Timestamp(nanos: 1))))
    }

    @Test(arguments: ["18446744073709551616", "-1", "1.5", "\"1\"", "null", "true", "[1]", "1e300"])
    func othersAreNoCounts(spelling: String) {
        #expect(
            throws: ContractViolation.badField(type: "progress", field: "records", expected: "an integer of at least 0")
        ) {
            try read("{\"type\":\"progress\",\"records\":\(spelling),\"ts_event\":1}")
        }
    }

    @Test(arguments: [
        ("0.000000001", Int64(1)), ("-0.5", -500_000_000), ("24800.25", 24_800_250_000_000),
        ("9223372036.854775806", Int64.max - 1), ("7", 7_000_000_000),
    ])
    func pricesAreExact(text: String, nanos: Int64) throws {
        let line = printed(.signal(sampleSignal)).replacingOccurrences(of: "\"5204.25\"", with: "\"\(text)\"")
        guard case .signal(let signal) = try read(line) else { throw ContractViolation.notAnObject("no signal") }
        #expect(signal.price == Price(nanos: nanos))
    }

    @Test(arguments: [
        "\"1e3\"", "\"\"", "\"1.\"", "\".5\"", "\"1.0000000001\"", "\"9223372036.854775807\"", "\"+1\"", "\" 1\"",
        "5204.25",
    ])
    func othersAreNoPrices(text: String) {
        let line = printed(.signal(sampleSignal)).replacingOccurrences(of: "\"5204.25\"", with: text)
        #expect(throws: ContractViolation.self) { try read(line) }
    }

    @Test func linesAreAtMost64KiBWithTheirNewline() throws {
        func line(_ length: Int) -> [UInt8] {
            let frame = #"{"type":"weather","x":""}"#
            let text = String(repeating: "x", count: length - frame.utf8.count)
            return Array("{\"type\":\"weather\",\"x\":\"\(text)\"}".utf8)
        }
        var unknown = 0
        #expect(try read(line(65_535), unknown: &unknown) == .unknown(type: "weather"))
        #expect(throws: ContractViolation.lineTooLong) { try read(line(65_536), unknown: &unknown) }
    }
}

/// Every way in which a line can break the contract on its own.
@Suite struct ViolationTests {
    @Test(arguments: [
        "", " ", "x", "[]", "\"hello\"", "12", "null", "{", "{}", #"{"type":1}"#, #"{"type":"hello"} {}"#,
        #"{"type":"a","type":"a"}"#,
        #"{"type":"a",}"#, "{\"type\":\"a\u{1}\"}", #"{"type":"\ud800"}"#, #"{"type":"a","n":01}"#,
        #"{"type":"a","n":1e999}"#,
        #"{"type":"a","n":.5}"#, #"{"type":"a","n":1.}"#, #"{"type":"a","n":-}"#, #"{"type":"a","n":NaN}"#,
        #"{type:"a"}"#,
        #"{"type":"a","x":"\q"}"#, #"{"type":"a","x":tru}"#,
    ])
    func isNoObjectWithAType(line: String) {
        do {
            _ = try read(line)
            Issue.record("accepted")
        } catch {
            guard case .notAnObject = error else {
                Issue.record("\(error)")
                return
            }
        }
    }

    @Test func badUTF8IsNoText() {
        var unknown = 0
        let line = Array("{\"type\":\"a".utf8) + [0xFF] + Array("\"}".utf8)
        #expect(throws: ContractViolation.self) { try read(line, unknown: &unknown) }
    }

    @Test func nestingIsBounded() {
        let line =
            "{\"type\":\"a\",\"x\":" + String(repeating: "[", count: 30_000) + String(repeating: "]", count: 30_000)
            + "}"
        #expect(throws: ContractViolation.self) { try read(line) }
    }

    @Test(arguments: [
        ("hello", "engine"), ("hello", "version"), ("hello", "contract"), ("progress", "records"),
        ("progress", "ts_event"),
        ("error", "code"), ("error", "message"), ("error", "fatal"), ("signal", "id"), ("signal", "cause"),
        ("signal", "ts_event"),
        ("signal", "instrument_id"), ("signal", "symbol"), ("signal", "underlying_id"), ("signal", "direction"),
        ("signal", "action"), ("signal", "strength"), ("signal", "confidence"), ("signal", "price"),
        ("signal", "target"),
        ("signal", "stop"), ("signal", "horizon_s"),
    ])
    func missingFieldsAreNamed(type: String, field: String) throws {
        var fields = try Self.fields(of: type)
        fields[field] = nil
        let line = try JSONSerialization.data(withJSONObject: fields)
        var unknown = 0
        #expect(throws: ContractViolation.missingField(type: type, field: field)) {
            try read(Array(line), unknown: &unknown)
        }
    }

    @Test(arguments: [
        ("hello", "engine", "1"), ("hello", "contract", "\"1\""), ("hello", "schemas", "[1]"),
        ("hello", "schemas", "\"mbo\""),
        ("progress", "missing", "{}"), ("error", "fatal", "1"), ("signal", "id", "\"\""), ("signal", "id", "\"a b\""),
        ("signal", "id", "\"ä\""), ("signal", "id", "7"), ("signal", "cause", "-1"),
        ("signal", "instrument_id", "4294967296"),
        ("signal", "direction", "\"up\""), ("signal", "action", "\"buy\""), ("signal", "strength", "\"LOW\""),
        ("signal", "confidence", "1.0000001"), ("signal", "confidence", "-0.1"), ("signal", "confidence", "\"0.5\""),
        ("signal", "horizon_s", "0"), ("signal", "horizon_s", "1801"), ("signal", "horizon_s", "1.5"),
        ("signal", "size_multiplier", "-1"), ("signal", "features", "[]"), ("signal", "features", "{\"a\":{}}"),
        ("signal", "features", "{\"a\":[1]}"), ("signal", "symbol", "null"),
    ])
    func badFieldsAreNamed(type: String, field: String, value: String) throws {
        var fields = try Self.fields(of: type)
        fields[field] = try JSONSerialization.jsonObject(with: Data(value.utf8), options: .fragmentsAllowed)
        let line = try JSONSerialization.data(withJSONObject: fields)
        var unknown = 0
        do {
            _ = try read(Array(line), maxHorizonSeconds: 1800, unknown: &unknown)
            Issue.record("accepted")
        } catch {
            guard case .badField(type, field, _) = error else {
                Issue.record("\(error)")
                return
            }
        }
    }

    @Test func idsHaveAtMost128Characters() throws {
        for (count, isFine) in [(128, true), (129, false)] {
            var signal = sampleSignal
            signal.id = String(repeating: "i", count: count)
            let line = printed(.signal(signal))
            #expect(((try? read(line)) != nil) == isFine)
        }
    }

    private static func fields(of type: String) throws -> [String: Any] {
        let message: EngineMessage
        switch type {
        case "hello": message = .hello(Hello(engine: "e", version: "1", schemas: ["mbo"]))
        case "progress": message = .progress(Progress(records: 1, tsEvent: Timestamp(nanos: 2), missing: ["m"]))
        case "error": message = .error(EngineComplaint(code: "c", message: "m", isFatal: false))
        default:
            var signal = sampleSignal
            signal.features = ["volume": .integer(3)]
            message = .signal(signal)
        }
        let object = try JSONSerialization.jsonObject(with: Data(printed(message).utf8))
        return try #require(object as? [String: Any])
    }
}
