internal import Dispatch
internal import Glibc

/// Starts child processes from one thread that lives as long as the operator.
///
/// The parent-death signal that an engine may ask for (`PR_SET_PDEATHSIG`) is sent when the *thread* that started it ends, not the
/// process (alerts-sla-budget.md, section 5.2); threads of the cooperative pool and of Dispatch come and go.
package final class Spawner: Sendable {
    package static let shared = Spawner()

    private final class Job: Sendable {
        let request: SpawnRequest
        let result = Locked<Result<ChildProcess, SpawnError>?>(nil)
        let done = DispatchSemaphore(value: 0)
        init(_ request: SpawnRequest) { self.request = request }
    }

    private struct State {
        var jobs: [Job] = []
        var isThreadStarted = false
    }

    private let state = Locked(State())
    private let pending = DispatchSemaphore(value: 0)

    private init() {}

    /// Starts a child in its own session and process group, with default signals, and returns once it runs its program.
    /// Blocks the calling thread (about a millisecond, longer on a slow disk).
    package func spawn(_ request: SpawnRequest) throws(SpawnError) -> ChildProcess {
        let job = Job(request)
        do {
            try state.withLock { (state) throws(SystemError) in
                if !state.isThreadStarted {
                    try DedicatedThread.start("tandem-spawn") { [self] in run() }
                    state.isThreadStarted = true
                }
                state.jobs.append(job)
            }
        } catch {
            throw .system(error)
        }
        pending.signal()
        job.done.wait()
        guard let result = job.result.withLock({ $0 }) else {
            throw .system(SystemError("answer of the spawner thread", code: EINVAL))
        }
        return try result.get()
    }

    private func run() {
        while true {
            pending.wait()
            guard let job = state.withLock({ $0.jobs.isEmpty ? nil : $0.jobs.removeFirst() }) else { continue }
            let result = Result { () throws(SpawnError) in try Self.start(job.request) }
            job.result.withLock { $0 = result }
            job.done.signal()
        }
    }

    private static func start(_ request: SpawnRequest) throws(SpawnError) -> ChildProcess {
        let arguments = [request.executable] + request.arguments
        try check(request, arguments)
        let input: Plan
        let output: Plan
        let error: Plan
        let lifeline: Descriptor?
        do throws(SystemError) {
            input = try Plan(request.input, childReads: true)
            output = try Plan(request.output, childReads: false)
            error = try Plan(request.error, childReads: false)
            lifeline = if let line = request.lifeline { try lifted(line.readEnd) } else { nil }
        } catch {
            throw .system(error)
        }
        let given = [input.child, output.child, error.child] + (lifeline.map { [$0] } ?? [])
        let pid = try launch(request, arguments, given: given)
        do throws(SystemError) {
            return try ChildProcess(
                adopting: pid, maxOpenFiles: request.maxOpenFiles, input: input.parent, output: output.parent,
                error: error.parent)
        } catch {
            throw .system(error)
        }
    }

    private static func check(_ request: SpawnRequest, _ arguments: [String]) throws(SpawnError) {
        for text in arguments + [request.workingDirectory] where text.utf8.contains(0) {
            throw .invalidText(what: "an argument or path has a zero byte: \(text.debugDescription)")
        }
        for (name, value) in request.environment {
            guard !name.isEmpty, !name.utf8.contains(UInt8(ascii: "=")), !(name + value).utf8.contains(0) else {
                throw .invalidText(what: "the environment variable \(name.debugDescription) cannot be passed on")
            }
        }
    }

    /// Both sides of one stream. `child` is above the child's own numbers, so that no copy there overwrites a later source.
    private struct Plan {
        let child: Descriptor
        let parent: Descriptor?

        init(_ stream: SpawnRequest.Stream, childReads: Bool) throws(SystemError) {
            switch stream {
            case .null:
                child = try lifted(Descriptor.open("/dev/null", O_RDWR))
                parent = nil
            case .descriptor(let descriptor):
                child = try lifted(descriptor)
                parent = nil
            case .pipe:
                let (read, write) = try SystemCalls.pipe()
                child = try lifted(childReads ? read : write)
                // Lifted as well: an operator that was started without standard streams must not take their numbers.
                parent = try lifted(childReads ? write : read)
            }
        }
    }

    /// The descriptor itself when its number is 4 or more, else a copy that is.
    private static func lifted(_ descriptor: Descriptor) throws(SystemError) -> Descriptor {
        guard descriptor.number < 4 else { return descriptor }
        let copy = fcntl(descriptor.number, F_DUPFD_CLOEXEC, 4)
        guard copy >= 0 else { throw SystemError("copy descriptor \(descriptor.number)", code: errno) }
        return Descriptor(copy)
    }

    private static func launch(
        _ request: SpawnRequest, _ arguments: [String], given: [Descriptor]
    ) throws(SpawnError) -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        var code = SystemCalls.addDirectory(request.workingDirectory, to: &actions)
        for (number, descriptor) in given.enumerated() where code == 0 {
            code = posix_spawn_file_actions_adddup2(&actions, descriptor.number, Int32(number))
        }
        // Everything of ours closes on exec; this also covers what a library may have opened without.
        if code == 0 { code = SystemCalls.addCloseFrom(Int32(given.count), to: &actions) }
        guard code == 0 else { throw .system(SystemError("prepare \(request.executable)", code: code)) }

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(
            &attributes, SystemCalls.spawnNewSession | Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        var argumentPointers = arguments.map { strdup($0) as UnsafeMutablePointer<CChar>? } + [nil]
        var environmentPointers =
            request.environment.sorted { $0.key < $1.key }
            .map { strdup("\($0.key)=\($0.value)") as UnsafeMutablePointer<CChar>? } + [nil]
        defer { for pointer in argumentPointers + environmentPointers { free(pointer) } }

        var pid: Int32?
        // A program written a moment ago is busy while a process started meanwhile holds a copy of the writer's descriptor, until
        // that one has executed its own program.
        for pause in [0, 1, 2, 4, 8, 16, 32, 64] where pid == nil && (pause == 0 || code == ETXTBSY) {
            usleep(UInt32(pause) * 1000)
            pid = ChildRegistry.shared.registering {
                var started: Int32 = 0
                code = posix_spawn(
                    &started, request.executable, &actions, &attributes, &argumentPointers, &environmentPointers)
                return code == 0 ? started : nil
            }
        }
        withExtendedLifetime(given) {}
        guard let pid else { throw explain(code, request) }
        return pid
    }

    /// posix_spawn answers one number for all its steps; looking again tells which it was.
    private static func explain(_ code: Int32, _ request: SpawnRequest) -> SpawnError {
        var status = stat()
        if stat(request.workingDirectory, &status) != 0 {
            return .workingDirectory(path: request.workingDirectory, code: errno)
        }
        if status.st_mode & S_IFMT != S_IFDIR {
            return .workingDirectory(path: request.workingDirectory, code: ENOTDIR)
        }
        if access(request.workingDirectory, X_OK) != 0 {
            return .workingDirectory(path: request.workingDirectory, code: errno)
        }
        let isAbsolute = request.executable.hasPrefix("/")
        let path = isAbsolute ? request.executable : request.workingDirectory + "/" + request.executable
        switch code {
        case ENOENT, ENOTDIR:
            return access(path, F_OK) == 0 ? .unknownFormat(path: path) : .executableNotFound(path: path)
        case EACCES, EISDIR, EPERM: return .notExecutable(path: path)
        case ENOEXEC: return .unknownFormat(path: path)
        default: return .system(SystemError("start \(path)", code: code))
        }
    }
}
