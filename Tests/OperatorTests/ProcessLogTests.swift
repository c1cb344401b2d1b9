import Foundation
import Operator
import Testing

@Suite struct ProcessLogTests {
    private func log(
        _ folder: TemporaryFolder, _ change: (inout LogCapture.Options) -> Void = { _ in }
    ) throws -> LogCapture {
        var options = LogCapture.Options()
        change(&options)
        return try LogCapture(directory: folder.path, name: "candidate", options: options)
    }

    /// Runs `script` with its standard error captured, to the end.
    private func capture(_ log: LogCapture, shell script: String, lines: Int) throws {
        let child = try TestChild.shell(script, error: .pipe)
        try log.attach(try #require(child.error))
        #expect(child.wait(timeout: .seconds(30)) != nil)
        #expect(eventually { log.counters.lines >= lines })
        #expect(log.flush(timeout: .seconds(10)))
    }

    @Test func linesReachFileAndMemory() throws {
        let folder = try TemporaryFolder()
        let log = try log(folder)
        defer { log.close() }
        log.note("--- started")
        try capture(log, shell: "echo one >&2; printf 'torn \\377' >&2", lines: 3)
        #expect(log.recentLines == ["--- started", "one", "torn \u{fffd}"])
        let bytes = try Data(contentsOf: URL(fileURLWithPath: folder.file("candidate.log")))
        #expect(bytes == Data("--- started\none\ntorn ".utf8) + [0xff, 10])
        #expect(log.counters.lines == 3 && log.counters.splitLines == 0 && log.counters.droppedBytes == 0)
    }

    @Test func onlyTheLastLinesStayInMemory() throws {
        let folder = try TemporaryFolder()
        let log = try log(folder)
        defer { log.close() }
        try capture(log, shell: "seq 1 1000 >&2", lines: 1000)
        #expect(log.recentLines == (801...1000).map(String.init))
    }

    @Test func longLineIsSplitWithAMarker() throws {
        let folder = try TemporaryFolder()
        let log = try log(folder)
        defer { log.close() }
        try capture(log, shell: "head -c 150000 /dev/zero | tr '\\0' x >&2; echo >&2", lines: 1)
        let lines = try folder.text(of: "candidate.log").split(separator: "\n")
        #expect(lines.map { $0.filter { $0 == "x" }.count } == [65_536, 65_536, 18_928])
        #expect(lines.map { $0.hasSuffix(LogCapture.splitMarker) } == [true, true, false])
        #expect(log.counters.splitLines == 1)
        #expect(log.recentLines.allSatisfy { $0.utf8.count == 4096 })
    }

    @Test func filesRotateAtWholeLinesAndTheOldestGoes() throws {
        let folder = try TemporaryFolder()
        let log = try log(folder) {
            $0.fileBytes = 1000
            $0.files = 3
        }
        defer { log.close() }
        try capture(log, shell: "seq 1000 1999 >&2", lines: 1000)
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(files == ["candidate.log", "candidate.log.1", "candidate.log.2"])
        // 200 lines of five bytes a file.
        #expect(
            try folder.text(of: "candidate.log.2").split(separator: "\n").map(String.init)
                == (1400...1599).map(String.init))
        #expect(
            try folder.text(of: "candidate.log").split(separator: "\n").map(String.init)
                == (1800...1999).map(String.init))
    }

    @Test func lineLargerThanAFileHasAFileOfItsOwn() throws {
        let folder = try TemporaryFolder()
        let log = try log(folder) { $0.fileBytes = 10 }
        defer { log.close() }
        for text in ["a", "longer than a file", "b"] { log.note(text) }
        #expect(log.flush(timeout: .seconds(10)))
        #expect(try folder.text(of: "candidate.log.2") == "a\n")
        #expect(try folder.text(of: "candidate.log.1") == "longer than a file\n")
        #expect(try folder.text(of: "candidate.log") == "b\n")
    }

    @Test func newDayStartsANewFile() throws {
        let folder = try TemporaryFolder()
        let day = Shared(20_000)
        let log = try log(folder) { $0.today = { day.value } }
        defer { log.close() }
        log.note("yesterday")
        #expect(log.flush(timeout: .seconds(10)))
        day.value = 20_001
        log.note("today")
        #expect(log.flush(timeout: .seconds(10)))
        #expect(try folder.text(of: "candidate.log.1") == "yesterday\n")
        #expect(try folder.text(of: "candidate.log") == "today\n")
    }

    @Test func nextSupervisorGoesOnBehindATornLine() throws {
        let folder = try TemporaryFolder()
        try "whole\nhal".write(toFile: folder.file("candidate.log"), atomically: true, encoding: .utf8)
        let log = try log(folder)
        defer { log.close() }
        log.note("new")
        #expect(log.flush(timeout: .seconds(10)))
        #expect(try folder.text(of: "candidate.log") == "whole\nhal\nnew\n")
    }

    /// `/dev/full` answers every write with ENOSPC.
    @Test func fullDiskDropsAndCountsAndNeverBlocksTheEngine() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createSymbolicLink(
            atPath: folder.file("candidate.log"), withDestinationPath: "/dev/full")
        let log = try log(folder)
        defer { log.close() }
        try capture(log, shell: "seq 1 100000 >&2", lines: 100_000)
        // 9 × 2 + 90 × 3 + 900 × 4 + 9,000 × 5 + 90,000 × 6 + 7
        #expect(log.counters.droppedBytes == 588_895)
        #expect(log.failure?.code == ENOSPC)
        #expect(log.recentLines.last == "100000")
    }

    @Test func missingFolderDropsAndCountsThenRecovers() throws {
        let folder = try TemporaryFolder()
        let log = try LogCapture(directory: folder.file("later"), name: "candidate")
        defer { log.close() }
        log.note("lost")
        #expect(log.flush(timeout: .seconds(10)))
        #expect(log.counters.droppedBytes == 5 && log.failure?.code == ENOENT)
        try FileManager.default.createDirectory(atPath: folder.file("later"), withIntermediateDirectories: false)
        log.note("kept")
        #expect(log.flush(timeout: .seconds(10)))
        #expect(try folder.text(of: "later/candidate.log") == "kept\n")
    }

    /// A flood far beyond the buffer: the engine ends, every line is counted, and what is in files and dropped adds up.
    @Test func floodNeitherBlocksNorGrows() throws {
        let folder = try TemporaryFolder()
        let log = try log(folder) {
            $0.bufferBytes = 100_000
            $0.fileBytes = 1 << 30
        }
        defer { log.close() }
        try capture(log, shell: "seq 100000 399999 >&2", lines: 300_000)
        let size = try FileManager.default.attributesOfItem(atPath: folder.file("candidate.log"))[.size] as? Int
        #expect(try #require(size) + log.counters.droppedBytes == 2_100_000)
        #expect(log.recentLines.last == "399999")
    }

    @Test func closeLetsGoOfAPipeThatStaysOpen() throws {
        let folder = try TemporaryFolder()
        let log = try log(folder)
        let child = try TestChild.shell("exec sleep 60", error: .pipe)
        defer { child.kill() }
        try log.attach(try #require(child.error))
        log.note("last")
        log.close()
        #expect(log.flush(timeout: .seconds(10)))
        #expect(try folder.text(of: "candidate.log") == "last\n")
        #expect(eventually { child.error?.number == -1 })
    }
}

private final class Shared: Sendable {
    private let state: Locked<Int>
    init(_ value: Int) { state = Locked(value) }
    var value: Int {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}
