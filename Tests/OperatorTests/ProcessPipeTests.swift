import Foundation
import Operator
import Testing

@Suite struct ProcessPipeTests {
    private static let block = [UInt8](repeating: 0x5a, count: 8 << 20)

    private func write(_ writer: PipeWriter, _ bytes: [UInt8] = block) -> PipeWriter.Outcome {
        bytes.withUnsafeBytes { writer.write($0) }
    }

    @Test func deadReaderIsAResultNotASignal() throws {
        let child = try TestChild.shell("exit 0", input: .pipe)
        let writer = try PipeWriter(try #require(child.input))
        #expect(child.wait(timeout: .seconds(10)) != nil)
        #expect(write(writer) == .closed)
        #expect(write(writer) == .closed)
    }

    @Test func readerDyingDuringABlockedWriteEndsIt() throws {
        let child = try TestChild.shell("exec sleep 60", input: .pipe)
        let writer = try PipeWriter(try #require(child.input))
        let writing = try Pending { self.write(writer) }
        #expect(eventually { writer.bytesWritten > 0 })
        child.kill()
        #expect(writing.wait() == .closed)
    }

    @Test func cancelEndsAWriteBlockedOnAStoppedChild() throws {
        let child = try TestChild.shell("exec cat", input: .pipe, output: .null)
        defer { child.kill() }
        #expect(child.signalGroup(SIGSTOP))
        let writer = try PipeWriter(try #require(child.input))
        let writing = try Pending { self.write(writer) }
        #expect(eventually { writer.bytesWritten >= UInt64(writer.capacityBytes) })
        #expect(writing.wait(.milliseconds(50)) == nil)
        let begin = ContinuousClock.now
        writer.cancel()
        #expect(writing.wait() == .cancelled)
        #expect(ContinuousClock.now - begin < .seconds(2))
        #expect(write(writer) == .cancelled)
    }

    @Test func closedWriterRefuses() throws {
        let child = try TestChild.shell("exec cat", input: .pipe, output: .null)
        let writer = try PipeWriter(try #require(child.input))
        writer.close()
        writer.close()
        #expect(write(writer) == .closed)
        #expect(child.wait(timeout: .seconds(10))?.isSuccess == true)
    }

    @Test func everyByteArrivesInOrderAndCloseIsTheEnd() throws {
        let child = try TestChild.python(
            "import sys,hashlib\nprint(hashlib.md5(sys.stdin.buffer.read()).hexdigest())", input: .pipe)
        let writer = try PipeWriter(try #require(child.input))
        let bytes = (0..<(3 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ ($0 >> 8)) }
        #expect(write(writer, []) == .written)
        #expect(write(writer, bytes) == .written)
        #expect(writer.bytesWritten == 3 << 20)
        writer.close()
        let other = try TestChild.python(
            "import hashlib\nprint(hashlib.md5(bytes((i*31+(i>>8))&255 for i in range(3<<20))).hexdigest())")
        #expect(try TestChild.lines(of: child) == TestChild.lines(of: other))
    }

    @Test func pipeIsAsLargeAsAllowed() throws {
        let child = try TestChild.shell("exec sleep 60", input: .pipe)
        defer { child.kill() }
        #expect(try PipeWriter(try #require(child.input)).capacityBytes >= 1 << 16)
    }
}
