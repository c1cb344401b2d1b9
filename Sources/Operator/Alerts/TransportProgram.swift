internal import Alerts
internal import Glibc

/// Runs a program of this machine to its end: channels of kind `exec`, and commands that print a secret.
///
/// No shell, no search along PATH; its environment is what was given at creation. It and what it started are killed when the time is up.
package struct ProgramRunner: Sendable {
    /// What programs of channels inherit.
    package static let inheritedNames = ["PATH", "LANG", "TZ"]

    private let environment: [String: String]
    private let limit: Duration

    /// Takes PATH, LANG, TZ and `names` out of `environment`, the operator's own.
    package init(environment: [String: String], also names: [String] = [], limit: Duration = .seconds(8)) {
        let kept = Set(Self.inheritedNames + names)
        self.environment = environment.filter { kept.contains($0.key) }
        self.limit = limit
    }

    /// How a program ended.
    package enum Ending: Hashable, Sendable {
        case exited(ExitStatus)
        /// Not ended in time, and killed.
        case late
        case notStarted(String)
    }

    package struct Run: Sendable {
        package var ending: Ending
        /// The first bytes it wrote, as many as were asked for.
        package var output: [UInt8]
    }

    /// Gives a call's input to its program; standard output and standard error are the answer. Fills in everything but the times.
    func run(_ call: ProgramCall, into result: inout WireResult) {
        let run = run(
            call.arguments, input: call.input, keeping: CurlTransport.keptBodyBytes, withStandardError: true)
        result.body = run.output
        switch run.ending {
        case .notStarted(let reason):
            result.failure = .program
            result.detail = reason
        case .late:
            result.failure = .program
            result.detail = "the program did not end within \(limit) and was killed"
        case .exited(let status):
            result.status = status.code.map(Int.init)
            // Killed from outside, or crashed: how far it got is not known.
            if status.code == nil { result.failure = .program }
            if !status.isSuccess { result.detail = "the program ended with \(status)" }
        }
    }

    /// Blocks until the program has ended or was killed. What it writes beyond `bytes` is read and dropped.
    package func run(
        _ arguments: [String], input: [UInt8], keeping bytes: Int, withStandardError: Bool
    ) -> Run {
        // Checked here because the spawner's own error would show the argument.
        guard let executable = arguments.first, arguments.allSatisfy({ !$0.utf8.contains(0) }) else {
            return Run(ending: .notStarted("no program is named, or an argument holds a zero byte"), output: [])
        }
        guard executable.hasPrefix("/") else {
            return Run(ending: .notStarted("cannot start \(executable): give the full path of the program"), output: [])
        }
        do {
            let (read, write) = try SystemCalls.pipe()
            let deadline = ContinuousClock.now + limit
            let child = try Spawner.shared.spawn(
                SpawnRequest(
                    executable: executable, arguments: Array(arguments.dropFirst()), environment: environment,
                    input: .pipe, output: .descriptor(write), error: withStandardError ? .descriptor(write) : .null))
            write.close()
            do {
                var exchange = try ProgramExchange(child, output: read, input: input, keeping: bytes)
                let hasEnded = exchange.run(until: deadline)
                if !hasEnded { child.kill() }
                // A killed process that the kernel still holds is left to its reaper.
                let status = child.wait(timeout: .seconds(1))
                return Run(ending: hasEnded ? status.map(Ending.exited) ?? .late : .late, output: exchange.kept)
            } catch {
                child.kill()
                throw error
            }
        } catch {
            return Run(ending: .notStarted("\(error)"), output: [])
        }
    }
}

/// The talk with a running program: its input goes in while its output comes out, so that neither waits for the other.
private struct ProgramExchange {
    private(set) var kept: [UInt8] = []

    private let limit: Int
    private let output: Descriptor
    private let input: Descriptor?
    private var rest: ArraySlice<UInt8>
    /// Becomes readable when the program has ended, whoever still holds its output.
    private let end: Descriptor
    private var isOutputOpen = true

    init(_ child: ChildProcess, output: Descriptor, input bytes: [UInt8], keeping limit: Int) throws {
        self.limit = limit
        self.output = output
        rest = bytes[...]
        input = child.input
        end = Descriptor(try SystemCalls.event())
        try output.makeNonBlocking()
        try input?.makeNonBlocking()
        _ = Self.ignoringPipeSignal
        let end = end
        child.onExit { _ in
            var one: UInt64 = 1
            // An eventfd takes eight bytes whole.
            while Glibc.write(end.number, &one, 8) < 0, errno == EINTR {}
        }
    }

    /// A program may end without reading its input; writing must then fail, not kill the operator.
    private static let ignoringPipeSignal: Void = { _ = signal(SIGPIPE, SIG_IGN) }()

    /// False when `deadline` came first.
    mutating func run(until deadline: ContinuousClock.Instant) -> Bool {
        while true {
            feed()
            var waits = [pollfd(fd: end.number, events: Int16(POLLIN), revents: 0)]
            // poll skips negative numbers.
            waits.append(pollfd(fd: isOutputOpen ? output.number : -1, events: Int16(POLLIN), revents: 0))
            waits.append(pollfd(fd: input?.number ?? -1, events: Int16(POLLOUT), revents: 0))
            let left = max(.zero, deadline - ContinuousClock.now).wholeMilliseconds
            // Rounded up, so that it does not spin in the last millisecond. An interrupted poll only looks again.
            _ = poll(&waits, nfds_t(waits.count), Int32(left + 1))
            drain()
            if waits[0].revents != 0 {
                drain()
                return true
            }
            if ContinuousClock.now >= deadline { return false }
        }
    }

    private mutating func feed() {
        guard let input, input.number >= 0 else { return }
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(input.number, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                return
            } else if errno != EINTR {
                // It does not read any more.
                rest = []
            }
        }
        input.close()
    }

    private mutating func drain() {
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while isOutputOpen {
            let count = read(output.number, &buffer, buffer.count)
            if count > 0 {
                kept.append(contentsOf: buffer[..<min(count, limit - kept.count)])
            } else if count == 0 {
                isOutputOpen = false
            } else if errno != EINTR {
                return
            }
        }
    }
}
