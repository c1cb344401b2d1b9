internal import Glibc

/// How a child process ended and what it used.
package struct ExitStatus: Hashable, Sendable, CustomStringConvertible {
    package enum Reason: Hashable, Sendable {
        case exited(code: Int32)
        case signalled(Int32)
        /// Somebody else reaped it (`SIGCHLD` ignored, a foreign `wait`); counts as a death.
        case lost
    }

    /// The code by which an engine says that its configuration is wrong (`EX_CONFIG` of sysexits.h; design.md, section 4).
    package static let badConfigurationCode: Int32 = 78

    package let reason: Reason
    /// The largest resident size of the child, or of a process it waited for; see `ChildProcess.peakResidentBytes`.
    package let peakResidentBytes: Int
    /// User and system time.
    package let cpuTime: Duration

    package init(_ reason: Reason, peakResidentBytes: Int = 0, cpuTime: Duration = .zero) {
        self.reason = reason
        self.peakResidentBytes = peakResidentBytes
        self.cpuTime = cpuTime
    }

    /// Splits a status of wait(2); the macros of <sys/wait.h> are not visible in Swift.
    static func reason(waitStatus: Int32) -> Reason {
        let signal = waitStatus & 0x7f
        return signal == 0 ? .exited(code: (waitStatus >> 8) & 0xff) : .signalled(signal)
    }

    package var isSuccess: Bool { reason == .exited(code: 0) }
    package var isBadConfiguration: Bool { reason == .exited(code: Self.badConfigurationCode) }

    package var code: Int32? {
        guard case .exited(let code) = reason else { return nil }
        return code
    }

    package var signal: Int32? {
        guard case .signalled(let signal) = reason else { return nil }
        return signal
    }

    /// Such as `exit code 3` or `killed by SIGSEGV (11)`.
    package var description: String {
        switch reason {
        case .exited(Self.badConfigurationCode): "exit code 78 (bad configuration)"
        case .exited(let code): "exit code \(code)"
        case .signalled(let signal): "killed by \(Self.signalName(signal)) (\(signal))"
        case .lost: "ended, status unknown (reaped by somebody else)"
        }
    }

    /// The name on Linux, or `signal` for one that has none.
    package static func signalName(_ signal: Int32) -> String {
        let index = Int(signal) - 1
        return signalNames.indices.contains(index) ? "SIG" + signalNames[index] : "signal"
    }

    /// 1 to 31, signal(7), x86 and arm.
    private static let signalNames = [
        "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM",
        "TERM",
        "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH",
        "IO",
        "PWR", "SYS",
    ]
}
