import Foundation
import MarketData
import Testing

@testable import Operator

/// 200 records of one future over 100 s: 20 marks' worth of nothing special, and a trade past a multiple of 10 points now and then.
let checkedStream: [UInt8] = {
    var bytes = Metadata.liveSession(dataset: "GLBX.MDP3", start: 0).encoded()
    let start: UInt64 = 1_715_180_400_000_000_000
    bytes += RecordBuilder.record(
        type: RecordType.definition, instrumentID: 100, tsEvent: start, numbers: ["ts_recv": Int64(start)],
        texts: ["raw_symbol": "ESM4", "instrument_class": "F", "security_update_action": "A"])
    for step in 0..<200 {
        let time = start + UInt64(step) * 500_000_000
        let price = 5_200_000_000_000 + Int64(step * step % 37) * 1_000_000_000
        bytes += RecordBuilder.record(
            type: RecordType.mbo, instrumentID: 100, tsEvent: time,
            numbers: ["ts_recv": Int64(time), "price": price, "size": 1],
            texts: ["action": step % 3 == 0 ? "T" : "A", "side": "B"])
    }
    return bytes
}()

/// An engine that keeps the contract but for the fault named by its first argument.
private let faultyEngine = #"""
    import json, os, random, struct, sys, time
    fault, out = sys.argv[1], sys.stdout
    inp = sys.stdin.buffer
    def say(**line): print(json.dumps(line), file=out, flush=True)
    def signal(cause, ts, id, **more):
        say(**{**dict(type="signal", id=id, cause=cause, ts_event=ts, instrument_id=100, symbol="X", underlying_id=100, direction="long",
            action="BUY", strength="HIGH", confidence=0.7, price="1", target="2", stop="0.5", horizon_s=60), **more})
    if fault == "late-hello": inp.read(8)
    if fault == "silent": time.sleep(30)
    if fault == "no-hello": say(type="progress", records=0, ts_event=0)
    if fault == "contract-2": say(type="hello", engine="f", version="1", contract=2, schemas=[])
    elif fault != "no-hello": say(type="hello", engine="f", version="1", contract=1, schemas=[])
    head = inp.read(8)
    inp.read(struct.unpack("<4xI", head)[0])
    n = marks = 0
    while first := inp.read(1):
        record = first + inp.read(first[0] * 4 - 1)
        kind, publisher, instrument, ts = struct.unpack_from("<xBHIQ", record)
        if n % 50 == 40:
            cause, stamp, id, more = n, ts, f"s{n}", {}
            if fault == "future-cause": cause = n + 100000
            if fault == "wrong-time": stamp = ts + 1
            if fault == "changed-repeat": id, more = "same", dict(horizon_s=n + 1)
            if fault == "random-id": id = str(random.random())
            if fault == "bad-price": more = dict(price=5200.25)
            if fault == "extra-field": more = dict(mood="good")
            if fault == "chunk-id": id = f"s{n}-{len(inp.peek(1 << 20)) % 977}"
            signal(cause, stamp, id, **more)
            if fault == "decreasing-cause": signal(n - 1, before, f"d{n}")
            if fault == "equal-repeat": signal(cause, stamp, id)
        before = ts
        n += 1
        if fault == "garbage" and n == 60: print("hello there", flush=True)
        if fault == "long-line" and n == 60: print("x" * 3000000, flush=True)
        if fault == "exit-early" and n == 60: sys.exit(3)
        if fault == "hang" and n == 60: time.sleep(60)
        if fault == "flood" and n == 60:
            while True: print("{}", flush=True)
        if fault == "late-cause" and kind == 0x17: say(type="progress", records=n, ts_event=ts); signal(n - 1, ts, f"l{n}")
        elif kind == 0x17:
            marks += 1
            if fault == "ahead": say(type="progress", records=n + 5, ts_event=ts)
            elif fault == "no-progress" or fault == "short-end" and n > 200: pass
            elif fault == "wrong-progress-time": say(type="progress", records=n, ts_event=ts - 1)
            elif fault != "every-second-mark" or marks % 2 == 0: say(type="progress", records=n, ts_event=ts)
    if fault == "torn-end": out.write('{"type":"pro'); out.flush()
    if fault != "short-end": say(type="progress", records=n, ts_event=ts)
    if fault == "stays": time.sleep(60)
    if fault == "grandchild":
        import subprocess
        subprocess.Popen(["sleep", "60"])
    if fault == "exit-1": sys.stderr.write("Traceback: boom\n"); sys.exit(1)
    """#

private let python = FileManager.default.isExecutableFile(atPath: "/usr/bin/python3") ? "/usr/bin/python3" : "python3"

/// Short ones where a fault is expected, so that waiting for it is short.
private func limits(_ seconds: Double) -> EngineCheck.Limits {
    var limits = EngineCheck.Limits()
    limits.start = seconds
    limits.stall = seconds
    limits.drain = seconds
    limits.idle = seconds
    return limits
}

private let generous = limits(60)

private func check(_ fault: String, _ limits: EngineCheck.Limits) throws -> EngineCheckReport {
    let path = NSTemporaryDirectory() + "/tandem-faulty-\(UUID().uuidString).py"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try faultyEngine.write(toFile: path, atomically: true, encoding: .utf8)
    return try EngineCheck.run(command: [python, path, fault], stream: checkedStream, limits: limits)
}

@Suite struct EngineCheckTests {
    /// The engine of the README, word for word.
    @Test func theExampleKeepsTheContract() throws {
        let example = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("examples/engine.py").path
        let report = try EngineCheck.run(command: [python, example], stream: checkedStream, limits: generous)
        #expect(report.passed, "\(report.rules)")
        #expect(report.engine == "ten-points" && report.version == "1")
        #expect(report.signals > 10 && report.unknownFields == 0)
        // 201 records, marks at each 10 s from 10 to 90, one at the end.
        #expect(report.records == 211 && report.marks == 10 && report.progressLines == 11)
    }

    @Test(arguments: ["none", "equal-repeat", "extra-field", "grandchild"])
    func whatKeepsTheContractPasses(fault: String) throws {
        let report = try check(fault, generous)
        #expect(report.passed, "\(report.rules)")
        #expect(report.signals == 4)
    }

    @Test(arguments: [
        ("late-hello", "hello"), ("silent", "hello"), ("no-hello", "hello"), ("contract-2", "hello"),
        ("garbage", "lines"),
        ("long-line", "lines"), ("bad-price", "lines"), ("changed-repeat", "lines"), ("torn-end", "lines"),
        ("flood", "lines"),
        ("no-progress", "progress"), ("every-second-mark", "progress"), ("ahead", "progress"),
        ("wrong-progress-time", "progress"), ("future-cause", "causes"), ("decreasing-cause", "causes"),
        ("wrong-time", "causes"), ("late-cause", "causes"), ("short-end", "end"), ("exit-1", "exit"),
        ("exit-early", "exit"),
        ("stays", "exit"), ("hang", "exit"), ("random-id", "repeats"), ("chunk-id", "pieces"),
    ])
    func eachFaultFailsItsRule(fault: String, rule: String) throws {
        let report = try check(fault, limits(1.5))
        let found = try #require(report.rules.first { $0.name == rule })
        // The last progress after a torn line is no line at all, and so on: other rules may fail too.
        #expect(!found.passed, "\(report.rules)")
        #expect(!report.passed)
    }

    @Test func faultsSayWhatWasFound() throws {
        let report = try check("exit-1", generous)
        #expect(report.rules.first { $0.name == "exit" }?.detail.contains("exit 1; it said: Traceback: boom") == true)
        #expect(report.rules.filter { !$0.passed }.map(\.name) == ["exit"])
    }

    @Test func aProgramThatIsNotThereIsAnError() {
        #expect(throws: EngineCheckError.self) {
            try EngineCheck.run(command: ["/nonexistent/engine"], stream: checkedStream, limits: generous)
        }
        #expect(throws: EngineCheckError.self) { try EngineCheck.run(command: [], stream: checkedStream) }
        #expect(throws: DBNError.self) { try EngineCheck.run(command: ["cat"], stream: Array("hello".utf8)) }
    }

    /// Marks stand before the first record at or past each multiple of 10 s, and after the last record.
    @Test func theStreamIsWhatTheOperatorWouldSend() throws {
        let stream = try PreparedStream(file: checkedStream)
        #expect(stream.marks == [21, 42, 63, 84, 105, 126, 147, 168, 189, 210])
        #expect(
            stream.tsEvent(of: 21) == 1_715_180_410_000_000_000 && stream.tsEvent(of: 22) == 1_715_180_410_000_000_000)
        #expect(stream.ends.last == stream.bytes.count)
    }
}
