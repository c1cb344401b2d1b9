internal import Glibc

/// Ties an engine process to whoever started it, however that one ends.
enum ParentWatch {
    /// Watches the read end of a pipe whose write end only the parent holds; the process ends with code 1 within milliseconds
    /// of its closing, also while the engine computes or blocks.
    ///
    /// - Returns: false when the descriptor is not open.
    static func watch(_ descriptor: Int32) -> Bool {
        guard descriptor >= 0, fcntl(descriptor, F_GETFD) >= 0 else { return false }
        var thread = pthread_t()
        // The descriptor travels in the pointer's bits, one up so that 0 is no null pointer.
        let argument = UnsafeMutableRawPointer(bitPattern: Int(descriptor) + 1)
        let failure = pthread_create(
            &thread, nil,
            { argument in
                let descriptor = Int32(Int(bitPattern: argument) - 1)
                var byte: UInt8 = 0
                while true {
                    let got = read(descriptor, &byte, 1)
                    if got == 0 || (got < 0 && errno != EINTR) { _exit(1) }
                }
            }, argument)
        guard failure == 0 else { return false }
        pthread_detach(thread)
        return true
    }

    /// Asks the kernel to kill this process when the thread that started it ends, which the operator's spawner never does before
    /// the operator itself.
    ///
    /// - Returns: false when the parent is gone already.
    static func dieWith(parent: Int32) -> Bool {
        // `prctl` takes variable arguments, which Swift does not import. Looked up at run time and called with all five arguments
        // of the system call: for integers both ABIs we run on (x86-64, arm64) pass them alike.
        typealias Prctl = @convention(c) (Int32, UInt, UInt, UInt, UInt) -> Int32
        let setParentDeathSignal: Int32 = 1  // PR_SET_PDEATHSIG, linux/prctl.h
        if let address = dlsym(nil, "prctl") {
            _ = unsafeBitCast(address, to: Prctl.self)(setParentDeathSignal, UInt(SIGKILL), 0, 0, 0)
        }
        // It may have died before the call.
        return getppid() == parent
    }
}
