package import Alerts
internal import Glibc

/// The secrets of channels: fetched when first needed, kept in memory only, and taken out of every text that leaves.
package final class SecretStore: Sendable {
    package static let maximumBytes = 4096

    private struct State {
        var values: [SecretReference: String] = [:]
        var redaction = Redaction()
    }

    private let environment: [String: String]
    private let commands: ProgramRunner
    private let state = Locked(State())

    /// Commands run with PATH, LANG, TZ and HOME of `environment`: password managers keep their store below HOME.
    package init(environment: [String: String], commandLimit: Duration = .seconds(5)) {
        self.environment = environment
        commands = ProgramRunner(environment: environment, also: ["HOME"], limit: commandLimit)
    }

    /// The secret at `reference`, without a newline at its end. Read once, and again when `isFresh`, which is for after a
    /// refusal. Blocks as long as a command takes.
    package func value(of reference: SecretReference, isFresh: Bool = false) throws(SecretError) -> String {
        if !isFresh, let known = state.withLock({ $0.values[reference] }) { return known }
        let value = try usable(try fetch(reference), of: reference)
        state.withLock { state in
            state.values[reference] = value
            // An earlier value stays known: it may still be on its way in some text.
            state.redaction.add(value)
        }
        return value
    }

    /// All of a channel's.
    package func resolve(_ references: [SecretReference]) throws(SecretError) -> ResolvedSecrets {
        var values: [SecretReference: String] = [:]
        for reference in references { values[reference] = try value(of: reference) }
        return ResolvedSecrets(values)
    }

    /// They are fetched anew when they are needed next: a provider refused them.
    package func forget(_ references: [SecretReference]) {
        state.withLock { state in
            for reference in references { state.values[reference] = nil }
        }
    }

    /// `text` with `<secret>` in place of every secret fetched so far, also percent-encoded, in base64 or escaped for JSON.
    package func redact(_ text: String) -> String { String(decoding: redact(Array(text.utf8)), as: UTF8.self) }

    package func redact(_ bytes: [UInt8]) -> [UInt8] { state.withLock { $0.redaction }.apply(to: bytes) }

    /// Forbids core dumps and other users' debuggers for this process. Before the first secret is fetched; holds until its end,
    /// children decide for themselves.
    package static func protectProcess() throws(SystemError) {
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        guard setrlimit(__rlimit_resource_t(SystemCalls.limitCore), &none) == 0 else {
            throw SystemError("set RLIMIT_CORE", code: errno)
        }
        let code = SystemCalls.forbidDumps()
        guard code == 0 else { throw SystemError("set PR_SET_DUMPABLE", code: code) }
    }

    private func usable(_ bytes: [UInt8], of reference: SecretReference) throws(SecretError) -> String {
        guard bytes.count <= Self.maximumBytes else {
            throw .unusable(reference, reason: "it is longer than \(Self.maximumBytes) bytes")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .unusable(reference, reason: "it is not UTF-8")
        }
        guard !text.isEmpty else { throw .unusable(reference, reason: "it is empty") }
        guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else {
            throw .unusable(reference, reason: "it holds a line break or another control character")
        }
        return text
    }

    private func fetch(_ reference: SecretReference) throws(SecretError) -> [UInt8] {
        switch reference {
        case .environment(let name):
            guard let value = environment[name] else { throw .environmentMissing(name: name) }
            return Array(value.utf8)
        case .file(let path): return Self.withoutNewline(try SecretFile.read(path))
        case .program(let command):
            // No shell: words are split on spaces.
            return Self.withoutNewline(try output(of: command.split(separator: " ").map(String.init)))
        }
    }

    private func output(of words: [String]) throws(SecretError) -> [UInt8] {
        // One byte more than allowed, and a line break, tell a secret that is too long.
        let run = commands.run(words, input: [], keeping: Self.maximumBytes + 2, withStandardError: false)
        let reason: String
        switch run.ending {
        case .exited(let status) where status.isSuccess: return run.output
        case .exited(let status): reason = "it ended with \(status)"
        case .late: reason = "it did not end in time and was killed"
        case .notStarted(let why): reason = why
        }
        throw .commandFailed(command: words.first ?? "", reason: reason)
    }

    private static func withoutNewline(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.last == 10 else { return bytes }
        let line = bytes.dropLast()
        return Array(line.last == 13 ? line.dropLast() : line)
    }
}

/// Reads a file that only its owner may read.
private enum SecretFile {
    static func read(_ path: String) throws(SecretError) -> [UInt8] {
        var status = stat()
        guard lstat(path, &status) == 0 else { throw unreadable(path, errno) }
        if status.st_mode & S_IFMT == S_IFLNK, status.st_uid != geteuid(), status.st_uid != 0 {
            throw .foreignLink(path: path, owner: status.st_uid)
        }
        let file: Descriptor
        do throws(SystemError) {
            // Non-blocking, for the case that it is a pipe.
            file = try Descriptor.open(path, O_RDONLY | O_NONBLOCK)
        } catch {
            throw unreadable(path, error.code)
        }
        guard fstat(file.number, &status) == 0 else { throw unreadable(path, errno) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw .fileUnreadable(path: path, reason: "it is not a regular file")
        }
        guard status.st_mode & (S_IRWXG | S_IRWXO) == 0 else {
            throw .fileExposed(path: path, mode: status.st_mode & 0o7777)
        }
        return try contents(of: file, path)
    }

    private static func unreadable(_ path: String, _ code: Int32) -> SecretError {
        .fileUnreadable(path: path, reason: SystemError.text(of: code))
    }

    /// One byte more than allowed, and a line break, tell a secret that is too long.
    private static func contents(of file: Descriptor, _ path: String) throws(SecretError) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: SecretStore.maximumBytes + 2)
        while bytes.count < buffer.count {
            let count = Glibc.read(file.number, &buffer, buffer.count - bytes.count)
            if count == 0 { break }
            if count > 0 {
                bytes.append(contentsOf: buffer[..<count])
            } else if errno != EINTR {
                throw unreadable(path, errno)
            }
        }
        return bytes
    }
}
