internal import Glibc

/// A child with pipes of its own on its three standard streams, in a process group of its own.
///
/// Our ends do not block. Whoever forgets it has the whole group killed and reaped.
struct ProbedProcess: ~Copyable {
    let pid: pid_t
    private let ends: (input: Descriptor, output: Descriptor, errors: Descriptor)
    private(set) var exitStatus: Int32?

    init(command: [String], environment: [String]) throws {
        guard let program = command.first, !program.isEmpty else { throw EngineCheckError.noCommand }
        let (theirInput, ourInput) = try SystemCalls.pipe()
        let (ourOutput, theirOutput) = try SystemCalls.pipe()
        let (ourErrors, theirErrors) = try SystemCalls.pipe()
        for descriptor in [ourInput, ourOutput, ourErrors] { try descriptor.makeNonBlocking() }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, theirInput.number, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, theirOutput.number, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, theirErrors.number, STDERR_FILENO)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // An ignored SIGPIPE would be inherited and make filters hang on to dead pipes.
        var all = sigset_t()
        sigfillset(&all)
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        var child: pid_t = 0
        var arguments = command.map { strdup($0) } + [nil]
        var variables = environment.map { strdup($0) } + [nil]
        let failure = posix_spawnp(&child, program, &actions, &attributes, &arguments, &variables)
        for text in arguments + variables { free(text) }
        for descriptor in [theirInput, theirOutput, theirErrors] { descriptor.close() }
        guard failure == 0 else {
            throw EngineCheckError.cannotStart(program: program, reason: SystemError.text(of: failure))
        }
        pid = child
        ends = (ourInput, ourOutput, ourErrors)
    }

    /// -1 once closed.
    var input: Int32 { ends.input.number }
    var output: Int32 { ends.output.number }
    var errors: Int32 { ends.errors.number }

    func closeInput() { ends.input.close() }

    deinit {
        kill(-pid, SIGKILL)
        if exitStatus == nil {
            var status: Int32 = 0
            while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        }
    }

    /// Whether the child has ended, without waiting.
    mutating func hasExited() -> Bool {
        if exitStatus != nil { return true }
        var status: Int32 = 0
        if waitpid(pid, &status, WNOHANG) == pid { exitStatus = status }
        return exitStatus != nil
    }

    /// Nil while it runs.
    var ending: String? {
        guard let exitStatus else { return nil }
        let signal = exitStatus & 0x7F
        return signal == 0 ? "exit \(exitStatus >> 8 & 0xFF)" : "killed by signal \(signal)"
    }
}

/// An empty folder that is gone with its owner.
struct ProbeFolder: ~Copyable {
    let path: String

    init() throws(EngineCheckError) {
        let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        guard let template = strdup("\(base)/tandem-check-XXXXXX") else {
            throw .system("making a folder", code: ENOMEM)
        }
        defer { free(template) }
        guard mkdtemp(template) != nil else { throw .system("making a folder in \(base)", code: errno) }
        path = String(cString: template)
    }

    deinit {
        // Engines may have left files; folders inside theirs are not expected and stay.
        if let folder = opendir(path) {
            while let entry = readdir(folder) {
                let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                    String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
                }
                if name != ".", name != ".." { unlink("\(path)/\(name)") }
            }
            closedir(folder)
        }
        rmdir(path)
    }
}
