internal import Glibc

/// A system call that failed, with what it was done to.
package struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The call and its object, such as `open /var/lib/tandem/lock`.
    package let operation: String
    /// The `errno` value.
    package let code: Int32

    package init(_ operation: String, code: Int32) {
        self.operation = operation
        self.code = code
    }

    package var description: String { "\(operation): \(Self.text(of: code)) (errno \(code))" }

    package static func text(of code: Int32) -> String {
        guard let text = strerror(code) else { return "error \(code)" }
        return String(cString: text)
    }
}

/// Linux calls that Swift's Glibc module does not declare, because it is built without `_GNU_SOURCE`.
///
/// Each is looked up once with `dlsym`; one that the C library lacks answers -1 with `ENOSYS`, so that a caller's fallback or
/// error path serves both cases. `prctl` is variadic in C; on x86-64 and arm64 Linux integer arguments of variadic and plain
/// functions travel in the same registers, so that the plain type below is right there.
enum SystemCalls {
    typealias Pipe2 = @convention(c) @Sendable (UnsafeMutablePointer<Int32>?, Int32) -> Int32
    typealias EventDescriptor = @convention(c) @Sendable (UInt32, Int32) -> Int32
    typealias ResourceLimit =
        @convention(c) @Sendable (
            Int32, UInt32, UnsafePointer<rlimit>?, UnsafeMutablePointer<rlimit>?
        ) -> Int32
    typealias OpenProcess = @convention(c) @Sendable (Int32, UInt32) -> Int32
    typealias SignalProcess = @convention(c) @Sendable (Int32, Int32, UnsafeMutableRawPointer?, UInt32) -> Int32
    typealias ProcessControl = @convention(c) @Sendable (Int32, UInt, UInt, UInt, UInt) -> Int32
    typealias AddDirectory =
        @convention(c) @Sendable (
            UnsafeMutablePointer<posix_spawn_file_actions_t>?, UnsafePointer<CChar>?
        ) -> Int32
    typealias AddCloseFrom =
        @convention(c) @Sendable (UnsafeMutablePointer<posix_spawn_file_actions_t>?, Int32) -> Int32
    typealias NameThread = @convention(c) @Sendable (pthread_t, UnsafePointer<CChar>?) -> Int32

    // Values of the Linux headers, equal on x86-64 and arm64.
    /// <spawn.h>
    static let spawnNewSession: Int16 = 0x80
    /// <fcntl.h>
    static let setPipeSize: Int32 = 1031
    static let getPipeSize: Int32 = 1032
    /// <sys/prctl.h>
    static let setDumpable: Int32 = 4
    static let setChildSubreaper: Int32 = 36
    /// <linux/pidfd.h>: the whole process group; kernels before 6.9 answer EINVAL.
    static let signalProcessGroup: UInt32 = 1 << 2
    /// <sys/resource.h>
    static let limitCore: UInt32 = 4
    static let limitOpenFiles: UInt32 = 7

    private static let pipe2Function = function("pipe2", as: Pipe2.self)
    private static let eventFunction = function("eventfd", as: EventDescriptor.self)
    private static let limitFunction = function("prlimit", as: ResourceLimit.self)
    private static let openProcessFunction = function("pidfd_open", as: OpenProcess.self)
    private static let signalProcessFunction = function("pidfd_send_signal", as: SignalProcess.self)
    private static let controlFunction = function("prctl", as: ProcessControl.self)
    private static let nameThreadFunction = function("pthread_setname_np", as: NameThread.self)
    private static let addDirectoryFunction = function("posix_spawn_file_actions_addchdir_np", as: AddDirectory.self)
    private static let addCloseFromFunction = function(
        "posix_spawn_file_actions_addclosefrom_np", as: AddCloseFrom.self)

    /// The C function `name` of the running program, or nil. `type` must be a C function pointer type.
    private static func function<F>(_ name: String, as type: F.Type) -> F? {
        guard let handle = dlopen(nil, RTLD_NOW), let symbol = dlsym(handle, name) else { return nil }
        return unsafeBitCast(symbol, to: F.self)
    }

    private static func missing() -> Int32 {
        errno = ENOSYS
        return -1
    }

    /// A pipe whose both ends close on exec.
    static func pipe() throws(SystemError) -> (read: Descriptor, write: Descriptor) {
        var ends: [Int32] = [-1, -1]
        guard (pipe2Function?(&ends, O_CLOEXEC) ?? missing()) == 0 else {
            throw SystemError("make a pipe", code: errno)
        }
        return (Descriptor(ends[0]), Descriptor(ends[1]))
    }

    /// An eventfd that closes on exec and never blocks.
    static func event() throws(SystemError) -> Int32 {
        let number = eventFunction?(0, O_CLOEXEC | O_NONBLOCK) ?? missing()
        guard number >= 0 else { throw SystemError("make an eventfd", code: errno) }
        return number
    }

    /// Lowers (never raises) a soft and hard limit of another process. Returns 0 or `errno`.
    static func lowerLimit(of pid: Int32, _ resource: UInt32, to value: UInt64) -> Int32 {
        guard let limitFunction else { return ENOSYS }
        var now = rlimit()
        guard limitFunction(pid, resource, nil, &now) == 0 else { return errno }
        let wanted = min(rlim_t(value), now.rlim_max)
        var limit = rlimit(rlim_cur: wanted, rlim_max: wanted)
        return limitFunction(pid, resource, &limit, nil) == 0 ? 0 : errno
    }

    /// A pidfd (which closes on exec), or nil where the kernel, the C library or the descriptor limit has none to give.
    static func openProcess(_ pid: Int32) -> Descriptor? {
        let number = openProcessFunction?(pid, 0) ?? missing()
        return number >= 0 ? Descriptor(number) : nil
    }

    /// Sends through a pidfd; 0 or `errno`. Signal 0 only asks whether the process still exists (a zombie does).
    static func send(_ signal: Int32, to process: Descriptor, flags: UInt32 = 0) -> Int32 {
        (signalProcessFunction?(process.number, signal, nil, flags) ?? missing()) == 0 ? 0 : errno
    }

    static func becomeChildSubreaper() -> Int32 {
        (controlFunction?(setChildSubreaper, 1, 0, 0, 0) ?? missing()) == 0 ? 0 : errno
    }

    /// No core dumps of this process, and no debugger but root's.
    static func forbidDumps() -> Int32 {
        (controlFunction?(setDumpable, 0, 0, 0, 0) ?? missing()) == 0 ? 0 : errno
    }

    /// Names the calling thread; the kernel takes 15 bytes.
    static func nameThisThread(_ name: String) {
        // A thread without a name works as well, so the answer does not matter.
        _ = nameThreadFunction?(pthread_self(), String(decoding: name.utf8.prefix(15), as: UTF8.self))
    }

    static func addDirectory(_ path: String, to actions: inout posix_spawn_file_actions_t) -> Int32 {
        addDirectoryFunction?(&actions, path) ?? ENOSYS
    }

    static func addCloseFrom(_ first: Int32, to actions: inout posix_spawn_file_actions_t) -> Int32 {
        addCloseFromFunction?(&actions, first) ?? ENOSYS
    }
}
