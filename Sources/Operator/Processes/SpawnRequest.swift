/// Everything a child process is given; nothing else is inherited.
package struct SpawnRequest: Sendable {
    /// One of the child's descriptors 0, 1, 2.
    package enum Stream: Sendable {
        /// `/dev/null`.
        case null
        /// A new pipe, whose other end is in `ChildProcess`.
        case pipe
        /// A descriptor of ours; the child gets a copy.
        case descriptor(Descriptor)
    }

    /// The path of the program; no search along `PATH`. Relative paths count from `workingDirectory`.
    package var executable: String
    /// Without the program's name, which becomes argument 0.
    package var arguments: [String]
    /// The whole environment.
    package var environment: [String: String]
    package var workingDirectory: String
    package var input: Stream
    package var output: Stream
    package var error: Stream
    /// Becomes descriptor 3.
    package var lifeline: Lifeline?
    /// Lowers `RLIMIT_NOFILE`; nil leaves it. `RLIMIT_CORE` is always 0.
    package var maxOpenFiles: Int?

    package init(
        executable: String, arguments: [String] = [], environment: [String: String] = [:],
        workingDirectory: String = "/", input: Stream = .pipe, output: Stream = .pipe, error: Stream = .pipe,
        lifeline: Lifeline? = nil, maxOpenFiles: Int? = 1024
    ) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.input = input
        self.output = output
        self.error = error
        self.lifeline = lifeline
        self.maxOpenFiles = maxOpenFiles
    }
}

/// Why no child was started. After any of these no process of the request is alive.
package enum SpawnError: Error, Hashable, Sendable, CustomStringConvertible {
    case executableNotFound(path: String)
    /// No permission, or the path is a folder.
    case notExecutable(path: String)
    /// The file has neither a format the kernel knows nor a `#!` line, or its `#!` interpreter does not exist.
    case unknownFormat(path: String)
    case workingDirectory(path: String, code: Int32)
    /// A text with a zero byte, or an environment name that is empty or has `=` in it.
    case invalidText(what: String)
    /// Out of descriptors, processes, threads or memory, or a limit that could not be set.
    case system(SystemError)

    package var description: String {
        switch self {
        case .executableNotFound(let path): "cannot start \(path): there is no such file"
        case .notExecutable(let path): "cannot start \(path): it is not an executable file (chmod +x?)"
        case .unknownFormat(let path):
            "cannot start \(path): not a program this machine can run (is a `#!` line missing or its interpreter?)"
        case .workingDirectory(let path, let code):
            "cannot start in the folder \(path): \(SystemError.text(of: code))"
        case .invalidText(let what): "cannot start a program: \(what)"
        case .system(let error): "cannot start a program: \(error)"
        }
    }
}

/// A pipe into which nobody writes. The operator alone holds its write end, so that whoever waits on the read end sees end of file
/// once the operator is gone, however it went (9 ms after SIGKILL; alerts-sla-budget.md, section 5.2). One serves all children.
package final class Lifeline: Sendable {
    /// The number under which children find the read end.
    package static let childDescriptor: Int32 = 3

    let readEnd: Descriptor
    private let writeEnd: Descriptor

    package init() throws(SystemError) { (readEnd, writeEnd) = try SystemCalls.pipe() }

    /// Lets every holder see end of file, as if the operator were gone.
    package func cut() { writeEnd.close() }
}
