import Foundation
import Testing

/// How a program ended, and everything it wrote.
struct Ended {
    /// The exit code, or minus the signal that ended it.
    let code: Int32
    let output: String
    let errors: String
    let command: String

    /// Standard output as one JSON value.
    func json(_ location: SourceLocation = #_sourceLocation) throws -> JSON {
        try #require(
            JSON(output), "no JSON from \(command): \(output.prefix(400)) \(errors.prefix(400))",
            sourceLocation: location)
    }

    /// Standard output, one JSON value a line.
    var jsonLines: [JSON] { output.split(separator: "\n").compactMap { JSON(String($0)) } }

    @discardableResult
    func expect(_ code: Int32, _ location: SourceLocation = #_sourceLocation) -> Ended {
        #expect(self.code == code, "\(command)\n\(errors.suffix(1500))", sourceLocation: location)
        return self
    }

    /// Expects the code, and each of the texts on standard error, which is to be said in few words.
    @discardableResult
    func expect(_ code: Int32, says texts: [String], _ location: SourceLocation = #_sourceLocation) -> Ended {
        expect(code, location)
        for text in texts {
            #expect(errors.contains(text), "\(command)\n\(errors.suffix(1500))", sourceLocation: location)
        }
        #expect(
            !errors.contains("Fatal error") && !errors.contains("Crash"), "\(errors.suffix(3000))",
            sourceLocation: location)
        return self
    }
}

/// A started process in a process group of its own, its output in files.
final class Program {
    let pid: pid_t
    private let command: String
    private let outputPath: String
    private let errorPath: String
    private var status: Int32?

    /// - Parameter input: a file for standard input; nothing by default.
    init(
        _ words: [String], input: String = "/dev/null", environment: [String: String] = [:], in folder: Folder
    ) throws {
        let number = folder.nextNumber()
        command = words.joined(separator: " ")
        outputPath = folder.path + "/\(number).out"
        errorPath = folder.path + "/\(number).err"
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, outputPath, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, errorPath, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0o600)
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var variables = ProcessInfo.processInfo.environment
        variables.merge(environment) { $1 }
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        var block: [UnsafeMutablePointer<CChar>?] = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in arguments + block { free(text) } }
        var child: pid_t = 0
        let result = posix_spawnp(&child, words[0], &actions, &attributes, &arguments, &block)
        guard result == 0 else {
            throw Late(description: "cannot start \(command): \(String(cString: strerror(result)))")
        }
        pid = child
        folder.programs.append(self)
    }

    var output: String { Program.text(outputPath) }
    var errors: String { Program.text(errorPath) }

    private static func text(_ path: String) -> String {
        String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }

    var isRunning: Bool {
        if status != nil { return false }
        var found: Int32 = 0
        while true {
            let result = waitpid(pid, &found, WNOHANG)
            if result == pid {
                status = found
                return false
            }
            if result == 0 { return true }
            if errno != EINTR { return false }
        }
    }

    /// Of one that has ended by a signal.
    var hasDumpedCore: Bool { (status ?? 0) & 0x80 != 0 }

    func send(_ signal: Int32) { if isRunning { kill(pid, signal) } }

    /// Waits for the end; a program that does not come to it is killed and the test fails.
    @discardableResult
    func wait(atMost limit: Double = 60) throws -> Ended {
        do {
            try eventually("the end of \(command)", within: limit, every: 2_000) { isRunning ? nil : true }
        } catch {
            endGroup()
            throw Late(description: "\(error); \(output.suffix(1000)) \(errors.suffix(1000))")
        }
        let raw = status ?? 0
        let signal = raw & 0x7F
        return Ended(code: signal == 0 ? (raw >> 8) & 0xFF : -signal, output: output, errors: errors, command: command)
    }

    /// Ends it and what it started in its group.
    func endGroup() {
        guard isRunning else { return }
        kill(-pid, SIGKILL)
        _ = try? eventually("the end of \(command)", within: 10) { isRunning ? nil : true }
    }

    /// Processes it started, with their command lines.
    var children: [(pid: pid_t, command: String)] { Program.children(of: pid) }

    static func children(of parent: pid_t) -> [(pid: pid_t, command: String)] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { pid_t($0) }.compactMap { pid in
            guard Program.parent(of: pid) == parent,
                let line = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline")
            else { return nil }
            return (pid, String(decoding: line.map { $0 == 0 ? 32 : $0 }, as: UTF8.self))
        }
    }

    private static func parent(of pid: pid_t) -> pid_t? {
        guard let stat = FileManager.default.contents(atPath: "/proc/\(pid)/stat") else { return nil }
        // "pid (name) state parent …"; the name may hold anything.
        let text = String(decoding: stat, as: UTF8.self)
        guard let end = text.lastIndex(of: ")") else { return nil }
        return text[end...].split(separator: " ").dropFirst(2).first.flatMap { pid_t($0) }
    }
}

/// Whether a process of this number is there and no zombie.
func isAlive(_ pid: pid_t) -> Bool {
    guard let stat = FileManager.default.contents(atPath: "/proc/\(pid)/stat") else { return false }
    let text = String(decoding: stat, as: UTF8.self)
    return text.lastIndex(of: ")").map { !text[$0...].hasPrefix(") Z") } ?? false
}

/// A JSON value, looked into by key and position; what is not there is nil all the way.
struct JSON {
    let value: Any?

    init?(_ text: String) {
        guard let value = try? JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed) else {
            return nil
        }
        self.value = value
    }

    private init(value: Any?) { self.value = value is NSNull ? nil : value }

    subscript(_ key: String) -> JSON { JSON(value: (value as? [String: Any])?[key]) }
    subscript(_ position: Int) -> JSON {
        guard let list = value as? [Any], list.indices.contains(position) else { return JSON(value: nil) }
        return JSON(value: list[position])
    }
    var list: [JSON] { (value as? [Any])?.map { JSON(value: $0) } ?? [] }
    var string: String? { value as? String }
    var int: Int? { (value as? NSNumber)?.intValue }
    var double: Double? { (value as? NSNumber)?.doubleValue }
    var bool: Bool? { (value as? NSNumber)?.boolValue }
}
