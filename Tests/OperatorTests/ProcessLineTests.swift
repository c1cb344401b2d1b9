import Foundation
import Operator
import Testing

@Suite struct ProcessLineTests {
    /// Cuts `bytes`, given in chunks of `chunk`, and returns the pieces as (kind, text or size).
    private func pieces(
        _ bytes: [UInt8], chunk: Int, overlong: LineSplitter.Overlong = .skip(prefixBytes: 4), maxLineBytes: Int = 8
    ) -> [String] {
        var splitter = LineSplitter(maxLineBytes: maxLineBytes, overlong: overlong, readBytes: 16)
        var found: [String] = []
        let body = { (bytes: UnsafeRawBufferPointer, piece: LineSplitter.Piece) in
            found.append("\(piece):" + String(decoding: bytes, as: UTF8.self))
        }
        var position = 0
        while position < bytes.count {
            let count = min(chunk, bytes.count - position, splitter.space.count)
            splitter.space.copyBytes(from: bytes[position..<(position + count)])
            splitter.commit(count, body)
            position += count
        }
        splitter.finish(body)
        return found
    }

    @Test(arguments: [1, 2, 3, 7, 16])
    func linesDoNotDependOnTheChunks(chunk: Int) {
        let text = Array("a\n\n1234567\n12345678\nb\n123456789012345678901234567890\nc\ntorn".utf8)
        #expect(
            pieces(text, chunk: chunk) == [
                "line:a", "line:", "line:1234567", "overlong:1234", "line:b", "overlong:1234", "line:c", "torn:torn",
            ])
    }

    @Test(arguments: [1, 3, 16])
    func splittingLosesNoByte(chunk: Int) {
        let text = Array("12345678\n123456789012345678\nx".utf8)
        #expect(
            pieces(text, chunk: chunk, overlong: .split) == [
                "part:12345678", "line:", "part:12345678", "part:90123456", "line:78", "torn:x",
            ])
    }

    @Test func overlongLineAtTheEndIsReportedOnceAndNotTorn() {
        #expect(pieces(Array("123456789".utf8), chunk: 5) == ["overlong:1234"])
        #expect(pieces([], chunk: 5) == [])
    }

    /// Against `split` of the standard library, over random bytes.
    @Test func randomBytesGiveTheSameLinesAsASplit() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<300 {
            let seed = generator.next()
            var state = seed
            func next(_ bound: Int) -> Int {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return Int(state >> 33) % bound
            }
            let bytes = (0..<next(120)).map { _ in next(6) == 0 ? UInt8(10) : UInt8(97 + next(26)) }
            var expected = bytes.split(separator: 10, omittingEmptySubsequences: false)
                .map {
                    ($0.count >= 8 ? "overlong:" : "line:")
                        + String(decoding: $0.count >= 8 ? $0.prefix(4) : $0, as: UTF8.self)
                }
            let last = expected.removeLast()
            if last != "line:" { expected.append(last.replacingOccurrences(of: "line:", with: "torn:")) }
            #expect(pieces(bytes, chunk: 1 + next(16)) == expected, "seed \(seed)")
        }
    }

    @Test func boundaryIsSixtyFourKiBWithTheNewline() throws {
        let child = try TestChild.python("print('x'*65535); print('y'*65536); print('z')")
        let lines = try TestChild.lines(of: child)
        #expect(lines.map(\.count) == [65_535, "overlong:200".count, 1])
    }

    @Test func lineOfADyingEngineIsTorn() throws {
        #expect(
            try TestChild.lines(of: TestChild.shell("echo whole; printf half; kill -9 $$")) == ["whole", "torn:half"])
    }

    @Test func cancelEndsAReadThatADescendantHoldsOpen() throws {
        let child = try TestChild.shell("exec sleep 60")
        defer { child.kill() }
        let reader = try LineReader(try #require(child.output))
        let reading = try Pending { reader.run(onLine: { _, _ in }, onOverlong: { _ in }, onBatch: {}) }
        #expect(reading.wait(.milliseconds(30)) == nil)
        reader.cancel()
        #expect(reading.wait() == .cancelled)
    }

    @Test func batchesFollowTheirLines() throws {
        var events = ""
        let child = try TestChild.shell("printf 'a\\nb\\n'; read x; printf c", input: .pipe)
        let reader = try LineReader(try #require(child.output))
        _ = reader.run(
            onLine: { line, _ in events += String(decoding: line, as: UTF8.self) }, onOverlong: { _ in },
            onBatch: {
                events += "|"
                child.input?.close()
            })
        #expect(events.hasPrefix("ab|") && events.hasSuffix("c|"))
    }

    /// In a process of its own, whose memory nobody else uses.
    @Test func lineOf200MBLeavesMemoryFlat() async {
        await #expect(processExitsWith: .success) {
            func residentPages() throws -> Int {
                let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
                return Int(text.split(separator: " ")[1]) ?? 0
            }
            let child = try TestChild.shell("head -c 200000000 /dev/zero | tr '\\0' x; echo; echo after")
            let before = try residentPages()
            let lines = try TestChild.lines(of: child)
            if lines != ["overlong:200", "after"] { exit(1) }
            // 8 MB
            if try residentPages() - before > 2000 { exit(2) }
        }
    }
}
