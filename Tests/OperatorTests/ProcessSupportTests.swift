import Foundation
import Operator
import Testing

/// Looks every two milliseconds until `condition` holds; false when it did not within the limit.
func eventually(within limit: Duration = .seconds(10), _ condition: () -> Bool) -> Bool {
    let deadline = ContinuousClock.now + limit
    while !condition() {
        if ContinuousClock.now >= deadline { return false }
        usleep(2000)
    }
    return true
}

/// A folder of the test's own, removed with the last reference.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/tandem-process-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { path + "/" + name }

    /// Writes an executable file and returns its path. Close-on-exec throughout, unlike Foundation's way: a copy of the descriptor
    /// in a child that another test starts meanwhile would keep the file "busy".
    func program(_ name: String, _ text: String, mode: UInt32 = 0o755) throws -> String {
        let descriptor = try Descriptor.open(file(name), O_WRONLY | O_CREAT, mode: mode)
        let count = write(descriptor.number, text, text.utf8.count)
        #expect(count == text.utf8.count)
        return file(name)
    }

    func text(of name: String) throws -> String { try String(contentsOfFile: file(name), encoding: .utf8) }
}

/// The result of blocking work on a thread of its own.
final class Pending<T: Sendable>: Sendable {
    private let value = Locked<T?>(nil)
    private let done: EventFlag

    init(_ work: @escaping @Sendable () -> T) throws {
        done = try EventFlag()
        try DedicatedThread.start("test") { [self] in
            let result = work()
            value.withLock { $0 = result }
            done.raise()
        }
    }

    func wait(_ limit: Duration = .seconds(10)) -> T? { done.wait(timeout: limit) ? value.withLock { $0 } : nil }
}

enum TestChild {
    static let path = ["PATH": "/usr/local/bin:/usr/bin:/bin"]

    static func shell(
        _ script: String, environment: [String: String] = path, workingDirectory: String = "/",
        input: SpawnRequest.Stream = .null, output: SpawnRequest.Stream = .pipe, error: SpawnRequest.Stream = .null,
        lifeline: Lifeline? = nil, maxOpenFiles: Int? = 1024
    ) throws -> ChildProcess {
        try Spawner.shared.spawn(
            SpawnRequest(
                executable: "/bin/sh", arguments: ["-c", script], environment: environment,
                workingDirectory: workingDirectory, input: input, output: output, error: error, lifeline: lifeline,
                maxOpenFiles: maxOpenFiles))
    }

    static func python(
        _ script: String, input: SpawnRequest.Stream = .null, error: SpawnRequest.Stream = .null,
        environment: [String: String] = path
    ) throws -> ChildProcess {
        try Spawner.shared.spawn(
            SpawnRequest(
                executable: "/usr/bin/env", arguments: ["python3", "-c", script], environment: environment,
                input: input, output: .pipe, error: error))
    }

    /// What the child writes until it closes its output, as lines; torn and overlong ones are marked.
    static func lines(of child: ChildProcess) throws -> [String] {
        var lines: [String] = []
        let output = try #require(child.output)
        let end = try LineReader(output).run(
            onLine: { lines.append((($1) ? "torn:" : "") + String(decoding: $0, as: UTF8.self)) },
            onOverlong: { lines.append("overlong:\($0.count)") }, onBatch: {})
        #expect(end == .endOfInput)
        return lines
    }

    static func isAlive(_ pid: Int32) -> Bool {
        guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { return false }
        return !text.contains(") Z ") && !text.contains(") X ")
    }
}

/// The descriptor numbers of a process, by readlink so that the listing's own does not count.
func descriptors(of pid: Int32) -> [Int] {
    let folder = "/proc/\(pid)/fd"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { (try? FileManager.default.destinationOfSymbolicLink(atPath: folder + "/" + $0)) != nil }
        .compactMap { Int($0) }.sorted()
}
