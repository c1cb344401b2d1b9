import Foundation
import Glibc
import MarketData
import Testing

@testable import Operator

/// Runs a built-in engine on bytes, in this process, with files for its streams.
private func host(
    _ name: String, _ input: [UInt8], configuration: String? = nil
) throws -> (code: Int32, lines: [String], errors: String) {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tandem-host-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }
    try Data(input).write(to: folder.appendingPathComponent("in"))
    if let configuration { try configuration.write(toFile: path("configuration"), atomically: true, encoding: .utf8) }
    var streams = EngineHost.Streams()
    streams.input = open(path("in"), O_RDONLY | O_CLOEXEC)
    streams.output = open(path("out"), O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    streams.errors = open(path("err"), O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    let code = EngineHost.run(
        name: name, configurationPath: configuration == nil ? "" : path("configuration"), streams: streams)
    for descriptor in [streams.input, streams.output, streams.errors] { close(descriptor) }
    let lines = try String(contentsOfFile: path("out"), encoding: .utf8).split(separator: "\n").map(String.init)
    return (code, lines, try String(contentsOfFile: path("err"), encoding: .utf8))
}

@Suite struct EngineHostTests {
    @Test(arguments: ["ifd-v1", "ifd-v3", "metronome"])
    func saysHelloFirstAndProgressLast(name: String) throws {
        let (code, lines, errors) = try host(name, checkedStream)
        #expect(code == 0 && errors.isEmpty)
        #expect(lines.first?.hasPrefix("{\"type\":\"hello\",\"engine\":\"\(name)\",") == true)
        #expect(
            lines.last?.hasPrefix("{\"type\":\"progress\",\"records\":201,\"ts_event\":1715180499500000000") == true)
    }

    @Test func anEmptyInputIsADrain() throws {
        let (code, lines, _) = try host("ifd-v1", [])
        #expect(code == 0 && lines.count == 2)
        #expect(lines.last == #"{"type":"progress","records":0,"ts_event":0}"#)
    }

    @Test func aTornEndDeliversWhatIsWhole() throws {
        let (code, lines, errors) = try host("ifd-v1", Array(checkedStream.dropLast(10)))
        #expect(code == 0)
        #expect(lines.last?.hasPrefix(#"{"type":"progress","records":200,"#) == true)
        #expect(errors.contains("ends inside a record: 46 bytes"))
    }

    @Test func damagedAndForeignInputSaysWhatItIs() throws {
        var damaged = checkedStream
        let header = Metadata.liveSession(dataset: "GLBX.MDP3", start: 0).encoded().count
        damaged[header + 520 + 56] = 1
        let first = try host("ifd-v1", damaged)
        #expect(first.code == 9 && first.errors.contains("says it is 4 bytes long"))
        let compressed = try host("ifd-v1", [0x28, 0xB5, 0x2F, 0xFD, 1, 2, 3, 4, 5])
        #expect(compressed.code == 9 && compressed.errors.contains("tandem dbn cat FILE -o dbn"))
        #expect(try host("ifd-v1", Array("once upon a time".utf8)).code == 9)
        #expect(try host("ifd-v1", Array(checkedStream.prefix(50))).code == 9)
    }

    @Test func aBadConfigurationIsCode78WithAllProblems() throws {
        let (code, lines, errors) = try host("ifd-v1", checkedStream, configuration: #"{"max_open": 0, "speed": 1}"#)
        #expect(code == 78 && lines.isEmpty)
        #expect(errors.split(separator: "\n").count == 2)
        #expect(errors.contains("max_open must be an integer from 1 to 1000") && errors.contains("speed is not known"))
        #expect(try host("ifd-v9", checkedStream).code == 2)
    }

    @Test func theConfigurationIsUsed() throws {
        let (_, lines, _) = try host("ifd-v3", checkedStream, configuration: #"{"horizon_s": 60}"#)
        #expect(lines.first?.contains("\"version\":\"3.0.0+") == true)
    }

    /// Version 1 has shorter definitions and marks, and names in its metadata.
    @Test func olderVersionsAreUpgraded() throws {
        var bytes: [UInt8] = [0x44, 0x42, 0x4E, 1]
        var body = Array("GLBX.MDP3".utf8) + [UInt8](repeating: 0, count: 91)
        body[42] = 255
        body[43] = 255
        func append(_ number: UInt32) { body += (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * UInt32($0))) } }
        func append(symbol: String) {
            body += Array(symbol.utf8) + [UInt8](repeating: 0, count: 22 - symbol.utf8.count)
        }
        body = Array(body.prefix(100))
        body[50] = 1
        body[51] = 0
        append(0)
        for _ in 0..<3 { append(0) }
        append(1)
        append(symbol: "ESM4")
        append(1)
        append(20_240_101)
        append(20_250_101)
        append(symbol: "100")
        bytes += (0..<4).map { UInt8(truncatingIfNeeded: body.count >> (8 * $0)) } + body
        let time: UInt64 = 1_715_180_400_000_000_000
        bytes += RecordBuilder.record(
            type: RecordType.mbo, instrumentID: 100, tsEvent: time,
            numbers: ["ts_recv": Int64(time), "price": 1, "size": 1],
            texts: ["action": "T", "side": "B"])
        bytes += RecordBuilder.record(
            type: RecordType.system, version: 1, publisherID: 0, instrumentID: 0, tsEvent: time + 1,
            texts: ["msg": "Heartbeat"])
        let (code, lines, errors) = try host("ifd-v1", bytes)
        #expect(code == 0, "\(errors)")
        #expect(
            lines.dropFirst() == [
                "{\"type\":\"progress\",\"records\":2,\"ts_event\":1715180400000000001,\"missing\":[\"definition of 100 (ESM4)\"]}"
            ])
    }

    @Test(arguments: [
        (#"{"garbage_at_record": 5}"#, Int32(0)), (#"{"exit_at_record": 5, "exit_code": 7}"#, 7),
        (#"{"no_hello": true}"#, 0),
        (#"{"long_line_at_record": 5}"#, 0), (#"{"silent": true}"#, 0),
    ])
    func theMetronomeMisbehavesAsTold(configuration: String, code: Int32) throws {
        let result = try host("metronome", checkedStream, configuration: configuration)
        #expect(result.code == code)
        let says = { (text: String) in result.lines.contains { $0.contains(text) } }
        #expect(says("\"hello\"") != configuration.contains("no_hello"))
        #expect(says("\"progress\"") != (configuration.contains("silent") || configuration.contains("exit")))
        #expect(says("no line of the contract") == configuration.contains("garbage"))
        #expect(result.lines.contains { $0.utf8.count == 100_000 } == configuration.contains("long_line"))
    }

    @Test func aClosedLifelineEndsTheProcess() async {
        await #expect(processExitsWith: .exitCode(1)) {
            var ends: [Int32] = [-1, -1]
            pipe(&ends)
            _ = ParentWatch.watch(ends[0])
            close(ends[1])
            sleep(20)
            exit(0)
        }
    }
}
